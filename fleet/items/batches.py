"""分批公布: approved parts of several parties go into one pack, signed by the publisher, and are wanted of all terminals; and back.

What is published has passed the check a terminal makes, by the same function, before anything is written. Taking back is
publishing the pack before once more, as a new revision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

import msgspec

from domain.catalogue import pack
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.lint import lint
from domain.catalogue.part import JOINT
from domain.catalogue.trust import Manifest
from fleet import database, desired
from fleet.items import drafts, reports, versions
from fleet.items.drafts import RefusedError
from fleet.items.published import Published, Shelf
from fleet.items.signing import Keys
from fleet.items.versions import Version
from fleet.people import record
from fleet.rollout import acts, asking
from fleet.rollout.book import Given, NoRolloutError
from fleet.rollout.waves import Waves
from mqtt.desired import MAX_BODY, PackBody
from mqtt.wire import VERSION, encode

MOST_TITLE = 60
MOST_WORDS = 400


@dataclass(frozen=True, slots=True)
class Plan:
    """A pack to be: ``before`` what it replaces, ``chosen`` what is new in it."""

    before: Published = field(repr=False)
    chosen: Mapping[str, Version]
    title: str
    body: bytes = field(repr=False)
    sha256: str
    catalogue: Catalogue = field(repr=False)
    joint: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """``parts``: part → number of its version. ``now``: terminals are wanted to have it. ``rollout``: by which it goes on."""

    rev: int
    kind: str
    title: str
    version: str
    sha256: str
    back_to: int | None
    since: str | None
    why: str
    by: str
    at: float
    parts: Mapping[str, int]
    now: bool
    rollout: int | None


def plan(db: database.Connection, shelf: Shelf, keys: Keys, chosen: Collection[str], title: str, today: date) -> Plan:
    """The pack of what is published and the ``chosen`` parts, made and checked as a terminal checks it; nothing is written.

    :class:`RefusedError`; :class:`CatalogueDamagedError` (``UntrustedError`` among them).
    """
    before, waiting = shelf.now(db), versions.waiting(db)
    title = title.strip()
    if not chosen:
        raise RefusedError("至少选一份")
    if not 2 <= len(title) <= MOST_TITLE:
        raise RefusedError(f"写明目录版本的名称，2 至 {MOST_TITLE} 个字")
    if title == before.version or db.execute("SELECT 1 FROM item_batches WHERE version = ?", (title,)).fetchone():
        raise RefusedError(f"已经有叫“{title}”的目录版本")
    new = {part: version for part, version in waiting.items() if part in chosen}
    if unsigned := sorted({*chosen} - {part for part, version in new.items() if version.state == "signed"}):
        raise RefusedError(f"还没有批准并签名：{'、'.join(unsigned)}")
    parts = {name: (piece.approval or "", piece.body) for name, piece in before.parts.items()}
    parts |= {name: (version.approval or "", version.body) for name, version in new.items()}
    if lacking := sorted(name for name, (approval, _) in parts.items() if not approval):
        raise RefusedError(f"这几份从来没有签过名，要先由各方批准：{'、'.join(lacking)}")
    parts = {JOINT: parts[JOINT], **parts} if JOINT in parts else parts
    register = keys.token()
    made = Manifest(1, title, today, keys.known(today).number, {name: pack.digest(body) for name, (_, body) in parts.items()})
    data = pack.write(register, keys.manifest(made), parts)
    found = read(data, keys, today)
    if wrong := [f for f in lint(found, today) if f.severity == "error"]:
        raise RefusedError("；".join(("合在一起有错误，不能发布", *map(str, wrong[:5]))))
    body = encode(PackBody(VERSION, msgspec.Raw(data)))
    if len(body) > MAX_BODY:
        raise RefusedError(f"超过 {MAX_BODY // 1024 // 1024} MB")
    return Plan(before, new, title, body, hashlib.sha256(body).hexdigest(), found, parts[JOINT][1])


def read(data: bytes | msgspec.Raw, keys: Keys, today: date, newest: int = 0) -> Catalogue:
    """A pack as a terminal believes it. :class:`RefusedError`, :class:`CatalogueDamagedError`."""
    keys.token()
    assert keys.root is not None
    return pack.read(data, keys.root, today, newest)


def store(shelf: Shelf, made: Plan) -> None:
    """The body on the disk, before it is named: outside any transaction."""
    if shelf.bodies is None:
        raise RefusedError("这里没有存放目录的地方")
    shelf.bodies.take("centre", made.sha256, BytesIO(made.body), len(made.body))


def publish(
    db: database.Connection, shelf: Shelf, made: Plan, since: str | None, why: str, by: str, now: float, waves: Waves | None = None
) -> int:
    """The pack is wanted of all terminals, from ``since`` (RFC 3339) on: its revision. ``waves``: one after the other, stopped by
    failures (``fleet/rollout``); then it begins now.

    :class:`drafts.ConflictError` where something was published or withdrawn since it was made.
    """
    why = _words(why)
    if shelf.now(db).rev != made.before.rev:
        raise drafts.ConflictError
    if waves is not None:
        rev = _rolled_out(db, made, waves, since, why, by, now)
    else:
        rev = desired.publish(db, "catalogue", desired.ALL, made.sha256, len(made.body), since, by, why, now)
    titles = "、".join(sorted({version.batch for version in made.chosen.values()}))
    _write(db, rev, "published", titles, made.title, made.sha256, None, since, why, by, now)
    for part, version in made.chosen.items():
        changed = db.execute("UPDATE item_versions SET state = 'published' WHERE id = ? AND state = 'signed'", (version.id,))
        if changed.rowcount != 1:
            raise drafts.ConflictError
        db.execute("INSERT INTO item_batch_parts VALUES (?, ?, ?)", (rev, part, version.id))
        drafts.step(db, part, "published", made.title, by, now, version.id)
        reports.published(db, version, made.title, by, now)
    record.write(db, now, by, "items.publish", made.title, why, f"rev {rev}")
    return rev


def _rolled_out(db: database.Connection, made: Plan, waves: Waves, since: str | None, why: str, by: str, now: float) -> int:
    if since is not None:
        raise RefusedError("分批铺开的马上开始，不能再写从哪天起使用")
    given = Given("catalogue", f"目录 {made.title}", made.sha256, len(made.body))
    try:
        id_ = acts.begin(db, given, desired.ALL, waves, asking.rules({"waves": "shares"}, now, command=False), by, why, now)
    except NoRolloutError as error:
        raise RefusedError(str(error)) from None
    (rev,) = db.execute("SELECT rev FROM rollouts WHERE id = ?", (id_,)).fetchone()
    return int(rev)


def take_back(db: database.Connection, shelf: Shelf, keys: Keys, rev: int, why: str, by: str, today: date, now: float) -> int:
    """The pack before ``rev``, which must be the newest, is wanted again: the new revision.

    The parts it brought wait to be published again or withdrawn; what they mended is open again. :class:`RefusedError`,
    :class:`CatalogueDamagedError` where terminals would not believe the older pack any more.
    """
    why, current = _words(why), shelf.now(db)
    batch = next((one for one in listed(db) if one.rev == rev), None)
    if batch is None or batch.kind != "published" or current.rev != rev:
        raise RefusedError("只能退回现在用着的那一批")
    row = db.execute(
        "SELECT rev, sha256, size FROM desired WHERE what = 'catalogue' AND target = '*' AND rev < ? ORDER BY rev DESC LIMIT 1",
        (rev,),
    ).fetchone()
    if row is None:
        raise RefusedError("这以前没有发布过目录，没有可退回的")
    back_to, sha256, size = row
    newest = read(_pack(shelf, current.sha256), keys, today).register
    version = read(_pack(shelf, sha256), keys, today, newest).version
    made = desired.publish(db, "catalogue", desired.ALL, sha256, size, None, by, why, now)
    _write(db, made, "taken-back", batch.title, version, sha256, back_to, None, why, by, now)
    for part in batch.parts:
        (id_,) = db.execute("SELECT version FROM item_batch_parts WHERE (rev, part) = (?, ?)", (rev, part)).fetchone()
        db.execute("UPDATE item_versions SET state = 'signed' WHERE id = ?", (id_,))
        drafts.step(db, part, "taken-back", why, by, now, id_)
        reports.taken_back(db, versions.by_id(db, id_), why, by, now)
    record.write(db, now, by, "items.take-back", batch.version, why, f"rev {made}")
    return made


def listed(db: database.Connection) -> list[Batch]:
    """Newest first."""
    parts: dict[int, dict[str, int]] = {}
    for rev, part, number in db.execute(
        "SELECT rev, b.part, v.number FROM item_batch_parts b JOIN item_versions v ON v.id = b.version ORDER BY rev, b.part"
    ):
        parts.setdefault(rev, {})[part] = number
    (newest,) = db.execute("SELECT max(rev) FROM desired WHERE what = 'catalogue' AND target = '*'").fetchone()
    rows = db.execute(
        "SELECT b.rev, kind, b.title, version, sha256, back_to, since, b.why, b.by, at, r.id FROM item_batches b "
        "LEFT JOIN rollouts r ON (r.what, r.rev) = ('catalogue', b.rev) ORDER BY b.rev DESC LIMIT 200"
    )
    return [
        Batch(rev, kind, title, version, sha256, back_to, since, why, by, at, parts.get(rev, {}), rev == newest, rollout)
        for rev, kind, title, version, sha256, back_to, since, why, by, at, rollout in rows
    ]


def _pack(shelf: Shelf, sha256: str) -> msgspec.Raw:
    try:
        return msgspec.json.decode(shelf.body(sha256), type=PackBody).pack
    except (OSError, msgspec.MsgspecError):
        raise RefusedError("以前的目录没有签名，或读不出来，终端不会再用它") from None


def _write(db: database.Connection, *told: object) -> None:
    """A line of ``item_batches``, in its columns' order."""
    db.execute("INSERT INTO item_batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", told)


def _words(why: str) -> str:
    if not 2 <= len(why.strip()) <= MOST_WORDS:
        raise RefusedError(f"写明理由，2 至 {MOST_WORDS} 个字")
    return why.strip()
