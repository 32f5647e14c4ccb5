"""A PC that GRUB starts, with a keyboard, before its page stands: locked there is no way in, and once it is opened there is.

One after the other, on one machine that nobody has set up; GRUB also writes on the serial line, where the test reads it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.machine.place import Place
from support.machine.qemu import SLOW, Virtual, switched_on

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]

MENU, EDITOR, ASKED, REFUSED = "GNU GRUB", "Minimum Emacs-like screen editing", "Enter username", "access denied"
LOCK = "/usr/lib/tongban/bin/lock-root"
PRESSED = 10
"""More often in two seconds than systemd bears without being told otherwise."""
SERIAL = "serial-getty@ttyS0"


@contextmanager
def menu(hall: Place) -> Iterator[Virtual]:
    """Escape is held from the power on until there is a menu."""
    hall.disk.dead = False
    with switched_on(hall.image, hall.disk, hall.folder, hall.port, kernel=None) as machine:
        reads(machine, MENU, "esc")
        yield machine


def reads(machine: Virtual, what: str, *pressed: str, times: int = 1) -> None:
    """Until GRUB has written that so many times; ``pressed`` again and again meanwhile."""
    deadline = time.monotonic() + SLOW
    while len(re.findall(what, machine.console())) < times:
        assert time.monotonic() < deadline, f"never read: {what}\n{machine.console()[-3000:]}"
        for key in pressed:
            machine.keys(key)
        time.sleep(0.3)


def test_it_is_locked_and_starts_by_grub_with_nobody_there(hall: Place) -> None:
    with hall.on() as machine:
        machine.until(f"systemctl is-active {SERIAL}", "a login on the serial line, while it is not set up")
        machine.run(f"{LOCK} on", patience=3 * SLOW)
        machine.off()
    with hall.on(kernel=None) as machine:
        assert machine.run(f"{LOCK} status") == "系统盘只读"
        words = machine.run("cat /proc/cmdline").split()
        assert words[0].startswith("BOOT_IMAGE=/boot/vmlinuz-")
        assert "panic=10" in words
        assert [word for word in words if word.startswith("console=")] == ["console=tty0"]
        assert machine.state(SERIAL) == "inactive"
        assert machine.run("cat /proc/sys/kernel/sysrq") == "0"
        assert MENU not in machine.console()
        machine.off()


def test_a_key_gets_a_menu_in_which_no_line_is_edited_and_no_prompt_given(hall: Place) -> None:
    with menu(hall) as machine:
        for times, key in enumerate(("e", "c"), 1):
            machine.keys(key)
            reads(machine, ASKED, times=times)
            machine.typed("tongban\n")
            reads(machine, "Enter password", times=times)
            machine.typed("\n")
            reads(machine, REFUSED, times=times)
            reads(machine, MENU, times=times + 1)
        assert EDITOR not in machine.console()
        assert "recovery" not in machine.console()
        machine.keys("ret")
        machine.answers()
        assert machine.run(f"{LOCK} status") == "系统盘只读"
        assert len(re.findall(ASKED, machine.console())) == 2, "Linux starts unasked"


def test_opened_while_it_was_locked_the_menu_is_back_and_the_root_writable(hall: Place) -> None:
    with hall.on(kernel=None) as machine:
        machine.run(f"{LOCK} off", patience=3 * SLOW)
        assert machine.run("findmnt -no OPTIONS /media/root-ro | cut -d, -f1") == "ro"
        machine.run(f"{LOCK} on && {LOCK} off", patience=6 * SLOW)
        machine.off()
    with menu(hall) as machine:
        machine.keys("e")
        reads(machine, EDITOR)
        assert ASKED not in machine.console()
        machine.keys("ctrl", "x")
        machine.answers()
        assert machine.run(f"{LOCK} status") == "系统盘可以写"
        assert "console=ttyS0,115200" in machine.run("cat /proc/cmdline").split()
        machine.off()


def test_at_a_console_the_keys_that_the_kernel_takes_do_nothing(hall: Place) -> None:
    """No compositor holds the keyboard: it is not set up, or starting."""
    with hall.on() as machine:
        machine.until("systemctl is-active getty@tty1", "a console")
        started = machine.run("cat /proc/sys/kernel/random/boot_id")
        for _ in range(PRESSED):
            machine.keys("ctrl", "alt", "delete")
        came = "journalctl -b -o cat _PID=1 | grep -c 'ctrl-alt-del.target.*masked'"
        machine.until(f"[ $({came}) -ge {PRESSED} ]", "each was told to systemd")
        for key in ("b", "h"):
            machine.keys("alt", "sysrq", key)
        machine.run("sleep 3")
        assert machine.run("cat /proc/sys/kernel/random/boot_id") == started
        assert "sysrq:" not in machine.run("dmesg")
        machine.run("echo 1 >/proc/sys/kernel/sysrq")
        machine.keys("alt", "sysrq", "h")
        machine.until("dmesg | grep 'sysrq: HELP'", "a test that no key can fail")
