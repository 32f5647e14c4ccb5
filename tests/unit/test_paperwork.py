"""查询打印 between the machine and the printer: whoever holds the data may be slow, may fail, may hang; nothing is kept."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

import pytest
from support.visits import CATALOGUE, PERSON, Walk

from devices.port import PageJob, PrintEnded, PrintOutcome
from domain.identity import Document as Card
from domain.identity import Identity
from domain.press.press import Press
from kiosk import paperwork
from kiosk.clock import Clock
from kiosk.demonstration import DemonstrationProvider
from kiosk.paperwork import Paperwork
from kiosk.query import Document, NoDocument
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit.state import Printing, PrintState, Visit

Answer = Document | NoDocument


class Holder:
    """Whoever holds the data."""

    def __init__(self, answer: Callable[[], Answer]) -> None:
        self.answer = answer

    def ask(self, home: str, item: str, situation: str, identity: Identity) -> Answer:
        return self.answer()


class Pages:
    """The A4 printer's port; what it was given."""

    def __init__(self) -> None:
        self.jobs: list[PageJob] = []

    def print(self, job: PageJob) -> None:
        self.jobs.append(job)


def visit() -> Visit:
    walk = Walk().chosen(item="SI-CERT", situation="SI-CERT-1").visit
    from msgspec.structs import replace

    return replace(walk, channel="here", identity=PERSON)


def desk(answer: Callable[[], Answer]) -> tuple[Paperwork, queue.Queue[ev.Event], Pages]:
    told: queue.Queue[ev.Event] = queue.Queue()
    pages = Pages()
    return Paperwork(None, pages, Holder(answer), told.put, Press()), told, pages  # type: ignore[arg-type]


def ask(desk: Paperwork) -> None:
    desk.do(fx.AskDocument(visit()), None, CATALOGUE)  # type: ignore[arg-type]


def test_what_was_found_is_printed_once_and_then_is_nowhere() -> None:
    one, told, pages = desk(lambda: Document(1, b"%PDF-1"))
    ask(one)
    assert told.get(timeout=10) == ev.DocumentFound("v1")
    assert one.holds
    for attempt in (1, 2):
        one.do(fx.PrintDocument("v1", attempt), None, CATALOGUE)  # type: ignore[arg-type]
    assert [(job.job, job.attempt, job.title, job.pdf) for job in pages.jobs] == [("sheet-v1", 1, "tongban", b"%PDF-1")]
    assert told.get(timeout=10) == ev.SheetEnded("v1", Printing(PrintState.REFUSED, 2, "slip_unprintable"))
    assert not one.holds


def test_at_the_end_of_a_visit_it_is_forgotten_and_never_printed_for_the_next() -> None:
    one, told, pages = desk(lambda: Document(1, b"%PDF-1"))
    ask(one)
    told.get(timeout=10)
    one.do(fx.PrintDocument("v2", 1), None, CATALOGUE)  # type: ignore[arg-type]
    assert pages.jobs == []
    one.forget()
    assert not one.holds


@pytest.mark.parametrize(("answer", "now"), [(NoDocument.NOT_FOUND, True), (NoDocument.NOT_NOW, False)])
def test_no_record_and_no_answer_are_told_apart(answer: NoDocument, now: bool) -> None:
    one, told, _ = desk(lambda: answer)
    ask(one)
    assert told.get(timeout=10) == ev.DocumentNotFound("v1", now)


def test_whatever_it_raises_is_not_now_and_its_words_reach_no_log(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> Answer:
        raise RuntimeError(f"no record of {PERSON.number}")

    one, told, _ = desk(fails)
    with caplog.at_level(logging.DEBUG):
        ask(one)
        assert told.get(timeout=10) == ev.DocumentNotFound("v1", now=False)
    assert "a query failed" in caplog.text
    assert PERSON.number not in caplog.text


def test_one_that_hangs_costs_its_own_question_and_holds_up_nobody() -> None:
    over = threading.Event()

    def hangs() -> Answer:
        over.wait(20)
        return NoDocument.NOT_NOW

    one, told, _ = desk(hangs)
    try:
        ask(one)
        ask(one)
        assert told.get(timeout=10) == ev.DocumentNotFound("v1", now=False)
    finally:
        over.set()
    assert told.get(timeout=10) == ev.DocumentNotFound("v1", now=False)


def test_without_a_provider_or_without_a_printer_nothing_is_asked() -> None:
    told: queue.Queue[ev.Event] = queue.Queue()
    holder, pages = Holder(lambda: NoDocument.NOT_NOW), Pages()
    for provider, printer in ((None, pages), (holder, None)):
        assert not Paperwork(None, printer, provider, told.put, Press()).queries  # type: ignore[arg-type]


def test_the_printer_s_word_is_told_to_the_visit_it_is_of() -> None:
    ended = paperwork.ended(PrintEnded("sheet-v1", 2, PrintOutcome.SPOILT, "paper_jam"))
    assert ended == ev.SheetEnded("v1", Printing(PrintState.SPOILT, 2, "paper_jam"))
    ended = paperwork.ended(PrintEnded("519902", 1, PrintOutcome.PRINTED))
    assert ended == ev.PrintingEnded("519902", Printing(PrintState.PRINTED, 1))


def test_the_demonstration_knows_residents_only_and_its_page_says_what_it_is() -> None:
    from msgspec.structs import replace

    provider = DemonstrationProvider(Press(), CATALOGUE, Clock())
    page = provider.ask("demo-jia", "SI-CERT", "SI-CERT-1", PERSON)
    assert isinstance(page, Document)
    assert page.pdf.startswith(b"%PDF")
    other = replace(PERSON, document=Card.FOREIGN_2023)
    assert provider.ask("demo-jia", "SI-CERT", "SI-CERT-1", other) is NoDocument.NOT_FOUND
    assert provider.ask("demo-jia", "NO-SUCH", "NO-SUCH-1", PERSON) is NoDocument.NOT_NOW
