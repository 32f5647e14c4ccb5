"""Typing in Chinese measured: CPU time a key costs engine and tables, its start, its memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from domain.spelling.characters import Characters
from domain.spelling.port import LETTERS
from kiosk.typing.typist import Typist

Row = tuple[str, str, str, bool]
KEY, WORST, MEMORY, SIZE = 5.0, 500.0, 64, 16
"""Milliseconds of CPU a key at the median and of the worst that is accepted; MiB resident; MiB on the disk."""
TYPED = ("ludingxian", "liangshanyizuzizhizhou", "yidijiuyibeian", "xichangshi", "shehuibaozhangka", "yingyezhizhao", "zhaxizhuoma")
HARD = ("zhuang" * 7, "a" * LETTERS, "gzsohnssxgsaeczieahxznsiagxoeneecheogxcsegsx", "xian" * 11)
_KIB = 1024


def rows() -> list[Row]:
    """(name, measured, bar, whether it is met)."""
    typist = Typist(patience=30.0)
    try:
        began = time.monotonic()
        first = typist.spell("bench", "words", "luding", 0)
        start = time.monotonic() - began
        keys = [_cost(typist, letters[: n + 1]) for letters in TYPED for n in range(len(letters))]
        worst = max(_cost(typist, letters) for letters in HARD)
        status = Path(f"/proc/{typist.pid}/status").read_text()
        resident, own = (_of(status, name) for name in ("VmRSS", "RssAnon"))
        size = sum(path.stat().st_size for path in typist.folder.iterdir()) / _KIB**2
        median = statistics.median(keys)
        return [
            ("a key, CPU of the engine, median of whole words", f"{median:.1f} ms", f"≤ {KEY:.0f} ms", median <= KEY),
            ("the hardest letters that are accepted", f"{worst:.0f} ms", f"≤ {WORST:.0f} ms", worst <= WORST),
            ("a key in a name, CPU of the tables", f"{_tables():.2f} ms", f"≤ {KEY:.0f} ms", _tables() <= KEY),
            ("first letter of a visit, the engine's start in it", f"{start * 1000:.0f} ms", "—", bool(first.words)),
            ("memory of the engine's process (of its own)", f"{resident:.0f} MB ({own:.1f})", f"≤ {MEMORY} MB", resident <= MEMORY),
            ("its dictionary on the disk", f"{size:.1f} MB", f"≤ {SIZE} MB", size <= SIZE),
        ]
    finally:
        typist.close()


def _cost(typist: Typist, letters: str, times: int = 20) -> float:
    """Milliseconds of CPU of the engine's process, one question of many."""
    return _each(lambda: typist.spell("bench", "words", letters, 0), lambda: _cpu(typist.pid), times)


def _tables() -> float:
    return _each(lambda: Characters().spell("", "surname", "zhangxiaoyan", 0), time.process_time, 50)


def _each(ask: Callable[[], object], clock: Callable[[], float], times: int) -> float:
    before = clock()
    for _ in range(times):
        ask()
    return (clock() - before) / times * 1000


def _cpu(pid: int) -> float:
    """Seconds of its one thread."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def _of(status: str, name: str) -> float:
    """MiB."""
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{name}:")) / _KIB
