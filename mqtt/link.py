"""The terminal's link to its broker: birth and will, storage receipts down, events and the state report up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mqtt import topics
from mqtt.connection import Broker, Connection, Down, Heard, Opening, Pace, Received, Refused, Session, Up
from mqtt.messages import VERSION, Birth, CentreState, CentreUp, ContractError, Health, Left, Lost, decode, encode

_log = logging.getLogger(__name__)

SESSION_EXPIRY = 120
"""Seconds; longer than the will's delay, which works only inside the session."""
WILL_DELAY = 45
"""Seconds a terminal may be gone before anybody is told."""


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


@dataclass(frozen=True, slots=True)
class Connected:
    """The birth is with the broker; ``bd`` is this connect's number."""

    bd: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    why: str


@dataclass(frozen=True, slots=True)
class ReceiptHeard:
    """A storage receipt as it came, nothing judged."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class CentreHeard:
    centre: Centre


LinkEvent = Connected | Disconnected | ReceiptHeard | CentreHeard


class Link:
    """``next_bd`` is called before every connect and returns one more than ever before, durably; ``birth`` builds that birth.

    ``ValueError`` for a terminal id that is none, and (from :class:`Broker`) for a far broker without TLS.
    """

    def __init__(
        self,
        terminal: str,
        broker: Broker,
        *,
        birth: Callable[[int], Birth],
        next_bd: Callable[[], int],
        pace: Pace | None = None,
    ) -> None:
        self._terminal = topics.terminal_id(terminal)
        self._birth = birth
        self._next_bd = next_bd
        self._bd = 0
        self._lock = threading.Lock()
        self._state = LinkState(False, time.monotonic())
        self._tell: Callable[[LinkEvent], None] = lambda _event: None
        session = Session(expiry=SESSION_EXPIRY, will_delay=WILL_DELAY)
        self._connection = Connection(broker, terminal, session, self._open, self._hear, pace)

    @property
    def terminal(self) -> str:
        return self._terminal

    @property
    def state(self) -> LinkState:
        return self._state

    def start(self, tell: Callable[[LinkEvent], None]) -> None:
        """Connect, and stay connected. ``tell`` is called from the link's thread and must only leave a note."""
        self._tell = tell
        self._connection.start()

    def publish_event(self, payload: bytes) -> bool:
        """One event (``messages.event``), QoS 1. False when not connected; True promises nothing."""
        return self._connection.publish(topics.events(self._terminal), payload, qos=1)

    def publish_health(self, report: Health) -> bool:
        """The state report, QoS 0."""
        return self._connection.publish(topics.health(self._terminal), encode(report), qos=0)

    def leave(self, why: str) -> None:
        """Say ``why`` (shutdown, update, …) on the state topic and disconnect, so that no will is sent."""
        self._connection.end((topics.state(self._terminal), encode(Left(v=VERSION, bd=self._bd, why=why))))

    def _open(self) -> Opening:
        self._bd = self._next_bd()
        return Opening(
            topic=topics.state(self._terminal),
            birth=encode(self._birth(self._bd)),
            will=encode(Lost(v=VERSION, bd=self._bd)),
            subscriptions=((topics.receipts(self._terminal), 0), (topics.CENTRE_STATE, 1)),
        )

    def _hear(self, heard: Heard) -> None:
        match heard:
            case Up():
                self._now(connected=True)
                self._tell(Connected(self._bd))
            case Down(why=why):
                self._now(connected=False)
                self._tell(Disconnected(why))
            case Refused(reason=reason):
                self._refused(reason)
            case Received(topic=topics.CENTRE_STATE, payload=payload):
                self._centre(payload)
            case Received(payload=payload):
                self._tell(ReceiptHeard(payload))

    def _now(self, *, connected: bool) -> None:
        with self._lock:
            if connected != self._state.connected:
                centre = self._state.centre if connected else Centre.UNKNOWN
                self._state = LinkState(connected, time.monotonic(), centre, self._state.refused)

    def _refused(self, reason: str) -> None:
        _log.warning("the broker refused a publication: %s", reason)
        with self._lock:
            state = self._state
            self._state = LinkState(state.connected, state.since, state.centre, state.refused + 1)

    def _centre(self, payload: bytes) -> None:
        try:
            centre = Centre.UP if isinstance(decode(payload, CentreState), CentreUp) else Centre.DOWN
        except ContractError as error:
            _log.warning("the centre's state is not of the contract: %s", error)
            return
        with self._lock:
            state = self._state
            self._state = LinkState(state.connected, state.since, centre, state.refused)
        self._tell(CentreHeard(centre))
