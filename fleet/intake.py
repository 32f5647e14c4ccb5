"""What a message from a terminal is: bytes and topic in, one input for the store out. No I/O; hostile bytes are the normal case."""

from __future__ import annotations

from collections.abc import Container
from typing import Annotated

from msgspec import Meta, Struct

from fleet.store import DeadLetter, EventIn, HealthIn, Input, RefusedIn, StateIn
from mqtt import topics
from mqtt.messages import MOST_COUNT, ContractError, Health, TerminalState, decode, decode_event


class _Place(Struct, frozen=True):
    """Where an event stands in its outbox: all that is needed to confirm one that cannot be understood."""

    epoch: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")]
    sequence: Annotated[int, Meta(ge=1, le=MOST_COUNT)]


def understand(topic: str, payload: bytes, retained: bool, fleet: Container[str]) -> Input:
    """``fleet``: ids of the terminals that belong to it. What cannot be understood comes back as a refusal with its rule."""
    try:
        terminal = topics.terminal_of(topic)
    except ValueError:
        return RefusedIn("k1/?", "topic names no terminal")
    if terminal not in fleet:
        return RefusedIn(topic, "terminal is not registered here")
    try:
        if topic == topics.state(terminal):
            return StateIn(terminal, decode(payload, TerminalState), retained)
        if topic == topics.health(terminal):
            return HealthIn(terminal, decode(payload, Health))
        if topic == topics.events(terminal):
            return _event(terminal, payload)
    except ContractError as error:
        return RefusedIn(topic, str(error))
    return RefusedIn(topic, "topic is not of the contract")


def _event(terminal: str, payload: bytes) -> Input:
    try:
        envelope, data = decode_event(payload)
        if envelope.source != f"/terminals/{terminal}":
            raise ContractError("event names another terminal as its source")
        if envelope.sequence > MOST_COUNT:
            raise ContractError("sequence out of range")
    except ContractError as error:
        place: _Place = decode(payload, _Place)
        return DeadLetter(terminal, place.epoch, place.sequence, str(error), payload)
    return EventIn(terminal, envelope, data, payload)
