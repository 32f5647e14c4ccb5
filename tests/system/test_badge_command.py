"""``tongban badge`` as a technician uses it: a process of its own at a real pcscd, with the demonstration's badges and codes."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from support.hall import prepared
from support.pcsc import Reader, reader

from devices.virtual.badges import Badge
from devices.virtual.piv import VirtualPiv
from kiosk.demo import files, staff
from kiosk.demo.layout import Layout, Ports
from kiosk.demo.processes import tongban
from kiosk.staff.memory import Memory

PATIENCE = 60


class Technician:
    def __init__(self, layout: Layout, pcsc: Reader) -> None:
        self.layout = layout
        self.pcsc = pcsc
        settings = layout.base / "terminal.toml"
        settings.write_text(re.sub(r"(?<=\[devices.smartcard\]\n)service = .*", f'service = "{pcsc.socket}"', settings.read_text()))

    def lay(self, name: str) -> Badge:
        made = staff.badge(self.layout.badges, f"badge-{name}")
        self.pcsc.put(VirtualPiv(made))
        return made

    def badge(self, *arguments: str, types: str = "") -> subprocess.CompletedProcess[str]:
        command = tongban("badge", *arguments[:1], str(self.layout.base / "terminal.toml"), *arguments[1:])
        return subprocess.run(command, input=types, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def centre(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = tongban("centre", "staff-code", str(self.layout.base / "centre.toml"), *arguments)
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def new_code(self) -> str:
        words = ("--role", "technician", "--asked", "试技术员", "--issuer", "试值班员", "--reason", "工作证坏了")
        given = self.centre("--terminal", files.TERMINAL, *words)
        found = re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}", given.stdout)
        assert found, given.stdout + given.stderr
        return found.group()

    def audit(self) -> list[tuple[str, dict[str, object]]]:
        memory = Memory(self.layout.base / "terminal" / "staff.db")
        try:
            return [(event, msgspec.json.decode(detail)) for _, event, detail in memory.lines()]
        finally:
            memory.close()


@pytest.fixture
def technician(tmp_path: Path, memory: Path) -> Iterator[Technician]:
    layout = Layout(tmp_path, memory, Ports(9600))
    prepared(layout)
    with reader() as pcsc:
        yield Technician(layout, pcsc)


def test_badge_and_pin_say_who_it_is(technician: Technician) -> None:
    made = technician.lay("technician")
    done = technician.badge("check", types="246810\n")
    assert done.returncode == 0, done.stderr
    assert f"已登录：{made.serial:x}，技术人员（technician）" in done.stdout
    assert [event for event, _ in technician.audit()] == ["staff_signed_in", "staff_signed_out"]
    assert "246810" not in done.stdout + done.stderr


def test_what_was_refused_is_said_in_chinese_with_its_remedy(technician: Technician) -> None:
    technician.lay("revoked")
    done = technician.badge("check")
    assert (done.returncode, "工作证已被吊销" in done.stderr, "怎么办" in done.stderr) == (1, True, True)
    technician.lay("technician")
    done = technician.badge("check", types="111111\n1\n246810\n")
    assert "PIN 不对。PIN 还剩 2 次" in done.stderr
    assert "应为 6 至 8 位" in done.stderr
    assert "已登录" in done.stdout


def test_without_a_badge_or_without_a_reader_it_ends_and_says_so(technician: Technician) -> None:
    done = technician.badge("check", "--wait", "1")
    assert (done.returncode, "没有等到工作证" in done.stderr) == (1, True)
    technician.pcsc.pcscd.signal("TERM")
    done = technician.badge("check", "--wait", "1")
    assert (done.returncode, "没有接上" in done.stderr) == (1, True)


def test_signed_in_until_the_badge_is_taken_or_the_program_is_ended(technician: Technician) -> None:
    technician.lay("technician")
    for ended_by in ("card_removed", "left"):
        command = tongban("badge", "check", str(technician.layout.base / "terminal.toml"), "--stay")
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("246810\n")
            process.stdin.flush()
            while "已登录" not in process.stdout.readline():
                assert process.poll() is None
            if ended_by == "left":
                process.send_signal(signal.SIGTERM)
            else:
                technician.pcsc.lift()
            assert process.wait(PATIENCE) == 0
        assert technician.audit()[-1][1]["cause"] == ended_by
        technician.lay("technician")


def test_a_code_from_the_centre_opens_once(technician: Technician) -> None:
    staff.lay_book(technician.layout, files.TERMINAL)
    code = technician.new_code()
    done = technician.badge("code", types=f"{code.lower()}\n")
    assert (done.returncode, "已登录" in done.stdout) == (0, True), done.stderr
    again = technician.badge("code", types=f"{code}\n")
    assert (again.returncode, "已经用过" in again.stderr) == (1, True)
    assert code not in repr(technician.audit())


def test_the_centre_gives_no_code_without_a_reason_or_for_a_terminal_it_does_not_know(technician: Technician) -> None:
    words = ["--role", "technician", "--asked", "试技术员", "--issuer", "试值班员"]
    assert technician.centre("--terminal", files.TERMINAL, *words).returncode == 2
    assert "2 至 200" in technician.centre("--terminal", files.TERMINAL, *words, "--reason", "x").stderr
    assert "没有登记" in technician.centre("--terminal", "demo-k09", *words, "--reason", "工作证坏了").stderr
    assert "还没有码本" in technician.centre("--terminal", files.TERMINAL, *words, "--reason", "工作证坏了").stderr


def test_wrong_settings_are_named(technician: Technician) -> None:
    settings = technician.layout.base / "terminal.toml"
    text = settings.read_text()
    settings.write_text(re.sub(r"revocation = .*", "", text))
    assert technician.badge("code").returncode == 78
    (technician.layout.base / "staff-ca.pem").write_text("nonsense")
    settings.write_text(text)
    done = technician.badge("code")
    assert (done.returncode, "发证机构" in done.stderr) == (78, True)
