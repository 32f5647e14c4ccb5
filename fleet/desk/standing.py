"""How a case stands, in words for the desk's pages: state, terms with what is near its end, and what each act was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.calendar import CHINA, Due
from domain.case import acts
from domain.case.acts import Act, Sealed, material_of
from domain.case.deadlines import Term, timers
from domain.case.lifewords import ACTS, AGAIN, NOT_ACCEPTED, PROCEDURES, STANDINGS, STATES, TERMS
from domain.case.rights import State
from fleet.casework.client import Ledger
from fleet.desk.words import DELIVERIES, DOCUMENTS, STAFF
from mqtt.resources import HomeCase

GROUPS: dict[str, tuple[str, frozenset[State]]] = {
    "here": ("待受理", frozenset({State.ARRIVED, State.CORRECTED})),
    "away": ("在收件地或途中", frozenset({State.SUBMITTED, State.PRECHECKED, State.DISPATCHED})),
    "correction": ("等申请人补正", frozenset({State.CORRECTION})),
    "review": ("审查中", frozenset({State.ACCEPTED, State.SUSPENDED})),
    "result": ("待送达", frozenset({State.DECIDED, State.NOT_ACCEPTED, State.RESULT_SENT})),
    "settled": ("待归档", frozenset({State.DELIVERED, State.WITHDRAWN, State.TRANSFERRED})),
    "closed": ("已办结", frozenset({State.CLOSED})),
}
"""Filters of the inbox."""

_SHAPES = {
    "running": ("○", "quiet"),
    "warning": ("◐", "warning"),
    "last_day": ("▲", "warning"),
    "over": ("✕", "bad"),
    "halted": ("‖", "quiet"),
}
_FAR = date.max


@dataclass(frozen=True, slots=True)
class TimerWords:
    term: str
    due: str
    standing: str
    shape: str
    kind: str


@dataclass(frozen=True, slots=True)
class Standing:
    """``near``: something is to be warned of; ``first``: the day that is nearest. ``deemed``: what an acceptance by silence is."""

    state: str
    group: str
    timers: tuple[TimerWords, ...]
    near: bool
    first: date
    deemed: str = ""


def standing(ledger: Ledger, today: date) -> Standing:
    """Of a case that is looked at."""
    life = ledger.life
    running = [
        _Running(t.term, t.due, t.standing(today))
        for t in timers(life, ledger.calendars, today, ledger.file.rules)
        if t.side == "home"
    ]
    deemed = ""
    if life.accepted is not None and life.accepted.deemed:
        since = life.accepted.since
        deemed = (
            f"收到材料后 {ledger.file.rules.notice} 个工作日内没有告知，依法自{since:%Y年%-m月%-d日}收到材料之日起视为受理；"
            "不是本专窗作出的受理。"
        )
    return _standing(life.state, running, deemed)


def listed(case: HomeCase) -> Standing:
    """Of a case in the list, as the centre counts."""
    work = case.work
    if work is None:
        return _standing(State.SUBMITTED, [], "")
    running = [_Running(Term(t.term), Due(t.due, t.estimate), t.standing) for t in work.timers if t.side == "home"]
    return _standing(State(work.state), running, "视为受理" if work.deemed else "")


@dataclass(frozen=True, slots=True)
class _Running:
    term: Term
    due: Due
    standing: str


def _standing(state: State, running: Sequence[_Running], deemed: str) -> Standing:
    group = next(code for code, (_, states) in GROUPS.items() if state in states)
    near = any(t.standing in ("warning", "last_day", "over") for t in running)
    first = min((t.due.day for t in running if t.standing != "halted"), default=_FAR)
    return Standing(STATES[state], group, tuple(_words(t) for t in running), near, first, deemed)


def _words(timer: _Running) -> TimerWords:
    shape, kind = _SHAPES[timer.standing]
    return TimerWords(TERMS[timer.term], f"{timer.due}", STANDINGS[timer.standing], shape, kind)


@dataclass(frozen=True, slots=True)
class DocumentWords:
    digest: str
    words: str


@dataclass(frozen=True, slots=True)
class ActWords:
    """``staff``: as this desk's own journal has it; empty for what others did."""

    position: int
    at: str
    words: str
    role: str
    more: tuple[str, ...]
    documents: tuple[DocumentWords, ...]
    staff: str = ""


def told(position: int, act: Act, names: dict[str, str], staff: str = "") -> ActWords:
    """``names``: of the materials, by code; what has none is shown by its code."""
    at = act.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    listed = tuple(_document(n, one) for n, one in enumerate(act.documents, start=1))
    return ActWords(position, at, ACTS[type(act)], STAFF[act.by], tuple(_more(act, names)), listed, staff)


def _document(n: int, one: Sealed) -> DocumentWords:
    return DocumentWords(one.digest, f"{DOCUMENTS[one.kind]} {n}")


def _more(act: Act, names: dict[str, str]) -> list[str]:
    def named(codes: tuple[str, ...]) -> str:
        return "、".join(dict.fromkeys(names.get(material_of(code), code) for code in codes))

    match act:
        case acts.Prechecked(doubts=doubts) if doubts:
            return [f"有疑点：{named(doubts)}"]
        case acts.Mended(points=points) | acts.Corrected(points=points):
            return [named(points)]
        case acts.CorrectionRequested(points=points, again=again):
            return [f"{len(points)} 点：{named(points)}", *([f"再次告知：{AGAIN[again]}"] if again else [])]
        case acts.Dispatched(parcel=None):
            return ["网上转送"]
        case acts.Dispatched(parcel=sent) | acts.ResultSent(parcel=sent) | acts.SentBack(parcel=sent) if sent is not None:
            way = [DELIVERIES[act.way]] if isinstance(act, acts.ResultSent) else []
            return [*way, f"运单 {sent.waybill}", *_pieces(act, names)]
        case acts.ResultSent(way=way):
            return [DELIVERIES[way]]
        case acts.Arrived(waybill=waybill, discrepancies=wrong) | acts.Received(waybill=waybill, discrepancies=wrong):
            return [f"运单 {waybill}", *(f"{names.get(d.material, d.material)}：寄出 {d.sent}，清点 {d.came}" for d in wrong)]
        case acts.NotAccepted(why=why):
            return [NOT_ACCEPTED[why]]
        case acts.Suspended(procedure=procedure, days=days):
            return [PROCEDURES[procedure] + (f"，预计 {days} 个工作日" if days else "")]
        case acts.Extended(days=days):
            return [f"{days} 个工作日"]
        case acts.Decided(result=result):
            return ["准予" if result == "granted" else "不予"]
        case acts.DeemedAccepted(since=since):
            return [f"自{since:%Y年%-m月%-d日}起视为受理"]
    return []


def _pieces(act: acts.Dispatched | acts.ResultSent | acts.SentBack, names: dict[str, str]) -> list[str]:
    return [f"{names.get(p.material, '办理结果' if p.material == acts.RESULT else p.material)} {p.count} 份" for p in act.pieces]
