"""A citizen at the glass of a whole hall, without a browser: touches by HTTP, cards and pages on the virtual hardware."""

from __future__ import annotations

import json
import re

from support.hall import GlassByHttp, Hall, until

SIGNATURE = json.dumps({"width": 600, "height": 300, "strokes": [[[10, 10, 0], [300, 200, 40]], [[310, 40, 90], [500, 220, 130]]]})
ANSWERS = {"answer.care-place": "510100", "answer.start": "today", "answer.true": "yes"}


class Citizen:
    """One visit: 异地就医备案, 异地长期居住人员, decided by ``home``. ``forgetful``: the card is left on the reader."""

    def __init__(self, hall: Hall, home: str = "demo-jia", card: str = "liu", *, forgetful: bool = False) -> None:
        self.hall = hall
        self.glass: GlassByHttp = hall.glass()
        self.home = home
        self.card = card
        self.forgetful = forgetful

    def identified(self) -> Citizen:
        self.glass.see("welcome").do("begin").do("choose-place", party=self.home)
        self.glass.do("choose-item", item="MED-REMOTE").do("choose-situation", situation="MED-2").do(
            "choose-channel", channel="here"
        )
        self.glass.do("next").do("agree")
        reader = self.hall.rig.reader()
        seen = reader.looks  # until it has seen that nothing lies there, the same card is the one left lying by the visit before
        until(lambda: self.hall.rig.reader().looks >= seen + 2, "the reader looks", self.hall.patience)
        reader.lay(self.card)
        self.glass.see("identity")
        if not self.forgetful:
            reader.lift()
        self.glass.do("next").do("weigh", waived="no")
        assert self.glass.screen == "scan"
        return self

    def scanned(self, page: str = "residence") -> Citizen:
        self.identified()
        self.hall.rig.camera().lay(page)
        self.take().glass.see("page").do("keep-page").do("next")
        self.hall.rig.camera().clear_desk()
        return self

    def take(self) -> Citizen:
        self.glass.do("take-page")
        return self

    def reviewed(self, *, post: tuple[str, str] | None = None) -> Citizen:
        self.scanned()
        if post is None:
            self.glass.do("choose-delivery", way="pickup_intake")
        else:
            self.glass.do("choose-delivery", way="post_applicant")
            self.glass.do("give-postal", where="other", address=post[0], phone=post[1])
        self.glass.do("fill-form", **ANSWERS)
        self.draws().do("sign", signature=SIGNATURE)
        assert self.glass.screen == "review", self.glass.html
        return self

    def draws(self) -> GlassByHttp:
        """The strokes as the page tells them one by one, before it sends them as a signature."""
        sheet = re.search(r'data-sheet="([^"]+)"', self.glass.html)
        assert sheet, self.glass.screen
        for number, stroke in enumerate(json.loads(SIGNATURE)["strokes"]):
            self.glass.ask("/ink", sheet=sheet.group(1), number=str(number), points=json.dumps(stroke))
        return self.glass

    def submitted(self) -> Citizen:
        self.reviewed().glass.do("submit").see("receipt")
        return self

    def took_receipt(self) -> Citizen:
        """Wait for the paper, and go on to the rating."""
        until(lambda: any(p.cut for p in self.hall.rig.printer().papers()), "a cut receipt", self.hall.patience)
        self.glass.see("rating")
        return self

    def left(self) -> None:
        self.glass.do("end").see("welcome")
        self.hall.rig.printer().tear()


class Upstream:
    """What the centre and the desks know, read from their own databases' files and pages by the tests."""

    def __init__(self, hall: Hall) -> None:
        self._path = hall.layout.base / "centre" / "centre.db"

    def rows(self, query: str) -> list[tuple[object, ...]]:
        import sqlite3

        with sqlite3.connect(f"file:{self._path}?mode=ro", uri=True) as db:
            found = db.execute(query).fetchall()
        db.close()
        return found
