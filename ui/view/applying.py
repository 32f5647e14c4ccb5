"""Who applies: whose card is wanted now, which document there is instead, for whom it is, and what becomes of a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from domain import capacity, masking, representation
from domain.catalogue.form import Field
from domain.identity import document_name
from domain.representation import PAPERS, Paper
from kiosk.visit import applicants, applying, path
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import CardPhase, Visit
from ui.view import said
from ui.view.choosing import Choice
from ui.view.papers import told
from ui.words import N_, _, translated

_CHINA = timezone(timedelta(hours=8))
_GROUPS = {
    "own": (N_("您是谁？"), N_("照着证件填，窗口会核对原件。")),
    "principal": (N_("您替谁办？"), N_("照着委托人的证件填。")),
    "authority": (N_("委托书怎么写的？"), N_("照着授权委托书填。")),
    "ward": (N_("孩子是谁？"), N_("照着孩子的证件填。")),
    "guardian": (N_("您和孩子"), N_("孩子未成年，由监护人办。")),
    "body": (N_("您替哪个单位办？"), N_("照着营业执照或登记证书填。")),
}
_NOTES = {
    Paper.TEMPORARY: N_("派出所发的，三个月有效"),
    Paper.PASSPORT: N_("中国护照、外国护照都可以"),
    Paper.HK_MACAU_PERMIT: N_("回乡证"),
    Paper.TAIWAN_PERMIT: N_("台胞证"),
    Paper.OLD_FOREIGN: N_("2017 年以前发的"),
    Paper.HOUSEHOLD: N_("没有身份证的人用"),
}


class Ward(Struct, frozen=True):
    """The child's card; as ``papers.Card``, and what else there is."""

    phase: str
    fault: str


class Documents(Struct, frozen=True):
    """``online``: what is filled in can be kept for the window, as far as is known."""

    choices: tuple[Choice, ...]
    online: bool


class Ask(Struct, frozen=True):
    """One question. ``before`` is what was answered when the screen was here earlier, masked; the field itself is empty then."""

    field: Field
    value: str
    before: str
    error: str
    parts: tuple[str, str, str] = ("", "", "")


class Behalf(Struct, frozen=True):
    """What is asked of who it is. ``people``: what is known already, masked. ``sensitive``: the child is under 14, or may be."""

    title: str
    lead: str
    people: tuple[tuple[str, str], ...]
    asks: tuple[Ask, ...]
    years: tuple[int, ...]
    wrong: int
    ward: bool
    sensitive: bool


class TakeUp(Struct, frozen=True):
    """The window: the code of a draft is asked for. ``waiting``: it is on its way."""

    waiting: bool
    fault: str


class Check(Struct, frozen=True):
    """The window: the clerk compares. All masked."""

    item: str
    people: tuple[tuple[str, str], ...]
    document: str


def ward(glass: Glass, visit: Visit) -> Ward:
    fault = visit.card_fault if visit.card is CardPhase.FAILED else None
    return Ward(visit.card.value, told(glass, fault, _("刚才没有读成，请拿开证件，再放一次。")))


def document(glass: Glass, _visit: Visit) -> Documents:
    return Documents(
        tuple(Choice(p.value, PAPERS[p], _(_NOTES[p]) if p in _NOTES else "") for p in representation.CHIPLESS),
        glass.snapshot().online,
    )


def behalf(glass: Glass, visit: Visit) -> Behalf:
    today = datetime.now(_CHINA).date()
    kind = path.kind(visit, glass.catalogue)
    asks = tuple(_ask(f, visit) for f in applying.on_screen(visit, glass.catalogue))
    title, lead = _GROUPS[representation.group(asks[0].field.field)] if asks else ("", "")
    return Behalf(
        title=_(title),
        lead=_(lead),
        people=_people(visit),
        asks=asks,
        years=tuple(range(today.year + 10, today.year - 100, -1)),
        wrong=sum(bool(a.error) for a in asks),
        ward=kind == "guardian",
        sensitive=kind == "guardian" and (visit.ward is None or capacity.is_sensitive(visit.ward_age)),
    )


def take_up(glass: Glass, visit: Visit) -> TakeUp:
    return TakeUp(visit.opening, said.fault(glass, visit.submit_fault))


def check(glass: Glass, visit: Visit) -> Check:
    item = glass.catalogue.item(visit.item or "")
    paper = PAPERS[Paper(visit.paper)] if visit.paper else _("在终端上读过芯片的那张证件")
    people = tuple((one.role, f"{one.name}  {one.number}") for one in applicants.named(visit, glass.catalogue))
    return Check(item.name if item else "", people, paper)


def _people(visit: Visit) -> tuple[tuple[str, str], ...]:
    found = []
    if visit.identity is not None:
        one = visit.identity
        who = f"{masking.name(one.shown_name)}  {masking.number(one.number)}"
        found += [(_("您"), _("%(who)s（%(document)s）", who=who, document=translated(document_name(one.document, one.number))))]
    if visit.ward is not None:
        one = visit.ward
        found += [(_("孩子"), f"{masking.name(one.shown_name)}  {masking.number(one.number)}")]
    return tuple(found)


def _ask(field: Field, visit: Visit) -> Ask:
    given = visit.stated.get(field.field, "")
    private = _MASKED.get(field.field.rpartition("-")[2])
    # While it is being corrected it stands there; whoever comes back later does not find it on the screen.
    hide = private is not None and not visit.errors
    year, _, rest = given.partition("-")
    month, _, day = rest.partition("-")
    parts = (year, month, day) if field.kind == "date" else ("", "", "")
    before = private(given) if private is not None and hide and given else ""
    return Ask(field, "" if hide else given, before, translated(visit.errors.get(field.field, "")), parts)


_MASKED: dict[str, Callable[[str], str]] = {"name": masking.name, "number": masking.number}
"""Answers that are of a person, by the end of their field's name."""
