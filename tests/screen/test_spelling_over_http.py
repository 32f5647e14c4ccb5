"""Letters to Chinese, as the keyboard on the glass asks for it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from screens_glass import ScreenGlass

from domain.spelling.port import LETTERS
from kiosk.visit import events as ev
from ui.app import create_app

HERE = {"Origin": "http://localhost"}


@pytest.fixture
def glass() -> ScreenGlass:
    glass = ScreenGlass()
    glass.tell(ev.Begin("visit-1"))
    return glass


@pytest.fixture
def client(glass: ScreenGlass) -> FlaskClient:
    return create_app(glass).test_client()


def asked(glass: ScreenGlass, **more: object) -> dict[str, object]:
    visit = glass.snapshot().state.visit
    assert visit is not None
    return {"visit": visit.id, "way": "surname", "letters": "zhang", "first": 0, **more}


def test_letters_give_characters_and_more_of_them(glass: ScreenGlass, client: FlaskClient) -> None:
    answer = client.post("/spell", data=asked(glass), headers=HERE)
    assert answer.json is not None
    assert answer.json["words"][0] == "张"
    assert answer.json["more"]
    further = client.post("/spell", data=asked(glass, first=10), headers=HERE)
    assert further.json is not None
    assert not set(further.json["words"]) & set(answer.json["words"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_word_that_is_taken_leaves_its_letters_and_what_they_offer(glass: ScreenGlass, client: FlaskClient) -> None:
    answer = client.post("/spell", data=asked(glass, letters="ouyangzhe", word="欧阳"), headers=HERE)
    assert answer.json is not None
    assert answer.json["letters"] == "zhe"
    assert "喆" in answer.json["words"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"letters": "ZHANG"},
        {"letters": "张"},
        {"letters": "a" * (LETTERS + 1)},
        {"letters": "'a"},
        {"way": "strokes"},
        {"first": "-1"},
        {"first": "1000"},
        {"word": "a\nb"},
        {"word": "长" * 41},
    ],
)
def test_what_no_keyboard_sends_is_refused(glass: ScreenGlass, client: FlaskClient, wrong: dict[str, object]) -> None:
    answer = client.post("/spell", data=asked(glass, **wrong), headers=HERE)
    assert answer.status_code == 400
    assert answer.json == {"words": [], "more": False, "letters": ""}


def test_only_the_visit_that_is_may_type(glass: ScreenGlass, client: FlaskClient) -> None:
    assert client.post("/spell", data=asked(glass, visit="another"), headers=HERE).status_code == 409
    assert client.post("/spell", data=asked(glass)).status_code == 403
