"""纸上签: who cannot sign on the glass signs the printed form before a clerk of the window, who photographs it.

    sign ──SignOnPaper──▶ the forms are printed, signed, and taken under the camera like any material ──▶ review
      ▲                                │
      └────────SignOnGlass─────────────┘

What lives here: the three ways (one's own name with a pen, 按手印, 代签), who may say so (a clerk who attends: their 工号 goes into
the case), and that a picture stands for what was signed as strokes do: with an answer that is altered it goes. Handing in stays the
citizen's own. What must not: whether a way is good enough; that the home department decides, and reads which one it was.
"""

from __future__ import annotations

from msgspec.structs import replace

from domain.case.content import Inked
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.form import Field
from domain.forms.checking import check
from kiosk.visit import filling, path
from kiosk.visit import inking_events as ie
from kiosk.visit.effects import PrintForm
from kiosk.visit.outcome import Handler, Outcome, Rules, onward
from kiosk.visit.state import Printing, PrintState, Scan, Step, Visit

NAME = Field("proxy-name", "代签人姓名", "name", max_length=50)
NUMBER = Field("proxy-number", "代签人身份证号码", "id_number", max_length=18)
SAME_PERSON = "这是申请人自己的号码。代签人是另一个人"


def on_paper(visit: Visit, event: ie.SignOnPaper, _now: float, rules: Rules) -> Outcome:
    if visit.attendant is None or not path.on_paper(visit, rules.catalogue):
        return visit, ()
    inked = Inked(event.how, visit.attendant.number)
    if event.how == "proxy":
        name, number = event.name.strip(), event.number.strip().upper()
        if errors := _errors(visit, name, number, event):
            return replace(visit, errors=errors), ()
        inked = Inked(event.how, visit.attendant.number, name, number)
    visit, effects = filling.unsigned(visit, rules)
    return onward(visit, rules, effects=effects, inked=inked, scan=Scan(), sheet=None)


def on_glass(visit: Visit, _event: ie.SignOnGlass, _now: float, rules: Rules) -> Outcome:
    if visit.inked is None or visit.scan.taking:
        return visit, ()
    visit, effects = filling.unsigned(visit, rules)
    return onward(visit, rules, effects=effects, scan=Scan())


def print_form(visit: Visit, event: ie.PrintForm, _now: float, rules: Rules) -> Outcome:
    """Once more whenever it is asked for: whether paper came out well a clerk sees."""
    form, before = to_sign(visit, rules.catalogue), visit.sheet
    if form is None or visit.attendant is None or (before is not None and before.state is PrintState.PRINTING):
        return visit, ()
    attempt = before.attempt + 1 if before is not None else 1
    visit = replace(visit, sheet=Printing(PrintState.PRINTING, attempt))
    return visit, (PrintForm(visit, form, attempt, event.day),)


def to_sign(visit: Visit, catalogue: Catalogue) -> str | None:
    """The form under the camera, where that is what is photographed now."""
    material = path.current_material(visit, catalogue)
    forms = path.on_paper(visit, catalogue) if visit.inked is not None else ()
    return material.material_id if material is not None and material in forms else None


def _errors(visit: Visit, name: str, number: str, event: ie.SignOnPaper) -> dict[str, str]:
    said = ((NAME, name), (NUMBER, number))
    found = {one.field: error for one, value in said if (error := check(one, value, event.day))}
    people = (visit.identity, visit.ward)
    if any(one is not None and one.number == number for one in people):
        found[NUMBER.field] = SAME_PERSON
    return found


AT: dict[tuple[Step, type], Handler] = {
    (Step.SIGN, ie.SignOnPaper): on_paper,
    (Step.SCAN, ie.SignOnGlass): on_glass,
    (Step.REVIEW, ie.SignOnGlass): on_glass,
    (Step.ANSWER, ie.SignOnGlass): on_glass,
    (Step.SCAN, ie.PrintForm): print_form,
}
