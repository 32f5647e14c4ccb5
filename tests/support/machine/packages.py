"""The packages of this tree for this machine's processor: built once, kept in ``.machine`` while what they are made of stays."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from support.machine.root import PLACE, ROOT

MADE_OF = ("domain", "kiosk", "devices", "ui", "mqtt", "fleet", "systemd", "pyproject.toml", "requirements.lock", "build.mjs")
NEXT = "0.1.0+next"
"""The version of :func:`following`."""


def arch() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def packages() -> Path:
    """The folder they lie in, packed fast: ``NAME_VERSION_ARCH.deb`` of the terminal and of the centre, for Debian 13."""
    with _alone():
        folder, written = PLACE / "packages", PLACE / "packages.stamp"
        stamp = _stamp()
        if not (written.is_file() and written.read_text() == stamp):
            written.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            build(
                folder,
                "--arch",
                arch(),
                "--python",
                "3.13",
                "--package",
                "tongban-terminal",
                "--package",
                "tongban-centre",
                "--compression",
                "fast",
            )
            following(package(folder, "tongban-terminal"), folder)
            written.write_text(stamp)
    return folder


def build(folder: Path, *options: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "systemd" / "deb" / "build.py", *options, folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def package(folder: Path, name: str, version: str = "") -> Path:
    (found,) = (path for path in folder.glob(f"{name}_{version}*.deb") if version or NEXT not in path.name)
    return found


def following(deb: Path, folder: Path) -> Path:
    """The same package under the version after it."""
    with tempfile.TemporaryDirectory() as unpacked:
        subprocess.run(["dpkg-deb", "--raw-extract", deb, unpacked], check=True)
        control = Path(unpacked) / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^Version:.*$", f"Version: {NEXT}", control.read_text()))
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", unpacked, folder], check=True, capture_output=True
        )
    return package(folder, deb.name.split("_")[0], NEXT)


def _stamp() -> str:
    hashed = hashlib.sha256()
    for name in MADE_OF:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                hashed.update(f"{path.relative_to(ROOT)} {path.stat().st_mode}".encode() + path.read_bytes())
    return hashed.hexdigest()


class _alone:  # noqa: N801
    """One at a time, of however many run tests."""

    def __enter__(self) -> None:
        PLACE.mkdir(parents=True, exist_ok=True)
        self._lock = (PLACE / "packages.lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._lock.close()
