"""How far is it: by the receipt's code under the camera, by the case's number; with the centre there and gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.hall import Hall, hall, until
from support.returning import asked, shown, taken_in

from domain.case.number import grouped
from domain.case.receipt import query


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with hall(tmp_path_factory.mktemp("hall"), "broker", "centre", "terminal") as running:
        yield running


@pytest.fixture(scope="module")
def case(one: Hall) -> tuple[str, str]:
    return taken_in(one)


def test_the_receipts_code_under_the_camera_tells_how_far_the_case_is(one: Hall, case: tuple[str, str]) -> None:
    glass = shown(one, query(f"http://127.0.0.1:{one.layout.ports.console}/progress", case[1]))
    assert grouped(case[0]) in glass.html
    assert "业务属地已收到" in glass.html
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
    code = query(f"http://127.0.0.1:{one.layout.ports.console}/progress", case[1])
    shown(one, code).do("end").see("welcome")
    one.kill("centre")
    glass = shown(one, code)
    assert "业务属地已收到" in glass.html
    assert "现在网络不通。这是截至" in glass.html
    glass.do("end").see("welcome")
    glass = shown(one, query("https://query.example/progress", "x" * 24))
    assert "现在查不了" in glass.html
    glass.do("end").see("welcome")
    one.start("centre")
