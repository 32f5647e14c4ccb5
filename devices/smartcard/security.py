"""The port to a security module (PSAM or HSM): what opens a generation 3 social security card, and proves any of them genuine.

The keys never come to the terminal. The module is asked once a card, with two challenges of the card, and answers with what the
card must have answered itself to the first (``mac``), and what opens the card on the second (``cryptogram``). The split is that of
the official two-step interface (LD/T terminal interface, ``iReadCardBas_HSM_Step1`` and ``_Step2``); its transport is not public.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

UNREACHABLE = "security_module_unreachable"
REFUSED = "security_module_refused"
MISSING = "security_module_missing"


@dataclass(frozen=True, slots=True)
class Challenge:
    """Two random numbers of the card, eight bytes each, in the order they were drawn."""

    source: bytes = field(repr=False)
    factor: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """``history``: historical bytes of the ATR; ``algorithm``: 1 3DES, 2 SSF33, 3 SM4; ``identifier``: 卡识别码, 16 bytes."""

    algorithm: int
    history: bytes = field(repr=False)
    identifier: bytes = field(repr=False)
    card: Challenge
    """To be answered by the card (INTERNAL AUTHENTICATE)."""
    host: Challenge
    """To be answered to the card (EXTERNAL AUTHENTICATE)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``mac``: what a genuine card answers to ``Question.card``; ``cryptogram``: what it accepts for ``Question.host``.

    Eight bytes each.
    """

    mac: bytes = field(repr=False)
    cryptogram: bytes = field(repr=False)


class SecurityModule(Protocol):
    def answer(self, question: Question) -> Verdict | str:
        """The verdict, or why there is none: :data:`UNREACHABLE`, :data:`REFUSED`. Returns within two seconds; raises nothing."""
