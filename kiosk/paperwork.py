"""What comes out on paper: receipts and slips by the receipt printer, documents that were asked for by the A4 printer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from devices.port import PageJob, PagePrinter, PrintEnded, PrintJob, ReceiptPrinter
from domain.catalogue.catalogue import Catalogue
from domain.press.press import Press, UnmadeError, page_count
from kiosk import answer_slip, leaflet, receipt, sheets
from kiosk.query import Document, NoDocument, QueryProvider
from kiosk.settings import TerminalSettings
from kiosk.store.journal import SHEET
from kiosk.visit import effects as fx
from kiosk.visit import events as ev
from kiosk.visit import path
from kiosk.visit.state import Printing, PrintState, State, Step, Visit

log = logging.getLogger(__name__)

UNPRINTABLE = "slip_unprintable"
Paper = fx.PrintReceipt | fx.PrintLeaflet | fx.PrintAnswer | fx.PrintForm | fx.AskDocument | fx.PrintDocument


class Paperwork:
    """Called from the dispatcher's thread, and never waits. ``provider`` or ``pages`` may be missing: then nothing is asked."""

    def __init__(
        self,
        slips: ReceiptPrinter,
        pages: PagePrinter | None,
        provider: QueryProvider | None,
        post: Callable[[ev.Event], None],
        press: Press,
    ) -> None:
        self._slips = slips
        self._pages = pages
        self._provider = provider
        self._post = post
        self._press = press
        self._found: tuple[str, Document] | None = None
        self._asking: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def queries(self) -> bool:
        """Whether documents can be asked for and printed at this terminal at all."""
        return self._provider is not None and self._pages is not None

    @property
    def holds(self) -> bool:
        """Whether a document lies in memory."""
        return self._found is not None

    def do(self, effect: Paper, terminal: TerminalSettings, catalogue: Catalogue) -> None:
        match effect:
            case fx.PrintReceipt():
                paper = effect.submitted.case
                self._slip(
                    paper,
                    effect.attempt,
                    lambda: receipt.slip(receipt.receipt(effect.visit, effect.submitted, terminal, catalogue), effect.attempt),
                )
            case fx.PrintLeaflet():
                self._slip(
                    effect.noted.number,
                    effect.attempt,
                    lambda: leaflet.leaflet(effect.visit, effect.noted, effect.attempt, terminal, catalogue),
                )
            case fx.PrintAnswer():
                self._slip(
                    effect.answered.paper,
                    effect.attempt,
                    lambda: answer_slip.slip(effect.visit, effect.answered, effect.attempt, terminal),
                )
            case fx.PrintForm():
                set_ = threading.Thread(target=self._form, args=(effect, terminal, catalogue), name="form", daemon=True)
                set_.start()
            case fx.AskDocument():
                self._ask(effect.visit)
            case fx.PrintDocument():
                self._print(effect)

    def hold(self, visit: str, document: Document) -> None:
        """A document of this visit, until it is printed. Any thread."""
        with self._lock:
            self._found = visit, document

    @property
    def pages(self) -> bool:
        """Whether A4 pages can be printed at this terminal at all."""
        return self._pages is not None

    def drop(self, visit: str) -> None:
        """What came for a visit that had ended."""
        with self._lock:
            if self._found is not None and self._found[0] == visit:
                self._found = None

    def forget(self) -> None:
        """The visit is over."""
        with self._lock:
            self._found = None

    def _slip(self, job: str, attempt: int, made: Callable[[], object]) -> None:
        try:
            slip = made()
        except ValueError as error:
            # Taken in before a restart, by a catalogue that is no more.
            log.warning("no slip: %s", error)
            self._post(ev.PrintingEnded(job, Printing(PrintState.REFUSED, attempt, UNPRINTABLE)))
            return
        self._slips.print(PrintJob(job, attempt, slip))  # type: ignore[arg-type]

    def _ask(self, visit: Visit) -> None:
        """One question at a time: one that never comes back costs a thread, not the terminal."""
        if self._provider is None or (self._asking is not None and self._asking.is_alive()):
            self._post(ev.DocumentNotFound(visit.id, now=False))
            return
        self._asking = threading.Thread(target=self._answer, args=(self._provider, visit), name="query", daemon=True)
        self._asking.start()

    def _answer(self, provider: QueryProvider, visit: Visit) -> None:
        answer: Document | NoDocument = NoDocument.NOT_NOW
        try:
            if visit.home and visit.item and visit.situation and visit.identity:
                answer = provider.ask(visit.home, visit.item, visit.situation, visit.identity)
        except Exception:
            # Not its text: what a provider raises may quote the question.
            log.error("a query failed")
        if isinstance(answer, Document):
            self.hold(visit.id, answer)
            self._post(ev.DocumentFound(visit.id))
        else:
            self._post(ev.DocumentNotFound(visit.id, now=answer is NoDocument.NOT_FOUND))

    def _form(self, effect: fx.PrintForm, terminal: TerminalSettings, catalogue: Catalogue) -> None:
        """A form to be signed by hand. Set in a thread of its own: it takes longer than the dispatcher waits."""
        visit, printer = effect.visit, self._pages
        try:
            template, data = sheets.of(visit, effect.material, terminal, catalogue, private=True, day=effect.day)
            pdf = self._press.pdf(template, data)
        except (UnmadeError, LookupError, OSError) as error:
            log.error("a form to sign was not set: %s", type(error).__name__)
            pdf = b""
        if printer is None or not pdf:
            self._post(ev.SheetEnded(visit.id, Printing(PrintState.REFUSED, effect.attempt, UNPRINTABLE)))
            return
        printer.print(PageJob(SHEET + visit.id, effect.attempt, "tongban", page_count(pdf), pdf))

    def _print(self, effect: fx.PrintDocument) -> None:
        with self._lock:
            found, self._found = self._found, None
        if found is None or found[0] != effect.visit or self._pages is None:
            self._post(ev.SheetEnded(effect.visit, Printing(PrintState.REFUSED, effect.attempt, UNPRINTABLE)))
            return
        self._pages.print(PageJob(SHEET + effect.visit, effect.attempt, "tongban", found[1].pages, found[1].pdf))


def on_paper(state: State) -> str | None:
    """The job in the printers' journal that the present screen is about."""
    visit = state.visit
    if visit is None:
        return None
    return SHEET + visit.id if visit.step in (Step.QUERY, Step.HANDING) else path.paper(visit)


def ended(event: PrintEnded) -> ev.Event:
    """How a piece of paper ended, for the visit it is of."""
    printing = Printing(PrintState(event.outcome.value), event.attempt, event.cause)
    if event.job.startswith(SHEET):
        return ev.SheetEnded(event.job.removeprefix(SHEET), printing)
    return ev.PrintingEnded(event.job, printing)
