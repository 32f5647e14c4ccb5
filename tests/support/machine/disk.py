"""A disk with a write cache that a power cut empties, served to a virtual machine over NBD.

What the machine wrote lies in the cache until it asks for a flush, as in a storage card's controller. Killing the machine alone
would lose nothing: this process has every byte. :meth:`Disk.pull` forgets a part of what was not flushed, whichever chance
picks, and tears a write in the middle; what was flushed, or written through (FUA), is there. Protocol:
github.com/NetworkBlockDevice/nbd, doc/proto.md, fixed newstyle, simple replies, one client.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import socket
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

BLOCK, SECTOR = 4096, 512
_MOST = 32 * 2**20
"""Bytes of one request; QEMU sends no longer ones."""
_EXPORT_FLAGS = 0x1 | 0x4 | 0x8  # has flags, flush, FUA
_READ, _WRITE, _DISCONNECT, _FLUSH = range(4)
_GO, _INFO, _ABORT = 7, 6, 2
_ACK, _EXPORT, _UNSUPPORTED = 1, 3, 2**31 + 1


@dataclass(frozen=True)
class Pulled:
    """``lost`` of so many ``unflushed`` sectors."""

    unflushed: int
    lost: int


class Disk:
    """``image`` is only read; what is written lies in memory."""

    def __init__(self, image: Path) -> None:
        self.image = image
        self._base = os.open(image, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self._base).st_size
        self._durable: dict[int, bytes] = {}
        self._cache: dict[int, bytes] = {}
        self._unflushed: list[tuple[int, bytes]] = []
        self._lock = threading.Lock()
        self.dead = False
        """Without power: refuses everything until it is switched on again."""

    def close(self) -> None:
        os.close(self._base)

    def read(self, offset: int, length: int) -> bytes:
        """As the machine sees it."""
        with self._lock:
            return self._read(offset, length, (self._cache, self._durable))

    def write(self, offset: int, data: bytes, *, through: bool = False) -> None:
        """``OSError``: no power."""
        with self._lock:
            self._alive()
            self._put(self._cache, (self._cache, self._durable), offset, data)
            if through:
                self._put(self._durable, (self._durable,), offset, data)
            else:
                self._unflushed.append((offset, data))

    def flush(self) -> None:
        """``OSError``: no power."""
        with self._lock:
            self._alive()
            self._durable.update(self._cache)
            self._cache.clear()
            self._unflushed.clear()

    def pull(self, chance: random.Random) -> Pulled:
        """The power goes. Of what was not flushed each write is kept or lost, one kept in part; how much is lost is chance as
        well."""
        with self._lock:
            self.dead = True
            share = chance.choice((1.0, 1.0, 0.5, 0.1))
            total = lost = 0
            for offset, data in self._unflushed:
                sectors = len(data) // SECTOR
                kept = 0 if chance.random() < share else sectors
                if kept and chance.random() < 0.1:
                    kept = chance.randrange(sectors)  # torn
                total, lost = total + sectors, lost + sectors - kept
                self._put(self._durable, (self._durable,), offset, data[: kept * SECTOR])
            self._cache.clear()
            self._unflushed.clear()
        return Pulled(total, lost)

    def dump(self, to: Path) -> Path:
        """What is found on it, as an image; what is in the cache is not."""
        shutil.copyfile(self.image, to)
        with to.open("r+b") as file:
            for number, data in sorted(self._durable.items()):
                file.seek(number * BLOCK)
                file.write(data)
        return to

    def _alive(self) -> None:
        if self.dead:
            raise OSError(errno.EIO, "no power")

    def _read(self, offset: int, length: int, layers: tuple[dict[int, bytes], ...]) -> bytes:
        first = offset // BLOCK
        data = bytearray(os.pread(self._base, (-(-(offset + length) // BLOCK) - first) * BLOCK, first * BLOCK))
        for at in range(0, len(data), BLOCK):
            for layer in layers:
                if (block := layer.get(first + at // BLOCK)) is not None:
                    data[at : at + BLOCK] = block
                    break
        start = offset - first * BLOCK
        return bytes(data[start : start + length])

    def _put(self, into: dict[int, bytes], layers: tuple[dict[int, bytes], ...], offset: int, data: bytes) -> None:
        at = 0
        while at < len(data):
            number, start = divmod(offset + at, BLOCK)
            piece = data[at : at + BLOCK - start]
            if len(piece) < BLOCK:
                whole = bytearray(self._read(number * BLOCK, BLOCK, layers))
                whole[start : start + len(piece)] = piece
                piece_in_place = bytes(whole)
            else:
                piece_in_place = bytes(piece)
            into[number] = piece_in_place
            at += len(piece)


class Server:
    """Serves ``disk`` at ``path``, to one machine after another."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self.disk = disk
        self.path = path
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._client: socket.socket | None = None
        self._gone = threading.Event()
        threading.Thread(target=self._serve, name="nbd", daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def wait_gone(self) -> None:
        """Until the machine's last request has been served, or will never be: it is dead."""
        assert self._gone.wait(30), "the machine still holds its disk"

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._gone.clear()
                try:
                    with client, client.makefile("rb") as stream:
                        if _greeted(client, stream, self.disk.size):
                            self._requests(client, stream)
                except (OSError, EOFError):
                    pass  # killed in the middle of a request: that one never came
                finally:
                    self._gone.set()

    def _requests(self, client: socket.socket, stream) -> None:  # type: ignore[no-untyped-def]
        while True:
            magic, flags, kind, handle, offset, length = struct.unpack(">IHHQQI", _exactly(stream, 28))
            assert magic == 0x25609513, "no NBD request"
            error, answer = 0, b""
            assert length <= _MOST
            try:
                if kind == _READ:
                    answer = self.disk.read(offset, length)
                elif kind == _WRITE:
                    self.disk.write(offset, _exactly(stream, length), through=bool(flags & 1))
                elif kind == _FLUSH:
                    self.disk.flush()
                elif kind == _DISCONNECT:
                    return
                else:
                    error = errno.EINVAL
            except OSError as refused:
                error = refused.errno or errno.EIO
            client.sendall(struct.pack(">IIQ", 0x67446698, error, handle) + answer)


def _greeted(client: socket.socket, stream, size: int) -> bool:  # type: ignore[no-untyped-def]
    """The handshake; whether the client goes on to requests."""
    client.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 1 | 2))
    _exactly(stream, 4)
    while True:
        _, option, length = struct.unpack(">8sII", _exactly(stream, 16))
        _exactly(stream, length)

        def reply(kind: int, data: bytes = b"", option: int = option) -> None:
            client.sendall(struct.pack(">QIII", 0x3E889045565A9, option, kind, len(data)) + data)

        if option in (_GO, _INFO):
            reply(_EXPORT, struct.pack(">HQH", 0, size, _EXPORT_FLAGS))
            reply(_ACK)
            if option == _GO:
                return True
        elif option == _ABORT:
            reply(_ACK)
            return False
        else:
            reply(_UNSUPPORTED)


def _exactly(stream, count: int) -> bytes:  # type: ignore[no-untyped-def]
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data
