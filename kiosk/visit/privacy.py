"""Where something of a person can be during a visit, and so what the wipe at its end must reach. The list is the promise.

After each visit the audit line ``visit_ended`` records which of these places still held something (``left``); none may.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """``where``: what is held and in what; ``gone``: how it goes."""

    name: str
    where: str
    gone: str


PLACES = (
    Place("state", "identity, answers, signature: the visit's state in memory", "the state without a visit replaces it"),
    Place("volatile", "the same on tmpfs, for a restart of the service", "the file is removed"),
    Place("tray", "pictures of pages not yet sealed, in memory", "emptied"),
    Place("camera", "the camera's frames and preview", "the camera is told to rest and forgets them"),
    Place("reader", "the card's text on its way from the reader", "the reader is disarmed; it keeps nothing after CardRead"),
    Place("pages", "sealed pages of a visit that was not handed in, on the disk", "rows and files are removed"),
    Place("browser", "the page, its cache and storage", "a full load with Clear-Site-Data follows the version change"),
)
