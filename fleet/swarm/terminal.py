"""One terminal of a swarm: a session of its own over paho-mqtt's external event loop, and what it says by the contract."""

from __future__ import annotations

import hashlib
import itertools
import math
import secrets
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from mqtt import topics
from mqtt.connection import Broker, properties_of
from mqtt.events import CaseTaken, DeviceTrouble, DocumentRef, EventData, RatingGiven, ReceiptEnded, event
from mqtt.link import SESSION
from mqtt.loop import Heap
from mqtt.messages import Birth, DeviceReport, Health, Left, Lost
from mqtt.report import Reporter
from mqtt.tls import context
from mqtt.window import OLD, SIZE, Window
from mqtt.wire import VERSION, encode

KEEPALIVE = 60
_LOOK = 20.0
"""Seconds between two looks at the keep-alive."""
DEVICES = ("idcard", "smartcard", "printer", "camera", "rating")
_ITEM = ("MED-REMOTE", "异地就医备案", "MED-2")


@dataclass
class Counts:
    """What all terminals of a process have done. ``digest``: of all they said, in any order (:func:`digest`); ``waits``: seconds
    from an event's being said to its storage receipt.
    """

    connected: int = 0
    sent: int = 0
    stored: int = 0
    digest: int = 0
    waits: list[float] = field(default_factory=list)


class SwarmTerminal:
    """``connect`` blocks for one TLS handshake; afterwards whoever owns the loop calls ``readable``, ``writable`` and ``tick``."""

    def __init__(self, name: str, broker: Broker, home: str, counts: Counts) -> None:
        self.name, self._broker, self._home, self._counts = name, broker, home, counts
        self._epoch = secrets.token_hex(8)
        self._sequence = itertools.count(1)
        self._window = Window(self._epoch)
        self._rows: dict[int, bytes] = {}
        self._since: dict[int, float] = {}
        self._to_do: deque[tuple[int, bytes]] = deque()
        self._bd = 0
        self._reporter = Reporter(0, 0.0)
        self.devices = {one: DeviceReport("ready", proof_age=0.0) for one in DEVICES}
        self.live = False
        self._client: Client | None = None
        self._link: Heap | None = None
        self._looked = 0.0

    @property
    def connected(self) -> bool:
        """Or about to be."""
        return self._client is not None

    @property
    def due(self) -> float:
        """When it wants to be ticked next, monotonic seconds."""
        if self._client is None:
            return math.inf
        looks = self._looked + _LOOK
        return min(looks, self._reporter.at, self._window.deadline or math.inf) if self.live else looks

    @property
    def waiting(self) -> Sequence[tuple[int, bytes]]:
        """What it has to say and has not begun to send."""
        return tuple(self._to_do)

    @property
    def unconfirmed(self) -> int:
        return len(self._rows) + len(self._to_do)

    def connect(self) -> int:
        """Its socket's descriptor. ``OSError`` when the broker refuses."""
        self._bd += 1
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=self.name, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False
        )
        secured = context(self._broker.tls)
        secured.sslsocket_class = Heap
        client.tls_set_context(secured)
        client.max_inflight_messages_set(20)
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        will.WillDelayInterval = SESSION.will_delay
        client.will_set(topics.state(self.name), encode(Lost(v=VERSION, bd=self._bd)), qos=1, retain=True, properties=will)
        client.on_connect, client.on_subscribe = self._connected, self._subscribed
        client.on_message, client.on_disconnect = self._heard, self._gone
        client.on_socket_open = _undelayed
        client.on_socket_register_write = lambda *_: None  # paho would write each packet as it comes
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION.expiry
        client.connect(self._broker.host, self._broker.port, keepalive=KEEPALIVE, clean_start=False, properties=properties)
        found = client.socket()
        assert isinstance(found, Heap), "connected without a socket of ours"
        self._client, self._link = client, found
        self.writable()
        return found.fileno()

    def readable(self) -> None:
        client, link = self._client, self._link
        if client is None or link is None:
            return
        while client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS and link.pending():
            pass

    def writable(self) -> None:
        """Send what waits, all of it together."""
        if self._client is not None and self._link is not None and (self._client.want_write() or self._link.piling):
            self._link.pile()
            self._client.loop_write()
            try:
                self._link.flush()
            except OSError:
                return  # reading says why

    def tick(self, now: float) -> None:
        """Keep-alive, reports, what was sent in vain; call it when it is ``due``."""
        if self._client is None:
            return
        self._looked = now
        self._client.loop_misc()
        if not self.live:
            return
        self._window.overdue(now)
        if now >= self._reporter.at:
            report = self._reporter.report(self._health(), now)
            self._publish(topics.health(self.name), encode(report), topics.REPORT)
        self._advance(now)
        self.writable()

    def visit(self, *, trouble: bool = False, ago: float = 0.0) -> None:
        """One visit's events: a case, its receipt, its rating; with ``trouble`` the printer's paper besides. ``ago``: seconds."""
        now = _now(ago)
        case = f"{self.name}-{secrets.token_hex(5)}"
        item, words, situation = _ITEM
        document = DocumentRef(digest=secrets.token_hex(32), size=1000, kind="case")
        self._do(ago, CaseTaken(case, item, words, situation, self._home, self._home, now, secrets.token_urlsafe(24), (document,)))
        self._do(ago, ReceiptEnded(case, 1, "printed"))
        self._do(ago, RatingGiven(case=case, level=5, tags=(), by="screen", given_at=now))
        if trouble:
            self._do(ago, DeviceTrouble("printer", warning="paper_near_end"))

    def tell(self, device: str, said: DeviceReport) -> None:
        """A device is like this now: the report says so as soon as its rate allows."""
        self.devices[device] = said
        self._reporter.changed()

    def say_goodbye(self) -> None:
        """As at night."""
        if self._client is not None:
            self._publish(topics.state(self.name), encode(Left(v=VERSION, bd=self._bd, why="night")), topics.STATE)
            self._client.disconnect()
            self.writable()

    def leave(self) -> None:
        """Without a word, as a machine whose plug is pulled."""
        if self._client is not None and (left := self._client.socket()) is not None:
            left.close()
        self._client, self._link, self.live = None, None, False

    def _do(self, ago: float, data: EventData) -> None:
        """Into the outbox, ready to be sent."""
        sequence = next(self._sequence)
        said = event(self.name, self._epoch, sequence, _now(ago), data)
        self._to_do.append((sequence, said))
        self._since[sequence] = time.monotonic() - ago
        self._counts.digest += digest(said)

    def _connected(self, client: Client, _u: Any, _flags: Any, code: Any, _p: Any) -> None:
        if not code.is_failure:
            wanted = ((topics.downward(self.name), topics.DOWNWARD), (topics.CENTRE_STATE, topics.STATE.qos))
            client.subscribe([(topic, SubscribeOptions(qos=qos)) for topic, qos in wanted])

    def _subscribed(self, _client: Client, _u: Any, _mid: int, _codes: Any, _p: Any) -> None:
        birth = Birth(v=VERSION, bd=self._bd, boot=self._epoch, app="swarm", catalogue="swarm", place="swarm", ts=_now())
        self._publish(topics.state(self.name), encode(birth), topics.STATE)
        self._window.opened()
        self._reporter = Reporter(self._bd, time.monotonic())
        self.live = True
        self._counts.connected += 1

    def _gone(self, _client: Client, _u: Any, _flags: Any, _code: Any, _p: Any) -> None:
        if self.live:
            self._counts.connected -= 1
        self.live, self._client = False, None

    def _heard(self, _client: Client, _u: Any, message: MQTTMessage) -> None:
        if message.topic != topics.receipts(self.name):
            return
        now = time.monotonic()
        for first, last in self._window.receipt(bytes(message.payload), now):
            for sequence in range(first, last + 1):
                if self._rows.pop(sequence, None) is not None:
                    self._counts.stored += 1
                    self._counts.waits.append(now - self._since.pop(sequence))
        self._advance(now)

    def _advance(self, now: float) -> None:
        while self._to_do and len(self._rows) < 2 * SIZE:
            sequence, said = self._to_do.popleft()
            self._rows[sequence] = said
        news = {n for n in self._rows if now - self._since[n] <= OLD}
        for sequence in self._window.fresh(self._rows, now, news):
            self._publish(topics.events(self.name), self._rows[sequence], topics.EVENT)
            self._counts.sent += 1

    def _publish(self, topic: str, payload: bytes, how: topics.Delivery) -> None:
        if self._client is not None:
            self._client.publish(topic, payload, qos=how.qos, retain=how.retain, properties=properties_of(how))

    def _health(self) -> Health:
        return Health(
            v=VERSION,
            bd=self._bd,
            devices=dict(self.devices),
            serving=True,
            unconfirmed=self.unconfirmed,
            oldest=None,
            pages_waiting=0,
            ts=_now(),
        )


def digest(said: bytes) -> int:
    """Of an event, 60 bits: sums of them are compared with what a database makes of what it keeps."""
    return int(hashlib.sha256(said).hexdigest()[:15], 16)


def _undelayed(_client: Client, _u: Any, link: Any) -> None:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _now(ago: float = 0.0) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))
