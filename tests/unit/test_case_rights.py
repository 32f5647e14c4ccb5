"""Who may do what with a case: role × act × state, gone over whole; and what no row of the table may ever say."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from support.cases import AT, act_of, standing_in

from domain.case import acts
from domain.case.acts import Act, CitizenAct, HomeAct, IntakeAct, Role
from domain.case.life import Refusal, step
from domain.case.lifewords import ACTS, REFUSALS, STATES
from domain.case.rights import RIGHTS, State, may

ROLES: tuple[Role, ...] = get_args(Role)
KINDS: tuple[type[Act], ...] = get_args(Act)
SIDES = {"intake_officer": IntakeAct, "dispatcher": IntakeAct, "home_officer": HomeAct, "approver": HomeAct, "terminal": CitizenAct}


@pytest.mark.parametrize("state", State)
def test_an_act_is_taken_only_from_a_role_and_in_a_state_of_the_table(state: State) -> None:
    """Also one that says it was done by a role its type does not know: what is decoded never does, a program might."""
    life = standing_in(state)
    for role, kind in product(ROLES, KINDS):
        after = step(life, act_of(kind, AT + timedelta(days=1), role))
        code = after.code if isinstance(after, Refusal) else None
        if may(role, kind, state):
            assert code not in ("role", "state"), (role, kind)
        else:
            assert code == ("role" if role not in RIGHTS[kind][0] else "state"), (role, kind)


def test_every_act_has_its_row_and_its_words() -> None:
    assert set(RIGHTS) == set(KINDS) == set(ACTS)
    assert set(STATES) == set(State)


def test_a_role_does_the_acts_of_its_own_side_and_no_others() -> None:
    for role, kind in product(ROLES, KINDS):
        allowed = get_args(SIDES[role]) if role in SIDES else (acts.DeemedAccepted,)
        assert (role in RIGHTS[kind][0]) <= (kind in allowed), (role, kind)


def test_only_the_home_department_accepts_notices_and_decides_and_only_its_approver_decides() -> None:
    for kind in (acts.Accepted, acts.NotAccepted, acts.CorrectionRequested, acts.Transferred, acts.Closed):
        assert RIGHTS[kind][0] == {"home_officer"}
    for kind in (acts.Decided, acts.Extended):
        assert RIGHTS[kind][0] == {"approver"}


def test_a_closed_case_takes_nothing_but_a_late_correction() -> None:
    assert [kind for kind, (_, states) in RIGHTS.items() if State.CLOSED in states] == [acts.Corrected]


def test_the_intake_side_accepts_by_no_type_either() -> None:
    """Held by mypy as well: ``IntakeAct`` has no member that ends in an acceptance."""
    assert not set(get_args(IntakeAct)) & set(get_args(HomeAct))
    assert acts.DeemedAccepted not in get_args(IntakeAct)


def test_every_refusal_has_words() -> None:
    from inspect import getsource
    from re import findall

    from domain.case import life

    said = set(findall(r'(?:return|Refusal\() ?"([a-z_]+)"', getsource(life))) | set(
        findall(r'else "([a-z_]+)"\n', getsource(life))
    )
    assert said <= set(REFUSALS) | {"counter", "window"}
    assert {"role", "state", "paper_left", "old_points", "on_the_road", "miscounted"} <= said


def test_the_page_that_is_read_aloud_to_the_parties_has_the_same_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "decisions" / "the-ledger-of-a-case.md").read_text("utf-8")
    told = dict(re.findall(r"^\| ([a-z_]+) \| \S+ \| (.+) \|$", page, re.MULTILINE))
    kept = {kind.__struct_config__.tag: f"{', '.join(sorted(roles))} | {said(states)}" for kind, (roles, states) in RIGHTS.items()}
    assert told == kept


def said(states: frozenset[State]) -> str:
    return "any" if states == frozenset(State) else ", ".join(state for state in State if state in states)
