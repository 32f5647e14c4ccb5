"""内存: what is left of it, and whether the kernel has had to kill somebody since this program started (``/proc``).

Memory that pages of files are kept in is free when it is wanted: ``MemAvailable`` counts it, ``MemFree`` would not.
"""

from __future__ import annotations

import re

from kiosk.health.kernel import Kernel, text
from kiosk.verdict import Outcome, failed, passed, unknown

SHORT = "memory_short"
KILLED = "memory_killed"
LEAST = 0.06
"""Of all memory: 120 MB of two gigabytes."""


class Memory:
    code = "memory"
    title = "内存"

    def __init__(self, kernel: Kernel) -> None:
        self._proc = kernel.proc
        self._killed = self._kills()

    def look(self) -> Outcome:
        kills = self._kills()
        if kills is not None and self._killed is not None and kills > self._killed:
            return failed(KILLED)
        found = dict(re.findall(r"^(\w+):\s+(\d+) kB$", text(self._proc / "meminfo") or "", re.MULTILINE))
        total, left = int(found.get("MemTotal", 0)), found.get("MemAvailable")
        if not total or left is None:
            return unknown("系统没有说还剩多少内存")
        return failed(SHORT) if int(left) < LEAST * total else passed(f"还剩 {int(left) // 1024} MB，共 {total // 1024} MB")

    def _kills(self) -> int | None:
        found = re.search(r"^oom_kill (\d+)$", text(self._proc / "vmstat") or "", re.MULTILINE)
        return int(found[1]) if found else None
