"""One MQTT 5 session kept up over paho-mqtt 2: connect, subscribe, birth, serve, and again after a jittered delay, at the same
broker or the next of a list (``mqtt/walk.py``).

Rules, each the answer to a measured trap of paho 2.2.0:

- a fresh paho client for every connect: the will carries this connect's ``bd``, and nothing old is re-sent by the library;
- callbacks only leave a note (``on_publish`` runs holding paho's own lock);
- ``clean_start=False`` is said explicitly (the default discards the session of the previous process);
- what ``publish`` returns is never taken as truth; only what the other end says later is;
- two machines of one name would take the session over from each other for ever: after three times a minute we stay away.
"""

from __future__ import annotations

import logging
import math
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from msgspec import Struct
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from mqtt.loop import Heap, Loop
from mqtt.tls import Tls, context
from mqtt.topics import Delivery
from mqtt.walk import End, Pace, Walk

_log = logging.getLogger(__name__)

_GOODBYE = 1.0
"""Seconds the last message may take: an ending process is given three."""
_STABLE = 30.0
"""A connection that lived less does not count as a success."""
_TAKEN_OVER = 0x8E
"""MQTT 5, 3.14.2.1: "Session taken over". Mosquitto says so from 2.0.12 on; 2.0.11 only closes."""
_RETAINS_NOTHING = 0x9A
"""MQTT 5, 3.2.2.2: "Retain not supported", of a will that is to be kept."""
_BROKER_WENT = (0x80, 0x8B)
"""What paho says of a connection closed without a word, and "Server shutting down". Our own network's blip is a silence, which
paho calls "Keep alive timeout": nobody else comes back with us."""
TAKEOVERS = 3
"""So many takeovers within ``_TAKEOVERS_WITHIN`` seconds mean that another machine uses our name."""
_TAKEOVERS_WITHIN = 60.0
REST = 600.0
"""Seconds to stay away then."""


class Broker(Struct, frozen=True):
    """Where the broker is, and the files of the certificate that says who we are there: its name is user and client id."""

    host: str
    port: int
    tls: Tls


class Opening(Struct, frozen=True):
    """What one connect says: subscriptions first, then the birth; the will stands on the birth's topic. QoS 1, and retained where
    the broker keeps anything: nothing rests on that.
    """

    topic: str
    birth: bytes
    will: bytes
    subscriptions: tuple[tuple[str, int], ...]


class Session(Struct, frozen=True):
    """Seconds the broker keeps the session, and seconds it holds the will back (only effective inside the session).

    ``kept``: also when a broker refuses to go on with it. Any other is given up then: in a cluster it may have been on a node that
    is gone, and would keep us out until that is back (RabbitMQ does so). ``in_flight``: of what we publish, with QoS 1.
    """

    expiry: int
    will_delay: int
    receive_maximum: int = 20
    manual_ack: bool = False
    kept: bool = False
    in_flight: int = 20


class Up(Struct, frozen=True):
    """Subscribed, and the broker has the birth."""


class Down(Struct, frozen=True):
    """No connection, with the reason in words for the log."""

    why: str


@dataclass(frozen=True, slots=True)
class Received:
    """A message. ``acknowledge`` sends its PUBACK (manual_ack sessions); harmless after its connection has ended."""

    topic: str
    payload: bytes = field(repr=False)
    retained: bool
    acknowledge: Callable[[], None] = field(repr=False)
    content: str | None = None
    """Content Type, as its sender said it."""
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """MQTT 5 request and response (4.10): where the answer is expected, if anywhere, and the data that say what it answers."""

    topic: str | None
    correlation: bytes = field(repr=False)


class Refused(Struct, frozen=True):
    """The broker answered a publication with a failure, or "no matching subscribers": nobody is listening."""

    reason: str


class Cloned(Struct, frozen=True):
    """Another machine took the session over again and again. Connecting rests for ``REST`` seconds."""


Heard = Up | Down | Received | Refused | Cloned


class _Connected(Struct, frozen=True):
    failure: str | None
    code: int
    retains: bool


class _Subscribed(Struct, frozen=True):
    failure: str | None


class _Published(Struct, frozen=True):
    mid: int
    refusal: str | None


class _Gone(Struct, frozen=True):
    why: str
    code: int | None = None


class _Moving(Struct, frozen=True):
    why: str


class _Ending:
    pass


_Note = _Connected | _Subscribed | _Published | _Gone | _Moving | _Ending


class Connection:
    """Owns one thread. ``hear`` is called from it and must only leave a note; ``publish`` may be called from any thread.

    ``brokers``: any will do; ``start``: which is tried first, by chance if not said.
    ``work``: called from that thread whenever all that has come was heard; it may take a while, and what it publishes leaves
    together. It says after how many seconds it wants to be called again though nothing comes.
    """

    def __init__(
        self,
        brokers: Sequence[Broker],
        client_id: str,
        session: Session,
        opening: Callable[[], Opening],
        hear: Callable[[Heard], None],
        pace: Pace | None = None,
        work: Callable[[], float] = lambda: math.inf,
        start: int | None = None,
    ) -> None:
        self._brokers = tuple(brokers)
        self._client_id = client_id
        self._session = session
        self._opening = opening
        self._hear = hear
        self._pace = pace or Pace()
        self._walk = Walk(len(self._brokers), self._pace, start)
        self._work = work
        self._notes: deque[_Note] = deque()
        self._loop: Loop | None = None
        self._live: Client | None = None
        self._ended = threading.Event()
        self._hurried = threading.Event()
        self._last: tuple[str, bytes] | None = None
        self._takeovers: deque[float] = deque(maxlen=TAKEOVERS)
        self._rests_until = float("-inf")
        self._end = End.FAILED
        self._anew = False
        self._retain_nothing: set[int] = set()
        self._thread = threading.Thread(target=self._keep, name=f"mqtt-{client_id}", daemon=True)

    @property
    def working(self) -> bool:
        return self._thread.is_alive()

    @property
    def _retains(self) -> bool:
        """A broker that keeps nothing closes the connection of who asks for it."""
        return self._walk.here not in self._retain_nothing

    @property
    def broker(self) -> Broker:
        """Where we are, or try to be."""
        return self._brokers[self._walk.here]

    @property
    def behind(self) -> bool:
        """Whether more has come than was heard yet. For ``work``."""
        return (loop := self._loop) is not None and loop.behind

    def start(self) -> None:
        self._thread.start()

    def rest(self) -> None:
        """Leave, and stay away for ``REST`` seconds: somebody else uses our name. May be called from any thread."""
        self._rests_until = time.monotonic() + REST
        self._note(_Gone("another machine uses this name"))

    def move(self, why: str) -> None:
        """Leave this broker for the next. May be called from any thread."""
        self._note(_Moving(why))

    def hurry(self) -> None:
        """What kept us away may be over (a new certificate): connect now if there is no connection."""
        self._rests_until = float("-inf")
        self._hurried.set()

    def publish(self, topic: str, payload: bytes, how: Delivery, reply: Reply | None = None) -> bool:
        """Hand over for sending; False when there is no connection. True promises nothing: only an answer does.

        ``reply``: of a request, where its answer is expected; of a response (no topic), what it answers.
        """
        client = self._live
        if client is None:
            return False
        properties = properties_of(how) if reply is None else _properties(how, reply)
        client.publish(topic, payload, qos=how.qos, retain=how.retain and self._retains, properties=properties)
        if threading.get_ident() != self._thread.ident and (loop := self._loop) is not None:
            loop.wake()
        return True

    def end(self, last: tuple[str, bytes] | None = None) -> None:
        """Say ``last`` (topic, retained payload) if connected, disconnect, end the thread. Returns within three seconds."""
        self._last = last
        self._ended.set()
        self._hurried.set()
        self._note(_Ending())
        if self._thread.is_alive():
            self._thread.join(3.0)

    def _note(self, note: _Note) -> None:
        self._notes.append(note)
        if (loop := self._loop) is not None:
            loop.wake()

    def _keep(self) -> None:
        while not self._ended.is_set():
            started, broker = time.monotonic(), self.broker
            try:
                why = self._one_life()
            except Exception:
                _log.exception("connection as %s failed", self._client_id)
                why = "internal error"
            self._hear(Down(why))
            if self._end is End.FAILED and time.monotonic() - started >= _STABLE:
                self._end = End.HELD
            delay = max(self._walk.ended(self._end), self._rests_until - time.monotonic())
            if not self._ended.is_set():
                where = f"{broker.host}:{broker.port}"
                _log.info("no connection as %s at %s (%s); again in %.1f s", self._client_id, where, why, delay)
                self._hurried.wait(delay)
            self._hurried.clear()

    def _one_life(self) -> str:
        self._end, broker = End.FAILED, self.broker
        opening = self._opening()
        self._notes = notes = deque[_Note]()
        try:
            client = self._client(opening, notes, broker.tls)
        except OSError as error:
            return f"certificate: {error}"
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._session.expiry
        properties.ReceiveMaximum = self._session.receive_maximum
        try:
            client.connect(broker.host, broker.port, keepalive=self._pace.keepalive, clean_start=self._anew, properties=properties)
        except (OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        self._loop = loop = Loop(client)
        try:
            return self._serve(client, loop, notes, opening)
        finally:
            self._anew = self._live is None and not self._session.kept
            self._live = self._loop = None
            _close(client, loop, willed=self._end is End.MOVED)

    def _client(self, opening: Opening, notes: deque[_Note], tls: Tls) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=self._session.manual_ack,
        )
        client.connect_timeout = 2.0
        client.max_inflight_messages_set(self._session.in_flight)
        secured = context(tls)
        secured.sslsocket_class = Heap
        client.tls_set_context(secured)
        # paho would write from whichever thread publishes; the loop writes.
        client.on_socket_register_write = lambda *_: None
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        will.WillDelayInterval = self._session.will_delay
        client.will_set(opening.topic, opening.will, qos=1, retain=self._retains, properties=will)
        _wire(client, notes, self._hear)
        return client

    def _serve(self, client: Client, loop: Loop, notes: deque[_Note], opening: Opening) -> str:
        birth, here = 0, self._walk.here
        deadline, wait = time.monotonic() + self._walk.answer, math.inf
        while not self._ended.is_set():
            loop.turn(wait if self._live else min(wait, max(0.0, deadline - time.monotonic())))
            while notes:
                match notes.popleft():
                    case _Connected(failure=str() as failure, code=code):
                        if code == _RETAINS_NOTHING and here not in self._retain_nothing:
                            self._retain_nothing.add(here)
                            self._end = End.HELD
                        return failure
                    case _Subscribed(failure=str() as failure):
                        return failure
                    case _Connected(retains=retains):
                        (self._retain_nothing.discard if retains else self._retain_nothing.add)(here)
                        deadline = time.monotonic() + self._walk.answer
                        client.subscribe([(topic, SubscribeOptions(qos=qos)) for topic, qos in opening.subscriptions])
                    case _Subscribed():
                        deadline = time.monotonic() + self._walk.answer
                        birth = client.publish(opening.topic, opening.birth, qos=1, retain=self._retains).mid
                    case _Published(mid=mid, refusal=refusal):
                        if mid == birth and self._live is None:
                            self._live = client
                            self._hear(Up())
                        if refusal is not None:
                            self._hear(Refused(refusal))
                    case _Gone(why=why, code=code):
                        if code == _TAKEN_OVER:
                            self._taken_over(time.monotonic())
                        if self._live is not None and code in _BROKER_WENT:
                            self._end = End.WENT
                        return why
                    case _Moving(why=why):
                        self._end = End.MOVED
                        return why
            if self._live is None and time.monotonic() >= deadline:
                return "the broker does not answer"
            if self._live is not None:  # before, our own work would be taken for the broker's silence
                wait = self._work()
        if self._last is not None and birth:
            _say_last(client, loop, notes, *self._last, retain=self._retains)
        return "left"

    def _taken_over(self, now: float) -> None:
        self._takeovers.append(now)
        if len(self._takeovers) == TAKEOVERS and now - self._takeovers[0] < _TAKEOVERS_WITHIN:
            self._takeovers.clear()
            self._rests_until = now + REST
            self._hear(Cloned())


def _wire(client: Client, notes: deque[_Note], hear: Callable[[Heard], None]) -> None:
    def on_connect(_c: Client, _u: Any, _flags: Any, code: Any, properties: Any) -> None:
        retains = getattr(properties, "RetainAvailable", 1) == 1
        notes.append(_Connected(str(code) if code.is_failure else None, code.value, retains))

    def on_subscribe(_c: Client, _u: Any, _mid: int, codes: list[Any], _p: Any) -> None:
        notes.append(_Subscribed(next((str(code) for code in codes if code.is_failure), None)))

    def on_publish(_c: Client, _u: Any, mid: int, code: Any, _p: Any) -> None:
        unheard = code.is_failure or code.value == 0x10
        notes.append(_Published(mid, str(code) if unheard else None))

    def on_disconnect(_c: Client, _u: Any, _flags: Any, code: Any, _p: Any) -> None:
        notes.append(_Gone(str(code), code.value))

    def on_message(owner: Client, _u: Any, message: MQTTMessage) -> None:
        mid, qos = message.mid, message.qos

        def acknowledge() -> None:
            owner.ack(mid, qos)

        content = getattr(message.properties, "ContentType", None)
        correlation = getattr(message.properties, "CorrelationData", None)
        reply = Reply(getattr(message.properties, "ResponseTopic", None), bytes(correlation)) if correlation else None
        hear(Received(message.topic, bytes(message.payload), message.retain, acknowledge, content, reply))

    def on_socket_open(_c: Client, _u: Any, link: Any) -> None:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    client.on_publish = on_publish
    client.on_disconnect = on_disconnect
    client.on_message = on_message
    client.on_socket_open = on_socket_open


def _say_last(client: Client, loop: Loop, notes: deque[_Note], topic: str, payload: bytes, *, retain: bool) -> None:
    mid = client.publish(topic, payload, qos=1, retain=retain).mid
    deadline = time.monotonic() + _GOODBYE
    while (left := deadline - time.monotonic()) > 0:
        loop.turn(left)
        if any(isinstance(note, _Gone) or (isinstance(note, _Published) and note.mid == mid) for note in notes):
            return
        notes.clear()


def _close(client: Client, loop: Loop, *, willed: bool) -> None:
    """Say goodbye: without DISCONNECT the broker would send the will; ``willed``: it shall, if we do not come back in time. paho
    closes the socket when it has sent it.

    (``is_connected`` is false as soon as ``disconnect`` is called, whatever was sent.)
    """
    client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message") if willed else None)
    deadline = time.monotonic() + 0.5
    while client.socket() is not None and (left := deadline - time.monotonic()) > 0:
        loop.turn(left)
    loop.close()


@lru_cache
def properties_of(how: Delivery) -> Properties:
    """Of a publication, not to be changed. Made once: paho spends as long on them as on all the rest."""
    return _properties(how, None)


def _properties(how: Delivery, reply: Reply | None) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if how.content is not None:
        properties.ContentType, properties.PayloadFormatIndicator = how.content, 1
    if how.expiry is not None:
        properties.MessageExpiryInterval = how.expiry
    if reply is not None:
        properties.CorrelationData = reply.correlation
        if reply.topic is not None:
            properties.ResponseTopic = reply.topic
    return properties
