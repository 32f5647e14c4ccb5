"""Bodies of what the centre wants, on the disk by their digest; read only whole and checked, by the rules of this very terminal."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

import msgspec

from domain.catalogue import pack
from domain.catalogue.catalogue import Catalogue, CatalogueDamagedError, load, plain
from domain.catalogue.trust import UntrustedError
from domain.staff import accounts
from domain.staff.accounts import BadAccountsError, Document
from kiosk.enrolment.files import IdentityDamagedError, IdentityFiles
from kiosk.orders.book import Book
from kiosk.settings import CatalogueSettings, Settings
from kiosk.standing import Parts, with_wanted
from mqtt.desired import ACCOUNTS, MAX_SIGNED, AccountsBody, CatalogueBody, NoticesBody, PackBody, ProgramBody, SettingsBody, body
from mqtt.signing import verify
from mqtt.wire import ContractError, Wanted

log = logging.getLogger(__name__)


ELSEWHERE: tuple[Wanted, ...] = ("program",)
"""What runs is not held here: the launcher's link says it."""


class RefusedError(Exception):
    """A body that does not become what is held; ``why`` is a code, the text says more."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(detail)
        self.why = why


class Shelf:
    """The bodies on the disk, and what they mean to this terminal. ``register``: the newest register of keys a catalogue that was
    used came with; one with an older is refused from then on.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings
        self.register = 0

    def path(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.json"

    def read(self, what: Wanted, sha256: str) -> Any:
        """Checked whole: a :class:`Catalogue`, ``SettingsBody``, notices, clerks' accounts, signed manifests of a program.
        :class:`RefusedError`.
        """
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
        if isinstance(found, PackBody | CatalogueBody):
            return self._catalogue(found, sha256)
        if isinstance(found, AccountsBody):
            return self._accounts(found)
        if isinstance(found, ProgramBody):
            return found.signed  # whose word it is, is looked at when it is chosen (kiosk/program/choosing.py)
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

    def _accounts(self, found: AccountsBody) -> Document:
        """By the authority alone: how old a key or a document may be is the pointer's to say, and the clock's when it is used."""
        try:
            authority = IdentityFiles(self._settings.centre.identity).authority_certificate()
            signed = verify(found.signed.encode(), ACCOUNTS, authority, most=MAX_SIGNED)
            return accounts.read(signed.payload, f"terminal:{self._settings.terminal.id}")
        except (IdentityDamagedError, ContractError, BadAccountsError) as error:
            raise RefusedError("accounts_refused", str(error)) from None

    def _catalogue(self, found: PackBody | CatalogueBody, sha256: str) -> Catalogue:
        root = self._settings.catalogue.root if self._settings.catalogue else None
        try:
            if isinstance(found, PackBody):
                if root is None:
                    raise UntrustedError("本机没有写明根公钥（[catalogue] root），不能用签名的目录")
                return checked(self._signed(found.pack, root, sha256), self._settings)
            catalogue = plain(found.items, found.openings)
            if root is not None or not catalogue.demo:
                raise UntrustedError("目录没有签名；没有签名的只能是演示目录")
            return checked(catalogue, self._settings)
        except UntrustedError as error:
            raise RefusedError("catalogue_untrusted", str(error)) from None
        except CatalogueDamagedError as error:
            raise RefusedError("catalogue_damaged", str(error)) from None

    def _signed(self, data: msgspec.Raw, root: str, sha256: str) -> Catalogue:
        """Checked whole the first time; after that the mark beside it says so, while the program is the same."""
        mark = self._folder / f"{sha256}.checked"
        before = mark.exists() and mark.read_text("ascii", "replace") == pack.rules()
        catalogue = pack.read(data, root, newest=self.register, check=not before)
        if not before:
            mark.write_text(pack.rules(), "ascii")
        return catalogue


def own(chosen: CatalogueSettings | None) -> Catalogue:
    """The catalogue a terminal begins with. :class:`CatalogueDamagedError`."""
    if chosen is None or (chosen.items is None and chosen.pack is None):
        return load()
    if chosen.items is not None and chosen.openings is not None:
        return load(chosen.items, chosen.openings)
    try:
        data = chosen.pack.read_bytes() if chosen.pack else b""
    except OSError as error:
        raise CatalogueDamagedError(f"目录包 {chosen.pack} 读不出来：{error.strerror}") from None
    return pack.read(data, chosen.root or "")


def checked(catalogue: Catalogue, settings: Settings) -> Catalogue:
    """``catalogue``, if this terminal can seal to every party it takes in for; :class:`CatalogueDamagedError`."""
    missing = [p.name for p in catalogue.homes() if catalogue.takes_in(p.party) and p.party not in settings.keys.homes]
    if missing:
        raise CatalogueDamagedError(f"没有这些业务属地的公钥，不能为它们收件：{'、'.join(missing)}")
    return catalogue


def put(parts: Parts, found: Any, shelf: Shelf) -> None:
    """``found``, as :meth:`Shelf.read` gives it, in its place."""
    match found:
        case Catalogue():
            shelf.register = max(shelf.register, found.register)
            parts.catalogue, parts.damaged = found, None
        case SettingsBody():
            parts.wanted = found
        case NoticesBody():
            parts.notices = found.notices
        case Document():
            parts.accounts = found


def take_up(parts: Parts, book: Book, shelf: Shelf) -> None:
    """At start: what is held, into ``parts``; where it cannot be read, the one before it."""
    for row in book.wanted():
        while row.held is not None and row.what not in ELSEWHERE:
            try:
                put(parts, shelf.read(row.what, row.held), shelf)
                break
            except RefusedError as error:
                log.error("what is held of %s cannot be used (%s %s): the one before it", row.what, error.why, error)
                book.fall_back(row)
                row = next(one for one in book.wanted() if one.what == row.what)
    shelf.keep_only({digest for row in book.wanted() for digest in (row.sha256, row.held, row.before) if digest})
