"""One process at a time runs the clocks. Whoever has the turn keeps it while it lives; when it dies another takes it.

The turn is a lock that ends with its holder: of a file where the database is one, of a session where it is PostgreSQL.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fleet import database

if TYPE_CHECKING:
    from fleet.database.postgresql import Link

_log = logging.getLogger(__name__)

LOCK = 0x746F6E67_62616E02
"""Of who has the turn (``pg_advisory_lock``)."""
_KEEP_ALIVE = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
EVERY = 2.0
"""Seconds between two looks, whether the turn is ours, still or at last."""


class Turn(Protocol):
    def ours(self) -> bool:
        """Take it if nobody has it; whether it is ours now. ``OSError``: nobody can say, so it is not."""

    def give_up(self) -> None: ...


class Led(Protocol):
    def start(self) -> None: ...

    def stop(self) -> None: ...


class FileTurn:
    """Among the processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def ours(self) -> bool:
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def give_up(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class SessionTurn:
    """Among all that use a PostgreSQL: a lock of a session of its own. A machine that lost its power gives it up when the server
    has asked in vain for some seconds.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._link: Link | None = None

    def ours(self) -> bool:
        try:
            if self._link is not None:
                self._link.execute("SELECT 1")
                return True
            return self._taken()
        except OSError:
            self.give_up()
            raise

    def give_up(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _taken(self) -> bool:
        from fleet.database.postgresql import connect

        link = connect(self._conninfo)
        try:
            link.execute(_KEEP_ALIVE)
            if ours := link.execute("SELECT 1 WHERE pg_try_advisory_lock(?)", (LOCK,)).fetchone() is not None:
                self._link = link
            return ours
        finally:
            if self._link is not link:
                link.close()


def turn(where: database.Where, folder: Path) -> Turn:
    """Whose the clocks of the centre with the database at ``where`` are; ``folder``: its own, where the database is a file."""
    return FileTurn(folder / "clocks.lock") if isinstance(where, Path) else SessionTurn(where)


class Leader:
    """Runs what ``made`` makes while the turn is ours. A thread of its own, between :meth:`start` and :meth:`stop`."""

    def __init__(self, turn: Turn, made: Callable[[], Led], every: float = EVERY) -> None:
        self._turn, self._made, self._every = turn, made, every
        self._led: Led | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leader", daemon=True)

    @property
    def leads(self) -> bool:
        return self._led is not None

    @property
    def working(self) -> bool:
        return self._thread.is_alive()

    def try_out(self) -> None:
        """What cannot be used shows now, and not when the turn is ours."""
        self._made().stop()

    def start(self) -> None:
        self.look()  # alone, it leads from the first moment
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(2.0)
        self._rest()
        self._turn.give_up()

    def look(self) -> None:
        """Once."""
        try:
            ours = self._turn.ours()
        except OSError as error:
            _log.warning("whose turn it is cannot be asked: %s", error)
            ours = False
        if ours and self._led is None:
            led = self._made()
            led.start()
            self._led = led
        elif not ours:
            self._rest()

    def _rest(self) -> None:
        led, self._led = self._led, None
        if led is not None:
            led.stop()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self.look()
            except Exception:
                _log.exception("the clocks could not be started or stopped")
