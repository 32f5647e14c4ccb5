"""What a screen may see of the terminal, and what it may do: everything ``ui`` knows of ``kiosk``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from msgspec import Struct

from devices.port import Advice as Advice
from devices.port import Edge as Edge
from devices.port import LivePicture as LivePicture
from devices.port import Sight as Sight
from domain.case.content import Signature
from domain.catalogue.catalogue import Catalogue
from kiosk.visit.events import Intent
from kiosk.visit.state import Hold, State


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry of ``kiosk/faults.toml``: what the citizen reads and what staff do."""

    code: str
    cause: str
    citizen: str
    staff: str
    severity: str


@dataclass(frozen=True, slots=True)
class Hall:
    """Where this terminal stands. ``intake`` is the 收件地 as printed, ``phone`` the hall's, ``complaint`` the supervision line.

    ``query``: address behind which a receipt's token answers how far its case is. ``notices``: what the centre tells whoever
    comes (公告), those that hold now. ``setting``: hall or window. ``guides``: address of the published guides, or nothing.
    ``place``: the party the hall belongs to, by id.
    ``queries``: documents can be asked for and printed here (查询打印). ``drafts``: they are opened here, at the window.
    ``handover``: what is sealed to this hall is opened here; ``pages``: A4 pages can be printed; ``pad``: there is a rating pad.
    ``words``: what a rater writes can be sealed to the centre. ``clerks``: clerks sign in here, and drive visits.
    ``english``: names and notices that have an English, by the Chinese.
    """

    terminal: str
    intake: str
    hall: str
    phone: str
    complaint: str
    query: str = ""
    notices: tuple[str, ...] = ()
    setting: Literal["hall", "window"] = "hall"
    guides: str = ""
    place: str = ""
    queries: bool = False
    drafts: bool = False
    handover: bool = False
    pages: bool = False
    pad: bool = False
    words: bool = False
    clerks: bool = False
    english: Mapping[str, str] = field(default_factory=dict, hash=False)


HelpState = Literal["called", "unsent", "coming"]
"""Of somebody asked to come: told to the centre, not to be told now, or known there: they come."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent view. ``serial`` grows with everything a screen could show, ``state.version`` only with the visit.

    ``overlay`` is a device's fault laid over the citizen's place; when it clears the citizen is where they were.
    ``troubles`` are the faults that matter before a visit begins (no reader, no camera). ``idle_left`` are the seconds until the
    visit ends by itself, when a warning is due or the last screen is shown. ``card_lies``: the card that was read last still lies
    on the reader, by its own word; not knowing is ``False``. ``photo`` names what :meth:`Glass.photo` has; no two photos
    have one name. ``out``: names of the devices that are out of order now. ``online``: the centre can be
    reached, as far as is known; the try alone knows. ``unasked``: pages are taken by themselves. ``help``: whoever stands here
    asked for somebody to come.
    """

    serial: int
    state: State
    overlay: Fault | None = None
    troubles: tuple[Fault, ...] = ()
    idle_left: int | None = None
    card_lies: bool = False
    photo: str = ""
    out: frozenset[str] = frozenset()
    online: bool = True
    unasked: bool = True
    help: HelpState | None = None


class Desk(Struct, frozen=True):
    """The desk in one picture. ``count``: seconds until the page is taken by itself, of ``whole``. ``unasked``: whether pages are
    taken so at all. ``side``: of a card that is to be laid now, 1 its front, 2 its back. ``first``: no page of this
    material is kept yet.
    """

    picture: LivePicture
    count: float | None
    whole: float
    hold: Hold
    unasked: bool
    side: int = 0
    first: bool = False


class Reply(Struct, frozen=True):
    """``stale``: the intent was for another screen than the one that is; nothing was done."""

    snapshot: Snapshot
    stale: bool


class Glass(Protocol):
    """The middle, as seen from the screen. Every method may be called from any thread; all but ``wait`` and ``desk`` return
    quickly.
    """

    @property
    def boot(self) -> str:
        """Random per start of the service; the page reloads itself when it changes."""

    @property
    def hall(self) -> Hall: ...

    @property
    def catalogue(self) -> Catalogue: ...

    def fault(self, code: str) -> Fault:
        """The words for a code."""

    def snapshot(self) -> Snapshot: ...

    def act(self, visit: str | None, version: int, intent: Intent) -> Reply:
        """Do ``intent`` if ``visit`` and ``version`` are still what the terminal stands at."""

    def ask_help(self, wanted: bool) -> Snapshot:
        """Somebody is to come, or no longer; what stands after it. It is no touch of the visit."""

    def wait(self, serial: int, timeout: float) -> Snapshot:
        """The snapshot once its serial differs from ``serial``, or after ``timeout`` seconds."""

    def desk(self, after: int, timeout: float) -> Desk | None:
        """The desk's newest picture once its serial is not ``after``, or whatever there is after ``timeout`` seconds; ``None``
        while no camera is wanted, or none serves.
        """

    def thumb(self, ref: str) -> bytes | None:
        """Small JPEG of a kept page, while its pages are under the camera; none after a restart."""

    def photo(self, ref: str) -> bytes | None:
        """JPEG of the card's photo; only the present one, only while the identity is on the screen."""

    def paper(self, material: str, signature: Signature | None = None) -> bytes | None:
        """PNG of the form that is about to be signed, masked, with ``signature`` on it; only while it is to be signed. Takes a
        moment.
        """

    def page(self, ref: str) -> bytes | None:
        """JPEG of the straightened page on the screen; only that one, only while it is shown."""


PaperState = Literal["printing", "printed", "failed"]


class Guides(Protocol):
    """What may be taken along without a visit: guides on paper. Any thread."""

    def print(self, home: str, item: str, situation: str) -> str | None:
        """The job's name; ``None``: not now (a visit runs, the printer cannot, or too much paper was taken already)."""

    def paper(self, job: str) -> PaperState | None:
        """What became of it; ``None``: no such job, or long ago."""


class Corrections(Protocol):
    """纠错: an error in the catalogue, reported by a window to whoever owns the item. Any thread."""

    def report(self, home: str, item: str, situation: str | None, part: str, text: str) -> bool:
        """False when it could not be stored."""
