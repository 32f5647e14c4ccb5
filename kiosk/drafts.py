"""Drafts (草稿) between this terminal and the centre: kept for the hall's window, opened at it, done with.

One thread, which may wait for the network; whatever comes of it is posted as an event. Nothing of a draft is ever on this
terminal's disk but the sealed pages every visit has, and those go with the visit.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
import msgspec
from msgspec import Struct

from domain import draft as drafting
from domain.draft import DamagedDraftError, Draft, DraftPage
from domain.sealing import OpeningKey, Recipient, SealError, key_ids
from kiosk.clock import Clock
from kiosk.line import Line, NotNowError
from kiosk.visit import events as ev
from kiosk.visit.effects import DropDraft, KeepDraft, OpenDraft
from kiosk.visit.state import SCHEMA, Visit
from mqtt.resources import MAX_DOCUMENT, DraftKept, draft_name, draft_path
from mqtt.tls import Tls

log = logging.getLogger(__name__)

OFFLINE, REFUSED, TOO_LARGE = "draft_offline", "draft_refused", "draft_too_large"
NOT_FOUND, TOO_MANY, NOT_OURS, DAMAGED = "draft_not_found", "draft_too_many_tries", "draft_not_ours", "draft_damaged"
"""Fault codes of ``kiosk/faults.toml``."""
WITHIN = 40.0
"""Seconds a citizen waits at most for a draft to go up; the slowest line brings a page or two in that."""
_CHUNK = 64 * 1024


class _NotNowError(Exception):
    """Why it did not work; a fault code."""


class Place(Struct, frozen=True):
    """Whose drafts these are: what every one of them says of where it was begun, whom it is sealed to, and what opens it."""

    terminal: str
    hall: str
    window: Recipient
    keys: tuple[OpeningKey, ...] = ()


class DraftPost:
    """``describe`` says a visit in lines; ``page`` is where a sealed page lies; ``lay`` keeps the pages of a draft that was opened
    and then posts the event it is given; ``linked``: whether there is a line to the centre, as far as is known. Any thread may ask.
    """

    def __init__(
        self,
        centre: str,
        tls: Callable[[], Tls],
        place: Place,
        clock: Clock,
        post: Callable[[ev.Event], object],
        describe: Callable[[Visit], tuple[drafting.Line, ...]],
        page: Callable[[str], Path],
        lay: Callable[[str, tuple[DraftPage, ...], ev.DraftOpened], None],
        linked: Callable[[], bool],
    ) -> None:
        self._line = Line(centre, tls)
        self._place = place
        self._clock = clock
        self._post = post
        self._describe = describe
        self._page = page
        self._lay = lay
        self._linked = linked
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)

    @property
    def reachable(self) -> bool:
        """Whether keeping a draft is worth a try now; the try alone knows."""
        return self._linked()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._tasks.put(None)
        self._thread.join(5)

    def keep(self, effect: KeepDraft) -> None:
        self._tasks.put(partial(self._keep, effect))

    def open(self, effect: OpenDraft) -> None:
        self._tasks.put(partial(self._open, effect))

    def drop(self, effect: DropDraft) -> None:
        self._tasks.put(partial(self._drop, effect))

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()

    def _keep(self, effect: KeepDraft) -> None:
        try:
            until = self._kept(effect)
        except _NotNowError as error:
            self._post(ev.DraftNotKept(effect.visit.id, str(error)))
        except Exception:
            # Whatever it was, the citizen must read that nothing was kept.
            log.exception("a draft could not be kept")
            self._post(ev.DraftNotKept(effect.visit.id, REFUSED))
        else:
            self._post(ev.DraftKept(effect.visit.id, until))

    def _kept(self, effect: KeepDraft) -> str:
        body = drafting.sealed(self._draft(effect.visit), self._place.window)
        if len(body) > MAX_DOCUMENT:
            raise _NotNowError(TOO_LARGE)
        deadline = time.monotonic() + WITHIN
        path = draft_path(draft_name(effect.code))
        headers = {"Content-Length": str(len(body)), "Content-Type": "application/octet-stream"}
        for last in (False, True):
            try:
                answer = self._ask("PUT", path, content=self._chunks(body, deadline), headers=headers)
                break
            except _NotNowError:
                # The answer may have been lost: the same again is harmless.
                if last or time.monotonic() >= deadline:
                    raise
        if answer.status_code not in (200, 201):
            log.warning("the centre answers %d to a draft", answer.status_code)
            raise _NotNowError(TOO_LARGE if answer.status_code == 413 else REFUSED)
        return msgspec.json.decode(answer.content, type=DraftKept).until

    def _open(self, effect: OpenDraft) -> None:
        try:
            opened = self._opened(effect)
        except _NotNowError as error:
            self._post(ev.DraftNotOpened(effect.visit, str(error)))
        except Exception:
            log.exception("a draft could not be opened")
            self._post(ev.DraftNotOpened(effect.visit, DAMAGED))
        else:
            draft, visit = opened
            self._lay(visit.id, draft.pages, ev.DraftOpened(effect.visit, visit, draft.hall, draft.made_at))

    def _opened(self, effect: OpenDraft) -> tuple[Draft, Visit]:
        answer = self._ask("GET", draft_path(draft_name(effect.code)))
        if answer.status_code != 200:
            raise _NotNowError({404: NOT_FOUND, 429: TOO_MANY}.get(answer.status_code, REFUSED))
        try:
            named = key_ids(answer.content)
            key = next((key for key in self._place.keys if key.key_id in named), None)
            if key is None:
                raise _NotNowError(NOT_OURS)
            draft = drafting.opened(answer.content, key)
            visit = msgspec.json.decode(draft.visit, type=Visit)
        except (SealError, DamagedDraftError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            log.warning("a draft is damaged: %s", type(error).__name__)
            raise _NotNowError(DAMAGED) from None
        if draft.schema != SCHEMA:
            raise _NotNowError(DAMAGED)
        return draft, visit

    def _drop(self, effect: DropDraft) -> None:
        """It has become a case; where that cannot be told, it goes by itself after its days."""
        try:
            self._ask("DELETE", draft_path(draft_name(effect.code)))
        except _NotNowError:
            log.info("a draft that is done with stays until its days are over")

    def _draft(self, visit: Visit) -> Draft:
        digests = tuple(p.digest for c in visit.collected for p in c.pages if p.digest)
        if len(digests) > drafting.MOST_PAGES:
            raise _NotNowError(TOO_LARGE)
        return Draft(
            v=1,
            schema=SCHEMA,
            terminal=self._place.terminal,
            hall=self._place.hall,
            made_at=_seconds(self._clock.now()),
            item=visit.item or "",
            situation=visit.situation or "",
            home=visit.home or "",
            lines=self._describe(visit),
            visit=msgspec.json.encode(visit),
            pages=tuple(DraftPage(digest, self._page(digest).read_bytes()) for digest in digests),
        )

    def _ask(self, method: str, path: str, **given: object) -> httpx.Response:
        """:class:`_NotNowError` unless the centre, known as such, answers."""
        try:
            return self._line.ask(method, path, **given)
        except NotNowError as error:
            raise _NotNowError(OFFLINE) from error

    def _chunks(self, body: bytes, deadline: float) -> Iterator[bytes]:
        for at in range(0, len(body), _CHUNK):
            if self._ended.is_set() or time.monotonic() >= deadline:
                raise OSError("too slow")
            yield body[at : at + _CHUNK]


def _seconds(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
