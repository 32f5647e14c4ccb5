"""好差评 by the receipt's code: once a department has decided, with one follow-up, by nobody in particular."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace
from support.cases import act_of
from support.casework import Casework, just_now
from support.fleet import HOME, INTAKE, TERMINAL, rating

from domain import sealing
from domain.case import acts
from domain.case.rights import State
from domain.rating.service import Service, Unrated
from fleet.authority.authority import Identity
from fleet.console.app import create_console
from fleet.documents import Documents
from fleet.known import Known
from fleet.presence import Hearing
from fleet.ratings import ledger
from fleet.tickets.opened import Box
from mqtt.progress import CaseProgress, case_progress_path, receipt_progress_path

TOKEN = "T" * 22
NAMES = {HOME: "绵竹市", INTAKE: "仁寿县"}
KEY = "delivery-home"
PAGE, RATE = f"/progress/{TOKEN}", f"/progress/{TOKEN}/rate/{KEY}"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Casework]:
    made = Casework(tmp_path)
    yield made
    made.close()


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box((sealing.new_key("ratings")[1],), Documents(tmp_path / "documents"))


@pytest.fixture
def phone(centre: Casework, box: Box) -> FlaskClient:
    app = create_console(centre.store, Known({}, {}, NAMES), lambda: Hearing(None), lambda _: Identity(None), box=box)  # type: ignore[arg-type]
    return app.test_client()


def given(centre: Casework, case: str) -> list[tuple[str, str, int, int]]:
    with centre.store.reading() as db:
        return [(r.service.of, r.service.side, r.round, r.level) for r in ledger.of_number(db, case)]


def rated(by: FlaskClient, level: int, round: int = 1, **said: object) -> int:
    return by.post(RATE, data={"level": level, "round": round, **said}).status_code


def test_before_the_decision_nothing_is_asked_and_nothing_is_taken(centre: Casework, phone: FlaskClient) -> None:
    case = centre.standing_in(State.ACCEPTED, token=TOKEN)
    assert "好差评" not in phone.get(PAGE).text
    assert (phone.get(RATE).status_code, rated(phone, 5), given(centre, case)) == (303, 303, [])


def test_a_department_that_has_decided_is_rated_once_and_once_more_and_no_third_time(centre: Casework, phone: FlaskClient) -> None:
    case = centre.standing_in(State.DECIDED, token=TOKEN)
    assert "评价：绵竹市办这件事" in phone.get(PAGE).text
    assert rated(phone, 2, tag=["207", "214"]) == 303
    assert "追加评价：绵竹市办这件事" in phone.get(PAGE).text
    assert rated(phone, 4, round=2) == 303
    assert given(centre, case) == [("delivery", "home", 1, 2), ("delivery", "home", 2, 4)]
    assert "好差评" not in phone.get(PAGE).text
    assert rated(phone, 5, round=2) == 303
    assert len(given(centre, case)) == 2
    with centre.store.reading() as db:
        assert {r.party for r in ledger.of_number(db, case)} == {HOME}


def test_the_same_form_sent_twice_rates_once(centre: Casework, phone: FlaskClient) -> None:
    case = centre.standing_in(State.DELIVERED, token=TOKEN)
    assert [rated(phone, 1, tag="108"), rated(phone, 1, tag="108")] == [303, 303]
    assert given(centre, case) == [("delivery", "home", 1, 1)]


def test_looking_and_leaving_leaves_it_unrated(centre: Casework, phone: FlaskClient) -> None:
    case = centre.standing_in(State.DECIDED, token=TOKEN)
    for level in ("", "5", "1", "9", "x"):
        page = phone.get(RATE, query_string={"level": level}).text
        assert "checked" not in page
    with centre.store.reading() as db:
        assert ledger.stands(db, Service(case, "delivery", "home")) == Unrated()


def test_a_bad_one_wants_a_tag_or_words_and_what_was_typed_is_said_back_once(centre: Casework, phone: FlaskClient) -> None:
    case = centre.standing_in(State.DECIDED, token=TOKEN)
    assert rated(phone, 1) == rated(phone, 1, tag="510") == 422
    refused = phone.post(RATE, data={"level": 1, "round": 1, "words": "等了一上午", "name": "刘试安", "phone": "1"})
    assert (refused.status_code, "等了一上午" in refused.text, "11 位手机号码" in refused.text) == (422, True, True)
    assert rated(phone, 1, words="长" * 151) == rated(phone, 6) == 400
    assert given(centre, case) == []
    assert rated(phone, 1, words="等了一上午") == 303
    assert given(centre, case) == [("delivery", "home", 1, 1)]


def test_what_is_written_is_sealed_before_it_is_stored_and_only_the_rating_key_opens_it(
    centre: Casework, phone: FlaskClient, box: Box, tmp_path: Path
) -> None:
    case = centre.standing_in(State.DECIDED, token=TOKEN)
    assert rated(phone, 2, tag="207", words="等了一上午", name="刘试安", phone="13800001234") == 303
    with centre.store.reading() as db:
        (one,) = ledger.of_number(db, case)
        assert db.execute("SELECT 1 FROM documents WHERE digest = ?", (one.words,)).fetchone()
    assert one.words is not None
    assert one.named
    said = box.open(one.words)
    assert (said.text, said.name, said.phone) == ("等了一上午", "刘试安", "13800001234")
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(word.encode() in held for word in ("等了一上午", "刘试安", "13800001234"))


def test_the_hall_is_rated_once_more_by_the_receipt_and_never_for_the_first_time(centre: Casework, phone: FlaskClient) -> None:
    case = centre.take(token=TOKEN)
    assert "好差评" not in phone.get(PAGE).text
    centre.tell(rating(case, 2))
    page = phone.get(PAGE).text
    assert "追加评价：仁寿县大厅的服务（收件）" in page
    assert "不满意" not in page, "what was said is shown to nobody"
    assert phone.post(f"/progress/{TOKEN}/rate/intake-intake", data={"level": 3, "round": 2}).status_code == 303
    assert given(centre, case) == [("intake", "intake", 1, 2), ("intake", "intake", 2, 3)]


def test_a_terminal_is_told_that_the_department_can_be_rated_by_the_receipt_alone(centre: Casework) -> None:
    case = centre.standing_in(State.ACCEPTED, token=TOKEN)

    def ratable(path: str) -> bool:
        return msgspec.json.decode(centre.ask(TERMINAL, "GET", path).get_data(), type=CaseProgress).ratable

    assert not ratable(receipt_progress_path(TOKEN))
    centre.acted(HOME, case, act_of(acts.Decided, just_now(), result="granted"))
    assert (ratable(receipt_progress_path(TOKEN)), ratable(case_progress_path(case))) == (True, False)
    for level in (2, 4):
        centre.tell(replace(rating(case, level), of="delivery", side="home", tags=()))
    assert not ratable(receipt_progress_path(TOKEN))


def test_no_other_page_rates_and_no_cookie_is_asked_or_set(centre: Casework, phone: FlaskClient) -> None:
    case = centre.standing_in(State.DECIDED, token=TOKEN)
    foreign = phone.post(RATE, data={"level": 5, "round": 1}, headers={"Origin": "https://elsewhere.example"})
    assert (foreign.status_code, given(centre, case)) == (403, [])
    own = phone.post(RATE, data={"level": 5, "round": 1}, headers={"Origin": "http://localhost"})
    assert (own.status_code, own.headers.get("Set-Cookie")) == (303, None)


def test_codes_are_not_guessed_and_one_code_is_not_used_without_end(centre: Casework, phone: FlaskClient) -> None:
    centre.standing_in(State.DECIDED, token=TOKEN)
    assert {rated(phone, 1) for _ in range(12)} == {422}
    assert rated(phone, 1) == 429
    answers = {phone.get(f"/progress/{'x' * 21}{n % 10}/rate/{KEY}").status_code for n in range(70)}
    assert answers == {404, 429}
