"""What a clerk is to do, as data: one template shows every task. Of a rating there is no field in these types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import NamedTuple

from msgspec import Struct

from ui.view.choosing import Choice

Fields = tuple[tuple[str, str], ...]
MENDING = "123456789ACDEFGHJKLMSTUVWXZ"
"""Keys of what can be mended on one page, in order; those of the foot and of the page's own ways are not among them."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done: what it sends, what it says, the key that does it. ``first``: Enter does it."""

    intent: str
    text: str
    key: str = ""
    fields: Fields = ()
    note: str = ""
    first: bool = False
    picked: bool = False


class Line(NamedTuple):
    """One fact that is looked at once more, and how it is mended if it can be."""

    name: str
    text: str
    mend: Action | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One answer to be typed or ticked. ``kind`` as ``Field.kind``; ``value``: what may stand there; ``before``: what was given,
    masked."""

    name: str
    label: str
    kind: str
    value: str = ""
    hint: str = ""
    before: str = ""
    error: str = ""
    most: int = 200
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()
    chosen: tuple[str, ...] = ()


class Form(Struct, frozen=True):
    intent: str
    asks: tuple[Ask, ...]
    text: str = "填好了，下一步"
    says_card: str = ""
    """What the card says of it, masked: it stands unless something is typed."""
    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class Task:
    """``waits``: what the citizen does now, at the glass. ``choices`` are numbered, and found by typing where they are many.
    ``picture``: desk, page or photo, with ``ref``. ``hint``: what may be good to know."""

    title: str
    lead: str = ""
    hint: str = ""
    waits: str = ""
    trouble: str = ""
    facts: Fields = ()
    lines: tuple[Line, ...] = ()
    facts_title: str = ""
    choices: tuple[Action, ...] = ()
    actions: tuple[Action, ...] = ()
    form: Form | None = None
    picture: str = ""
    ref: str = ""
    places: tuple[tuple[int, int, int, int], ...] = ()
    doubts: tuple[str, ...] = ()


def numbered(actions: Sequence[Action]) -> tuple[Action, ...]:
    """The first nine by their number, all by what is typed."""
    return tuple(replace(one, key=str(at)) if at < 10 else one for at, one in enumerate(actions, 1))


def mendable(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Each that can be mended with its key."""
    keys = chain(MENDING, repeat(""))
    return tuple(one._replace(mend=replace(one.mend, key=next(keys))) if one.mend else one for one in lines)


def choice(intent: str, name: str, one: Choice) -> Action:
    return Action(intent, one.title, fields=((name, one.value),), note=one.note)
