"""The terminal's link to its broker: birth and will, storage receipts down, events and the state report up."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from msgspec import Struct

from mqtt import topics
from mqtt.connection import TAKEOVERS, Broker, Cloned, Connection, Down, Heard, Opening, Received, Refused, Reply, Session, Up
from mqtt.desired import KINDS
from mqtt.greeting import Greeting
from mqtt.messages import Birth, CentreState, CentreUp, Left, Lost, Report
from mqtt.walk import RECONNECT_WITHIN, Earshot, Pace
from mqtt.wire import VERSION, ContractError, decode, encode

_log = logging.getLogger(__name__)

SESSION = Session(expiry=120, will_delay=45)
"""A terminal may be gone for 45 s before anybody is told; the session lives longer, for the delay works only inside it."""
NO_SESSION = Session(expiry=0, will_delay=0)
"""For a broker to which a session is dear (RabbitMQ: two queues, agreed on by all nodes). Its will comes at once."""
FLAPPING_WITHIN = 4 * RECONNECT_WITHIN
"""Two machines of one name close each other's connection, and each comes back as to a broker that went."""


class Centre(StrEnum):
    """What the centre's own birth and will say. Unknown until the broker has told."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LinkState:
    """For the screen and the state report. ``since``: monotonic seconds of the last change of ``connected``."""

    connected: bool
    since: float
    centre: Centre = Centre.UNKNOWN
    refused: int = 0
    """Publications the broker refused or nobody listened to, since the start."""
    cloned: bool = False
    """Another machine took this terminal's session over again and again; we stay away."""


class Connected(Struct, frozen=True):
    """The birth is with the broker; ``bd`` is this connect's number."""

    bd: int


class Disconnected(Struct, frozen=True):
    why: str


class ReceiptHeard(Struct, frozen=True):
    """A storage receipt as it came, nothing judged."""

    payload: bytes


class CentreHeard(Struct, frozen=True):
    """``news``: said just now, not kept by the broker from before we connected."""

    centre: Centre
    news: bool


LinkEvent = Connected | Disconnected | ReceiptHeard | CentreHeard


class Link:
    """``next_bd`` is called before every connect and returns one more than ever before, durably; ``birth`` builds that birth.

    ``brokers``: any at which the centre is heard will do; ``start``: the one to begin at, else any. ``ordered`` is given every
    command and every desired document's pointer as it came; it must only leave a note. ``ValueError``: no terminal's id.
    """

    def __init__(
        self,
        terminal: str,
        brokers: Sequence[Broker],
        *,
        birth: Callable[[int], Birth],
        next_bd: Callable[[], int],
        pace: Pace | None = None,
        session: Session = SESSION,
        ordered: Callable[[Received], None] = lambda _order: None,
        start: int | None = None,
    ) -> None:
        self._terminal = topics.terminal_id(terminal)
        self._birth = birth
        self._next_bd = next_bd
        self._session = session
        self._ordered = ordered
        self._orders = {topics.commands(terminal), *(topics.desired(terminal, what) for what in KINDS)}
        self._bd = 0
        self._lock = threading.Lock()
        self._state = LinkState(False, time.monotonic())
        self._tell: Callable[[LinkEvent], None] = lambda _event: None
        self._ups: deque[float] = deque(maxlen=TAKEOVERS + 1)
        self._earshot = Earshot(len(brokers), pace or Pace())
        self._connection = Connection(brokers, terminal, session, self._open, self._hear, pace, self._look, start)

    @property
    def terminal(self) -> str:
        return self._terminal

    @property
    def state(self) -> LinkState:
        return self._state

    @property
    def flapping(self) -> bool:
        """Connected more than three times within ``FLAPPING_WITHIN``: mosquitto 2.0.11 does not say that somebody took over."""
        ups = tuple(self._ups)
        return len(ups) > TAKEOVERS and time.monotonic() - ups[0] < FLAPPING_WITHIN

    @property
    def connected(self) -> bool:
        return self._state.connected

    @property
    def broker(self) -> str:
        """Where we are, or try to be."""
        return f"{self._connection.broker.host}:{self._connection.broker.port}"

    @property
    def cloned(self) -> bool:
        return self._state.cloned

    def start(self, tell: Callable[[LinkEvent], None]) -> None:
        """Connect, and stay connected. ``tell`` is called from the link's thread and must only leave a note."""
        self._tell = tell
        self._connection.start()

    def publish_event(self, payload: bytes) -> bool:
        """One event (``messages.event``). False when not connected; True promises nothing."""
        return self._connection.publish(topics.events(self._terminal), payload, topics.EVENT)

    def publish_report(self, report: Report) -> bool:
        """The state report."""
        return self._connection.publish(topics.health(self._terminal), encode(report), topics.REPORT)

    def publish_answer(self, payload: bytes, correlation: bytes) -> bool:
        """How a command stands (``commands.CommandAnswer``). On this terminal's own topic, whatever topic the request named."""
        return self._connection.publish(topics.answers(self._terminal), payload, topics.ANSWER, Reply(None, correlation))

    def rest(self) -> None:
        """The centre says that another machine uses this name: stay away for a while."""
        self._connection.rest()

    def hurry(self) -> None:
        """There is a new certificate: connect now, if not connected."""
        self._connection.hurry()

    def leave(self, why: str) -> None:
        """Say ``why`` (shutdown, night, update) on the state topic and disconnect, so that no will is sent."""
        self._connection.end((topics.state(self._terminal), encode(Left(v=VERSION, bd=self._bd, why=why))))

    def _open(self) -> Opening:
        self._bd = self._next_bd()
        qos = topics.DOWNWARD if self._session.expiry else 0
        self._earshot.arrived(time.monotonic())  # the centre's answer may come before the broker's own
        return Opening(
            topic=topics.state(self._terminal),
            birth=encode(self._birth(self._bd)),
            will=encode(Lost(v=VERSION, bd=self._bd)),
            subscriptions=(
                (topics.downward(self._terminal), qos),
                (topics.CENTRE_STATE, qos),
            ),
        )

    def _hear(self, heard: Heard) -> None:
        match heard:
            case Up():
                self._ups.append(time.monotonic())
                self._now(connected=True)
                self._tell(Connected(self._bd))
            case Down(why=why):
                self._now(connected=False)
                self._tell(Disconnected(why))
            case Cloned():
                with self._lock:
                    self._state = replace(self._state, cloned=True)
            case Refused(reason=reason):
                self._refused(reason)
            case Received(topic=topics.CENTRE_STATE, payload=payload, retained=retained):
                self._centre(payload, news=not retained)
            case Received(topic=topic, payload=payload) if topic == topics.greetings(self._terminal):
                self._greeted(payload)
            case Received(topic=topic, payload=payload) if topic == topics.receipts(self._terminal):
                self._earshot.heard(time.monotonic())
                if self._state.centre is not Centre.UP:  # it may have been another worker's will
                    self._heard(Centre.UP, news=False)
                self._tell(ReceiptHeard(payload))
            case Received(topic=topic) if topic in self._orders:
                self._ordered(heard)
            case Received():
                return  # of a contract to come

    def _look(self) -> float:
        """Seconds until somebody has to look again whether the centre is heard here; on the connection's thread."""
        left = self._earshot.until - time.monotonic()
        if left <= 0:
            self._earshot.moved()
            self._ups.clear()
            self._connection.move("the centre is not heard there")
        return max(0.0, left)

    def _now(self, *, connected: bool) -> None:
        with self._lock:
            if connected != self._state.connected:
                centre = self._state.centre if connected else Centre.UNKNOWN
                self._state = replace(self._state, connected=connected, since=time.monotonic(), centre=centre)
                self._state = replace(self._state, cloned=self._state.cloned and not connected)

    def _refused(self, reason: str) -> None:
        _log.warning("the broker refused a publication: %s", reason)
        with self._lock:
            self._state = replace(self._state, refused=self._state.refused + 1)

    def _centre(self, payload: bytes, *, news: bool) -> None:
        try:
            up = isinstance(decode(payload, CentreState), CentreUp)
        except ContractError as error:
            _log.warning("the centre's state is not of the contract: %s", error)
            return
        if news:
            (self._earshot.heard if up else self._earshot.gone)(time.monotonic())
        self._heard(Centre.UP if up else Centre.DOWN, news=news)

    def _greeted(self, payload: bytes) -> None:
        try:
            greeting = decode(payload, Greeting)
        except ContractError as error:
            _log.warning("the centre's greeting is not of the contract: %s", error)
            return
        self._earshot.heard(time.monotonic())
        self._heard(Centre.UP, news=False)
        if greeting.again:
            self._connection.publish(topics.state(self._terminal), encode(self._birth(self._bd)), topics.STATE)

    def _heard(self, centre: Centre, *, news: bool) -> None:
        with self._lock:
            self._state = replace(self._state, centre=centre)
        self._tell(CentreHeard(centre, news))
