"""Reading a staff badge (PIV card): first what it says, then, when its PIN was typed, one signature by its key 9A.

Two meetings with the card, each on a connection nobody else shares and with a reset at its end: between them the person types.
The PIN is given only to the card that was shown: the reader resumes a card it never lost sight of, and the card must still have
the certificate that was judged. It is never given with one try left, sent once, and wiped right after.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from devices.port import BadgeDeclined, BadgeGone, BadgeProven, BadgeShown, DeviceEvent
from devices.protocols import piv
from devices.protocols.apdu import CardAnswerError, Transmit, exchange
from devices.protocols.piv import BadPinError, DataObject
from devices.smartcard.application import Application, Card

FEWEST_TRIES = 2
"""Below this the PIN is not asked for: the last try is the person's own, at the office that can unblock the card."""
_OF_A_BADGE = {"card_not_supported": "badge_unknown", "card_unreadable": "badge_answer_damaged"}
"""What the reader says of any card → what it means of a badge."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is asked of the badge that was shown."""

    pin: bytearray = field(repr=False)
    digest: bytes


class StaffBadge(Application):
    """:class:`devices.port.BadgeReader`, as one of the applications of a reader."""

    aid = piv.AID

    def __init__(self) -> None:
        super().__init__()
        self._proof: Proof | None = None
        self._certificate = b""

    # --- port BadgeReader, any thread -------------------------------------------------------------------------------------

    def ask_badge(self) -> None:
        self.arm()

    def prove(self, pin: bytearray, digest: bytes) -> None:
        self._proof = Proof(pin, digest)
        self.wake()

    def leave_badge(self) -> None:
        self.disarm()
        self._drop()

    # --- the reader's thread ----------------------------------------------------------------------------------------------

    def read(self, card: Card) -> DeviceEvent:
        self._drop()  # a PIN was for the card before this one
        shown = show(card.transmit)
        self._certificate = shown.certificate if isinstance(shown, BadgeShown) else b""
        return shown

    @property
    def unfinished(self) -> bool:
        return self._proof is not None

    def resume(self, card: Card) -> DeviceEvent:
        proof, self._proof = self._proof, None
        if proof is None:
            return BadgeDeclined("card_removed")
        try:
            return prove(card.transmit, self._certificate, proof.pin, proof.digest)
        finally:
            proof.pin[:] = bytes(len(proof.pin))

    def failed(self, fault: str) -> DeviceEvent:
        self._drop()
        return BadgeDeclined(_OF_A_BADGE.get(fault, fault))

    def removed(self, fault: str) -> DeviceEvent:
        self._drop()
        self._certificate = b""
        return BadgeGone(fault)

    def _drop(self) -> None:
        proof, self._proof = self._proof, None
        if proof is not None:
            proof.pin[:] = bytes(len(proof.pin))


def show(transmit: Transmit) -> BadgeShown | BadgeDeclined:
    """Read the certificate of key 9A and ask for the tries left, of a card whose PIV application is selected. Spends nothing."""
    try:
        certificate = _certificate(transmit)
        if certificate is None:
            return BadgeDeclined("badge_empty")
        left = _tries(transmit)
    except CardAnswerError:
        return BadgeDeclined("badge_answer_damaged")
    return left if isinstance(left, BadgeDeclined) else BadgeShown(certificate, left)


def prove(transmit: Transmit, certificate: bytes, pin: bytearray, digest: bytes) -> BadgeProven | BadgeDeclined:
    """VERIFY ``pin`` and sign ``digest``, if this is the card with ``certificate``. ``pin`` holds zeros afterwards."""
    try:
        if _certificate(transmit) != certificate:
            return BadgeDeclined("card_removed")
        left = _tries(transmit)
        if isinstance(left, BadgeDeclined):
            return left
        state = piv.pin_state(exchange(piv.verify(pin), _once(transmit)))
        pin[:] = bytes(len(pin))
        if not state.verified:
            return BadgeDeclined("badge_answer_damaged" if state.left is None else "badge_pin_wrong", state.left)
        signature = piv.signature(exchange(piv.sign(digest), transmit))
    except BadPinError:
        return BadgeDeclined("badge_pin_impossible")
    except CardAnswerError:
        return BadgeDeclined("badge_answer_damaged")
    finally:
        pin[:] = bytes(len(pin))
    return BadgeDeclined("badge_answer_damaged") if signature is None else BadgeProven(signature)


def _certificate(transmit: Transmit) -> bytes | None:
    return piv.certificate(exchange(piv.get_data(DataObject.AUTHENTICATION_CERTIFICATE), transmit))


def _tries(transmit: Transmit) -> int | BadgeDeclined:
    """The tries left when there are enough; otherwise why the PIN is not asked for."""
    state = piv.pin_state(exchange(piv.verify_status(), transmit))
    if state.left is None:
        # Also of a card that says it has its PIN already: nobody typed one.
        return BadgeDeclined("badge_tries_unknown")
    if state.left < FEWEST_TRIES:
        return BadgeDeclined("badge_last_try" if state.left else "badge_blocked", state.left)
    return state.left


def _once(transmit: Transmit) -> Transmit:
    """A PIN is sent once: a card that asks for the command again (6Cxx), or for more (61xx), does not get it."""
    sent: list[None] = []

    def carry(command: bytes) -> bytes:
        if sent:
            raise CardAnswerError("the card wants a PIN twice")
        sent.append(None)
        return transmit(command)

    return carry
