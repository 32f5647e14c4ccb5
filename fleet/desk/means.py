"""What a desk has to act with: its catalogue and calendars, the names and numbers its papers bear, whom it seals to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain import sealing
from domain.calendar import CHINA, Due
from domain.case.acts import DocumentKind
from domain.case.content import CaseContent
from domain.case.deadlines import Calendars, promised_days
from domain.case.life import Life, day_of
from domain.casepapers.paper import Issuer, Matter
from domain.casepapers.papers import Terms
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.item import Item, Limit, Material
from domain.catalogue.opening import Opening
from domain.press.press import Press
from domain.sealing import OpeningKey, Recipient
from fleet.desk.journal import Journal
from fleet.desk.settings import DeskSettings, IssuerSettings, KeySettings

NAMES = {"form": "表单填写的内容", "person": "申请人和到场的人"}
"""Of what is reviewed beside materials."""
_MOST_PLACE = 30


class NoKeyError(LookupError):
    """The intake place has no key here: nothing may be sealed for it; the text (Chinese) is for the screen."""


@dataclass(frozen=True, slots=True)
class Means:
    """``keys``: the party's own, newest first. Whatever is asked of the catalogue is as it stood on the day of the case."""

    settings: DeskSettings
    keys: Sequence[OpeningKey]
    catalogue: Catalogue | None
    journal: Journal
    press: Press

    @property
    def whole(self) -> tuple[KeySettings, IssuerSettings] | None:
        """``None``: this desk can read only."""
        keys, issuer = self.settings.keys, self.settings.issuer
        return (keys, issuer) if keys is not None and issuer is not None else None

    def item(self, content: CaseContent, day: date) -> Item | None:
        return self.catalogue.on(day).item(content.item) if self.catalogue is not None else None

    def opening(self, content: CaseContent, day: date) -> Opening | None:
        return self.catalogue.on(day).opening(content.home, content.item, content.situation) if self.catalogue else None

    def materials(self, content: CaseContent, day: date) -> tuple[Material, ...]:
        """Of the situation, with their points of review; none where the catalogue does not know it."""
        item = self.item(content, day)
        situation = item.situation(content.situation) if item is not None else None
        return situation.materials if situation is not None else ()

    def names(self, item: str, situation: str, life: Life) -> dict[str, str]:
        """Of the materials, by code, as far as the catalogue knows them: without opening anything."""
        listed = self.catalogue.on(day_of(life.taken.at)).item(item) if self.catalogue is not None else None
        found = listed.situation(situation) if listed is not None else None
        return {m.material_id: m.name for m in found.materials} | NAMES if found is not None else dict(NAMES)

    def issuer(self, content: CaseContent, day: date) -> Issuer:
        """The department that decides on this item."""
        assert self.whole is not None
        said, opening = self.whole[1], self.opening(content, day)
        name = opening.department if opening is not None and opening.department else said.name
        return Issuer(name, said.sign, said.address, said.phone, said.complaint, said.review, said.court)

    def matter(self, content: CaseContent, life: Life) -> Matter:
        taken = life.taken.at.astimezone(CHINA).date()
        item = self.item(content, taken)
        came = life.arrived if any(leg.road == "to_home" for leg in life.paper.legs) else None
        return Matter(
            applicant=content.body.name if content.body is not None else content.applicant.name,
            body=content.body is not None,
            case=content.case,
            item=content.item_name,
            situation=content.situation_name,
            item_type=item.item_type if item is not None else "20",
            intake=self.party(life.taken.intake),
            taken=taken,
            arrived=came,
        )

    def number(self, series: str, day: date, case: str, position: int) -> str:
        """文号: 机关代字, series, year and running number (GB/T 9704, 7.2.5)."""
        assert self.whole is not None
        n = self.journal.paper_number(series, day.year, case, position)
        return f"{self.whole[1].sign}{series}〔{day.year}〕{n}号"

    def party(self, code: str) -> str:
        known = self.catalogue.party(code) if self.catalogue is not None else None
        return self.settings.parties.get(code) or (known.name if known is not None else code)

    def place(self, intake: str) -> str:
        """Where to go there, in the few words of a message."""
        known = self.catalogue.party(intake) if self.catalogue is not None else None
        window = next((w.name for w in known.windows if w.intake), "") if known is not None else ""
        return f"{self.party(intake)}{window}"[:_MOST_PLACE]

    def recipients(self, kind: DocumentKind, intake: str) -> tuple[Recipient, ...]:
        """To whom a document of this kind is sealed: ourselves and recovery always. :class:`NoKeyError`."""
        assert self.whole is not None
        keys, own = self.whole[0], sealing.recipient_of(self.keys[0])
        if kind == "note":
            return (own, keys.recovery)
        if kind == "task":
            halls = keys.halls.get(intake, ())
            if not halls:
                raise NoKeyError(f"本专窗没有{self.party(intake)}大厅的公钥，不能交办给那里的终端。请在设置里补上。")
            return (own, *halls, keys.recovery)
        window = keys.intakes.get(intake)
        if window is None:
            raise NoKeyError(f"本专窗没有收件地{self.party(intake)}窗口的公钥，不能发出文书。请在设置里补上。")
        return (own, window, keys.recovery)


def terms(life: Life, calendars: Calendars, today: date) -> Terms:
    """The last days of the decision, as the papers say them."""
    legal, promised = promised_days(life, calendars, today)
    said = life.taken.terms
    return Terms(_term(legal, said.legal), _term(promised, said.promised))


def nearest(life: Life, calendars: Calendars, today: date) -> date | None:
    """The day to name to the applicant: what was promised, else what the law says."""
    legal, promised = promised_days(life, calendars, today)
    due = promised or legal
    return due.day if due is not None else None


def today_of(now: float) -> date:
    return datetime.fromtimestamp(now, CHINA).date()


def _term(due: Due | None, limit: Limit) -> str:
    if due is None:
        return "未另行承诺，按法定期限办理"
    if limit.unit == "immediate":
        return f"{due}（当场办结）"
    return f"{due}（{limit.value}日）" if limit.unit == "calendar_day" else f"{due}（{limit.value or 20}个工作日）"
