"""What stands between a badge or a code and an open door, apart from the card: judging, and looking a code up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from devices.virtual.badges import Office
from domain.staff.book import open_book
from domain.staff.key import StaffKey
from fleet.staff_codes import GROUPS
from kiosk.staff.trust import Anchor, Holder

ROUNDS = 20
REVOKED = 10_000
AGE = timedelta(days=7)


def rows() -> list[tuple[str, str, str, bool]]:
    judged, found = (statistics.median(_seconds(one) for _ in range(ROUNDS)) * 1000 for one in (_judge(), _find()))
    return [
        ("判一张工作证，吊销名单一万条", f"{judged:.1f} ms", "≤ 100 ms", judged <= 100),
        ("验一年的码本，找一个不在里面的码", f"{found:.1f} ms", "≤ 100 ms", found <= 100),
    ]


def _judge() -> Callable[[], object]:
    now = datetime.now(UTC)
    office = Office(now=now)
    badge, anchor, revoked = office.badge().certificate, Anchor(office.pem), office.revocation(range(1, REVOKED + 1))

    def judge() -> None:
        assert isinstance(anchor.judge(badge, revoked, AGE, now), Holder)

    return judge


def _find() -> Callable[[], object]:
    key = StaffKey(bytes(32))
    _, file = key.book("bench", "00" * 8, date(2026, 1, 1), 366, GROUPS)
    return lambda: open_book(file, key.public, "bench").find("0" * 20)


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
