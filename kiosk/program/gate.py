"""Whether a new program stands: a pure function of how the one before it stood, how this one does, and for how long.

The bar is what was there before, and no more: a printer that was broken before the update is broken after it, and nobody's fault.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from kiosk.program.place import Stood

WITHIN = 120.0
"""Seconds a new program has to come up to what was there: less than the launcher's alarm."""
FIRM = 15.0
"""Seconds it must have been so without a break: what comes up and falls does not stand."""
MADE_WORSE = frozenset(("memory", "disk", "storage"))
"""Checks of the machine's health (``kiosk/health``) that a program can spoil. Heat, supply and clock are not its doing."""


class Now(Struct, frozen=True):
    """``parts``: critical parts that have not checked in (``kiosk/watch``): the page's server, the store, threads. The rest as
    :class:`Stood`.
    """

    parts: tuple[str, ...]
    stood: Stood


class Verdict(Struct, frozen=True):
    """``missing``: what it has not come up to, in codes; ``why``: of ``failed``."""

    verdict: Literal["stands", "waits", "failed"]
    missing: tuple[str, ...] = ()
    why: str = ""


def missing(before: Stood, now: Now) -> tuple[str, ...]:
    """What was there and is not, and what is bad and was not; worst first."""
    found = list(now.parts)
    found += [device for device in before.devices if device not in now.stood.devices]
    found += ["glass"] if before.glass and not now.stood.glass else []
    found += ["link"] if before.link and not now.stood.link else []
    found += [check for check in now.stood.unwell if check in MADE_WORSE and check not in before.unwell]
    return tuple(found)


def judge(before: Stood, now: Now, whole: float, since_start: float) -> Verdict:
    """``whole``: seconds for which nothing was missing, up to now; ``since_start``: seconds this start has had."""
    lacking = missing(before, now)
    if not lacking and whole >= FIRM:
        return Verdict("stands")
    if since_start < WITHIN:
        return Verdict("waits", lacking)
    first = lacking[0] if lacking else "firm"
    whys = {"glass": "program_no_glass", "link": "program_no_link", "firm": "program_falls"}
    whys |= dict.fromkeys(MADE_WORSE, "program_unwell")
    if first in now.parts:
        return Verdict("failed", lacking, "program_part_dead")
    return Verdict("failed", lacking, whys.get(first, "program_lost_device"))
