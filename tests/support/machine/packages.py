"""The packages of this tree: each built once, kept in ``.machine`` while what they are made of stays."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from support.machine.root import ROOT, kept, own_arch

MADE_OF = ("domain", "kiosk", "devices", "ui", "mqtt", "fleet", "systemd", "pyproject.toml", "requirements.lock", "build.mjs")
NEXT = "0.1.0+next"
"""The version of :func:`following`."""


def packages(name: str = "tongban-terminal", *, python: str = "3.13", arch: str = "") -> Path:
    """The folder in which this one of ours lies, packed fast, for the Debian with that Python; ``arch``: this machine's if not
    given."""
    arch = arch or own_arch()
    options = ("--arch", arch, "--python", python, "--package", name, "--compression", "fast")
    return kept(f"{name}-{python}-{arch}", made_of(), lambda folder: build(folder, *options))


def build(folder: Path, *options: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "systemd" / "deb" / "build.py", *options, folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def package(folder: Path, name: str) -> Path:
    (found,) = folder.glob(f"{name}_*.deb")
    return found


def following(deb: Path, folder: Path) -> Path:
    """The same package under the version after it, in ``folder``."""
    with tempfile.TemporaryDirectory() as unpacked:
        subprocess.run(["dpkg-deb", "--raw-extract", deb, unpacked], check=True)
        control = Path(unpacked) / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^Version:.*$", f"Version: {NEXT}", control.read_text()))
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", unpacked, folder], check=True, capture_output=True
        )
    return package(folder, deb.name.split("_")[0])


def made_of() -> str:
    """Other when anything is that goes into a package."""
    hashed = hashlib.sha256()
    for name in MADE_OF:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                hashed.update(f"{path.relative_to(ROOT)} {path.stat().st_mode}".encode() + path.read_bytes())
    return hashed.hexdigest()
