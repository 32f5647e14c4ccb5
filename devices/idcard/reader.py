"""Driver of a SAM-V identity card reader on a serial line.

A card's way through it::

    armed ── find 9F ──▶ CardFound ── select, text, newest address ──▶ CardRead ──▶ lying, until it is lifted ──▶ CardRemoved
                 ▲                       └─ fails ─▶ find again, three times ──▶ CardFailed ──▶ until find says 80
                 └── every 250 ms

- Nothing is read unless armed, and what was begun for one arming is never handed to the next. A card that lay there before is
  not read for the next person: who comes next is told that it lies there.
- ``find`` is edge-triggered on real modules: after a read it says "no card" although one lies there. Whether a read card is
  still there is asked with ``30 05`` (``30 03`` where a module does not know it); the first failure means it is gone, unless
  ``find`` sees a card at once and nobody waits for one: then the module may only have forgotten it (a power blip). Then, where
  neither question is known, and where the module was away meanwhile, CardOutOfSight is said and nothing claimed.
- What an answer means and what cures it: ``meaning.py``. How a card is read: ``reading.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto

from devices.idcard.asking import Asker
from devices.idcard.exchange import BODY_NUMBERS, FIND, NEW_ADDRESS, RESET, SAM_ID, STATUS, Exchange
from devices.idcard.meaning import Cure, Meaning, meaning
from devices.idcard.photo import PHOTO_FAILED, PhotoLibrary
from devices.idcard.reading import REMOVED, CardReading, ChipRead
from devices.port import CardFailed, CardFound, CardOutOfSight, CardPhoto, CardRead, CardRemoved
from devices.protocols import sdt
from devices.protocols.sdt import Sw3
from devices.supervisor import DeviceFaultError, Pace, Supervised
from devices.transports.serial import SerialLine

FIND_EVERY = 0.25
"""Seconds between two looks for a card; also between two looks whether a read one is gone."""
PROOF_EVERY = 3.0
"""Seconds between two questions after the module's health; an idle reader is asked nothing else."""
ID_ATTEMPTS = 3
"""Of asking for the SAM id: the first answer after power-on can be wrong or missing, so that two must agree."""
LEFT_LYING = "card_left_lying"

_UNKNOWN_COMMAND = (Sw3.COMMAND_INVALID, Sw3.NOT_ALLOWED, Sw3.UNRECOGNISED)


class _Card(Enum):
    NONE = auto()
    READ = auto()
    """Was read, and lies there until the reader says otherwise."""
    FAILED = auto()
    """Was tried and lies there until find says there is none."""


class SdtReader(Supervised[None]):
    """:class:`devices.port.IdentityReader` on ``path`` (a tty or a link to one). Without ``photos`` there is no photo."""

    def __init__(
        self,
        path: str,
        baud: int = 115200,
        *,
        name: str = "idcard",
        photos: PhotoLibrary | None = None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, pace=pace, clock=clock)
        self._path = path
        self._baud = baud
        self._photos = photos
        self._line: SerialLine | None = None
        self._order: object | None = None
        self._met: object | None = None
        """The order for which something was last said of the card that lies there."""
        self._card = _Card.NONE
        self._removal_unseen = False
        self._presence = BODY_NUMBERS
        self._due = self._status_due = 0.0
        self._refused = False
        self._warning: str | None = None

    def arm(self) -> None:
        if self._order is None:
            self._order = object()
        self.leave(None)

    def disarm(self) -> None:
        self._order = None

    # --- the life -----------------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._line = SerialLine(self._path, self._baud)
        self._asker = Asker(Exchange(self._line, self.now, lambda: self.stopping), self.alive, lambda: self.stopping)
        self._due = 0.0
        self._status_due = self.now() + PROOF_EVERY
        self._refused = False

    def close(self) -> None:
        if self._card is _Card.READ and not self.stopping:
            # When it is back, the module may have forgotten the card, and it may be another one that lies there.
            self._lose_sight()
        if self._photos is not None:
            self._photos.stop()
        if self._line is not None:
            self._line.close()
            self._line = None

    def identify(self) -> str | None:
        """The SAM id as printed on the module; ``None`` when a healthy module does not tell it (some do, after power-on)."""
        status = self._asker.insist(STATUS).sw3
        if status == Sw3.SELF_TEST_FAILED:
            self._asker.insist(RESET)
            status = self._asker.insist(STATUS).sw3
        _healthy(status)
        told = set()
        for _ in range(ID_ATTEMPTS):
            answer = self._asker.ask(SAM_ID)
            if answer is not None and answer.sw3 == Sw3.DONE:
                if (sam_id := sdt.sam_id(answer.frame.data)) in told:
                    return sam_id
                told.add(sam_id)
        return None

    def readable(self) -> tuple[int, ...]:
        photo = () if self._photos is None else self._photos.readable()
        return photo if self._line is None else (self._line.fileno(), *photo)

    def turn(self) -> float | None:
        assert self._line is not None
        for _ in self.notes():
            self._due = 0
        self._look_at_photo()
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
        return FIND_EVERY if looking or self._asker.misses else PROOF_EVERY

    def _look_after_module(self) -> None:
        """Find may say "no card" while the module is ill: only its status tells."""
        status = self._asker.ask(STATUS)
        if status is None:
            return
        _healthy(status.sw3)
        self._status_due = self.now() + PROOF_EVERY

    # --- a card -------------------------------------------------------------------------------------------------------

    def _look_for_card(self) -> None:
        answer = self._asker.ask(FIND)
        if answer is None:
            return
        if (found := meaning(answer.sw3)).cure is Cure.MODULE:
            self._refuse(found)
            return
        if self._refused:
            self._refused = False
            self.ready(warning=self._warning)
        order = self._order
        if answer.sw3 != Sw3.CARD_FOUND:
            self._card = _Card.NONE
        elif self._card is not _Card.NONE:
            self._tell_it_lies_there()
        elif order is not None:
            self._meet(answer.at, order)

    def _look_whether_removed(self) -> None:
        answer = self._asker.ask(self._presence)
        if answer is None:
            return
        if answer.sw3 in (Sw3.DONE, Sw3.NO_SUCH_ITEM):
            self._tell_it_lies_there()
        elif answer.sw3 in _UNKNOWN_COMMAND and self._presence is BODY_NUMBERS:
            self._presence = NEW_ADDRESS
        elif answer.sw3 in _UNKNOWN_COMMAND:
            self._lose_sight()
        elif (found := meaning(answer.sw3)).cure is Cure.MODULE:
            self._lose_sight()
            self._refuse(found)
        elif found.cure is Cure.FIND_AGAIN:
            self._look_once_more()

    def _look_once_more(self) -> None:
        """The module does not have the card selected any more. It is gone; but if find sees one at once, it may be that the module
        forgot it. With somebody waiting it is taken for theirs, who was told to take the other away; else it is not trusted.
        """
        answer = self._asker.ask(FIND)
        if answer is None:
            return
        if answer.sw3 == Sw3.CARD_FOUND and self._order is None:
            self._lose_sight()
        elif answer.sw3 in (Sw3.CARD_FOUND, Sw3.NO_CARD):
            self._card = _Card.NONE
            self.emit(CardRemoved())

    def _lose_sight(self) -> None:
        self._card, self._removal_unseen, self._met = _Card.FAILED, True, None
        self.emit(CardOutOfSight())

    def _tell_it_lies_there(self) -> None:
        """Who waits for a card to be read must know that one lies there which will not be."""
        if self._order is not None and self._met is not self._order:
            self._met = self._order
            self.emit(CardFailed(LEFT_LYING))

    def _meet(self, at: float, order: object) -> None:
        """Read the card that answered at ``at`` and say what became of it."""
        if self._removal_unseen:
            self._removal_unseen = False
            self.emit(CardRemoved())
        self._met = order
        self.busy()
        self.emit(CardFound(at))
        reading = CardReading(self._asker, lambda: self._order is order and not self.stopping)
        try:
            outcome = reading.read()
        except (OSError, DeviceFaultError) as error:
            self.emit(CardFailed(_lost(error)))
            raise
        if outcome is None or self._order is not order:
            self._card = _Card.FAILED
        elif isinstance(outcome, ChipRead):
            self._give(outcome, reading, order)
        else:
            self._card = _Card.NONE if outcome is REMOVED else _Card.FAILED
            self.emit(CardFailed(outcome.fault))
            self._warning = outcome.fault if outcome.reader else self._warning
            if outcome.cure is Cure.MODULE:
                self._refuse(outcome)
        if not self._refused:
            self.ready(warning=self._warning)

    def _give(self, read: ChipRead, reading: CardReading, order: object) -> None:
        """The card was read; what is still to be asked of it loses nothing of that, whatever happens."""
        self._card = _Card.READ
        self._warning = self._warning if self._warning == PHOTO_FAILED else None
        newest, lost = None, None
        try:
            newest = reading.newest_address(read.text)
        except (OSError, DeviceFaultError) as error:
            lost = error
        if self._order is order:
            self.emit(CardRead(read.document(newest), self.now()))
            if self._photos is not None and lost is None:
                self._photos.begin(read.photo, self.now())
        if lost is not None:
            raise lost

    def _look_at_photo(self) -> None:
        if self._photos is None or (ended := self._photos.ended(self.now())) is None:
            return
        if ended.jpeg is not None:
            self.emit(CardPhoto(ended.jpeg))
        if not self._refused and self._warning in (None, PHOTO_FAILED):
            self._warning = None if ended.jpeg is not None else PHOTO_FAILED
            self.ready(warning=self._warning)

    def _refuse(self, found: Meaning) -> None:
        """The module itself says it cannot; it is asked on until it can."""
        self._refused = True
        self.faulted(found.fault)


def _healthy(status: int) -> None:
    """:class:`DeviceFaultError` for a module whose status is not good."""
    if status != Sw3.DONE:
        found = meaning(status)
        raise DeviceFaultError(found.fault if found.cure is Cure.MODULE else "device_error")


def _lost(error: OSError | DeviceFaultError) -> str:
    if isinstance(error, DeviceFaultError):
        return error.code
    return "mute" if isinstance(error, TimeoutError) else "absent"
