"""What happens to a case after it was taken in, as it goes over HTTP: acts of both desks up, the list of acts and the terms down.

An act itself is ``domain.case.acts``; nothing of it names anybody. A desk says after how many acts it writes (``after``): where
another act stands there by now it gets 409, reads the list, and judges anew. The same act again is 200, so that an answer that
was lost costs nothing.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.calendar import Year
from domain.case.acts import Act, HomeAct, IntakeAct, Moment, Sealed
from domain.case.life import Rules, Taken
from mqtt.resources import HomeCase
from mqtt.wire import Code, Count

MOST_ACTS = 500
"""Acts of one case."""
CLOCK_APART = 600.0
"""Seconds a desk's clock may be off the centre's."""


class ActPosted(Struct, frozen=True):
    """An act of a desk: the next one after ``after`` acts."""

    after: Annotated[int, Meta(ge=0, le=MOST_ACTS)]
    act: IntakeAct | HomeAct


class HomeActPosted(Struct, frozen=True):
    """What a home desk may post at all."""

    after: Annotated[int, Meta(ge=0, le=MOST_ACTS)]
    act: HomeAct


class IntakeActPosted(Struct, frozen=True):
    """What an intake window may post at all."""

    after: Annotated[int, Meta(ge=0, le=MOST_ACTS)]
    act: IntakeAct


class ActRefused(Struct, frozen=True):
    """Why an act may not be done now: ``code`` as in ``domain/case/lifewords.py``."""

    code: Code
    refused: Literal["act"] = "act"


class Entry(Struct, frozen=True):
    """An act as it stands in the ledger. ``received``: by the centre's clock."""

    position: Count
    received: Moment
    act: Act


class OtherDay(Struct, frozen=True):
    """A day on which a party differs from the province's calendar; ``works``: worked instead."""

    day: date
    works: bool


class Days(Struct, frozen=True):
    """By which both ends count alike: the plans of the years the centre knows, and each side's own days."""

    plans: tuple[Year, ...]
    home: tuple[OtherDay, ...] = ()
    intake: tuple[OtherDay, ...] = ()


class CaseFile(Struct, frozen=True):
    """流转: all that happened to a case, with what both ends need to go on from it alike (``domain.case.life.fold``)."""

    case: HomeCase
    taken: Taken
    acts: Annotated[tuple[Entry, ...], Meta(max_length=MOST_ACTS)]
    rules: Rules
    days: Days


class Task(Struct, frozen=True):
    """Something to be shown at a terminal of the hall once the card is read: sealed to the hall, whoever it is for."""

    case: Code
    kind: Literal["correction", "result"]
    documents: tuple[Sealed, ...]


class TaskList(Struct, frozen=True):
    """All of one hall."""

    tasks: Annotated[tuple[Task, ...], Meta(max_length=1000)]


def acts_path(case: str) -> str:
    return f"/v1/cases/{case}/acts"


def intake_cases_path(party: str) -> str:
    return f"/v1/intakes/{party}/cases"


TASKS = "/v1/halls/tasks"
