"""What the centre hears, understood: one type for each kind of message, and what may be confirmed of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mqtt.commands import CommandAnswer
from mqtt.events import Event, EventData
from mqtt.messages import Health, Report, TerminalState

Place = tuple[str, str, int]
"""Terminal, epoch and sequence of an event: unique for ever."""


@dataclass(frozen=True, slots=True)
class EventIn:
    """A good event with the bytes it came in."""

    terminal: str
    envelope: Event
    data: EventData = field(repr=False)
    raw: bytes = field(repr=False)

    @property
    def place(self) -> Place:
        return self.terminal, self.envelope.epoch, self.envelope.sequence


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that breaks the contract but whose place in its outbox can be read."""

    terminal: str
    epoch: str
    sequence: int
    reason: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StateIn:
    terminal: str
    state: TerminalState
    retained: bool


@dataclass(frozen=True, slots=True)
class HealthIn:
    terminal: str
    report: Health | Report


@dataclass(frozen=True, slots=True)
class AnswerIn:
    """How a command stands at its terminal."""

    terminal: str
    command: str
    answer: CommandAnswer


@dataclass(frozen=True, slots=True)
class RefusedIn:
    topic: str
    reason: str


Input = EventIn | DeadLetter | StateIn | HealthIn | AnswerIn | RefusedIn


@dataclass(frozen=True, slots=True)
class Stored:
    """An event or a dead letter that is on the disk now; it may be confirmed."""

    terminal: str
    epoch: str
    sequence: int
