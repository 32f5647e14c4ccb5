"""What is read of casework: the progress of one case by its receipt, and counts at the console. Neither names anybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.cases import act_of
from support.casework import WINDOW, Casework, just_now
from support.fleet import HOME, INTAKE

from domain.calendar import CHINA
from domain.case import acts
from domain.case.lifewords import PROGRESS, STATES
from domain.case.rights import State
from fleet.cases.counting import counts
from fleet.progress import Progress, progress
from mqtt.events import CaseLimit, CaseTerms

TOKEN = "T" * 22
NAMES = {HOME: "绵竹市", INTAKE: "仁寿县"}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Casework]:
    made = Casework(tmp_path)
    yield made
    made.close()


def read(centre: Casework) -> Progress:
    found = progress(centre.store, TOKEN, NAMES)
    assert found is not None
    return found


def test_the_receipt_tells_where_the_case_is_and_what_is_still_to_be_done(centre: Casework) -> None:
    case = centre.take(token=TOKEN, awaits=("original",), terms=CaseTerms(promised=CaseLimit(3, "workday")))
    first = read(centre)
    assert (first.said, first.awaits, first.steps) == (PROGRESS[State.SUBMITTED], ("核验原件",), ())
    assert first.until
    centre.acted(WINDOW, case, act_of(acts.OriginalsSeen, just_now(), done=("original",)))
    centre.acted(WINDOW, case, act_of(acts.Prechecked, just_now()))
    centre.acted(WINDOW, case, act_of(acts.Dispatched, just_now()))
    seen = read(centre)
    assert (seen.awaits, seen.until, seen.due) == ((), "", "")
    assert [what for _, what in seen.steps] == ["收件窗口核验原件", "收件窗口预审", "送往业务属地"]
    centre.acted(HOME, case, act_of(acts.Accepted, just_now()))
    accepted = read(centre)
    assert "已受理" in accepted.said
    assert accepted.due, "the promised day, where there is one"
    centre.acted(HOME, case, act_of(acts.Decided, just_now(), result="refused"))
    assert "不予" not in str(read(centre)), "what was decided is for whoever shows the card"


def test_a_word_of_the_window_never_says_that_a_case_was_accepted() -> None:
    before = (State.SUBMITTED, State.PRECHECKED, State.DISPATCHED)
    for words in (STATES, PROGRESS):
        assert not any("已受理" in words[state] for state in before)
        assert set(words) == set(State)


def test_the_console_counts_states_and_late_terms_of_the_parties_it_may_see(centre: Casework) -> None:
    for state in (State.SUBMITTED, State.ACCEPTED, State.ACCEPTED, State.CLOSED):
        centre.standing_in(state)
    now = time.time()

    def late(days: int, whose: str | None = None) -> dict[str, int]:
        with centre.store.reading() as db:
            return {said: count for said, _, count in counts(db, whose, now + days * 86400).late}

    with centre.store.reading() as db:
        assert counts(db, None, now).states == {STATES[State.SUBMITTED]: 1, STATES[State.ACCEPTED]: 2, STATES[State.CLOSED]: 1}
    assert late(0) == {"已逾期": 0, "今天到期": 0, "将到期": 0}
    assert late(365) == {"已逾期": 3, "今天到期": 0, "将到期": 0}, "each case once, and none that is closed"
    assert late(365, '["somewhere-else"]') == {"已逾期": 0, "今天到期": 0, "将到期": 0}
    with centre.store.reading() as db:
        (warns, due) = db.execute("SELECT min(warns), min(due) FROM terms WHERE term = 'legal'").fetchone()
    today = datetime.fromtimestamp(now, CHINA).date()
    days = {
        name: (datetime.fromisoformat(day).date() - today) / timedelta(days=1)
        for name, day in (("将到期", warns), ("今天到期", due))
    }
    for said, ahead in days.items():
        assert late(int(ahead))[said] == 2
