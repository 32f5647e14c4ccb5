"""MQTT topics of protocol ``k1``. ``{id}`` is the terminal: ``[a-z0-9-]``, opaque, permanent; place and owner never in a topic."""

from __future__ import annotations

import re

ROOT = "k1"
_TERMINAL = re.compile(r"[a-z0-9][a-z0-9-]{2,31}")

ALL_STATES = f"{ROOT}/+/st"
ALL_HEALTH = f"{ROOT}/+/up/hb"
ALL_EVENTS = f"{ROOT}/+/up/ev"
CENTRE_STATE = f"{ROOT}/host/st"


def terminal_id(text: str) -> str:
    """``text`` if it may name a terminal, else ``ValueError``."""
    if not _TERMINAL.fullmatch(text) or text == "host":
        raise ValueError(f"not a terminal id: {text!r}")
    return text


def state(terminal: str) -> str:
    """Retained, QoS 1: birth, and on the same topic the will and the clean leaving."""
    return f"{ROOT}/{terminal}/st"


def health(terminal: str) -> str:
    """QoS 0: the state report; lossy."""
    return f"{ROOT}/{terminal}/up/hb"


def events(terminal: str) -> str:
    """QoS 1, from the outbox only: everything that must be stored."""
    return f"{ROOT}/{terminal}/up/ev"


def receipts(terminal: str) -> str:
    """QoS 0, down: the centre's storage receipts."""
    return f"{ROOT}/{terminal}/dn/ack"


def terminal_of(topic: str) -> str:
    """The terminal a topic names; ``ValueError`` when it names none."""
    parts = topic.split("/")
    if len(parts) < 3 or parts[0] != ROOT:
        raise ValueError(f"not a topic of {ROOT}: {topic[:80]!r}")
    return terminal_id(parts[1])
