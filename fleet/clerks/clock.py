"""The centre's clock over clerks' accounts: every terminal of a window has those of its clerks, soon after each change, and made
anew long before they run out.

A document is a publication for one terminal (``fleet/desired.py``), made by the centre itself; ``fleet/orders.py`` carries it.
Where a newer one was published the older ones go, rows and bodies: they are lists of secrets, and nobody goes back to them.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from domain.staff.accounts import Clerk
from domain.staff.duties import Place
from fleet import database, desired
from fleet.clerks import accounts, documents
from fleet.documents import Documents
from fleet.known import Known
from fleet.settings import SettingsError
from fleet.store import Store
from mqtt.signing import Signer

_log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks; one that finds nothing new reads one number."""
AGAIN = 60.0
"""Seconds after one that failed."""
_AT_ONCE = 50
"""Documents written in one transaction."""
_BY = "centre"
_WHY = "工作人员账号"
_ISSUED = (
    "INSERT INTO clerk_documents VALUES (?, ?, ?, ?, ?) ON CONFLICT (terminal) DO UPDATE SET "
    "(digest, issued, rev, clerks) = (excluded.digest, excluded.issued, excluded.rev, excluded.clerks)"
)


@dataclass(frozen=True, slots=True)
class _Due:
    terminal: str
    party: str
    clerks: tuple[Clerk, ...]
    digest: str


class ClerkClock:
    """A thread of its own, between :meth:`start` and :meth:`stop`; :meth:`tick` is one look. ``good``: seconds a document is good.

    ``signer``: asked before each round; :class:`SettingsError` where the key cannot be used.
    """

    def __init__(self, store: Store, bodies: Documents, known: Known, signer: Callable[[], Signer], good: float) -> None:
        self._store = store
        self._bodies = bodies
        self._known = known
        self._signer = signer
        self._good = good
        self._seen: int | None = None
        self._due = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clerks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def tick(self, now: float) -> int:
        """How many documents were published."""
        with self._store.reading() as db:
            newest = accounts.newest(db)
            if newest == self._seen and now < self._due:
                return 0
            due = list(self._out(db, now))
        if due:
            signer = self._signer()
            for start in range(0, len(due), _AT_ONCE):
                self._publish(due[start : start + _AT_ONCE], signer, now)
            _log.info("clerks' accounts were made anew for %d terminals", len(due))
        with self._store.reading() as db:
            (first,) = db.execute("SELECT min(issued) FROM clerk_documents WHERE clerks > 0").fetchone()
        self._seen, self._due = newest, (first + self._good / 3) if first is not None else float("inf")
        return len(due)

    def of_desk(self, party: str, place: Place, now: float) -> bytes:
        """The body for ``party``'s desk or window, made as it asks."""
        with self._store.reading() as db:
            found = documents.clerks(db, party, place)
        return documents.signed(f"{place}:{party}", party, found, self._signer(), now, self._good)

    def _out(self, db: database.Connection, now: float) -> Iterator[_Due]:
        """Terminals whose accounts changed, or grow old."""
        given = {row["terminal"]: row for row in db.execute("SELECT * FROM clerk_documents")}
        for terminal in sorted(self._known.windows):
            party = self._known.owners.get(terminal)
            if party is None:
                continue
            found = documents.clerks(db, party, "terminal", self._known.hall(terminal))
            digest, before = documents.digest(found), given.get(terminal)
            if before is None:
                wanted = bool(found)
            else:
                wanted = digest != before["digest"] or (bool(found) and now >= before["issued"] + self._good / 3)
            if wanted:
                yield _Due(terminal, party, found, digest)

    def _publish(self, due: list[_Due], signer: Signer, now: float) -> None:
        gone: list[str] = []
        with self._store.transaction() as db:
            for one in due:
                body = documents.signed(f"terminal:{one.terminal}", one.party, one.clerks, signer, now, self._good)
                digest = hashlib.sha256(body).hexdigest()
                self._bodies.take(_BY, digest, BytesIO(body), len(body))
                rev = desired.publish(db, "accounts", one.terminal, digest, len(body), None, _BY, _WHY, now)
                old = db.execute(
                    "DELETE FROM desired WHERE what = 'accounts' AND target = ? AND rev < ? RETURNING sha256", (one.terminal, rev)
                )
                gone += [sha256 for (sha256,) in old if sha256 != digest]
                row = (one.terminal, one.digest, now, rev, len(one.clerks))
                db.execute(_ISSUED, row)
        self._bodies.remove(gone)

    def _run(self) -> None:
        wait = 0.0
        while not self._ended.wait(wait):
            wait = EVERY
            try:
                self.tick(time.time())
            except SettingsError as error:
                _log.error("clerks' accounts cannot be signed: %s", error)
                wait = AGAIN
            except Exception:
                _log.exception("the clock over clerks' accounts could not look")
                wait = AGAIN
