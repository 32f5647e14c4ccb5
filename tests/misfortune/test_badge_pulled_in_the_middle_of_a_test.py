"""The technician's badge is lifted while a device is being tried, or the program ends: nothing stays armed, and it serves again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.printing import TCP
from support.upkeep import HERE, Place, place, until

from devices.virtual.printer import VirtualPrinter
from kiosk.staff.port import Test


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("technician")


@pytest.fixture
def paper() -> Iterator[VirtualPrinter]:
    with TCP.printer(400, "gbk", None) as printer:
        yield printer


@pytest.fixture
def here(folder: Path, paper: VirtualPrinter) -> Iterator[Place]:
    for old in folder.glob("staff.db*"):
        old.unlink()
    with place(folder, paper) as one:
        yield one


def asked(here: Place) -> Test:
    until(lambda: (test := here.upkeep.test()) and test.question, "the person is asked about the slip")
    test = here.upkeep.test()
    assert test is not None
    return test


def test_a_slip_is_printed_looked_at_and_the_verdict_written_down(here: Place, paper: VirtualPrinter) -> None:
    browser = here.sign_in()
    browser.post("/staff/tests", data={"device": "printer"}, headers=HERE)
    question = asked(here).question
    assert question is not None
    page = browser.get("/staff/tests/now").text
    assert "打出一张“打印测试”了吗" in page
    browser.post("/staff/tests/answer", data={"number": str(question.number), "said": "yes"}, headers=HERE)
    until(lambda: (test := here.upkeep.test()) and test.verdict == "passed", "it passed")
    assert [piece.cut for piece in paper.papers()] == [True]
    until(lambda: "device_tested" in here.audit(), "it is written down")


def test_a_badge_lifted_before_the_answer_ends_the_test_as_unknown_and_the_terminal_serves(here: Place) -> None:
    browser = here.sign_in()
    browser.post("/staff/tests", data={"device": "printer"}, headers=HERE)
    asked(here)
    here.reader.lift()
    until(lambda: not here.parts.maintenance, "it serves again")
    test = here.upkeep.test()
    assert test is not None
    assert (test.verdict, test.question) == ("unknown", None)
    assert browser.get("/staff/tests/now").status_code == 401
    assert here.audit()[-3:] == ["staff_signed_out", "device_tested", "maintenance_ended"]


def test_an_answer_to_a_question_that_is_over_answers_nothing(here: Place) -> None:
    browser = here.sign_in()
    browser.post("/staff/tests", data={"device": "printer"}, headers=HERE)
    asked(here)
    browser.post("/staff/tests/answer", data={"number": "99", "said": "yes"}, headers=HERE)
    assert asked(here).verdict is None
    browser.post("/staff/tests/stop", headers=HERE)
    until(lambda: (test := here.upkeep.test()) and test.verdict == "unknown", "it was broken off")


def test_one_device_is_tried_at_a_time(here: Place) -> None:
    browser = here.sign_in()
    browser.post("/staff/tests", data={"device": "printer"}, headers=HERE)
    first = asked(here)
    browser.post("/staff/tests", data={"device": "printer"}, headers=HERE)
    assert (asked(here).steps, asked(here).question is not None) == (first.steps, True)


def test_a_slip_that_comes_out_after_they_have_gone_is_nobody_s(here: Place, paper: VirtualPrinter) -> None:
    here.sign_in().post("/staff/tests", data={"device": "printer"}, headers=HERE)
    until(lambda: len(list(paper.papers())) > 0, "the slip is being printed")
    here.reader.lift()
    until(lambda: not here.parts.maintenance, "it serves again")
    until(lambda: all(piece.cut for piece in paper.papers()), "the paper is out")


def test_the_program_that_ends_signs_out_and_gives_the_terminal_back(here: Place) -> None:
    here.sign_in()
    here.entrance.stop()
    assert (here.parts.maintenance, here.entrance.who()) == (False, None)
    assert here.audit()[-2:] == ["staff_signed_out", "maintenance_ended"]


def test_a_terminal_that_could_not_be_given_back_at_once_is_given_back(here: Place) -> None:
    here.sign_in()
    here.floor.busy = True  # the dispatcher takes nothing more just now
    here.reader.lift()
    until(lambda: here.audit()[-1] == "maintenance_ended", "they are out")
    assert here.parts.maintenance
    here.floor.busy = False
    until(lambda: not here.parts.maintenance, "it serves again")
