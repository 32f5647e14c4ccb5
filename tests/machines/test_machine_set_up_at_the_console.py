"""A technician at the machine's own keyboard and panel: logs in, answers, tries the devices, has the disk locked; it starts anew.

One after the other, on one machine in a hall without DHCP. ``TONGBAN_GUIDE_PICTURES``: a folder for the technician's guide's
picture of it (docs/screens).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from support.machine.place import KEYBOARD, Place, alive
from support.machine.qemu import OUTSIDE, SLOW, Virtual, words

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]

NAME, PASSWORD = "jishu", "ji-zhuang"
"""As whoever wrote the card made the account: in the groups that Debian and Raspberry Pi OS give a first user."""
ADDRESS = "10.0.2.15/24 10.0.2.2 10.0.2.3"
LAST = 400
"""Letters in which an answer is looked for: what was read before stands above them."""
PICTURES = os.environ.get("TONGBAN_GUIDE_PICTURES")
SCALE, GAP, GROUND = 0.6, 40, "#d9dee3"


@pytest.fixture(scope="module")
def machine(hall: Place) -> Iterator[Virtual]:
    hall.lay_profile()
    with hall.on() as one:
        one.plug("usb-kbd", "keyboard", KEYBOARD)
        one.run(f"useradd -m -s /bin/bash -G sudo,video {NAME} && echo {NAME}:{PASSWORD} | chpasswd")
        yield one


@pytest.fixture(scope="module")
def panel(machine: Virtual, tmp_path_factory: pytest.TempPathFactory) -> Panel:
    return Panel(machine, tmp_path_factory.mktemp("panel"))


def like(told: str, seen: str) -> bool:
    """Whether it stands somewhere in ``seen``, three letters of four."""
    wide = len(told)
    pieces = (seen[at : at + wide] for at in range(max(1, len(seen) - wide + 1)))
    return told in seen or any(SequenceMatcher(None, told, piece).ratio() >= 0.75 for piece in pieces)


def logs_in(machine: Virtual) -> None:
    """As often as it takes: what is typed while login begins to listen goes by, or stands there twice."""
    ends = "tr -s ' ' < /dev/vcs1 | grep -q '{} $'".format
    for _ in range(6):
        machine.until(ends("login:"), "a login")
        machine.typed(NAME)
        if not machine.run(f"sleep 2; {ends(f'login: {NAME}')} && echo so || true"):
            machine.keys("ctrl", "u")
            continue
        machine.typed("\n")
        machine.until(ends("Password:"), "the password is asked")
        machine.typed(f"{PASSWORD}\n")
        machine.until(f"pgrep -u {NAME} || {ends('login:')}", "logged in, or asked anew")
        if machine.run(f"pgrep -u {NAME} || true"):
            return
    raise AssertionError("nobody could log in")


class Panel:
    """What the technician reads and types."""

    def __init__(self, machine: Virtual, folder: Path) -> None:
        self.machine, self.folder = machine, folder
        self.shown: list[Image.Image] = []

    def reads(self, *told: str, patience: float = SLOW) -> str:
        """Until all of it can be read; blanks do not count, nor does one of four letters (tesseract mistakes some)."""
        deadline, before, seen = time.monotonic() + patience, b"", ""
        while True:
            with Image.open(self.machine.picture(self.folder / "panel.png")) as shown:
                dark = shown.convert("L")
            if dark.tobytes() != before:  # reading it takes a core the machine needs
                before, seen = dark.tobytes(), self._read(dark)
            if all(like(one, seen) for one in told):
                return seen
            assert time.monotonic() < deadline, f"never read: {told}; but: {seen}"
            time.sleep(2)

    def _read(self, dark: Image.Image) -> str:
        """The last lines, black on white."""
        _, top, _, bottom = dark.point(lambda light: 255 * (light > 60)).getbbox() or (0, 0, 0, 20)
        ImageOps.invert(dark.crop((0, max(0, top - 20), dark.width, bottom + 20))).save(self.folder / "lines.png")
        # What one way of reading leaves out the other has.
        ways = (words(self.folder / "lines.png", lines=lines) for lines in (True, False))
        return "\n".join(read[-LAST:] for read in ways)

    def answers(self, asked: str, typed: str = "") -> None:
        self.reads(asked)
        self.machine.typed(f"{typed}\n")

    def keep(self) -> None:
        """For the guide."""
        with Image.open(self.machine.picture(self.folder / "panel.png")) as shown:
            bottom = (shown.convert("L").point(lambda light: 255 * (light > 60)).getbbox() or (0, 0, 0, 60))[3]
            self.shown.append(shown.convert("RGB").crop((0, 0, shown.width, min(shown.height, bottom + 24))))


def test_a_machine_that_is_not_set_up_says_so_in_letters_its_console_has(machine: Virtual, panel: Panel) -> None:
    machine.until("grep -q login: /dev/vcs1", "a login")
    panel.reads("Thisterminalisnotsetupyet", "sudotongbansetup", "login:")
    panel.keep()
    assert machine.state("tongban-screen") == "inactive"


def test_who_logs_in_reads_chinese_and_is_asked_what_cannot_be_seen(hall: Place, machine: Virtual, panel: Panel) -> None:
    machine.run("nmcli device disconnect $(basename /sys/class/net/e*)")  # no DHCP here
    machine.until("grep -q 'USB Keyboard' /proc/bus/input/devices", "the keyboard is there")
    machine.run("sleep 3")  # what is pressed while it is taken into use is lost
    logs_in(machine)
    panel.reads("还没有装机", "sudotongbansetup")
    machine.typed("sudo tongban setup\n")
    panel.answers("passwordfor", PASSWORD)
    panel.answers("终端编号[demo-k01]")
    panel.answers("终端代码[")
    panel.answers("放在大厅还是窗口[", "lobby")
    panel.reads("“lobby”不能用")
    machine.typed("hall\n")
    panel.answers("大厅名称[")
    panel.answers("大厅电话[")
    panel.answers("(英寸)[")
    panel.reads("连不上中心")
    panel.answers("网络[dhcp]", ADDRESS)
    panel.reads("到中心的网络通了")
    panel.answers("时间服务器[", OUTSIDE)
    panel.answers("设备[", hall.devices())
    panel.answers("以后再登记就留空", hall.code())
    panel.reads("锁上系统盘[是]")
    panel.keep()
    machine.typed("\n")


def test_the_devices_are_tried_and_it_says_what_came_of_it(hall: Place, machine: Virtual, panel: Panel) -> None:
    """Locking makes the initramfs anew first: minutes on an emulated processor."""
    panel.reads("先不要拿开", patience=3 * SLOW)
    hall.rig.reader().lay("liu")
    panel.reads("请把身份证拿开")
    hall.rig.reader().lift()
    hall.rig.camera().lay("residence")
    panel.answers("放好了吗", "y")
    panel.answers("完整、清楚，纸已切开", "y")
    panel.reads("现在重新启动，换成终端的页面")
    panel.keep()
    hall.rig.camera().clear_desk()
    assert [paper.cut for paper in hall.rig.printer().papers()] == [True, True], "the doctor's, and the slip"
    told = machine.run("cat /var/lib/tongban/settings/terminal.toml.setup")
    assert "✓ 登记" in told, told
    assert "✓ 锁系统盘：重新启动后只读" in told, told
    assert "✕" not in told, told


def test_it_starts_anew_at_a_key_and_comes_up_with_its_root_read_only_its_page_and_its_address(
    hall: Place, machine: Virtual, panel: Panel
) -> None:
    started = machine.run("cat /proc/sys/kernel/random/boot_id")
    machine.typed("\n")
    hall.again(machine)
    assert machine.run("cat /proc/sys/kernel/random/boot_id") != started
    alive(hall)
    assert machine.run("/usr/lib/tongban/bin/lock-root status") == "系统盘只读"
    assert "10.0.2.15/24" in machine.run("ip -4 -brief address")
    assert "ipv4.method:manual" in machine.run("nmcli -t -f ipv4.method connection show tongban")
    assert machine.run("systemctl --failed --no-legend --plain", check=False) == ""


def test_the_console_is_gone_and_no_key_brings_it_back(hall: Place, machine: Virtual, panel: Panel, tmp_path: Path) -> None:
    assert machine.run("pgrep agetty || true") == ""
    before = machine.picture(tmp_path / "before.png").read_bytes()
    for together in (("ctrl", "alt", "f2"), ("alt", "f2"), ("ctrl", "alt", "f1"), ("ctrl", "alt", "delete"), ("tab",)):
        machine.keys(*together)
        machine.run("sleep 2")
    machine.run("sleep 3")
    assert machine.run("cat /sys/class/tty/tty0/active") == "tty1"
    assert machine.run("pgrep agetty || true") == ""
    assert machine.picture(tmp_path / "after.png").read_bytes() == before
    assert hall.glass().look() == "welcome"


@pytest.mark.skipif(not PICTURES, reason="TONGBAN_GUIDE_PICTURES names no folder")
def test_pictures_for_the_guide(hall: Place, panel: Panel) -> None:
    """Login and questions, what came of it, and the slip as it came out of the printer."""
    slip = hall.rig.printer().papers()[-1]
    login, asked, told = panel.shown
    paper = Image.open(BytesIO(hall.rig.printer().png(slip.n))).convert("RGB")
    columns = (login, asked), (told,), (paper,)
    tall = max(sum(one.height + GAP for one in column) for column in columns)
    whole = Image.new("RGB", (sum(column[0].width + GAP for column in columns) + GAP, tall + GAP), GROUND)
    across = GAP
    for column in columns:
        down = GAP
        for one in column:
            whole.paste(one, (across, down))
            down += one.height + GAP
        across += column[0].width + GAP
    small = whole.resize((round(whole.width * SCALE), round(whole.height * SCALE)), Image.Resampling.LANCZOS)
    small.quantize(32, method=Image.Quantize.MEDIANCUT).save(Path(PICTURES or "") / "setting-up.png", optimize=True)
