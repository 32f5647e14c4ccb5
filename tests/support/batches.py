"""Anything terminals may say, in any order and as often as they like; and what the tables look like after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from support.cases import act_of
from support.fleet import EPOCH, HOME, INTAKE, TIME, birth, taken

from domain.case import acts
from domain.case.acts import Sealed
from fleet.cases.ledger import Ledger
from fleet.database import Connection
from fleet.inputs import DeadLetter, HealthIn, Input, RefusedIn, StateIn
from fleet.intake import understand
from fleet.store import Store
from mqtt import topics
from mqtt.events import (
    AnswerRef,
    CaseCorrected,
    CaseWithdrawn,
    CommandEnded,
    DesiredReported,
    DeviceTrouble,
    EventData,
    ItemError,
    OrderRefused,
    RatingGiven,
    ReceiptEnded,
    ServiceGiven,
    event,
)
from mqtt.messages import DeviceReport, Health, Left, Lost

TERMINALS = ("t-01", "t-02", "t-03")
HALLS = {"t-01": "hall", "t-02": "hall"}
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = (START + timedelta(hours=6)).timestamp()
TASK, NOTICE = Sealed("a" * 64, 5, "task"), Sealed("b" * 64, 5, "paper")
ASKED = "C-asked"
"""A case of the first terminal that was worked on: its home department asked for something."""
NUMBERS = (ASKED, "C1", "C2", "C3")
_PAGES = ("c" * 64, "d" * 64)


def prepared(where: Any) -> Store:
    """A store with :data:`ASKED` in it; of every terminal a birth was heard, and two of them stand in one hall."""
    store = Store(where, Ledger(halls=HALLS))
    first = _event("t-01", 1, taken(ASKED, [b"case"]))
    store.record([*(StateIn(terminal, birth(1), retained=False) for terminal in TERMINALS), first], START.timestamp())
    for document in (TASK, NOTICE):
        store.document_stored(document.digest, document.size, START.timestamp())
    hours = [START + timedelta(hours=n) for n in range(1, 4)]
    for after, act in enumerate(
        [
            act_of(acts.Prechecked, hours[0]),
            act_of(acts.Dispatched, hours[1]),
            act_of(acts.CorrectionRequested, hours[2], documents=(TASK, NOTICE)),
        ]
    ):
        with store.transaction() as db:
            store.ledger.post(db, ASKED, after, act, act.at.timestamp())  # type: ignore[arg-type]
    return store


_numbers, _pages = st.sampled_from(NUMBERS), st.sampled_from(_PAGES)
_answers = st.tuples(st.builds(AnswerRef, _pages, st.just(5), st.just("page")))
_tasks = st.sampled_from([TASK.digest, "f" * 64])
_data: st.SearchStrategy[EventData] = st.one_of(
    st.builds(lambda number, body: taken(number, [body]), _numbers, st.sampled_from([b"case", b"other"])),
    st.builds(ReceiptEnded, _numbers, st.integers(1, 2), st.sampled_from(["printed", "refused", "spoilt"])),
    st.builds(
        RatingGiven,
        case=_numbers,
        level=st.sampled_from([5, 4, 5, 1]),
        tags=st.just(()),
        by=st.just("screen"),
        given_at=st.just(TIME),
        of=st.sampled_from(["intake", "intake", "consult", "delivery"]),
        side=st.sampled_from(["intake", "home"]),
    ),
    st.builds(
        lambda number, way: ServiceGiven(number, "i-gjj-01", "离职提取", None, HOME, INTAKE, way, TIME),
        _numbers,
        st.sampled_from(["online", "window"]),
    ),
    st.builds(CaseCorrected, _numbers, _tasks, st.just(("M-copy#1",)), _answers, st.just(TIME)),
    st.builds(CaseWithdrawn, _numbers, _tasks, _answers, st.just(TIME)),
    st.builds(CommandEnded, st.just("0" * 32), st.just("restart"), st.just("succeeded")),
    st.builds(
        DesiredReported, st.sampled_from(["settings", "notices"]), st.integers(1, 2), st.sampled_from(["applied", "refused"])
    ),
    st.builds(OrderRefused, st.just("command"), st.just("signature"), st.sampled_from([1, 2**63 - 1])),
    st.builds(
        lambda text: ItemError(HOME, "i-gjj-01", None, "fee", text, "2026-11", TIME), st.sampled_from(["费用不对", "不收费"])
    ),
    st.builds(DeviceTrouble, st.just("printer"), st.none(), st.sampled_from([None, "paper_near_end"])),
)
_terminals = st.sampled_from(TERMINALS)


def _event(terminal: str, sequence: int, data: EventData) -> Input:
    raw = event(terminal, EPOCH, sequence, TIME, data)
    return understand(topics.events(terminal), raw, False, frozenset(TERMINALS))


def _health(bd: int, serving: bool, warning: str | None) -> Health:
    return Health(1, bd, {"printer": DeviceReport("ready", warning=warning)}, serving, 0, None, 0, TIME)


inputs: st.SearchStrategy[Input] = st.one_of(
    *[st.builds(_event, _terminals, st.integers(2, 9), _data)] * 4,
    st.builds(DeadLetter, _terminals, st.just(EPOCH), st.integers(2, 9), st.just("broken"), st.sampled_from([b"1", b"2"])),
    st.builds(
        StateIn,
        _terminals,
        st.one_of(
            st.builds(birth, st.integers(1, 3)), st.builds(Lost, st.just(1), st.integers(1, 3)), st.just(Left(1, 2, "night"))
        ),
        st.booleans(),
    ),
    st.builds(
        HealthIn, _terminals, st.builds(_health, st.integers(1, 3), st.booleans(), st.sampled_from([None, "paper_near_end"]))
    ),
    st.builds(RefusedIn, st.just("k1/?"), st.just("topic names no terminal")),
)

_ALL = """
    SELECT terminal, epoch, sequence, type, received, raw FROM events;
    SELECT * FROM dead_letters;
    SELECT * FROM refused;
    SELECT * FROM terminals;
    SELECT * FROM first_heard;
    SELECT * FROM cases;
    SELECT * FROM case_documents;
    SELECT * FROM lives;
    SELECT * FROM terms;
    SELECT * FROM acts;
    SELECT * FROM act_documents;
    SELECT * FROM ended_terms;
    SELECT * FROM receipts;
    SELECT * FROM services;
    SELECT * FROM reported;
    SELECT * FROM corrections;
    SELECT terminal, epoch, sequence, part, state FROM correction_work;
    SELECT terminal, code, subject, detail, grade, since, until FROM conditions;
    SELECT * FROM samples;
    SELECT terminal FROM changes;
    SELECT number, "of", side, task, round, party, level, tags, edition, "by", received, words, named, terminal FROM ratings;
    SELECT r.number, r."of", r.side, r.round, t.party, t.level, t.state, t.position, t.due FROM tickets t JOIN ratings r ON r.id = t.rating
"""  # noqa: E501


def tables(db: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row a batch may write, without the numbers a table gives."""
    return {query.strip(): sorted((tuple(row) for row in db.execute(query)), key=repr) for query in _ALL.split(";")}


def cut(given: Sequence[Input], at: Sequence[int]) -> list[list[Input]]:
    """``given`` as batches: the next of so many messages, again and again."""
    cuts, rest, turn = [], list(given), 0
    while rest:
        size = at[turn % len(at)]
        cuts.append(rest[:size])
        rest, turn = rest[size:], turn + 1
    return cuts
