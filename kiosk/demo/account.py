"""The demonstration's two accounts at the centre's console: one does everything, the other is the second person who approves.

Their one-time codes are shown on the bench, as a telephone would show them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from kiosk.store.files import write_durably

LOGIN, SECOND = "demo", "shenhe"
PARTIES = ("demo-jia", "demo-qi", "demo-yi", "demo-ding")
"""Whose items they administer: the parties that have opened anything."""
PASSWORD = "yanshi-2026-tongban"  # noqa: S105 everybody may know it: the console is on the loopback and what it shows is invented


class _Run(Protocol):
    def __call__(self, *arguments: str, given: str = "") -> str: ...


class Account(Struct, frozen=True):
    login: str
    password: str
    secret: str


def prepare(path: Path, settings: Path, run: _Run) -> None:
    """Make them once; ``path`` remembers the secret of the first. ``RuntimeError`` when the command fails."""
    whole = [f"{role}@*" for role in ("operator", "party-admin", "item-admin", "auditor", "ticket-handler")]
    _make(path, settings, run, LOGIN, "演示员", *whole, *(f"item-admin@{party}" for party in PARTIES))
    _make(second(path), settings, run, SECOND, "审核员", "approver@*", "follow-up@*", *(f"approver@{party}" for party in PARTIES))


def second(path: Path) -> Path:
    """Where the other account's secret is remembered."""
    return path.with_name("console-approver.json")


def _make(path: Path, settings: Path, run: _Run, login: str, name: str, *grants: str) -> None:
    if path.exists():
        return
    given = [part for grant in grants for part in ("--grant", grant)]
    told = run("centre", "person", "add", str(settings), login, "--name", name, "--password", PASSWORD, *given)
    secret = re.search(r"secret=([A-Z2-7]+)", told)
    if secret is None:
        raise RuntimeError("演示账号的动态验证码没有生成")
    write_durably(path, msgspec.json.encode(Account(login, PASSWORD, secret.group(1))))


def account(path: Path) -> Account:
    """``OSError``."""
    return msgspec.json.decode(path.read_bytes(), type=Account)
