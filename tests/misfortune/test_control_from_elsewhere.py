"""The way over SSH: beside a running terminal, for the one account, never against a visit, and what hangs up is let go."""

from __future__ import annotations

import io
import json
import socket
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from support.printing import TCP
from support.upkeep import Place, place, until

from devices.virtual.printer import VirtualPrinter
from kiosk import settings as conf
from kiosk.care import command as commands
from kiosk.care import control
from kiosk.care.control import BusyError, Control, NotRunningError
from kiosk.staff.port import Status, Test


@pytest.fixture(scope="module")
def paper() -> Iterator[VirtualPrinter]:
    with TCP.printer(400, "gbk", None) as printer:
        yield printer


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, paper: VirtualPrinter) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("control")
    with place(folder, paper) as one:
        until(lambda: one.upkeep.status().devices[0].serves, "the printer is ready")
        yield one


@pytest.fixture
def folder(here: Place) -> Iterator[Path]:
    """The runtime folder of the settings, with the terminal's end in it."""
    runtime = conf.load(here.file).paths.runtime
    runtime.mkdir(parents=True, exist_ok=True)
    one = Control(runtime, here.upkeep)
    one.start()
    yield runtime
    one.stop()


def run(here: Place, command: object, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(command, [str(here.file), *arguments], input=given)  # type: ignore[arg-type]


def test_the_socket_is_for_its_owner_alone(folder: Path) -> None:
    assert stat.S_IMODE((folder / control.NAME).stat().st_mode) == 0o600


def test_the_state_is_told_with_its_proof_and_its_remedy_and_the_exit_code_says_how(here: Place, folder: Path) -> None:
    told = run(here, commands.status)
    assert told.exit_code == 1, told.output
    assert "凭证打印机：就绪。凭据：" in told.output
    assert "clock_wrong" in told.output
    assert "怎么办：对准时间" in told.output
    as_json = run(here, commands.status, "--json")
    assert msgspec.json.decode(as_json.output, type=Status).terminal == "demo-k01"


def test_a_test_holds_the_terminal_out_of_service_and_its_verdict_is_the_exit_code(here: Place, folder: Path) -> None:
    stood: list[bool] = []

    def answer(now: Test) -> bool | None:
        if now.question is None:
            return None
        stood.append(here.parts.maintenance)
        return True

    ended = msgspec.convert(control.ask(folder, "test", answer, device="printer"), Test)
    assert (ended.verdict, stood) == ("passed", [True])
    until(lambda: not here.parts.maintenance, "it serves again")
    (by,) = {json.loads(detail)["by"] for _, event, detail in here.memory.lines() if event == "device_tested"}
    assert by.startswith("ssh:")


def test_whoever_hangs_up_in_the_middle_gives_the_terminal_back(here: Place, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as line, control._short(folder) as near:
        line.connect(str(near / control.NAME))
        line.sendall(b'{"do": "test", "device": "printer"}\n')
        until(lambda: (now := here.upkeep.test()) and now.question, "it asks")
    until(lambda: not here.parts.maintenance, "it serves again")
    now = here.upkeep.test()
    assert now is not None
    assert now.verdict == "unknown"


def test_while_a_visit_runs_nothing_is_tried_and_nothing_restarted(here: Place, folder: Path) -> None:
    here.floor.busy = True
    try:
        told = run(here, commands.test, "printer")
        assert (told.exit_code, "有人正在办事" in told.output) == (69, True)
        with pytest.raises(BusyError):
            control.ask(folder, "restart")
        assert here.left == []
    finally:
        here.floor.busy = False


@pytest.mark.parametrize("line", [b"\n", b"[]\n", b"{\n", b'{"do": 7}\n', b"\xff" * 9000 + b"\n", b'{"do": "test"}\n'])
def test_a_line_that_is_no_question_is_refused_and_the_next_is_answered(folder: Path, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as end, control._short(folder) as near:
        end.settimeout(10)
        end.connect(str(near / control.NAME))
        end.sendall(line)
        assert b"refused" in end.recv(4096)
    assert control.ask(folder, "status")["terminal"] == "demo-k01"


def test_without_a_terminal_it_says_so_and_what_helps(here: Place) -> None:
    for command, more in ((commands.status, ()), (commands.test, ("printer",)), (commands.logs, ())):
        told = run(here, command, *more)
        assert (told.exit_code, "终端没有运行" in told.output) == (69, True)
    with pytest.raises(NotRunningError):
        control.ask(here.file.parent / "nowhere", "status")


def test_the_log_is_told_reviewed_from_the_terminal_and_from_a_file(here: Place, folder: Path, tmp_path: Path) -> None:
    lines = ["2026-11-26 10:00:00,000 INFO kiosk.middle: card refused: expired", "申屠晓燕 513822198907169021"]
    here.said[:] = lines
    (tmp_path / "log").write_text("\n".join(lines), "utf-8")
    for arguments in ((), ("--file", str(tmp_path / "log"))):
        told = run(here, commands.logs, *arguments)
        assert (told.exit_code, "card refused: expired" in told.output, "申屠" in told.output) == (0, True, False)


def test_the_network_is_looked_at_without_a_terminal_and_a_dead_centre_is_named(here: Place) -> None:
    told = run(here, commands.network)
    assert told.exit_code == 1
    assert "消息服务（MQTT）" in told.output
    assert "这台终端还没有登记" in told.output


def test_a_bundle_is_made_where_no_terminal_runs_and_even_where_its_settings_are_none(here: Place, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("2026-11-26 10:00:00,000 INFO kiosk.middle: card refused: expired\n申屠晓燕\n", "utf-8")
    told = run(here, commands.bundle, "--to", str(tmp_path), "--log", str(log))
    assert told.exit_code == 0, told.output
    (made,) = tmp_path.glob("*.zip")
    with zipfile.ZipFile(io.BytesIO(made.read_bytes())) as archive:
        names = set(archive.namelist())
        whole = b"".join(archive.read(name) for name in names)
    assert names == {"versions.json", "terminal.json", "log.txt", "settings.json", "network.txt", "staff.txt"}
    assert "申屠".encode() not in whole
    assert b"key_file" not in whole
    made.unlink()
    broken = tmp_path / "broken.toml"
    broken.write_text("[terminal", "utf-8")
    assert CliRunner().invoke(commands.bundle, [str(broken), "--to", str(tmp_path)]).exit_code == 0
