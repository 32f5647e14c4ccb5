"""What a hall's terminal must show of a case, sealed to the hall: whose it is, what it may say, what it refuses."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from support.fleet import case_content
from support.tasks import correction, result
from support.visits import PERSON

from domain import sealing
from domain.case.content import Acting
from domain.case.task import DamagedTaskError, Holder, Point, Task, has_tail, holders, is_of, opened, sealed
from domain.representation import SCOPES

HALL, HALL_KEY = sealing.new_key("hall")
HOME, HOME_KEY = sealing.new_key("home")


@pytest.mark.parametrize("task", [correction("C1"), result("C1", b"%PDF")])
def test_hall_and_home_desk_open_the_same_task(task: Task) -> None:
    data = sealed(task, (HALL, HOME))
    assert opened(data, HALL_KEY) == opened(data, HOME_KEY) == task


def test_another_hall_opens_nothing() -> None:
    _, other = sealing.new_key("other")
    with pytest.raises(sealing.SealError):
        opened(sealed(correction("C1"), (HALL,)), other)


@pytest.mark.parametrize(
    "task",
    [
        correction("C1", due="2026-13-01"),
        correction("C1", points=(Point("p1", "甲", "补"), Point("p1", "乙", "补"))),
        correction("C1", points=()),
        replace(result("C1", b"%PDF"), document=None),
        replace(result("C1", b"%PDF"), way="window"),
        replace(correction("C1"), holders=()),
    ],
)
def test_a_task_that_cannot_be_is_neither_sealed_nor_opened(task: Task) -> None:
    with pytest.raises(DamagedTaskError):
        sealed(task, (HALL,))
    with pytest.raises(DamagedTaskError):
        opened(sealing.seal(msgspec.json.encode(task), (HALL,)), HALL_KEY)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_was_sealed_is_a_task_or_damaged(plain: bytes) -> None:
    with pytest.raises(DamagedTaskError):
        opened(sealing.seal(plain, (HALL,)), HALL_KEY)


def test_a_task_is_its_holder_s_by_number_and_name() -> None:
    task = correction("C1")
    assert is_of(task, PERSON)
    assert not is_of(task, replace(PERSON, number="11010519491231002X"))
    assert not is_of(task, replace(PERSON, name="别人"))


def test_a_name_written_with_another_dot_is_the_same_name() -> None:
    task = replace(correction("C1"), holders=(Holder("applicant", "阿依・木果", PERSON.number.lower()),))
    assert is_of(task, replace(PERSON, name="阿依·木果"))


def test_the_last_four_open_what_a_receipt_opens_and_nothing_shorter_does() -> None:
    task = correction("C1")
    assert has_tail(task, PERSON.number[-4:].lower())
    assert not any(has_tail(task, tail) for tail in ("", "0", PERSON.number, "9999"))


def test_an_agent_collects_only_what_they_may() -> None:
    content = case_content("C1", ())
    agent = replace(content.applicant, name="代办", number="110101199003070011")
    for scope, collecting, may in (("submit", False, True), ("submit", True, False), ("submit-collect", True, True)):
        with_agent = replace(content, acting=Acting("agent", agent, scope=SCOPES[scope]))
        assert (Holder("agent", "代办", agent.number) in holders(with_agent, collecting=collecting)) is may


def test_who_stands_there_for_themselves_is_named_once() -> None:
    content = case_content("C1", ())
    clerk = replace(content, acting=Acting("legal_person", content.applicant))
    assert holders(clerk, collecting=True) == (Holder("applicant", content.applicant.name, content.applicant.number),)


def test_no_repr_tells_of_a_person() -> None:
    for task in (correction("C1"), result("C1", b"%PDF")):
        assert PERSON.name not in repr(task)
        assert PERSON.number not in repr(task)
        assert PERSON.name not in repr(task.holders)
