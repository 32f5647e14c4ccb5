"""A Debian root with everything a package of ours depends on, made once by mmdebstrap: installing ours needs no network then.

It lies in the user's cache, 1.1 GB, where every copy of the repository finds it, and is never written to: each machine starts on an
overlay. What is made of this copy lies in ``.machine``. ``TONGBAN_MACHINE``: a place for all of it.
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
CACHE = Path(os.environ.get("TONGBAN_MACHINE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tongban")
SUITE = "trixie"
BASE = ("systemd", "systemd-sysv", "dbus", "udev", "python3", "systemd-timesyncd")
_CONTROL = ROOT / "systemd" / "deb" / "debian" / "control"
_OURS = "tongban-"
_FROM_ELSEWHERE = ("python3-picamera2", "overlayroot", "busybox")
"""Of Raspberry Pi OS, not in Debian; and what wants an initramfs, which a container has not (``image.py`` has them)."""
_DPKG = (
    "force-unsafe-io",  # it is made anew when it is lost
    "path-exclude=/usr/share/doc/*",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/help/*",
)


class NoMachineError(Exception):
    """This machine cannot make or start another; the text says why, for whoever runs the tests."""


def lacking() -> str:
    """Why no root can be made and started here; "" when one can."""
    if os.geteuid() != 0:
        return "要用 root 运行：安装包的测试启动一个容器，建系统要 chroot 和挂载。sudo make test"
    missing = [name for name in ("mmdebstrap", "systemd-nspawn", "dh") if shutil.which(name) is None]
    return f"没有装 {'、'.join(missing)}：./install.sh test 会装" if missing else ""


def own_arch() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def root(arch: str) -> Path:
    """What a terminal's package depends on, for that processor."""
    return made("root", {*BASE, *depends("tongban-terminal")}, arch=arch)


def made(name: str, packages: set[str], *, arch: str, suite: str = SUITE) -> Path:
    """A root with these packages and what they depend on; another one when any of this changes. ``NoMachineError``."""
    if arch != own_arch() and subprocess.run(["arch-test", arch], capture_output=True, check=False).returncode:
        raise NoMachineError(f"这台机器运行不了 {arch} 的程序：apt-get install qemu-user-static，并挂载 binfmt_misc")
    wanted = sorted(packages)
    made_of = "\n".join([suite, arch, *_DPKG, *wanted])
    return kept(f"{name}-{arch}-{_digest(made_of)[:8]}", made_of, lambda folder: _make(folder, wanted, suite, arch), CACHE)


def kept(name: str, made_of: str, make: Callable[[Path], None], place: Path = PLACE) -> Path:
    """The folder ``name``, made anew when what it is made of changed; one at a time, of however many run tests."""
    if lacking():
        raise NoMachineError(lacking())
    place.mkdir(parents=True, exist_ok=True)
    folder, written, stamp = place / name, place / f"{name}.stamp", _digest(made_of)
    with (place / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (written.is_file() and written.read_text() == stamp):
            written.unlink(missing_ok=True)
            if f" {folder}/" in Path("/proc/mounts").read_text():
                raise NoMachineError(f"{folder} 下面还有挂载，没有动它")
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            written.write_text(stamp)
    return folder


def depends(ours: str) -> set[str]:
    """What that package of ours wants of Debian; of alternatives the first."""
    parts = re.sub(r"\n ", " ", _CONTROL.read_text("utf-8")).split("\n\n")
    (text,) = (part for part in parts if part.startswith(f"Package: {ours}\n"))
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
    options = [f"--architectures={arch}", *(f"--dpkgopt={option}" for option in _DPKG)]
    done = subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=apt", *options, f"--include={','.join(packages)}", suite, folder, sources[0]],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoMachineError(f"没有建成 Debian 的系统（{suite} {arch}）：{done.stderr[-2000:]}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
