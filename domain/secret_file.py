"""Whether a file with a secret is kept from others."""

from __future__ import annotations

import os
from pathlib import Path


def others_may_read(path: Path) -> bool:
    """By its mode; ``OSError``. Not so a credential of this service (systemd.exec(5)): systemd shows it to this unit alone; it is
    granted by an access list, whose mask stands where the group's rights would be (mode 0440).
    """
    mode = path.stat().st_mode
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder and path.resolve().is_relative_to(Path(folder).resolve()):
        return False
    return bool(mode & 0o077)
