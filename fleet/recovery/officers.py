"""The recovery key (恢复密钥): an age identity under a passphrase, so that it takes two people: one keeps the
medium, one the words.

The file is plain age (``age -p``): with the passphrase Debian's ``age`` opens it, and opens any sealed document without us.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import pyrage

from domain.durable import write_durably
from domain.sealing import BadKeyError, OpeningKey, Recipient, check_opening_key, new_key

OWNER = "recovery"
_WORD = "abcdefghijkmnpqrstuvwxyz23456789"
MOST_FILE = 64 * 1024


def new_passphrase() -> str:
    """125 random bits in five groups, to be written down by hand."""
    return "-".join("".join(secrets.choice(_WORD) for _ in range(5)) for _ in range(5))


def make(file: Path, passphrase: str) -> Recipient:
    """A new recovery key in ``file``; its public half. ``FileExistsError``: a key is never replaced. ``OSError``."""
    if file.exists():
        raise FileExistsError(17, "已有这个文件", str(file))
    public, opening = new_key(OWNER)
    text = f"# key_id: {opening.key_id}\n# public key: {public.public}\n{opening.private}\n"
    write_durably(file, bytes(pyrage.passphrase.encrypt(text.encode("ascii"), passphrase)), 0o600)
    return public


def take(file: Path, passphrase: str) -> OpeningKey:
    """The recovery key. :class:`BadKeyError` (Chinese) for a wrong passphrase or a file that is none; ``OSError``."""
    with file.open("rb") as source:
        sealed = source.read(MOST_FILE)
    try:
        lines = bytes(pyrage.passphrase.decrypt(sealed, passphrase)).decode("ascii").splitlines()
    except (pyrage.DecryptError, UnicodeDecodeError):
        raise BadKeyError("口令不对，或文件不是恢复密钥") from None
    key_id = next((line.removeprefix("# key_id: ") for line in lines if line.startswith("# key_id: ")), OWNER)
    private = next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
    key = OpeningKey(key_id, private)
    check_opening_key(key)
    return key
