"""What the centre asks of a storage: whole files under names, durable once put, gone once removed. A folder answers, and a bucket.

A name is a path of digests and terminals (``aa/aabb…``, ``incoming/{terminal}/{digest}``), the same in both, so that what lies in
one can be copied to the other. Whatever a storage cannot do now is a :class:`StorageError` with one of few names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

Trouble = Literal[
    "away", "busy", "failing", "full", "refused", "no_bucket", "clock", "certificate", "versioned", "damaged", "strange"
]
TROUBLES: dict[Trouble, tuple[str, str]] = {
    "away": ("文件存储连不上", "请检查存储服务和到它的网络；恢复后终端会自动接着传"),
    "busy": ("文件存储忙不过来", "一般会自己好；长时间这样，请存储管理员检查负载和限流"),
    "failing": ("文件存储出错", "请存储管理员看存储的日志；恢复后终端会自动接着传"),
    "full": ("文件存储满了", "请给存储扩容或提高配额"),
    "refused": ("文件存储不认中心的密钥", "请核对 storage.bucket.key_file 里的密钥，以及它读、写、删、列这个桶的权限"),
    "no_bucket": ("文件存储里没有设置写的桶", "请核对 storage.bucket.name，或请存储管理员建桶"),
    "clock": ("中心和文件存储的时钟相差太多", "请核对两边的时间同步（NTP）"),
    "certificate": ("文件存储的 TLS 证书不可信", "请核对 storage.bucket.ca_file、证书的域名和有效期"),
    "versioned": ("文件存储的桶开着版本控制，删除的文件删不干净", "请换一个没有开过版本控制和对象锁定的桶"),
    "damaged": ("文件存储存下的内容和送去的不一样", "请存储管理员检查存储；终端会重新传"),
    "strange": ("文件存储的回答看不懂", "请核对 storage.bucket 里的 endpoint、region 和 addressing"),
}
"""Trouble → what is wrong, and what staff does about it."""


class StorageError(OSError):
    """It cannot be done now; nothing is half done. Its text says so in Chinese, with the remedy. ``said``: a code of the storage's
    answer or a class of error, never content.
    """

    def __init__(self, trouble: Trouble, said: str = "") -> None:
        what, remedy = TROUBLES[trouble]
        super().__init__(f"{what}（{f'{trouble} {said}'.strip()}）。{remedy}。")
        self.trouble, self.said = trouble, said


class Entry(NamedTuple):
    """``size`` in bytes; ``at``: when it was put, seconds since 1970."""

    name: str
    size: int
    at: float


class Reading(Protocol):
    """Bytes of one file, from front to end. ``size``: how many there are; an earlier end is a :class:`StorageError`."""

    size: int

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class Storage(Protocol):
    """Every method may raise :class:`StorageError`."""

    def put(self, name: str, file: Path, sha256: str) -> None:
        """What is in ``file``, whose digest is ``sha256`` (hexadecimal): whole, checked and durable when this returns, in place of
        what was there. ``file`` is gone then; after an error it may be.
        """

    def size(self, name: str) -> int | None:
        """In bytes; ``None``: it is not there."""

    def open(self, name: str) -> Reading:
        """``FileNotFoundError``."""

    def local(self, name: str) -> Path:
        """A file of this machine that holds the same, to be read only. ``FileNotFoundError``. For what is asked for often."""

    def remove(self, names: Iterable[str]) -> None:
        """For good. One that is not there is harmless."""

    def names(self, under: str) -> Iterator[Entry]:
        """Whatever lies below the folder ``under`` (``""``: everything)."""

    def tidy(self, now: float) -> None:
        """Drop what is kept on this machine without need; now and then."""

    def trouble(self) -> StorageError | None:
        """What is wrong with it now, as far as can be asked. Raises nothing."""
