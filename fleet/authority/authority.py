"""Who is a terminal of this fleet: makes one-time codes, issues and renews certificates, revokes them. All of it is written down.

Thread-safe, and safe beside the commands of another process: the books' transactions order them.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import deque
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fleet.authority.books import Books, CertificateRow
from fleet.authority.ca import LIFE, BadRequestError, Revoked, requested_key
from fleet.authority.keys import Folder
from mqtt.broker import CENTRE_USERS
from mqtt.enrolment import SECRET, OneTimeCode, Refusal, Standing, Why, letters, pin

CODE_LIFE = 24 * 3600.0
"""Seconds a code may be used. As long, who used it may ask again with the same key: the answer may have been lost."""
_TRIES, _TRIES_WITHIN = 30, 60.0
"""Refusals a minute that are written down; more are only turned away. A right code is never kept waiting."""
_RESERVED = (*CENTRE_USERS, "host")


class RefusedError(Exception):
    """Not issued; ``why`` goes to who asked, and into the books."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why

    @property
    def refusal(self) -> Refusal:
        return Refusal(self.why)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the centre's books say of a terminal, for the console. ``until``: seconds since 1970."""

    until: float | None
    revoked: bool
    cloned: bool


class Connect(NamedTuple):
    """A terminal's program of one run (``boot``) connected for the ``bd``-th time."""

    terminal: str
    boot: str
    bd: int


class Authority:
    """``terminals``: the names that may be given a certificate. :class:`SettingsError`, ``OSError``, ``ValueError``."""

    def __init__(self, folder: Folder, terminals: Container[str], clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._terminals = terminals
        self._clock = clock
        self.ca = folder.load()
        self.certificate = self.ca.certificate.public_bytes(Encoding.DER)
        self._books = Books(folder.books)
        self._refused: deque[float] = deque(maxlen=_TRIES)

    def close(self) -> None:
        self._books.close()

    def new_code(self, terminal: str) -> OneTimeCode:
        """For ``terminal``, used once, within ``CODE_LIFE``; earlier unused ones are void. ``ValueError`` for a name not known."""
        if terminal not in self._terminals or terminal in _RESERVED:
            raise ValueError(f"中心的设置里没有登记终端 {terminal}")
        secret, now = letters(secrets.token_bytes(SECRET * 5 // 8)), self._clock()
        with self._books.transaction():
            self._books.new_code(_digest(secret.encode()), terminal, now, now + CODE_LIFE)
            self._books.note(now, "code_made", terminal)
        return OneTimeCode(secret, pin(self.certificate))

    def enrol(self, terminal: str, secret: str, request: bytes) -> x509.Certificate:
        """A certificate for who brings a good code; the same one again for the same key. :class:`RefusedError`."""
        now = self._clock()
        try:
            code = _digest(secret.encode())
            with self._books.transaction():
                row = self._books.code(code)
                if row is None or row.terminal != terminal:
                    raise RefusedError("wrong_code")
                if terminal not in self._terminals:
                    raise RefusedError("unknown_terminal")
                if now > row.expires:
                    raise RefusedError("expired_code")
                public = _requested(request)
                if row.serial is not None:
                    return self._once_more(row.serial, row.key, public)
                issued = self._issue(terminal, public, "code", now)
                self._books.code_used(code, issued.key, issued.serial)
                self._books.clone_settled(terminal)
                self._books.note(now, "enrolled", terminal, issued.serial)
        except RefusedError as error:
            self._note_refused(terminal, error.why, now)
            raise
        return x509.load_der_x509_certificate(issued.der)

    def renew(self, shown: bytes, request: bytes) -> x509.Certificate:
        """A new certificate for who shows a good one (DER). :class:`RefusedError`.

        A key that has a young certificate gets that one again: an answer that was lost, or somebody who asks in a loop.
        """
        terminal, now = self.standing(shown).terminal, self._clock()
        try:
            public = _requested(request)
            with self._books.transaction():
                known = self._books.of_key(terminal, _key_digest(public))
                if known is not None and known.revoked is None and now - known.issued < LIFE.total_seconds() / 3:
                    return x509.load_der_x509_certificate(known.der)
                issued = self._issue(terminal, public, "renewal", now)
                self._books.note(now, "renewed", terminal, issued.serial)
        except RefusedError as error:
            self._note_refused(terminal, error.why, now)
            raise
        return x509.load_der_x509_certificate(issued.der)

    def standing(self, shown: bytes) -> Standing:
        """Whose certificate this is, now. :class:`RefusedError` when it is revoked, or stands in no book."""
        certificate = x509.load_der_x509_certificate(shown)
        row = self._books.certificate(_serial(certificate))
        if row is None or row.der != shown:
            raise RefusedError("unknown_certificate")
        if row.revoked is not None:
            raise RefusedError("revoked")
        if row.terminal not in self._terminals:
            raise RefusedError("unknown_terminal")
        until = certificate.not_valid_after_utc.isoformat()
        return Standing(row.terminal, until, self._books.clone_seen(row.terminal) is not None)

    def revoke(self, terminal: str) -> int:
        """Every certificate and code of ``terminal`` is void; how many certificates that were. The list is rewritten."""
        now = self._clock()
        with self._books.transaction():
            count = self._books.revoke(terminal, now)
            self._books.note(now, "revoked", terminal, str(count))
        self.write_revoked()
        return count

    def write_revoked(self) -> None:
        """The revocation list anew from the books: a damaged or missing one is whole again."""
        now = self._clock()
        revoked = [Revoked(int(serial, 16), datetime.fromtimestamp(at, UTC)) for serial, at in self._books.revoked(now)]
        self._folder.write_revoked(self.ca, revoked, datetime.fromtimestamp(now, UTC))

    def barred(self) -> frozenset[str]:
        """The terminals whose word is to be ignored: their certificate is revoked, and they have no newer one."""
        return self._books.barred()

    def births(self, heard: Iterable[Connect]) -> None:
        """Terminals connected; notices two machines of one name."""
        now = self._clock()
        with self._books.transaction():
            for terminal, boot, bd in heard:
                if self._books.boot_heard(terminal, boot, bd, now):
                    if self._books.clone_seen(terminal) is None:
                        self._books.note(now, "cloned", terminal)
                    self._books.cloned(terminal, now)

    def identity(self, terminal: str) -> Identity:
        latest = self._books.latest(terminal)
        cloned = self._books.clone_seen(terminal) is not None
        if latest is None:
            return Identity(None, False, cloned)
        return Identity(latest.expires, latest.revoked is not None, cloned)

    def audit(self) -> list[tuple[float, str, str, str]]:
        """(when, what, terminal, detail), oldest first."""
        return self._books.audit()

    def _issue(self, terminal: str, public: ec.EllipticCurvePublicKey, by: str, now: float) -> CertificateRow:
        made = self.ca.terminal(terminal, public, datetime.fromtimestamp(now, UTC))
        expires = made.not_valid_after_utc.timestamp()
        der = made.public_bytes(Encoding.DER)
        row = CertificateRow(_serial(made), terminal, _key_digest(public), by, now, expires, None, der)
        self._books.add(row)
        return row

    def _once_more(self, serial: str, key: str | None, public: ec.EllipticCurvePublicKey) -> x509.Certificate:
        row = self._books.certificate(serial)
        if key != _key_digest(public) or row is None or row.revoked is not None:
            raise RefusedError("used_code")
        return x509.load_der_x509_certificate(row.der)

    def _note_refused(self, terminal: str, why: Why, now: float) -> None:
        """Into the books, but no stranger fills them: the name must be ours, and not too many a minute."""
        if len(self._refused) == _TRIES and now - self._refused[0] < _TRIES_WITHIN:
            raise RefusedError("slow_down")
        self._refused.append(now)
        self._books.note(now, "refused", terminal if terminal in self._terminals else "?", why)


def _requested(request: bytes) -> ec.EllipticCurvePublicKey:
    try:
        return requested_key(request)
    except BadRequestError as error:
        raise RefusedError("bad_request") from error


def _serial(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:x}"


def _key_digest(public: ec.EllipticCurvePublicKey) -> str:
    return _digest(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
