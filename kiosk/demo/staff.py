"""The demonstration's staff: an invented office with its badges and its revocation list, and the secret of the one-time codes."""

from __future__ import annotations

import secrets
import subprocess
import time
from pathlib import Path
from typing import Any

from devices.virtual import badges
from devices.virtual.badges import Badge, Office
from domain.staff.key import StaffKey
from kiosk.demo.layout import Layout
from kiosk.demo.processes import tongban
from kiosk.store.files import write_durably

REVOKED = "revoked"
BADGES = {"technician": "technician", "clerk": "clerk", REVOKED: "technician"}
"""Names of the badges that lie at the bench, and the role each holds."""
_RENEW = 30 * 86400.0
"""Seconds after which a code book is made anew; it is good for a year."""


def prepare(layout: Layout) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make office, badges and secret at the first start, the list at each; ``[staff]`` of the terminal and of the centre."""
    office = _office(layout)
    for name, role in BADGES.items():
        if not (path := _badge(layout, name)).exists():
            write_durably(path, badges.dump(office.badge(role)))
    ca, revocation, secret = layout.base / "staff-ca.pem", layout.base / "staff.crl", layout.secrets / "staff-codes"
    write_durably(ca, office.pem)
    write_durably(revocation, office.revocation([badge(layout, REVOKED).serial]))
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


def badge(layout: Layout, name: str) -> Badge:
    return badges.load(_badge(layout, name).read_bytes())


def _badge(layout: Layout, name: str) -> Path:
    return layout.secrets / f"badge-{name}.pem"


def _office(layout: Layout) -> Office:
    path = layout.secrets / "staff-office.pem"
    if not path.exists():
        write_durably(path, Office().dump())
    return Office.load(path.read_bytes())
