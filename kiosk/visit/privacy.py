"""Where something of a person can be during a visit, and so what the wipe at its end must reach. The list is the promise.

After each visit the audit line ``visit_ended`` records which of the places marked ``looked_at`` still held something
(``left``); none may. The others cannot be looked at from here: what happens to them is said in ``gone``, and the wipe
tests search them (every file, the browser's profile).
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Place(Struct, frozen=True):
    """``where``: what is held and in what; ``gone``: how it goes; ``looked_at``: checked at the end of every visit."""

    name: str
    where: str
    gone: str
    looked_at: bool


class Forgetful(Protocol):
    """What holds something of a visit beside its state, and forgets it. Any thread."""

    @property
    def holds(self) -> bool:
        """Whether something of a visit is here."""

    def forget(self, visit: str) -> None:
        """That visit is over. Never waits."""


PLACES = (
    Place("state", "identity, answers, signature: the visit's state in memory", "the state without a visit replaces it", True),
    Place("volatile", "the same on tmpfs, for a restart of the service", "the file is removed", True),
    Place("tray", "pictures of pages: whole until sealed, small ones, and what they are known by, in memory", "emptied", True),
    Place("press", "the masked picture of the form to be signed, in memory", "forgotten, and a form being set is given up", True),
    Place("reading", "pages that wait to be read, here and in the process that reads", "dropped, and the process is killed", True),
    Place("typing", "letters on their way to words, in the process that knows words", "the process is killed", True),
    Place("ink", "strokes of a signature that is being written, in memory", "forgotten", True),
    Place("camera", "the camera's frames and preview", "the camera is told to rest and forgets them", True),
    Place("document", "a document that was asked for, or a result, in memory until it is printed", "forgotten", True),
    Place("tasks", "tasks sealed to this hall, opened to find whose they are, in memory", "dropped with the question", False),
    Place("photo", "the photo of the card, in memory while the identity is on the screen", "forgotten with that screen", True),
    Place("pages", "sealed pages of a visit that was not handed in, on the disk", "rows and files are removed", True),
    Place("form", "what a signed form holds, in the memory of the process that sets it", "the process ends with the form", False),
    Place("draft", "a draft on its way to the centre or from it, in memory", "the request that carries it ends", False),
    Place("reader", "the card's text on its way from the reader", "the reader is disarmed; it keeps nothing after CardRead", False),
    Place("browser", "the page, its cache and storage", "a full load with Clear-Site-Data follows the end", False),
)
