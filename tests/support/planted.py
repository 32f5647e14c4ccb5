"""Looking for something of a person in every file, in the encodings it could hide in."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote


def needles(secrets: Iterable[str]) -> dict[bytes, str]:
    """Bytes to look for → what was found and how it was written."""
    found: dict[bytes, str] = {}
    for secret in secrets:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            found[secret.encode(encoding)] = f"{secret} as {encoding}"
        found[quote(secret).encode()] = f"{secret} percent-encoded"
        found[json.dumps(secret)[1:-1].encode()] = f"{secret} as JSON escapes"
        raw = secret.encode()
        for shift in range(3):
            # Of each alignment in a base64 stream the characters that depend on the secret alone.
            body = base64.b64encode(b"\0" * shift + raw)
            found[body[(0, 2, 3)[shift] : len(body) - 4]] = f"{secret} as base64, shift {shift}"
    return {needle: what for needle, what in found.items() if len(needle) >= 6}


def strokes(signature: str) -> str:
    """A stretch of a signature's strokes as any JSON of them has it."""
    (first, *_rest) = json.loads(signature)["strokes"]
    return ",".join(json.dumps(point, separators=(",", ":")) for point in first[:2])


def search_raw(disk: Path, secrets: Iterable[str], block: int = 16 * 2**20) -> list[str]:
    """The same over a disk as its sectors have it: what was deleted, journals and slack included."""
    wanted = needles(secrets)
    overlap = max(map(len, wanted))
    hits = []
    with disk.open("rb") as raw:
        at, before = 0, b""
        while data := raw.read(block):
            window = before + data
            hits += [f"{disk} near {at}: {what}" for needle, what in wanted.items() if needle in window]
            at, before = at + len(data), window[-overlap:]
    return hits


def search(folders: Iterable[Path], secrets: Iterable[str]) -> list[str]:
    """Every place where one of ``secrets`` stands."""
    wanted = needles(secrets)
    hits = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.is_symlink():
                continue
            try:
                data = path.read_bytes()
            except OSError:
                continue
            hits += [f"{path}: {what}" for needle, what in wanted.items() if needle in data]
    return hits
