"""A week without the broker: 5,000 cases, 2 GB of pages, 100,000 reports. ``python -m bench 一周``, only when named: minutes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from support.week import Size, measure

ALIKE = 1.5
"""Times an empty terminal's start and submit: as fast, within what a busy machine scatters."""


def rows() -> list[tuple[str, str, str, bool]]:
    size = Size()
    # Beside the checkout, not in /tmp: that may be memory.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".bench-") as folder:
        week = measure(Path(folder), size)
    start, submit = week.start[1] / week.start[0], week.submit[1] / week.submit[0]
    rate = (size.cases * 3 + size.reports) / week.events_there
    line = size.cases * size.pages * size.page / week.documents_there / 1e6
    return [
        ("启动：一周积压，相对空终端", f"{week.start[1]:.2f} / {week.start[0]:.2f} s = {start:.2f}", f"≤ {ALIKE}", start <= ALIKE),
        (
            "提交→落盘：一周积压，相对空终端",
            f"{week.submit[1] * 1000:.2f} / {week.submit[0] * 1000:.2f} ms = {submit:.2f}",
            f"≤ {ALIKE}",
            submit <= ALIKE,
        ),
        (f"最后一件积压送达前到的遥测（共 {size.reports}）", f"{week.early}", "≤ 100", week.early <= 100),
        (f"{size.cases} 件的登记全部送达", f"{week.cases_there:.0f} s", "", True),
        ("全部事件确认", f"{week.events_there:.0f} s，{rate:.0f} 条/s", "", True),
        ("2 GB 材料全部送达", f"{week.documents_there:.0f} s，{line:.1f} MB/s", "", True),
        ("排空途中新办的件，提交→中心落盘（头、中、尾）", "、".join(f"{one:.1f}" for one in week.live) + " s", "", True),
    ]
