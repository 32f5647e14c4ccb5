"""The screens of a visit about a case taken in before, name by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from msgspec.structs import replace as struct_replace
from screens_glass import PERSON, ScreenGlass
from support.tasks import correction, result

from domain.case import lifewords
from domain.case.content import Point as Ink
from domain.case.content import Signature
from domain.case.rights import State
from domain.case.task import Point
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit.state import Answered, CaseProgress, FoundTask, Printing, PrintState

NUMBER = "511381261122K01RRK00018"
OTHER = "511381261120K01RRK00049"
POINTS = (
    Point("m-residence#1", "居住证明", "拍的那张看不清签发日期，请重新拍一份原件。", "m-residence"),
    Point("m-bank#2", "银行卡", "少了本人银行卡的复印件，要看得清卡号。", "m-bank"),
    Point("m-family#0", "户口簿原件", "请把原件带给窗口工作人员看。", "m-family", how="window"),
)
CORRECTION = struct_replace(
    correction(NUMBER, PERSON, due="2099-12-04", points=POINTS, withdrawable=True), home="demo-jia", home_name="示范甲市"
)
RESULT = struct_replace(result(OTHER, b"%PDF", PERSON), home="demo-jia", home_name="示范甲市", pages=3)
TOLD = CaseProgress(NUMBER, "异地就医备案", "示范甲市", lifewords.PROGRESS[State.CORRECTION])
DECIDED = CaseProgress(OTHER, "异地就医备案", "示范甲市", lifewords.PROGRESS[State.RESULT_SENT])
SIGNATURE = Signature(600, 300, ((Ink(10, 10, 0), Ink(300, 200, 40)), (Ink(310, 40, 90), Ink(500, 220, 130))))


def screens(glass: ScreenGlass) -> Iterator[str]:
    """Lead ``glass`` through them, a visit after the other."""
    for way in (_only_progress, _correct, _collect, _withdraw, _receipt):
        glass.rules = replace(glass.rules, handover=way is not _only_progress)
        glass.hall = replace(glass.hall, handover=way is not _only_progress, pages=True)
        glass.tell(fe.BeginFollowup("visit-f"))
        yield from (f"followup-{name}" for name in way(glass))
        glass.tell(ev.End())


def carded(glass: ScreenGlass) -> None:
    for event in (fe.ChooseHow("card"), ev.Agree(), ev.CardTaken(PERSON)):
        glass.tell(event)


def found(glass: ScreenGlass, visit: str = "visit-f") -> None:
    both = (FoundTask("a" * 64, CORRECTION), FoundTask("b" * 64, RESULT))
    glass.tell(fe.TasksFound(visit, (TOLD, DECIDED), both))


def _only_progress(glass: ScreenGlass) -> Iterator[str]:
    yield "how-without-a-key"


def _correct(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    yield "how"
    tell(fe.ChooseHow("card"))
    yield "notice"
    tell(ev.Agree())
    yield "card"
    tell(ev.CardTaken(PERSON))
    yield "looking"
    tell(fe.TasksNotFound("visit-f", "tasks_offline"))
    yield "offline"
    tell(fe.LookAgain())
    tell(fe.TasksFound("visit-f", (), ()))
    yield "nothing"
    tell(ev.NotMe())
    carded(glass)
    found(glass)
    yield "cases"
    tell(fe.ChooseTask(0, "correct"))
    yield "points"
    tell(ev.Next())
    yield "scan"
    for ref in ("ref-1", "ref-2"):
        tell(ev.TakePage(ref))
        tell(ev.KeepPage())
        tell(ev.Next())
    yield "sign"
    tell(ev.Sign(SIGNATURE))
    yield "review"
    tell(ev.Submit())
    yield "submitting"
    tell(fe.AnswerNotStored("visit-f", "store_failed"))
    yield "not-stored"
    tell(ev.Submit())
    tell(fe.AnswerStored("visit-f", Answered("C-1", "2026-11-26T10:00:00+08:00")))
    yield "receipt"
    tell(ev.PrintingEnded("C-1", Printing(PrintState.REFUSED, 1, "paper_out")))
    yield "receipt-refused"
    tell(ev.PrintingEnded("C-1", Printing(PrintState.PRINTED, 1)))
    yield "receipt-printed"
    tell(ev.Next())
    yield "rating-of-a-correction"
    tell(ev.Next())
    yield "farewell-corrected"


def _collect(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    carded(glass)
    found(glass)
    tell(fe.ChooseTask(1, "collect"))
    yield "collect"
    tell(ev.Next())
    yield "sign-for-it"
    tell(ev.Sign(SIGNATURE))
    yield "fetching"
    tell(ev.DocumentNotFound("visit-f", now=False))
    yield "not-now"
    tell(ev.PrintAgain())
    tell(ev.DocumentFound("visit-f"))
    yield "printing"
    tell(ev.SheetEnded("visit-f", Printing(PrintState.REFUSED, 1, "paper_out")))
    yield "paper-out"
    tell(ev.PrintAgain())
    tell(ev.DocumentFound("visit-f"))
    tell(ev.SheetEnded("visit-f", Printing(PrintState.UNCERTAIN, 1, "mute")))
    yield "uncertain"
    tell(ev.PrintAgain())
    tell(ev.DocumentFound("visit-f"))
    tell(ev.SheetEnded("visit-f", Printing(PrintState.PRINTED, 2)))
    tell(fe.AnswerNotStored("visit-f", "store_failed"))
    yield "out-and-not-noted"
    tell(ev.Next())
    tell(fe.AnswerStored("visit-f", Answered("D-1", "2026-11-26T10:00:00+08:00")))
    yield "rating-of-the-hall"
    tell(ev.Next())
    yield "rating-of-the-home"
    tell(ev.Next())
    yield "farewell-collected"


def _withdraw(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    carded(glass)
    found(glass)
    tell(fe.ChooseTask(0, "withdraw"))
    yield "undo"
    tell(ev.Next())
    tell(ev.Sign(SIGNATURE))
    yield "take-back"


def _receipt(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    tell(fe.ChooseHow("receipt"))
    yield "show"
    tell(fe.ReceiptShown("t" * 24))
    tell(fe.TasksFound("visit-f", (replace_as_of(TOLD),), ()))
    yield "last-known"
    tell(ev.NotMe())
    tell(fe.ChooseHow("receipt"))
    tell(fe.ReceiptShown("t" * 24))
    tell(fe.TasksFound("visit-f", (struct_replace(TOLD, words="业务属地已作出决定，正在送达", rates="demo-jia"),), ()))
    yield "decided"
    tell(fe.AskRight(0))
    yield "right"
    tell(fe.ChooseRight("correct"))
    yield "right-sending"
    tell(fe.RightNotFiled("visit-f", "tasks_offline"))
    yield "right-offline"
    tell(fe.ChooseRight("correct"))
    tell(fe.RightFiled("visit-f", "2099-12-17"))
    yield "right-filed"
    tell(fe.ChooseRight(""))
    tell(fe.RateHome(0))
    yield "rating-by-the-receipt"
    tell(ev.Rate(4))
    tell(ev.GiveReason(()))
    yield "farewell-rated"
    tell(ev.End())
    tell(fe.BeginFollowup("visit-f"))
    tell(fe.ChooseHow("receipt"))
    tell(fe.ReceiptShown("t" * 24))
    tell(fe.TasksFound("visit-f", (replace_as_of(TOLD),), ()))
    tell(ev.Back())
    tell(fe.ChooseHow("number"))
    yield "number"
    tell(fe.AskNumber("123", ""))
    tell(fe.TasksNotFound("visit-f", "case_number_mistyped"))
    yield "mistyped"
    tell(fe.AskNumber(NUMBER, ""))
    tell(fe.TasksNotFound("visit-f", "case_too_many_tries"))
    yield "too-many"


def replace_as_of(told: CaseProgress) -> CaseProgress:
    return struct_replace(told, as_of="2026-11-25T16:30:00+08:00")
