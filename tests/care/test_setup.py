"""``tongban setup`` above the virtual hardware and a real centre: by a file, by a person who mistypes, and again."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hands_bench import Bench, bench
from PIL import Image
from support.fleet import TERMINAL, Fleet, running_fleet
from support.hall import free_run
from support.pcsc import folder
from support.setting_up import Machine, profile

from devices.camera.codes import read_codes
from devices.transports.pcsc import SERVICE_SOCKET
from devices.virtual.pcscd import PrivatePcscd
from kiosk import settings as conf
from kiosk.enrolment import centre
from kiosk.enrolment.files import IdentityFiles
from kiosk.setup import joining
from kiosk.store.db import Database


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("setup")) as running:
        yield running


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_reader_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """libpcsclite looks for pcscd in one place for the life of a process, and that is the tests' own."""
    monkeypatch.setenv(SERVICE_SOCKET, str(PrivatePcscd(folder()).service))


@pytest.fixture
def machine(one: Bench, fleet: Fleet, tmp_path: Path) -> Iterator[Machine]:
    known = {"id": TERMINAL, "code": "K07", "hall": "示范大厅"}
    yield Machine(tmp_path, profile(one.settings, fleet.centre.api_address, known, {"id": "rs-hall-99"}))
    one.rig.printer().tear()


def devices(one: Bench) -> str:
    hardware, port = one.layout.hardware, one.layout.ports.printer
    return f"idcard={hardware / 'idcard'} printer=127.0.0.1:{port} camera={hardware / 'camera'}"


def test_a_file_makes_a_terminal_of_a_machine_and_its_code_is_wiped(one: Bench, fleet: Fleet, machine: Machine) -> None:
    ended = machine.by_file("--wipe", id=TERMINAL, devices=devices(one), enrol=str(fleet.centre.authority.new_code(TERMINAL)))
    assert ended.exit_code == 1, ended.output  # no broker runs under the profile's address, and that is told
    assert "✕ 消息服务" in ended.output
    settings = conf.load(machine.settings)
    assert (settings.terminal.id, settings.terminal.code, settings.terminal.hall) == (TERMINAL, "K07", "示范大厅")
    held = IdentityFiles(machine.base / "identity").held()
    assert held is not None
    assert held.terminal == TERMINAL
    assert not (machine.boot / "setup.toml").exists()
    (paper,) = one.rig.printer().papers()
    assert paper.cut
    picture = np.asarray(Image.open(io.BytesIO(one.rig.printer().png(paper.n))).convert("L"))
    (code,) = read_codes(np.pad(picture, 40, constant_values=255), 5.0)
    assert f"编号 {TERMINAL}" in code.data.decode()
    assert "✓ 登记" in machine.settings.with_name("terminal.toml.setup").read_text("utf-8")


def test_a_person_is_told_what_is_mistyped_and_asked_again_and_nothing_that_waits_is_touched(
    one: Bench, fleet: Fleet, machine: Machine
) -> None:
    Database(machine.base / "store" / "terminal.db").close()
    with sqlite3.connect(machine.base / "store" / "terminal.db") as db:
        db.execute("INSERT INTO outbox (type, time, data) VALUES ('x', '2026-11-26T08:00:00+08:00', x'7b7d')")
    code = str(fleet.centre.authority.new_code(TERMINAL))
    wrong = code[:-1] + ("7" if code[-1] != "7" else "8")
    typed = ["", "RS HALL", TERMINAL, "", "", "", "", "twenty", "21.5", *time(), "printer", devices(one), wrong, code]
    typed[0] = str(machine.profile)
    ended = machine.run("--unattended", typed="\n".join(typed) + "\n")
    assert ended.exit_code == 1, ended.output
    for said in ("“RS HALL”不能用", "“twenty”不能用", "“printer”看不懂", "登记码抄错了一处", "✓ 登记"):
        assert said in ended.output
    before = machine.settings.read_text("utf-8")
    ended = machine.by_file()  # again: whatever nobody says stays
    assert "设置没有变" in ended.output, ended.output
    assert machine.settings.read_text("utf-8") == before
    with sqlite3.connect(machine.base / "store" / "terminal.db") as db:
        assert db.execute("SELECT count(*) FROM outbox").fetchone() == (1,)
    ended = machine.by_file(id="rs-hall-99")
    assert ended.exit_code == 78
    assert f"已登记为 {TERMINAL}" in ended.output


def test_alone_it_goes_on_without_the_centre_comes_again_and_prints_no_paper_for_each_time(
    one: Bench, fleet: Fleet, machine: Machine, tmp_path: Path
) -> None:
    answers = {"id": TERMINAL, "devices": devices(one), "enrol": str(fleet.centre.authority.new_code(TERMINAL))}
    there = machine.profile.read_text("utf-8")
    machine.profile.write_text(there.replace(fleet.centre.api_address, f"https://127.0.0.1:{free_run(1)}"), "utf-8")
    for _ in range(2):
        ended = machine.by_file("--wipe", **answers)
        assert ended.exit_code == 75, ended.output
        assert "? 登记：连不上中心" in ended.output
        assert conf.load(machine.settings).terminal.id == TERMINAL
        assert (machine.boot / "setup.toml").exists()
    assert one.rig.printer().papers() == []
    machine.profile.write_text(there, "utf-8")
    assert "✓ 登记" in machine.by_file("--wipe", **answers).output
    assert [paper.cut for paper in one.rig.printer().papers()] == [True]


def test_a_clock_that_is_set_meanwhile_is_waited_for_and_one_that_is_not_spends_no_code(
    one: Bench, fleet: Fleet, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A board without a battery starts with the date of its image, and its time service wants some seconds."""
    monkeypatch.setattr(joining, "KEPT", 0.1)
    answers = {"id": TERMINAL, "devices": devices(one), "enrol": str(fleet.centre.authority.new_code(TERMINAL))}
    late = [9e6] * 4  # twice tried and looked at once; then tried once more
    monkeypatch.setattr(centre, "clock_offset", lambda *_: late.pop() if late else 0.0)
    ended = machine.by_file("--wipe", **answers)
    assert ended.exit_code == 75, ended.output
    assert "? 登记：本机时钟比中心慢了" in ended.output
    ended = machine.by_file("--wipe", **answers)
    assert "等时间服务校时" in ended.output
    assert "✓ 登记" in ended.output


def test_what_is_wrong_with_a_device_stands_there_with_its_remedy(one: Bench, machine: Machine) -> None:
    ended = machine.by_file(id=TERMINAL, devices=devices(one).replace("idcard=", "idcard=/nowhere"))
    (said, remedy) = ended.output[ended.output.index("✕ 身份证读卡器") :].splitlines()[:2]
    assert "接上" in said
    assert remedy.strip().startswith("怎么办：检查电源和数据线")
    assert remedy in machine.settings.with_name("terminal.toml.setup").read_text("utf-8")


def time() -> list[str]:
    """The question for a time server comes only where no service keeps the clock."""
    from kiosk.clock import Clock

    return [] if Clock().synchronised() else [""]
