"""What all pages of the administration stand on: whose part is looked at, what may be done with it, and the words of its states."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from flask import abort

from domain.calendar import CHINA
from domain.catalogue.part import JOINT, Share, decode
from fleet import database
from fleet.items import drafts, overview, versions
from fleet.items.choices import Directory, directory
from fleet.items.drafts import Draft
from fleet.items.published import Shelf
from fleet.items.signing import Keys
from fleet.people.gate import parties, session
from fleet.people.rights import ALL, Act
from fleet.rollout.waves import Waves, by_share
from fleet.store import Store

STATES = {
    "proposed": ("waiting", "待审核"),
    "returned": ("warning", "已退回"),
    "withdrawn": ("off", "已撤回"),
    "approved": ("waiting", "已批准，待签名"),
    "signed": ("good", "已批准，待公布"),
    "published": ("good", "已公布"),
}
STEPS = {
    "draft": "开了一份草稿",
    "dropped": "放弃草稿",
    "proposed": "提交审核",
    "withdrawn": "撤回",
    "returned": "退回修改",
    "approved": "批准",
    "signed": "签名",
    "published": "公布",
    "taken-back": "退回已公布的",
}
GONE = "刚才有人改过同一处，页面上的已经不是现在的。请对照着看一看，再保存。"
CALLED = {JOINT: "事项目录（联席）"}


@dataclass(frozen=True, slots=True)
class Office:
    """``shelf`` and ``keys`` as the centre has them; without them there is nothing published and nothing is signed."""

    store: Store
    names: Mapping[str, str]
    now: Callable[[], float]
    terminals: Collection[str] = ()
    shelf: Shelf = field(default_factory=Shelf)
    keys: Keys = field(default_factory=Keys)

    def today(self) -> date:
        return datetime.fromtimestamp(self.now(), CHINA).date()

    def parts(self, db: database.Connection) -> list[str]:
        """What the visitor may see: the joint list is the centre's own, a part its party's."""
        seen = parties(Act.SEE)
        return overview.parts(db, self.shelf, self.names, None if ALL in seen else seen)

    def part(self, db: database.Connection, part: str, act: Act = Act.SEE) -> str:
        """404 for what is not the visitor's, 403 for what they may only see."""
        if part not in self.parts(db):
            abort(404)
        if not may(act, part):
            abort(403)
        return part

    def draft(self, db: database.Connection, part: str, act: Act = Act.SEE) -> Draft:
        """The part's draft; 404 where there is none."""
        return drafts.of(db, self.part(db, part, act)) or abort(404)

    def called(self, db: database.Connection, part: str) -> str:
        return CALLED.get(part) or self.parties(db).get(part, part)

    def parties(self, db: database.Connection) -> Mapping[str, str]:
        """Party → its name, as the settings say, else as it says itself."""
        return {
            part: self.names.get(part) or _named(piece.body) for part, piece in self.shelf.now(db).parts.items() if part != JOINT
        } | {**self.names}

    def directory(self, db: database.Connection, part: str = "") -> Directory:
        """The joint list a part is written for: what is approved, else what is published."""
        found = directory(self._joint(db))
        return Directory({}, found.samples) if part == JOINT else found

    def waves(self, db: database.Connection, salt: str) -> Waves:
        """All terminals by growing shares, those that are there first."""
        here = {terminal for (terminal,) in db.execute("SELECT terminal FROM terminals WHERE said = 'up'")}
        return by_share(self.terminals, here, salt=salt)

    def _joint(self, db: database.Connection) -> bytes | None:
        piece = self.shelf.now(db).parts.get(JOINT)
        held = versions.waiting(db).get(JOINT)
        return held.body if held else piece.body if piece else None


def may(act: Act, part: str) -> bool:
    """Whether the visitor may do ``act`` with ``part``.

    The centre's own staff see every part, and speak for the joint list only: for its part each party answers itself (Art. 9(1)).
    """
    whose = parties(act)
    if part == JOINT:
        return ALL in whose
    return part in whose or (act is Act.SEE and ALL in whose)


def me() -> str:
    return session().who.login


@lru_cache(maxsize=256)
def _named(body: bytes) -> str:
    share: Share = decode("", body, Share)
    return share.party.name
