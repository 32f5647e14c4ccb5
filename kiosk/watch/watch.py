"""Asks every critical part again and again, and feeds the service manager's watchdog only while all answer.

A process can be up and half dead: the dispatcher stands at a lock, a thread ended by an error nobody foresaw, the page's server
has no thread left. No device and no page tells of that. Each part is asked, in a thread of its own, for something only it can do:
it checks in by doing it. Who does not answer is named in the unit's status and in the log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from msgspec import Struct

from domain.notify import Manager

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two questions to a part."""
LOOK = 1.0
"""Seconds between two looks at who has answered."""
LATE = 8.0
"""Seconds a part may take; here each takes milliseconds. The unit's WatchdogSec comes on top."""
SERVING = "在服务"


class Part(Struct, frozen=True):
    """``name`` as staff read it. ``ask`` returns once the part has done something just now; raises, or never returns, otherwise."""

    name: str
    ask: Callable[[], object]
    late: float = LATE


class Watch:
    """``start`` when all parts have started; says that the process is up once each has answered."""

    def __init__(self, parts: Iterable[Part], manager: Manager, *, every: float = EVERY, look: float = LOOK) -> None:
        self.parts = tuple(parts)
        self._manager = manager
        self._every, self._look = every, look
        self._answered: dict[str, float] = {}
        self._told: tuple[str, ...] | None = None
        self._ended = threading.Event()
        self._began = time.monotonic()

    def start(self) -> None:
        self._began = time.monotonic()
        for part in self.parts:
            threading.Thread(target=self._ask, args=(part,), name=f"watch-{part.name}", daemon=True).start()
        threading.Thread(target=self._feed, name="watch", daemon=True).start()

    def stop(self) -> None:
        self._ended.set()
        self._manager.stopping()

    def missing(self) -> tuple[str, ...]:
        """Parts that have not answered in time, by name. Any thread."""
        now = time.monotonic()
        return tuple(part.name for part in self.parts if now - self._answered.get(part.name, self._began) > part.late)

    @property
    def up(self) -> bool:
        """Every part has answered, and none is missing."""
        return len(self._answered) == len(self.parts) and not self.missing()

    @property
    def lacking(self) -> tuple[str, ...]:
        """Parts that have not answered yet, or not in time, by name. Any thread."""
        late = self.missing()
        return tuple(part.name for part in self.parts if part.name in late or part.name not in self._answered)

    def _ask(self, part: Part) -> None:
        puzzled = False
        while not self._ended.is_set():
            try:
                part.ask()
            except Exception as error:
                if not puzzled:
                    log.warning("%s does not answer: %s", part.name, type(error).__name__)
                puzzled = True
            else:
                self._answered[part.name], puzzled = time.monotonic(), False
            self._ended.wait(self._every)

    def _feed(self) -> None:
        while not self._ended.wait(self._look):
            missing = self.missing()
            if missing:
                self._tell(missing)
            elif self.up:
                self._tell(())
                self._manager.alive()

    def _tell(self, missing: tuple[str, ...]) -> None:
        if missing == self._told:
            return
        if missing:
            log.error("no sign of life: %s", "、".join(missing))
            self._manager.status(f"没有动静：{'、'.join(missing)}")
        elif self._told is None:
            self._manager.ready(SERVING)
        else:
            log.info("every part answers again")
            self._manager.ready(SERVING)
        self._told = missing
