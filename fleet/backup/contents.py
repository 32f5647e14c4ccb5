"""What an archive holds: a tar, so that it can be looked into anywhere, with a list of digests as its last member.

======================  ==================================================================================================
``settings.toml``       the centre's settings
``data/…``              its data folder: databases, sealed documents, bodies of publications, drafts; ``data/centre.pgdump``
                        is the database of a centre on PostgreSQL
``authority/…``         the authority's folder, keys and books
``secrets/NAME``        the file the setting ``NAME`` (``staff.secret_file``) points at
``manifest.json``       :class:`Manifest`; an archive without it was broken off
======================  ==================================================================================================

A passphrase the settings point at is left out: it would lie beside the key it is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from fleet.settings import CentreSettings

MANIFEST, SETTINGS, DATABASE = "manifest.json", "settings.toml", "data/centre.db"
DUMP = "data/centre.pgdump"
"""Instead of :data:`DATABASE`, where the centre has its database on PostgreSQL."""
MOST_MANIFEST = 256 * 1024 * 1024
"""Bytes; two million documents' lines."""
_NAME = re.compile(r"(settings\.toml|(data|authority|secrets)(/[^/\\\0]+)+)")
_LEFT_OUT = ("passphrase_file", "pid_file")


class BackupError(ValueError):
    """The text (Chinese) says what is wrong with an archive or with where it shall go."""


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """``size`` in bytes; ``sha256`` in hexadecimal."""

    name: str
    size: int
    sha256: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """``made``: RFC 3339. ``revision``: of the database. ``damaged``: documents that were not there or not what they are called.
    ``bucket``: where documents lie that are not in the archive, in words; ``looked``: whether each was found there.
    """

    v: int
    made: str
    revision: str
    files: tuple[Entry, ...]
    damaged: tuple[str, ...] = ()
    bucket: str = ""
    looked: bool = True


def places(settings: CentreSettings) -> dict[str, Path]:
    """First part of a member's name → the folder or, below ``secrets/``, the file it stands for."""
    return {
        "data": settings.data,
        "authority": settings.authority.folder,
        **{f"secrets/{name}": path for name, path in _secrets(settings, "")},
    }


def checked(name: str) -> str:
    """``name``, when a member may be called so."""
    if not _NAME.fullmatch(name) or any(part in (".", "..") for part in name.split("/")):
        raise BackupError(f"备份里有不认识的文件名 {name[:80]!r}")
    return name


def _secrets(settings: Struct, above: str) -> Iterator[tuple[str, Path]]:
    for field in msgspec.structs.fields(settings):
        value, name = getattr(settings, field.name), f"{above}{field.name}"
        if isinstance(value, Struct):
            yield from _secrets(value, f"{name}.")
        elif isinstance(value, tuple):
            for place, one in enumerate(value):
                if isinstance(one, Struct):
                    yield from _secrets(one, f"{name}.{place}.")
        elif isinstance(value, Path) and field.name.endswith("_file") and field.name not in _LEFT_OUT:
            yield name, value
