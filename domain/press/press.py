"""Sets forms, one after another, each in a child of its own with an end in time. What fails is said by code and costs a paper only:
the answers and the signature stand in the case's content all the same."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import threading

import msgspec

from domain.press.order import Order

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds one form may take: about a hundred times what it takes on the machine it was measured on."""
MOST = 12 * 1024 * 1024
"""Bytes of a set form: one with every character of the basic block in it is 8 MB, for its fonts go along."""
UNMADE = "form_unmade"


_PAGE = re.compile(rb"/Type\s*/Page\b")


class UnmadeError(Exception):
    """No form came out; what it was to hold is not in the text."""


def page_count(pdf: bytes) -> int:
    """Pages of what a :class:`Press` made: Typst writes its page tree in the open."""
    return len(_PAGE.findall(pdf))


class Press:
    """Any thread. :meth:`clear` ends the form under way; whoever waits for it gets :class:`UnmadeError`."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._one_at_a_time = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._picture: tuple[bytes, bytes] | None = None
        self._cleared = 0

    def pdf(self, template: str, data: bytes) -> bytes:
        """A PDF/A-2u; the same bytes for the same data. :class:`UnmadeError`."""
        made = self._make(Order(template, "pdf"), data)
        if not made.startswith(b"%PDF-"):
            raise UnmadeError("no PDF came out")
        return made

    def picture(self, template: str, data: bytes) -> bytes:
        """A PNG of all pages, one below the other; the last one is kept for whoever asks again. :class:`UnmadeError`."""
        held, cleared = self._picture, self._cleared
        if held is not None and held[0] == data:
            return held[1]
        made = self._make(Order(template, "png"), data)
        if cleared == self._cleared:
            self._picture = (data, made)
        return made

    def clear(self) -> None:
        """The visit is over: nothing of it stays, and what is under way ends."""
        self._cleared += 1
        self._picture = None
        child = self._child
        if child is not None:
            child.kill()

    @property
    def holds(self) -> bool:
        """Whether something of a visit is here."""
        return self._picture is not None

    def _make(self, order: Order, data: bytes) -> bytes:
        with self._one_at_a_time:
            command, pipe = [sys.executable, "-m", "domain.press.child"], subprocess.PIPE
            child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
            self._child = child
            try:
                made, _ = child.communicate(msgspec.json.encode(order) + b"\n" + data, timeout=self._patience)
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()
                raise UnmadeError("not within its time") from None
            finally:
                self._child = None
        if child.returncode != 0 or not made or len(made) > MOST:
            raise UnmadeError(f"ended with {child.returncode}")
        return made
