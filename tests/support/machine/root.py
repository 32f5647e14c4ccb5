"""A Debian 13 root with everything our packages depend on, made once by mmdebstrap: installing ours needs no network then.

It lies in ``.machine`` (or in ``TONGBAN_MACHINE``), 1.1 GB, and is never written to: each machine starts on an overlay.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]
PLACE = Path(os.environ.get("TONGBAN_MACHINE", ROOT / ".machine"))
SUITE = "trixie"
BASE = ("systemd", "systemd-sysv", "dbus", "udev", "python3", "systemd-timesyncd")
_CONTROL = ROOT / "systemd" / "deb" / "debian" / "control"
_OURS = "tongban-"
_FROM_ELSEWHERE = ("python3-picamera2",)
"""Of Raspberry Pi OS, not in Debian."""
_DPKG = (
    "force-unsafe-io",  # it is made anew when it is lost
    "path-exclude=/usr/share/doc/*",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/help/*",
)


class NoMachineError(Exception):
    """This machine cannot make or start another; the text says why, for whoever runs the tests."""


def root() -> Path:
    """Made when it is not there, or when a package depends on something else than it did."""
    return made("root", {*BASE, *depends()})


def made(name: str, packages: set[str], *, suite: str = SUITE, arch: str = "") -> Path:
    """A root of that name with these packages and what they depend on. ``arch``: of another processor, whose programs this machine
    must be able to run (qemu-user-static)."""
    wanted = sorted(packages)
    made_of = "\n".join([suite, *((arch,) if arch else ()), *_DPKG, *wanted])
    return kept(name, made_of, lambda folder: _make(folder, wanted, suite, arch))


def kept(name: str, made_of: str, make: Callable[[Path], None]) -> Path:
    """The folder ``name``, made anew when what it is made of changed; one at a time, of however many run tests."""
    if os.geteuid() != 0:
        raise NoMachineError("要用 root 运行：安装包的测试启动一个容器（systemd-nspawn），建系统要 chroot 和挂载。sudo make test")
    PLACE.mkdir(parents=True, exist_ok=True)
    folder, written = PLACE / name, PLACE / f"{name}.stamp"
    stamp = hashlib.sha256(made_of.encode()).hexdigest()
    with (PLACE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (written.is_file() and written.read_text() == stamp):
            written.unlink(missing_ok=True)
            if f" {folder}/" in Path("/proc/mounts").read_text():
                raise NoMachineError(f"{folder} 下面还有挂载，没有动它")
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            written.write_text(stamp)
    return folder


def depends(*ours: str) -> set[str]:
    """What our packages want of Debian, or these of ours; of alternatives the first."""
    text = re.sub(r"\n ", " ", _CONTROL.read_text("utf-8"))
    if ours:
        text = "\n".join(one for one in text.split("\n\n") if one.split("\n")[0].removeprefix("Package: ") in ours)
    lines = re.findall(r"^(?:Depends|Recommends): (.*)$", text, re.MULTILINE)
    names = {name.split("|")[0].split("(")[0].strip() for line in lines for name in line.split(",")}
    return {name for name in names if name and not name.startswith(("$", _OURS)) and name not in _FROM_ELSEWHERE}


def _make(folder: Path, packages: list[str], suite: str, arch: str) -> None:
    """From the mirror apt uses on this machine, whatever that is."""
    sources = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Label: Debian"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    if not sources:
        raise NoMachineError("apt 里没有 Debian 的软件源（先运行 apt-get update）")
    options = [f"--dpkgopt={option}" for option in _DPKG] + ([f"--architectures={arch}"] if arch else [])
    done = subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=apt", *options, f"--include={','.join(packages)}", suite, folder, sources[0]],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoMachineError(f"没有建成 Debian 的系统（{suite} {arch}）：{done.stderr[-2000:]}")
