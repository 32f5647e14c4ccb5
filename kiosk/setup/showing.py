"""The end of setting up: the glass becomes the terminal's, and whoever sits at the machine's own console loses it.

A machine that is not set up has its console (``tongban-login.service``) and no screen. Both change with the settings: at the next
start, or at once where nobody sits there.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress

import click

from kiosk.setup.system import System

SCREEN = "tongban-screen.service"
ASKED = "现在重新启动，换成终端的页面？（换了以后本机的键盘不起作用，再要用见手册“锁定”）"


def shown(system: System, *, anew: bool, good: bool, person: bool) -> None:
    """``anew``: something is in force with the next start only; ``good``: nothing is left to be mended first."""
    if not system.there or (system.active(SCREEN) and not anew):
        return
    if click.confirm(ASKED, default=good) if person else anew:
        commands: tuple[tuple[str, ...], ...] = (("systemctl", "--no-block", "reboot"),)
    elif _on_console():
        commands = ()
    else:
        (system.root / "run/tongban-console").unlink(missing_ok=True)
        commands = (("systemctl", "stop", "getty@tty1.service"), ("systemctl", "start", "--no-block", SCREEN))
    for command in commands:
        with suppress(OSError):  # with the next start it is so
            system.run(*command)


def _on_console() -> bool:
    return sys.stdin.isatty() and re.fullmatch(r"/dev/tty\d+", os.ttyname(0)) is not None
