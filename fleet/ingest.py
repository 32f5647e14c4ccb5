"""From the broker into the store: batches, one commit each, and only then the storage receipts.

The broker's PUBACK is sent after the commit too. Nothing rests on it (terminals send again until a receipt comes), but with
Receive Maximum it bounds what this process has in memory: it reads ahead of what it stores, so that what is said now need not wait
for a backlog that came first (``fleet/waiting.py``).
"""

from __future__ import annotations

import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Container, Sequence

from fleet.authority.authority import Connect
from fleet.greeting import Greeter
from fleet.inputs import Input, StateIn, Stored
from fleet.intake import understand
from fleet.presence import Hearing
from fleet.running.share import Share
from fleet.store import Store
from fleet.waiting import ROWS, Waiting, is_old
from mqtt import topics
from mqtt.broker import CENTRE_USERS
from mqtt.connection import Broker, Connection, Down, Heard, Opening, Received, Refused, Reply, Session, Up
from mqtt.messages import Birth, CentreState, CentreUp, Left, Lost, StorageReceipt
from mqtt.walk import Pace
from mqtt.window import ranges
from mqtt.wire import VERSION, ContractError, decode, encode

_log = logging.getLogger(__name__)

BATCH_SECONDS = 0.04
"""A batch is committed when these are over or its rows are there: a commit comes at most every 40 ms, so that a busy fleet costs 25
fsyncs a second, while an event that comes alone is stored at once."""
READ_SECONDS = 0.25
"""Read on so long at most while there is always more, before what was said now is stored."""
AHEAD = 50_000
"""Read and not stored at most, some 100 MB: a row of each terminal's backlog. Beyond it the broker keeps what comes."""
_SUBSCRIPTIONS = (topics.ALL_STATES, topics.ALL_HEALTH, topics.ALL_ANSWERS)
_QOS = 1
"""Also of what is said with less: RabbitMQ makes a queue for each QoS, and only that of QoS 1 outlives its node."""
_SESSION = Session(expiry=24 * 3600, will_delay=10, receive_maximum=AHEAD, manual_ack=True, kept=True, in_flight=100)
_MOST_RANGES = 500
_GROUP = "ingest"
"""Of the shared subscription."""
_ROOT = f"{topics.ROOT}/"
_EVENTS = topics.ALL_EVENTS.rpartition("+/")[2]
_PACE = Pace(first=0.5, most=5.0)
"""One centre may come back at once; a fleet may not."""


class Ingest:
    """Works in its connection's thread: what has come is stored, acknowledged and confirmed, then more is read. A thread of its
    own would only fight with it over the interpreter: reading is Python, and storing lets go of the lock at every statement.

    ``fleet``, asked once a batch: ids of the terminals whose word counts; ``births`` is told the terminals that connect while we
    listen; ``told`` what was stored, and in how many seconds. ``share``: of other terminals nothing is kept, another worker hears
    them too; ``shared``: but an event comes to one worker only, and is stored whosever it is.
    """

    def __init__(
        self,
        brokers: Sequence[Broker],
        store: Store,
        fleet: Callable[[], Container[str]],
        pace: Pace | None = None,
        births: Callable[[Sequence[Connect]], None] = lambda _births: None,
        told: Callable[[Sequence[Input], float], None] = lambda _batch, _seconds: None,
        share: Share = Share(),  # noqa: B008 nothing of it changes
        *,
        shared: bool = False,
    ) -> None:
        self._share, self._shared = share, shared
        self._store = store
        self._fleet = fleet
        self._births = births
        self._told = told
        self._bd = 0
        self._committed = float("-inf")
        self._hearing = Hearing(None)
        self._greeter = Greeter()
        self._waiting = Waiting()
        user = CENTRE_USERS[share.number - 1]
        self._connection = Connection(brokers, user, _SESSION, self._open, self._hear, pace or _PACE, self._work, start=0)

    @property
    def hearing(self) -> Hearing:
        """Whether, and since when, the centre hears its terminals."""
        return self._hearing

    @property
    def working(self) -> bool:
        """Whether what comes in is stored by somebody."""
        return self._connection.working

    def publish(self, topic: str, payload: bytes, how: topics.Delivery, reply: Reply | None = None) -> bool:
        """To a terminal; False while there is no connection. True promises nothing."""
        return self._connection.publish(topic, payload, how, reply)

    def start(self) -> None:
        self._connection.start()

    def stop(self) -> None:
        """Say that the centre leaves; what is not committed yet comes again. Returns within three seconds."""
        self._connection.end((topics.CENTRE_STATE, encode(Left(v=VERSION, bd=self._bd, why="shutdown"))))

    def _open(self) -> Opening:
        self._bd = self._store.next_bd()
        events = f"$share/{_GROUP}/{topics.ALL_EVENTS}" if self._shared else topics.ALL_EVENTS
        return Opening(
            topic=topics.CENTRE_STATE,
            birth=self._birth(),
            will=encode(Lost(v=VERSION, bd=self._bd)),
            subscriptions=tuple((topic, _QOS) for topic in (*_SUBSCRIPTIONS, events)),
        )

    def _hear(self, heard: Heard) -> None:
        match heard:
            case Up():
                self._hearing = Hearing(time.time())
            case Down():
                self._hearing = Hearing(None)
                self._store_batch()
                self._waiting.forget()
            case Refused(reason=reason):
                _log.warning("the broker refused a publication: %s", reason)
            case Received(topic=topics.CENTRE_STATE):
                self._waiting.leave(heard)
                self._gone(heard.payload)
            case Received() if self._ours(heard.topic):
                self._waiting.add(heard, old=heard.topic.endswith(_EVENTS) and is_old(heard.payload, time.time()))
            case Received():
                self._waiting.leave(heard)

    def _gone(self, payload: bytes) -> None:
        """A worker that leaves says so for the whole centre; who stays says that it is there."""
        try:
            said = decode(payload, CentreState)
        except ContractError as error:
            _log.warning("the centre's state is not of the contract: %s", error)
            return
        if not isinstance(said, CentreUp) and said.bd != self._bd:
            self._connection.publish(topics.CENTRE_STATE, self._birth(), topics.STATE)

    def _birth(self) -> bytes:
        return encode(CentreUp(v=VERSION, bd=self._bd, ts=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())))

    def _ours(self, topic: str) -> bool:
        """Of a terminal of our share."""
        terminal, _, what = topic.removeprefix(_ROOT).partition("/")
        return (self._shared and what == _EVENTS) or self._share.has(terminal)

    def _work(self) -> float:
        """All that has come was heard: store it, unless the last commit was just now and there may soon be more."""
        if not self._waiting:
            return math.inf
        since = time.monotonic() - self._committed
        if since < BATCH_SECONDS and len(self._waiting) < ROWS:
            return BATCH_SECONDS - since
        if self._connection.behind and since < READ_SECONDS and self._waiting.news < ROWS:
            return 0.0
        self._store_batch()
        return 0.0 if self._waiting else math.inf

    def _store_batch(self) -> None:
        batch = self._waiting.take()
        if not batch:
            return
        try:
            self._commit(batch)
        except Exception:
            # Disk full or damaged: nothing is confirmed; the terminals send again. Kept unacknowledged it would fill the broker's
            # window, which would stand still for ever.
            _log.exception("a batch of %d messages could not be stored", len(batch))
        self._waiting.settled()

    def _commit(self, batch: Sequence[Received]) -> None:
        fleet = self._fleet()
        inputs = [_understood(message, fleet) for message in batch]
        began = time.monotonic()
        stored = self._store.record(inputs, time.time())
        self._committed = time.monotonic()
        self._told(inputs, self._committed - began)
        births = [
            Connect(one.terminal, one.state.boot, one.state.bd)
            for one in inputs
            if isinstance(one, StateIn) and isinstance(one.state, Birth) and not one.retained
        ]
        if births:
            self._births(births)
        for terminal, greeting in self._greeter.answers(inputs).items():
            self._connection.publish(topics.greetings(terminal), encode(greeting), topics.GREETING)
        for (terminal, epoch), sequences in _by_outbox(stored).items():
            spans = ranges(sequences)
            for start in range(0, len(spans), _MOST_RANGES):
                receipt = StorageReceipt(v=VERSION, e=epoch, r=spans[start : start + _MOST_RANGES])
                self._connection.publish(topics.receipts(terminal), encode(receipt), topics.RECEIPT)


def _understood(message: Received, fleet: Container[str]) -> Input:
    correlation = message.reply.correlation if message.reply is not None else None
    return understand(message.topic, message.payload, message.retained, fleet, message.content, correlation)


def _by_outbox(stored: Sequence[Stored]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in stored:
        found[one.terminal, one.epoch].append(one.sequence)
    return found
