"""A terminal that cannot start says so on its screen, and tries again: no restart loop, no black screen, nobody has to be there.

The page beats like the citizen's own, so that whoever keeps the browser leaves it alone; as soon as the terminal serves, the page's
next beat is answered by that and the citizen's page takes its place.
"""

from __future__ import annotations

import logging
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

from domain import placard
from domain.notify import Manager
from domain.placard import Placard
from kiosk.clock import Clock
from kiosk.glass_watch import GlassJudge
from kiosk.screen.browser import PORT
from ui.waiting import create_waiting

log = logging.getLogger(__name__)

AGAIN = 15.0
"""Seconds until the next try. Settings that were changed are tried at once."""
LOOK = 0.5


def wait(settings: Path, why: str, manager: Manager, *, disk: bool = False, again: float = AGAIN) -> None:
    """Until it is worth trying again. ``why``: what is wrong, as staff read it; ``disk``: the data's disk cannot be used, and with
    it what was handed in before. ``OSError``: the page has no port either.
    """
    before, until = _stamp(settings), time.monotonic() + again
    who = placard.read() if disk else None
    with _page(port(settings), f"{why}{_set_up(settings)}", who):
        manager.ready(f"起不来：{why}")
        while time.monotonic() < until and _stamp(settings) == before:
            manager.alive()
            time.sleep(LOOK)


def _set_up(settings: Path) -> str:
    """What setting up ended with, where it did not come to an end (kiosk/setup/command.py)."""
    try:
        told = settings.with_name(f"{settings.name}.setup").read_text("utf-8")
    except (OSError, ValueError):
        return ""
    return f"。{told[:300]}" if told.startswith("没有装好") else ""


def port(settings: Path) -> int:
    """Where the browser looks for the page, as far as that can be read from settings that cannot be used."""
    try:
        found = tomllib.loads(settings.read_text("utf-8"))["glass"]["port"]
    except (OSError, ValueError, KeyError, TypeError):
        return PORT
    return found if type(found) is int and 0 < found < 65536 else PORT


@contextmanager
def _page(at: int, why: str, disk: Placard | None) -> Iterator[None]:
    judge = GlassJudge(Clock(), lambda: None)
    # Not the terminal's server: that one has no end, and its connections would outlive it and be answered by this page for ever.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", at, create_waiting(why, judge, disk), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="waiting", daemon=True)
    thread.start()
    judge.start()
    try:
        yield
    finally:
        judge.stop()
        server.shutdown()
        thread.join(2)
        server.server_close()


def _stamp(settings: Path) -> tuple[int, int, int] | None:
    try:
        told = settings.stat()
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns, told.st_size
