"""What there is for whoever comes back: tasks sealed to this hall, opened in memory for the card that was read; how far cases are.

One thread, which may wait for the network; whatever comes of it is posted as an event. Sealed tasks are kept in memory between two
questions, as they came; what was opened lives as long as the question, and what is its holder's goes into the visit.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import httpx
import msgspec

from domain.case import number as case_number
from domain.case.task import MAX_TASK, CorrectionTask, DamagedTaskError, ResultTask, Task, has_tail, is_of, opened
from domain.catalogue.catalogue import Catalogue
from domain.sealing import BadKeyError, OpeningKey, SealError, key_ids, unseal
from kiosk.line import Line, NotNowError
from kiosk.query import Document
from kiosk.store.known import Known, Memory
from kiosk.visit import events as ev
from kiosk.visit import followup_events as fe
from kiosk.visit.effects import FileRight, FindTasks
from kiosk.visit.followup import MISTYPED
from kiosk.visit.state import CaseProgress, Followup, FoundTask, Visit
from mqtt import progress as wire
from mqtt.casework import TASKS, TaskList
from mqtt.protection import PersonRequest, RequestFiled, case_requests_path
from mqtt.resources import MAX_DOCUMENT, document_path

log = logging.getLogger(__name__)

OFFLINE, UNKNOWN, NO_CASE, TOO_MANY, DAMAGED = (
    "tasks_offline",
    "receipt_unknown",
    "case_unknown",
    "case_too_many_tries",
    "task_damaged",
)
NOT_HERE = "right_not_here"
"""Fault codes of ``kiosk/faults.toml``."""
MOST_HELD = 500
"""Sealed tasks held in memory between two questions: some 2 MB of ciphertext."""
Ask = Callable[..., httpx.Response]


class _NotFoundError(Exception):
    """Why there is nothing to show; a fault code."""


class TaskPost:
    """``keys``: of the hall, newest first; none: nothing is opened here. ``homes``: desks this terminal can seal to. ``hold`` takes
    the pages of a result until they are printed; ``answered`` says which tasks were dealt with here already. Any thread may ask.
    """

    def __init__(
        self,
        line: Line,
        keys: tuple[OpeningKey, ...],
        homes: Iterable[str],
        memory: Memory,
        answered: Callable[[Iterable[str]], frozenset[str]],
        catalogue: Callable[[], Catalogue],
        hold: Callable[[str, Document], None],
        post: Callable[[ev.Event], object],
    ) -> None:
        self._line = line
        self._keys = keys
        self._homes = frozenset(homes)
        self._memory = memory
        self._answered = answered
        self._catalogue = catalogue
        self._hold = hold
        self._post = post
        self._sealed: dict[str, bytes] = {}
        self._asked: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="tasks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._asked.put(None)
        self._thread.join(5)

    def ask(self, effect: FindTasks | FileRight) -> None:
        do = self._find if isinstance(effect, FindTasks) else self._file
        self._asked.put(partial(do, effect.visit))

    def fetch(self, visit: Visit) -> None:
        self._asked.put(partial(self._fetch, visit))

    def _run(self) -> None:
        while (task := self._asked.get()) is not None:
            task()

    def _find(self, visit: Visit) -> None:
        asked = visit.followup or Followup()
        try:
            found = self._by_card(visit) if asked.by == "card" else self._by_case(asked)
        except _NotFoundError as error:
            self._post(fe.TasksNotFound(visit.id, str(error)))
        except Exception as error:
            # Whatever it was, somebody waits; what was asked is not for the log.
            log.error("a question about a case failed: %s", type(error).__name__)
            self._post(fe.TasksNotFound(visit.id, OFFLINE))
        else:
            progress, tasks, fault = found
            self._post(fe.TasksFound(visit.id, progress, tasks, fault))

    def _by_card(self, visit: Visit) -> tuple[tuple[CaseProgress, ...], tuple[FoundTask, ...], str | None]:
        card = visit.identity
        if card is None:
            raise _NotFoundError(OFFLINE)
        try:
            with self._line.open() as ask:
                tasks, whole = self._open_tasks(ask)
                own = tuple(one for one in tasks if is_of(one.task, card))
                cases = tuple(dict.fromkeys(one.task.case for one in own))
                told = tuple(self._told(ask, case) for case in cases)
        except NotNowError:
            raise _NotFoundError(OFFLINE) from None
        return tuple(one for one in told if one is not None), own, None if whole else DAMAGED

    def _by_case(self, asked: Followup) -> tuple[tuple[CaseProgress, ...], tuple[FoundTask, ...], str | None]:
        """By the receipt's token, or by the number: then a few tries only, and tasks with the document's last four beside it."""
        if asked.token is None and not case_number.valid(asked.number or ""):
            raise _NotFoundError(MISTYPED)
        if asked.token is None and not self._memory.may_try():
            raise _NotFoundError(TOO_MANY)
        try:
            with self._line.open() as ask:
                path = wire.receipt_progress_path(asked.token) if asked.token else wire.case_progress_path(asked.number or "")
                told = self._progress(ask, path)
                if told is None:
                    raise self._no_such_case(asked)
                tasks, _ = self._open_tasks(ask, told.case) if asked.token or asked.tail else ((), True)
        except NotNowError:
            return (self._last_known(asked),), (), None
        if asked.token is None and asked.tail:
            tasks = tuple(one for one in tasks if has_tail(one.task, asked.tail))
            if not tasks:
                self._memory.failed()
        # What a result is stays behind the card; that there is one, the words say.
        return (told,), tuple(one for one in tasks if isinstance(one.task, CorrectionTask)), None

    def _file(self, visit: Visit) -> None:
        """In codes: what is kept stays with the home desk, and nothing is typed here."""
        right = visit.followup.right if visit.followup else None
        if right is None or right.kind is None:
            return
        try:
            body = msgspec.json.encode(RequestFiled(right.kind))  # type: ignore[arg-type]
            answer = self._line.ask("POST", case_requests_path(right.case), content=body)
            if answer.status_code not in (200, 201):
                self._post(fe.RightNotFiled(visit.id, NOT_HERE))
                return
            self._post(fe.RightFiled(visit.id, _read(answer.content, PersonRequest).due.isoformat()))
        except NotNowError:
            self._post(fe.RightNotFiled(visit.id, OFFLINE))
        except Exception as error:
            log.error("a request about somebody's information failed: %s", type(error).__name__)
            self._post(fe.RightNotFiled(visit.id, OFFLINE))

    def _no_such_case(self, asked: Followup) -> _NotFoundError:
        if asked.token is not None:
            return _NotFoundError(UNKNOWN)
        self._memory.failed()
        return _NotFoundError(NO_CASE)

    def _last_known(self, asked: Followup) -> CaseProgress:
        """Of a case that was taken in at this terminal; of others nothing is kept here."""
        known = self._memory.by_token(asked.token) if asked.token else self._memory.by_number(asked.number or "")
        if known is None:
            if asked.token is None:
                self._memory.failed()
            raise _NotFoundError(OFFLINE)
        return self._said(known)

    def _said(self, known: Known) -> CaseProgress:
        item = self._catalogue().item(known.item)
        return CaseProgress(known.number, item.name if item else "", self._party(known.home), known.words, known.at)

    def _party(self, code: str) -> str:
        party = self._catalogue().party(code)
        return party.name if party else ""

    def _told(self, ask: Ask, case: str) -> CaseProgress | None:
        return self._progress(ask, wire.case_progress_path(case))

    def _progress(self, ask: Ask, path: str) -> CaseProgress | None:
        answer = ask("GET", path)
        if answer.status_code != 200:
            return None
        told = _read(answer.content, wire.CaseProgress)
        self._memory.remember(told.case, told.words)
        return CaseProgress(
            told.case, told.item_name, self._party(told.home), told.words, rates=told.home if told.ratable else None
        )

    def _open_tasks(self, ask: Ask, case: str | None = None) -> tuple[tuple[FoundTask, ...], bool]:
        """Those of the hall (of ``case``), opened, and whether every one could be."""
        if not self._keys:
            return (), True
        answer = ask("GET", TASKS)
        if answer.status_code != 200:
            raise NotNowError
        listed = _read(answer.content, TaskList).tasks
        known = {one.digest: of.case for of in listed for one in of.documents if one.kind == "task"}
        digests = [digest for digest, of in known.items() if case is None or of == case]
        self._sealed = {digest: data for digest, data in self._sealed.items() if digest in known}
        done = self._answered(digests)
        found = [(digest, self._one(ask, digest)) for digest in digests if digest not in done]
        tasks = tuple(FoundTask(digest, task, task.home in self._homes) for digest, task in found if task is not None)
        return tasks, all(task is not None for _, task in found)

    def _one(self, ask: Ask, digest: str) -> Task | None:
        """``None`` for one that is damaged, or not for this hall: others are shown all the same."""
        try:
            sealed = self._fetched(ask, digest)
            return opened(sealed, self._key(sealed))
        except (SealError, BadKeyError, DamagedTaskError) as error:
            log.warning("task %s cannot be opened: %s", digest[:12], type(error).__name__)
            return None

    def _fetched(self, ask: Ask, digest: str) -> bytes:
        if digest not in self._sealed:
            data = _document(ask, digest, MAX_TASK)
            if len(self._sealed) >= MOST_HELD:
                self._sealed.pop(next(iter(self._sealed)))  # the oldest
            self._sealed[digest] = data
        return self._sealed[digest]

    def _key(self, sealed: bytes) -> OpeningKey:
        named = key_ids(sealed)
        key = next((key for key in self._keys if key.key_id in named), None)
        if key is None:
            raise SealError("sealed to another hall")
        return key

    def _fetch(self, visit: Visit) -> None:
        task, card = visit.followup.task if visit.followup else None, visit.identity
        try:
            if not isinstance(task, ResultTask) or task.document is None or card is None or not is_of(task, card):
                raise SealError("no result of whoever stands here")
            with self._line.open() as ask:
                sealed = _document(ask, task.document, MAX_DOCUMENT)
            pdf = unseal(sealed, self._key(sealed))
        except (NotNowError, SealError, BadKeyError) as error:
            log.warning("a result cannot be had now: %s", type(error).__name__)
            self._post(ev.DocumentNotFound(visit.id, now=False))
        except Exception as error:
            log.error("a result could not be fetched: %s", type(error).__name__)
            self._post(ev.DocumentNotFound(visit.id, now=False))
        else:
            self._hold(visit.id, Document(task.pages, pdf))
            self._post(ev.DocumentFound(visit.id))


def _document(ask: Ask, digest: str, most: int) -> bytes:
    """``SealError`` when it is not there, yet or any more, or is another one."""
    answer = ask("GET", document_path(digest))
    if answer.status_code != 200:
        raise SealError("not there")
    if len(answer.content) > most or hashlib.sha256(answer.content).hexdigest() != digest:
        raise SealError("not what its name says")
    return answer.content


def _read(body: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        log.warning("an answer of the centre is not of the contract")
        raise NotNowError from None
