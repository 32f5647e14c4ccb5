"""From the broker into the store: batches, one commit each, and only then the storage receipts.

The broker's PUBACK is sent after the commit too. Nothing rests on it (terminals send again until a receipt comes), but with
Receive Maximum it keeps a slow disk's backlog in the broker and not in this process's memory.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Container, Sequence
from queue import Empty, SimpleQueue

from fleet.intake import understand
from fleet.presence import Hearing
from fleet.store import Input, StateIn, Store, Stored
from mqtt import topics
from mqtt.connection import Broker, Connection, Down, Heard, Opening, Pace, Received, Refused, Reply, Session, Up
from mqtt.messages import VERSION, Birth, CentreUp, Left, Lost, StorageReceipt, encode
from mqtt.window import ranges

_log = logging.getLogger(__name__)

BATCH_ROWS = 500
BATCH_SECONDS = 0.04
"""A batch is committed when either is reached: 500 rows bound the memory; a commit comes at most every 40 ms, so that a busy
fleet costs 25 fsyncs a second, while an event that comes alone is stored at once."""
CLIENT_ID = "fleet"
_SUBSCRIPTIONS = (
    (topics.ALL_STATES, topics.STATE),
    (topics.ALL_HEALTH, topics.REPORT),
    (topics.ALL_EVENTS, topics.EVENT),
    (topics.ALL_ANSWERS, topics.ANSWER),
)
_SESSION = Session(expiry=24 * 3600, will_delay=10, receive_maximum=2 * BATCH_ROWS, manual_ack=True)
_MOST_RANGES = 500
_PACE = Pace(first=0.5, most=5.0)
"""One centre may come back at once; a fleet may not."""


class Ingest:
    """Two threads: the connection's and the writer's. ``fleet``: ids of the terminals that belong to it; ``birth`` is told each
    terminal's run (``boot``) that connects while we listen, with the number of that connect (``bd``); ``told`` what was stored, and
    in how many seconds.
    """

    def __init__(
        self,
        broker: Broker,
        store: Store,
        fleet: Container[str],
        pace: Pace | None = None,
        birth: Callable[[str, str, int], None] = lambda _terminal, _boot, _bd: None,
        told: Callable[[Sequence[Input], float], None] = lambda _batch, _seconds: None,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._birth = birth
        self._told = told
        self._bd = 0
        self._committed = float("-inf")
        self._hearing = Hearing(None)
        self._notes: SimpleQueue[Heard | None] = SimpleQueue()
        self._connection = Connection(broker, CLIENT_ID, _SESSION, self._open, self._hear, pace or _PACE)
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    @property
    def hearing(self) -> Hearing:
        """Whether, and since when, the centre hears its terminals."""
        return self._hearing

    @property
    def working(self) -> bool:
        """Whether what comes in is stored by somebody."""
        return self._thread.is_alive()

    def publish(self, topic: str, payload: bytes, how: topics.Delivery, reply: Reply | None = None) -> bool:
        """To a terminal; False while there is no connection. True promises nothing."""
        return self._connection.publish(topic, payload, how, reply)

    def start(self) -> None:
        self._thread.start()
        self._connection.start()

    def stop(self) -> None:
        """Say that the centre leaves; what is not committed yet comes again. Returns within three seconds."""
        self._connection.end((topics.CENTRE_STATE, encode(Left(v=VERSION, bd=self._bd, why="shutdown"))))
        self._notes.put(None)
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _open(self) -> Opening:
        self._bd = self._store.next_bd()
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return Opening(
            topic=topics.CENTRE_STATE,
            birth=encode(CentreUp(v=VERSION, bd=self._bd, ts=now)),
            will=encode(Lost(v=VERSION, bd=self._bd)),
            subscriptions=tuple((topic, how.qos) for topic, how in _SUBSCRIPTIONS),
        )

    def _hear(self, heard: Heard) -> None:
        match heard:
            case Up():
                self._hearing = Hearing(time.time())
            case Down():
                self._hearing = Hearing(None)
            case Refused(reason=reason):
                _log.warning("the broker refused a publication: %s", reason)
            case Received():
                self._notes.put(heard)

    def _run(self) -> None:
        while True:
            first = self._notes.get()
            if first is None:
                return
            batch, ending = self._batch(first)
            try:
                self._commit(batch)
            except Exception:
                # Disk full or damaged: nothing is acknowledged, nothing confirmed; the terminals send again.
                _log.exception("a batch of %d messages could not be stored", len(batch))
                self._discard(batch)
            if ending:
                return

    def _batch(self, first: Heard) -> tuple[list[Received], bool]:
        batch = [first] if isinstance(first, Received) else []
        deadline = self._committed + BATCH_SECONDS
        while len(batch) < BATCH_ROWS:
            try:
                note = self._notes.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                break
            if note is None:
                return batch, True
            if isinstance(note, Received):
                batch.append(note)
        return batch, False

    def _commit(self, batch: Sequence[Received]) -> None:
        own = topics.CENTRE_STATE
        inputs = [self._understood(m) for m in batch if m.topic != own]
        began = time.monotonic()
        stored = self._store.record(inputs, time.time())
        self._committed = time.monotonic()
        self._told(inputs, self._committed - began)
        for one in inputs:
            if isinstance(one, StateIn) and isinstance(one.state, Birth) and not one.retained:
                self._birth(one.terminal, one.state.boot, one.state.bd)
        for message in batch:
            message.acknowledge()
        for (terminal, epoch), sequences in _by_outbox(stored).items():
            spans = ranges(sequences)
            for start in range(0, len(spans), _MOST_RANGES):
                receipt = StorageReceipt(v=VERSION, e=epoch, r=spans[start : start + _MOST_RANGES])
                self._connection.publish(topics.receipts(terminal), encode(receipt), topics.RECEIPT)

    def _understood(self, message: Received) -> Input:
        correlation = message.reply.correlation if message.reply is not None else None
        return understand(message.topic, message.payload, message.retained, self._fleet, message.content, correlation)

    def _discard(self, batch: Sequence[Received]) -> None:
        """Free the broker's window without a receipt: kept unacknowledged it would stand still for ever."""
        for message in batch:
            message.acknowledge()


def _by_outbox(stored: Sequence[Stored]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in stored:
        found[one.terminal, one.epoch].append(one.sequence)
    return found
