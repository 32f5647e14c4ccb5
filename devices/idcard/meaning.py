"""What each answer of the module means for a card: the table of its SW3 codes, and what cures them.

Source of codes: tables of vendors' manuals, counted against each other; which cure fits, own judgement. A code that is in no
table is treated as a failed read: the card is found again, and after that the citizen is asked to lay it down once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from msgspec import Struct

from devices.protocols.sdt import Sw3


class Cure(Enum):
    """What the driver does about an answer."""

    GOOD = auto()
    """Nothing: it is the answer hoped for, or a normal one."""
    RESEND = auto()
    """The module did not get the request whole: send it again, and no more."""
    ONCE = auto()
    """Ask the same once more."""
    FIND_AGAIN = auto()
    """Find and select the card anew, a few times."""
    NONE = auto()
    """Trying again changes nothing; it is the card's end, or the request's."""
    MODULE = auto()
    """The module itself is ill: the device is out of service until its status is good."""


class Meaning(Struct, frozen=True):
    """``fault``: code of ``kiosk/faults.toml`` when the cure did not help. ``reader``: it may well be the reader's own, so that
    staff are to see it as the device's warning until a card reads well again.
    """

    cure: Cure
    fault: str = ""
    reader: bool = False


UNREADABLE = "card_unreadable"
OTHER = Meaning(Cure.FIND_AGAIN, UNREADABLE)
_DAMAGED = "card_data_damaged"
LINE_DAMAGED = "reader_line_damaged"
_REFUSED = "reader_refuses_command"

MEANING: Mapping[int, Meaning] = MappingProxyType(
    {
        Sw3.DONE: Meaning(Cure.GOOD),
        Sw3.CARD_FOUND: Meaning(Cure.GOOD),
        Sw3.NO_SUCH_ITEM: Meaning(Cure.NONE, _DAMAGED),
        Sw3.CHECKSUM_WRONG: Meaning(Cure.RESEND, LINE_DAMAGED, reader=True),
        Sw3.LENGTH_WRONG: Meaning(Cure.RESEND, LINE_DAMAGED, reader=True),
        Sw3.COMMAND_INVALID: Meaning(Cure.NONE, _REFUSED, reader=True),
        Sw3.NOT_ALLOWED: Meaning(Cure.NONE, _REFUSED, reader=True),
        Sw3.UNRECOGNISED: Meaning(Cure.ONCE, "reader_unrecognised_error", reader=True),
        Sw3.CARD_REFUSED_SAM: Meaning(Cure.FIND_AGAIN, "card_refuses_reader", reader=True),
        Sw3.SAM_REFUSED_CARD: Meaning(Cure.FIND_AGAIN, "card_not_authentic"),
        Sw3.INFORMATION_CHECK: Meaning(Cure.FIND_AGAIN, _DAMAGED),
        Sw3.CARD_NOT_FOUND_YET: OTHER,
        # Nothing here asks for fingerprints: the text is asked for again, without them as ever.
        Sw3.FINGERPRINT_CHECK: Meaning(Cure.ONCE, _DAMAGED),
        Sw3.INFORMATION_LENGTH: Meaning(Cure.FIND_AGAIN, _DAMAGED),
        Sw3.CARD_TYPE_UNKNOWN: Meaning(Cure.NONE, "card_not_supported"),
        Sw3.READ_FAILED: OTHER,
        Sw3.RANDOM_NUMBER: Meaning(Cure.FIND_AGAIN, "reader_random_failed", reader=True),
        Sw3.SELF_TEST_FAILED: Meaning(Cure.MODULE, "reader_self_test_failed"),
        Sw3.NOT_AUTHORISED: Meaning(Cure.MODULE, "reader_not_authorised"),
        Sw3.NO_CARD: OTHER,
        Sw3.SELECT_FAILED: OTHER,
    }
)
"""Answers to select and to the read of the text. ``30 03`` takes :attr:`Sw3.NO_SUCH_ITEM` for a good answer: no newer address."""


def meaning(sw3: int) -> Meaning:
    return MEANING.get(sw3, OTHER)
