"""The signature while it is being written, held in memory for a page that is loaded anew: a page server's restart loses no stroke.

How it works. The page numbers each stroke by the moment it was begun and tells it when it is done, as often as it likes. What was
taken back stays known as taken back, and what was cleared is everything up to a number; so whatever comes, late, twice or in any
order, gives one drawing (:class:`Drawing`). It is the drawing of one stay at the signature (:class:`Sheet`): a signature stands for
what was signed, and what was drawn before something was altered is not shown again.

What must not live here: anything that lasts, or counts. Before they were sent as a signature strokes are in no ``Visit`` (which
lies on tmpfs), in no log and on no disk; what is signed is what comes with 签好了 (``events.Sign``).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from msgspec import Struct

from domain.case.content import MAX_POINTS, Point, Signature
from kiosk.visit.state import Step, Visit

Stroke = tuple[Point, ...]
"""CSS pixels from the middle of the pad, milliseconds since the stroke was begun. At least one point."""
MOST_STROKES = 400
"""Drawn, or drawn and taken back, since the last clearing: ten names of the most strokes."""
MOST_NUMBER = 2**53
"""Beyond it a browser cannot count: milliseconds since 1970 reach it in 285,000 years."""
MOST_POINTS = MAX_POINTS


class TooMuchInkError(ValueError):
    """More than any signature has. The drawing stays as it was."""


class Sheet(Struct, frozen=True):
    """One stay of a visit at the signature; ``since`` as ``Visit.entered``."""

    visit: str
    since: float

    @property
    def name(self) -> str:
        return f"{self.visit}.{round(self.since * 1000)}"


def sheet(visit: Visit | None) -> Sheet | None:
    """What is to be signed now."""
    return Sheet(visit.id, visit.entered) if visit is not None and visit.step is Step.SIGN else None


@dataclass(frozen=True, slots=True)
class Drawn:
    number: int
    stroke: Stroke = field(repr=False)


class TakenBack(Struct, frozen=True):
    number: int


class Cleared(Struct, frozen=True):
    """Everything up to ``number``, also what comes of it later."""

    number: int


Change = Drawn | TakenBack | Cleared


class Drawing:
    """Within its limits the same for the same changes, in whatever order and however often they come."""

    def __init__(self) -> None:
        self._strokes: dict[int, Stroke] = {}
        self._back: set[int] = set()
        self._cleared = -1

    def change(self, change: Change) -> None:
        """:class:`TooMuchInkError`."""
        number = change.number
        if number <= self._cleared:
            return
        match change:
            case Drawn() if number not in self._back:
                # Two of one number are no page of ours; which comes first still makes no difference.
                stroke = max(self._strokes.get(number, ()), change.stroke, key=_order)
                others = sum(len(points) for other, points in self._strokes.items() if other != number)
                self._room(number)
                if others + len(stroke) > MOST_POINTS:
                    raise TooMuchInkError("points")
                self._strokes[number] = stroke
            case TakenBack():
                self._room(number)
                self._strokes.pop(number, None)
                self._back.add(number)
            case Cleared():
                self._cleared = number
                self._strokes = {other: points for other, points in self._strokes.items() if other > number}
                self._back = {other for other in self._back if other > number}

    def strokes(self) -> tuple[tuple[int, Stroke], ...]:
        """(number, stroke), in the order they were begun."""
        return tuple(sorted(self._strokes.items()))

    def _room(self, number: int) -> None:
        if number not in self._strokes and number not in self._back and len(self._strokes) + len(self._back) >= MOST_STROKES:
            raise TooMuchInkError("strokes")


class Ink:
    """The holder: one drawing, of the present sheet. Any thread; never waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sheet: Sheet | None = None
        self._drawing = Drawing()
        self._over = ""

    @property
    def holds(self) -> bool:
        """Whether something of a visit is here."""
        return self._sheet is not None

    def change(self, sheet: Sheet, change: Change) -> None:
        """:class:`TooMuchInkError`. Of a visit that is over, or a sheet that was left, nothing is taken."""
        with self._lock:
            held = self._sheet
            if sheet.visit == self._over or (held is not None and held.visit == sheet.visit and held.since > sheet.since):
                return
            if held != sheet:
                self._sheet, self._drawing = sheet, Drawing()
            self._drawing.change(change)

    def strokes(self, sheet: Sheet) -> tuple[tuple[int, Stroke], ...]:
        """As :meth:`Drawing.strokes`; of another sheet nothing."""
        with self._lock:
            return self._drawing.strokes() if sheet == self._sheet else ()

    def forget(self, visit: str) -> None:
        """That visit is over."""
        with self._lock:
            self._over, self._sheet, self._drawing = visit, None, Drawing()


def signature(strokes: tuple[tuple[int, Stroke], ...], width: int, height: int) -> Signature | None:
    """What the page would send of ``strokes`` on a pad of that size; ``None``: nothing is written."""
    if not strokes:
        return None
    began, right, down = strokes[0][0], width / 2, height / 2
    moved = (tuple(Point(round(p.x + right, 1), round(p.y + down, 1), n - began + p.t) for p in stroke) for n, stroke in strokes)
    return Signature(width, height, tuple(moved))


def _order(stroke: Stroke) -> tuple[tuple[float, float, float], ...]:
    return tuple((p.x, p.y, p.t) for p in stroke)
