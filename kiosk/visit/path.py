"""The path of a visit: which steps it has, which are done, where *next* and *back* lead: one table."""

from __future__ import annotations

from collections.abc import Callable

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Material
from domain.catalogue.opening import Opening
from domain.forms import asking
from kiosk.visit import form
from kiosk.visit.state import Collected, Step, Visit

_Asks = Callable[[Visit, Catalogue], bool]


def opening(visit: Visit, catalogue: Catalogue) -> Opening | None:
    if visit.home is None or visit.item is None or visit.situation is None:
        return None
    return catalogue.opening(visit.home, visit.item, visit.situation)


def stands(visit: Visit, catalogue: Catalogue) -> bool:
    """Whether everything chosen so far is in this catalogue: after a restart it may be another one."""
    return (
        (visit.home is None or catalogue.party(visit.home) is not None)
        and (visit.item is None or catalogue.item(visit.item) is not None)
        and (visit.situation is None or opening(visit, catalogue) is not None)
    )


def to_scan(visit: Visit, catalogue: Catalogue) -> tuple[Material, ...]:
    opened = opening(visit, catalogue)
    return catalogue.to_scan(opened) if opened else ()


def current_material(visit: Visit, catalogue: Catalogue) -> Material | None:
    """The material the camera waits for: the first not done."""
    done = {c.material for c in visit.collected if c.done}
    return next((m for m in to_scan(visit, catalogue) if m.material_id not in done), None)


def collected(visit: Visit, material: str) -> Collected:
    return next((c for c in visit.collected if c.material == material), Collected(material))


def all_sealed(visit: Visit) -> bool:
    """Whether every kept page lies sealed on the disk."""
    return all(p.digest is not None for c in visit.collected for p in c.pages)


def may_leave_out(material: Material) -> bool:
    """非必要 and 容缺后补 may be left out; the receipt then says so."""
    return material.necessity in ("2", "3")


def next_step(visit: Visit, catalogue: Catalogue) -> Step:
    """The first step of the path that is not done: after a correction the citizen comes back by itself."""
    return next(step for step, (exists, done) in PATH.items() if exists(visit, catalogue) and not done(visit, catalogue))


def back_step(visit: Visit, catalogue: Catalogue) -> Step | None:
    """The step before; ``None`` at the beginning, and from submission on: what was handed in is not taken back here."""
    if visit.step not in PATH:
        return None
    steps = [s for s, (exists, _) in PATH.items() if s is visit.step or (exists(visit, catalogue) and s not in _NO_WAY_BACK)]
    at = steps.index(visit.step)
    return steps[at - 1] if at else None


def progress(visit: Visit, catalogue: Catalogue) -> tuple[int, int]:
    """(where, of how many) in stages a citizen understands: choose, identify, materials, delivery, form, check."""
    stage = _STAGES.get(visit.step, len(set(_STAGES.values())))
    return stage, len(set(_STAGES.values()))


def _always(_visit: Visit, _catalogue: Catalogue) -> bool:
    return True


def _scanned(visit: Visit, catalogue: Catalogue) -> bool:
    return current_material(visit, catalogue) is None


def _has_questions(visit: Visit, catalogue: Catalogue) -> bool:
    """A form of which the card says everything needs no screen."""
    return bool(asking.questions(form.asked(visit, opening(visit, catalogue))))


def _answered(visit: Visit, catalogue: Catalogue) -> bool:
    return asking.first_open(form.asked(visit, opening(visit, catalogue))) is None


# step → (is it part of this visit's path?, is it done?)
PATH: dict[Step, tuple[_Asks, _Asks]] = {
    Step.PLACE: (_always, lambda v, c: v.home is not None),
    Step.ITEM: (_always, lambda v, c: v.item is not None),
    Step.SITUATION: (_always, lambda v, c: v.situation is not None),
    Step.PREPARE: (_always, lambda v, c: v.prepared),
    Step.NOTICE: (_always, lambda v, c: v.agreed),
    Step.CARD: (_always, lambda v, c: v.identity is not None),
    Step.IDENTITY: (_always, lambda v, c: v.confirmed),
    Step.SCAN: (lambda v, c: bool(to_scan(v, c)), _scanned),
    Step.DELIVERY: (_always, lambda v, c: v.delivery is not None),
    Step.POSTAL: (lambda v, c: v.delivery == "post_applicant", lambda v, c: v.phone is not None),
    Step.FORM: (_has_questions, _answered),
    Step.SIGN: (_always, lambda v, c: v.signature is not None),
    Step.REVIEW: (_always, lambda v, c: False),
}
# One does not go back to laying the card: from the identity one goes back before it, or says "not me".
_NO_WAY_BACK = {Step.CARD}
_STAGES = {
    Step.PLACE: 1,
    Step.ITEM: 1,
    Step.SITUATION: 1,
    Step.PREPARE: 1,
    Step.NOTICE: 2,
    Step.CARD: 2,
    Step.IDENTITY: 2,
    Step.SCAN: 3,
    Step.PAGE: 3,
    Step.DELIVERY: 4,
    Step.POSTAL: 4,
    Step.FORM: 5,
    Step.SIGN: 5,
    Step.REVIEW: 6,
    Step.SUBMITTING: 6,
    Step.RECEIPT: 7,
    Step.RATING: 7,
    Step.REASON: 7,
    Step.FAREWELL: 7,
}
