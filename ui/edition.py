"""Which scripts and styles these are: a page that runs others must load itself anew, one that runs these need not."""

from __future__ import annotations

import hashlib
from pathlib import Path

_VENDOR = Path(__file__).parent / "static" / "vendor"


def edition(folder: Path = _VENDOR) -> str:
    """A digest over all that is bundled; the same for the same bytes."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(folder.glob("*.[cj]s*")):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
