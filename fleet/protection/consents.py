"""The home department's written consents at its desk: registered with the scan, withdrawn, and asked before anything is taken out.

The scan lies sealed to the party beside the journal, under the SHA-256 of its sealed bytes. Each registration, withdrawal, taking
out and refusal is a line of the journal, in the transaction of what it tells about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
from msgspec.structs import replace

from domain import sealing
from domain.durable import write_durably
from domain.protection.consent import Consent, Why, refusal, wrong
from domain.sealing import Recipient
from fleet.desk.fields import WantingError
from fleet.desk.journal import Journal
from fleet.people import record

MOST_SCAN = 8 * 1024 * 1024
"""Bytes of a scanned consent."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS consents (
  number  TEXT PRIMARY KEY,
  consent BLOB NOT NULL,
  at      REAL NOT NULL
) STRICT, WITHOUT ROWID
"""


class RefusedError(Exception):
    """Nothing may be taken out by this consent; ``why`` as in ``domain.protection.consent.REFUSED``. It was written down."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class Consents:
    """Thread-safe. ``recipients``: whom a scan is sealed to, the party and recovery."""

    def __init__(self, folder: Path, journal: Journal, recipients: Sequence[Recipient]) -> None:
        self._folder, self._journal, self._recipients = folder, journal, tuple(recipients)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with journal.transaction() as db:
            db.execute(_SCHEMA)

    def add(self, said: Consent, scan: bytes, by: str, now: float) -> Consent:
        """``said`` without its file. :class:`WantingError`: it is none, its number is taken, the scan is none."""
        if not scan.startswith((b"%PDF-", b"\xff\xd8\xff")) or len(scan) > MOST_SCAN:
            raise WantingError("扫描件：请选书面同意的扫描件（PDF 或 JPEG，不超过 8 MB）。")
        sealed = sealing.seal(scan, self._recipients)
        made = replace(said, file=hashlib.sha256(scan).hexdigest(), sealed=sealing.digest(sealed))
        problems = wrong(made)
        if problems:
            raise WantingError(*problems)
        write_durably(self._folder / made.sealed, sealed)
        with self._journal.transaction() as db:
            row = (made.number, msgspec.json.encode(made), now)
            if db.execute("INSERT INTO consents VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row).rowcount == 0:
                (self._folder / made.sealed).unlink()
                raise WantingError("文号：已经登记过。")
            record.write(db, now, by, "consent.add", made.number, f"{made.department}；{made.use}", made.file)
        return made

    def withdraw(self, number: str, by: str, why: str, now: float, today: date) -> bool:
        """From now on nothing is taken out by it; what was, was. ``False``: there is none, or it was withdrawn before."""
        with self._journal.transaction() as db:
            row = db.execute("SELECT consent FROM consents WHERE number = ?", (number,)).fetchone()
            known = msgspec.json.decode(row[0], type=Consent) if row is not None else None
            if known is None or known.withdrawn is not None:
                return False
            over = msgspec.json.encode(replace(known, withdrawn=today))
            db.execute("UPDATE consents SET consent = ? WHERE number = ?", (over, number))
            record.write(db, now, by, "consent.withdraw", number, why)
        return True

    def all(self) -> tuple[Consent, ...]:
        """The newest first."""
        with self._journal.transaction() as db:
            rows = db.execute("SELECT consent FROM consents ORDER BY at DESC").fetchall()
        return tuple(msgspec.json.decode(raw, type=Consent) for (raw,) in rows)

    def covering(self, way: str, item: str, case: str, today: date) -> tuple[Consent, ...]:
        return tuple(one for one in self.all() if refusal(one, way, item, case, today) is None)

    def take_out(self, way: str, item: str, case: str, by: str, why: str, number: str, now: float, today: date) -> Consent:
        """Whether ``case`` may leave on ``way`` by the consent ``number``: written down before anything leaves.

        :class:`RefusedError`, which was written down as well.
        """
        found = next((one for one in self.all() if one.number == number), None)
        refused = refusal(found, way, item, case, today)
        if found is not None and refused is None and not self._whole(found):
            refused = "file"
        result = f"refused:{refused}" if refused is not None else f"consent:{number}"
        self._journal.write(now, by, f"out:{way}", case, why, result)
        if found is None or refused is not None:
            raise RefusedError(refused or "none")
        return found

    def scan(self, one: Consent) -> Path:
        """Where its sealed scan lies."""
        return self._folder / one.sealed

    def _whole(self, one: Consent) -> bool:
        try:
            return sealing.digest(self.scan(one).read_bytes()) == one.sealed
        except OSError:
            return False
