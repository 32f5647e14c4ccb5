"""The centre's table of commands: one at a time, sent until answered, ended by the terminal's word, and all of it written down."""

from __future__ import annotations

import pytest
from support.centre_db import REFUSED
from support.fleet import EPOCH, OTHER_TERMINAL, TERMINAL, TIME

from fleet import commands
from fleet.commands import AGAIN, FORGOTTEN, NoCommandError
from fleet.inputs import AnswerIn, RefusedIn
from fleet.intake import understand
from fleet.store import Store
from mqtt import topics
from mqtt.commands import LONGEST, CommandAnswer, Operation, Reboot, SelfTest
from mqtt.events import CommandEnded, EventData, OrderRefused, event
from mqtt.wire import encode

NOW = 1_800_000_000.0
FLEET = frozenset({TERMINAL, OTHER_TERMINAL})


def order(store: Store, do: Operation | None = None, terminal: str = TERMINAL, now: float = NOW, life: float = 600) -> str:
    with store.transaction() as db:
        return commands.order(db, terminal, do or SelfTest(), "王工", "打不出凭证", now, life)


def due(store: Store, now: float = NOW) -> list[str]:
    with store.reading() as db:
        return [one.id for one in commands.due(db, now)]


def sent(store: Store, id_: str, now: float = NOW) -> None:
    with store.transaction() as db:
        commands.sent(db, id_, now)


def says(store: Store, id_: str, state: str, terminal: str = TERMINAL, why: str | None = None, now: float = NOW) -> None:
    store.record([AnswerIn(terminal, id_, CommandAnswer(1, state, why))], now)  # type: ignore[arg-type]


def tells(store: Store, data: EventData, sequence: int = 1, terminal: str = TERMINAL) -> int:
    """How many of the event are stored, and may be confirmed."""
    raw = event(terminal, EPOCH, sequence, TIME, data)
    return len(store.record([understand(topics.events(terminal), raw, False, FLEET)], NOW))


def state(store: Store, id_: str) -> tuple[str, str | None]:
    with store.reading() as db:
        return tuple(db.execute("SELECT state, reason FROM commands WHERE id = ?", (id_,)).fetchone())  # type: ignore[return-value]


def test_a_terminal_gets_one_at_a_time_and_the_oldest_first(store: Store) -> None:
    first, second = order(store), order(store, now=NOW + 1)
    other = order(store, terminal=OTHER_TERMINAL)
    assert sorted(due(store)) == sorted([first, other])
    tells(store, CommandEnded(first, "self-test", "succeeded"))
    assert sorted(due(store)) == sorted([second, other])


def test_nobody_answering_it_is_sent_again_after_a_while_and_at_once_at_a_birth(store: Store) -> None:
    id_ = order(store)
    sent(store, id_)
    assert due(store, NOW + AGAIN - 1) == []
    assert due(store, NOW + AGAIN) == [id_]
    with store.reading() as db:
        assert [one.id for one in commands.born(db, TERMINAL)] == [id_]


def test_one_that_was_accepted_is_sent_again_at_births_only(store: Store) -> None:
    id_ = order(store)
    sent(store, id_)
    says(store, id_, "accepted")
    assert due(store, NOW + 5 * AGAIN) == []
    with store.reading() as db:
        assert [one.id for one in commands.born(db, TERMINAL)] == [id_]


def test_sent_again_it_is_the_same_bytes(store: Store) -> None:
    order(store, Reboot())
    with store.reading() as db:
        (first,), (second,) = commands.due(db, NOW), commands.born(db, TERMINAL)
    assert first.payload() == second.payload()


def test_answers_go_forward_and_never_end_it(store: Store) -> None:
    id_ = order(store)
    sent(store, id_)
    says(store, id_, "waiting", why="visit_running")
    assert state(store, id_) == ("accepted", "visit_running")
    says(store, id_, "running")
    says(store, id_, "accepted")
    says(store, id_, "ended")
    assert state(store, id_) == ("running", None)


def test_the_result_has_the_last_word_also_over_expired_and_canceled(store: Store) -> None:
    expired, canceled = order(store, life=10), order(store, terminal=OTHER_TERMINAL)
    with store.transaction() as db:
        commands.expire(db, NOW + 11)
        commands.cancel(db, canceled, "李工", "不用了", NOW)
    assert (state(store, expired)[0], state(store, canceled)[0]) == ("expired", "canceled")
    tells(store, CommandEnded(expired, "self-test", "succeeded"))
    tells(store, CommandEnded(canceled, "self-test", "failed", "internal"), terminal=OTHER_TERMINAL)
    assert (state(store, expired)[0], state(store, canceled)) == ("succeeded", ("failed", "internal"))


def test_a_result_that_comes_twice_counts_once(store: Store) -> None:
    id_ = order(store)
    for _ in range(3):
        assert tells(store, CommandEnded(id_, "self-test", "succeeded", detail="ok")) == 1
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM command_log WHERE state = 'succeeded'").fetchone()[0] == 1


def test_what_another_terminal_says_of_it_is_refused_and_changes_nothing(store: Store) -> None:
    id_ = order(store)
    says(store, id_, "running", terminal=OTHER_TERMINAL)
    tells(store, CommandEnded(id_, "self-test", "succeeded"), terminal=OTHER_TERMINAL)
    assert state(store, id_)[0] == "queued"
    with store.reading() as db:
        assert {row["reason"] for row in db.execute("SELECT reason FROM refused")} == {
            "answer to a command this terminal was not given",
            "result of a command this terminal was not given",
        }
        assert db.execute("SELECT count(*) FROM dead_letters").fetchone()[0] == 1


def test_unanswered_it_expires_and_accepted_its_result_is_waited_for(store: Store) -> None:
    silent, taken = order(store, life=10), order(store, terminal=OTHER_TERMINAL, life=10)
    says(store, taken, "running", terminal=OTHER_TERMINAL)
    with store.transaction() as db:
        commands.expire(db, NOW + 11)
    assert (state(store, silent), state(store, taken)[0]) == (("expired", "no_answer"), "running")
    with store.transaction() as db:
        commands.expire(db, NOW + 11 + FORGOTTEN)
    assert state(store, taken) == ("expired", "no_result")


def test_what_the_terminal_has_accepted_cannot_be_canceled(store: Store) -> None:
    id_ = order(store)
    says(store, id_, "accepted")
    with store.transaction() as db, pytest.raises(NoCommandError, match="已经接受"):
        commands.cancel(db, id_, "李工", "不用了", NOW)


@pytest.mark.parametrize(("by", "why", "life"), [("", "x", 60), ("x", " ", 60), ("x", "x", 0), ("x", "x", LONGEST + 1)])
def test_without_who_or_why_or_with_a_life_that_is_none_it_is_not_given(store: Store, by: str, why: str, life: float) -> None:
    with store.transaction() as db, pytest.raises(NoCommandError):
        commands.order(db, TERMINAL, SelfTest(), by, why, NOW, life)


def test_who_and_why_and_every_step_stay_written_down(store: Store) -> None:
    id_ = order(store)
    sent(store, id_)
    tells(store, CommandEnded(id_, "self-test", "succeeded"))
    with store.reading() as db:
        log = [tuple(row) for row in db.execute("SELECT state, by, reason FROM command_log ORDER BY position")]
    assert log == [("queued", "王工", "打不出凭证"), ("sent", None, None), ("succeeded", None, None)]
    for statement in ("UPDATE command_log SET by = 'x'", "DELETE FROM command_log"):
        with pytest.raises(REFUSED), store.transaction() as db:
            db.execute(statement)


def test_orders_a_terminal_refused_are_counted_by_their_rule(store: Store) -> None:
    tells(store, OrderRefused("command", "signature does not match", 1))
    tells(store, OrderRefused("command", "signature does not match", 49), sequence=2)
    with store.reading() as db:
        assert [tuple(row) for row in db.execute("SELECT topic, reason, count FROM refused")] == [
            (topics.commands(TERMINAL), "signature does not match", 50)
        ]


def test_an_answer_without_a_command_s_id_is_refused_by_name() -> None:
    for correlation in (None, b"", b"x" * 32, b"../" + b"0" * 29):
        answer = understand(topics.answers(TERMINAL), encode(CommandAnswer(1, "running")), False, FLEET, None, correlation)
        assert answer == RefusedIn(topics.answers(TERMINAL), "answer without a command's id")
