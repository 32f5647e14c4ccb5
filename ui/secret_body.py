"""What must not be kept (a PIN, a one-time code) as the bare body of a request, in memory that can be wiped."""

from __future__ import annotations

from flask import request

MOST_TYPED = 64
"""Bytes of a PIN or a code that are read."""


def secret_body() -> bytearray:
    """The request's body as it came; nothing beyond :data:`MOST_TYPED` bytes is looked at."""
    typed = bytearray(MOST_TYPED)
    count = 0
    with memoryview(typed) as room:
        while count < MOST_TYPED and (read := request.stream.readinto(room[count:])):  # type: ignore[attr-defined]
            count += read
    del typed[count:]
    return typed
