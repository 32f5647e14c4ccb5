"""The screens of the ways that end without a case, and of an intake of which something is still unproven: name by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from screens_glass import PERSON, ScreenGlass
from screens_walk import answers, walk

from kiosk.visit import events as ev
from kiosk.visit.state import Printing, PrintState, Step


def screens(glass: ScreenGlass) -> Iterator[str]:
    """Every screen there is: of a whole intake, and then of the other ways."""
    yield from walk(glass)
    glass.tell(ev.End())
    glass.show(idle_left=None)
    yield from ways(glass)


def ways(glass: ScreenGlass) -> Iterator[str]:
    """Lead ``glass`` through them, a visit after the other."""
    glass.rules = replace(glass.rules, queries=True)
    glass.hall = replace(glass.hall, queries=True)
    for way in (_questions, _online, _elsewhere, _pre_fill, _query, _unproven):
        yield from way(glass)
        glass.tell(ev.End())


def begun(glass: ScreenGlass, home: str, item: str, situation: str | None = None, channel: str | None = None) -> None:
    glass.tell(ev.Begin(f"visit-{item}"))
    glass.tell(ev.ChoosePlace(home))
    glass.tell(ev.ChooseItem(item))
    if situation:
        glass.tell(ev.ChooseSituation(situation))
    if channel:
        glass.tell(ev.ChooseChannel(channel))


def read(glass: ScreenGlass) -> None:
    for event in (ev.Next(), ev.Agree(), ev.CardTaken(PERSON), ev.Next()):
        glass.tell(event)


def _questions(glass: ScreenGlass) -> Iterator[str]:
    begun(glass, "demo-jia", "SSC-REISSUE")
    yield "question"
    glass.tell(ev.ListAll())
    yield "situations"
    glass.tell(ev.ChooseSituation("SSC-REISSUE-2"))
    yield "channel-here-only"


def _online(glass: ScreenGlass) -> Iterator[str]:
    begun(glass, "demo-jia", "SSC-APPLY", "SSC-APPLY-1")
    glass.show(out=frozenset({"camera", "printer"}))
    yield "channel-trouble"
    glass.show(out=frozenset())
    glass.tell(ev.ChooseChannel("online"))
    yield "guide-online"
    glass.answers = False
    glass.tell(ev.TakeAlong(True))
    yield "noting"
    visit = glass.snapshot().state.visit
    assert visit is not None
    glass.tell(ev.ServiceNotNoted(visit.id, "store_failed"))
    yield "guide-fault"
    glass.answers = True
    glass.tell(ev.TakeAlong(True))
    yield "leaflet"
    glass.tell(ev.PrintingEnded(glass.number, Printing(PrintState.REFUSED, 1, "paper_out")))
    yield "leaflet-refused"
    glass.tell(ev.PrintingEnded(glass.number, Printing(PrintState.UNCERTAIN, 1, "mute")))
    yield "leaflet-uncertain"
    glass.tell(ev.PrintingEnded(glass.number, Printing(PrintState.PRINTED, 1)))
    yield "leaflet-printed"
    glass.tell(ev.Next())
    yield "rating-of-a-service"
    glass.tell(ev.Rate(5))
    glass.tell(ev.GiveReason(()))
    yield "farewell-online"


def _elsewhere(glass: ScreenGlass) -> Iterator[str]:
    begun(glass, "demo-jia", "HUKOU-MOVE")
    yield "guide-elsewhere"
    glass.tell(ev.End())
    begun(glass, "demo-jia", "SSC-LOSS", "SSC-LOSS-1")
    yield "channel-window"
    glass.tell(ev.ChooseChannel("here"))
    yield "guide-window"


def _pre_fill(glass: ScreenGlass) -> Iterator[str]:
    begun(glass, "demo-jia", "ID-CARD", "ID-2", "here")
    yield "prepare-pre-fill"
    glass.tell(ev.Next())
    glass.tell(ev.Agree())
    while glass.step is Step.FORM:
        glass.tell(ev.FillForm(answers(glass)))
    yield "filled"


def _query(glass: ScreenGlass) -> Iterator[str]:
    begun(glass, "demo-jia", "SI-CERT", "SI-CERT-1", "here")
    yield "prepare-query"
    read(glass)
    visit = glass.snapshot().state.visit
    assert visit is not None
    yield "query-asking"
    glass.tell(ev.DocumentNotFound(visit.id, now=False))
    yield "query-not-now"
    glass.tell(ev.PrintAgain())
    glass.tell(ev.DocumentFound(visit.id))
    yield "query-printing"
    for state, cause in ((PrintState.REFUSED, "a4_queue_down"), (PrintState.UNCERTAIN, "a4_unproven"), (PrintState.PRINTED, None)):
        glass.tell(ev.SheetEnded(visit.id, Printing(state, 1, cause)))
        yield f"query-{state.value}"


def _unproven(glass: ScreenGlass) -> Iterator[str]:
    begun(glass, "demo-jia", "SSC-REISSUE", "SSC-REISSUE-2", "here")
    yield "prepare-posted"
    glass.tell(ev.End())
    begun(glass, "demo-jia", "HPF-RETIRE", "HPF-2", "here")
    yield "prepare-unproven"
    read(glass)
    yield "waive-original"
