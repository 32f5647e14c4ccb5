"""Every screen there is, in the order of a visit: (name, how to get there from the one before)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec
from screens_glass import OTHER_ADDRESS, PAPER, PERSON, PHONE, ScreenGlass, printed

from domain.case.content import Finding, Point, Signature
from domain.catalogue.catalogue import Catalogue, load
from domain.catalogue.form import Field, Option, When
from domain.catalogue.opening import Opening
from kiosk.visit import events as ev
from kiosk.visit import form, path
from kiosk.visit.snapshot import Sight
from kiosk.visit.state import PrintState, Step

SIGNATURE = Signature(800, 300, ((Point(100, 100, 0), Point(300, 180, 90), Point(500, 120, 200)),))


def rich_catalogue() -> Catalogue:
    """The demonstration catalogue, one form of which asks every kind of question there is."""
    catalogue = load()
    key = ("demo-jia", "MED-REMOTE", "MED-2")
    opened: Opening = catalogue.opening(*key)  # type: ignore[assignment]
    more = (
        Field("since", "从哪天起住在外地", "date"),
        Field("with", "跟谁住", "choices", options=(Option("child", "子女"), Option("kin", "亲戚"), Option("self", "自己"))),
        Field("child-name", "子女叫什么名字", "name", when=When("with", ("child",))),
        Field("child-number", "子女的身份证号码", "id_number", when=When("with", ("child",)), max_length=18),
        Field("kin-name", "亲戚叫什么名字", "name", when=When("with", ("kin",))),
        Field("relative", "紧急时找谁", "text", required=False, hint="写一位家里人的名字", max_length=20),
        Field("landline", "家里的座机", "digits", required=False, max_length=12),
        Field("mobile", "您的手机号码", "phone", max_length=12),
        Field("town", "现在住在哪里", "division"),
        Field("rent", "每个月的房租", "money", required=False, max_length=12),
        Field("firm", "单位的统一社会信用代码", "uscc", required=False, max_length=18),
        Field("why", "还有什么要说的", "long_text", required=False, max_length=200),
        Field("own-name", "申请人姓名", "name", autofill="name"),
        Field("own-number", "申请人证件号码", "id_number", autofill="number", locked=True),
        Field("own-address", "户籍地址", "text", autofill="address", max_length=120),
    )
    asked = msgspec.structs.replace(opened, form=(*opened.form, *more))
    return replace(catalogue, _openings={**catalogue._openings, key: asked})


def answers(glass: ScreenGlass) -> dict[str, str]:
    """A right answer for every field of the opening the visit stands at; of what a card says only where none was read."""
    visit = glass.snapshot().state.visit
    assert visit is not None
    opened = glass.catalogue.opening(visit.home or "", visit.item or "", visit.situation or "")
    assert opened is not None
    return {f.field: right(f) for f in opened.form if f.autofill is None or visit.identity is None}


def right(field: Field) -> str:
    """A right answer for one field."""
    kinds = {
        "promise": "yes",
        "date": "2024-03-01",
        "text": "阿依木果",
        "long_text": "没有了",
        "digits": "02887654321",
        "name": "阿依木果",
        "id_number": "510100199001010013",
        "uscc": "91350100M000100Y43",
        "phone": PHONE,
        "money": "850.5",
        "division": "511381",
    }
    return field.options[0].value if field.kind in ("choice", "choices") else kinds[field.kind]


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
    yield "channel"
    tell(ev.ChooseChannel("here"))
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
    yield "waive"
    tell(ev.Weigh(False))
    yield "scan"
    glass.answers = False
    tell(ev.TakePage("ref-0"))
    yield "scan-taking"
    tell(ev.PageNotTaken("ref-0", "page_not_found"))
    yield "scan-fault"
    glass.answers = True
    glass.findings = (Finding("page_blurred", ((1500, 1800, 8000, 3600),)),)
    tell(ev.TakePage("ref-1"))
    yield "page-findings"
    tell(ev.RetakePage())
    glass.findings = ()
    tell(ev.TakePage("ref-2"))
    yield "page"
    tell(ev.KeepPage())
    yield "scan-kept"
    tell(ev.ChoosePage("ref-2"))
    yield "scan-chosen"
    tell(ev.TakeInstead())
    yield "scan-instead"
    tell(ev.ChoosePage(None))
    for lay in (1, 2):
        glass.see(Sight(still=True, lay=lay, outline=PAPER))
    yield "scan-counting"
    tell(ev.NotYet())
    glass.show(overlay=glass.fault("camera_frozen"))
    yield "overlay"
    glass.show(overlay=None)
    tell(ev.Next())


def _filling(glass: ScreenGlass) -> Iterator[str]:
    tell = glass.tell
    yield "delivery"
    tell(ev.ChooseDelivery("post_applicant"))
    yield "postal"
    tell(ev.GivePostal("x", "1"))
    yield "postal-errors"
    tell(ev.GivePostal(OTHER_ADDRESS, PHONE))
    yield "form"
    tell(ev.FillForm({}))
    yield "form-errors"
    right_ones = answers(glass)
    while glass.step is Step.FORM:
        visit = glass.snapshot().state.visit
        assert visit is not None
        shown = form.on_screen(visit, form.asked(visit, path.opening(visit, glass.catalogue)))
        assert shown is not None
        yield f"form-{shown.field.field}"
        tell(ev.FillForm({shown.field.field: right_ones[shown.field.field]}))
    yield "sign"
    tell(ev.Sign(SIGNATURE))
    yield "review"
    tell(ev.Edit(Step.FORM, "own-address"))
    yield "form-own-address"
    tell(ev.FillForm({"own-address": OTHER_ADDRESS}))
    yield "sign-corrected"
    tell(ev.Sign(SIGNATURE))
    yield "review-corrected"
    tell(ev.Edit(Step.FORM, "mobile"))
    yield "form-mobile-again"
    tell(ev.Back())
    while glass.step is Step.FORM:
        tell(ev.Back())
    yield "postal-again"
    tell(ev.GivePostal(None, PHONE))
    tell(ev.Sign(SIGNATURE))
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
    tell(ev.GiveReason((207,), "等了一上午", "刘试安", "1"))
    yield "reason-contact-errors"
    tell(ev.Back())
    tell(ev.Rate(5))
    yield "reason-good"
    tell(ev.GiveReason((510,)))
    glass.show(idle_left=18)
    assert glass.step is Step.FAREWELL
    yield "farewell"
