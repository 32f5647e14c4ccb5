"""Audit events of a terminal, declared once. No field holds anything of a person; an undeclared event or field is a bug."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

EVENTS: dict[str, tuple[str, ...]] = {
    # what happened            what is recorded beside the time
    "case_taken": ("number", "item", "home", "pages"),
    "case_answered": ("number", "kind", "pages"),
    "copies_deleted": ("number", "documents", "rule"),
    "service_given": ("number", "item", "home", "way"),
    "rating_given": ("number", "by", "of", "side"),
    "receipt_ended": ("number", "attempt", "outcome", "cause"),
    "visit_ended": ("reason", "submitted", "pages", "pictures", "left"),
    "visit_restored": ("step",),
    "form_unmade": ("material",),
    "residue_removed": ("pages", "files"),
    "identity_refused": ("fault",),
    "not_read": ("fault",),
    "certificate": ("fault",),
    "draft_opened": ("hall",),
    # Staff at the door, in staff.db: serial is a certificate's number or a code's place in its book, never a name.
    "staff_signed_in": ("method", "serial", "role", "purpose"),
    "staff_refused": ("method", "fault", "serial", "role"),
    "staff_locked": ("method", "seconds"),
    "staff_signed_out": ("method", "serial", "role", "cause"),
    # Clerks by their accounts, in staff.db: login is a 工号 of this place; null for whatever else was typed.
    "account_signed_in": ("login", "method"),
    "account_refused": ("login", "method", "fault"),
    "account_locked": ("login", "seconds"),
    "account_signed_out": ("login", "method", "cause"),
    # What staff did, in staff.db: by is role and serial, or the account over SSH.
    "maintenance_began": ("by",),
    "maintenance_ended": ("by", "why"),
    "device_tested": ("by", "device", "verdict"),
    "settings_taken": ("by", "lines"),
    "terminal_enrolled": ("by", "fault"),
    "bundle_made": ("by", "where"),
    "restart_asked": ("by",),
    "program_taken": ("by", "what"),
    "settings_taken_back": (),
    "command_ended": ("command", "op", "state", "why"),
    "wanted": ("what", "rev", "state", "why"),
    "order_refused": ("what", "rule", "count"),
    "item_error_reported": ("item", "home", "part"),
    "out_of_service": ("by",),
    "back_in_service": ("by",),
    "started": ("app",),
    "stopped": (),
}


def record(connection: sqlite3.Connection, at: datetime, event: str, **detail: str | int | bool | None) -> None:
    """One line, in the transaction of what it tells about. ``KeyError`` for an event or field not declared."""
    if set(detail) != set(EVENTS[event]):
        raise KeyError(f"audit event {event} takes {EVENTS[event]}")
    connection.execute(
        "INSERT INTO audit (at, event, detail) VALUES (?, ?, ?)",
        (at.isoformat(), event, msgspec.json.encode(detail).decode()),
    )
