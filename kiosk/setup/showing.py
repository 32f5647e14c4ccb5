"""The end of setting up: the glass becomes the terminal's, and whoever sits at the machine's own console loses it.

A machine that is not set up has its console (``tongban-login.service``) and no screen. Both change with the settings: at the next
start, or at once where nobody sits there.
"""

from __future__ import annotations

import os
import sys
import termios
from contextlib import suppress
from pathlib import Path

import click

from kiosk.setup import questions
from kiosk.setup.errors import AnswerError
from kiosk.setup.system import System

SCREEN = "tongban-screen.service"
ASKED = "现在重新启动，换成终端的页面？（换了以后本机的键盘不起作用，再要用见手册“锁定”）"


def shown(system: System, *, anew: bool, good: bool, person: bool) -> None:
    """``anew``: something is in force with the next start only; ``good``: nothing is left to be mended first."""
    if not system.there or (system.active(SCREEN) and not anew):
        return
    if person and sys.stdin.isatty():  # a key more than the doctor asked for answers nothing here
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
    if _agreed(good) if person else anew:
        commands: tuple[tuple[str, ...], ...] = (("systemctl", "--no-block", "reboot"),)
    elif on_console():
        commands = ()
    else:
        (system.root / "run/tongban-console").unlink(missing_ok=True)
        commands = (("systemctl", "stop", "getty@tty1.service"), ("systemctl", "start", "--no-block", SCREEN))
    for command in commands:
        with suppress(OSError):  # with the next start it is so
            system.run(*command)


def _agreed(default: bool) -> bool:
    """Ctrl-C: not now."""
    while True:
        try:
            typed = click.prompt(ASKED, default="y" if default else "n", prompt_suffix="：")
            return questions.yes(questions.half(typed).strip())
        except AnswerError as error:
            click.echo(f"✕ {error}")
        except click.Abort:
            return False


def on_console(proc: Path = Path("/proc")) -> bool:
    """Whether somebody at the machine's own keyboard started this: sudo, and the terminal that draws Chinese (``systemd/console``),
    each lay a line of their own between. proc_pid_stat(5): the parent, the controlling terminal; virtual consoles are 4:1 to 4:63.
    """
    number = os.getpid()
    while number > 0:
        try:
            fields = (proc / str(number) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return False
        number, terminal = int(fields[1]), int(fields[4])
        if terminal >> 8 == 4 and 1 <= terminal & 0xFF <= 63:
            return True
    return False
