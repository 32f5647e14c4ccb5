"""The demonstration's staff: an invented office with its badges and its revocation list, and the secret of the one-time codes."""

from __future__ import annotations

import secrets
import subprocess
import time
from pathlib import Path
from typing import Any

from devices.virtual import badges
from devices.virtual.badges import Badge, Office
from devices.virtual.piv import VirtualPiv
from devices.virtual.smartcard import SmartCard
from domain.staff.key import StaffKey
from kiosk.demo.layout import Layout
from kiosk.demo.processes import tongban
from kiosk.store.files import write_durably

REVOKED, CLERK = "badge-revoked", "badge-clerk"
BADGES = {"badge-technician": "technician", CLERK: "clerk", REVOKED: "technician"}
"""Names of the badges made for the bench, and the role each holds."""
_RENEW = 30 * 86400.0
"""Seconds after which a code book is made anew; it is good for a year."""


def prepare(layout: Layout) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make office, badges and secret at the first start, the list at each; ``[staff]`` of the terminal and of the centre."""
    office = _office(layout)
    for name, role in BADGES.items():
        if not (layout.badges / f"{name}.pem").exists():
            write_durably(layout.badges / f"{name}.pem", badges.dump(office.badge(role)))
    ca, revocation, secret = layout.base / "staff-ca.pem", layout.base / "staff.crl", layout.secrets / "staff-codes"
    write_durably(ca, office.pem)
    write_durably(revocation, office.revocation([badge(layout.badges, REVOKED).serial]))
    if not secret.exists():
        write_durably(secret, secrets.token_hex(32).encode() + b"\n")
    terminal = {
        "ca": str(ca),
        "revocation": str(revocation),
        "centre_key": StaffKey(bytes.fromhex(secret.read_text("ascii"))).public.hex(),
        "book": str(layout.base / "staff.book"),
        "battery_clock": True,
    }
    return terminal, {"secret_file": str(secret)}


def lay_book(layout: Layout, terminal: str) -> None:
    """The terminal's code book, made by the centre's own command when there is none or it grows old. ``RuntimeError``."""
    book = layout.base / "staff.book"
    if not book.exists() or time.time() - book.stat().st_mtime > _RENEW:
        command = tongban("centre", "staff-book", str(layout.base / "centre.toml"), "--terminal", terminal, "--out", str(book))
        made = subprocess.run(command, check=False, capture_output=True, text=True)
        if made.returncode:
            raise RuntimeError(f"码本没有做出来：{made.stderr.strip()}")


def badge(folder: Path, name: str) -> Badge:
    return badges.load((folder / f"{name}.pem").read_bytes())


def cards(folder: Path) -> tuple[SmartCard, ...]:
    """Staff's badges as the bench lays them; all have the PIN 246810."""
    technician, clerk, revoked = (VirtualPiv(badge(folder, name)) for name in BADGES)
    copied, last = VirtualPiv(technician.badge), VirtualPiv(technician.badge)
    copied.inject("cloned")
    last.inject("last try")
    return (
        SmartCard("badge-technician", "工作证·技术人员", "PIN 是 246810，放在首页就到登录页", technician),
        SmartCard(CLERK, "工作证·窗口工作人员", "C101 的，PIN 相同；在窗口职员的页面点“用工作证”再放", clerk),
        SmartCard(REVOKED, "工作证（已吊销）", "在吊销名单上，不问 PIN 就拒绝", revoked),
        SmartCard("badge-copied", "抄来的工作证", "证书是真的，卡里没有它的私钥", copied),
        SmartCard("badge-last-try", "PIN 只剩一次的工作证", "最后一次留给本人，终端不用", last),
    )


def _office(layout: Layout) -> Office:
    path = layout.secrets / "staff-office.pem"
    if not path.exists():
        write_durably(path, Office().dump())
    return Office.load(path.read_bytes())
