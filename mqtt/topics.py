"""MQTT topics of protocol ``k1``, and how what is said on each is delivered. ``{id}`` is the terminal: ``[a-z0-9-]``, opaque,
permanent; place and owner never in a topic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ROOT = "k1"
_TERMINAL = re.compile(r"[a-z0-9][a-z0-9-]{2,31}")

ALL_STATES = f"{ROOT}/+/st"
ALL_HEALTH = f"{ROOT}/+/up/hb"
ALL_EVENTS = f"{ROOT}/+/up/ev"
ALL_ANSWERS = f"{ROOT}/+/up/re"
CENTRE_STATE = f"{ROOT}/host/st"


@dataclass(frozen=True, slots=True)
class Delivery:
    """``expiry``: seconds after which nobody needs to hear it any more; ``content``: Content Type of a payload that is UTF-8."""

    qos: int
    retain: bool = False
    expiry: int | None = None
    content: str | None = None


STATE = Delivery(1, retain=True)
REPORT = Delivery(0, expiry=60)
EVENT = Delivery(1, content="application/cloudevents+json; charset=utf-8")
"""By its Content Type a receiver knows structured mode (CloudEvents MQTT binding 1.0.2, 3)."""
GREETING = Delivery(0, expiry=60, content="application/json")
"""The centre's answer to a birth, and to each whole report: its own birth and will are kept by few brokers for everybody."""
RECEIPT = Delivery(0, expiry=60)
"""One that comes too late is made good by the event, which is sent again."""

COMMAND = Delivery(1, content="application/jose")
"""Signed (``mqtt/signing.py``); its Message Expiry Interval is what is left of its own life."""
ANSWER = Delivery(1, expiry=60, content="application/json")
DESIRED = Delivery(1, retain=True, content="application/jose")
"""Retained only so that a terminal may hear it sooner: the centre says it again at every birth that does not report it."""


def terminal_id(text: str) -> str:
    """``text`` if it may name a terminal, else ``ValueError``."""
    if not _TERMINAL.fullmatch(text) or text == "host":
        raise ValueError(f"not a terminal id: {text!r}")
    return text


DOWNWARD = 1
"""QoS at most of what a terminal hears, by one subscription: RabbitMQ makes a queue for each QoS and a binding for each filter."""


def downward(terminal: str) -> str:
    """All that goes down to a terminal."""
    return f"{ROOT}/{terminal}/dn/#"


def state(terminal: str) -> str:
    """``STATE``: birth, and on the same topic the will and the clean leaving."""
    return f"{ROOT}/{terminal}/st"


def health(terminal: str) -> str:
    """``REPORT``: the state report; lossy."""
    return f"{ROOT}/{terminal}/up/hb"


def events(terminal: str) -> str:
    """``EVENT``, from the outbox only: everything that must be stored."""
    return f"{ROOT}/{terminal}/up/ev"


def receipts(terminal: str) -> str:
    """``RECEIPT``, down: the centre's storage receipts."""
    return f"{ROOT}/{terminal}/dn/ack"


def greetings(terminal: str) -> str:
    """``GREETING``, down: the centre hears this terminal."""
    return f"{ROOT}/{terminal}/dn/host"


def commands(terminal: str) -> str:
    """``COMMAND``, down. Response Topic: :func:`answers`; Correlation Data: the command's id."""
    return f"{ROOT}/{terminal}/dn/cmd"


def answers(terminal: str) -> str:
    """``ANSWER``: how a command stands."""
    return f"{ROOT}/{terminal}/up/re"


def desired(terminal: str, what: str) -> str:
    """``DESIRED``, down: catalogue, settings, notices."""
    return f"{ROOT}/{terminal}/dn/want/{what}"


def terminal_of(topic: str) -> str:
    """The terminal a topic names; ``ValueError`` when it names none."""
    parts = topic.split("/")
    if len(parts) < 3 or parts[0] != ROOT:
        raise ValueError(f"not a topic of {ROOT}: {topic[:80]!r}")
    return terminal_id(parts[1])
