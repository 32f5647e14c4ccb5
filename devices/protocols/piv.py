"""The commands of a PIV card a staff badge needs (NIST SP 800-73-4, part 2), as commands out and meanings in. No I/O.

A badge is asked, in this order: SELECT; GET DATA of the certificate of key 9A (*PIV Authentication*); VERIFY without data, which
tells the tries left and spends none; VERIFY with the PIN; GENERAL AUTHENTICATE, which signs a digest with key 9A, once.

Left out: everything that changes a card, keys other than 9A and 9E, RSA, secure messaging (the contact interface needs none).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from devices.protocols.apdu import MAX_LE, Answer, CardAnswerError, Command, Sw, elements, encode, find, select

AID = bytes.fromhex("A000000308000010000100")
"""PIV application, version 1.0 (SP 800-73-4 part 1, 2.2)."""
MAX_CERTIFICATE = 4096
"""Bytes of a certificate; the standard's own limit is 1856, its cards hold up to some 3000."""
DIGEST = 32
"""Bytes of a SHA-256, what P-256 signs."""
PIN_LENGTH = 8
_SHORTEST_PIN = 6
_P256 = 0x11
"""Algorithm identifier of ECC P-256 (SP 800-78-4, table 6-2)."""
_SHORTEST_SIGNATURE, _LONGEST_SIGNATURE = 8, 72
"""Bytes of a DER ECDSA signature on P-256."""


class Key(IntEnum):
    """Key references: 9A wants the PIN, 9E (*Card Authentication*) answers whoever holds the card."""

    AUTHENTICATION = 0x9A
    CARD_AUTHENTICATION = 0x9E


class DataObject(IntEnum):
    """Data objects (BER-TLV tags, part 1, table 3)."""

    CHUID = 0x5FC102
    AUTHENTICATION_CERTIFICATE = 0x5FC105
    CARD_AUTHENTICATION_CERTIFICATE = 0x5FC101
    CAPABILITY = 0x5FC107
    DISCOVERY = 0x7E


class CompressedError(CardAnswerError):
    """The certificate lies compressed on the card; unpacking what a stranger packed is not done."""


class BadPinError(ValueError):
    """What was typed cannot be a PIN: it would spend a try for nothing. The text never shows it."""


@dataclass(frozen=True, slots=True)
class PinState:
    """What a VERIFY says. ``verified``: it has its PIN. ``left``: tries, 0 when blocked, ``None`` when it does not say."""

    verified: bool
    left: int | None


def select_piv() -> Command:
    return select(AID)


def get_data(wanted: DataObject) -> Command:
    tag = wanted.to_bytes((wanted.bit_length() + 7) // 8, "big")
    return Command(0x00, 0xCB, 0x3F, 0xFF, encode(0x5C, tag), MAX_LE)


def certificate(answer: Answer) -> bytes | None:
    """The DER certificate in the answer to :func:`get_data`; ``None`` when the card holds none. :class:`CardAnswerError`."""
    if answer.sw in (Sw.FILE_NOT_FOUND, Sw.WRONG_P1P2, Sw.KEY_NOT_FOUND):
        return None
    if not answer.ok:
        raise CardAnswerError(f"GET DATA was refused with {answer.sw:04X}")
    held = find(answer.data, 0x53)
    if held is None:
        raise CardAnswerError("a data object without its template")
    parts = {part.tag: part.value for part in elements(held)}
    der, how = parts.get(0x70), parts.get(0x71)
    if der is None or how is None or len(how) != 1:
        raise CardAnswerError("a certificate object without its parts")
    if how != b"\x00":
        raise CompressedError("the certificate is compressed")
    if not 0 < len(der) <= MAX_CERTIFICATE:
        raise CardAnswerError("a certificate of impossible length")
    return der


def verify_status() -> Command:
    """VERIFY without data: asks for the tries left and spends none."""
    return Command(0x00, 0x20, 0x00, 0x80)


def verify(pin: bytes | bytearray) -> Command:
    """VERIFY with ``pin`` (ASCII), padded with FF. :class:`BadPinError` for one that no card would take."""
    if not _SHORTEST_PIN <= len(pin) <= PIN_LENGTH or not all(0x21 <= byte <= 0x7E for byte in pin):
        raise BadPinError("a PIN has 6 to 8 characters")
    return Command(0x00, 0x20, 0x00, 0x80, bytes(pin) + b"\xff" * (PIN_LENGTH - len(pin)))


def pin_state(answer: Answer) -> PinState:
    if answer.ok:
        return PinState(True, None)
    if answer.sw == Sw.BLOCKED:
        return PinState(False, 0)
    return PinState(False, answer.tries_left)


def sign(digest: bytes, key: Key = Key.AUTHENTICATION) -> Command:
    """GENERAL AUTHENTICATE: sign ``digest`` with ``key``; the empty 82 asks for the response."""
    if len(digest) != DIGEST:
        raise ValueError("P-256 signs a SHA-256 digest")
    return Command(0x00, 0x87, _P256, key, encode(0x7C, encode(0x82, b"") + encode(0x81, digest)), MAX_LE)


def signature(answer: Answer) -> bytes | None:
    """The DER signature in the answer to :func:`sign`; ``None`` when the card wants the PIN first. :class:`CardAnswerError`."""
    if answer.sw == Sw.SECURITY_STATUS_NOT_SATISFIED:
        return None
    if not answer.ok:
        raise CardAnswerError(f"GENERAL AUTHENTICATE was refused with {answer.sw:04X}")
    found = find(answer.data, 0x7C, 0x82)
    if found is None or not _SHORTEST_SIGNATURE <= len(found) <= _LONGEST_SIGNATURE:
        raise CardAnswerError("an authentication template without a signature")
    return found
