"""``tongban doctor`` above the virtual hardware: passes what works, names what does not, and never passes what it did not see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hands_bench import Bench, Move, bench

from kiosk.care.doctor import doctor
from kiosk.care.exercises import EXERCISES
from kiosk.store.files import alone


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("doctor")) as one:
        yield one


@pytest.fixture
def one(shared: Bench) -> Iterator[Bench]:
    """Every fault ended, nothing lying anywhere."""
    yield shared
    shared.rig.clear()
    shared.rig.reader().lift()
    shared.rig.reader("smartcard").lift()
    shared.rig.camera().clear_desk()
    shared.rig.printer().tear()


def good_hands(one: Bench) -> dict[str, list[Move]]:
    """A technician who does what is asked."""
    return {
        "身份证平放": [one.post("idcard/lay", card="liu")],
        "身份证拿开": [one.post("idcard/lift")],
        "社会保障卡插入": [one.post("smartcard/lay", card="social-2")],
        "换上一张工作证": [one.post("smartcard/lay", card="badge-technician")],
        "打出一张": ["y"],
        "按一下评价器上的“非常满意”": [one.post("rating/press", level=5)],
        "按一下评价器上的“非常不满意”": [one.post("rating/press", level=1)],
        "放一页有字的纸": [one.post("camera/lay", page="residence"), "y"],
    }


def steps(report: str) -> dict[str, tuple[str, str | None]]:
    """``device.step`` → (verdict, fault)."""
    found: dict[str, Any] = json.loads(report)
    return {f"{d['device']}.{s['step']}": (s["verdict"], s["fault"]) for d in found["devices"] for s in d["steps"]}


def test_every_device_passes_in_the_hands_of_a_technician(one: Bench) -> None:
    result = one.run(moves=good_hands(one))
    assert result.code == 0, result.out + result.err
    assert "合计：通过" in result.out
    assert "不通过" not in result.out
    assert "不清楚" not in result.out
    assert "读到：居民身份证，刘**" in result.out
    (paper,) = one.rig.printer().papers()
    assert paper.cut


def test_nothing_of_the_card_is_in_the_report(one: Bench) -> None:
    result = one.run("--json", "--only", "idcard", moves=good_hands(one))
    card = next(c for c in one.rig.reader().people() if c.id == "liu")
    assert result.code == 0, result.out + result.err
    assert "刘" not in result.out
    for text in (card.text.name, card.text.number, card.text.address, card.text.number[:6]):
        assert text not in result.out + result.err


def test_unattended_passes_only_what_needs_no_hand(one: Bench) -> None:
    result = one.run("--unattended", "--json")
    assert result.code == 2, result.out + result.err
    found = steps(result.out)
    assert {step for step, (verdict, _) in found.items() if verdict == "passed"} == {
        *(f"{device}.opens" for device in EXERCISES if device != "a4"),
        *(f"{device}.proof" for device in ("idcard", "smartcard", "printer", "camera")),
        "camera.picture",
        "machine.data",
        "machine.lock",
    }
    assert {verdict for verdict, _ in found.values()} == {"passed", "unknown"}
    assert one.rig.printer().papers() == []


FAILURES = {
    "unplugged": {
        "idcard": ("unplug", "opens", "absent"),
        "printer": ("unplug", "opens", "absent"),
        "rating": ("unplug", "opens", "absent"),
        "camera": ("unplug", "opens", "absent"),
        "smartcard": ("unplug", "opens", "absent"),
    },
    "failing while used": {
        "idcard": ("read fails", "card", "card_unreadable"),
        "printer": ("", "slip", "print_poor"),
        "rating": ("", "key_5", "pad_wrong_key"),
        "camera": ("", "page", "page_blurred"),
        "smartcard": ("mute card", "social", "card_mute"),
    },
    "saying so": {
        "idcard": ("not authorised", "opens", "reader_not_authorised"),
        "printer": ("paper out", "opens", "paper_out"),
    },
    "mute": {"idcard": ("mute", "opens", "mute"), "printer": ("mute", "opens", "mute")},
    "running out": {"printer": ("paper out mid-job", "slip", "paper_out")},
    "nearly": {"printer": ("paper near end", "opens", "paper_near_end")},
}


QUICK = ("failing while used",)


@pytest.mark.parametrize("how", [*QUICK, *(pytest.param(how, marks=pytest.mark.long) for how in FAILURES if how not in QUICK)])
def test_a_broken_device_fails_with_its_cause_and_its_remedy(one: Bench, how: str) -> None:
    hands = good_hands(one) | {
        "按一下评价器上的“非常满意”": [one.post("rating/press", level=1)],
        "放一页有字的纸": [one.post("camera/lay", page="blurred"), "y"],
        "打出一张": ["n"],
    }
    for device, (fault, _, _) in FAILURES[how].items():
        if fault:
            one.rig.device(device).inject(fault)
    result = one.run("--json", "--only", ",".join(FAILURES[how]), moves=hands)
    assert result.code == 1, result.out + result.err
    found = steps(result.out)
    for device, (_, step, code) in FAILURES[how].items():
        assert found[f"{device}.{step}"] == ("failed", code)
    remedies = [s["remedy"] for d in json.loads(result.out)["devices"] for s in d["steps"] if s["verdict"] == "failed"]
    assert all(remedies)


def test_a_device_unplugged_in_the_middle_of_a_step_never_passes_it(one: Bench) -> None:
    pulled = {"idcard": "身份证平放", "printer": "打出一张", "rating": "按一下评价器上的“非常不满意”", "camera": "放一页有字的纸"}
    hands = good_hands(one)
    for device, prompt in pulled.items():
        hands[prompt] = [one.post(f"{device}/fault", fault="unplug", on=True), *hands[prompt]]
    result = one.run("--json", moves=hands)
    assert result.code == 1, result.out + result.err
    found = steps(result.out)
    for device, step in (("idcard", "card"), ("printer", "slip"), ("rating", "key_1"), ("camera", "page")):
        assert found[f"{device}.{step}"] == ("failed", "absent")
    assert set(pulled.values()) <= set(result.done)


@pytest.mark.long
def test_a_page_that_was_not_laid_is_not_tried(one: Bench) -> None:
    result = one.run("--json", "--only", "camera", moves=good_hands(one) | {"放一页有字的纸": ["n"]})
    assert (result.code, steps(result.out)["camera.page"]) == (2, ("unknown", None))


def test_while_the_terminal_runs_its_devices_are_left_alone(one: Bench) -> None:
    with alone(one.layout.base / "terminal"):
        result = CliRunner().invoke(doctor, [str(one.settings), "--unattended"])
    assert (result.exit_code, result.stdout, "先停下终端" in result.stderr) == (69, "", True)


def test_what_is_not_there_is_a_wrong_command_line(one: Bench) -> None:
    result = CliRunner().invoke(doctor, [str(one.settings), "--only", "fax"])
    assert (result.exit_code, "idcard" in result.stderr) == (64, True)
    assert CliRunner().invoke(doctor, [str(one.settings), "--no-such-option"]).exit_code == 64


def test_settings_that_are_wrong_are_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[terminal")
    result = CliRunner().invoke(doctor, [str(tmp_path / "bad.toml")])
    assert (result.exit_code, "TOML" in result.stderr) == (78, True)


GOLDEN = {
    "version": 1,
    "terminal": "demo-k01",
    "attended": False,
    "verdict": "unknown",
    "devices": [
        {
            "device": "rating",
            "name": "评价器",
            "identity": "framed",
            "verdict": "unknown",
            "steps": [
                {"step": "opens", "title": "接上，打得开", "verdict": "passed", "fault": None, "says": "framed", "remedy": ""},
                {"step": "key_5", "title": "按“非常满意”", "verdict": "unknown", "fault": None}
                | {"says": "要有人动手，没有试", "remedy": ""},
                {"step": "key_1", "title": "按“非常不满意”", "verdict": "unknown", "fault": None}
                | {"says": "要有人动手，没有试", "remedy": ""},
                {"step": "proof", "title": "一直在应答", "verdict": "unknown", "fault": None}
                | {"says": "线接着，但这种设备从不主动应答，要动手才知道", "remedy": ""},
            ],
        }
    ],
}


def test_the_report_for_machines_keeps_its_shape(one: Bench) -> None:
    report = json.loads(one.run("--unattended", "--json", "--only", "rating").out)
    at = report.pop("at")
    assert at[10] == "T"
    assert report == GOLDEN
