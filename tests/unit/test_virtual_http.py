"""The virtual hardware's HTTP interface and its command line, over a real socket with real virtual devices."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from devices.virtual.camera import VirtualCamera
from devices.virtual.cli import commands
from devices.virtual.http import create_api
from devices.virtual.idcard import VirtualReader
from devices.virtual.people import PEOPLE, check_digit
from devices.virtual.port import UnknownFaultError
from devices.virtual.printer import VirtualPrinter
from devices.virtual.rating import VirtualPad
from devices.virtual.rig import NoSuchDeviceError, Rig
from domain.idnumber import NumberFault, check_number

CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Bench:
    url: str
    reader: VirtualReader

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return httpx.post(self.url + path, json=body, **options)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    reader = VirtualReader(tmp_path / "idcard")
    rig = Rig([reader, VirtualPad(tmp_path / "rating"), VirtualPrinter(), VirtualCamera(tmp_path / "camera")])
    server = make_server("127.0.0.1", 0, create_api(rig), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    rig.start()
    try:
        yield Bench(f"http://127.0.0.1:{server.port}", reader)
    finally:
        rig.stop()
        server.shutdown()
        thread.join()
        server.server_close()


def until(test: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not test():
        assert time.monotonic() < end, "it never came true"


def device(answer: httpx.Response, name: str) -> dict[str, Any]:
    answer.raise_for_status()
    return next(one for one in answer.json()["devices"] if one["name"] == name)


def test_the_state_tells_devices_faults_and_cards(bench: Bench) -> None:
    reader = device(bench.get("/api/state"), "idcard")
    assert Path(reader["address"]).exists()
    assert (reader["active"], reader["lying"]) == ([], None)
    assert len(reader["people"]) == len(PEOPLE)
    assert all(CHINESE.search(text) for text in reader["faults"].values())


def test_cards_are_laid_exchanged_and_lifted(bench: Bench) -> None:
    for card in ("liu", "chen"):
        assert device(bench.post("/api/idcard/lay", {"card": card}), "idcard")["lying"] == card
    assert device(bench.post("/api/idcard/lift", {}), "idcard")["lying"] is None


def test_faults_are_spoken_by_name_ended_and_cleared(bench: Bench) -> None:
    assert device(bench.post("/api/idcard/fault", {"fault": "mute", "on": True}), "idcard")["active"] == ["mute"]
    assert device(bench.post("/api/idcard/fault", {"fault": "mute", "on": False}), "idcard")["active"] == []
    bench.post("/api/rating/fault", {"fault": "flood", "on": True})
    assert device(bench.post("/api/clear", {}), "rating")["active"] == []


def test_keys_are_pressed(bench: Bench) -> None:
    assert bench.post("/api/rating/press", {"level": 5}).is_success


def test_pages_are_laid_on_the_desk_and_taken_away(bench: Bench) -> None:
    page = device(bench.get("/api/state"), "camera")["pages"][0]
    assert CHINESE.search(page["label"])
    assert device(bench.post("/api/camera/lay", {"page": page["id"]}), "camera")["lying"] == page["id"]
    pushed = bench.post("/api/camera/push", {"right": 5, "down": -3.5, "turn": 2, "tilt": 0})
    assert device(pushed, "camera")["lying"] == page["id"]
    assert device(bench.post("/api/camera/clear", {}), "camera")["lying"] is None


def test_what_was_printed_is_seen_and_torn_off(bench: Bench) -> None:
    host, _, port = device(bench.get("/api/state"), "printer")["address"].rpartition(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(b"\x1b@tongban\n\x1dV\x42\x00")
        until(lambda: any(paper["cut"] for paper in bench.get("/api/printer/papers").json()))
    paper = bench.get("/api/printer/papers").json()[0]
    assert set(paper) == {"n", "cut", "height_mm"}
    assert bench.get(f"/api/printer/papers/{paper['n']}.png").content.startswith(b"\x89PNG")
    assert bench.get("/api/printer/papers/99.png").status_code == 404
    assert device(bench.post("/api/printer/tear", {}), "printer")["papers"] == 0


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/api/idcard/lay", {"card": "nobody"}, 404),
        ("/api/idcard/lay", {"card": 5}, 400),
        ("/api/idcard/lay", ["liu"], 400),
        ("/api/idcard/fault", {"fault": "no such fault", "on": True}, 404),
        ("/api/idcard/fault", {"fault": "no such fault", "on": False}, 404),
        ("/api/idcard/fault", {"fault": "mute"}, 400),
        ("/api/toaster/fault", {"fault": "mute", "on": True}, 404),
        ("/api/rating/press", {"level": 6}, 404),
        ("/api/rating/press", {"level": True}, 400),
        ("/api/camera/lay", {"page": "no such page"}, 404),
        ("/api/camera/push", {"right": 5}, 400),
        ("/api/camera/push", {"right": 1e9, "down": 0, "turn": 0, "tilt": 0}, 400),
        ("/api/nowhere", {}, 404),
        ("/api/state", {}, 405),
        ("/api/idcard/lay", {"card": "x" * 5000}, 413),
    ],
)
def test_what_cannot_be_done_is_refused_in_chinese(bench: Bench, path: str, body: Any, code: int) -> None:
    answer = bench.post(path, body)
    assert answer.status_code == code
    assert CHINESE.search(answer.json()["error"])


def test_a_page_of_another_site_gets_nothing(bench: Bench) -> None:
    rebound = bench.get("/api/state", headers={"Host": "evil.example:8090"})
    form = httpx.post(bench.url + "/api/clear", data={"a": "b"})
    text = httpx.post(bench.url + "/api/idcard/lay", content='{"card":"liu"}', headers={"Content-Type": "text/plain"})
    assert [answer.status_code for answer in (rebound, form, text)] == [403, 415, 415]
    assert bench.reader.lying() is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8090", "[::1]:8090"])
def test_every_name_of_this_machine_is_taken(bench: Bench, host: str) -> None:
    assert bench.get("/api/state", headers={"Host": host}).is_success


def test_the_command_line_says_what_it_did_and_what_it_could_not(bench: Bench) -> None:
    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(commands, ["--at", bench.url, *words])
        return result.exit_code, result.output

    assert "放着：ji" in run("lay", "ji")[1]
    assert "● mute" in run("fault", "idcard", "mute")[1]
    assert "○ mute" in run("fault", "idcard", "mute", "--off")[1]
    assert "放着" not in run("lift")[1]
    for words in (["state"], ["clear"], ["press", "5"]):
        assert run(*words)[0] == 0
    code, text = run("lay", "nobody")
    assert (code, "没有卡“nobody”" in text) == (1, True)


def test_the_command_line_explains_every_fault_and_card_without_a_rig() -> None:
    shown = CliRunner().invoke(commands, ["fault", "--help"]).output + CliRunner().invoke(commands, ["lay", "--help"]).output
    assert all(name in shown for name in ("card pulled away", "stuck key", *(card.id for card in PEOPLE)))
    result = CliRunner().invoke(commands, ["--at", "http://127.0.0.1:9", "state"])
    assert (result.exit_code, "没有应答" in result.output) == (1, True)


def test_a_fault_there_is_not_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownFaultError, match="card pulled away"):
        VirtualReader(tmp_path / "idcard").inject("coffee")


def test_two_devices_of_one_name_are_no_rig(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        Rig([VirtualPad(tmp_path / "a"), VirtualPad(tmp_path / "b")])
    with pytest.raises(NoSuchDeviceError):
        Rig([VirtualPad(tmp_path / "a", name="idcard")]).reader()


def test_a_rig_stopped_leaves_no_links_behind_and_starts_again(tmp_path: Path) -> None:
    rig = Rig([VirtualReader(tmp_path / "idcard"), VirtualPad(tmp_path / "rating")])
    for _ in range(2):
        rig.start()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["idcard", "rating"]
        rig.stop()
        assert list(tmp_path.iterdir()) == []
    rig.stop()


def test_only_the_cards_meant_to_be_wrong_have_a_wrong_check_digit() -> None:
    today = date(2026, 11, 25)
    wrong = [card.id for card in PEOPLE if isinstance(check_number(card.text.number, today), NumberFault)]
    assert wrong == ["wu"]
    assert check_digit("11010519491231002") == "X"
    assert len({card.id for card in PEOPLE}) == len(PEOPLE)
