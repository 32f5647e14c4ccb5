"""Deeds: acts on their way to the centre. What is to be put and posted lies sealed on the disk before anything leaves, so a desk
killed at any point goes on where it was, or gives up and says so; nothing is done twice.

On the disk lie the act, which names nobody, and documents as they were sealed. The telephone number for the SMS is sealed too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain import sealing
from domain.case import task as tasks
from domain.case.acts import DocumentKind, HomeAct, Sealed
from domain.case.content import CaseContent
from domain.case.task import ResultTask
from domain.sealing import OpeningKey, SealError
from fleet.casework.client import CentreError, Client, MovedOnError, RefusedActError
from fleet.desk.drafts import Draft
from fleet.desk.means import Means
from fleet.outward.outbox import Entry, Outbox, Row
from fleet.outward.sender import LaterError, Pace, RefusedError, Sender
from fleet.telling.kinds import Facts, Kind
from mqtt.casework import CLOCK_APART

_log = logging.getLogger(__name__)

PACE = Pace(first=3.0, most=60.0, lasts=CLOCK_APART - 60)
"""A deed that does not reach the centre while its time still holds there is given up: somebody does it anew, and says when."""
MOVED_ON = "moved_on"
"""Why a deed was refused: another act stands where it was to stand."""


class _Telling(Struct, frozen=True):
    kind: Kind
    facts: Facts
    phone: str

    def __repr__(self) -> str:
        return "_Telling(…)"


class Deed(Struct, frozen=True):
    """``position``: which act of the case it is to be. ``documents``: those the act lists, as they were sealed. ``telling``: sealed
    to ourselves."""

    name: str
    case: str
    position: int
    act: HomeAct
    documents: tuple[bytes, ...]
    telling: bytes | None = None

    def __repr__(self) -> str:
        return f"Deed({self.name}, {self.case}, …)"


class Deeds:
    """Thread-safe. ``tell``: kind, facts, telephone, position; twice is once."""

    def __init__(
        self,
        data: Path,
        centre: Client,
        keys: Sequence[OpeningKey],
        tell: Callable[[Kind, Facts, str, int], bool] | None,
        pace: Pace = PACE,
    ) -> None:
        self._centre, self._keys, self._tell = centre, tuple(keys), tell
        self._outbox = Outbox(data / "deeds.db")
        self._sender = Sender(self._outbox, self._send, pace)

    def start(self) -> None:
        self._sender.start()

    def stop(self) -> None:
        self._sender.stop()
        self._outbox.close()

    def do(self, deed: Deed) -> None:
        """It lies on the disk when this returns: it will be done, at whatever time. The same name again is the same deed."""
        self._outbox.put(deed.name, deed.case, deed.act.__class__.__name__, msgspec.msgpack.encode(deed), time.time())
        self._sender.wake()

    def standing(self, case: str) -> Sequence[Entry]:
        """What became of the deeds of a case, oldest first."""
        return self._outbox.entries(case)

    def waiting(self) -> int:
        """How many lie here, sealed."""
        return self._outbox.waiting()

    def waits(self, case: str) -> bool:
        """Whether one of them has not reached the centre yet."""
        return any(one.state == "waiting" for one in self._outbox.entries(case))

    def wait(self, case: str, name: str, seconds: float) -> Entry | None:
        """What has become of it within ``seconds``; ``None``: it still waits for the centre."""
        until = time.monotonic() + seconds
        while True:
            found = next((e for e in self._outbox.entries(case) if e.id == name and e.state != "waiting"), None)
            if found is not None or time.monotonic() >= until:
                return found
            time.sleep(0.03)

    def _send(self, row: Row) -> str:
        return self._do(msgspec.msgpack.decode(row.body, type=Deed))

    def _do(self, deed: Deed) -> str:
        try:
            for listed, body in zip(deed.act.documents, deed.documents, strict=True):
                self._centre.put(body, listed.kind)
            self._centre.post(deed.case, deed.position - 1, deed.act)
        except CentreError:
            raise LaterError("unreachable") from None
        except MovedOnError:
            raise RefusedError(MOVED_ON) from None
        except RefusedActError as error:
            raise RefusedError(error.code) from None
        return self._told(deed)

    def _told(self, deed: Deed) -> str:
        if deed.telling is None or self._tell is None:
            return ""
        try:
            key = next(key for key in self._keys if key.key_id in sealing.key_ids(deed.telling))
            said = msgspec.msgpack.decode(sealing.unseal(deed.telling, key), type=_Telling)
            return "" if self._tell(said.kind, said.facts, said.phone, deed.position) else "call"
        except (StopIteration, SealError, ValueError):
            _log.warning("case %s: the applicant could not be told by SMS", deed.case)
            return "call"


def deed(name: str, position: int, draft: Draft, means: Means, content: CaseContent, intake: str) -> Deed:
    """``draft`` sealed. ``name``: its own, for ever. ``intake``: the code of the place that took the case in.

    :class:`fleet.desk.means.NoKeyError`, ``ValueError`` for a task no terminal would take.
    """
    sealed: list[tuple[DocumentKind, bytes]] = []

    def put(kind: DocumentKind, body: bytes) -> Sealed:
        sealed.append((kind, body))
        return Sealed(sealing.digest(body), len(body), kind)

    for paper in draft.papers:
        put(paper.kind, sealing.seal(paper.pdf, means.recipients(paper.kind, intake)))
    task = draft.task
    if task is not None:
        to_hall = means.recipients("task", intake)
        if isinstance(task, ResultTask) and draft.printout is not None:
            pages = put("result", sealing.seal(draft.printout.pdf, to_hall))
            task = replace(task, document=pages.digest, size=pages.size)
        put("task", tasks.sealed(task, to_hall))
    listed = tuple(Sealed(sealing.digest(body), len(body), kind) for kind, body in sealed)
    phone = content.delivery.phone or ""
    telling = None
    if phone and draft.told is not None and means.whole is not None:
        facts = Facts(content.case, draft.told.place, draft.told.due, means.whole[1].phone)
        said = msgspec.msgpack.encode(_Telling(draft.told.kind, facts, phone))
        telling = sealing.seal(said, (sealing.recipient_of(means.keys[0]),))
    return Deed(name, content.case, position, replace(draft.act, documents=listed), tuple(body for _, body in sealed), telling)
