"""What is to be done with a case at the intake window, and the acts that say it was: pure, and of the intake side only.

Nothing here, nor anywhere in ``fleet/window``, names an act of the home side: what would accept cannot be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.case.acts import (
    RESULT,
    Act,
    Awaited,
    Discrepancy,
    Dispatched,
    Mended,
    OriginalsSeen,
    Parcel,
    Piece,
    Prechecked,
    Received,
    Returned,
    Sealed,
    point,
)
from domain.case.content import CaseContent, Unproven
from domain.case.content import Material as CaseMaterial
from domain.case.life import Life
from domain.case.pieces import differences
from domain.case.rights import State
from domain.catalogue.item import Material, Situation

Task = Literal["precheck", "originals", "send", "post", "receive", "give_back"]
"""预审, 核验原件, 在线转送, 交寄, 清点来件, 退还原件."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A material beside the home department's points of review (受理标准), with their codes."""

    material: CaseMaterial
    points: tuple[tuple[str, str], ...]
    kind: Literal["original", "copy"]
    copies: int


class FormError(ValueError):
    """What the clerk entered cannot become an act; the text (Chinese) says what is missing."""


def tasks(life: Life) -> tuple[Task, ...]:
    """What this window has to do, the next thing first; empty where it has nothing."""
    found: list[Task] = []
    paper = life.paper
    if life.electronic or life.state is State.CLOSED:
        return ()
    settled = life.state in (State.NOT_ACCEPTED, State.WITHDRAWN, State.TRANSFERRED)
    if not settled and life.prechecked is None and life.dispatched is None:
        found.append("precheck")
    if not settled and life.awaits:
        found.append("originals")
    if not found and not settled and paper.at("window"):
        found.append("post")
    elif not found and not settled and life.dispatched is None:
        found.append("send")
    if paper.at("to_window"):
        found.append("receive")
    if {m for m in paper.at("counter") if m != RESULT} or (settled and paper.at("window")):
        found.append("give_back")
    return tuple(found)


def reviewed(content: CaseContent, situation: Situation | None) -> tuple[Reviewed, ...]:
    """The case's materials in order; a catalogue that no longer knows one gives it no points, and says so by their absence."""
    known: dict[str, Material] = {m.material_id: m for m in situation.materials} if situation else {}
    found = []
    for material in content.materials:
        said = known.get(material.material)
        points = tuple((point(material.material, n), text) for n, text in enumerate(said.accept_points, start=1)) if said else ()
        kind: Literal["original", "copy"] = "copy" if said is not None and said.copy_kind == "2" else "original"
        found.append(Reviewed(material, points, kind, said.copies if said else 1))
    return tuple(found)


def prechecked(doubts: Sequence[str], known: Iterable[Reviewed], at: datetime, documents: tuple[Sealed, ...] = ()) -> Prechecked:
    """:class:`FormError` for a doubt about a point there is none of."""
    codes = {code for one in known for code, _ in one.points} | {point(one.material.material) for one in known}
    if not set(doubts) <= codes:
        raise FormError("没有这一条要点，请刷新页面再看。")
    return Prechecked(at=at, by="intake_officer", doubts=tuple(dict.fromkeys(doubts)), documents=documents)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a clerk entered beside one line of 待窗口核验. ``count``: pieces of paper that stay here, for ``paper``."""

    line: Unproven
    done: bool
    count: int = 0
    back: bool = False


def seen_before(lines: Iterable[Unproven], acts: Iterable[Act]) -> frozenset[tuple[str, str | None]]:
    """Which lines of 待窗口核验 were done at an earlier time: (kind, material)."""
    done: set[tuple[str, str | None]] = set()
    for act in acts:
        if isinstance(act, OriginalsSeen):
            done |= {("original", material) for material in act.seen} | {("paper", piece.material) for piece in act.kept}
            done |= {(line.kind, line.material) for line in lines if line.kind in act.done}
    return frozenset(done)


def originals_seen(
    lines: Sequence[Counted],
    before: frozenset[tuple[str, str | None]],
    awaits: Sequence[Awaited],
    at: datetime,
    documents: tuple[Sealed, ...] = (),
) -> OriginalsSeen:
    """A kind is done when each of its lines is, now or ``before``. :class:`FormError` when a paper was not counted, or nothing was
    done."""
    ticked = [one for one in lines if one.done and (one.line.kind, one.line.material) not in before]
    if not ticked:
        raise FormError("还没有勾选这次核验的内容。")
    uncounted = [one.line.name for one in ticked if one.line.kind == "paper" and one.count < 1]
    if uncounted:
        raise FormError(f"请清点收下的纸质原件，填写份数：{'、'.join(uncounted)}。")
    settled = before | {(one.line.kind, one.line.material) for one in ticked}
    done = tuple(kind for kind in awaits if all((x.line.kind, x.line.material) in settled for x in lines if x.line.kind == kind))
    seen = tuple(one.line.material for one in ticked if one.line.kind == "original" and one.line.material)
    kept = tuple(
        Piece(one.line.material, one.count, one.back)
        for one in ticked
        if one.line.kind == "paper" and one.line.material is not None
    )
    return OriginalsSeen(at=at, by="intake_officer", seen=seen, kept=kept, done=done, documents=documents)


def taken_in(material: str, count: int, known: Iterable[Reviewed], *, back: bool, at: datetime) -> OriginalsSeen:
    """Paper that is handed in later, for a correction: it goes to the home desk with the next parcel. :class:`FormError`."""
    if material not in {one.material.material for one in known}:
        raise FormError("请选收下的是哪一份材料。")
    if count < 1:
        raise FormError("请当面点清，填写收下几份。")
    return OriginalsSeen(at=at, by="intake_officer", kept=(Piece(material, count, back),))


def mended(points: Sequence[str], known: Iterable[Reviewed], at: datetime, documents: tuple[Sealed, ...]) -> Mended:
    """:class:`FormError` where nothing was chosen, or a form the applicant signed: only the applicant makes that anew."""
    by_code = {code: one.material for one in known for code in (point(one.material.material), *(c for c, _ in one.points))}
    if not points or not set(points) <= set(by_code):
        raise FormError("请选补的是哪一份材料。")
    if any(by_code[code].proof == "signed_form" for code in points):
        raise FormError("申请人签了名的表单不能在窗口改。请申请人在终端重新提交，或者等业务属地一次性告知。")
    return Mended(at=at, by="intake_officer", points=tuple(dict.fromkeys(points)), documents=documents)


def dispatched(life: Life, parcel: Parcel | None, at: datetime, documents: tuple[Sealed, ...] = ()) -> Dispatched:
    """All the paper that lies here goes along."""
    return Dispatched(at=at, by="dispatcher", parcel=parcel, pieces=lying(life, "window"), documents=documents)


def received(waybill: str, sent: Sequence[Piece], came: Mapping[str, int], at: datetime) -> Received:
    """``came``: material → how many were counted. What was not is noted."""
    back = {piece.material: piece.back for piece in sent}
    pieces = tuple(Piece(material, count, back.get(material, False)) for material, count in came.items() if count > 0)
    found: tuple[Discrepancy, ...] = differences(sent, pieces)
    return Received(at=at, by="dispatcher", waybill=waybill, pieces=pieces, discrepancies=found)


def returned(life: Life, materials: Sequence[str], at: datetime) -> Returned:
    """Originals given back to the applicant. :class:`FormError` when nothing of it lies here."""
    here = [piece for piece in to_give_back(life) if piece.material in materials]
    if not here:
        raise FormError("请勾选当面退还的原件。")
    return Returned(at=at, by="intake_officer", pieces=tuple(here))


def to_give_back(life: Life) -> tuple[Piece, ...]:
    """Originals at the window that go back into the applicant's hands here; the result is the terminal's to hand over."""
    place: Literal["window", "counter"] = "counter" if life.paper.at("counter") else "window"
    return tuple(piece for piece in lying(life, place) if piece.material != RESULT)


def lying(life: Life, place: Literal["window", "counter"]) -> tuple[Piece, ...]:
    owed = life.paper.owed
    return tuple(Piece(material, count, material in owed) for material, count in life.paper.at(place).items() if count > 0)
