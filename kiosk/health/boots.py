"""断电: how often this machine lost its power, or this program its life, without having ended in order.

A mark on the disk says which boot wrote it (``/proc/sys/kernel/random/boot_id``) and whether that ended in order. A start that
finds a mark of another boot that did not end so was preceded by a power cut; one of this very boot, by the program's own death.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from kiosk.health.kernel import Kernel, text
from kiosk.store.files import write_durably
from kiosk.verdict import Outcome, failed, passed, unknown

OFTEN = "power_cut_often"
MANY = 5
"""Power cuts among the last ``_KEPT`` starts: somebody switches it off at the wall."""
_KEPT = 20


class Mark(msgspec.Struct, frozen=True):
    """``ends``: how the starts before ended, oldest first: in order, cut off, or the program died."""

    boot: str
    orderly: bool
    cuts: int = 0
    deaths: int = 0
    ends: tuple[str, ...] = ()


class Boots:
    """``begin`` once at the start, ``end`` once when stopping in order. ``folder`` is where the data lie."""

    code = "boots"
    title = "断电次数"

    def __init__(self, kernel: Kernel, folder: Path) -> None:
        self._boot = text(kernel.proc / "sys" / "kernel" / "random" / "boot_id")
        self._path = folder / "boots.json"
        self._mark: Mark | None = None

    def begin(self) -> None:
        """A disk that takes no mark is told of by other checks: nothing is counted then."""
        if self._boot is None:
            return
        before = self._read()
        if before is None:
            self._lay(Mark(self._boot, False))
            return
        how = "orderly" if before.orderly else "died" if before.boot == self._boot else "cut"
        self._lay(
            Mark(
                self._boot,
                False,
                before.cuts + (how == "cut"),
                before.deaths + (how == "died"),
                (*before.ends, how)[-_KEPT:],
            )
        )

    def end(self) -> None:
        if self._mark is not None:
            self._lay(msgspec.structs.replace(self._mark, orderly=True))

    def look(self) -> Outcome:
        if self._mark is None:
            return unknown("不知道以前是怎样关机的")
        if self._mark.ends.count("cut") >= MANY:
            return failed(OFTEN)
        return passed(f"共断电 {self._mark.cuts} 次，程序中断 {self._mark.deaths} 次")

    def _read(self) -> Mark | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Mark)
        except (OSError, msgspec.DecodeError):
            return None  # none yet, or damaged: counted anew, since nothing rests on it

    def _lay(self, mark: Mark) -> None:
        with suppress(OSError):
            write_durably(self._path, msgspec.json.encode(mark))
            self._mark = mark
