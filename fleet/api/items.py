"""The catalogue's parts: how each stands, what the linter says of a draft, and what was published."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from domain.calendar import CHINA
from domain.catalogue.catalogue import CatalogueDamagedError
from domain.catalogue.finding import Severity
from fleet.api.frame import Api, Call, Name, absent
from fleet.items import batches, checking, drafts
from fleet.items.overview import PartState, overview, parts
from fleet.items.published import Shelf
from fleet.people.rights import Act


class Parts(Struct, frozen=True):
    """``version``, ``rev``: of the catalogue all terminals are wanted to have; 0: none."""

    version: str
    rev: int
    parts: tuple[PartState, ...]


class Remark(Struct, frozen=True):
    """One thing the linter says. ``own``: to be mended in this part; ``answer``: what was said to a warning."""

    rule: str
    severity: Severity
    where: str
    what: str
    mend: str
    own: bool
    answer: str


class Remarks(Struct, frozen=True):
    """``hinders``: how many of them keep the draft from being proposed."""

    hinders: int
    remarks: tuple[Remark, ...]


class Published(Struct, frozen=True):
    """One publication from the console. ``parts``: part → number of its version; ``now``: terminals are wanted to have it."""

    rev: int
    kind: str
    title: str
    version: str
    since: str | None
    why: str
    by: str
    at: float
    parts: dict[str, int]
    now: bool
    back_to: int | None = None


class Batches(Struct, frozen=True):
    batches: tuple[Published, ...]


def routes(api: Api) -> None:
    api.refuses(CatalogueDamagedError, 409)

    @api.get("/items", Act.SEE)
    def items(call: Call) -> Parts:
        """The parts of one's parties; the joint list for who may see all."""
        shelf = call.site.shelf or Shelf()
        now, listed = shelf.now(call.db), parts(call.db, shelf, call.site.known.parties, call.only(Act.SEE))
        return Parts(now.version, now.rev, tuple(overview(call.db, shelf, listed)))

    @api.get("/items/<part>/check", Act.SEE)
    def item_check(call: Call, part: Name) -> Remarks:
        """What the linter says of the part's draft, among the others."""
        shelf = call.site.shelf or Shelf()
        listed = parts(call.db, shelf, call.site.known.parties, call.only(Act.SEE))
        draft = drafts.of(call.db, part) if part in listed else None
        if draft is None:
            absent("没有草稿")
        found = checking.check(call.db, shelf, draft, datetime.fromtimestamp(call.now, CHINA).date())
        told = (Remark(f.finding.rule, f.finding.severity, f.finding.where, f.what, f.mend, f.own, f.answer) for f in found)
        return Remarks(sum(f.hinders for f in found), tuple(told))

    @api.get("/catalogue/batches", Act.SEE, whole=True)
    def catalogue_batches(call: Call) -> Batches:
        """What was published and taken back, newest first, at most 200."""
        return Batches(tuple(_published(one) for one in batches.listed(call.db)))


def _published(one: batches.Batch) -> Published:
    told = (one.rev, one.kind, one.title, one.version, one.since, one.why, one.by, one.at)
    return Published(*told, dict(one.parts), one.now, one.back_to)
