"""Tells the visit whether the clerk who holds it is there. One look a second, and nothing remembered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.visit.events import ClerkSeen
from kiosk.visit.snapshot import Glass
from ui.clerk.sessions import Sessions

logger = logging.getLogger(__name__)
EVERY = 1.0


def look(glass: Glass, sessions: Sessions, tell: Callable[[ClerkSeen], object]) -> None:
    visit = glass.snapshot().state.visit
    holder = visit.attendant if visit is not None else None
    if holder is not None and (here := sessions.present(holder.session)) != holder.here:
        tell(ClerkSeen(holder.session, here))


class Presence:
    """``tell``: how the middle hears of it (``Middle.post``)."""

    def __init__(self, glass: Glass, sessions: Sessions, tell: Callable[[ClerkSeen], object]) -> None:
        self._glass = glass
        self._sessions = sessions
        self._tell = tell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clerks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            try:
                look(self._glass, self._sessions, self._tell)
            except Exception:
                logger.exception("it could not be told whether a clerk is there")
