"""The demonstration's account at the centre's console. Its one-time code is shown on the bench, as a telephone would show it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from kiosk.store.files import write_durably

LOGIN = "demo"
PASSWORD = "yanshi-2026-tongban"  # noqa: S105 everybody may know it: the console is on the loopback and what it shows is invented


class _Run(Protocol):
    def __call__(self, *arguments: str, given: str = "") -> str: ...


class Account(Struct, frozen=True):
    login: str
    password: str
    secret: str


def prepare(path: Path, settings: Path, run: _Run) -> None:
    """Make it once; ``path`` remembers its secret. ``RuntimeError`` when the command fails."""
    if path.exists():
        return
    grants = [part for role in ("operator", "party-admin", "item-admin", "auditor") for part in ("--grant", f"{role}@*")]
    told = run("centre", "person", "add", str(settings), LOGIN, "--name", "演示员", "--password", PASSWORD, *grants)
    secret = re.search(r"secret=([A-Z2-7]+)", told)
    if secret is None:
        raise RuntimeError("演示账号的动态验证码没有生成")
    write_durably(path, msgspec.json.encode(Account(LOGIN, PASSWORD, secret.group(1))))


def account(path: Path) -> Account:
    """``OSError``."""
    return msgspec.json.decode(path.read_bytes(), type=Account)
