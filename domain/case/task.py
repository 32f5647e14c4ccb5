"""What a terminal shows of a case after it was taken in: a correction asked for (补正), a result to be handed over (领取结果).

The home desk seals a task to the handing-over key of the hall (``[handover] key_file``), to its own party and to recovery, and
lists its digest with the act that asks for it: the digest is the task's name. So the centre, which hands tasks out, never learns
whom one is for; a terminal opens them in memory and shows one only to its holder. The pages of a result are a document of their
own, sealed to the same three, and fetched after the card.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain import names
from domain.case.content import Acting, CaseContent, Long, Text
from domain.identity import Identity
from domain.representation import SCOPES
from domain.sealing import OpeningKey, Recipient, seal, unseal

MAX_TASK = 64 * 1024
"""Bytes of a sealed task: the longest notice has a third of it."""
MOST_POINTS = 40
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", max_length=10)]


class DamagedTaskError(ValueError):
    """What was opened is no task, or one this program does not understand."""


class Holder(Struct, frozen=True):
    """Somebody a task may be shown to, as their card says it."""

    role: Literal["applicant", "agent", "guardian", "legal_person"]
    name: Text
    number: Text

    def __repr__(self) -> str:
        return "Holder(…)"


class Point(Struct, frozen=True):
    """One point of a one-time notice (一次性告知). ``name``: of the material, as the citizen reads it; ``text``: what is wrong with
    it and what to bring; ``how``: laid under the camera here, or brought to the window. ``sides`` as of a material.
    """

    point: Code
    name: Text
    text: Long
    material: Code | None = None
    how: Literal["scan", "window"] = "scan"
    sides: Annotated[int, Meta(ge=1, le=2)] = 1

    def __repr__(self) -> str:
        return f"Point({self.point}, …)"


class _Task(Struct, frozen=True):
    """``number``: 文号 of the notice or of the result, where it has one."""

    v: Literal[1]
    case: Code
    item: Code
    item_name: Text
    home: Code
    home_name: Text
    holders: Annotated[tuple[Holder, ...], Meta(min_length=1, max_length=8)]
    number: Text = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class CorrectionTask(_Task, frozen=True, kw_only=True, tag_field="kind", tag="correction"):
    """``due``: the last day. ``withdrawable``: the case may be withdrawn instead (撤回)."""

    points: Annotated[tuple[Point, ...], Meta(min_length=1, max_length=MOST_POINTS)]
    due: Day
    withdrawable: bool = False


class ResultTask(_Task, frozen=True, kw_only=True, tag_field="kind", tag="result"):
    """``name``: what the result is called. ``document`` and ``size``: its sealed PDF of ``pages`` A4 pages; null where it is handed
    over at the window. ``until``: the last day it lies here.
    """

    name: Text
    way: Literal["terminal", "window"]
    document: Digest | None = None
    size: Annotated[int, Meta(ge=0)] = 0
    pages: Annotated[int, Meta(ge=0, le=200)] = 0
    until: Day | None = None


Task = CorrectionTask | ResultTask


def holders(content: CaseContent, *, collecting: bool) -> tuple[Holder, ...]:
    """Whose card opens a task of this case: the applicant's, and of whoever stood here for them. An agent (受托人) collects a
    result only where the power given to them says so.
    """
    who = [Holder("applicant", content.applicant.name, content.applicant.number)]
    acting = content.acting
    if acting is not None and (not collecting or _collects(acting)):
        who.append(Holder(acting.role, acting.person.name, acting.person.number))
    return tuple({(one.name, one.number): one for one in reversed(who)}.values())[::-1]


def is_of(task: Task, card: Identity) -> bool:
    """Whether ``card`` is a holder's, by number and by name."""
    numbers = {card.number, card.former} - {""}
    called = [name for name in (card.name, card.english_name) if name]
    return any(
        holder.number.upper() in numbers and any(names.same(holder.name, name) for name in called) for holder in task.holders
    )


def has_tail(task: Task, tail: str) -> bool:
    """Whether ``tail`` is the last four characters of a holder's number: enough with a case number, few tries and points only."""
    return len(tail) == 4 and any(holder.number.upper().endswith(tail.upper()) for holder in task.holders)


def sealed(task: Task, recipients: tuple[Recipient, ...]) -> bytes:
    """To the hall, the home desk and recovery. ``ValueError`` for a task no terminal would take; the text quotes nothing of it."""
    plain = msgspec.json.encode(task)
    decode(plain)
    data = seal(plain, recipients)
    if len(data) > MAX_TASK:
        raise ValueError("the task is too large")
    return data


def opened(data: bytes, key: OpeningKey) -> Task:
    """:class:`domain.sealing.SealError`: damaged, or sealed to another hall. :class:`DamagedTaskError`."""
    return decode(unseal(data, key))


def decode(plain: bytes) -> Task:
    """:class:`DamagedTaskError` also for days that are none, a point twice, pages without a document."""
    try:
        task: Task = msgspec.json.decode(plain, type=Task)
        last = _last(task)
        sound = last is None or bool(date.fromisoformat(last))
    except (ValueError, RecursionError):
        raise DamagedTaskError("no task of this version") from None
    if isinstance(task, CorrectionTask):
        sound = sound and len({point.point for point in task.points}) == len(task.points)
    else:
        sound = sound and (task.document is not None) is (task.way == "terminal")
    if not sound:
        raise DamagedTaskError("a task that contradicts itself")
    return task


def _last(task: Task) -> str | None:
    return task.due if isinstance(task, CorrectionTask) else task.until


def _collects(acting: Acting) -> bool:
    return acting.role != "agent" or acting.scope == SCOPES["submit-collect"]
