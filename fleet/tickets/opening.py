"""Where a rating that was just written down may open a ticket, in its transaction."""

from __future__ import annotations

import sqlite3

from fleet.ratings.rating import Rating


def open_for(db: sqlite3.Connection, rating: Rating, now: float) -> None:
    """Called once for each rating, first or follow-up, good or bad."""
