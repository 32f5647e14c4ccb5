"""The terminal's end of typing: words from the engine; characters from the tables for names, and for all where no engine serves."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from domain.spelling.characters import Characters
from domain.spelling.port import PAGE, Candidates, Way
from kiosk.typing.child import EX_UNAVAILABLE
from kiosk.typing.dictionary import PLACE, STAMP

log = logging.getLogger(__name__)

MISSING, FAILED = "typing_missing", "typing_failed"
PATIENCE = 2.0
"""Seconds one answer may take, the start of the engine in it: twenty times what it takes on the machine it was measured on."""
MOST_DEATHS = 2
"""Of one visit; afterwards its letters go to the tables."""
MAX_ANSWER = 16 * 1024
REAPED = 5.0
_GOING = 0.2
"""Seconds between its end of the line closing and the process being gone."""
COMMAND = (sys.executable, "-P", "-m", "kiosk.typing.child")
_UNSPELLABLE = re.compile(r"[^aeiouv']{9}")
"""So many first letters in a row mean nothing, and cost the engine most."""


class Typist:
    """Implements ``domain.spelling.port.Spelling``. One process a visit, begun by its first key, killed by :meth:`forget`."""

    def __init__(
        self,
        news: Callable[[], None] = lambda: None,
        folder: Path = PLACE,
        command: tuple[str, ...] = COMMAND,
        patience: float = PATIENCE,
    ) -> None:
        """``news`` is called when :attr:`fault` changes; ``folder``: what ``dictionary.py`` built."""
        self._news = news
        self.folder = folder
        self._command = command
        self._patience = patience
        self._characters = Characters()
        self._one_at_a_time = threading.Lock()
        self._child: _Child | None = None
        self._visit, self._over, self._deaths = "", "", 0
        self.fault: str | None = None if (folder / STAMP).is_file() else MISSING
        """A code of ``kiosk/faults.toml`` while words cannot be had."""

    @property
    def holds(self) -> bool:
        """Whether something of a visit is here."""
        return self._child is not None

    def spell(self, visit: str, way: Way, letters: str, first: int) -> Candidates:
        if way == "words" and letters and not _UNSPELLABLE.search(letters):
            found = self._ask(visit, {"letters": letters, "first": first, "most": PAGE + 1})
            if isinstance(found, list):
                return Candidates(tuple(map(str, found[:PAGE])), len(found) > PAGE)
        return self._characters.spell(visit, way, letters, first)

    def rest(self, visit: str, way: Way, letters: str, word: str) -> str:
        if way == "words" and not _UNSPELLABLE.search(letters):
            left = self._ask(visit, {"letters": letters, "word": word})
            if isinstance(left, str) and left != letters and letters.endswith(left):
                return left
        return self._characters.rest(visit, way, letters, word)

    def forget(self, visit: str) -> None:
        """It is over. From any thread; never waits for an answer."""
        self._over = visit
        self.close()

    def close(self) -> None:
        """The terminal stops, or a visit."""
        child = self._child
        if child is not None:
            child.kill()  # whoever waits for it hears of that at once, and leaves the lock
            with self._one_at_a_time:
                self._stop()

    @property
    def pid(self) -> int:
        """Of the engine; 0 while there is none."""
        child = self._child
        return child.pid if child is not None else 0

    def _ask(self, visit: str, question: dict[str, object]) -> object:
        """What the engine says, asked once more where it died of it; ``None``: nothing, and the letters go to the tables."""
        with self._one_at_a_time:
            while (child := self._begun(visit)) is not None:
                answer = child.ask(question, self._patience)
                if visit == self._over:
                    self._stop()
                    return None
                if answer is not None:
                    self._tell(None)
                    return answer
                self._lost(child)
            return None

    def _begun(self, visit: str) -> _Child | None:
        if visit != self._visit:
            self._stop()
            self._visit, self._deaths = visit, 0
        if visit == self._over or self._deaths >= MOST_DEATHS:
            return None
        if self._child is None:
            try:
                self._child = _Child(self._command, self.folder)
            except OSError:
                self._deaths = MOST_DEATHS
                self._tell(FAILED)
        return self._child

    def _lost(self, child: _Child) -> None:
        status = child.ended()
        self._stop()
        # Whoever waited for one that hangs is not made to wait a second time.
        self._deaths += 1 if status not in (None, EX_UNAVAILABLE) else MOST_DEATHS
        if self._deaths >= MOST_DEATHS:
            self._tell(MISSING if status == EX_UNAVAILABLE else FAILED)

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _tell(self, fault: str | None) -> None:
        if fault == self.fault:
            return
        self.fault = fault
        if fault is not None:
            log.warning("typing: %s", fault)
        self._news()


class _Child:
    def __init__(self, command: tuple[str, ...], folder: Path) -> None:
        self._end, theirs = socket.socketpair()
        with theirs:
            try:
                # Nothing the library prints is kept: it could be what somebody typed.
                self._process = subprocess.Popen(
                    [*command, str(theirs.fileno()), str(folder)],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            except OSError:
                self._end.close()
                raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, question: dict[str, object], patience: float) -> object:
        """One line; ``None`` when none comes in time, or it is none."""
        self._end.settimeout(patience)
        data = bytearray()
        try:
            self._end.sendall(json.dumps(question).encode() + b"\n")
            while not data.endswith(b"\n"):
                if not (piece := self._end.recv(MAX_ANSWER)) or len(data) > MAX_ANSWER:
                    return None
                data += piece
            return json.loads(data)
        except (OSError, ValueError):
            return None

    def ended(self) -> int | None:
        """What it went with by itself; ``None``: it has not gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_GOING)
        return None

    def kill(self) -> None:
        """From any thread: with everything it holds."""
        self._process.kill()

    def end(self) -> None:
        """Killed and reaped; one the kernel does not let go of within :data:`REAPED` is left to it."""
        self.kill()
        self._end.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(REAPED)
