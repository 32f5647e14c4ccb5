"""The real process of the camera, parent and child, on a double of picamera2 or on the real one, and the terminal's real
driver at its socket."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from devices.camera.link import CameraLink, NoPictureError
from devices.camera.picture import bgr_from_ycc
from devices.protocols.frames import Camera, Frame, Why
from devices.virtual.desk import STILL, Scene, render
from devices.virtual.pages import PageModel, page

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
ROOT = Path(os.environ.get("TONGBAN_VIRTUALCAM", REPOSITORY / ".virtualcam"))
PATIENCE = 40.0


class Process:
    """``folder`` (short, on tmpfs) holds socket, misfortunes, what was called, and the picture under the camera."""

    def __init__(self, folder: Path, *options: str, lay: str | PageModel | None = "residence", slow: float = 1.5) -> None:
        self.folder = folder
        self.socket = folder / "camera.sock"
        self.scene: Scene = render(page(lay) if isinstance(lay, str) else lay)
        self._options = ("--slow", str(slow), *options)
        self._running: subprocess.Popen[bytes] | None = None
        self._faults: dict[str, None] = {}
        self._write()
        (folder / "calls").touch()
        self._lay()

    @property
    def real(self) -> bool:
        return False

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._running = subprocess.Popen(self._command(), env=self._environment(), stdout=log, stderr=log)
        self.until(self._answers, "the socket answers")

    def stop(self) -> int:
        assert self._running is not None
        self._running.terminate()
        return self._running.wait(PATIENCE)

    def ended(self) -> int:
        """By itself."""
        assert self._running is not None
        return self._running.wait(PATIENCE)

    def kill(self) -> None:
        """kill -9 of the parent."""
        assert self._running is not None
        self._running.kill()
        self._running.wait(PATIENCE)

    @property
    def parent(self) -> psutil.Process:
        assert self._running is not None
        return psutil.Process(self._running.pid)

    def child(self) -> psutil.Process | None:
        """The process that owns the camera now."""
        alive = [each for each in self.parent.children() if each.status() != psutil.STATUS_ZOMBIE]
        assert len(alive) <= 1, "a second child beside the first"
        return alive[0] if alive else None

    def another_child(self, than: psutil.Process) -> psutil.Process:
        found = self.until(lambda: (now := self.child()) is not None and now.pid != than.pid and now, "another child")
        assert isinstance(found, psutil.Process)
        return found

    def inject(self, *faults: str) -> None:
        self._faults |= dict.fromkeys(faults)
        self._write()

    def clear(self) -> None:
        self._faults.clear()
        self._write()

    def calls(self, pid: int | None = None) -> list[str]:
        """Calls of picamera2 so far, by this process or by all."""
        lines = [line.split(" ", 1) for line in (self.folder / "calls").read_text().splitlines()]
        return [call for made_by, call in lines if pid is None or made_by == str(pid)]

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    def hello(self) -> Camera | Why:
        return self._once(lambda link: link.hello(5))

    def preview(self) -> Frame | Why:
        return self._once(lambda link: link.preview(20))

    def opened(self) -> CameraLink:
        """A link to a camera that has given a preview."""
        link = CameraLink(str(self.socket))
        self.until(
            lambda: not isinstance(ask(lambda: link.preview(20)), Why),
            "a preview",
        )
        return link

    def proven(self) -> Camera:
        found = self.until(lambda: isinstance(answer := self.hello(), Camera) and answer, "hello is answered with a camera")
        assert isinstance(found, Camera)
        return found

    def says(self, why: Why) -> None:
        self.until(lambda: self.hello() == why, f"hello says {why!r}")

    def until(self, happened: Callable[[], object], what: str) -> object:
        deadline = time.monotonic() + PATIENCE
        while not (answer := happened()):
            assert self._running is None or self._running.poll() is None, f"ended: {self.log()[-3000:]}"
            assert time.monotonic() < deadline, f"never: {what}\n{self.log()[-3000:]}"
            time.sleep(0.02)
        return answer

    def _once(self, question: Callable[[CameraLink], Camera | Frame]) -> Camera | Frame | Why:
        link = CameraLink(str(self.socket))
        try:
            return ask(lambda: question(link))
        finally:
            link.close()

    def _answers(self) -> bool:
        try:
            self.hello()
        except OSError:
            return False
        return True

    def _write(self) -> None:
        """In one step, for the process reads at any time."""
        new = self.folder / "misfortunes.new"
        new.write_text("\n".join(self._faults), "utf-8")
        new.replace(self.folder / "misfortunes")

    # --- what differs between the double and the real picamera2 -------------------------------------------------------

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "devices.camera.process", "--socket", str(self.socket), *self._options]

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": f"{HERE / 'double'}:{HERE}",
            "TONGBAN_MISFORTUNES": str(self.folder / "misfortunes"),
            "TONGBAN_PICTURE": str(self.folder / "picture"),
        }

    def _lay(self) -> None:
        (self.folder / "picture").write_bytes(self.scene.still())


class RealProcess(Process):
    """The same on the real picamera2 and libcamera's virtual pipeline, in the Debian system that ``virtual/build.sh`` makes."""

    @property
    def real(self) -> bool:
        return True

    def _command(self) -> list[str]:
        assert (ROOT / "built").exists(), f"没有 {ROOT}：请运行 make camera-test（要 root）"
        mounts = "".join(
            f'mount --bind "{there}" "{ROOT}{here}"\n'
            for there, here in (
                ("/proc", "/proc"),
                ("/dev", "/dev"),
                ("/sys", "/sys"),
                (REPOSITORY, "/src"),
                (self.folder, "/run/camera"),
                (self.folder / "frames", "/frames"),
            )
        )
        environment = (
            "LD_PRELOAD=/opt/virtual/fakedma.so PYTHONDONTWRITEBYTECODE=1 TONGBAN_MISFORTUNES=/run/camera/misfortunes"
            " PYTHONPATH=/src/tests/support/pi/virtual:/src/tests/support/pi"
        )
        run = "-m devices.camera.process --socket /run/camera/camera.sock " + " ".join(self._options)
        script = f'{mounts}exec chroot "{ROOT}" env -i -C /src {environment} /opt/venv/bin/python {run}'
        return ["unshare", "--mount", "bash", "-euc", script]

    def _environment(self) -> dict[str, str]:
        return dict(os.environ)

    def _lay(self) -> None:
        frames = self.folder / "frames"
        frames.mkdir(exist_ok=True)
        ycc = np.dstack((self.scene.luma, cv2.resize(self.scene.chroma, STILL, interpolation=cv2.INTER_LINEAR)))
        quality = (cv2.IMWRITE_JPEG_QUALITY, 97)
        assert cv2.imwrite(str(frames / "0.jpg"), bgr_from_ycc(np.asarray(ycc, np.uint8)), quality)


KINDS = [pytest.param(Process, id="double"), pytest.param(RealProcess, id="picamera2", marks=pytest.mark.long)]
"""For ``parametrize``: what holds of the double is to hold of the real one."""


def ask(question: Callable[[], Camera | Frame]) -> Camera | Frame | Why:
    try:
        return question()
    except NoPictureError as refused:
        return Why(refused.why)


@contextmanager
def camera_process(
    folder: Path, *options: str, kind: type[Process] = Process, lay: str | PageModel | None = "residence", slow: float = 1.5
) -> Iterator[Process]:
    """Started, and its camera proven; nothing of it runs afterwards."""
    process = kind(folder, *options, lay=lay, slow=slow)
    process.start()
    try:
        process.proven()
        yield process
    finally:
        leave(process)


def leave(process: Process) -> None:
    """End it whatever state it is in, with everything it started."""
    running = process._running
    if running is None or running.poll() is not None:
        return
    family = [*process.parent.children(recursive=True)]
    running.send_signal(signal.SIGTERM)
    try:
        running.wait(15)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive, f"left behind: {alive}"
