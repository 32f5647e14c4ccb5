"""Somebody comes back about a case: by the receipt's code, by its number, by their card; with the centre there and gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.citizen import Citizen, Upstream
from support.hall import GlassByHttp, Hall, hall, until

from domain.case.number import grouped
from domain.case.receipt import query


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "broker", "centre", "terminal") as running:
        yield running


@pytest.fixture(scope="module")
def case(one: Hall) -> tuple[str, str]:
    """Number and token of a case taken in here, whole at the centre."""
    citizen = Citizen(one).submitted().took_receipt()
    citizen.glass.do("next")
    citizen.left()
    rows = until(lambda: Upstream(one).rows("SELECT number, token FROM cases"), "the case at the centre")
    until(lambda: len(Upstream(one).rows("SELECT 1 FROM documents")) == 3, "its documents")
    number, token = rows[0]  # type: ignore[index]
    return str(number), str(token)


def asked(one: Hall, by: str) -> GlassByHttp:
    return one.glass().see("welcome").do("begin-followup").do("choose-how", by=by)


def shown(one: Hall, text: str) -> GlassByHttp:
    glass = asked(one, "receipt")
    assert glass.screen == "show"
    one.rig.camera().lay_code(text)
    glass.see("cases")
    until(lambda: glass.look() and "正在查" not in glass.html, "an answer")
    one.rig.camera().clear_desk()
    return glass


def test_the_receipts_code_under_the_camera_tells_how_far_the_case_is(one: Hall, case: tuple[str, str]) -> None:
    glass = shown(one, query(f"http://127.0.0.1:{one.layout.ports.console}/progress", case[1]))
    assert grouped(case[0]) in glass.html
    assert "已收件" in glass.html
    assert "刘" not in glass.html
    glass.do("end").see("welcome")


def test_another_receipts_code_tells_nothing(one: Hall, case: tuple[str, str]) -> None:
    glass = shown(one, query("https://query.example/progress", "x" * 24))
    assert "没有查到" in glass.html
    assert case[0] not in glass.html
    glass.do("end").see("welcome")


def test_a_number_tells_the_same_and_nothing_of_whose_it_is(one: Hall, case: tuple[str, str]) -> None:
    glass = asked(one, "number").do("ask-number", number=grouped(case[0]), tail="0157").see("cases")
    until(lambda: glass.look() and "正在查" not in glass.html, "an answer")
    assert grouped(case[0]) in glass.html
    glass.do("end").see("welcome")


def test_while_the_centre_is_gone_it_says_what_it_last_knew_and_since_when(one: Hall, case: tuple[str, str]) -> None:
    one.kill("centre")
    glass = shown(one, query(f"http://127.0.0.1:{one.layout.ports.console}/progress", case[1]))
    assert "已收件" in glass.html
    assert "联系不上中心。这是截至" in glass.html
    glass.do("end").see("welcome")
    glass = shown(one, query("https://query.example/progress", "x" * 24))
    assert "现在查不了" in glass.html
    glass.do("end").see("welcome")
    one.start("centre")
