"""The administration of the catalogue at work: a draft with mistakes, one proposed, one published, and errors windows told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from support import items as at
from support import packs
from support.fleet import EPOCH

from domain.catalogue.part import JOINT
from fleet.intake import understand
from fleet.items import approving, batches, checking, drafts, nodes, reports, versions
from fleet.items.drafts import Draft
from fleet.items.elements import TYPES
from fleet.items.published import Shelf
from fleet.items.signing import Keys
from fleet.store import Store
from mqtt import topics
from mqtt.events import ItemError, event

PAGES = (
    "/items",
    "/items/demo-jia",
    "/items/demo-qi/versions/2",
    "/items/demo-jia/draft",
    "/items/demo-jia/draft/check",
    "/items/demo-jia/draft/2",
    "/items/joint/draft/2",
    "/items/joint/draft/2/questions",
    "/batches",
    "/corrections",
    "/corrections/1",
)
"""One of each kind, at a place where there is something."""
MORE = (
    "/items/joint/draft?kind=item",
    "/items/demo-jia/draft/changes",
    "/items/demo-jia/draft/history",
    "/items/demo-jia/draft/propose",
    "/items/demo-jia/draft/1",
    "/items/demo-jia/draft/1/contacts/0",
    "/items/joint/draft/2/situations/1",
    "/items/joint/draft/2/situations/1/materials/2",
    "/items/joint/draft/2/questions/0",
    "/items/joint/draft/new/item",
    "/items/demo-jia/draft/new/opening",
)
"""Made of the same parts: looked at in the long run."""


def seed_items(store: Store, now: float, shelf: Shelf, keys: Keys) -> None:
    """The centre's people and those of two parties; what they have done since the signed demonstration was published."""
    at.people(store, now)
    at.publish(store, shelf, packs.Made(made=date(2026, 11, 1)), now - 5 * 86400)
    seed_work(store, now, shelf, keys)


def seed_work(store: Store, now: float, shelf: Shelf, keys: Keys) -> None:
    today = at.today(now)
    for sequence, part, text in ((1, "contact", "咨询台电话改成 0800-000-0021 了"), (2, "limit", "承诺时限已经改成 5 个工作日")):
        told = ItemError(at.JIA, "SSC-APPLY", "SSC-APPLY-1", part, text, "demo-signed-1", "2026-11-05T10:00:00+08:00")  # type: ignore[arg-type]
        raw = event("t-mz-01", EPOCH, 900 + sequence, "2026-11-05T10:00:00+08:00", told)
        store.record([understand(topics.events("t-mz-01"), raw, False, frozenset({"t-mz-01"}))], now - 3600)
    qi = begin(store, shelf, at.QI, "qi-edits", now)
    edit(store, qi, "opening", lambda v: {**v, "reason": f"{v['reason']}窗口一并核对。", "window_days": 5}, "qi-edits", now)
    propose(store, shelf, qi, "核验期限改短", "第二批", "qi-edits", today, now)
    joint = begin(store, shelf, JOINT, "joint-edits", now)
    edit(
        store,
        joint,
        "item",
        lambda v: {**v, "promised_limit": {"value": 5, "unit": "workday"}, "changed": "时限改短"},
        "joint-edits",
        now,
    )
    made = propose(store, shelf, joint, "时限改短", "第二批", "joint-edits", today, now)
    with store.transaction() as db:
        approving.approve(db, made, [], keys, "joint-approves", today, now)
    with store.reading() as db:
        plan = batches.plan(db, shelf, keys, [JOINT], "2026-11-06 第二批", today)
    batches.store(shelf, plan)
    with store.transaction() as db:
        batches.publish(db, shelf, plan, None, "第二批：时限改短", "joint-approves", now)
    begin(store, shelf, JOINT, "joint-edits", now)
    jia = begin(store, shelf, at.JIA, "jia-edits", now)
    edit(store, jia, "opening", lambda v: {**v, "proofs": dict.fromkeys(v["proofs"], "scan"), "department": None}, "jia-edits", now)
    edit(store, jia, "party", lambda v: {**v, "uscc": "11519900MB900100XX"}, "jia-edits", now)
    with store.transaction() as db:
        found = reports.by_number(db, 1)
        assert found is not None
        reports.take(db, found, "jia-edits", "jia-edits", now)


def begin(store: Store, shelf: Shelf, part: str, by: str, now: float) -> Draft:
    with store.transaction() as db:
        base = versions.basis(db, shelf.now(db), part, now)
        assert base is not None
        return drafts.begin(db, part, base.body, base.id, by, now)


def edit(store: Store, draft: Draft, kind: str, how: Callable[[dict[str, Any]], dict[str, Any]], by: str, now: float) -> int:
    """The first of its kind changed; its number."""
    with store.transaction() as db:
        one = next(e for e in drafts.elements(db, draft.id) if e.kind == kind)
        drafts.change(db, draft, one.number, (), nodes.mark(TYPES[kind], one.value), said(how(one.value)), by, now)
    return one.number


def said(value: dict[str, Any]) -> dict[str, Any]:
    """As the form leaves it: a sentence that was changed has no English any more."""
    text = str({name: part for name, part in value.items() if name != "english"})
    return {**value, "english": {key: words for key, words in value.get("english", {}).items() if repr(key) in text}}


def propose(store: Store, shelf: Shelf, draft: Draft, why: str, batch: str, by: str, today: date, now: float) -> versions.Version:
    with store.transaction() as db:
        one = drafts.by_id(db, draft.id)
        found = checking.check(db, shelf, one, today)
        return approving.propose(db, one, found, approving.Proposal(why, batch), by, today, now)
