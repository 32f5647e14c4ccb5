"""Logs of the central end's processes: lines for people, or a JSON object a line for a machine that collects them.

Nothing of a person is in them: what is logged are names of ours, numbers and reasons (``tests/unit/test_no_repr_tells.py``).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Literal

import msgspec
from msgspec import Struct


class LogSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``form``: ``text``, or ``json``: a line of JSON each."""

    form: Literal["text", "json"] = "text"
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Line(Struct, frozen=True, omit_defaults=True):
    """``at``: RFC 3339, UTC. ``trouble``: a traceback."""

    at: str
    level: str
    of: str
    process: int
    thread: str
    said: str
    trouble: str | None = None


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        trouble = self.formatException(record.exc_info) if record.exc_info else None
        thread, process = record.threadName or "", record.process or 0
        line = Line(at, record.levelname, record.name, process, thread, record.getMessage(), trouble)
        return msgspec.json.encode(line).decode()


def set_up(settings: LogSettings) -> None:
    """To standard error, for this process."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if settings.form == "json" else logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=settings.level, handlers=[handler], force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
