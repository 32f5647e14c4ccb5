"""A draft: one act with all that goes out with it, made and looked at before anybody answers for it. In memory only.

What an act says in plain is typed and names nobody (``domain/case/acts.py``); every text somebody wrote stands on a paper or in a
task, and those are sealed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.case.acts import DocumentKind, HomeAct, HomeRole, Parcel
from domain.case.content import CaseContent
from domain.case.deadlines import Calendars
from domain.case.life import Life, day_of
from domain.case.task import Task
from domain.case.waybill import CARRIERS, waybill
from domain.casepapers.paper import TEMPLATE, Issuer, Matter, Paper, encode
from domain.casepapers.papers import NoRemedyError
from domain.press.press import UnmadeError
from fleet.casework.client import Ledger, RefusedActError
from fleet.desk.fields import Field, WantingError
from fleet.desk.means import Means
from fleet.desk.results import Result
from fleet.telling.kinds import Kind


@dataclass(frozen=True, slots=True)
class Bench:
    """An opened case, and who is about to act on it: what every draft is made from."""

    content: CaseContent = field(repr=False)
    ledger: Ledger
    means: Means
    role: HomeRole
    staff: str
    now: datetime

    @property
    def life(self) -> Life:
        return self.ledger.life

    @property
    def intake(self) -> str:
        """The place that took it in, by its code; the content has it in words."""
        return self.life.taken.intake

    @property
    def today(self) -> date:
        return day_of(self.now)

    @property
    def calendars(self) -> Calendars:
        return self.ledger.calendars

    @property
    def taken(self) -> date:
        """The day whose catalogue holds for this case."""
        return day_of(self.life.taken.at)

    @property
    def issuer(self) -> Issuer:
        return self.means.issuer(self.content, self.taken)

    @property
    def matter(self) -> Matter:
        return self.means.matter(self.content, self.life)

    def number(self, series: str) -> str:
        return self.means.number(series, self.today, self.content.case, self.life.position + 1)

    def after(self, act: HomeAct) -> Life:
        """The life with ``act``; :class:`WantingError` when it may not be done now."""
        try:
            return self.ledger.after(act)
        except RefusedActError as error:
            raise WantingError(str(error)) from None


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper as it was set, and how it is called in the journal and on a 送达回证."""

    title: str
    number: str
    pdf: bytes = field(repr=False)
    kind: DocumentKind = "paper"
    source: tuple[str, bytes] | None = field(default=None, repr=False)
    """Template and data it was set from; ``None`` for a file that was uploaded."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the applicant is told by SMS."""

    kind: Kind
    place: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """``act`` without its documents. ``printout``: the result as a hall's terminal prints it; ``task`` names it once it is
    sealed."""

    act: HomeAct
    papers: tuple[Printed, ...] = ()
    task: Task | None = field(default=None, repr=False)
    printout: Result | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the desk's: its form, and what it makes of it. ``make``: the bench, what was said, the uploaded files."""

    fields: Callable[[Bench], tuple[Field, ...]]
    make: Callable[[Bench, Mapping[str, str], Mapping[str, bytes]], Draft]
    hint: str = ""


def printed(bench: Bench, make: Callable[[], Paper]) -> Printed:
    """Set. :class:`WantingError` when it cannot be: no remedy to name, or the press failed."""
    try:
        paper = make()
    except NoRemedyError:
        raise WantingError("设置里没有写明行政复议机关和管辖法院（issuer 的 review、court），不能出具不予决定。") from None
    return set_(bench, TEMPLATE, encode(paper), paper.title, paper.number)


def set_(bench: Bench, template: str, data: bytes, title: str, number: str, kind: DocumentKind = "paper") -> Printed:
    try:
        return Printed(title, number, bench.means.press.pdf(template, data), kind, (template, data))
    except UnmadeError:
        raise WantingError("文书没有生成，请再试一次；还不行，请联系技术人员。") from None


def parcel_fields(*, must: bool) -> tuple[Field, ...]:
    none = {} if must else {"none": "不寄纸质件"}
    return (
        Field("carrier", "承运单位", "select", options=none | CARRIERS),
        Field("waybill", "运单号", hint="照运单填写" if must else "不寄的不填", least=8 if must else 0, most=40),
        Field("seal", "封签号", hint="没有的不填", least=0, most=40),
        Field("cost", "寄递费用（元）", hint="按实际发生额，由寄出方承担；还不知道的不填", least=0, most=12),
    )


def parcel(said: Mapping[str, str]) -> Parcel | None:
    """:class:`WantingError`."""
    if said["carrier"] == "none":
        if said["waybill"]:
            raise WantingError("填了运单号，请选承运单位。")
        return None
    number = waybill(said["waybill"])
    if number is None:
        raise WantingError("运单号：应为 8 至 24 位字母和数字，其中至少 6 位数字。")
    seal = said["seal"].replace(" ", "")
    if not (seal.isascii() and all(c.isalnum() or c == "-" for c in seal)):
        raise WantingError("封签号：只用字母、数字和横线。")
    return Parcel(said["carrier"], number, seal, _fen(said["cost"]))


def _fen(said: str) -> int | None:
    if not said:
        return None
    found = re.fullmatch(r"([0-9]{1,5})(?:\.([0-9]{1,2}))?", said)
    if found is None:
        raise WantingError("寄递费用：请写成 12 或 12.50 这样的数。")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
