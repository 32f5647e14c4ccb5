"""A program as one file: a tar archive, compressed with xz; made the same from the same tree, and unpacked within limits.

What is unpacked was found to be what the publisher signed, byte for byte, before it is looked into. The limits are for a
publisher's mistakes, and for a key that was stolen: such an archive may run code, but not fill the disk or write elsewhere.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from msgspec import Struct

from domain.program.manifest import MAX_FILES, MAX_UNPACKED, Manifest

_CHUNK = 64 * 1024
MOST_AT_ONCE = 1024 * 1024
"""Bytes the archive's reader may ask for in one piece: a header that claims to be longer is none."""
MOST_MEMORY = 160 * 1024 * 1024
"""Of the decompressor: a stream may ask for a dictionary of 4 GB. Preset 6, with which we pack, takes 9 MB."""
MOST_NAME = 300
_SKIPPED = {"__pycache__", ".lock"}


class BadArchiveError(Exception):
    """It is not unpacked; the text (Chinese) says why, and names no more than a file's name."""


class Packed(Struct, frozen=True):
    sha256: str
    size: int
    unpacked: int
    files: int


def pack(tree: Path, archive: Path) -> Packed:
    """``tree`` (with ``site/`` in it) as ``archive``. Nothing of when, where or by whom it was made is in it.
    :class:`BadArchiveError`, ``OSError``.
    """
    unpacked = files = 0
    with lzma.open(archive, "wb", preset=6) as packed, tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path in _sorted(tree):
            name = path.relative_to(tree).as_posix()
            mode = path.lstat().st_mode
            if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                raise BadArchiveError(f"{name} 既不是文件也不是文件夹")
            info = tarfile.TarInfo(name)
            if stat.S_ISDIR(mode):
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
                continue
            info.size, info.mode = path.stat().st_size, 0o755 if mode & 0o100 else 0o644
            with path.open("rb") as file:
                tar.addfile(info, file)
            unpacked, files = unpacked + info.size, files + 1
    if files > MAX_FILES or unpacked > MAX_UNPACKED or files == 0:
        raise BadArchiveError(f"{files} 个文件，{unpacked} 字节：没有内容，或者过大")
    with archive.open("rb") as file:
        return Packed(hashlib.file_digest(file, "sha256").hexdigest(), archive.stat().st_size, unpacked, files)


def unpack(archive: Path, into: Path, manifest: Manifest, step: Callable[[], None] = lambda: None) -> None:
    """Into ``into``, which must not exist, and nowhere else. :func:`sync` is for the caller, once nothing more is added.

    ``step`` is called between two files, and may raise. :class:`BadArchiveError`, ``OSError`` (a full disk): what came stays
    under ``into``, to be removed.
    """
    with archive.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != manifest.sha256:
            raise BadArchiveError("内容和签名的清单不一样")
        file.seek(0)
        into.mkdir(mode=0o755)
        unpacked = files = 0
        try:
            with tarfile.open(fileobj=_Limited(file, manifest), mode="r:") as tar:  # type: ignore[call-overload]
                for member in tar:
                    step()
                    _check(member)
                    if member.isreg():
                        unpacked, files = unpacked + member.size, files + 1
                    if unpacked > manifest.unpacked or files > manifest.files:
                        raise BadArchiveError("文件比清单说的多")
                    tar.extract(member, into, filter="data")
        except (tarfile.TarError, lzma.LZMAError, EOFError, UnicodeError) as error:
            raise BadArchiveError(f"读不出来：{type(error).__name__}") from None
    if (unpacked, files) != (manifest.unpacked, manifest.files):
        raise BadArchiveError("文件比清单说的少")
    if not (into / "site" / "kiosk" / "cli.py").is_file():
        raise BadArchiveError("里面没有程序")


def readable(folder: Path) -> None:
    """For every account of this machine, however closely the terminal keeps what it makes (its unit's umask): the screen and the
    camera run the same program, each as a user of its own. ``OSError``."""
    for path in _below(folder):
        mode = path.lstat().st_mode
        path.chmod(0o755 if stat.S_ISDIR(mode) or mode & 0o100 else 0o644)


def sync(folder: Path, step: Callable[[], None] = lambda: None) -> None:
    """Everything in ``folder``, and itself, is on the disk when this returns. ``OSError``."""
    for path in _below(folder):
        step()
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _check(member: tarfile.TarInfo) -> None:
    name = member.name
    parts = PurePosixPath(name).parts
    odd = not name or name.startswith("/") or ".." in parts or "\0" in name or len(name) > MOST_NAME or "\\" in name
    if odd or not parts or parts[0] not in ("site", "bin", "share"):
        raise BadArchiveError(f"文件名不能用：{name[:60]!r}")
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE) or member.sparse is not None:
        raise BadArchiveError(f"既不是文件也不是文件夹：{name[:60]!r}")
    if member.mode & ~0o755:
        raise BadArchiveError(f"权限不对：{name[:60]!r}")


class _Limited:
    """What ``tarfile`` reads: forwards only, no more than the manifest says, never much at once."""

    def __init__(self, file: BinaryIO, manifest: Manifest) -> None:
        self._file = file
        self._xz = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY)
        # A header a file and a folder, extended ones, and what rounds up to blocks and records.
        self._left = manifest.unpacked + 8192 * manifest.files + 64 * 1024
        self._at = 0
        self._ready = b""

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MOST_AT_ONCE:
            raise BadArchiveError("里面有一项过长")
        while len(self._ready) < size and not self._xz.eof:
            given = self._file.read(_CHUNK) if self._xz.needs_input else b""
            if not given and self._xz.needs_input:
                raise EOFError
            more = self._xz.decompress(given, _CHUNK)
            self._left -= len(more)
            if self._left < 0:
                raise BadArchiveError("内容比清单说的多")
            self._ready += more
        found, self._ready = self._ready[:size], self._ready[size:]
        self._at += len(found)
        return found

    def tell(self) -> int:
        return self._at

    def seek(self, to: int, whence: int = 0) -> int:
        if whence != 0 or to < self._at:
            raise BadArchiveError("读不出来")
        while self._at < to and self.read(min(_CHUNK, to - self._at)):
            pass
        return self._at


def _sorted(tree: Path) -> Iterator[Path]:
    """Everything below, a folder before what is in it, by name; without what Python and installers leave behind."""
    for path in sorted(tree.iterdir(), key=lambda p: p.name):
        if path.name in _SKIPPED:
            continue
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _sorted(path)


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        else:
            yield path
    yield folder
