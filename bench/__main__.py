"""``python -m bench``: every figure that is claimed, measured now, as one table. A bar holds on the median."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from bench import (
    a4,
    advice,
    alerts,
    backlog,
    board,
    camera,
    catalogue,
    chaos,
    codes,
    desk,
    devices,
    forms,
    glass,
    idcard,
    items,
    link,
    memory,
    pages,
    pinyin,
    printer,
    program,
    province,
    reading,
    reconnect,
    reports,
    rollout,
    scanners,
    screen,
    smartcard,
    staff,
    storage,
    submit,
    swarm,
    terminal,
    verdict,
    week,
)

Row = tuple[str, str, str, bool]
PARTS: tuple[tuple[str, Callable[[], list[Row]]], ...] = (
    ("提交", submit.rows),
    ("表格", forms.rows),
    ("读卡", idcard.rows),
    ("芯片卡", smartcard.rows),
    ("打印", printer.rows),
    ("A4 打印", a4.rows),
    ("拍摄", camera.rows),
    ("判页", verdict.rows),
    ("拍摄台", desk.rows),
    ("拍摄提示", advice.rows),
    ("扫码", codes.rows),
    ("识读", reading.rows),
    ("设备", devices.rows),
    ("链路", link.rows),
    ("混沌", chaos.rows),
    ("目录", catalogue.rows),
    ("事项管理", items.rows),
    ("铺开", rollout.rows),
    ("换程序", program.rows),
    ("屏幕", screen.rows),
    ("拼音", pinyin.rows),
    ("慢屏幕", glass.rows),
    ("工作人员", staff.rows),
    ("总览", board.rows),
    ("报警", alerts.rows),
    ("终端", terminal.rows),
)
NAMED: tuple[tuple[str, Callable[[], list[Row]]], ...] = (
    ("一周", week.rows),
    ("终端群", swarm.rows),
    ("全省", province.rows),
    ("积压", backlog.rows),
    ("报表", reports.rows),
    ("存储", storage.rows),
    ("找页", pages.rows),
    ("判页全量", verdict.whole),
    ("对照", scanners.rows),
    ("恢复", reconnect.rows),
    ("五百场", memory.rows),
)
"""What takes long: only when it is named."""


def main() -> int:
    logging.disable(logging.WARNING)  # the misfortunes measured here are meant
    wanted = set(sys.argv[1:])
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · Python {platform.python_version()} · {platform.machine()}")
    missed = 0
    for name, measure in (*PARTS, *(part for part in NAMED if part[0] in wanted)):
        if wanted and name not in wanted:
            continue
        print(f"\n{name}")
        for figure, measured, bar, ok in measure():
            missed += not ok
            print(f"  {'✓' if ok else '✗'} {figure:<62} {measured:>24}   {bar}", flush=True)
    print(f"\n{missed} 项超出" if missed else "\n全部在限内")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
