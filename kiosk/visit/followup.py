"""查进度、补材料、取结果: a visit about a case taken in before. It makes no new case; what it leaves is an answer to a task.

The machine's second table: a step means something else here only where it stands in ``AT``.
"""

from __future__ import annotations

from msgspec.structs import replace

from domain import capacity
from domain.protection.rights import KINDS
from kiosk.visit import applying, choosing, filling, followup_path, handing_in, inking, pages, papers, path, rating, unasked, ways
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit.effects import Effect, FileRight, FindTasks, PrintAnswer, StoreAnswer
from kiosk.visit.outcome import Handler, Outcome, Rules, back, drop, onward
from kiosk.visit.state import AskedRight, CardPhase, Doing, Followup, Printing, PrintState, Scan, Step, Unasked, Visit


def choose_how(visit: Visit, event: fe.ChooseHow, _now: float, rules: Rules) -> Outcome:
    if event.by == "card" and rules.handover:
        return onward(_nobody(visit), rules, followup=Followup(by="card"))
    if event.by == "receipt":
        return onward(_nobody(visit), rules, followup=Followup(by="receipt"))
    return onward(_nobody(visit), rules, followup=Followup(by="number")) if event.by == "number" else (visit, ())


def card_taken(visit: Visit, event: ev.CardTaken, _now: float, rules: Rules) -> Outcome:
    if not capacity.applies_alone(event.age):
        return replace(visit, card=CardPhase.FAILED, card_fault=applying.MINOR), ()
    return _look(replace(visit, identity=event.identity, card=CardPhase.WAITING, card_fault=None), rules)


def receipt_shown(visit: Visit, event: fe.ReceiptShown, now: float, rules: Rules) -> Outcome:
    return _look(replace(visit, touched=now, warned=False, followup=replace(followup_path.of(visit), token=event.token)), rules)


def ask_number(visit: Visit, event: fe.AskNumber, _now: float, rules: Rules) -> Outcome:
    number = "".join(event.number.split()).upper()
    if not number:
        return replace(visit, errors={"number": "请输入凭证上的办件编号"}), ()
    return _look(replace(visit, followup=replace(followup_path.of(visit), number=number, tail=event.tail.strip().upper())), rules)


def look_again(visit: Visit, _event: fe.LookAgain, _now: float, rules: Rules) -> Outcome:
    return (visit, ()) if followup_path.of(visit).looking else _look(visit, rules)


def found(visit: Visit, event: fe.TasksFound, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id or not followup_path.of(visit).looking:
        return visit, ()
    told = replace(followup_path.of(visit), looking=False, fault=event.fault, progress=event.progress, found=event.found)
    return replace(visit, followup=told, touched=now), ()


def not_found(visit: Visit, event: fe.TasksNotFound, now: float, _rules: Rules) -> Outcome:
    """Not now, or none; a number that was mistyped is asked for again."""
    asked = followup_path.of(visit)
    if event.visit != visit.id or not asked.looking:
        return visit, ()
    asked = replace(asked, looking=False, fault=event.fault, progress=(), found=())
    if event.fault == MISTYPED:
        return replace(visit, step=Step.NUMBER, followup=replace(asked, number=None), touched=now), ()
    return replace(visit, followup=asked, touched=now), ()


def choose_task(visit: Visit, event: fe.ChooseTask, _now: float, rules: Rules) -> Outcome:
    asked = followup_path.of(visit)
    one = asked.found[event.task] if 0 <= event.task < len(asked.found) else None
    doing = next((doing for doing in DOINGS if doing == event.doing), None)
    if one is None or doing is None or not followup_path.may(asked.by, one, doing):
        return visit, ()
    chosen = replace(asked, chosen=one.digest, doing=doing, read=False)
    return onward(visit, rules, followup=chosen, home=one.task.home)


def rate_home(visit: Visit, event: fe.RateHome, _now: float, _rules: Rules) -> Outcome:
    """Of a department that has decided, by the receipt that lies here."""
    asked = followup_path.of(visit)
    one = asked.progress[event.case] if 0 <= event.case < len(asked.progress) else None
    if one is None or one.rates is None or asked.by != "receipt":
        return visit, ()
    return rating.begin(replace(visit, home=one.rates, followup=replace(asked, rating=one))), ()


def ask_right(visit: Visit, event: fe.AskRight, _now: float, _rules: Rules) -> Outcome:
    """Who has shown the receipt or the card asks about what is kept of them."""
    asked = followup_path.of(visit)
    one = asked.progress[event.case] if 0 <= event.case < len(asked.progress) else None
    if one is None or asked.by not in ("receipt", "card") or one.as_of is not None:
        return visit, ()
    return replace(visit, followup=replace(asked, right=AskedRight(one.case))), ()


def choose_right(visit: Visit, event: fe.ChooseRight, _now: float, _rules: Rules) -> Outcome:
    asked = followup_path.of(visit)
    right = asked.right
    if right is None or (right.kind is not None and right.due is None and right.fault is None):
        return visit, ()  # it is on its way
    if event.kind not in KINDS or right.due is not None:
        return replace(visit, followup=replace(asked, right=None)), ()
    visit = replace(visit, followup=replace(asked, right=AskedRight(right.case, event.kind)))
    return visit, (FileRight(visit),)


def cases_back(visit: Visit, event: ev.Back, _now: float, _rules: Rules) -> Outcome:
    """From what is asked of one's own information to the cases; from the cases to another way to ask."""
    asked = followup_path.of(visit)
    return anew(visit, event, _now, _rules) if asked.right is None else (replace(visit, followup=replace(asked, right=None)), ())


def right_filed(visit: Visit, event: fe.RightFiled | fe.RightNotFiled, now: float, _rules: Rules) -> Outcome:
    asked = followup_path.of(visit)
    if event.visit != visit.id or asked.right is None or asked.right.kind is None:
        return visit, ()
    due = event.due if isinstance(event, fe.RightFiled) else None
    right = replace(asked.right, due=due, fault=None if due else getattr(event, "fault", None))
    return replace(visit, touched=now, followup=replace(asked, right=right)), ()


def read(visit: Visit, _event: ev.Next, _now: float, rules: Rules) -> Outcome:
    return onward(visit, rules, followup=replace(followup_path.of(visit), read=True))


def unchoose(visit: Visit, _event: ev.Back, _now: float, _rules: Rules) -> Outcome:
    """Back to what there is; what was collected for this one goes."""
    asked = replace(followup_path.of(visit), chosen=None, doing=None, read=False)
    plain = replace(visit, step=Step.CASES, home=None, followup=asked, collected=(), signature=None, inked=None, sheet=None)
    return replace(plain, scan=Scan(), unasked=Unasked()), drop(visit.collected)


def anew(visit: Visit, _event: ev.Back | ev.NotMe | ev.NoCard, _now: float, _rules: Rules) -> Outcome:
    """Another way to ask, or another person: nothing of the one before stays."""
    return _nobody(visit), drop(visit.collected)


def scan_again(visit: Visit, event: ev.ScanAgain, now: float, rules: Rules) -> Outcome:
    """A signature stands for what was signed: other pages want another one, on paper only a better picture does not."""
    after, effects = papers.scan_again(visit, event, now, rules)
    if after is None or after.step is not Step.SCAN or event.material == followup_path.SIGNED:
        return after, effects
    unsigned, dropped = filling.unsigned(after, rules)
    return unsigned, (*effects, *dropped)


def submit(visit: Visit, _event: ev.Submit, _now: float, rules: Rules) -> Outcome:
    if path.next_step(visit, rules.catalogue) is not Step.ANSWER:
        return onward(visit, rules)
    return _storing(visit)


def sheet_ended(visit: Visit, event: ev.SheetEnded, now: float, rules: Rules) -> Outcome:
    """Whole on paper: only now the result was handed over."""
    after, effects = ways.sheet_ended(visit, event, now, rules)
    return settled(after) if after is not None and after.sheet != visit.sheet else (after, effects)


def settled(visit: Visit) -> Outcome:
    whole = visit.step is Step.HANDING and visit.sheet is not None and visit.sheet.state is PrintState.PRINTED
    return _storing(visit) if whole else (visit, ())


def got_it(visit: Visit, _event: ev.Next, _now: float, _rules: Rules) -> Outcome:
    """The printer cannot tell; the citizen, who has it in hand, can."""
    told = visit.sheet is not None and visit.sheet.state in (PrintState.UNCERTAIN, PrintState.SPOILT, PrintState.PRINTED)
    return _storing(visit) if told else (visit, ())


def stored(visit: Visit, event: fe.AnswerStored, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id:
        return visit, ()
    visit = replace(visit, touched=now, followup=replace(followup_path.of(visit), answered=event.answered))
    if followup_path.of(visit).doing == "collect":
        return rating.begin(visit), ()
    visit = replace(visit, step=Step.RECEIPT, printing=Printing(PrintState.PRINTING, attempt=1))
    return visit, (PrintAnswer(visit, event.answered, 1),)


def not_stored(visit: Visit, event: fe.AnswerNotStored, now: float, _rules: Rules) -> Outcome:
    if event.visit != visit.id:
        return visit, ()
    step = Step.HANDING if followup_path.of(visit).doing == "collect" else Step.ANSWER
    return replace(visit, step=step, touched=now, submit_fault=event.fault), ()


def restored(visit: Visit) -> tuple[Effect, ...]:
    """After a restart of the service: a question whose answer was lost is asked again."""
    asked = followup_path.of(visit)
    right = asked.right
    if right is not None and right.kind is not None and right.due is None and right.fault is None:
        return (FileRight(visit),)
    return (FindTasks(visit),) if asked.looking else ()


def _look(visit: Visit, rules: Rules) -> Outcome:
    asked = replace(followup_path.of(visit), looking=True, fault=None, progress=(), found=())
    after, _ = onward(visit, rules, followup=asked)
    return after, (FindTasks(after),) if after is not None else ()


def _storing(visit: Visit) -> Outcome:
    visit = replace(visit, step=Step.SUBMITTING, submit_fault=None)
    # The last page may still be on its way to the disk: its PageSealed hands it in.
    return visit, (StoreAnswer(visit),) if path.all_sealed(visit) else ()


def _nobody(visit: Visit) -> Visit:
    return Visit(visit.id, Step.RETURN, visit.began, visit.touched, visit.until, visit.entered, followup=Followup())


MISTYPED = "case_number_mistyped"
"""Fault code: no number of a case at all."""
DOINGS: tuple[Doing, ...] = ("correct", "collect", "withdraw")

AT: dict[tuple[Step, type], Handler] = {
    (Step.RETURN, fe.ChooseHow): choose_how,
    (Step.NOTICE, ev.Agree): choosing.agree,
    (Step.CARD, ev.CardSeen): choosing.card_seen,
    (Step.CARD, ev.CardTaken): card_taken,
    (Step.CARD, ev.CardNotTaken): choosing.card_not_taken,
    (Step.CARD, ev.NoCard): anew,
    (Step.SHOW, fe.ReceiptShown): receipt_shown,
    (Step.NUMBER, fe.AskNumber): ask_number,
    (Step.CASES, fe.TasksFound): found,
    (Step.CASES, fe.TasksNotFound): not_found,
    (Step.CASES, fe.LookAgain): look_again,
    (Step.CASES, fe.ChooseTask): choose_task,
    (Step.CASES, fe.RateHome): rate_home,
    (Step.CASES, fe.AskRight): ask_right,
    (Step.CASES, fe.ChooseRight): choose_right,
    (Step.CASES, fe.RightFiled): right_filed,
    (Step.CASES, fe.RightNotFiled): right_filed,
    (Step.CASES, ev.NotMe): anew,
    (Step.CASES, ev.Back): cases_back,
    (Step.POINTS, ev.Next): read,
    (Step.POINTS, ev.Back): unchoose,
    (Step.COLLECT, ev.Next): read,
    (Step.COLLECT, ev.Back): unchoose,
    (Step.UNDO, ev.Next): read,
    (Step.UNDO, ev.Back): unchoose,
    (Step.SCAN, ev.TakePage): papers.take,
    (Step.SCAN, ev.ChoosePage): pages.choose,
    (Step.SCAN, ev.TakeInstead): pages.take_instead,
    (Step.SCAN, ev.GiveUpPage): pages.give_up,
    (Step.SCAN, ev.MovePage): pages.move,
    (Step.SCAN, ev.TakeUnasked): unasked.choose,
    (Step.SCAN, ev.NotYet): unasked.not_yet,
    (Step.SCAN, ev.PageShown): papers.page_shown,
    (Step.SCAN, ev.PageNotTaken): papers.page_not_taken,
    (Step.SCAN, ev.Next): papers.material_done,
    (Step.SCAN, ev.ScanAgain): papers.scan_again,
    (Step.SCAN, ev.Back): papers.scan_back,
    (Step.PAGE, ev.KeepPage): papers.keep,
    (Step.PAGE, ev.TurnPage): papers.turn,
    (Step.PAGE, ev.RetakePage): papers.retake,
    (Step.PAGE, ev.Back): papers.retake,
    (Step.SIGN, ev.Sign): filling.sign,
    (Step.SIGN, ev.Back): back,
    (Step.ANSWER, ev.ScanAgain): scan_again,
    (Step.ANSWER, ev.Submit): submit,
    (Step.HANDING, ev.DocumentFound): ways.found,
    (Step.HANDING, ev.DocumentNotFound): ways.not_found,
    (Step.HANDING, ev.SheetEnded): sheet_ended,
    (Step.HANDING, ev.PrintAgain): ways.ask_again,
    (Step.HANDING, ev.Next): got_it,
    (Step.SUBMITTING, fe.AnswerStored): stored,
    (Step.SUBMITTING, fe.AnswerNotStored): not_stored,
    (Step.RECEIPT, ev.PrintAgain): handing_in.print_again,
    (Step.RECEIPT, ev.PrinterReady): handing_in.printer_ready,
    (Step.RECEIPT, ev.Next): rating.to_rating,
    **rating.AT,
    **inking.AT,
}
