"""The clerk: one thread that carries out, in order, what touches the disk, so that the dispatcher never waits for it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from datetime import date
from functools import partial

from domain import sealing
from domain.catalogue.catalogue import Catalogue
from domain.draft import DraftPage
from domain.press.press import UNMADE, Press, UnmadeError
from kiosk import sheets
from kiosk.answering import new_answer
from kiosk.handover import new_case, new_service
from kiosk.settings import Settings
from kiosk.store.answers import AnsweredBeforeError, AnswerStore
from kiosk.store.ratings import NewRating, RatingStore
from kiosk.store.store import DrawnUp, Store
from kiosk.tray import Tray
from kiosk.visit import events as ev
from kiosk.visit.effects import DrawUp, DropPages, NoteService, SealPage, SetForm, StoreAnswer, StoreCase, StoreRating, Wipe
from kiosk.visit.followup_events import AnswerNotStored, AnswerStored

log = logging.getLogger(__name__)

STORE_FAILED = "store_failed"
ANSWERED_BEFORE = "task_answered_before"
Task = Callable[[], None]


class Clerk:
    """``post`` hands answers to the dispatcher; ``committed`` is called after every commit that has something for the centre."""

    def __init__(
        self,
        store: Store,
        answers: AnswerStore,
        ratings: RatingStore,
        settings: Settings,
        catalogue: Catalogue,
        tray: Tray,
        press: Press,
        post: Callable[[ev.Event], object],
        committed: Callable[[], None],
    ) -> None:
        self._store = store
        self._answers = answers
        self._ratings = ratings
        self._settings = settings
        self._catalogue = catalogue
        self._tray = tray
        self._press = press
        self._post = post
        self._committed = committed
        self._drawn: DrawnUp | None = None
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="clerk", daemon=True)

    def start(self) -> None:
        for folder in self._store.folders():
            self._tasks.put(partial(self._store.sweep, folder))
        self._thread.start()

    def stop(self) -> None:
        """What was asked for is done first, but for a form under way: it is asked for again after the start."""
        self._press.clear()
        self._tasks.put(None)
        self._thread.join(10)

    def seal(self, effect: SealPage) -> None:
        self._tasks.put(lambda: self._seal(effect))

    def set_form(self, effect: SetForm, day: date) -> None:
        """In a thread of its own: setting takes longer than anything the clerk does, and may not end."""
        threading.Thread(target=self._set_form, args=(effect, day), name="form", daemon=True).start()

    def drop(self, effect: DropPages) -> None:
        self._tasks.put(lambda: self._drop(effect))

    def draw_up(self, effect: DrawUp) -> None:
        self._tasks.put(lambda: self._draw_up(effect))

    def take_case(self, effect: StoreCase) -> None:
        self._tasks.put(lambda: self._take_case(effect))

    def answer(self, effect: StoreAnswer) -> None:
        self._tasks.put(lambda: self._answer(effect))

    def lay(self, visit: str, pages: tuple[DraftPage, ...], opened: ev.DraftOpened) -> None:
        """The pages of a draft on this terminal's disk, sealed as they are; then ``opened`` is told."""
        self._tasks.put(lambda: self._lay(visit, pages, opened))

    def note_service(self, effect: NoteService) -> None:
        self._tasks.put(lambda: self._note_service(effect))

    def rate(self, effect: StoreRating) -> None:
        self._tasks.put(lambda: self._rate(effect))

    def end(self, effect: Wipe, pictures: int, left: Callable[[str], tuple[str, ...]]) -> None:
        """The store's part of the wipe, then the proof: ``left`` names the places where something still is."""
        self._tasks.put(lambda: self._end(effect, pictures, left))

    def use(self, catalogue: Catalogue) -> None:
        """For every case from now on; what was asked for before is done by the one it was asked with."""
        self._tasks.put(lambda: self._use(catalogue))

    def note(self, event: str, **detail: str | int | bool | None) -> None:
        """An audit line."""
        self._tasks.put(lambda: self._store.note(event, **detail))

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except Exception:
                # A task that fails costs itself, never the thread that has to do the next one.
                log.exception("a task of the clerk failed")

    def _use(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def _seal(self, effect: SealPage) -> None:
        self._keep(effect.visit, effect.home, effect.ref, self._tray.take(effect.ref))

    def _keep(self, visit: str, home: str, ref: str, document: bytes | None) -> None:
        try:
            if document is None:
                raise OSError("the picture is gone")
            sealed = sealing.seal(document, self._settings.keys.recipients(home))
            digest = self._store.keep_page(visit, sealed)
        except Exception:
            log.exception("a page could not be kept")
            self._post(ev.PageLost(ref, STORE_FAILED))
        else:
            self._post(ev.PageSealed(ref, digest, len(sealed)))

    def _set_form(self, effect: SetForm, day: date) -> None:
        visit, terminal = effect.visit, self._settings.terminal
        try:
            template, data = sheets.of(visit, effect.material, terminal, self._catalogue, private=True, day=day)
            pdf = self._press.pdf(template, data)
        except Exception as error:
            # Whatever it was, somebody waits for an answer; what the form was to hold is not for the log.
            log.error("a form was not set: %s", error if isinstance(error, UnmadeError) else type(error).__name__)
            self.note(UNMADE, material=effect.material)
            self._post(ev.PageLost(effect.ref, UNMADE))
        else:
            self._tasks.put(lambda: self._keep(visit.id, visit.home or "", effect.ref, pdf))

    def _drop(self, effect: DropPages) -> None:
        for ref in effect.refs:
            self._tray.drop(ref)
        self._store.drop_pages(effect.digests)

    def _draw_up(self, effect: DrawUp) -> None:
        self._drawn = self._store.draw_up(new_case(effect.visit, self._settings, self._catalogue))

    def _take_case(self, effect: StoreCase) -> None:
        visit, drawn = effect.visit, self._drawn
        self._drawn = None
        try:
            submitted = self._store.take_case(new_case(visit, self._settings, self._catalogue), drawn)
        except Exception:
            # Whatever it was, the citizen must read that nothing was handed in.
            log.exception("a case could not be stored")
            self._post(ev.CaseNotStored(visit.id, STORE_FAILED))
        else:
            self._committed()
            self._post(ev.CaseStored(visit.id, submitted))

    def _answer(self, effect: StoreAnswer) -> None:
        visit = effect.visit
        try:
            answered = self._answers.take(new_answer(visit, self._settings.keys))
        except AnsweredBeforeError:
            self._post(AnswerNotStored(visit.id, ANSWERED_BEFORE))
        except Exception:
            log.exception("what was done about a case could not be stored")
            self._post(AnswerNotStored(visit.id, STORE_FAILED))
        else:
            self._committed()
            self._post(AnswerStored(visit.id, answered))

    def _lay(self, visit: str, pages: tuple[DraftPage, ...], opened: ev.DraftOpened) -> None:
        try:
            for page in pages:
                self._store.keep_page(visit, page.sealed)
        except Exception:
            log.exception("the pages of a draft could not be kept")
            self._store.drop_pages(page.digest for page in pages)
            self._post(ev.DraftNotOpened(opened.asked, STORE_FAILED))
        else:
            self._store.note("draft_opened", hall=opened.hall)
            self._post(opened)

    def _note_service(self, effect: NoteService) -> None:
        visit = effect.visit
        try:
            noted = self._store.note_service(new_service(visit, self._settings.terminal.place, self._catalogue))
        except Exception:
            log.exception("a service could not be noted")
            self._post(ev.ServiceNotNoted(visit.id, STORE_FAILED))
        else:
            self._committed()
            self._post(ev.ServiceNoted(visit.id, noted))

    def _end(self, effect: Wipe, pictures: int, left: Callable[[str], tuple[str, ...]]) -> None:
        self._drawn = None
        still = left(effect.visit)
        if still:
            log.error("the wipe left something at: %s", ", ".join(still))
        self._store.end_visit(effect.visit, effect.reason, effect.submitted, pictures, still)

    def _rate(self, effect: StoreRating) -> None:
        party = effect.home or "" if effect.service.side == "home" else self._settings.terminal.place
        self._ratings.keep(NewRating(effect.service, party, effect.rated, self._settings.keys.rating_recipient))
        self._committed()
