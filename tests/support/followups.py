"""Somebody who comes back about a case, driven by hand over the pure machine."""

from __future__ import annotations

from msgspec.structs import replace
from support.tasks import correction, result
from support.visits import CATALOGUE, PERSON, SIGNATURE, Walk

from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit.outcome import Rules
from kiosk.visit.state import Answered, CaseProgress, FoundTask, Printing, PrintState

HANDOVER = Rules(CATALOGUE, handover=True)
CASE = "519902261122K01RRK00072"
CORRECT = FoundTask("a" * 64, replace(correction(CASE), home="demo-jia"))
RESULT = FoundTask("b" * 64, replace(result(CASE, b"%PDF"), home="demo-jia"))
TOLD = CaseProgress(CASE, "异地就医备案", "示范甲市", "等您补材料")
SAVED = Answered("C519902", "2026-11-26T10:00:00+08:00")


class Back(Walk):
    """Somebody who comes back."""

    def __init__(self, rules: Rules = HANDOVER) -> None:
        super().__init__(rules)
        self.do(fe.BeginFollowup("v1"))

    def carded(self, *found: FoundTask) -> Back:
        self.do(fe.ChooseHow("card"), ev.Agree(), ev.CardSeen(), ev.CardTaken(PERSON))
        self.do(fe.TasksFound("v1", (TOLD,), found))
        return self

    def correcting(self) -> Back:
        self.carded(CORRECT).do(fe.ChooseTask(0, "correct"), ev.Next())
        return self

    def signed_for(self) -> Back:
        self.carded(RESULT).do(fe.ChooseTask(0, "collect"), ev.Next(), ev.Sign(SIGNATURE))
        return self

    def handing(self) -> Back:
        self.signed_for().do(ev.DocumentFound("v1"))
        return self

    def sheet(self, state: PrintState, attempt: int = 1) -> Back:
        self.do(ev.SheetEnded("v1", Printing(state, attempt)))
        return self
