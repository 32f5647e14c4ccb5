"""A party's opening keys, from its key file and, where they are wrapped, its token."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from domain.durable import write_durably
from domain.keyfile import BadKeyFileError, KeyEntry, KeyFile, parse, read_entries
from domain.sealing import BadKeyError, OpeningKey, Recipient, new_key
from fleet.keys.token import TokenSettings, make_key, unwrapping, wrap
from fleet.settings import SettingsError, private


def read_keys(path: Path, token: TokenSettings | None = None) -> tuple[OpeningKey, ...]:
    """The party's present key and its former ones, from TOML (``[[keys]]`` with ``key_id`` and ``private`` or ``wrapped``).

    :class:`SettingsError` when others may read the file or it holds no key, or one that is none, or the token does not open it;
    the text never quotes the content. The token is asked once, here: whoever runs on has the keys in memory.
    """
    private(path)
    try:
        data = path.read_bytes()
        if token is None or all(entry.wrapped is None for entry in read_entries(data)):
            return parse(data)
        with unwrapping(token) as unwrap:
            return parse(data, unwrap)
    except BadKeyFileError as error:
        raise SettingsError(f"私钥文件 {path} {error}") from None
    except BadKeyError as error:
        raise SettingsError(f"私钥文件 {path}：{error}") from None


def add_key(path: Path, owner: str, token: TokenSettings | None = None, bits: int = 2048) -> Recipient:
    """A new present key of ``owner`` in front of the former ones; with a ``token`` it is never on the disk in plain.
    :class:`SettingsError`, :class:`domain.sealing.BadKeyError`."""
    kept = _entries(path) if path.exists() else ()
    public, opening = new_key(owner)
    if token is None:
        entry = KeyEntry(opening.key_id, private=opening.private)
    else:
        make_key(token, bits)
        entry = _wrapped(opening, token)
    _write(path, (entry, *kept))
    return public


def into_token(path: Path, token: TokenSettings, bits: int = 2048) -> int:
    """Wrap what lies in plain in the key file; how many keys that were. Each is unwrapped again before the plain one goes.
    :class:`SettingsError`, :class:`domain.sealing.BadKeyError`."""
    entries = _entries(path)
    plain = {entry.key_id for entry in entries if entry.private is not None}
    if plain:
        make_key(token, bits)
        done = tuple(_wrapped(OpeningKey(e.key_id, e.private), token) if e.private is not None else e for e in entries)
        with unwrapping(token) as unwrap:
            for before, after in zip(entries, done, strict=True):
                if before.private is not None and after.wrapped is not None and unwrap(after.wrapped) != before.private:
                    raise SettingsError("令牌解开的与原来的私钥不同，文件没有改动")
        _write(path, done)
    return len(plain)


def _entries(path: Path) -> tuple[KeyEntry, ...]:
    private(path)
    try:
        return read_entries(path.read_bytes())
    except BadKeyFileError as error:
        raise SettingsError(f"私钥文件 {path} {error}") from None


def _wrapped(key: OpeningKey, token: TokenSettings) -> KeyEntry:
    return KeyEntry(key.key_id, wrapped=wrap(token, key.private))


def _write(path: Path, entries: Sequence[KeyEntry]) -> None:
    """The plain bytes of a file that is replaced are overwritten first: on a spinning disk that helps, on flash it may not."""
    data = msgspec.toml.encode(KeyFile(tuple(entries)))
    former = path.stat().st_size if path.exists() else 0
    try:
        if former:
            aside = path.with_name(path.name + ".former")
            aside.unlink(missing_ok=True)
            os.link(path, aside)
            write_durably(path, data)
            with aside.open("r+b") as file:
                file.write(b"\0" * former)
                os.fsync(file.fileno())
            aside.unlink()
        else:
            write_durably(path, data)
    except OSError as error:
        raise SettingsError(f"私钥文件 {path} 写不了：{error.strerror}") from None
