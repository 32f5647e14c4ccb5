"""The demonstration's answer to 查询打印: an invented page that says of itself, largest of all, that it is one."""

from __future__ import annotations

import msgspec

from domain import masking
from domain.catalogue.catalogue import Catalogue
from domain.identity import Document as Card
from domain.identity import Identity
from domain.press.press import Press
from kiosk.clock import Clock
from kiosk.query import Document, NoDocument

_PAGE = "demo-query"


class DemonstrationProvider:
    """Knows a record of whoever comes with a resident's card, and none of anybody else. ``catalogue``: whose words it uses."""

    def __init__(self, press: Press, catalogue: Catalogue, clock: Clock) -> None:
        self._press = press
        self._catalogue = catalogue
        self._clock = clock

    def ask(self, home: str, item: str, situation: str, identity: Identity) -> Document | NoDocument:
        opened, party = self._catalogue.opening(home, item, situation), self._catalogue.party(home)
        named = self._catalogue.item(item)
        if opened is None or party is None or named is None:
            return NoDocument.NOT_NOW
        if identity.document is not Card.RESIDENT:
            return NoDocument.NOT_FOUND
        data = {
            "title": opened.result,
            "item": named.name,
            "home": party.name,
            "name": masking.name(identity.shown_name),
            "number": masking.number(identity.number),
            "day": f"{self._clock.now():%Y 年 %m 月 %d 日}",
        }
        return Document(1, self._press.pdf(_PAGE, msgspec.json.encode(data)))
