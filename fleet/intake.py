"""What a message from a terminal is: bytes and topic in, one input for the store out. No I/O; hostile bytes are the normal case."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Annotated

from msgspec import Meta, Struct

from fleet.inputs import AnswerIn, DeadLetter, EventIn, HealthIn, Input, RefusedIn, StateIn
from mqtt import topics
from mqtt.commands import CommandAnswer
from mqtt.events import decode_event, event_source
from mqtt.messages import TerminalState, decode_report
from mqtt.wire import MOST_COUNT, ContractError, Epoch, decode, parse


class _Place(Struct, frozen=True):
    """Where an event stands in its outbox: all that is needed to confirm one that cannot be understood."""

    epoch: Epoch
    sequence: Annotated[int, Meta(ge=1, le=MOST_COUNT)]


_ID = re.compile(rb"[0-9a-f]{32}")
_STRUCTURED = "application/cloudevents+json"
_NOTHING = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The character 0 in a JSON text: no word has it, and PostgreSQL keeps no text that does."""
_NO_TEXT = "a text has the character 0"


def understand(
    topic: str,
    payload: bytes,
    retained: bool,
    fleet: Container[str],
    content: str | None = None,
    correlation: bytes | None = None,
) -> Input:
    """``fleet``: ids of the terminals that belong to it; ``content`` and ``correlation``: the message's Content Type and
    Correlation Data, if it has them. What cannot be understood comes back as a refusal with its rule.
    """
    try:
        terminal = topics.terminal_of(topic)
    except ValueError:
        return RefusedIn("k1/?", "topic names no terminal")
    if terminal not in fleet:
        return RefusedIn(topic, "terminal is not registered here")
    try:
        if topic == topics.events(terminal):
            return _event(terminal, payload, content)
        if _NOTHING.search(payload):
            raise ContractError(_NO_TEXT)
        if topic == topics.state(terminal):
            return StateIn(terminal, decode(payload, TerminalState), retained)
        if topic == topics.health(terminal):
            return HealthIn(terminal, decode_report(payload))
        if topic == topics.answers(terminal):
            return AnswerIn(terminal, _command(correlation), decode(payload, CommandAnswer))
    except ContractError as error:
        return RefusedIn(topic, str(error))
    return RefusedIn(topic, "topic is not of the contract")


def _command(correlation: bytes | None) -> str:
    if correlation is None or not _ID.fullmatch(correlation):
        raise ContractError("answer without a command's id")
    return correlation.decode()


def _event(terminal: str, payload: bytes, content: str | None) -> Input:
    try:
        envelope, data = decode_event(payload)
        if _NOTHING.search(payload):
            raise ContractError(_NO_TEXT)
        if envelope.source != event_source(terminal):
            raise ContractError("event names another terminal as its source")
        # Terminals of the first release say nothing; anything else said is another mode or format of CloudEvents.
        if content is not None and content.partition(";")[0].strip().lower() != _STRUCTURED:
            raise ContractError("content type is not of the contract")
    except ContractError as error:
        place: _Place = parse(payload, _Place)
        return DeadLetter(terminal, place.epoch, place.sequence, str(error), payload)
    return EventIn(terminal, envelope, data, payload)
