"""The storages a centre's settings say."""

from __future__ import annotations

from typing import Literal

from fleet.documents import Documents
from fleet.settings import CentreSettings, SettingsError
from fleet.storage.both import Both
from fleet.storage.folder import Folder
from fleet.storage.port import Storage, StorageError

Kind = Literal["documents", "desired"]
"""Sealed documents; bodies of what is wanted of terminals."""
KINDS: tuple[Kind, ...] = ("documents", "desired")


class Stores:
    """``SettingsError`` where the settings cannot be used; that a bucket cannot be reached now is no error here."""

    def __init__(self, settings: CentreSettings) -> None:
        self._data, self._said = settings.data, settings.storage
        self._s3 = None
        if (settings.storage.place == "bucket" or settings.storage.both) and settings.storage.bucket is None:
            raise SettingsError("设置有误：storage 写了要用桶，缺少 [storage.bucket]")
        if settings.storage.bucket is not None:
            from fleet.storage.s3 import S3  # 0.2 s and 20 MB, for whom uses one

            self._s3 = S3(settings.storage.bucket)
        self._documents, self._bodies = self._chosen("documents"), self._chosen("desired")

    def documents(self) -> Documents:
        return Documents(self._documents, self._data / "documents" / "writing")

    def bodies(self) -> Documents:
        return Documents(self._bodies, self._data / "desired" / "writing")

    def folder(self, kind: Kind) -> Folder:
        return Folder(self._data / kind)

    def bucket(self, kind: Kind) -> Storage:
        """``SettingsError`` where none is said."""
        if self._s3 is None:
            raise SettingsError("设置里没有 [storage.bucket]")
        from fleet.storage.bucket import Bucket

        return Bucket(self._s3, f"{kind}/", self._data / "cache" / kind)

    def close(self) -> None:
        if self._s3 is not None:
            self._s3.close()

    def trouble(self) -> StorageError | None:
        return self._documents.trouble()

    def _chosen(self, kind: Kind) -> Storage:
        if self._said.place == "folder":
            return Both(self.folder(kind), self.bucket(kind)) if self._said.both else self.folder(kind)
        return Both(self.bucket(kind), self.folder(kind)) if self._said.both else self.bucket(kind)
