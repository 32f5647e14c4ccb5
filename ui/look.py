"""How the pages are shown (显示方式): language, large view (长辈版), high contrast, low position. Theirs only who stand there.

The choice is a cookie of the terminal's one browser, with the visit it is for: it survives a reload and a restart of the service,
goes over from the first screen into the visit that begins there, and is forgotten as soon as any other visit, or none, is on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from flask import Response, g, request

from kiosk.visit.snapshot import Snapshot
from ui.words import SOURCE, languages

COOKIE = "look"
KEPT = 600
"""Seconds a choice outlives its last page where no visit runs; the first screen takes it back long before (``glass.js``)."""
CHOICES = ("large", "contrast", "low", "speech")
_FORM = re.compile(r"([A-Za-z~-]{0,40})\.([A-Za-z0-9_-]{0,64})")


@dataclass(frozen=True, slots=True)
class Look:
    """``large``: the large view; ``contrast``: high contrast; ``low``: what is touched lies in a standing panel's lower half;
    ``speech``: what comes up is said aloud.
    """

    large: bool = False
    contrast: bool = False
    low: bool = False
    speech: bool = False
    language: str = SOURCE

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(name for name in CHOICES if getattr(self, name))

    @property
    def plain(self) -> bool:
        """Nothing was chosen."""
        return self == Look()

    def turned(self, choice: str) -> Look:
        """With ``choice`` the other way, or in the language it names; anything else takes all of it back."""
        if choice in CHOICES:
            return replace(self, **{choice: not getattr(self, choice)})  # type: ignore[arg-type]
        return replace(self, language=choice) if choice in dict(languages()) else Look()


def look(snapshot: Snapshot) -> Look:
    """What was chosen for the visit of ``snapshot``; inside a request."""
    if "look" in g:
        told: Look = g.look
        return told
    visit = _visit(snapshot)
    found = _FORM.fullmatch(request.cookies.get(COOKIE, ""))
    theirs = found is not None and found.group(2) in ("", visit)
    names = found.group(1).split("~") if found is not None and theirs else []
    spoken = next((code for code, _ in languages() if code in names), SOURCE)
    return choose(snapshot, Look(**{name: name in names for name in CHOICES}, language=spoken))


def choose(snapshot: Snapshot, now: Look) -> Look:
    """``now`` is how this answer and those after it are shown."""
    g.look, g.looked_for = now, _visit(snapshot)
    return now


def keep(response: Response) -> Response:
    """After each request: the choice goes along with its visit, or is deleted."""
    if "look" not in g:
        return response
    now, visit = g.look, g.looked_for
    held = "~".join((*now.chosen, now.language)) + f".{visit}"
    if now.plain and COOKIE in request.cookies:
        response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    elif not now.plain and (held != request.cookies.get(COOKIE) or not visit):
        response.set_cookie(COOKIE, held, max_age=None if visit else KEPT, httponly=True, samesite="Strict")
    return response


def _visit(snapshot: Snapshot) -> str:
    return snapshot.state.visit.id if snapshot.state.visit else ""
