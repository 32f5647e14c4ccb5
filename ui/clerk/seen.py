"""The glass as a clerk sees it: the same visit, and from the rating on one screen that says nothing (``attending.unrated``)."""

from __future__ import annotations

import time
from dataclasses import replace

from domain.case.content import Signature
from domain.catalogue.catalogue import Catalogue
from kiosk.visit.attending import RATING, unrated
from kiosk.visit.events import Intent
from kiosk.visit.snapshot import Desk, Fault, Glass, Hall, Reply, Snapshot

SERIAL = -1
"""Of everything from the rating on. Pages show marks in place of numbers (``pages.py``), so that nobody counts over the gap."""


class ClerkGlass:
    """Implements ``Glass`` without what is not a clerk's to see."""

    def __init__(self, glass: Glass) -> None:
        self._glass = glass

    @property
    def boot(self) -> str:
        return self._glass.boot

    @property
    def hall(self) -> Hall:
        return self._glass.hall

    @property
    def catalogue(self) -> Catalogue:
        return self._glass.catalogue

    def fault(self, code: str) -> Fault:
        return self._glass.fault(code)

    def snapshot(self) -> Snapshot:
        return _seen(self._glass.snapshot())

    def wait(self, serial: int, timeout: float) -> Snapshot:
        """As ``Glass.wait``, of what a clerk sees."""
        end = time.monotonic() + timeout
        real = self._glass.snapshot()
        while (seen := _seen(real)).serial == serial and (left := end - time.monotonic()) > 0:
            real = self._glass.wait(real.serial, left)
        return seen

    def act(self, visit: str | None, version: int, intent: Intent) -> Reply:
        reply = self._glass.act(visit, version, intent)
        return Reply(_seen(reply.snapshot), reply.stale)

    def ask_help(self, wanted: bool) -> Snapshot:
        return _seen(self._glass.ask_help(wanted))

    def desk(self, after: int, timeout: float) -> Desk | None:
        return self._glass.desk(after, timeout)

    def thumb(self, ref: str) -> bytes | None:
        return self._glass.thumb(ref)

    def page(self, ref: str) -> bytes | None:
        return self._glass.page(ref)

    def paper(self, material: str, signature: Signature | None = None) -> bytes | None:
        return self._glass.paper(material, signature)

    def photo(self, ref: str) -> bytes | None:
        return self._glass.photo(ref)


def _seen(snapshot: Snapshot) -> Snapshot:
    state = unrated(snapshot.state)
    visit = snapshot.state.visit
    if visit is not None and visit.step in RATING:
        return Snapshot(SERIAL, state)
    return replace(snapshot, state=state)
