"""Programs for terminals on the centre's disk: archives by their digest, each with the manifest its publisher signed.

The centre hands them out and can make none: it has no key of the publisher's. An archive is a big file; it is copied and given a
piece at a time, never read whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from domain.durable import sync_folder, write_durably
from domain.program.manifest import BadManifestError, Manifest, order, read
from mqtt.desired import ProgramBody
from mqtt.wire import VERSION

_CHUNK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class NoProgramError(ValueError):
    """It is not taken; the text (Chinese) says why."""


class Programs:
    """``keys``: the publisher's public keys (hex), as the centre's settings pin them; without one nothing is taken."""

    def __init__(self, folder: Path, keys: Collection[str]) -> None:
        self._folder = folder
        self._keys = keys

    def path(self, digest: str) -> Path:
        """Where the archive lies or would lie; ``ValueError`` for a name that is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a digest")
        return self._folder / f"{digest}.tar.xz"

    def take(self, signed: str, archive: Path) -> Manifest:
        """Checked and kept; the manifest is written last. :class:`NoProgramError`, ``OSError``."""
        if not self._keys:
            raise NoProgramError("中心设置里没有写发布者公钥（publisher），不能核对程序")
        signed = signed.strip()
        manifest = self._read(signed)
        other = next((one for one, _ in self.kept() if _alike(one, manifest) and one.sha256 != manifest.sha256), None)
        if other is not None:
            raise NoProgramError(f"{manifest.version}（{manifest.arch}）已经有另一份内容；内容变了，版本号也要变")
        if archive.stat().st_size != manifest.size:
            raise NoProgramError("程序包的大小和清单不一样")
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        final = self.path(manifest.sha256)
        if not final.is_file():
            aside = final.with_name(f"{final.name}.part")
            try:
                if _copied(archive, aside) != manifest.sha256:
                    raise NoProgramError("程序包的内容和清单不一样")
                aside.rename(final)
            finally:
                aside.unlink(missing_ok=True)
        write_durably(final.with_name(f"{manifest.sha256}.jws"), signed.encode())
        return manifest

    def kept(self) -> list[tuple[Manifest, str]]:
        """Every program that lies here whole, with what was signed; newest first. What no key of now signed is left out."""
        found = []
        for path in self._folder.glob("*.jws"):
            with contextlib.suppress(OSError, UnicodeDecodeError, NoProgramError):
                signed = path.read_text("ascii")
                manifest = self._read(signed)
                if self.path(manifest.sha256).is_file():
                    found.append((manifest, signed))
        return sorted(found, key=lambda one: (order(one[0].version), one[0].arch, one[0].python), reverse=True)

    def body(self, version: str) -> ProgramBody:
        """What is wanted of terminals: this version, for each kind of machine there is; empty: the factory's program.
        :class:`NoProgramError`.
        """
        signed = tuple(text for manifest, text in self.kept() if manifest.version == version) if version else ()
        if version and not signed:
            raise NoProgramError(f"没有程序 {version}；先用 tongban centre program add 收下")
        return ProgramBody(VERSION, signed)

    def versions(self) -> list[tuple[str, str]]:
        """(version, for which machines and what is new), newest first."""
        found: dict[str, list[Manifest]] = {}
        for manifest, _ in self.kept():
            found.setdefault(manifest.version, []).append(manifest)
        return [(version, "、".join(_machines(several))) for version, several in found.items()]

    def _read(self, signed: str) -> Manifest:
        try:
            return read(signed, self._keys)
        except BadManifestError as error:
            raise NoProgramError(str(error)) from None


def _alike(one: Manifest, other: Manifest) -> bool:
    return (one.version, one.arch, one.python) == (other.version, other.arch, other.python)


def _machines(several: list[Manifest]) -> Iterator[str]:
    for one in several:
        yield f"{one.arch} Python {one.python}"


def _copied(source: Path, target: Path) -> str:
    """``source`` as ``target``, on the disk; its digest."""
    seen = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with source.open("rb") as given, os.fdopen(handle, "wb") as file:
        while chunk := given.read(_CHUNK):
            seen.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(target.parent)
    return seen.hexdigest()
