"""The bundle for technical support (``kiosk/orders/bundle.py``) with what staff see beside it, to a folder or to the centre.

``faults.txt``: what is wrong now, and what to do; ``network.txt``: addresses, names, reachability, time; ``staff.txt``: what
staff did. Its log is the reviewed one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from kiosk.staff.port import Checked, Status
from kiosk.store.files import write_durably

KEPT = 3
"""Bundles that stay in the folder."""
_TITLE = "支持包"


class Support:
    """``made``: the archive's bytes; ``upload`` sends one and gives its digest (``OSError``)."""

    def __init__(
        self, folder: Path, terminal: str, made: Callable[[], bytes], upload: Callable[[], str], now: Callable[[], datetime]
    ) -> None:
        self._folder = folder
        self._terminal = terminal
        self._made = made
        self._upload = upload
        self._now = now

    def here(self) -> Checked:
        path = self._folder / f"tongban-{self._terminal}-{self._now():%Y%m%d-%H%M%S}.zip"
        try:
            write_durably(path, self._made())
            for old in sorted(self._folder.glob("tongban-*.zip"))[:-KEPT]:
                old.unlink()
        except OSError as error:
            return Checked(_TITLE, "failed", f"写不进盘：{error.strerror}", "查磁盘空间。")
        return Checked(_TITLE, "passed", f"已存到 {path}", "用 scp 取走；本机不认 U 盘。")

    def to_centre(self) -> Checked:
        try:
            digest = self._upload()
        except OSError as error:
            return Checked(_TITLE, "failed", f"没有送到中心：{error}", "先存到本机；网通了再送。")
        return Checked(_TITLE, "passed", f"已送到中心，编号 {digest[:16]}", "打电话报这个编号。")


class Seen(Protocol):
    """What of ``kiosk.staff.port.Upkeep`` goes along."""

    def status(self) -> Status: ...
    def network(self) -> tuple[Checked, ...]: ...
    def identity(self) -> tuple[Checked, ...]: ...
    def audit(self) -> tuple[str, ...]: ...


def beside(seen: Seen) -> Mapping[str, str]:
    """Each file's text; one that cannot be made says so, and the others are there."""
    made = {}
    wanted: dict[str, Callable[[], str]] = {
        "faults.txt": lambda: _faults(seen.status()),
        "network.txt": lambda: _checks((*seen.network(), *seen.identity())),
        "staff.txt": lambda: "\n".join(seen.audit()) + "\n",
    }
    for name, text in wanted.items():
        try:
            made[name] = text()
        except Exception as error:
            made[name] = f"{type(error).__name__}\n"
    return made


def _faults(status: Status) -> str:
    wrong = [(one.title, each) for one in status.devices for each in one.troubles] + [("本机", each) for each in status.troubles]
    return "".join(f"{whose}：{each.code} {each.cause}\n  {each.remedy}\n" for whose, each in wrong) or "没有故障\n"


def _checks(found: tuple[Checked, ...]) -> str:
    return "".join(f"{one.verdict} {one.title}：{one.says}\n" for one in found)
