"""Another program for a terminal: what its archive weighs; what unpacking and the switch cost in time, CPU, writing to the disk."""

from __future__ import annotations

import os
import shutil
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from support.updates import Box, Made, packed_as

import kiosk.settings
from kiosk.program.choosing import Chosen
from kiosk.program.place import Trial
from kiosk.program.updating import Means, _Job

ROOMS = ("kiosk", "domain", "devices", "ui", "mqtt")
LIBRARIES = ("cryptography", "flask", "werkzeug", "jinja2", "msgspec", "httpx", "paho")
"""A part of what a program carries: an archive of all of it takes a minute to pack, and tells no more."""
WRITES = 3.0
"""Bytes written to the disk for one of the program as it lies there: the archive, its files, what Python compiled of them."""
SWITCH = 1.0
"""Seconds of the switch itself, in which no visit can begin."""


def rows() -> list[tuple[str, str, str, bool]]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # on the disk: a tmpfs writes nothing
        one = packed_as(Path(folder) / "made", _tree(Path(folder) / "tree"), "1.1")
        box = Box(Path(folder) / "box")
        box.database(6, "old")
        seconds, cpu, written, syncs = _measured(lambda: _brought(box, one))
        lies = sum(path.stat().st_size for path in (box.programs / "1.1").rglob("*") if path.is_file())
        began = time.monotonic()
        box.running(None).lay(Trial("1.1", one.manifest.sha256, 1, None, (str(box.data / "terminal.db"),)))
        switch = time.monotonic() - began
        began = time.monotonic()
        started = box.start()
        launcher = time.monotonic() - began
        assert started.running == "1.1"
    manifest, mega, ratio = one.manifest, 1e6, written / lies
    weight = f"{manifest.unpacked / mega:.1f} MB，{manifest.files} 个文件 → {manifest.size / mega:.1f} MB"
    return [
        ("程序包：解开多大 → 打包多大", weight, "", manifest.size < manifest.unpacked / 2),
        ("后台核对、解开、编译、落盘", f"{seconds:.1f} s，CPU {cpu:.1f} s", f"{syncs} 次 fsync，不影响办事", True),
        ("写盘量 ÷ 程序放好以后的大小", f"{ratio:.2f}（{written / mega:.0f} MB）", f"≤ {WRITES:g}", ratio <= WRITES),
        ("切换（记号、链接），这时没有人能开始办", f"{switch * 1000:.0f} ms", f"≤ {SWITCH * 1000:.0f}", switch <= SWITCH),
        ("启动器：记一次启动，留一份数据库", f"{launcher * 1000:.0f} ms", "", True),
    ]


def _brought(box: Box, one: Made) -> None:
    def fetch(_manifest: object, path: Path, _wait: object) -> None:
        shutil.copyfile(one.archive, path)

    job = _Job(
        Chosen(one.manifest, one.signed), box.running(None), Means(fetch, lambda: "", lambda: box.stood, box.data, 0, lambda: None)
    )
    job.work()
    assert job.phase == "ready", (job.why, job.detail)


def _measured(act: Callable[[], None]) -> tuple[float, float, int, int]:
    """Seconds, of CPU (children with it), bytes handed to the disk, fsyncs."""
    count, sync = [0], os.fsync

    def counted(handle: int) -> None:
        count[0] += 1
        sync(handle)

    os.fsync = counted  # type: ignore[assignment]
    try:
        written, cpu, began = _written(), _cpu(), time.monotonic()
        act()
        os.sync()
        return time.monotonic() - began, _cpu() - cpu, _written() - written, count[0]
    finally:
        os.fsync = sync


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _written() -> int:
    """Of this process and of children that have ended (proc(5), ``write_bytes``)."""
    return int(Path("/proc/self/io").read_text().split("write_bytes: ")[1].split()[0])


def _tree(folder: Path) -> Path:
    ours, theirs = Path(kiosk.settings.__file__).parents[1], Path(sysconfig.get_paths()["purelib"])
    skip = shutil.ignore_patterns("__pycache__")
    for room in ROOMS:
        shutil.copytree(ours / room, folder / "site" / room, ignore=skip)
    for library in LIBRARIES:
        if (theirs / library).is_dir():
            shutil.copytree(theirs / library, folder / "site" / library, ignore=skip)
    return folder
