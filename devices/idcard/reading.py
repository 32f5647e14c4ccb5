"""One card, from being found to being read: select, text, newest address, with the cures of ``meaning.py``.

Damage on the line (checksum, cut frame, text that is none) is cured by asking for the text again: the chip was read well.
A failure the module reports is cured by find and select, as the table of its codes says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

from devices.idcard.asking import Asker
from devices.idcard.exchange import FIND, NEW_ADDRESS, READ, SELECT
from devices.idcard.meaning import OTHER, UNREADABLE, Cure, Meaning, meaning
from devices.port import CardDocument, DocumentKind
from devices.protocols import chip
from devices.protocols.chip import CardKind, ChipText
from devices.protocols.sdt import Sw3

ATTEMPTS = 3
"""Of find-select-read for one card laid down, and of transfers for one read."""
REMOVED = Meaning(Cure.NONE, "card_removed")
NOT_SUPPORTED = meaning(Sw3.CARD_TYPE_UNKNOWN)
_KINDS = {
    CardKind.RESIDENT: DocumentKind.RESIDENT,
    CardKind.HK_MACAU_TAIWAN: DocumentKind.HK_MACAU_TAIWAN,
    CardKind.FOREIGN_2017: DocumentKind.FOREIGN_2017,
    CardKind.FOREIGN_2023: DocumentKind.FOREIGN_2023,
}


@dataclass(frozen=True, slots=True)
class ChipRead:
    """What ``30 01`` gave."""

    text: ChipText
    photo: bytes = field(repr=False)

    def document(self, newest_address: str | None) -> CardDocument:
        given = {one.name: getattr(self.text, one.name) for one in fields(self.text) if one.name != "kind"}
        return CardDocument(kind=_KINDS[self.text.kind], newest_address=newest_address, **given)


class CardReading:
    """``wanted``: whether somebody still waits for this card. Errors as :class:`Asker`'s."""

    def __init__(self, asker: Asker, wanted: Callable[[], bool]) -> None:
        self._asker = asker
        self._wanted = wanted

    def read(self) -> ChipRead | Meaning | None:
        """What the chip says, or why not; ``None`` when nobody waits for it any more."""
        outcome: ChipRead | Meaning = OTHER
        for attempt in range(ATTEMPTS):
            if not self._wanted():
                return None
            if attempt and not self._still_there():
                return REMOVED
            outcome = self._select_and_transfer()
            if isinstance(outcome, ChipRead) or outcome.cure is not Cure.FIND_AGAIN:
                break
        return outcome

    def newest_address(self, text: ChipText) -> str | None:
        """The address written after the card was issued, empty when there is none; ``None`` when that could not be read.

        Asked of the card that was just read: a module answers it for the selected card only, so it is never another's.
        """
        if "address" not in chip.LAYOUTS[text.kind] or not self._wanted():
            return None
        answer = self._asker.ask_twice(NEW_ADDRESS)
        if answer is None and not self._asker.silent:
            answer = self._asker.ask(NEW_ADDRESS)
        if answer is None or answer.sw3 not in (Sw3.DONE, Sw3.NO_SUCH_ITEM):
            return None
        try:
            return chip.new_address(answer.frame.data) if answer.sw3 == Sw3.DONE else ""
        except chip.LayoutError:
            return None

    def _select_and_transfer(self) -> ChipRead | Meaning:
        selected = self._asker.ask_twice(SELECT)
        if selected is not None and selected.sw3 != Sw3.DONE:
            return meaning(selected.sw3)
        # A garbled answer to select is no reason not to try: some modules answer oddly and read well.
        for _ in range(ATTEMPTS):
            answer = self._asker.ask_twice(READ)
            if answer is None:
                self._asker.make_sure_it_talks()
                continue
            if answer.sw3 != Sw3.DONE:
                return meaning(answer.sw3)
            try:
                parts = chip.split(answer.frame.data)
                if chip.kind(parts.text) is CardKind.UNKNOWN:
                    return NOT_SUPPORTED
                return ChipRead(chip.parse(parts.text), parts.photo)
            except chip.LayoutError:
                continue
        return Meaning(Cure.NONE, UNREADABLE)

    def _still_there(self) -> bool:
        """Whether find sees the card again; asked twice, since the field is switched anew after a failure."""
        for _ in range(2):
            answer = self._asker.ask(FIND)
            if answer is not None and answer.sw3 == Sw3.CARD_FOUND:
                return True
        return False
