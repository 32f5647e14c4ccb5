"""What of a centre lies in a bucket, and so is in no archive: where that is, and whether what the database names is there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from fleet.settings import CentreSettings
from fleet.storage.chosen import KINDS, Stores
from fleet.storage.port import StorageError


class Beyond:
    """``where``: in words; empty where no bucket is used. ``looked``: it could be asked what it has. ``folder``: for the list of
    that, which may be millions of lines.
    """

    def __init__(self, settings: CentreSettings, folder: Path) -> None:
        said = settings.storage
        self.where, self.looked = "", True
        self._listed = sqlite3.connect(folder / "beyond.db")
        self._listed.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
        if said.bucket is not None and (said.place == "bucket" or said.both):
            self.where = f"{said.bucket.endpoint} {said.bucket.name}/{said.bucket.prefix}"
            self._settings = settings

    def list(self) -> None:
        """Ask it, once the database was copied: what is stored is named later."""
        if not self.where:
            return
        stores = Stores(self._settings)
        try:
            for kind in KINDS:
                names = ((f"data/{kind}/{entry.name}",) for entry in stores.bucket(kind).names(""))
                self._listed.executemany("INSERT OR IGNORE INTO names VALUES (?)", names)
        except StorageError:
            self.looked = False
        finally:
            stores.close()

    def has(self, name: str) -> bool:
        """A member's name. What nobody could look for counts as there."""
        return not self.looked or self._listed.execute("SELECT 1 FROM names WHERE name = ?", (name,)).fetchone() is not None

    def close(self) -> None:
        self._listed.close()
