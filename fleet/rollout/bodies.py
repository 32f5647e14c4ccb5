"""What can be published: made of what staff give, checked, kept under its digest, compared with what terminals have.

The same checks for the console, its API and the command line; a terminal checks again by its own rules.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import msgspec

from domain.catalogue import pack
from domain.catalogue.catalogue import Catalogue, CatalogueDamagedError, plain
from domain.catalogue.changes import changes
from domain.catalogue.part import DamagedError
from domain.program.manifest import glance
from fleet import database, desired
from fleet.documents import Documents
from fleet.items.published import Shelf
from fleet.items.published import catalogue as published
from fleet.overview import BEIJING, local_text
from fleet.programs import NoProgramError, Programs
from fleet.rollout.book import Given
from mqtt.desired import MAX_BODY, CatalogueBody, Notice, NoticesBody, PackBody, ProgramBody, SettingsBody, body
from mqtt.wire import VERSION, ContractError, Wanted, encode

PUBLISHED: tuple[Wanted, ...] = ("catalogue", "settings", "notices", "program")
"""What people publish; clerks' accounts the centre publishes by itself (``fleet/clerks``)."""
FACTORY = "终端出厂时的程序"
MOST_NOTICES = 8
IN_ENGLISH = "|"
"""Stands between a notice and its English."""
MOST_CHANGES = 500
"""Sentences of a comparison that are shown."""
SETTINGS: dict[str, tuple[str, str]] = {
    "phone": ("咨询电话", ""),
    "complaint": ("监督投诉电话", ""),
    "query": ("查询地址", "印在凭证上"),
    "visit.idle_warning": ("没人碰多久提醒", "秒"),
    "visit.idle_end": ("提醒以后多久结束", "秒"),
    "visit.total": ("一次办理最长", "秒"),
    "visit.extension": ("到点以后可再延", "秒"),
    "visit.farewell": ("结束页停留", "秒"),
    "visit.receipt_shown": ("拿凭证页停留", "秒"),
}
"""Name on the command line and in forms → what it is, and its unit or where it is seen."""


class NoBodyError(ValueError):
    """It cannot be published; the text (Chinese) says why."""


@dataclass(frozen=True, slots=True)
class Body:
    """A checked body. ``title``: what it is, in a few words."""

    what: Wanted
    data: bytes
    title: str


def settings(values: Mapping[str, str]) -> Body:
    """``values``: by the names of :data:`SETTINGS`; a setting that is not named, or empty, is the terminal's own again."""
    tree: dict[str, Any] = {"v": VERSION}
    visit: dict[str, Any] = {}
    for name, text in values.items():
        value = text.strip()
        if not value:
            continue
        if name.startswith("visit."):
            visit[name.removeprefix("visit.")] = float(value) if re.fullmatch(r"[0-9.]+", value) else value
        else:
            tree[name] = value
    made = _body("settings", msgspec.json.encode({**tree, "visit": visit}))
    return Body("settings", made, "，".join(_settings_said(_settings(made))) or "各终端自己的设置")


def notices(texts: Sequence[str], since: str | None, until: str | None) -> Body:
    """``since`` and ``until``: RFC 3339. No text: all notices are withdrawn. Behind a | in a text: the same in English."""
    if texts and until is None:
        raise NoBodyError("要写明公告显示到什么时候")
    begins = since or datetime.now(BEIJING).isoformat(timespec="seconds")
    if until is not None and datetime.fromisoformat(until) <= datetime.fromisoformat(begins):
        raise NoBodyError("显示到的时候要在开始以后")
    said = [[part.strip() for part in text.partition(IN_ENGLISH)[::2]] for text in texts]
    if not all(text for text, _ in said):
        raise NoBodyError("英文前面要有中文")
    listed = tuple(Notice(f"n{place}", text, begins, until or begins, own) for place, (text, own) in enumerate(said, 1))
    made = _body("notices", encode(NoticesBody(VERSION, listed)))
    return Body("notices", made, "；".join(f"“{text}”" for text in texts) or "撤下全部公告")


def catalogue(data: bytes, openings: bytes | None, root: str | None, today: date) -> Body:
    """A signed pack; or (``openings`` given) the two plain files of a demonstration, where no ``root`` is pinned."""
    try:
        if openings is not None:
            found = plain(data, openings)
            if root is not None or not found.demo:
                raise NoBodyError("这里只发布签名的目录包；没有签名的只能是没有写 catalogue_root 的演示")
            raw: CatalogueBody | PackBody = CatalogueBody(VERSION, msgspec.Raw(data), msgspec.Raw(openings))
        else:
            if root is None:
                raise NoBodyError("中心设置里没有写根公钥（catalogue_root），不能核对目录包")
            found = pack.read(data, root, today)
            raw = PackBody(VERSION, msgspec.Raw(data))
    except CatalogueDamagedError as error:
        raise NoBodyError(str(error)) from None
    return Body("catalogue", _body("catalogue", encode(raw)), f"目录 {found.version}")


def program(version: str, programs: Programs) -> Body:
    """A version as its publisher signed it, for every kind of machine there is; empty: the program terminals came with."""
    try:
        made = programs.body(version)
    except NoProgramError as error:
        raise NoBodyError(str(error)) from None
    return Body("program", _body("program", encode(made)), _program_said(made))


def keep(bodies: Documents, made: Body) -> Given:
    """Written under its digest, where terminals fetch it."""
    digest = hashlib.sha256(made.data).hexdigest()
    bodies.take("centre", digest, BytesIO(made.data), len(made.data))
    return Given(made.what, made.title, digest, len(made.data))


def kept(shelf: Shelf, what: Wanted, digest: str) -> Given:
    """What was kept before; :class:`NoBodyError`."""
    data = _read(shelf, digest)
    return Given(what, title(shelf, what, digest), digest, len(_body(what, data)))


def settings_of(shelf: Shelf, digest: str) -> dict[str, str]:
    """The values of a body of settings, by the names of :data:`SETTINGS`."""
    return _settings_values(_settings(_read(shelf, digest)))


def title(shelf: Shelf, what: Wanted, digest: str) -> str:
    """A body of this kind in a few words; :class:`NoBodyError`."""
    match what:
        case "settings":
            return "，".join(_settings_said(_settings(_read(shelf, digest)))) or "各终端自己的设置"
        case "notices":
            return "；".join(f"“{_both(one)}”" for one in _notices(_read(shelf, digest))) or "撤下全部公告"
        case "program":
            return _program_said(_program(shelf, digest))
        case _:
            return f"目录 {_catalogue(shelf, digest).version}"


def out_there(
    db: database.Connection, what: Wanted, terminals: Collection[str], groups: Mapping[str, Collection[str]]
) -> list[tuple[str | None, int]]:
    """Digests of what these terminals are wanted to have, with how many of them, most first; ``None``: nothing was published."""
    found: Counter[str | None] = Counter()
    for terminal in terminals:
        one = desired.newest_for(db, what, terminal, groups.get(terminal, ()))
        found[one.sha256 if one else None] += 1
    return found.most_common()


def differences(shelf: Shelf, what: Wanted, old: str | None, new: str) -> list[str]:
    """What changes for a terminal that has ``old``, a sentence each; digests of bodies that were kept. :class:`NoBodyError`."""
    match what:
        case "settings":
            before = _settings(_read(shelf, old)) if old else SettingsBody(VERSION)
            return list(_settings_changes(before, _settings(_read(shelf, new))))
        case "notices":
            was = [f"“{_both(n)}”{_span(n)}" for n in _notices(_read(shelf, old))] if old else []
            now = [f"“{_both(n)}”{_span(n)}" for n in _notices(_read(shelf, new))]
            return [*(f"撤下 {n}" for n in was if n not in now), *(f"增加 {n}" for n in now if n not in was)]
        case "program":
            from_, to = _program_said(_program(shelf, old)) if old else FACTORY, _program_said(_program(shelf, new))
            return [] if from_ == to else [f"{from_} → {to}"]
        case _:
            if old is None:
                return ["以前没有发布过目录，终端用的是自带的"]
            told = list(changes(_catalogue(shelf, old), _catalogue(shelf, new)))
            more = len(told) - MOST_CHANGES
            return told[:MOST_CHANGES] + ([f"还有 {more} 处"] if more > 0 else [])


def facts(shelf: Shelf, what: Wanted, digest: str) -> list[tuple[str, str]]:
    """What it is, as a list of words: what is set to what; who drafted and approved which part. :class:`NoBodyError`."""
    match what:
        case "settings":
            found = _settings_values(_settings(_read(shelf, digest)))
            return [(SETTINGS[name][0], _with_unit(name, value)) for name, value in found.items()]
        case "notices":
            return [(f"公告 {n}", f"{_both(one)}{_span(one)}") for n, one in enumerate(_notices(_read(shelf, digest)), 1)]
        case "program":
            return _program_facts(_program(shelf, digest))
        case _:
            made = _catalogue(shelf, digest)
            parts = shelf.kept(digest).parts
            signed = [
                (
                    party.name if (party := made.party(name)) else "汇总单位",
                    f"{said.drafted_by} 起草，{said.approved_by} 批准，{said.day}",
                )
                for name, piece in parts.items()
                if (said := piece.said) is not None
            ]
            whole = f"{len(made.parties)} 个签约方，{len(made.listed())} 个事项"
            return [("版本", made.version), ("内容", whole), *(signed or [("签名", "没有签名的演示目录")])]


def _read(shelf: Shelf, digest: str) -> bytes:
    try:
        return shelf.body(digest)
    except (OSError, ValueError):
        raise NoBodyError("没有这一份") from None


def _body(what: Wanted, data: bytes) -> bytes:
    try:
        body(what, data)
    except ContractError as error:
        said = f"超过 {MAX_BODY // 1024 // 1024} MB" if len(data) > MAX_BODY else f"内容不合约定：{error}"
        raise NoBodyError(said) from None
    return data


def _program(shelf: Shelf, digest: str) -> ProgramBody:
    return msgspec.json.decode(_read(shelf, digest), type=ProgramBody)


def _program_said(found: ProgramBody) -> str:
    return f"程序 {glance(found.signed[0]).version}" if found.signed else FACTORY


def _program_facts(found: ProgramBody) -> list[tuple[str, str]]:
    several = [glance(signed) for signed in found.signed]
    if not several:
        return [("版本", FACTORY)]
    machines = "、".join(f"{one.arch} Python {one.python}（{one.size / 1e6:.0f} MB）" for one in several)
    back = [("退回", "比它新的终端也会换成它")] if any(one.back for one in several) else []
    notes = [("说明", several[0].notes)] if several[0].notes else []
    return [("版本", several[0].version), ("做成", several[0].made.isoformat()), ("机器", machines), *notes, *back]


def _settings(data: bytes) -> SettingsBody:
    return msgspec.json.decode(data, type=SettingsBody)


def _notices(data: bytes) -> tuple[Notice, ...]:
    return msgspec.json.decode(data, type=NoticesBody).notices


def _catalogue(shelf: Shelf, digest: str) -> Catalogue:
    try:
        found = shelf.kept(digest)
        return published(found.version, {name: piece.body for name, piece in found.parts.items()})
    except (CatalogueDamagedError, DamagedError) as error:
        raise NoBodyError(str(error)) from None


def _settings_values(found: SettingsBody) -> dict[str, str]:
    tree = msgspec.to_builtins(found)
    flat = {**tree, **{f"visit.{name}": value for name, value in tree.get("visit", {}).items()}}
    return {name: f"{flat[name]:g}" if isinstance(flat[name], float) else str(flat[name]) for name in SETTINGS if flat.get(name)}


def _with_unit(name: str, value: str) -> str:
    unit = SETTINGS[name][1]
    return f"{value} {unit}" if unit == "秒" else value


def _settings_said(found: SettingsBody) -> Iterator[str]:
    for name, value in _settings_values(found).items():
        yield f"{SETTINGS[name][0]} {_with_unit(name, value)}"


def _settings_changes(old: SettingsBody, new: SettingsBody) -> Iterator[str]:
    before, after = _settings_values(old), _settings_values(new)
    for name, (said, _) in SETTINGS.items():
        if before.get(name) != after.get(name):
            was = _with_unit(name, before[name]) if name in before else "各终端自己的"
            now = _with_unit(name, after[name]) if name in after else "各终端自己的"
            yield f"{said}：{was} → {now}"


def _both(one: Notice) -> str:
    return f"{one.text} {IN_ENGLISH} {one.english}" if one.english else one.text


def _span(one: Notice) -> str:
    return f"（{local_text(one.since)} 至 {local_text(one.until)}）"
