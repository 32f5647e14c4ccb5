"""Many terminals' ends in one process: the product's own link, publisher and uploader, over an outbox and documents in memory.

``python -m province.fleet SPEC``: runs until it is killed, and writes into ``spec.told`` every half second how far it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace
from support.fleet import HOME, TIME, birth, rating, sealed_case, taken

from domain import sealing
from mqtt.connection import Broker
from mqtt.events import EventData
from mqtt.link import NO_SESSION, Link
from mqtt.messages import Health
from mqtt.publisher import Publisher, Row
from mqtt.tls import Tls
from mqtt.uploads import Uploader, UploadPace, Waiting
from mqtt.walk import Pace
from mqtt.window import Ranges
from mqtt.wire import VERSION


class Spec(msgspec.Struct, frozen=True):
    """``events`` of each terminal, ``cases`` of them with two sealed documents each, come over ``seconds``. ``within``: the fleet's
    ``reconnect``."""

    names: tuple[str, ...]
    identities: Path
    brokers: tuple[tuple[str, int], ...]
    api: str
    events: int
    cases: int
    seconds: float
    within: float
    told: Path


class Told(msgspec.Struct, frozen=True):
    """``connects``: of all terminals since the start; ``at``: how many are at which broker; ``made``, ``confirmed``: events;
    ``whole``: cases the centre has whole; ``digests``: of documents, by case."""

    connected: int
    connects: int
    at: dict[str, int]
    made: int
    confirmed: int
    whole: int
    digests: dict[str, tuple[str, ...]] = {}


def epoch(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


class Outbox:
    """Rows in the order of their sequence; a dictionary keeps it."""

    def __init__(self, name: str) -> None:
        self.epoch = epoch(name)
        self.made = 0
        self._rows: dict[int, Row] = {}
        self._lock = threading.Lock()

    def add(self, data: EventData) -> None:
        with self._lock:
            self.made += 1
            self._rows[self.made] = Row(self.made, TIME, data)

    def pending(self, limit: int) -> Sequence[Row]:
        with self._lock:
            return [row for row, _ in zip(self._rows.values(), range(limit), strict=False)]

    def confirm(self, ranges: Ranges) -> None:
        with self._lock:
            for first, last in ranges:
                for sequence in range(first, last + 1):
                    del self._rows[sequence]

    def __len__(self) -> int:
        with self._lock:
            return len(self._rows)


class Blobs:
    """Sealed documents until their case is whole at the centre."""

    def __init__(self) -> None:
        self.freed = 0
        self._cases: dict[str, dict[str, tuple[Waiting, bytes]]] = {}
        self._lock = threading.Lock()

    def keep(self, case: str, sealed: Iterable[bytes]) -> None:
        found = {sealing.digest(body): body for body in sealed}
        with self._lock:
            self._cases[case] = {digest: (Waiting(case, digest, len(body)), body) for digest, body in found.items()}

    def cases(self) -> Sequence[str]:
        with self._lock:
            return tuple(self._cases)

    def documents(self, case: str) -> Sequence[Waiting]:
        with self._lock:
            return tuple(waiting for waiting, _ in self._cases[case].values())

    def answers(self) -> Sequence[Waiting]:
        return ()

    def open(self, document: Waiting) -> BinaryIO:
        with self._lock:
            return io.BytesIO(self._cases[document.case][document.digest][1])

    def stored(self, digest: str) -> None:
        with self._lock:
            for documents in self._cases.values():
                if digest in documents:
                    waiting, body = documents[digest]
                    documents[digest] = replace(waiting, stored=True), body

    def whole(self, case: str) -> None:
        with self._lock:
            del self._cases[case]
            self.freed += 1


@dataclass
class Terminal:
    name: str
    spec: Spec
    bd: int = 0

    def __post_init__(self) -> None:
        folder = self.spec.identities / self.name
        tls = Tls(str(folder / "ca.pem"), str(folder / "identity.pem"))
        brokers = [Broker(host, port, tls) for host, port in self.spec.brokers]
        self.outbox, self.blobs = Outbox(self.name), Blobs()
        pace = Pace(keepalive=10, most=self.spec.within)
        self.link = Link(self.name, brokers, birth=birth, next_bd=self._next_bd, pace=pace, session=NO_SESSION)
        self.publisher = Publisher(self.link, self.outbox, self._health)
        self.uploader = Uploader(self.spec.api, tls, self.blobs, UploadPace(most=10.0))

    def happen(self, recipient: sealing.Recipient, number: int, digests: dict[str, tuple[str, ...]]) -> None:
        """The ``number``-th event: a case, while there are any, else a rating."""
        if number >= self.spec.cases:
            self.outbox.add(rating(f"{self.name}-{number}"))
        else:
            case = f"{self.name}-c{number}"
            sealed = sealed_case(case, recipient, pages=1)
            self.blobs.keep(case, sealed)
            digests[case] = tuple(sealing.digest(body) for body in sealed)
            self.outbox.add(taken(case, sealed, HOME))
            self.uploader.wake()
        self.publisher.wake()

    def _next_bd(self) -> int:
        self.bd += 1
        return self.bd

    def _health(self, bd: int) -> Health:
        return Health(
            v=VERSION, bd=bd, devices={}, serving=True, unconfirmed=len(self.outbox), oldest=None, pages_waiting=0, ts=TIME
        )


def main(spec: Spec) -> None:
    terminals = [Terminal(name, spec) for name in spec.names]
    recipient, _ = sealing.new_key(HOME)
    digests: dict[str, tuple[str, ...]] = {}
    for one in terminals:
        one.publisher.start()
        one.uploader.start()
    began, made, told_at = time.monotonic(), 0, 0.0
    total = spec.events * len(terminals)
    while True:
        now = time.monotonic()
        due = total if spec.seconds <= 0 else min(total, int((now - began) / spec.seconds * total))
        while made < due:
            terminals[made % len(terminals)].happen(recipient, made // len(terminals), digests)
            made += 1
        if now - told_at >= 0.5:
            told_at = now
            _tell(spec, terminals, digests)
        time.sleep(0.05)


def _tell(spec: Spec, terminals: Sequence[Terminal], digests: dict[str, tuple[str, ...]]) -> None:
    there = [one for one in terminals if one.link.connected]
    told = Told(
        connected=len(there),
        connects=sum(one.bd for one in terminals),
        at=dict(Counter(one.link.broker for one in there)),
        made=sum(one.outbox.made for one in terminals),
        confirmed=sum(one.outbox.made - len(one.outbox) for one in terminals),
        whole=sum(one.blobs.freed for one in terminals),
        digests=digests,
    )
    aside = spec.told.with_suffix(".new")
    aside.write_bytes(msgspec.json.encode(told))
    aside.rename(spec.told)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    main(msgspec.convert(json.loads(Path(sys.argv[1]).read_text()), Spec, dec_hook=lambda kind, value: kind(value)))
