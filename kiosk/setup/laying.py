"""What was settled is laid on the disk: settings by the way they are always taken (``kiosk.care.taking``), and what they name.

Nothing of the queue is touched; another name is refused while something of the old one is here.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from domain.profile import Profile
from kiosk import settings as conf
from kiosk.care import taking
from kiosk.clock import Clock
from kiosk.setup import composing
from kiosk.setup.composing import Places
from kiosk.setup.errors import AnswerError
from kiosk.setup.system import owner_of
from kiosk.staff.memory import Memory
from kiosk.store.files import write_durably

_WAITS = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM document) + (SELECT count(*) FROM answer_document)"


def before(path: Path) -> dict[str, Any]:
    """The settings' tree as it lies there, as far as it is TOML."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}


def waiting(data: Path) -> int | None:
    """Events and pages the centre has not confirmed; ``None``: that cannot be read."""
    path = data / "terminal.db"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return int(db.execute(_WAITS).fetchone()[0])
    except sqlite3.Error:
        return None


def may_be_called(name: str, was: Mapping[str, Any], enrolled: str | None, data: Path) -> None:
    """:class:`AnswerError`: this machine is another terminal, and something of it is here."""
    called = was["terminal"].get("id") if isinstance(was.get("terminal"), dict) else None
    if enrolled not in (None, name):
        raise AnswerError(f"终端编号：这台机器已登记为 {enrolled}，不能改叫 {name}。先请中心吊销，再清盘重装，见手册“装机”")
    if called in (None, name):
        return
    left = waiting(data)
    if left is None:
        raise AnswerError(f"终端编号：本机原来是 {called}，它的办件读不出来，不能改叫 {name}；联系中心")
    if left:
        raise AnswerError(f"终端编号：本机原来是 {called}，还有 {left} 件没有送到中心，不能改叫 {name}。先接通网络送完")


def accompany(profile: Profile | None, found: Path | None, name: str, places: Places) -> None:
    """Files the settings name: staff's authority, the catalogue, its code book, from the profile's folder. ``OSError``;
    :class:`AnswerError`: the catalogue lies neither there nor here.
    """
    if profile is None:
        return
    with owner_of(places.settings.parent):
        if profile.staff.ca is not None and profile.staff.revocation is not None:
            write_durably(places.beside(composing.CA), profile.staff.ca.encode())
            write_durably(places.beside(composing.REVOCATION), profile.staff.revocation.encode())
    folder = found.parent if found is not None else None
    pack = folder / profile.catalogue.pack if folder is not None and profile.catalogue is not None else None
    book = folder / f"{name}.book" if folder is not None else None
    if pack is not None and not pack.exists() and not places.beside(composing.CATALOGUE).exists():
        raise AnswerError(f"没有目录包 {pack}：向中心要，和配置文件放在一起")
    for source, target in ((pack, composing.CATALOGUE), (book, composing.BOOK)):
        if source is not None and source.exists():
            data = source.read_bytes()
            with owner_of(places.settings.parent):
                write_durably(places.beside(target), data)


def take(tree: Mapping[str, Any], places: Places, by: str) -> tuple[conf.Settings, tuple[str, ...]]:
    """The settings, and what changed, a line each; empty: nothing was to change. :class:`SettingsError`, ``OSError``."""
    path, now = places.settings, Clock().now()
    was = path.read_text("utf-8", "replace") if path.exists() else ""
    if was and before(path) == dict(tree):
        return taking.check(was, path), ()
    text = composing.text(tree)
    with owner_of(path.parent):
        try:
            good = bool(was) and conf.parse(was, path).terminal.id == tree["terminal"]["id"]
        except conf.SettingsError:
            good = False
        if good:
            settings = taking.take(path, text, by, now.isoformat())
        else:  # nothing to go back to
            settings = taking.check(text, path)
            write_durably(path, text.encode())
        if settings.paths.data.is_dir():
            memory = Memory(settings.paths.data / "staff.db")
            memory.did(now, "settings_taken", by=by, lines=len(text.splitlines()))
            memory.close()
    return settings, taking.difference(was, text)
