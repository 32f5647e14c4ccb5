"""Who comes back, from the hall's tasks at the real centre to its ledger: shown to their holder only, answered once; and what goes
wrong on that way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from support.cases import act_of
from support.casework import Casework, just_now
from support.fleet import HOME, OTHER_TERMINAL, TERMINAL
from support.followups import Back
from support.stores import Shelf, new_case
from support.tasks import correction, result
from support.visits import CATALOGUE, PERSON, SIGNATURE

from domain import sealing
from domain.case import acts
from domain.case.acts import Sealed
from domain.case.answer import Correction, Delivery, decode
from domain.case.number import mint, prefix
from domain.case.rights import State
from domain.case.task import Point, Task, sealed
from domain.identity import Identity
from domain.sealing import OpeningKey
from fleet.protection import requests
from kiosk import settings as conf
from kiosk import tasks as subject
from kiosk.answering import new_answer
from kiosk.clock import Clock
from kiosk.line import Line, NotNowError
from kiosk.query import Document
from kiosk.store.answers import AnswerStore
from kiosk.store.known import TRIES, Memory
from kiosk.tasks import TaskPost
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit.effects import FileRight, FindTasks
from kiosk.visit.state import CaseProgress, FoundTask, Printing, PrintState, Visit

HALL, HALL_KEY = sealing.new_key("hall")
DESK, DESK_KEY = sealing.new_key("demo-jia")
OTHER_HALL, OTHER_HALL_KEY = sealing.new_key("hall")
KEY = conf.Key(DESK.key_id, DESK.public)
KEYS = conf.KeySettings(KEY, KEY, {"demo-jia": KEY})
POINTS = (Point("m-residence#1", "居住证明", "看不清", "m-residence"), Point("m-bank#2", "银行卡", "缺", "m-bank"))
OTHER = replace(PERSON, name="别人", number="11010519491231002X")
PDF = b"%PDF-1.7 a result"
numbers = (mint(prefix("519902", just_now().date(), "K01", "00112233aabbccdd"), n) for n in range(1, 9999))


class Wired(Line):
    """The line to the centre's real application, without a network; ``cut``: nobody answers."""

    def __init__(self, centre: Casework, terminal: str = TERMINAL) -> None:
        self.centre, self.terminal, self.cut = centre, terminal, False

    @contextmanager
    def open(self) -> Iterator[Callable[..., httpx.Response]]:
        yield self._answer

    def _answer(self, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        if self.cut:
            raise NotNowError
        answer = self.centre.ask(self.terminal, method, path, content)
        assert answer.status_code not in (401, 403)
        return httpx.Response(answer.status_code, content=answer.get_data())


class Terminal:
    """One terminal's end: what it finds, what it holds, what it stores."""

    def __init__(self, centre: Casework, folder: Path, *keys: OpeningKey, name: str = TERMINAL) -> None:
        self.told: Queue[Any] = Queue()
        self.held: list[Document] = []
        self.shelf = Shelf(folder)
        self.line = Wired(centre, name)
        self.answers = AnswerStore(self.shelf.store, Clock())
        self.memory = Memory(self.shelf.database, Clock(), time.time)
        self.post = TaskPost(
            self.line,
            keys,
            ("demo-jia",),
            self.memory,
            self.answers.answered,
            lambda: CATALOGUE,
            lambda _visit, document: self.held.append(document),
            self.told.put,
        )
        self.post.start()

    def find(self, walk: Back) -> fe.TasksFound | fe.TasksNotFound:
        self.post.ask(FindTasks(walk.visit))
        told = self.told.get(timeout=30)
        walk.do(told)
        assert isinstance(told, fe.TasksFound | fe.TasksNotFound)
        return told

    def file(self, walk: Back) -> fe.RightFiled | fe.RightNotFiled:
        self.post.ask(FileRight(walk.visit))
        told = self.told.get(timeout=30)
        walk.do(told)
        assert isinstance(told, fe.RightFiled | fe.RightNotFiled)
        return told

    def fetch(self, visit: Visit) -> Any:
        self.post.fetch(visit)
        return self.told.get(timeout=30)

    def close(self) -> None:
        self.post.stop()
        self.shelf.close()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    made = Casework(tmp_path_factory.mktemp("centre"))
    yield made
    made.close()


@pytest.fixture
def terminal(centre: Casework, tmp_path: Path) -> Iterator[Terminal]:
    one = Terminal(centre, tmp_path, HALL_KEY)
    yield one
    one.close()


def asks(centre: Casework, holder: Identity = PERSON, to: sealing.Recipient = HALL, **given: object) -> str:
    """A case whose home desk has asked for a correction; its number."""
    case = centre.standing_in(State.ARRIVED, number=next(numbers))
    put(centre, case, replace(correction(case, holder, points=POINTS, **given), home="demo-jia"), to, acts.CorrectionRequested)
    return case


def sends(centre: Casework, holder: Identity = PERSON) -> str:
    """A case whose result lies here to be handed over."""
    case = centre.standing_in(State.DECIDED, number=next(numbers))
    pages = sealing.seal(PDF, (HALL, DESK))
    paper = centre.put(HOME, pages, "result")
    put(centre, case, replace(result(case, pages, holder), home="demo-jia"), HALL, acts.ResultSent, paper)
    return case


def put(centre: Casework, case: str, task: Task, to: sealing.Recipient, kind: type[acts.Act], *more: Sealed) -> None:
    named = centre.put(HOME, sealed(task, (to, DESK)), "task")
    needs = {"way": "terminal_print"} if kind is acts.ResultSent else {"points": tuple(p.point for p in POINTS)}
    centre.acted(HOME, case, act_of(kind, just_now(), documents=(named, *more), **needs))


def by_card(card: Identity = PERSON) -> Back:
    walk = Back()
    walk.do(fe.ChooseHow("card"), ev.Agree(), ev.CardSeen(), ev.CardTaken(card))
    return walk


def by_number(case: str, tail: str = "") -> Back:
    walk = Back()
    walk.do(fe.ChooseHow("number"), fe.AskNumber(case, tail))
    return walk


def cases(told: fe.TasksFound | fe.TasksNotFound) -> set[str]:
    assert isinstance(told, fe.TasksFound), told
    return {one.task.case for one in told.found}


def mine(told: fe.TasksFound | fe.TasksNotFound, case: str) -> FoundTask:
    assert isinstance(told, fe.TasksFound)
    return next(one for one in told.found if one.task.case == case)


def test_a_card_finds_all_that_is_its_holders_in_this_hall_and_nothing_of_others(centre: Casework, terminal: Terminal) -> None:
    own, to_collect, others = asks(centre), sends(centre), asks(centre, OTHER)
    found = terminal.find(by_card())
    assert {own, to_collect} <= cases(found)
    assert others not in cases(found)
    assert isinstance(found, fe.TasksFound)
    words = {told.case: told.words for told in found.progress}
    assert "等您补正" in words[own]
    assert words[to_collect] == "结果已发出"
    assert others in cases(terminal.find(by_card(OTHER)))


def test_another_hall_is_told_of_none(centre: Casework, tmp_path: Path) -> None:
    own = asks(centre)
    elsewhere = Terminal(centre, tmp_path, HALL_KEY, name=OTHER_TERMINAL)
    assert own not in cases(elsewhere.find(by_card()))
    elsewhere.close()


def test_the_number_alone_says_how_far_it_is_and_with_the_last_four_what_to_bring(centre: Casework, terminal: Terminal) -> None:
    own, to_collect = asks(centre), sends(centre)
    plain = terminal.find(by_number(own))
    assert isinstance(plain, fe.TasksFound)
    assert [told.case for told in plain.progress] == [own]
    assert plain.found == ()
    assert cases(terminal.find(by_number(own, PERSON.number[-4:]))) == {own}
    assert cases(terminal.find(by_number(own, "9999"))) == set()
    # A result is shown after the card only.
    assert cases(terminal.find(by_number(to_collect, PERSON.number[-4:]))) == set()


def test_numbers_are_tried_a_few_times_an_hour_and_the_mistyped_cost_none(centre: Casework, terminal: Terminal) -> None:
    own = asks(centre)
    for _ in range(TRIES + 2):
        assert terminal.find(by_number(own[:-1])) == fe.TasksNotFound("v1", subject.MISTYPED)
    for _ in range(TRIES):
        assert terminal.find(by_number(next(numbers))) == fe.TasksNotFound("v1", subject.NO_CASE)
    assert terminal.find(by_number(own)) == fe.TasksNotFound("v1", subject.TOO_MANY)
    assert own in cases(terminal.find(by_card()))


def test_a_receipts_token_opens_its_own_case_and_another_nothing(centre: Casework, terminal: Terminal) -> None:
    case = asks(centre)
    with centre.store.transaction() as db:
        db.execute("UPDATE cases SET token = ? WHERE number = ?", ("r" * 24, case))
    walk = Back()
    walk.do(fe.ChooseHow("receipt"), fe.ReceiptShown("r" * 24))
    assert cases(terminal.find(walk)) == {case}
    walk = Back()
    walk.do(fe.ChooseHow("receipt"), fe.ReceiptShown("s" * 24))
    assert terminal.find(walk) == fe.TasksNotFound("v1", subject.UNKNOWN)


def test_a_task_that_is_damaged_or_for_another_hall_hides_no_other(tmp_path: Path) -> None:
    centre = Casework(tmp_path)
    good, _ = asks(centre), asks(centre, to=OTHER_HALL)
    broken = centre.standing_in(State.ARRIVED, number=next(numbers))
    data = centre.put(HOME, sealing.seal(b"no task", (HALL,)), "task")
    points = tuple(p.point for p in POINTS)
    centre.acted(HOME, broken, act_of(acts.CorrectionRequested, just_now(), documents=(data,), points=points))
    one = Terminal(centre, tmp_path / "terminal", HALL_KEY)
    found = one.find(by_card())
    assert cases(found) == {good}
    assert isinstance(found, fe.TasksFound)
    assert found.fault == subject.DAMAGED
    one.close()
    centre.close()


def test_while_the_centre_is_gone_a_card_is_told_so_and_a_receipt_what_was_last_known(centre: Casework, terminal: Terminal) -> None:
    taken = terminal.shelf.store.take_case(new_case())
    terminal.memory.remember(taken.case, "业务属地已受理，正在审查")
    terminal.line.cut = True
    assert terminal.find(by_card()) == fe.TasksNotFound("v1", subject.OFFLINE)
    walk = Back()
    walk.do(fe.ChooseHow("receipt"), fe.ReceiptShown(taken.token))
    told = terminal.find(walk)
    assert isinstance(told, fe.TasksFound)
    assert (told.progress[0].case, told.progress[0].words) == (taken.case, "业务属地已受理，正在审查")
    assert told.progress[0].as_of is not None
    walk = Back()
    walk.do(fe.ChooseHow("receipt"), fe.ReceiptShown("e" * 24))
    assert terminal.find(walk) == fe.TasksNotFound("v1", subject.OFFLINE)


def test_a_correction_goes_from_the_notice_to_the_ledger_and_is_open_no_more(centre: Casework, terminal: Terminal) -> None:
    case = asks(centre)
    walk = by_card()
    told = terminal.find(walk)
    assert isinstance(told, fe.TasksFound)
    walk.do(fe.ChooseTask(told.found.index(mine(told, case)), "correct"), ev.Next())
    for ref in ("p1", "p2"):
        digest = terminal.shelf.page("v1", ref.encode())
        walk.do(ev.TakePage(ref), ev.PageShown(ref, ()), ev.KeepPage(), ev.PageSealed(ref, digest, 9), ev.Next())
    walk.do(ev.Sign(SIGNATURE))
    terminal.answers.take(new_answer(walk.visit, KEYS))
    # Not offered again here, though the centre knows nothing yet.
    assert case not in cases(terminal.find(by_card()))
    for document in terminal.shelf.documents.answers():
        data = terminal.shelf.sealed(document)
        assert centre.ask(TERMINAL, "PUT", f"/v1/documents/{document.digest}", data).status_code == 201
        terminal.shelf.documents.stored(document.digest)
    (row,) = terminal.shelf.outbox.pending(10)
    centre.tell(row.data)
    file = centre.file(HOME, case)
    last = file.acts[-1].act
    assert isinstance(last, acts.Corrected)
    assert last.points == tuple(p.point for p in POINTS)
    assert [one.kind for one in last.documents] == ["correction", "page", "page"]
    content = decode(sealing.unseal(centre.ask(HOME, "GET", f"/v1/documents/{last.documents[0].digest}").get_data(), DESK_KEY))
    assert isinstance(content, Correction)
    assert [s.point for s in content.supplied] == [p.point for p in POINTS]
    terminal.shelf.outbox.confirm(((row.sequence, row.sequence),))
    assert terminal.shelf.files() == set()
    elsewhere = by_number(case)
    words = terminal.find(elsewhere)
    assert isinstance(words, fe.TasksFound)
    assert "补正材料已收到" in words.progress[0].words


def test_a_result_is_handed_over_to_its_holder_and_to_nobody_else(centre: Casework, terminal: Terminal) -> None:
    case = sends(centre)
    walk = by_card()
    told = terminal.find(walk)
    assert isinstance(told, fe.TasksFound)
    walk.do(fe.ChooseTask(told.found.index(mine(told, case)), "collect"), ev.Next(), ev.Sign(SIGNATURE))
    stolen = replace(walk.visit, identity=OTHER)
    assert terminal.fetch(stolen) == ev.DocumentNotFound("v1", now=False)
    assert terminal.held == []
    assert terminal.fetch(walk.visit) == ev.DocumentFound("v1")
    assert [(one.pages, one.pdf) for one in terminal.held] == [(1, PDF)]
    walk.do(ev.DocumentFound("v1"), ev.SheetEnded("v1", Printing(PrintState.PRINTED, 1)))
    terminal.answers.take(new_answer(walk.visit, KEYS))
    for document in terminal.shelf.documents.answers():
        centre.put(TERMINAL, terminal.shelf.sealed(document))
    (row,) = terminal.shelf.outbox.pending(10)
    centre.tell(row.data)
    last = centre.file(HOME, case).acts[-1].act
    assert isinstance(last, acts.Delivered)
    content = decode(sealing.unseal(centre.ask(HOME, "GET", f"/v1/documents/{last.documents[0].digest}").get_data(), DESK_KEY))
    assert isinstance(content, Delivery)
    assert (content.name, content.pages) == ("异地就医备案告知书", 1)
    assert content.signature == SIGNATURE


def test_a_result_the_centre_cannot_give_now_is_not_called_collected(centre: Casework, terminal: Terminal) -> None:
    case = sends(centre)
    walk = by_card()
    told = terminal.find(walk)
    assert isinstance(told, fe.TasksFound)
    walk.do(fe.ChooseTask(told.found.index(mine(told, case)), "collect"), ev.Next(), ev.Sign(SIGNATURE))
    terminal.line.cut = True
    assert terminal.fetch(walk.visit) == ev.DocumentNotFound("v1", now=False)
    terminal.line.cut = False
    assert terminal.fetch(walk.visit) == ev.DocumentFound("v1")


def test_who_has_shown_the_receipt_asks_about_their_information_here_and_twice_is_once(
    centre: Casework, terminal: Terminal
) -> None:
    case = asks(centre)
    with centre.store.transaction() as db:
        db.execute("UPDATE cases SET token = ? WHERE number = ?", ("q" * 24, case))
    walk = Back()
    walk.do(fe.ChooseHow("receipt"), fe.ReceiptShown("q" * 24))
    assert cases(terminal.find(walk)) == {case}
    walk.do(fe.ChooseRight("correct"))
    assert walk.asked(FileRight) == []  # of no case yet
    walk.do(fe.AskRight(0), fe.ChooseRight("correct"), fe.ChooseRight("delete"))
    assert len(walk.asked(FileRight)) == 1  # while one is on its way there is no other
    for _ in range(2):
        assert isinstance(terminal.file(walk), fe.RightFiled)
    with centre.store.reading() as db:
        (one,) = requests.of_case(db, case)
        assert (one.kind, one.by, one.groups) == ("correct", "terminal", ())
    right = walk.visit.followup.right if walk.visit.followup else None
    assert right is not None
    assert right.due == str(one.due)
    walk.do(fe.ChooseRight(""))
    assert walk.visit.followup is not None
    assert walk.visit.followup.right is None


def test_a_case_of_another_hall_is_not_asked_about_here_and_without_the_centre_it_is_not_called_filed(
    centre: Casework, tmp_path: Path
) -> None:
    case = asks(centre)
    with centre.store.transaction() as db:
        db.execute("UPDATE cases SET token = ? WHERE number = ?", ("p" * 24, case))
    other = Terminal(centre, tmp_path, OTHER_HALL_KEY, name=OTHER_TERMINAL)
    walk = Back()
    walk.do(fe.ChooseHow("receipt"), fe.ReceiptShown("p" * 24))
    other.find(walk)
    walk.do(fe.AskRight(0), fe.ChooseRight("access"))
    assert other.file(walk) == fe.RightNotFiled("v1", subject.NOT_HERE)
    other.line.cut = True
    walk.do(fe.ChooseRight("access"))
    assert other.file(walk) == fe.RightNotFiled("v1", subject.OFFLINE)
    other.close()


def test_by_number_alone_nobody_asks_about_anybodys_information(centre: Casework, terminal: Terminal) -> None:
    walk = Back()
    told = CaseProgress(next(numbers), "异地就医备案", "示范甲市", "已受理")
    walk.do(fe.ChooseHow("number"), fe.AskNumber(told.case), fe.TasksFound("v1", (told,), ()), fe.AskRight(0))
    assert walk.visit.followup is not None
    assert walk.visit.followup.right is None
