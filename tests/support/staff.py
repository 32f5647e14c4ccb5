"""Badges, lists, code books and times for the tests of the staff's door."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.staff.book import CHINA, CodeBook, open_book
from domain.staff.key import StaffKey
from domain.staff.roles import Purpose, Role
from fleet.staff_codes import GROUPS, Request

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=CHINA)
AGE = timedelta(days=7)
TERMINAL = "demo-k01"
KEY = StaffKey(bytes(range(32)))


def a_request(terminal: str = TERMINAL, role: Role = Role.TECHNICIAN) -> Request:
    return Request(terminal, role, Purpose.SIGN_IN, "试技术员 工号 0007", "试值班员", "工作证丢失")


def a_book(key: StaffKey = KEY, terminal: str = TERMINAL, days: int = 3) -> bytes:
    return key.book(terminal, "00" * 8, NOW.date(), days, GROUPS)[1]


def opened(data: bytes, terminal: str = TERMINAL) -> CodeBook:
    return open_book(data, KEY.public, terminal)
