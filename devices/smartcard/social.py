"""Reading a social security card: what it gives freely, and with a security module what it keeps behind an authentication.

Never a PIN, never another application, never a fingerprint or a photo. Without a module everything read is *claimed*; with one
that finds the card genuine it is *authenticated*, of any generation.
"""

from __future__ import annotations

import hmac

from devices.port import CardFailed, Proof, SocialCardRead, SocialDocument, SocialHolder
from devices.protocols import apdu, social
from devices.protocols.apdu import CardAnswerError, Sw
from devices.smartcard.application import Application, Card
from devices.smartcard.security import MISSING, REFUSED, Challenge, Question, SecurityModule

_HISTORY = 4
"""Bytes of the ATR before what the sources call its history: TS, T0 and two interface bytes."""


class SocialCard(Application):
    """``module``: who opens and proves cards; ``None`` where the terminal has none."""

    aid = social.NAME

    def __init__(self, module: SecurityModule | None = None) -> None:
        super().__init__()
        self._module = module

    def read(self, card: Card) -> SocialCardRead | CardFailed:
        facts = social.card_facts(_file(card, social.CARD_FILE, social.CARD_TAGS) or {})
        unread = None if self._module is None else self._prove(card, self._module, facts.identifier)
        proof = Proof.AUTHENTICATED if self._module is not None and unread is None else Proof.CLAIMED
        values = _file(card, social.HOLDER_FILE, social.HOLDER_TAGS)
        holder = None
        if values is not None:
            told = social.holder(values)
            holder = SocialHolder(told.name, told.number, told.sex, told.nation, told.birth)
        document = SocialDocument(
            generation=facts.generation.value,
            region=facts.region,
            issued=facts.issued,
            expires=facts.expires,
            proof=proof,
            holder=holder,
            unread=None if holder is not None else unread or MISSING,
        )
        return SocialCardRead(document, card.now())

    def _prove(self, card: Card, module: SecurityModule, identifier: bytes) -> str | None:
        """Let the module judge the card and the card the module; why that came to nothing, or ``None``."""
        first = _challenge(card)
        answered = card.ask(social.internal_authenticate(first.factor, first.source))
        if not answered.ok:
            return REFUSED
        second = _challenge(card)
        algorithm = social.algorithm(apdu.find(card.fci, 0x6F, 0xA5, 0x9F0C))
        verdict = module.answer(Question(algorithm, card.atr[_HISTORY:], identifier, first, second))
        if isinstance(verdict, str):
            return verdict
        if not hmac.compare_digest(verdict.mac, answered.data):
            return REFUSED
        opened = card.ask(social.external_authenticate(verdict.cryptogram, second.factor))
        return None if opened.ok else REFUSED


def _file(card: Card, file: int, tags: tuple[int, ...]) -> dict[int, bytes] | None:
    """Values of the records by tag; ``None`` when the card wants an authentication first."""
    selected = card.ask(social.select_file(file))
    if selected.sw in social.GUARDED:
        return None
    if not selected.ok:
        raise CardAnswerError(f"file {file:04X}: {selected.sw:04X}")
    values = {}
    for tag in tags:
        answer = card.ask(social.read_record(tag))
        if answer.ok:
            values[tag] = social.value(tag, answer.data)
        elif answer.sw in social.GUARDED:
            return None
        elif tag not in social.OPTIONAL or answer.sw != Sw.RECORD_NOT_FOUND:
            raise CardAnswerError(f"record {tag:02X}: {answer.sw:04X}")
    return values


def _challenge(card: Card) -> Challenge:
    drawn = [card.ask(social.CHALLENGE) for _ in range(2)]
    if any(not answer.ok or len(answer.data) != 8 for answer in drawn):
        raise CardAnswerError("no random number")
    return Challenge(drawn[0].data, drawn[1].data)
