"""``python -m tests.support.pi.figures``: the camera's process measured on the real picamera2 (part of ``make camera-test``).

libcamera's virtual pipeline gives frames as fast as they are asked for and does no image processing: what is measured is
picamera2, our two processes and the copies, not a sensor.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from support.pi.rig import Process, RealProcess, camera_process

from devices.camera.link import CameraLink
from devices.camera.scan import picture_of

STILLS = 7
IDLE = 10.0
MEMORY = 250
"""MiB that camera and vision may take together (the terminal's budget)."""
LOOK_EVERY = 0.02
TAKER = """
import queue, sys
from devices.camera.driver import FrameCamera
from devices.port import Life, PageRefused, PageTaken
told = queue.Queue()
camera = FrameCamera(sys.argv[1])
camera.start(told.put)
camera.watch()
while camera.state().life is not Life.READY:
    told.get(timeout=60)
taken = 0
while taken < int(sys.argv[2]):
    camera.take("page")
    while not isinstance(answer := told.get(timeout=60), PageTaken | PageRefused):
        pass
    taken += isinstance(answer, PageTaken)
camera.stop()
"""
"""The terminal's driver with its vision and nothing else: watches, and takes pages (on a busy machine some are refused as late)."""


def main() -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · Python {platform.python_version()} · {platform.machine()}")
    for name, kind in (("a double", Process), ("picamera2 0.3.38, libcamera 0.7.2", RealProcess)):
        with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-") as folder:
            began = time.monotonic()
            with camera_process(Path(folder), kind=kind, slow=2.0) as process:
                tell(name, "start to proven", f"{time.monotonic() - began:.2f} s")
                measure(name, process)


def measure(name: str, process: Process) -> None:
    began = time.monotonic()
    link = process.opened()
    tell(name, "resting to first preview", f"{time.monotonic() - began:.2f} s")
    took = [timed(lambda: link.preview(20)) for _ in range(100)]
    tell(name, "preview 1152 × 648, median of 100", f"{statistics.median(took) * 1000:.1f} ms, {1 / statistics.fmean(took):.0f}/s")
    took = [timed(lambda: picture_of(link.still(20))) for _ in range(STILLS)]
    tell(name, f"still 4608 × 2592, median of {STILLS}", f"{statistics.median(took) * 1000:.0f} ms")
    child = process.child()
    assert child is not None
    for who, one in (("parent", process.parent), ("child", child)):
        peak = int(Path(f"/proc/{one.pid}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
        tell(name, f"peak resident, {who}", f"{peak:.0f} MiB")
    link.close()  # the driver is the newest client, and wins
    began_calls = len(process.calls())  # it may rest as soon as the driver has left
    taken_together(name, process)
    process.until(lambda: "close" in process.calls()[began_calls:], "the camera rests")
    link = CameraLink(str(process.socket))
    family = (process.parent, child)
    before, at = sum(sum(one.cpu_times()[:2]) for one in family), time.monotonic()
    while time.monotonic() - at < IDLE:
        link.hello(5)
        time.sleep(3)
    spent = sum(sum(one.cpu_times()[:2]) for one in family) - before
    tell(name, "resting, asked hello every 3 s", f"{spent / (time.monotonic() - at) * 100:.2f} % of a core")
    tell(name, "resident while resting, both", f"{sum(one.memory_info().rss for one in family) / 2**20:.0f} MiB")
    link.close()


def taken_together(name: str, process: Process) -> None:
    """Parent, child and the driver's own process while pages are taken, each shared page counted once (PSS)."""
    with subprocess.Popen((sys.executable, "-c", TAKER, str(process.socket), str(STILLS))) as taker:
        child = process.child()
        assert child is not None
        with most_of(process.parent.pid, child.pid, taker.pid) as most:
            assert taker.wait(120) == 0
    for who, size in zip(("parent", "child", "driver and vision"), most, strict=False):
        tell(name, f"peak of its own and its share (PSS), {who}", f"{size:.0f} MiB")
    tell(name, "all three at one time, most", f"{most[-1]:.0f} MiB (≤ {MEMORY})")


@contextmanager
def most_of(*pids: int) -> Iterator[list[float]]:
    """The greatest PSS in MiB of each process meanwhile, and last the greatest sum."""
    most, over = [0.0] * (len(pids) + 1), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            sizes = [proportional(pid) for pid in pids]
            most[:] = map(max, most, [*sizes, sum(sizes)])

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield most
    finally:
        over.set()
        looking.join()


def proportional(pid: int) -> float:
    """MiB; 0 for a process that has ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return int(rollup.split("\nPss:")[1].split()[0]) / 1024


def timed(action: object) -> float:
    began = time.perf_counter()
    action()  # type: ignore[operator]
    return time.perf_counter() - began


def tell(name: str, what: str, value: str) -> None:
    print(f"  {name:<36}{what:<52}{value:>24}", flush=True)


if __name__ == "__main__":
    main()
