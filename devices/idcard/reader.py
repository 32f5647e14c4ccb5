"""Driver of a SAM-V identity card reader on a serial line.

A card's way through it::

    armed ── find 9F ──▶ CardFound ── select ── read ──▶ CardRead ──▶ lying, until it is lifted ──▶ CardRemoved
                 ▲                       └─ fails ─▶ find again, three times ──▶ CardFailed ──▶ until find says 80
                 └── every 250 ms

- Nothing is read unless armed, and what was begun for one arming is never handed to the next.
- ``find`` is edge-triggered on real modules: after a read it says "no card" although one lies there. Whether a read card is
  still there is asked with ``30 05`` (``30 03`` where a module does not know it); the first failure means it is gone. Where
  neither is known, its going is noticed when the next card comes.
- Damage on the line (checksum, cut frame, text that is none) is cured by asking for the text again: the chip was read well.
  A failure the module reports is cured by find and select. Source of the policy: public demo programs, and own judgement.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto

from devices.idcard.exchange import (
    BODY_NUMBERS,
    FIND,
    NEW_ADDRESS,
    READ,
    RESET,
    SAM_ID,
    SELECT,
    STATUS,
    Answer,
    Command,
    Exchange,
    NoAnswerError,
)
from devices.port import CardDocument, CardFailed, CardFound, CardRead, CardRemoved
from devices.protocols import resident, sdt
from devices.protocols.sdt import Sw3
from devices.supervisor import DeviceFaultError, Pace, Supervised
from devices.transports.serial import SerialLine

FIND_EVERY = 0.25
"""Seconds between two looks for a card; also between two looks whether a read one is gone."""
PROOF_EVERY = 3.0
"""Seconds between two questions after the module's health; an idle reader is asked nothing else."""
ATTEMPTS = 3
"""Of find-select-read for one card laid down, of transfers for one read, of asking for the SAM id after power-on."""
MISSES = 3
"""Questions in a row without a usable answer after which the reader counts as mute."""

_BROKEN: dict[int, str] = {Sw3.SELF_TEST_FAILED: "reader_self_test_failed", Sw3.NOT_AUTHORISED: "reader_not_authorised"}
_RESEND = (Sw3.CHECKSUM_WRONG, Sw3.LENGTH_WRONG)
_UNKNOWN_COMMAND = (Sw3.COMMAND_INVALID, Sw3.NOT_ALLOWED, Sw3.UNRECOGNISED)


class _Card(Enum):
    NONE = auto()
    READ = auto()
    """Was read, and lies there until the reader says otherwise."""
    FAILED = auto()
    """Was tried and lies there until find says there is none."""


class SdtReader(Supervised[None]):
    """:class:`devices.port.IdentityReader` on ``path`` (a tty or a link to one)."""

    def __init__(
        self,
        path: str,
        baud: int = 115200,
        *,
        name: str = "idcard",
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, pace=pace, clock=clock)
        self._path = path
        self._baud = baud
        self._line: SerialLine | None = None
        self._order: object | None = None
        self._card = _Card.NONE
        self._removal_unseen = False
        self._presence = BODY_NUMBERS
        self._due = self._status_due = 0.0
        self._misses = 0
        self._silent = False
        self._refused = False

    def arm(self) -> None:
        if self._order is None:
            self._order = object()
        self.leave(None)

    def disarm(self) -> None:
        self._order = None

    # --- the life -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._line = SerialLine(self._path, self._baud)
        self._exchange = Exchange(self._line, self.now, lambda: self.stopping)
        self._due = self._misses = 0
        self._status_due = self.now() + PROOF_EVERY
        self._refused = False

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def identify(self) -> str | None:
        """The SAM id as printed on the module; ``None`` when a healthy module does not tell it (some do, after power-on)."""
        status = self._insist(STATUS).sw3
        if status == Sw3.SELF_TEST_FAILED:
            self._insist(RESET)
            status = self._insist(STATUS).sw3
        if status != Sw3.DONE:
            raise DeviceFaultError(_BROKEN.get(status, "device_error"))
        for _ in range(ATTEMPTS):
            answer = self._ask(SAM_ID)
            if answer is not None and answer.sw3 == Sw3.DONE:
                return sdt.sam_id(answer.frame.data)
        return None

    def readable(self) -> tuple[int, ...]:
        return () if self._line is None else (self._line.fileno(),)

    def turn(self) -> float | None:
        assert self._line is not None
        for _ in self.notes():
            self._due = 0
        now = self.now()
        if now < self._due:
            # Nothing was asked, so what arrived is noise, or the line hung up and says so here.
            self._line.read(0)
            return self._due - now
        self._line.check()
        self._due = now + self._look()
        return max(0.0, self._due - self.now())

    def _look(self) -> float:
        """Ask what there is to ask now; seconds until the next question."""
        looking = self._order is not None or self._card is not _Card.NONE or self._refused
        if self._card is _Card.READ:
            self._look_whether_removed()
        elif looking:
            self._look_for_card()
        if not looking or self.now() >= self._status_due:
            self._look_after_module()
        return FIND_EVERY if looking or self._misses else PROOF_EVERY

    def _look_after_module(self) -> None:
        """Find may say "no card" while the module is ill: only its status tells."""
        status = self._ask(STATUS)
        if status is None:
            return
        if status.sw3 != Sw3.DONE:
            raise DeviceFaultError(_BROKEN.get(status.sw3, "device_error"))
        self._status_due = self.now() + PROOF_EVERY

    # --- a card -------------------------------------------------------------------------------------------------------

    def _look_for_card(self) -> None:
        answer = self._ask(FIND)
        if answer is None:
            return
        if answer.sw3 in _BROKEN:
            self._refuse(answer.sw3)
            return
        if self._refused:
            self._refused = False
            self.ready()
        order = self._order
        if answer.sw3 != Sw3.CARD_FOUND:
            self._card = _Card.NONE
        elif self._card is _Card.NONE and order is not None:
            self._meet(answer.at, order)

    def _look_whether_removed(self) -> None:
        answer = self._ask(self._presence)
        if answer is None or answer.sw3 in (Sw3.DONE, Sw3.NO_SUCH_ITEM):
            return
        if answer.sw3 not in _UNKNOWN_COMMAND:
            self._card = _Card.NONE
            self.emit(CardRemoved())
        elif self._presence is BODY_NUMBERS:
            self._presence = NEW_ADDRESS
        else:
            self._card, self._removal_unseen = _Card.FAILED, True

    def _meet(self, at: float, order: object) -> None:
        """Read the card that answered at ``at`` and say what became of it."""
        if self._removal_unseen:
            self._removal_unseen = False
            self.emit(CardRemoved())
        self.busy()
        self.emit(CardFound(at))
        try:
            outcome = self._read(order)
        except OSError as error:
            self.emit(CardFailed("mute" if isinstance(error, TimeoutError) else "absent"))
            raise
        if outcome is None or self._order is not order:
            self._card = _Card.FAILED
        elif isinstance(outcome, CardDocument):
            self._card = _Card.READ
            self.emit(CardRead(outcome, self.now()))
        else:
            self._card = _Card.NONE if outcome == "card_removed" else _Card.FAILED
            self.emit(CardFailed(outcome))
        if not self._refused:
            self.ready()

    def _read(self, order: object) -> CardDocument | str | None:
        """The card's document, or the code of what went wrong; ``None`` when nobody waits for it any more."""
        for attempt in range(ATTEMPTS):
            if self._order is not order or self.stopping:
                return None
            if attempt and not self._still_there():
                return "card_removed"
            selected = self._ask(SELECT)
            if selected is not None and selected.sw3 != Sw3.DONE:
                if (code := self._final(selected.sw3)) is not None:
                    return code
                continue
            # A garbled answer to select is no reason not to try: some modules answer oddly and read well.
            outcome = self._transfer()
            if not isinstance(outcome, int):
                return outcome
            if (code := self._final(outcome)) is not None:
                return code
        return "card_unreadable"

    def _transfer(self) -> CardDocument | str | int:
        """Have the text sent until it is whole: the document, the code of a fault, or the SW3 of a failure."""
        for _ in range(ATTEMPTS):
            answer = self._ask(READ)
            if answer is None:
                self._make_sure_it_talks()
                continue
            if answer.sw3 != Sw3.DONE:
                return answer.sw3
            try:
                text = resident.split(answer.frame.data).text
                if resident.kind(text) is not resident.CardKind.RESIDENT:
                    return "card_not_supported"
                found = resident.parse(text)
            except resident.LayoutError:
                continue
            return CardDocument(**{name: getattr(found, name) for name in resident.LAYOUT})
        return "card_unreadable"

    def _still_there(self) -> bool:
        """Whether find sees the card again; asked twice, since the field is switched anew after a failure."""
        for _ in range(2):
            answer = self._ask(FIND)
            if answer is not None and answer.sw3 == Sw3.CARD_FOUND:
                return True
        return False

    def _final(self, sw3: int) -> str | None:
        """The fault code of an ``sw3`` that trying again does not cure."""
        if sw3 in _BROKEN:
            self._refuse(sw3)
            return _BROKEN[sw3]
        return "card_not_supported" if sw3 == Sw3.CARD_TYPE_UNKNOWN else None

    def _refuse(self, sw3: int) -> None:
        """The module itself says it cannot; it is asked on until it can."""
        self._refused = True
        self.faulted(_BROKEN[sw3])

    def _make_sure_it_talks(self) -> None:
        """After a read that brought nothing whole: damage is the line's, silence may be the reader's end."""
        if self._silent:
            self._insist(STATUS)
        self._misses = 0

    # --- asking -------------------------------------------------------------------------------------------------------

    def _insist(self, command: Command) -> Answer:
        """An answer, or ``TimeoutError``: mute."""
        while (answer := self._ask(command)) is None:
            if self.stopping:
                raise TimeoutError("stopping")
        return answer

    def _ask(self, command: Command) -> Answer | None:
        """The answer, ``None`` when there was no usable one; ``TimeoutError`` when that happened :data:`MISSES` times in a row."""
        for _ in range(ATTEMPTS):
            try:
                answer = self._exchange.ask(command)
            except NoAnswerError as error:
                self._misses += 1
                self._silent = error.silent
                if self._misses >= MISSES and not self.stopping:
                    raise TimeoutError(str(error)) from error
                return None
            self._misses = 0
            self.alive()
            if answer.sw3 not in _RESEND:
                return answer
        return answer
