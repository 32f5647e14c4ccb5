"""Settings taken on trial: checked whole before, the last good ones kept, taken back by themselves when no terminal comes up.

Beside the settings file, each of them whole or not there:

======================  ===============================================================================================
``terminal.toml``       what the next start reads
``….good``              the settings before the latest that were taken
``….trial``             JSON: who took them, when, their digest, starts so far; only while they are on trial
``….refused``           the settings that were taken back, as they were
======================  ===============================================================================================

The order of writing is good, trial, settings: cut off anywhere, a start finds either the old settings and a trial that is of
others (and is dropped), or the new ones with their trial. A trial ends when the terminal has stood :data:`CONFIRM` seconds.
"""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from domain.catalogue.catalogue import CatalogueDamagedError
from kiosk import settings as conf
from kiosk.drafted import private_keys
from kiosk.orders.shelf import checked, own
from kiosk.settings import Settings, SettingsError
from kiosk.staff.rules import rules
from kiosk.store.files import write_durably

CONFIRM = 20.0
"""Seconds a terminal stands before new settings count as good."""
PATIENCE = 60.0
"""Seconds a start on trial may take before it is given up."""
MOST_STARTS = 2
"""Starts on trial: a power cut may take one of them."""
MOST_TEXT = 100_000
NOT_UP = "新设置启动了两次都没有起来"


class Trial(Struct, frozen=True):
    """``by``: role and serial of the badge, or the account over SSH; ``digest``: SHA-256 of the settings on trial."""

    by: str
    at: str
    digest: str
    starts: int = 0


def check(text: str, path: Path, before: Settings | None = None) -> Settings:
    """Everything a start asks of the settings in ``text``; :class:`SettingsError`. ``before``: the settings they come after."""
    if len(text) > MOST_TEXT:
        raise SettingsError(f"设置文件超过 {MOST_TEXT} 个字符")
    settings = conf.parse(text, path)
    if before is not None and settings.terminal.id != before.terminal.id:
        raise SettingsError("terminal.id 不能在这里改：证书是按终端名发的，要重新登记")
    rules(settings)
    try:
        checked(own(settings.catalogue), settings)
    except CatalogueDamagedError as error:
        raise SettingsError(f"设置文件 {path}：{error}") from None
    for named, whose in ((settings.window, "窗口"), (settings.handover, "大厅")):
        if named is not None:
            try:
                private_keys(named.key_file, whose)
            except ValueError as error:
                raise SettingsError(str(error)) from None
    return settings


def difference(before: str, after: str) -> tuple[str, ...]:
    """What was taken away (``-``) and put in (``+``), a line each; empty when nothing is."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), "", "", "", "", 0, "")
    return tuple(line for line in found if not line.startswith(("---", "+++", "@@")))


def take(path: Path, text: str, by: str, at: str) -> Settings:
    """Lay ``text`` where the next start reads it, on trial. :class:`SettingsError`, and nothing is changed; ``OSError``."""
    now = path.read_text("utf-8")
    if on_trial(path) is not None:
        raise SettingsError(f"刚采用的设置还在试：终端运行满 {CONFIRM:.0f} 秒以后才能再改")
    try:
        before = conf.parse(now, path)
    except SettingsError:
        before = None  # what lies there is no settings: nothing to go back to
    settings = check(text, path, before)
    if text == now:
        raise SettingsError("和现在的设置一样，没有要改的")
    if before is not None:
        write_durably(beside(path, "good"), now.encode())
        write_durably(beside(path, "trial"), msgspec.json.encode(Trial(by, at, _digest(text.encode()))))
    write_durably(path, text.encode())
    return settings


def on_trial(path: Path) -> Trial | None:
    """The trial of the settings that lie there now; one of others, or damaged, is dropped."""
    mark = beside(path, "trial")
    try:
        trial = msgspec.json.decode(mark.read_bytes(), type=Trial)
        if trial.digest == _digest(path.read_bytes()):
            return trial
    except (OSError, msgspec.MsgspecError):
        pass
    mark.unlink(missing_ok=True)
    return None


def begin(path: Path) -> str | None:
    """Before a start reads the settings: count it, or take them back; why they were, when they were."""
    trial = on_trial(path)
    if trial is None:
        return None
    if trial.starts >= MOST_STARTS:
        return NOT_UP if take_back(path) else None
    write_durably(beside(path, "trial"), msgspec.json.encode(msgspec.structs.replace(trial, starts=trial.starts + 1)))
    return None


def take_back(path: Path) -> bool:
    """The last good settings again, if these are on trial; whether it was done."""
    if on_trial(path) is None:
        return False
    try:
        good = beside(path, "good").read_bytes()
    except FileNotFoundError:  # somebody took away the way back
        beside(path, "trial").unlink(missing_ok=True)
        return False
    write_durably(beside(path, "refused"), path.read_bytes())
    write_durably(path, good)
    beside(path, "trial").unlink(missing_ok=True)
    return True


def stands(path: Path) -> bool:
    """The terminal came up: the trial is over. Whether there was one."""
    if on_trial(path) is None:
        return False
    beside(path, "trial").unlink(missing_ok=True)
    return True


def beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.name}.{what}")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
