"""Sealed documents, and bodies of what is published, at the centre: each named by the SHA-256 of what it holds, in a storage
(``fleet/storage/port.py``). The centre can open no sealed one.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from fleet.storage.folder import Folder, refusing
from fleet.storage.port import Reading, Storage, StorageError
from fleet.storage.writing import Writing, gone_at_the_end
from mqtt.resources import MAX_DOCUMENT

_log = logging.getLogger(__name__)

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 64 * 1024
_PARTS, _WRITING = "incoming", "writing"
MOST_PARTIAL = 8
"""Documents one terminal may have begun and not ended; it sends two at a time. The oldest goes: its terminal begins it again."""
PARTIAL_KEPT = 7 * 24 * 3600.0
"""Seconds a document that was cut off stays for its terminal to go on."""


class Source(Protocol):
    """Where the bytes come from; ``read`` gives at most so many, ``b""`` at the end. What it raises is passed on."""

    def read(self, size: int, /) -> bytes: ...


class WrongContentError(ValueError):
    """The bytes are not those the name promises."""


class TooLargeError(ValueError):
    """More than ``MAX_DOCUMENT`` bytes."""


class WrongOffsetError(ValueError):
    """Not where the document was cut off, or somebody else has taken it up since."""


@dataclass(slots=True, eq=False)
class _Turn:
    """One request that writes. ``file``: its own, on this machine's disk, until a later request has been ``given`` it."""

    file: Path
    given: bool = False


class Documents:
    """What a storage has under a digest is whole: it was written on this machine, checked, and put there after.

    What was cut off lies in the storage as well, by terminal and digest, so that any process of the centre can go on with it. A
    terminal that comes again takes its document over: a connection that hangs from before writes nothing more; one that hangs at
    another process writes a file of its own, and harms nothing.
    """

    def __init__(self, where: Path | Storage, scratch: Path | None = None) -> None:
        """``where``: a storage; a path is a folder of this machine. ``scratch``: where files are written before they are whole."""
        self._storage: Storage = Folder(where) if isinstance(where, Path) else where
        if scratch is None:
            assert isinstance(where, Path)
            scratch = where / _WRITING
        self._writing = Writing(scratch)
        self._lock = threading.Lock()
        self._turns: dict[str, _Turn] = {}
        self._take_up_what_was_left()

    def there(self, digest: str) -> bool:
        """``ValueError`` for a name that is no digest, here and below; :class:`StorageError` everywhere."""
        return self._storage.size(_name(digest)) is not None

    def open(self, digest: str) -> Reading:
        """``FileNotFoundError``."""
        return self._storage.open(_name(digest))

    def read(self, digest: str) -> bytes:
        """All of it, checked. ``FileNotFoundError``."""
        with reading(self.open(digest)) as chunks:
            found = b"".join(chunks)
        if hashlib.sha256(found).hexdigest() != digest:
            raise StorageError("damaged", digest[:12])
        return found

    def local(self, digest: str) -> Path:
        """A file that holds it, to be read only. ``FileNotFoundError``. For bodies: many terminals ask for the same."""
        return self._storage.local(_name(digest))

    def held(self, terminal: str, digest: str) -> int:
        """How many bytes of it ``terminal`` has brought so far. From now on nobody adds to them but who comes next."""
        part = _part(terminal, digest)
        with self._lock:
            turn = self._turns.pop(part, None)
            if turn is not None:
                turn.given = True
        if turn is not None:
            self._keep(part, turn.file)
        return self._storage.size(part) or 0

    def take(self, terminal: str, digest: str, source: Source, size: int, offset: int = 0) -> int:
        """Store what ``source`` gives from ``offset`` on, ``size`` bytes; returns the document's size once it is stored.

        :class:`WrongContentError`, :class:`TooLargeError`: nothing of it is left behind. :class:`StorageError`: what came now is
        not. :class:`WrongOffsetError`, or whatever ``source`` raises when it breaks off: what came before stays.
        """
        name, part = _name(digest), _part(terminal, digest)
        if offset + size > MAX_DOCUMENT:
            self._storage.remove((part,))
            raise TooLargeError(f"more than {MAX_DOCUMENT} bytes")
        if offset and self._storage.size(part) != offset:
            raise WrongOffsetError("the copy here does not end there")
        turn = _Turn(self._writing.new(terminal, digest))
        with self._lock:
            self._turns[part] = turn
        try:
            seen = self._write(part, turn, source, size, offset)
        except StorageError:
            self._ends(part, turn)
            raise
        except BaseException:  # the source's: a line that broke
            if self._ends(part, turn, keep=True):
                self._keep(part, turn.file)
            raise
        if not self._ends(part, turn, keep=True):
            raise WrongOffsetError("taken up by a later request")
        with gone_at_the_end(turn.file):
            if seen == digest:
                self._storage.put(name, turn.file, digest)
            if offset or seen != digest:
                self._storage.remove((part,))
        if seen != digest:
            raise WrongContentError("the content does not match its name")
        return offset + size

    def remove(self, digests: Iterable[str]) -> None:
        """For good: not there any more, also after a power cut. One that is not there is harmless."""
        self._storage.remove([_name(digest) for digest in digests])

    def expire(self, now: float) -> int:
        """Remove what was cut off long ago (``now``: seconds since 1970); how many there were."""
        self._take_up_what_was_left()
        self._storage.tidy(now)
        old = [one.name for one in self._storage.names(_PARTS) if not 0 <= now - one.at < PARTIAL_KEPT]
        self._storage.remove(old)
        return len(old)

    def _write(self, part: str, turn: _Turn, source: Source, size: int, offset: int) -> str:
        seen = hashlib.sha256()
        with refusing():
            file = turn.file.open("xb")
        with file:
            if offset:
                self._go_on(part, turn, file, offset, seen)
            while size:
                chunk = source.read(min(_CHUNK, size))
                if not chunk:
                    raise WrongOffsetError("it ended before its end")
                size -= len(chunk)
                seen.update(chunk)
                self._append(file, part, turn, chunk)
        return seen.hexdigest()

    def _go_on(self, part: str, turn: _Turn, file: BinaryIO, offset: int, seen: hashlib._Hash) -> None:
        try:
            opened = self._storage.open(part)
        except FileNotFoundError:
            raise WrongOffsetError("the copy here has gone") from None
        with reading(opened) as chunks:
            if opened.size != offset:
                raise WrongOffsetError("the copy here does not end there")
            for chunk in chunks:
                seen.update(chunk)
                self._append(file, part, turn, chunk)

    def _append(self, file: BinaryIO, part: str, turn: _Turn, chunk: bytes) -> None:
        with self._lock:
            if self._turns.get(part) is not turn:
                raise WrongOffsetError("taken up by a later request")
            with refusing():
                file.write(chunk)
                file.flush()

    def _ends(self, part: str, turn: _Turn, keep: bool = False) -> bool:
        """Whether it was still its turn; its file goes unless it is to be kept."""
        with self._lock:
            ours = self._turns.get(part) is turn
            if ours:
                del self._turns[part]
            if not (turn.given or (ours and keep)):
                turn.file.unlink(missing_ok=True)
        return ours

    def _keep(self, part: str, file: Path) -> None:
        """What came of a document goes where the next request finds it, at whichever process. Without that, it is sent again."""
        try:
            with gone_at_the_end(file):
                size = file.stat().st_size if file.exists() else 0
                if size > (self._storage.size(part) or 0):
                    self._make_place(part)
                    self._storage.put(part, file, hashlib.sha256(file.read_bytes()).hexdigest())
        except StorageError as error:
            _log.info("what came of a document was not kept: %s", error)

    def _make_place(self, part: str) -> None:
        others = [one for one in self._storage.names(part.rpartition("/")[0]) if one.name != part]
        oldest = sorted(others, key=lambda one: one.at)[: max(0, len(others) + 1 - MOST_PARTIAL)]
        self._storage.remove([one.name for one in oldest])

    def _take_up_what_was_left(self) -> None:
        """Of processes that were killed in the middle of a request."""
        for terminal, digest, file in self._writing.left():
            self._keep(_part(terminal, digest), file)


@contextmanager
def reading(opened: Reading) -> Iterator[Iterator[bytes]]:
    """Its bytes, a piece at a time."""
    try:
        yield iter(lambda: opened.read(_CHUNK), b"")
    finally:
        opened.close()


def is_digest(name: str) -> bool:
    return _DIGEST.fullmatch(name) is not None


def _name(digest: str) -> str:
    if not is_digest(digest):
        raise ValueError("not a digest")
    return f"{digest[:2]}/{digest}"


def _part(terminal: str, digest: str) -> str:
    _name(digest)
    return f"{_PARTS}/{terminal}/{digest}"
