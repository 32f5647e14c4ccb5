"""Strokes over HTTP: taken for what is signed now, given back to a page that is loaded anew, refused by name when they are none."""

from __future__ import annotations

import json
import logging

import pytest
from flask.testing import FlaskClient
from screens_glass import ScreenGlass
from screens_walk import SIGNATURE, rich_catalogue, walk

from kiosk.visit import events as ev
from kiosk.visit import ink
from ui.app import create_app

HERE = {"Origin": "http://localhost"}
POINTS = [[-100.5, 20, 0], [0, 0, 30], [120, -40, 61]]


@pytest.fixture(scope="module")
def glass() -> ScreenGlass:
    glass = ScreenGlass(rich_catalogue())
    next(name for name in walk(glass) if name == "sign")
    return glass


@pytest.fixture
def client(glass: ScreenGlass) -> FlaskClient:
    return create_app(glass).test_client()


def name(glass: ScreenGlass) -> str:
    now = ink.sheet(glass.snapshot().state.visit)
    assert now is not None
    return now.name


def tell(client: FlaskClient, glass: ScreenGlass, **fields: object) -> int:
    form = {"sheet": name(glass), "number": 1, **fields}
    return client.post("/ink", data={key: value for key, value in form.items() if value is not None}, headers=HERE).status_code


def held(client: FlaskClient, glass: ScreenGlass) -> object:
    return client.get("/ink", query_string={"sheet": name(glass)}).json


def test_a_stroke_is_given_back_as_it_was_told_and_taken_back_it_is_gone(glass: ScreenGlass, client: FlaskClient) -> None:
    assert held(client, glass) == []
    assert tell(client, glass, points=json.dumps(POINTS)) == 204
    assert tell(client, glass, number=1764150000000, points=json.dumps([[1, 2, 0]])) == 204
    assert held(client, glass) == [[1, POINTS], [1764150000000, [[1, 2, 0]]]]
    assert tell(client, glass, change="back") == 204
    assert held(client, glass) == [[1764150000000, [[1, 2, 0]]]]
    assert tell(client, glass, number=1764150000000, change="clear") == 204
    assert held(client, glass) == []


def test_the_page_says_for_what_it_draws(glass: ScreenGlass, client: FlaskClient) -> None:
    assert f'data-sheet="{name(glass)}"' in client.get("/").text


@pytest.mark.parametrize(
    "fields",
    [
        {"points": "[]"},
        {"points": "[[1, 2]]"},
        {"points": '[[1, 2, "x"]]'},
        {"points": "[[1e300, 2, 0]]"},
        {"points": "[[1, 2, -1]]"},
        {"points": "[[NaN, 2, 0]]"},
        {"points": "[" * 10_000},
        {"points": json.dumps([[1, 1, 0]] * (ink.MOST_POINTS + 1))},
        {"points": json.dumps(POINTS), "change": "back"},
        {"number": "-1", "change": "back"},
        {"number": "9" * 16, "change": "back"},
        {"number": "１", "change": "back"},
        {"change": "all"},
        {"change": None},
        {"sheet": None, "change": "back"},
        {"sheet": None, "change": "back", "visit": "v1"},
    ],
)
def test_what_is_no_stroke_is_refused_and_nothing_of_it_is_logged(
    glass: ScreenGlass, client: FlaskClient, fields: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert tell(client, glass, **fields) == 400
    assert [record.getMessage() for record in caplog.records if record.name == "ui.citizen.signing"] in (
        [f"ink refused: {what}"] for what in ("points", "number", "change", "fields")
    )
    assert held(client, glass) == []


def test_too_much_is_said_in_words_and_what_was_drawn_stays(glass: ScreenGlass, client: FlaskClient) -> None:
    assert tell(client, glass, points=json.dumps(POINTS)) == 204
    form = {"sheet": name(glass), "number": 2, "points": json.dumps([[1, 1, 0]] * ink.MOST_POINTS)}
    answer = client.post("/ink", data=form, headers=HERE)
    assert (answer.status_code, "重写" in answer.text) == (413, True)
    assert held(client, glass) == [[1, POINTS]]


def test_only_what_is_signed_now_is_taken_and_given(client: FlaskClient, glass: ScreenGlass) -> None:
    for other in ("", "visit-1", f"{name(glass)}0", "x" * 5000):
        assert tell(client, glass, sheet=other, change="back") == 409
        assert client.get("/ink", query_string={"sheet": other}).status_code == 409


def test_the_form_is_shown_with_what_is_written_and_without_it_when_nothing_is(glass: ScreenGlass, client: FlaskClient) -> None:
    picture = "/paper/" + client.get("/").text.partition("/paper/")[2].partition(".png")[0] + ".png"
    client.get(picture, query_string={"pad": "800x300"})
    assert glass.previewed is None
    tell(client, glass, points=json.dumps(POINTS))
    assert client.get(picture, query_string={"pad": "800x300"}).data.startswith(b"\x89PNG")
    assert glass.previewed is not None
    for none in ("", "0x0", "800", "99999x1", "800x300x1"):
        client.get(picture, query_string={"pad": none})
        assert glass.previewed is None


def test_after_the_signature_there_is_nothing_to_draw_on() -> None:
    glass = ScreenGlass(rich_catalogue())
    next(reached for reached in walk(glass) if reached == "sign")
    client, before = create_app(glass).test_client(), name(glass)
    glass.tell(ev.Sign(SIGNATURE))
    answer = client.post("/ink", data={"sheet": before, "number": 1, "points": json.dumps(POINTS)}, headers=HERE)
    assert answer.status_code == 409
