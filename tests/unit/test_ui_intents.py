"""A posted form becomes one of our intents, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from domain.case.content import MAX_POINTS, Point
from kiosk.visit import attending_events as ae
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit import inking_events as ie
from kiosk.visit.state import Step
from ui.citizen import intents
from ui.citizen.intents import BadFormError, parse

TODAY = datetime.now(UTC).astimezone().date()
STROKES = json.dumps({"width": 800, "height": 300, "strokes": [[[1, 2, 0], [300.5, 20, 16]]]})
GOOD: dict[str, tuple[dict[str, str], ev.Intent | None]] = {
    "begin": ({}, None),
    "choose-place": ({"party": "demo-jia"}, ev.ChoosePlace("demo-jia")),
    "choose-item": ({"item": "MED-REMOTE"}, ev.ChooseItem("MED-REMOTE")),
    "choose-situation": ({"situation": "MED-2"}, ev.ChooseSituation("MED-2")),
    "answer-question": ({"answer": "1"}, ev.AnswerQuestion(1)),
    "list-all": ({}, ev.ListAll()),
    "choose-channel": ({"channel": "online"}, ev.ChooseChannel("online")),
    "weigh": ({"waived": "yes"}, ev.Weigh(True)),
    "take-along": ({"paper": "no"}, ev.TakeAlong(False)),
    "next": ({}, ev.Next()),
    "agree": ({}, ev.Agree()),
    "not-me": ({}, ev.NotMe()),
    "for-another": ({"applicant": "guardian"}, ev.ForAnother("guardian")),
    "no-card": ({}, ev.NoCard()),
    "choose-document": ({"paper": "passport"}, ev.ChooseDocument("passport")),
    "state-who": ({"answer.own-name": "某"}, None),
    "to-window": ({}, ev.ToWindow()),
    "keep-draft": ({}, None),
    "begin-draft": ({}, None),
    "fetch-draft": ({"code": "not a code"}, ev.FetchDraft("")),
    "begin-followup": ({}, None),
    "choose-how": ({"by": "receipt"}, fe.ChooseHow("receipt")),
    "ask-number": ({"number": "5113 81", "tail": ""}, fe.AskNumber("5113 81")),
    "look-again": ({}, fe.LookAgain()),
    "rate-home": ({"case": "0"}, fe.RateHome(0)),
    "ask-right": ({"case": "1"}, fe.AskRight(1)),
    "choose-right": ({"kind": "correct"}, fe.ChooseRight("correct")),
    "choose-task": ({"task": "0", "doing": "collect"}, fe.ChooseTask(0, "collect")),
    "checked": ({"by": " 1024 "}, ev.Checked("1024")),
    "take-page": ({}, None),
    "keep-page": ({}, ev.KeepPage()),
    "retake-page": ({}, ev.RetakePage()),
    "turn-page": ({}, ev.TurnPage()),
    "choose-page": ({"ref": "v1-2"}, ev.ChoosePage("v1-2")),
    "take-instead": ({}, ev.TakeInstead()),
    "give-up-page": ({}, ev.GiveUpPage()),
    "move-page": ({"by": "back"}, ev.MovePage(-1)),
    "take-unasked": ({"on": "no"}, ev.TakeUnasked(False)),
    "not-yet": ({}, ev.NotYet()),
    "leave-out": ({}, ev.LeaveOut()),
    "scan-again": ({"material": "M-RES"}, ev.ScanAgain("M-RES")),
    "edit": ({"step": "form"}, ev.Edit(Step.FORM)),
    "fill-form": (
        {"answer.start": "now", "answer.since.year": "2024", "answer.since.month": "03", "answer.since.day": "01"},
        ev.FillForm({"start": "now", "since": "2024-03-01"}, day=TODAY),
    ),
    "sign": ({"signature": STROKES}, None),
    "sign-on-paper": ({"how": "pen"}, None),
    "sign-on-glass": ({}, ie.SignOnGlass()),
    "print-form": ({}, ie.PrintForm(TODAY)),
    "choose-delivery": ({"way": "pickup_intake"}, ev.ChooseDelivery("pickup_intake")),
    "give-postal": ({"where": "card", "address": "", "phone": "1"}, ev.GivePostal(None, "1")),
    "submit": ({}, ev.Submit()),
    "print-again": ({}, ev.PrintAgain()),
    "rate": ({"level": "4"}, ev.Rate(4)),
    "give-reason": ({"tag": "207"}, ev.GiveReason((207,))),
    "back": ({}, ev.Back()),
    "leave": ({}, ev.Leave()),
    "stay": ({}, ev.Stay()),
    "attend": ({}, ae.Attend()),
    "let-go": ({}, ae.LetGo()),
    "go-alone": ({}, ae.GoAlone()),
    "end": ({}, ev.End()),
}
BAD: list[tuple[str, dict[str, str]]] = [
    ("no-such-thing", {}),
    ("choose-place", {}),
    ("choose-place", {"party": "甲市"}),
    ("choose-place", {"party": "a" * 41}),
    ("choose-place", {"party": "demo-jia\n"}),
    ("choose-page", {"ref": "../x"}),
    ("move-page", {"by": "7"}),
    ("take-unasked", {"on": "maybe"}),
    ("next", {"step": "review"}),
    ("answer-question", {"answer": "x"}),
    ("answer-question", {"answer": "١"}),
    ("choose-channel", {"channel": "window"}),
    ("weigh", {"waived": "1"}),
    ("take-along", {}),
    ("edit", {"step": "vault"}),
    ("fill-form", {"reply.start": "now"}),
    ("fill-form", {"answer.": "now"}),
    ("fill-form", {"answer.start.hour": "1"}),
    ("fill-form", {"answer.since.year": "2024"}),
    ("fill-form", {"answer.start": "x" * 1001}),
    ("fill-form", {"answer.start": "a\x00b"}),
    ("sign", {"signature": ""}),
    ("sign", {"signature": "{}"}),
    ("sign", {"signature": "[" * 10_000}),
    ("sign", {"signature": '{"width": 0, "height": 300, "strokes": []}'}),
    ("sign", {"signature": '{"width": 800, "height": 300, "strokes": [[[1, 2, "x"]]]}'}),
    ("sign", {"signature": '{"width": 800, "height": 300, "strokes": [[[1e300, 2, 0]]]}'}),
    ("sign-on-paper", {"how": "stamp"}),
    ("sign-on-paper", {}),
    ("choose-delivery", {"way": "pigeon"}),
    ("give-postal", {"where": "moon", "phone": "1"}),
    ("give-postal", {"where": "card"}),
    ("rate", {"level": "6"}),
    ("rate", {"level": ""}),
    ("give-reason", {"tag": "bad"}),
    ("for-another", {"applicant": "emperor"}),
    ("choose-document", {"paper": "../x"}),
    ("state-who", {"reply.own-name": "x"}),
    ("fetch-draft", {"code": "x" * 61}),
    ("fetch-draft", {}),
    ("checked", {"by": "x" * 41}),
    ("keep-draft", {"code": "mine"}),
]


@pytest.mark.parametrize("name", GOOD)
def test_every_intent_is_understood(name: str) -> None:
    fields, meant = GOOD[name]
    got = parse(name, MultiDict({"visit": "v", "version": "1", "key": "k", **fields}))
    assert meant is None or got == meant


def test_the_table_of_intents_is_whole() -> None:
    assert set(GOOD) == set(intents.names())
    made = {type(parse(name, MultiDict(fields))).__name__ for name, (fields, _) in GOOD.items()}
    assert made == {kind.__name__ for kind in ev.Intent.__subclasses__()} - {"Attended"}  # which holds one of the others


@pytest.mark.parametrize(("name", "fields"), BAD)
def test_anything_else_is_refused(name: str, fields: dict[str, str]) -> None:
    with pytest.raises(BadFormError) as refused:
        parse(name, MultiDict(fields))
    assert not any(len(value) > 3 and value in str(refused.value) for value in fields.values())


def test_a_field_sent_twice_is_refused() -> None:
    with pytest.raises(BadFormError):
        parse("choose-place", MultiDict([("party", "demo-jia"), ("party", "demo-qi")]))


def test_a_date_left_empty_is_no_date() -> None:
    empty = {f"answer.since.{part}": "" for part in ("year", "month", "day")}
    assert parse("fill-form", MultiDict(empty)) == ev.FillForm({"since": ""}, day=TODAY)


def test_several_options_come_as_one_answer_and_nothing_else_may_come_twice() -> None:
    ticked = MultiDict([("answer.pains", "a"), ("answer.pains", "b-2")])
    assert parse("fill-form", ticked) == ev.FillForm({"pains": "a,b-2"}, day=TODAY)
    for bad in ([("answer.x", "a"), ("answer.x", "甲")], [("answer.x", str(n)) for n in range(41)]):
        with pytest.raises(BadFormError):
            parse("fill-form", MultiDict(bad))


def test_what_the_card_says_stands_where_it_is_chosen_whatever_else_was_written() -> None:
    by_card = MultiDict({"answer.name.by": "card", "answer.name": "别的"})
    assert parse("fill-form", by_card) == ev.FillForm({}, ("name",), TODAY)
    by_hand = MultiDict({"answer.name.by": "hand", "answer.name": "别的"})
    assert parse("fill-form", by_hand) == ev.FillForm({"name": "别的"}, (), TODAY)


def test_a_signature_keeps_its_strokes() -> None:
    got = parse("sign", MultiDict({"signature": STROKES}))
    assert isinstance(got, ev.Sign)
    assert got.signature.strokes == ((Point(1, 2, 0), Point(300.5, 20, 16)),)


def test_a_signature_of_too_many_points_is_refused_and_the_longest_is_taken() -> None:
    def strokes(points: int) -> str:
        return json.dumps({"width": 800, "height": 300, "strokes": [[[i % 800, 1, i] for i in range(points)]]})

    assert isinstance(parse("sign", MultiDict({"signature": strokes(MAX_POINTS)})), ev.Sign)
    with pytest.raises(BadFormError):
        parse("sign", MultiDict({"signature": strokes(MAX_POINTS + 1)}))


def test_ids_made_here_are_long_and_never_the_same() -> None:
    made = {parse("begin", MultiDict()).visit for _ in range(50)}  # type: ignore[attr-defined]
    assert len(made) == 50
    assert min(map(len, made)) >= 20


TEXT = st.text(max_size=40)


@given(st.sampled_from(intents.names()), st.lists(st.tuples(TEXT, TEXT), max_size=6))
def test_hostile_forms_are_an_intent_or_refused(name: str, fields: list[tuple[str, str]]) -> None:
    try:
        got = parse(name, MultiDict(fields))
    except BadFormError:
        return
    assert isinstance(got, ev.Intent)


@given(TEXT, TEXT)
def test_visit_and_version_are_what_a_page_sends_or_refused(visit: str, version: str) -> None:
    try:
        _, number = intents.seen(MultiDict({"visit": visit, "version": version}))
    except BadFormError:
        return
    assert number >= 0
