"""A staff badge (PIV card) at work: first what it says, then, with its PIN, one signature by its key 9A.

Two short conversations over one connection that nobody else shares. What goes wrong is an outcome with a code of
``kiosk/faults.toml``; only a transport's own errors (the card is pulled, pcscd is gone) go through to whoever holds the
connection. A PIN is sent only when a person typed it for this badge, never with one try left, and is wiped right after.
"""

from __future__ import annotations

from devices.port import BadgeDeclined, BadgeProven, BadgeShown
from devices.protocols import piv
from devices.protocols.apdu import CardAnswerError, Sw, Transmit, exchange
from devices.protocols.piv import BadPinError, DataObject

FEWEST_TRIES = 2
"""Below this the PIN is not asked for: the last try is the person's own, at the office that can unblock the card."""


def show(transmit: Transmit) -> BadgeShown | BadgeDeclined:
    """Select the PIV application, read the certificate of key 9A, ask for the tries left. Spends nothing."""
    try:
        if not exchange(piv.select_piv(), transmit).ok:
            return BadgeDeclined("badge_unknown")
        certificate = piv.certificate(exchange(piv.get_data(DataObject.AUTHENTICATION_CERTIFICATE), transmit))
        if certificate is None:
            return BadgeDeclined("badge_empty")
        left = _tries(transmit)
    except CardAnswerError:
        return BadgeDeclined("badge_answer_damaged")
    return BadgeDeclined(*left) if isinstance(left, tuple) else BadgeShown(certificate, left)


def prove(transmit: Transmit, pin: bytearray, digest: bytes) -> BadgeProven | BadgeDeclined:
    """VERIFY ``pin`` and sign ``digest``. ``pin`` holds zeros afterwards, whatever came of it."""
    try:
        left = _tries(transmit)
        if isinstance(left, tuple):
            return BadgeDeclined(*left)
        state = piv.pin_state(exchange(piv.verify(pin), _once(transmit)))
        pin[:] = bytes(len(pin))
        if not state.verified:
            if state.left is None:
                return BadgeDeclined("badge_answer_damaged")
            return BadgeDeclined("badge_pin_wrong", state.left)
        signature = piv.signature(exchange(piv.sign(digest), transmit))
    except BadPinError:
        return BadgeDeclined("badge_pin_impossible")
    except CardAnswerError:
        return BadgeDeclined("badge_answer_damaged")
    finally:
        pin[:] = bytes(len(pin))
    return BadgeDeclined("badge_answer_damaged") if signature is None else BadgeProven(signature)


def is_badge(transmit: Transmit) -> bool:
    """Whether the card has a PIV application. :class:`CardAnswerError` when it talks nonsense."""
    return exchange(piv.select_piv(), transmit).sw == Sw.OK


def _once(transmit: Transmit) -> Transmit:
    """A PIN is sent once: a card that asks for the command again (6Cxx), or for more (61xx), does not get it."""
    sent: list[None] = []

    def carry(command: bytes) -> bytes:
        if sent:
            raise CardAnswerError("the card wants a PIN twice")
        sent.append(None)
        return transmit(command)

    return carry


def _tries(transmit: Transmit) -> int | tuple[str, int | None]:
    """The tries left when there are enough; otherwise why the PIN is not to be asked for."""
    state = piv.pin_state(exchange(piv.verify_status(), transmit))
    if state.left is None:
        # Also a card that says it has its PIN already: nobody typed one, so somebody else's connection left it that way.
        return "badge_tries_unknown", None
    return state.left if state.left >= FEWEST_TRIES else (_spent(state.left), state.left)


def _spent(left: int) -> str:
    return "badge_last_try" if left else "badge_blocked"
