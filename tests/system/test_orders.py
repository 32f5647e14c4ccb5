"""Orders through everything real: the operator's command line, the centre, the broker, a terminal of its own, and misfortunes."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.citizen import Citizen, Upstream
from support.hall import Hall, command, hall, until
from support.planted import search

from domain.catalogue.catalogue import DATA

ENDS = ("succeeded", "failed", "rejected", "expired")


class Operator:
    """Who sits at the centre's command line."""

    def __init__(self, one: Hall) -> None:
        self._settings = str(one.layout.base / "centre.toml")
        self._upstream = Upstream(one)

    def asks(self, *words: str) -> str:
        """A command's id."""
        return command("centre", "command", "send", self._settings, "demo-k01", *words, "--why", "试验").strip()

    def publishes(self, kind: str, *words: str) -> None:
        verb = "set" if kind == "settings" else "publish"
        command("centre", kind, verb, self._settings, *words, "--why", "试验")

    def bundle(self, id_: str, path: Path) -> bytes:
        command("centre", "command", "bundle", self._settings, id_, str(path))
        return path.read_bytes()

    def row(self, id_: str) -> dict[str, object]:
        rows = self._upstream.rows("SELECT id, state, reason, detail, sends FROM commands")
        return next(dict(zip(("id", "state", "reason", "detail", "sends"), row, strict=True)) for row in rows if row[0] == id_)

    def result(self, id_: str) -> tuple[object, object]:
        until(lambda: self.row(id_)["state"] in ENDS, f"the end of {id_}: {self.row(id_)}")
        row = self.row(id_)
        return row["state"], row["reason"]

    def reported(self, kind: str, state: str) -> None:
        until(lambda: [r for r in self._upstream.rows("SELECT what, state FROM reported") if r == (kind, state)], f"{kind} {state}")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "broker", "centre", "terminal") as running:
        yield running


@pytest.fixture
def one(started: Hall) -> Hall:
    """One hall for all of these: each leaves it serving."""
    started.glass().see("welcome")
    return started


def test_a_device_is_restarted_and_what_cannot_be_is_refused_by_name(one: Hall) -> None:
    operator = Operator(one)
    assert operator.result(operator.asks("restart-device", "printer")) == ("succeeded", None)
    assert operator.result(operator.asks("restart-device", "toaster")) == ("rejected", "no_such_device")
    assert operator.result(operator.asks("update")) == ("failed", "nothing_wanted")


def test_a_test_slip_is_printed_and_out_of_paper_it_is_said(one: Hall) -> None:
    operator = Operator(one)
    assert operator.result(operator.asks("test-print")) == ("succeeded", None)
    one.rig.device("printer").inject("paper out")
    state, reason = operator.result(operator.asks("test-print"))
    one.rig.clear()
    assert (state, str(reason).startswith("paper")) == ("failed", True), reason


def test_a_call_for_help_is_read_at_the_centre_and_its_answer_on_the_screen(one: Hall) -> None:
    glass = Citizen(one).glass.see("welcome").do("begin")
    glass.ask("/help", wanted="yes")
    until(lambda: "有人请求帮忙" in one.console(), "the call at the console")
    (since,) = re.findall(r'name="since" value="([^"]+)"', one.console())
    assert Operator(one).result(Operator(one).asks("help-coming", since)) == ("succeeded", None)
    until(lambda: glass.look() and "工作人员已知道，马上来" in glass.html, "the answer on the screen")
    glass.do("leave").do("end").see("welcome")
    assert "工作人员已知道" not in glass.html
    until(lambda: "有人请求帮忙" not in one.console(), "nobody waits any more")


def test_a_restart_waits_for_the_visit_and_is_its_own_result(one: Hall) -> None:
    operator, citizen = Operator(one), Citizen(one)
    citizen.glass.see("welcome").do("begin")
    asked = operator.asks("restart-service")
    until(lambda: operator.row(asked)["reason"] == "visit_running", "not now")
    assert operator.row(asked)["state"] == "accepted"
    citizen.glass.do("end")
    until(lambda: one.ended("terminal"), "the program has ended")
    one.start("terminal")
    assert operator.result(asked) == ("succeeded", None)


def test_out_of_service_is_on_the_screen_survives_a_kill_and_a_command_ends_it(one: Hall) -> None:
    operator = Operator(one)
    assert operator.result(operator.asks("out-of-service", "今天下午检修", "--until", "2099-01-01T08:00"))[0] == "succeeded"
    glass = one.glass().see("closed")
    assert "今天下午检修" in glass.html
    assert "01 月 01 日 08:00" in glass.html
    one.kill("terminal")
    one.start("terminal")
    one.glass().see("closed")
    assert operator.result(operator.asks("back-in-service"))[0] == "succeeded"
    one.glass().see("welcome")


def test_given_while_broker_and_terminal_are_away_it_is_done_once_they_are_back(one: Hall) -> None:
    operator = Operator(one)
    one.kill("terminal")
    one.kill("broker")
    asked = operator.asks("self-test")
    one.start("broker", "terminal")
    assert operator.result(asked)[0] == "succeeded"


def test_a_centre_killed_with_a_command_on_its_way_stores_the_result_once(one: Hall) -> None:
    operator = Operator(one)
    asked = operator.asks("self-test")
    one.kill("centre")
    one.start("centre")
    assert operator.result(asked)[0] == "succeeded"
    log = Upstream(one).rows("SELECT command, state FROM command_log ORDER BY position")
    assert log.count((asked, "succeeded")) == 1


def test_a_catalogue_published_in_the_middle_of_a_visit_is_there_for_the_next(one: Hall, tmp_path: Path) -> None:
    operator, citizen = Operator(one), Citizen(one)
    citizen.glass.see("welcome").do("begin").do("choose-place", party="demo-jia")
    openings = json.loads((DATA / "openings_demo.json").read_text("utf-8"))
    openings["parties"][0]["name"] = "示范改名市"
    (tmp_path / "openings.json").write_text(json.dumps(openings), "utf-8")
    operator.publishes("catalogue", str(DATA / "catalogue_demo.json"), str(tmp_path / "openings.json"))
    operator.reported("catalogue", "waiting")
    assert "示范改名市" not in citizen.glass.do("back").html
    citizen.glass.do("end")
    operator.reported("catalogue", "applied")
    one.kill("terminal")
    one.start("terminal")
    assert "示范改名市" in citizen.glass.see("welcome").html


def test_settings_and_notices_reach_the_screen_and_are_withdrawn(one: Hall) -> None:
    operator = Operator(one)
    operator.publishes("settings", "phone=0800-777")
    operator.publishes("notice", "本周六停电", "--until", "2099-01-01")
    glass = one.glass()
    until(lambda: glass.look() and "本周六停电" in glass.html and "0800-777" in glass.html, "both on the screen")
    operator.publishes("notice")
    until(lambda: glass.look() and "本周六停电" not in glass.html, "withdrawn")


def test_a_support_bundle_holds_nothing_of_the_person_being_served_and_no_key(one: Hall, tmp_path: Path) -> None:
    operator, citizen = Operator(one), Citizen(one)
    citizen.scanned()
    asked = operator.asks("support-bundle")
    assert operator.result(asked)[0] == "succeeded"
    data = operator.bundle(asked, tmp_path / "support.zip")
    whole = zipfile.ZipFile(io.BytesIO(data))
    made = {"settings.json", "versions.json", "states.json", "terminal.json", "log.txt", "faults.txt", "network.txt", "staff.txt"}
    assert set(whole.namelist()) == made
    whole.extractall(tmp_path / "bundle")
    assert "TB-80V" in (tmp_path / "bundle" / "states.json").read_text("utf-8")
    card = next(card.text for card in one.rig.reader().people() if card.id == "liu")
    assert search([tmp_path / "bundle"], [card.name, card.number, card.address, "PRIVATE KEY", "AGE-SECRET"]) == []
    citizen.glass.do("end").see("welcome")


def test_forged_at_the_broker_it_is_refused_by_name_counted_and_nothing_happens(one: Hall) -> None:
    centre = one.layout.authority
    asked = ["mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p", str(one.layout.ports.broker), "-q", "1"]
    who = ["--cafile", str(centre / "ca.pem"), "--cert", str(centre / "fleet.pem"), "--key", str(centre / "fleet.pem")]
    # Whoever can write the topic and even holds the centre's own certificate at the broker is still not the centre.
    subprocess.run([*asked, *who, "-i", "fleet", "-t", "k1/demo-k01/dn/cmd", "-m", '{"op":"reboot"}'], check=True, timeout=10)
    until(lambda: Upstream(one).rows("SELECT 1 FROM refused WHERE reason = 'not signed'"), "told to the centre")
    os.kill(one.pid("terminal"), 0)
    assert one.glass().see("welcome")
