"""The path of a visit: which steps it has, which are done, where *next* and *back* lead: one table.

A visit has one of four ends, by what the citizen chose and what the home place opened: handing in (``REVIEW``), a slip for the
window (``FILLED``), a document (``QUERY``), advice (``GUIDE``). A step that the chosen way does not need does not exist.
"""

from __future__ import annotations

from collections.abc import Callable

from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import ApplicantKind, Item, KioskRole, Material, Question
from domain.catalogue.opening import Opening
from domain.forms import asking
from kiosk.visit import chipless, followup_path, form
from kiosk.visit.delivery import delivery, offered
from kiosk.visit.state import Collected, KeptPage, Stage, Step, Visit

_Asks = Callable[[Visit, Catalogue], bool]
_BROUGHT = ("scan", "original_shown", "posted")
"""Proofs for which the citizen has to bring something."""


def opening(visit: Visit, catalogue: Catalogue) -> Opening | None:
    if visit.home is None or visit.item is None or visit.situation is None:
        return None
    return catalogue.opening(visit.home, visit.item, visit.situation)


def stands(visit: Visit, catalogue: Catalogue) -> bool:
    """Whether everything chosen so far is in this catalogue: after a restart it may be another one."""
    item = catalogue.item(visit.item) if visit.item else None
    if visit.followup is not None:
        return True  # what it says stands in its task
    return (
        (visit.home is None or catalogue.party(visit.home) is not None)
        and (visit.item is None or item is not None)
        and (visit.situation is None or (item is not None and item.situation(visit.situation) is not None))
        and (visit.channel is None or opening(visit, catalogue) is not None)
    )


def listed(visit: Visit, catalogue: Catalogue) -> tuple[Item, ...]:
    """What the citizen may choose: what the place opened here, and after it what it says is done elsewhere."""
    home = visit.home or ""
    return (*catalogue.items(home), *catalogue.elsewhere(home))


def question(visit: Visit, catalogue: Catalogue) -> Question | None:
    """The question of the tree the citizen stands at; ``None``: the list of situations."""
    return None if visit.listed else catalogue.question(visit.item or "", visit.trail[-1] if visit.trail else None)


def has_questions(visit: Visit, catalogue: Catalogue) -> bool:
    return catalogue.question(visit.item or "") is not None


def way(visit: Visit, catalogue: Catalogue) -> KioskRole | None:
    """What is being done here; ``None`` before that is decided, and where nothing is."""
    opened = opening(visit, catalogue)
    if opened is None or visit.channel != "here":
        return None
    return "pre_fill" if chipless.unproven(visit) else opened.way


def collects(visit: Visit, catalogue: Catalogue) -> bool:
    """Whether papers are collected here, also where the window has to see the person's document first."""
    opened = opening(visit, catalogue)
    return opened is not None and visit.channel == "here" and opened.way == "full_intake"


def known(visit: Visit) -> bool:
    """Whether it is known who stands here: by a chip, or by a document a clerk has seen."""
    return visit.identity is not None or (visit.paper is not None and visit.checked is not None)


def kind(visit: Visit, catalogue: Catalogue) -> ApplicantKind:
    """Who has to stand here in the situation chosen."""
    item = catalogue.item(visit.item or "")
    situation = item.situation(visit.situation or "") if item else None
    return situation.applicant if situation else "self"


def paper(visit: Visit) -> str | None:
    """The number on the slip of this visit: of its case, or of its service without one; of what was done about a former case."""
    if visit.followup is not None:
        done = visit.followup.answered
        return done.paper if done is not None and visit.followup.doing != "collect" else None
    if visit.submitted is not None:
        return visit.submitted.case
    return visit.noted.number if visit.noted is not None else None


def over(visit: Visit) -> bool:
    """What was done is on the disk; only paper and rating are left."""
    return paper(visit) is not None or followup_path.of(visit).answered is not None


def to_weigh(visit: Visit, catalogue: Catalogue) -> tuple[Material, ...]:
    """Materials that need not be given if something holds that only the citizen can say here."""
    opened = opening(visit, catalogue)
    if opened is None or not collects(visit, catalogue):
        return ()
    return tuple(m for m in catalogue.materials(opened) if m.waive_when and opened.proofs[m.material_id] in _BROUGHT)


def weighing(visit: Visit, catalogue: Catalogue) -> Material | None:
    """The first of them that was not asked yet."""
    return next((m for m in to_weigh(visit, catalogue) if m.material_id not in visit.weighed), None)


def to_scan(visit: Visit, catalogue: Catalogue) -> tuple[Material, ...]:
    """The materials the camera must see: what a scan proves, and what is taken along until the window has seen the original.
    Before them a document without a chip.
    """
    if visit.followup is not None:
        return followup_path.to_scan(visit)
    opened, shown = opening(visit, catalogue), chipless.document(visit)
    first = () if shown is None or visit.channel != "here" else (shown,)
    if opened is None or not collects(visit, catalogue):
        return first
    on_paper = signed_forms(visit, catalogue) if visit.inked is not None else ()
    return (*first, *(m for m in catalogue.to_scan(opened) if m.material_id not in visit.waived), *on_paper)


def signed_forms(visit: Visit, catalogue: Catalogue) -> tuple[Material, ...]:
    """The materials the form and the signature make."""
    opened = opening(visit, catalogue)
    materials = catalogue.materials(opened) if opened else ()
    return tuple(m for m in materials if opened and opened.proofs[m.material_id] == "signed_form")


def on_paper(visit: Visit, catalogue: Catalogue) -> tuple[Material, ...]:
    """What is printed and signed by hand where somebody cannot sign on the glass."""
    return signed_forms(visit, catalogue) if visit.followup is None else followup_path.on_paper(visit)


def current_material(visit: Visit, catalogue: Catalogue) -> Material | None:
    """The material the camera waits for: the first not done."""
    done = {c.material for c in visit.collected if c.done}
    return next((m for m in to_scan(visit, catalogue) if m.material_id not in done), None)


def collected(visit: Visit, material: str) -> Collected:
    return next((c for c in visit.collected if c.material == material), Collected(material))


def kept(visit: Visit, catalogue: Catalogue) -> tuple[KeptPage, ...]:
    material = current_material(visit, catalogue)
    return collected(visit, material.material_id).pages if material else ()


def side(visit: Visit, catalogue: Catalogue) -> int:
    """Which side of a card is to be laid now: 1 its front, 2 its back; 0 for what has one side to show."""
    material = current_material(visit, catalogue)
    if material is None or material.sides == 1:
        return 0
    pages = kept(visit, catalogue)
    at = next((n for n, page in enumerate(pages) if page.ref == visit.scan.instead), len(pages))
    return at % 2 + 1


def all_sealed(visit: Visit) -> bool:
    """Whether every kept page lies sealed on the disk."""
    return all(p.digest is not None for c in visit.collected for p in c.pages)


def left_out(visit: Visit, material: str) -> bool:
    """The citizen said that it was not brought, or that it need not be."""
    return material in visit.waived or any(c.material == material and c.done and not c.pages for c in visit.collected)


def may_leave_out(material: Material) -> bool:
    """非必要 and 容缺后补 may be left out; the receipt then says so."""
    return material.necessity in ("2", "3")


def next_step(visit: Visit, catalogue: Catalogue) -> Step:
    """The first step of the path that is not done: after a correction the citizen comes back by itself."""
    return next(step for step, (there, done) in _path(visit).items() if there(visit, catalogue) and not done(visit, catalogue))


def exists(step: Step, visit: Visit, catalogue: Catalogue) -> bool:
    """Whether the step is part of this visit's path."""
    steps = _path(visit)
    return step in steps and steps[step][0](visit, catalogue)


def back_step(visit: Visit, catalogue: Catalogue) -> Step | None:
    """The step before; ``None`` at the beginning, and from submission on: what was handed in, or asked, is not taken back here."""
    path = _path(visit)
    if visit.step not in path or visit.step in (Step.QUERY, Step.HANDING):
        return None
    steps = [s for s in path if s is visit.step or (exists(s, visit, catalogue) and s not in _NO_WAY_BACK)]
    at = steps.index(visit.step)
    return steps[at - 1] if at else None


def progress(visit: Visit, catalogue: Catalogue) -> tuple[int, tuple[Stage, ...]]:
    """(where, the stages a citizen understands): only those the chosen way has, all of an intake's before it is chosen."""
    if visit.followup is not None:
        return followup_path.progress(visit)
    there = [s for s in PATH if s in _STAGES and (visit.channel is None or exists(s, visit, catalogue))]
    ends = {Step.GUIDE, Step.FILLED, Step.QUERY}
    stages = [_STAGES[s] for s in there if visit.channel is not None or s not in ends]
    if visit.channel is None and visit.step is Step.GUIDE:
        stages = [Stage.CHOOSE, Stage.GUIDE]
    stages = list(dict.fromkeys((*stages, Stage.RATE)))
    # The paper at the end of a way without a case still belongs to that way.
    stage = stages[-2] if visit.step in (Step.NOTING, Step.LEAFLET) else _STAGES.get(visit.step, Stage.RATE)
    return (stages.index(stage) + 1 if stage in stages else len(stages)), tuple(stages)


def _path(visit: Visit) -> dict[Step, tuple[_Asks, _Asks]]:
    return PATH if visit.followup is None else followup_path.PATH


def _always(_visit: Visit, _catalogue: Catalogue) -> bool:
    return True


def _several(visit: Visit, catalogue: Catalogue) -> bool:
    """Whether there is a situation to choose: an item of which nothing is open here has none."""
    return visit.home is None or visit.item is None or bool(catalogue.situations(visit.home, visit.item))


def _open(visit: Visit, catalogue: Catalogue) -> bool:
    """Whether the home place opened what was chosen; so it is taken until it was chosen."""
    if not _several(visit, catalogue):
        return False
    return visit.situation is None or opening(visit, catalogue) is not None


def _advised(visit: Visit, catalogue: Catalogue) -> bool:
    return not _open(visit, catalogue) or visit.channel in ("online", "window")


def _on(*ways: KioskRole) -> _Asks:
    """Part of these ways; none yet chosen: part of none."""
    return lambda visit, catalogue: way(visit, catalogue) in ways


def _has_questions(visit: Visit, catalogue: Catalogue) -> bool:
    """A form of which the card says everything needs no screen."""
    return _filling(visit, catalogue) and bool(asking.questions(form.asked(visit, opening(visit, catalogue))))


def _answered(visit: Visit, catalogue: Catalogue) -> bool:
    return asking.first_open(form.asked(visit, opening(visit, catalogue))) is None


def _personal(visit: Visit, catalogue: Catalogue) -> bool:
    """Whether anything of the person is asked: not for a slip that only says what to bring."""
    opened = opening(visit, catalogue)
    if opened is None or way(visit, catalogue) is None:
        return False
    return opened.way in ("full_intake", "query_print") or bool(opened.form)


def _with_card(visit: Visit, catalogue: Catalogue) -> bool:
    """Whether the chip is read: whose card is lost fills the form in all the same."""
    opened = opening(visit, catalogue)
    return _personal(visit, catalogue) and opened is not None and "chip_read" in opened.proofs.values()


def _delivered(visit: Visit, catalogue: Catalogue) -> bool:
    opened = opening(visit, catalogue)
    return way(visit, catalogue) == "full_intake" and bool(opened and offered(opened))


def _posted(visit: Visit, catalogue: Catalogue) -> bool:
    return way(visit, catalogue) == "full_intake" and delivery(visit, opening(visit, catalogue)) == "post_applicant"


def _signs(visit: Visit, catalogue: Catalogue) -> bool:
    """On the glass; what is signed on paper is photographed, and no step of its own."""
    return way(visit, catalogue) == "full_intake" and visit.inked is None


_filling = _on("full_intake", "pre_fill")
_here = _on("full_intake", "pre_fill", "query_print")
_never: _Asks = lambda _visit, _catalogue: False  # noqa: E731

# step → (is it part of this visit's path?, is it done?)
PATH: dict[Step, tuple[_Asks, _Asks]] = {
    Step.PLACE: (_always, lambda v, c: v.home is not None),
    Step.ITEM: (_always, lambda v, c: v.item is not None),
    Step.SITUATION: (_several, lambda v, c: v.situation is not None),
    Step.CHANNEL: (_open, lambda v, c: v.channel is not None),
    Step.GUIDE: (_advised, _never),
    Step.PREPARE: (_here, lambda v, c: v.prepared),
    Step.NOTICE: (_personal, lambda v, c: v.agreed),
    Step.CARD: (_with_card, lambda v, c: v.identity is not None or v.no_chip),
    Step.DOCUMENT: (lambda v, c: v.no_chip and _with_card(v, c), lambda v, c: v.paper is not None),
    Step.IDENTITY: (lambda v, c: not v.no_chip and _with_card(v, c), lambda v, c: v.confirmed),
    Step.WARD: (lambda v, c: _with_card(v, c) and kind(v, c) == "guardian", lambda v, c: v.ward is not None or v.ward_paper),
    Step.BEHALF: (lambda v, c: _with_card(v, c) and (v.no_chip or kind(v, c) != "self"), lambda v, c: v.who_stated),
    Step.WAIVE: (lambda v, c: bool(to_weigh(v, c)), lambda v, c: weighing(v, c) is None),
    Step.SCAN: (lambda v, c: bool(to_scan(v, c)), lambda v, c: current_material(v, c) is None),
    Step.DELIVERY: (_delivered, lambda v, c: v.delivery is not None),
    Step.POSTAL: (_posted, lambda v, c: v.phone is not None),
    Step.FORM: (_has_questions, _answered),
    Step.SIGN: (_signs, lambda v, c: v.signature is not None),
    Step.REVIEW: (_on("full_intake"), _never),
    Step.FILLED: (_on("pre_fill"), _never),
    Step.QUERY: (_on("query_print"), _never),
}
ENDS = (Step.GUIDE, Step.REVIEW, Step.FILLED, Step.QUERY)
# One does not go back to laying the card: from the identity one goes back before it, or says "not me".
_NO_WAY_BACK = {Step.CARD, Step.WARD}
_STAGES = {
    Step.PLACE: Stage.CHOOSE,
    Step.ITEM: Stage.CHOOSE,
    Step.SITUATION: Stage.CHOOSE,
    Step.CHANNEL: Stage.CHOOSE,
    Step.PREPARE: Stage.CHOOSE,
    Step.GUIDE: Stage.GUIDE,
    Step.NOTICE: Stage.IDENTIFY,
    Step.CARD: Stage.IDENTIFY,
    Step.DOCUMENT: Stage.IDENTIFY,
    Step.IDENTITY: Stage.IDENTIFY,
    Step.WARD: Stage.IDENTIFY,
    Step.BEHALF: Stage.IDENTIFY,
    Step.WAIVE: Stage.MATERIALS,
    Step.SCAN: Stage.MATERIALS,
    Step.PAGE: Stage.MATERIALS,
    Step.FORM: Stage.FORM,
    Step.SIGN: Stage.FORM,
    Step.DELIVERY: Stage.DELIVERY,
    Step.POSTAL: Stage.DELIVERY,
    Step.REVIEW: Stage.SUBMIT,
    Step.SUBMITTING: Stage.SUBMIT,
    Step.FILLED: Stage.SLIP,
    Step.KEEPING: Stage.SLIP,
    Step.CHECK: Stage.IDENTIFY,
    Step.DRAFT: Stage.IDENTIFY,
    Step.QUERY: Stage.QUERY,
}
