"""Debian's SoftHSM2: a PKCS#11 token that is real in everything but its case."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from fleet.keys.token import TokenSettings

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "24681357"


def tokens(folder: Path, *labels: str) -> dict[str, TokenSettings]:
    """Tokens of these labels. The library looks for them once in the life of a process: they are all made here, at once."""
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    made = {}
    for label in labels:
        init = ("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "87654321")
        subprocess.run(init, check=True, capture_output=True)
        pin = folder / f"pin-{label}"
        pin.write_text(PIN + "\n")
        pin.chmod(0o600)
        made[label] = TokenSettings(MODULE, label, pin)
    return made
