"""Which scripts, styles and pictures these are: a page that has others must load itself anew, one that has these need not."""

from __future__ import annotations

import hashlib
from pathlib import Path

_STATIC = Path(__file__).parent / "static"


def edition(folder: Path = _STATIC) -> str:
    """A digest over all that is bundled and drawn; the same for the same bytes."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted((*folder.glob("vendor/*.[cj]s*"), *folder.glob("img/*.svg"))):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
