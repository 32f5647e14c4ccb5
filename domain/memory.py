"""What a process that holds something of a person has in memory stays there, also when it crashes."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path


def keep_from_cores() -> None:
    """No core dump of this process and of those it starts, ever (core(5)).

    The limit alone does not hold where ``core_pattern`` hands dumps to a program, as systemd-coredump and apport have it; an empty
    ``coredump_filter`` leaves such a program without a single page of memory. Swapping is the system's: it has none on a terminal.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # a kernel without ELF core dumps has no such file, nor what it is for
        Path("/proc/self/coredump_filter").write_text("0")
