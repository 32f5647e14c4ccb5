"""The visit in progress on tmpfs: it survives a restart of the service, never a power cut, and never touches a disk."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk.visit.state import SCHEMA, State

log = logging.getLogger(__name__)

_MEMORY = {"tmpfs", "ramfs"}
_MAX_BYTES = 8 * 1024 * 1024


class NotInMemoryError(RuntimeError):
    """The runtime folder lies on a disk; a visit must not be written there."""


class _Kept(Struct, frozen=True):
    schema: int
    state: State


class VolatileVisit:
    """One file in ``folder``, mode 0600. :class:`NotInMemoryError` unless the folder is memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if filesystem(folder) not in _MEMORY:
            raise NotInMemoryError(f"运行目录 {folder} 不在内存里（tmpfs），办事人的信息不能写到盘上")
        self._path = folder / "visit.json"
        self._fresh = folder / "visit.new"

    def save(self, state: State) -> None:
        """The visit as it stands; without one nothing stays. Where it cannot be written it only loses its way across a restart."""
        if state.visit is None:
            self._forget()
            return
        try:
            handle = os.open(self._fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(_Kept(SCHEMA, state)))
            self._fresh.rename(self._path)
        except OSError as error:
            log.error("the visit cannot be kept for a restart: %s", error.strerror)
            self._forget()  # an older state would bring back what the citizen has taken back

    def exists(self) -> bool:
        return self._path.exists() or self._fresh.exists()

    def load(self) -> State | None:
        """The visit of before the restart; ``None`` when there is none or it cannot be understood (then it is removed)."""
        try:
            data = self._path.read_bytes()[:_MAX_BYTES]
            kept = msgspec.json.decode(data, type=_Kept)
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, UnicodeDecodeError):
            log.warning("the visit of before the restart cannot be read; removed")
            self._forget()
            return None
        if kept.schema != SCHEMA:
            self._forget()
            return None
        return kept.state

    def _forget(self) -> None:
        self._path.unlink(missing_ok=True)
        self._fresh.unlink(missing_ok=True)


def filesystem(folder: Path) -> str:
    """Type of the file system ``folder`` lies on (proc(5), mountinfo)."""
    target = folder.resolve()
    best, kind = -1, ""
    for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():
        fields, _, rest = line.partition(" - ")
        point = Path(fields.split()[4].replace("\\040", " "))
        if target.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), rest.split()[0]
    return kind
