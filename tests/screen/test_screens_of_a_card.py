"""A card that lies on the reader, whose document it is, and its photo: what the screens say of them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace
from screens_glass import FOREIGNER, ScreenGlass
from screens_walk import rich_catalogue, walk

from kiosk.visit import events as ev
from ui.app import create_app

TAKE = "请取走您的证件"
LEFT = "读卡处有证件忘了拿"


@pytest.fixture
def glass() -> ScreenGlass:
    return ScreenGlass(rich_catalogue())


@pytest.fixture
def client(glass: ScreenGlass) -> FlaskClient:
    return create_app(glass).test_client()


def at(glass: ScreenGlass, client: FlaskClient, name: str) -> str:
    assert name in walk(glass)  # stops there
    return client.get("/screen").text


def test_whoever_leaves_the_card_lying_is_told_on_every_screen_until_it_is_taken(glass: ScreenGlass, client: FlaskClient) -> None:
    for name in walk(glass):
        if name.startswith("card"):
            continue
        glass.show(card_lies=True)
        seen = client.get("/screen").text
        visit = glass.snapshot().state.visit
        assert (TAKE if visit else LEFT) in seen, name
        glass.show(card_lies=False)
        seen = client.get("/screen").text
        assert TAKE not in seen, name
        assert LEFT not in seen, name


def test_who_types_loses_nothing_when_the_card_is_taken(glass: ScreenGlass, client: FlaskClient) -> None:
    at(glass, client, "form")
    key = client.get("/screen").text.split('name="key" value="')[1].split('"')[0]
    glass.show(card_lies=True)
    assert client.get("/screen", query_string={"key": key}).headers["HX-Retarget"] == "#live"


def test_a_photo_is_given_only_while_the_identity_is_on_the_screen(glass: ScreenGlass, client: FlaskClient) -> None:
    assert "img/person.svg" in at(glass, client, "identity")
    glass.show(photo="p1")
    assert 'src="/photo/p1.jpg"' in client.get("/screen").text
    given = client.get("/photo/p1.jpg")
    assert (given.mimetype, given.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert client.get("/photo/p2.jpg").status_code == 204
    glass.tell(ev.Next())
    assert client.get("/photo/p1.jpg").status_code == 204


def test_a_foreigner_reads_nationality_for_an_address_and_nothing_in_full(glass: ScreenGlass, client: FlaskClient) -> None:
    at(glass, client, "identity")
    state = glass.snapshot().state
    assert state.visit is not None
    glass.show(state=replace(state, visit=replace(state.visit, identity=FOREIGNER), version=state.version + 1))
    seen = client.get("/screen").text
    for shown in ("V**", "951***********0014", "美国", "外国人永久居留身份证"):
        assert shown in seen
    for hidden in ("VANDEBERG", "SMITH", "19800401", FOREIGNER.number, FOREIGNER.former, "住址"):
        assert hidden not in seen


def test_whose_document_has_no_address_is_asked_for_one(glass: ScreenGlass, client: FlaskClient) -> None:
    at(glass, client, "postal")
    assert "证件上的住址" in client.get("/screen").text
    state = glass.snapshot().state
    assert state.visit is not None
    glass.show(state=replace(state, visit=replace(state.visit, identity=FOREIGNER), version=state.version + 1))
    seen = client.get("/screen").text
    assert "证件上的住址" not in seen
    assert 'value="other" checked' in seen


def test_a_newest_address_is_called_so(glass: ScreenGlass, client: FlaskClient) -> None:
    at(glass, client, "identity")
    state = glass.snapshot().state
    assert state.visit is not None
    assert state.visit.identity is not None
    assert "最新住址" not in client.get("/screen").text
    moved = replace(state.visit.identity, printed_address="四川省示范乙市示范五县桥头镇3号")
    glass.show(state=replace(state, visit=replace(state.visit, identity=moved), version=state.version + 1))
    seen = client.get("/screen").text
    assert "最新住址" in seen
    assert "桥头镇" not in seen
