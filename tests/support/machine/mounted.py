"""A data partition on the disk that forgets (``disk.py``), mounted on this machine for a container to boot over.

::

    ext4 ─▶ loop device ─▶ file by FUSE (qemu-storage-daemon) ─▶ NBD ─▶ Disk

FUSE without a cache of its own hands every write on, and a flush of the loop device is a flush of the disk. When the power goes
the disk refuses everything, so that what this machine's kernel still has in memory does not come to it.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from support.machine.disk import Disk, Server

MB = 2**20


def data_partition(to: Path, size: int = 1024) -> Path:
    """An empty one of ``size`` MB, made as the technician's guide says."""
    with to.open("wb") as file:
        file.truncate(size * MB)
    options = ["-t", "ext4", "-L", "data", "-m", "1", "-E", "lazy_itable_init=0,lazy_journal_init=0"]
    subprocess.run(["mke2fs", "-q", "-F", *options, to], check=True, capture_output=True)
    return to


def written_out(folder: Path) -> None:
    """The kernel hands on what it has of the files in there, as it may at any time, and asks for no flush."""
    libc = ctypes.CDLL(None, use_errno=True)
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file() and not path.is_symlink():
                file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                libc.sync_file_range(file, ctypes.c_int64(0), ctypes.c_int64(0), 7)  # SYNC_FILE_RANGE_WRITE, and waits for it
                os.close(file)


@contextmanager
def mounted(disk: Disk, folder: Path) -> Iterator[Path]:
    """Where it is mounted, journal played back by the kernel. Afterwards the disk is unmounted, or was pulled."""
    folder.mkdir(exist_ok=True)
    where, file = folder / "data", folder / "file"
    where.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch()
    disk.dead = False
    server = Server(disk, folder / "nbd")
    daemon = subprocess.Popen(
        [
            *("setpriv", "--pdeathsig", "KILL", "qemu-storage-daemon"),
            *("--blockdev", f"driver=nbd,node-name=card,server.type=unix,server.path={folder}/nbd"),
            *("--export", f"type=fuse,id=file,node-name=card,mountpoint={file},writable=on"),
        ]
    )
    loop = ""
    try:
        deadline = time.monotonic() + 30
        while file.stat().st_size != disk.size:
            assert daemon.poll() is None and time.monotonic() < deadline, "qemu-storage-daemon does not serve"  # noqa: PT018
            time.sleep(0.02)
        loop = subprocess.run(["losetup", "--find", "--show", file], capture_output=True, text=True, check=True).stdout.strip()
        subprocess.run(["mount", "-o", "noatime,nosuid,nodev", loop, where], check=True)
        yield where
    finally:
        subprocess.run(["umount", where], check=False) if not disk.dead else subprocess.run(["umount", "-l", where], check=False)
        if loop:
            subprocess.run(["losetup", "--detach", loop], check=False)
        daemon.terminate()
        with suppress(subprocess.TimeoutExpired):
            daemon.wait(20)
        daemon.kill()
        daemon.wait()
        subprocess.run(["umount", "-l", file], check=False, capture_output=True)
        server.wait_gone()
        server.close()
