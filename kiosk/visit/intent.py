"""What the citizen does on the glass, as a kind."""

from __future__ import annotations


class Intent:
    """Something the citizen did on the glass; it counts as a touch."""

    __slots__ = ()
