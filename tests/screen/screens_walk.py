"""Every screen there is, in the order of a visit: (name, how to get there from the one before)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec
from screens_glass import OTHER_ADDRESS, PERSON, PHONE, ScreenGlass, printed

from domain.case.content import Point, Signature
from domain.catalogue.catalogue import Catalogue, load
from domain.catalogue.form import Field
from domain.catalogue.opening import Opening
from kiosk.visit import events as ev
from kiosk.visit.state import PrintState, Step

SIGNATURE = Signature(800, 300, ((Point(100, 100, 0), Point(300, 180, 90), Point(500, 120, 200)),))


def rich_catalogue() -> Catalogue:
    """The demonstration catalogue, one form of which also asks for a date, a text and digits."""
    catalogue = load()
    key = ("demo-jia", "MED-REMOTE", "MED-2")
    opened: Opening = catalogue.opening(*key)  # type: ignore[assignment]
    more = (
        Field("since", "从哪天起住在外地", "date"),
        Field("relative", "紧急时找谁", "text", required=False, hint="写一位家里人的名字", max_length=20),
        Field("landline", "家里的座机", "digits", required=False, max_length=12),
    )
    asked = msgspec.structs.replace(opened, form=(*opened.form, *more))
    return replace(catalogue, _openings={**catalogue._openings, key: asked})


def answers(glass: ScreenGlass) -> dict[str, str]:
    """A right answer for every field of the opening the visit stands at."""
    visit = glass.snapshot().state.visit
    assert visit is not None
    opened = glass.catalogue.opening(visit.home or "", visit.item or "", visit.situation or "")
    assert opened is not None
    kinds = {"promise": "yes", "date": "2024-03-01", "text": "阿依木果", "digits": "02887654321"}
    return {f.field: f.options[0].value if f.kind == "choice" else kinds[f.kind] for f in opened.form}


def walk(glass: ScreenGlass) -> Iterator[str]:
    """Lead ``glass`` through every screen and name each as it stands there."""
    tell = glass.tell
    yield "welcome"
    glass.show(troubles=(glass.fault("absent"),))
    yield "welcome-trouble"
    glass.show(troubles=())
    tell(ev.Closed("catalogue_damaged"))
    yield "closed"
    tell(ev.Closed(None))
    tell(ev.Begin("visit-1"))
    yield "place"
    tell(ev.ChoosePlace("demo-jia"))
    yield "item"
    tell(ev.ChooseItem("MED-REMOTE"))
    yield "situation"
    tell(ev.ChooseSituation("MED-2"))
    yield "prepare"
    tell(ev.Next())
    yield "notice"
    tell(ev.Agree())
    yield "card"
    tell(ev.CardSeen())
    yield "card-reading"
    tell(ev.CardNotTaken("card_removed"))
    yield "card-failed"
    tell(ev.CardTaken(PERSON))
    yield "identity"
    yield from _papers(glass)
    yield from _filling(glass)
    yield from _ending(glass)


def _papers(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    tell(ev.Next())
    yield "scan"
    glass.answers = False
    tell(ev.TakePage("ref-0"))
    yield "scan-taking"
    tell(ev.PageNotTaken("ref-0", "page_not_found"))
    yield "scan-fault"
    glass.answers = True
    glass.findings = ("page_blurred",)
    tell(ev.TakePage("ref-1"))
    yield "page-findings"
    tell(ev.RetakePage())
    glass.findings = ()
    tell(ev.TakePage("ref-2"))
    yield "page"
    tell(ev.KeepPage())
    yield "scan-kept"
    glass.show(overlay=glass.fault("camera_frozen"))
    yield "overlay"
    glass.show(overlay=None)
    tell(ev.Next())


def _filling(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    yield "form"
    tell(ev.FillForm({}))
    yield "form-errors"
    tell(ev.FillForm(answers(glass)))
    yield "sign"
    tell(ev.Sign(SIGNATURE))
    yield "delivery"
    tell(ev.ChooseDelivery("post_applicant"))
    yield "postal"
    tell(ev.GivePostal("x", "1"))
    yield "postal-errors"
    tell(ev.GivePostal(OTHER_ADDRESS, PHONE))
    yield "review"
    tell(ev.Back())
    yield "postal-again"
    tell(ev.GivePostal(None, PHONE))
    yield "review-card-address"
    tell(ev.Leave())
    yield "leaving"
    tell(ev.Stay())
    glass.show(idle_left=24)
    yield "idle"
    glass.show(idle_left=None)


def _ending(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    glass.answers = False
    tell(ev.Submit())
    yield "submitting"
    visit = glass.snapshot().state.visit
    assert visit is not None
    tell(ev.CaseNotStored(visit.id, "store_failed"))
    yield "review-fault"
    glass.answers = True
    tell(ev.Submit())
    yield "receipt"
    for state, cause in ((PrintState.REFUSED, "paper_out"), (PrintState.SPOILT, "cutter_jam"), (PrintState.UNCERTAIN, "mute")):
        printed(glass, state, cause)
        yield f"receipt-{state.value}"
    printed(glass)
    yield "receipt-printed"
    tell(ev.Next())
    yield "rating"
    tell(ev.Rate(2))
    yield "reason"
    tell(ev.GiveReason(()))
    yield "reason-errors"
    tell(ev.GiveReason((207,)))
    glass.show(idle_left=18)
    assert glass.step is Step.FAREWELL
    yield "farewell"
