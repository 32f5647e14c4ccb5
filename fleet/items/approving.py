"""The way of a draft to its owner's word: proposed, looked at by a second person, given back or approved, signed.

Who had a hand in a draft never approves it. What is approved are the very bytes that were looked at; they are signed with the
party's key, which lies at the centre or with the party (``signing.py``). Writes work inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from domain.catalogue.pack import digest
from domain.catalogue.part import pressed
from domain.catalogue.trust import Approval, UntrustedError, read_approval, same_person
from fleet import database
from fleet.items import drafts, versions
from fleet.items.checking import Told
from fleet.items.drafts import Draft, RefusedError
from fleet.items.published import Piece
from fleet.items.signing import Keys
from fleet.items.versions import Version
from fleet.people import accounts

MOST_WORDS = 400
MOST_BATCH = 60
MOST_NAMES = 12
"""Of those who had a hand in a draft, in the approval's words."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``batch``: with which list it is to be published; ``since``: the first day in force its drafter asks for."""

    why: str
    batch: str
    since: date | None = None


def propose(
    db: database.Connection, draft: Draft, found: Sequence[Told], asked: Proposal, by: str, today: date, now: float
) -> Version:
    """The draft is put before the second person; nobody edits it from now on. :class:`RefusedError`."""
    if draft.state != "open":
        raise RefusedError("这份草稿已经提交")
    if draft.edits == 0:
        raise RefusedError("草稿和原来的一样，没有什么要批准的")
    if wrong := [one for one in found if one.hinders]:
        raise RefusedError(f"还有 {len(wrong)} 条错误或没有答复的警告")
    why, batch, since = _words("理由", asked.why), asked.batch.strip(), asked.since
    if not 1 <= len(batch) <= MOST_BATCH:
        raise RefusedError(f"写明批次，如 第二批，最多 {MOST_BATCH} 个字")
    if since is not None and since < today:
        raise RefusedError("从哪天起生效不能是过去的日子")
    body = pressed(draft.part, drafts.body(db, draft))
    drafted = "、".join(_name(db, login) for login in [*dict.fromkeys([by, *_hands(db, draft.id)])][:MOST_NAMES])
    piece = Piece(body, digest(body))
    told = versions.Asked(batch, drafted, why, str(since) if since else None)
    made = versions.add(db, draft.part, "proposed", piece, told, now, draft.id)
    db.execute("UPDATE item_drafts SET state = 'proposed' WHERE id = ?", (draft.id,))
    drafts.step(db, draft.part, "proposed", why, by, now, made.id)
    return made


def withdraw(db: database.Connection, version: Version, by: str, why: str, now: float) -> None:
    """Taken back by its own side: before it was looked at its draft is open again; after, it will not be published."""
    if version.state not in ("proposed", *versions.WAITING):
        raise RefusedError("现在不能撤回")
    _reopen(db, version)
    _state(db, version, "withdrawn")
    drafts.step(db, version.part, "withdrawn", _words("理由", why), by, now, version.id)


def give_back(db: database.Connection, version: Version, by: str, words: str, now: float) -> None:
    """The approver's no: the draft is open again, with what was said. :class:`RefusedError`."""
    _proposed(version)
    _second_person(db, version, by)
    _reopen(db, version)
    _state(db, version, "returned")
    drafts.step(db, version.part, "returned", _words("退回的意见", words), by, now, version.id)


def approve(db: database.Connection, version: Version, found: Sequence[Told], keys: Keys, by: str, today: date, now: float) -> str:
    """The approver's yes; signed at once where the key lies here: the new state. :class:`RefusedError`, :class:`UntrustedError`."""
    _proposed(version)
    _second_person(db, version, by)
    if wrong := [one for one in found if one.hinders]:
        raise RefusedError(f"提交以后情况变了，现在有 {len(wrong)} 条错误或没有答复的警告，请退回")
    said = Approval(1, version.part, version.sha256, version.batch, version.drafted_by, _name(db, by), today)
    if same_person(said.drafted_by, said.approved_by):
        raise RefusedError("起草和批准须是两个人")
    token = keys.approve(said)
    if token is not None:
        read_approval(token, version.part, version.sha256, keys.known(today), today)
    state = "signed" if token else "approved"
    changed = db.execute(
        "UPDATE item_versions SET state = ?, approved_by = ?, day = ?, approval = ? WHERE id = ? AND state = 'proposed'",
        (state, said.approved_by, str(today), token, version.id),
    )
    if changed.rowcount != 1:
        raise drafts.ConflictError
    db.execute("UPDATE item_drafts SET state = 'done' WHERE id = ?", (version.draft,))
    drafts.step(db, version.part, "approved", "", by, now, version.id)
    if token:
        drafts.step(db, version.part, "signed", f"用中心保管的密钥 {keys.signers[version.part].key_id}", by, now, version.id)
    return state


def request(version: Version) -> bytes:
    """What a party signs that keeps its key itself: the approval, as it will be believed."""
    assert version.approved_by is not None
    assert version.day is not None
    return msgspec.json.encode(_said(version))


def sign(db: database.Connection, version: Version, token: str, keys: Keys, by: str, today: date, now: float) -> None:
    """The signature, brought. :class:`RefusedError`, :class:`UntrustedError` where it is not its owner's word on this very part."""
    if version.state != "approved":
        raise RefusedError("这一版现在不等签名")
    token = "".join(token.split())
    said = read_approval(token, version.part, version.sha256, keys.known(today), today)
    if said != _said(version):
        raise UntrustedError("签名签的不是这里批准的内容：批次、起草人、批准人或日期不一样")
    db.execute("UPDATE item_versions SET state = 'signed', approval = ? WHERE id = ? AND state = 'approved'", (token, version.id))
    drafts.step(db, version.part, "signed", "签名由本方送来", by, now, version.id)


def had_a_hand(db: database.Connection, version: Version, login: str) -> bool:
    """Whether ``login`` opened, edited or proposed what this version was made of."""
    return version.draft is not None and login in _hands(db, version.draft)


def _hands(db: database.Connection, draft: int) -> list[str]:
    rows = db.execute(
        "SELECT by FROM item_drafts WHERE id = ?1 UNION SELECT by FROM item_edits WHERE draft = ?1 "
        "UNION SELECT s.by FROM item_steps s JOIN item_versions v ON s.version = v.id WHERE v.draft = ?1 AND s.step = 'proposed' "
        "UNION SELECT by FROM item_answers WHERE draft = ?1",
        (draft,),
    )
    return sorted(by for (by,) in rows)


def _second_person(db: database.Connection, version: Version, by: str) -> None:
    if had_a_hand(db, version, by):
        raise RefusedError("您参与了起草，须由另一人审核")


def _said(version: Version) -> Approval:
    told = (version.part, version.sha256, version.batch, version.drafted_by, version.approved_by or "")
    return Approval(1, *told, date.fromisoformat(version.day or ""))


def _proposed(version: Version) -> None:
    if version.state != "proposed":
        raise RefusedError("这一版现在不等审核")


def _reopen(db: database.Connection, version: Version) -> None:
    if version.state == "proposed":
        db.execute("UPDATE item_drafts SET state = 'open' WHERE id = ?", (version.draft,))


def _state(db: database.Connection, version: Version, state: versions.State) -> None:
    changed = db.execute("UPDATE item_versions SET state = ? WHERE (id, state) = (?, ?)", (state, version.id, version.state))
    if changed.rowcount != 1:
        raise drafts.ConflictError


def _name(db: database.Connection, login: str) -> str:
    """Name and login: two people may have one name."""
    found = accounts.person(db, login)
    return f"{found.name}（{login}）" if found else login


def _words(what: str, words: str) -> str:
    words = words.strip()
    if not 2 <= len(words) <= MOST_WORDS:
        raise RefusedError(f"写明{what}，2 至 {MOST_WORDS} 个字")
    return words
