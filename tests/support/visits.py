"""A visit driven by hand, for tests of the pure machine: no device, no disk, no clock."""

from __future__ import annotations

from datetime import date

from domain.case.content import Point, Signature
from domain.catalogue.catalogue import load
from domain.identity import Identity
from kiosk.visit import events as ev
from kiosk.visit import machine
from kiosk.visit.effects import Effect, SetForm
from kiosk.visit.outcome import Rules
from kiosk.visit.state import Noted, Printing, PrintState, State, Step, Submitted, Visit

CATALOGUE = load()
RULES = Rules(CATALOGUE)
PERSON = Identity(
    name="欧阳测试",
    number="510100199001010013",
    sex="男",
    nation="汉",
    birth=date(1990, 1, 1),
    address="四川省成都市锦江区测试路1号",
    authority="成都市公安局锦江分局",
    valid_from=date(2020, 1, 1),
    valid_to=None,
)
SIGNATURE = Signature(600, 300, ((Point(10, 10, 0), Point(300, 200, 40)), (Point(310, 40, 90), Point(500, 220, 130))))
ANSWERS = {"care-place": "510100", "start": "today", "true": "yes"}
NOTED = Noted("Z519902261122K01RRK00072", "2026-11-22T10:00:00+08:00")
SUBMITTED = Submitted("519902261122K01RRK00072", "t" * 24, "2026-11-22T10:00:00+08:00")


class Walk:
    """A terminal's state, and everything it asked for."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.state = State()
        self.rules = rules
        self.now = 1000.0
        self.effects: list[Effect] = []

    def do(self, *events: ev.Event) -> Walk:
        for event in events:
            self.state, effects = machine.step(self.state, event, self.now, self.rules)
            self.effects += effects
        return self

    def later(self, seconds: float) -> Walk:
        self.now += seconds
        return self.do(ev.Tick())

    @property
    def visit(self) -> Visit:
        assert self.state.visit is not None
        return self.state.visit

    @property
    def step(self) -> Step | None:
        return self.state.visit.step if self.state.visit else None

    def asked(self, kind: type) -> list[Effect]:
        return [e for e in self.effects if isinstance(e, kind)]

    # the stretches of an ordinary visit

    def chosen(self, home: str = "demo-jia", item: str = "MED-REMOTE", situation: str = "MED-2") -> Walk:
        return self.do(
            ev.Begin("v1"), ev.ChoosePlace(home), ev.ChooseItem(item), ev.ChooseSituation(situation), ev.ChooseChannel("here")
        )

    def identified(self, **choice: str) -> Walk:
        return self.chosen(**choice).do(ev.Next(), ev.Agree(), ev.CardSeen(), ev.CardTaken(PERSON), ev.Next(), ev.Weigh(False))

    def page(self, ref: str) -> Walk:
        return self.do(
            ev.TakePage(ref), ev.PageShown(ref, ()), ev.KeepPage(), ev.PageSealed(ref, ref.encode().hex().ljust(64, "0"), 5)
        )

    def scanned(self) -> Walk:
        return self.identified().page("p1").do(ev.Next())

    def delivered(self) -> Walk:
        return self.scanned().do(ev.ChooseDelivery("pickup_intake"))

    def reviewed(self) -> Walk:
        return self.delivered().do(ev.FillForm(ANSWERS)).signed()

    def signed(self) -> Walk:
        """Signed, and every form it made sealed on the disk."""
        self.do(ev.Sign(SIGNATURE))
        forms = [e for e in self.effects if isinstance(e, SetForm)]
        return self.do(*(ev.PageSealed(form.ref, "f" * 64, 9) for form in forms))

    def submitted(self) -> Walk:
        return self.reviewed().do(ev.Submit(), ev.CaseStored("v1", SUBMITTED))

    def printed(self, state: PrintState = PrintState.PRINTED, cause: str | None = None, attempt: int = 1) -> Walk:
        return self.do(ev.PrintingEnded(SUBMITTED.case, Printing(state, attempt, cause)))
