"""Bodies of what the centre wants, on the disk by their digest; read only whole and checked, by the rules of this very terminal."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

from domain.catalogue.catalogue import Catalogue, CatalogueDamagedError, load
from kiosk.orders.book import Book
from kiosk.settings import Settings
from kiosk.standing import Parts, with_wanted
from mqtt.desired import CatalogueBody, NoticesBody, SettingsBody, body
from mqtt.messages import ContractError, Wanted

log = logging.getLogger(__name__)


class RefusedError(Exception):
    """A body that does not become what is held; ``why`` is a code, the text says more."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(detail)
        self.why = why


class Shelf:
    """The bodies on the disk, and what they mean to this terminal. ``memory``: a folder on tmpfs for the catalogue's two files."""

    def __init__(self, folder: Path, memory: Path, settings: Settings) -> None:
        self._folder = folder
        self._memory = memory
        self._settings = settings

    def path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.json"

    def read(self, what: Wanted, sha256: str) -> Any:
        """Checked whole: a :class:`Catalogue`, ``SettingsBody`` or notices. :class:`RefusedError`."""
        try:
            data = self.path(sha256).read_bytes()
        except OSError as error:
            raise RefusedError("damaged", str(error.strerror)) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RefusedError("damaged")
        try:
            found = body(what, data)
        except ContractError as error:
            raise RefusedError("not_of_contract", str(error)) from None
        if isinstance(found, CatalogueBody):
            return self._catalogue(found)
        if isinstance(found, SettingsBody):
            try:
                with_wanted(self._settings, found)
            except ValueError as error:
                raise RefusedError("settings_refused", str(error)) from None
        return found

    def sound(self, sha256: str) -> bool:
        """Whether this body lies here whole; one that is damaged is removed."""
        path = self.path(sha256)
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            path.unlink()
        return path.exists()

    def keep_only(self, digests: set[str]) -> None:
        """Remove every other body, and parts of bodies nobody wants any more."""
        for path in self._folder.glob("*"):
            if path.stem not in digests:
                path.unlink(missing_ok=True)

    def _catalogue(self, found: CatalogueBody) -> Catalogue:
        items, openings = self._memory / "items.json", self._memory / "openings.json"
        self._memory.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            items.write_bytes(bytes(found.items))
            openings.write_bytes(bytes(found.openings))
            return checked(load(items, openings), self._settings)
        except CatalogueDamagedError as error:
            raise RefusedError("catalogue_damaged", str(error)) from None
        finally:
            items.unlink(missing_ok=True)
            openings.unlink(missing_ok=True)


def checked(catalogue: Catalogue, settings: Settings) -> Catalogue:
    """``catalogue``, if this terminal can seal to every party it takes in for; :class:`CatalogueDamagedError`."""
    missing = [p.name for p in catalogue.homes() if catalogue.takes_in(p.party) and p.party not in settings.keys.homes]
    if missing:
        raise CatalogueDamagedError(f"没有这些业务属地的公钥，不能为它们收件：{'、'.join(missing)}")
    return catalogue


def put(parts: Parts, found: Any) -> None:
    """``found``, as :meth:`Shelf.read` gives it, in its place."""
    match found:
        case Catalogue():
            parts.catalogue, parts.damaged = found, None
        case SettingsBody():
            parts.wanted = found
        case NoticesBody():
            parts.notices = found.notices


def take_up(parts: Parts, book: Book, shelf: Shelf) -> None:
    """At start: what is held, into ``parts``; where it cannot be read, the one before it."""
    for row in book.wanted():
        while row.held is not None:
            try:
                put(parts, shelf.read(row.what, row.held))
                break
            except RefusedError as error:
                log.error("what is held of %s cannot be used (%s %s): the one before it", row.what, error.why, error)
                book.fall_back(row)
                row = next(one for one in book.wanted() if one.what == row.what)
    shelf.keep_only({digest for row in book.wanted() for digest in (row.sha256, row.held, row.before) if digest})
