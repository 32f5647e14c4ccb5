"""What a handler of the visit machine gives back, and the few moves all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.opening import Opening
from domain.forms import asking
from kiosk.visit import events as ev
from kiosk.visit import form, path
from kiosk.visit.effects import DropPages, Effect
from kiosk.visit.state import Collected, Step, Visit


@dataclass(frozen=True, slots=True)
class Rules:
    """What the machine needs to know. Times in seconds. ``queries``: this terminal can ask for documents, and print A4 pages;
    ``window``: it stands at the intake window, and opens drafts.
    """

    catalogue: Catalogue
    idle_warning: float = 60
    idle_end: float = 30
    reading: float = 3
    """How many times as long a hand may rest where there is much to read, or to write without a touch of the page."""
    total: float = 20 * 60
    extension: float = 10 * 60
    farewell: float = 20
    receipt_shown: float = 8
    query: float = 20
    queries: bool = False
    window: bool = False
    handover: bool = False
    words: bool = False
    """What a rater writes can be sealed to the centre's rating key: without it nothing is asked but levels and tags."""
    edition: str = ""
    """Of the levels and tags one rates by; empty: the newest."""
    """Tasks sealed to this hall are opened here (``domain/case/task.py``)."""
    clerks: bool = False
    """Clerks sign in here, and drive visits (``attending.py``)."""
    unasked: bool = True
    """Pages are taken by themselves, unless the citizen wants it otherwise."""
    count: float = 3
    """From a page's lying still and good to its picture."""

    def patience(self, step: Step) -> float:
        """Seconds without a touch after which whoever stands at ``step`` is asked whether they are still there."""
        return self.idle_warning * (self.reading if step in _READING else 1)

    def here(self, opening: Opening) -> bool:
        """Whether this terminal can do it at all, on a good day."""
        return opening.way in ("full_intake", "pre_fill") or (opening.way == "query_print" and self.queries)


_READING = frozenset(
    (
        *(
            Step.GUIDE,
            Step.PREPARE,
            Step.NOTICE,
            Step.CARD,
            Step.DOCUMENT,
            Step.WARD,
            Step.SCAN,
            Step.SIGN,
            Step.REVIEW,
            Step.FILLED,
            Step.REASON,
        ),
        *(Step.SHOW, Step.NUMBER, Step.CASES, Step.POINTS, Step.UNDO, Step.ANSWER),
    )
)
"""Steps of much text, and those where hands look for a card or a page, or somebody reads out what is to be signed."""

Outcome = tuple[Visit | None, tuple[Effect, ...]]
Handler = Callable[[Visit, Any, float, Rules], Outcome]


def onward(visit: Visit, rules: Rules, *, effects: tuple[Effect, ...] = (), **fields: Any) -> Outcome:
    after = replace(visit, errors={}, submit_fault=None, asking=None, **fields)
    return replace(after, step=path.next_step(after, rules.catalogue)), effects


def back(visit: Visit, _event: ev.Back, _now: float, rules: Rules) -> Outcome:
    before = path.back_step(visit, rules.catalogue)
    if before is None:
        return replace(visit, leaving=visit.step is Step.PLACE), ()
    visit = replace(visit, step=before, errors={}, submit_fault=None, asking=None)
    if before is Step.WAIVE:
        return unweighed(visit), ()
    if before is Step.SCAN:
        last = path.to_scan(visit, rules.catalogue)[-1].material_id
        visit = replace(visit, collected=with_collected(visit, replace(path.collected(visit, last), done=False)))
    elif before is Step.FORM:
        last = asking.questions(form.asked(visit, path.opening(visit, rules.catalogue)))[-1].field.field
        visit = replace(visit, asking=last)
    return visit, ()


def unweighed(visit: Visit) -> Visit:
    """Before the last waiver the citizen answered."""
    last = visit.weighed[-1:]
    return replace(visit, weighed=visit.weighed[:-1], waived=tuple(m for m in visit.waived if m not in last))


def with_collected(visit: Visit, one: Collected) -> tuple[Collected, ...]:
    others = tuple(c for c in visit.collected if c.material != one.material)
    return (*others, one)


def each_page(visit: Visit, ref: str, **fields: Any) -> tuple[Collected, ...]:
    return tuple(replace(c, pages=tuple(replace(p, **fields) if p.ref == ref else p for p in c.pages)) for c in visit.collected)


def drop(collected: tuple[Collected, ...]) -> tuple[Effect, ...]:
    pages = [p for c in collected for p in c.pages]
    digests = tuple(p.digest for p in pages if p.digest)
    return (DropPages(tuple(p.ref for p in pages), digests),) if pages else ()
