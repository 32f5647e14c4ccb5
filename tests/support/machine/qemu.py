"""A virtual machine: an emulated processor (no KVM is needed), 2 GB, a screen, USB, a network of its own with this machine in it.

What is done to it from outside goes by QMP (docs/interop/qmp-spec of QEMU): plugging, keys, touches, pictures of the screen.
What is done inside goes through the test's agent over a virtio port.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from support.machine import image
from support.machine.booted import Shell
from support.machine.disk import Disk, Server

BOOT = 3600.0
"""Seconds until the agent answers: a minute of a whole core, if it has one. A board takes ten."""
SLOW = 1800.0
"""Seconds for anything that happens inside."""
NICE = int(os.environ.get("TONGBAN_MACHINE_NICE", "15"))
"""Behind everybody, unless a whole core is its own."""
WIDTH, HEIGHT = 1080, 1920
MEMORY = 2048
KERNEL = "root=LABEL=root ro quiet loglevel=3 panic=-1 consoleblank=0"
OUTSIDE = "10.0.2.2"
"""This machine's loopback, as the virtual one calls it (QEMU's user network)."""


@dataclass(frozen=True)
class Board:
    """``console``: its serial line; ``bus``: what udev calls the bus its USB controller is on."""

    options: tuple[str, ...]
    console: str
    bus: str


_CODES = {"\n": "ret", " ": "spc", "-": "minus", "=": "equal", ",": "comma", ".": "dot", "/": "slash", ";": "semicolon"}
"""QEMU's QKeyCode names of what is no letter and no digit."""
_SHIFTED = {"_": "-", ":": ";", "+": "=", "?": "/"}

BOARDS = {
    # Not max: Debian 13's kernel panics on it under QEMU 7.2.
    "amd64": Board(("qemu-system-x86_64", "-cpu", "Nehalem"), "ttyS0", "pci"),
    "arm64": Board(("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72"), "ttyAMA0", "platform-4010000000_pcie-pci"),
}
"""By Debian's names of processors."""


class Qmp:
    """The monitor's line; a command at a time."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(str(path))
        self._stream = self._socket.makefile("rw")
        self._lock = threading.Lock()
        self._stream.readline()
        self("qmp_capabilities")

    def __call__(self, command: str, **arguments: Any) -> Any:
        """What it returned; ``AssertionError`` with its error."""
        with self._lock:
            self._stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
            self._stream.flush()
            while True:
                told = json.loads(self._stream.readline())
                assert "error" not in told, f"{command}: {told}"
                if "return" in told:
                    return told["return"]

    def close(self) -> None:
        with contextlib.suppress(BrokenPipeError):  # QEMU went first, in the middle of a command
            self._stream.close()
        self._socket.close()


class Virtual(Shell):
    """``port``: of this machine, leads to the citizen's page inside."""

    pause = 2.0
    """A look takes an emulated processor as long as what is waited for."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
        self.process = process
        self.folder = folder
        self.port = port
        self.began = time.monotonic()
        self.plugged = 0
        self._lock = threading.Lock()
        self.qmp = Qmp(self._appeared("qmp"))
        self._agent = socket.socket(socket.AF_UNIX)
        self._agent.connect(str(self._appeared("agent")))
        self._heard = b""

    def answers(self) -> float:
        """Wait for the agent; seconds since the machine was switched on."""
        self._line(BOOT)
        return time.monotonic() - self.began

    def shell(self, command: str, patience: float) -> tuple[int, str]:
        return self._told({"sh": command, "patience": max(patience, SLOW)})

    def camera(self, port: int) -> None:
        self._told({"camera": port})

    def until(self, command: str, what: str, *units: str, patience: float = SLOW, pause: float = 0.0) -> str:
        return super().until(command, what, *units, patience=patience, pause=pause)

    def console(self) -> str:
        return (self.folder / "console.log").read_text("utf-8", "replace")

    def uptime(self) -> float:
        """Seconds since the kernel started, by its own clock."""
        return float(self.run("cut -d' ' -f1 /proc/uptime"))

    def picture(self, to: Path) -> Path:
        """What the screen shows, as a PNG."""
        raw = to.with_suffix(".ppm")
        self.qmp("screendump", filename=str(raw))
        with Image.open(raw) as shown:
            shown.save(to)
        raw.unlink()
        return to

    def keys(self, *codes: str) -> None:
        """Pressed together, on whatever keyboard is plugged in (QEMU's QKeyCode names)."""
        self.qmp("send-key", keys=[{"type": "qcode", "data": code} for code in codes], **{"hold-time": 200})

    def typed(self, text: str) -> None:
        """On the keyboard plugged in, a key after the other; a line break is Enter. ASCII, as an American keyboard has it."""
        for letter in text:
            code = _CODES.get(letter, letter.lower())
            self.keys(*(("shift",) if letter.isupper() or letter in _SHIFTED else ()), _CODES.get(_SHIFTED.get(letter, ""), code))

    def touch(self, x: float, y: float) -> None:
        """At a pixel of the screen."""
        axes = (("x", x / WIDTH), ("y", y / HEIGHT))
        self.qmp(
            "input-send-event", events=[{"type": "abs", "data": {"axis": axis, "value": int(at * 32767)}} for axis, at in axes]
        )
        time.sleep(0.3)
        for down in (True, False):
            self.qmp("input-send-event", events=[{"type": "btn", "data": {"down": down, "button": "left"}}])
            time.sleep(0.3)

    def plug(self, driver: str, name: str, port: int, **options: Any) -> None:
        """Into this socket of the USB controller."""
        self.qmp("device_add", driver=driver, id=name, bus="usb.0", port=str(port), **options)

    def unplug(self, name: str) -> None:
        self.qmp("device_del", id=name)

    def off(self) -> None:
        """Shut down in order."""
        with contextlib.suppress(OSError, AssertionError, ValueError):
            self._told({"sh": "systemctl --no-block poweroff", "patience": 30})
        self.process.wait(SLOW)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self.qmp.close()
        self._agent.close()

    def _told(self, what: dict[str, Any]) -> tuple[int, str]:
        with self._lock:
            self._agent.settimeout(30)
            self._agent.sendall(json.dumps(what).encode() + b"\n")
            told = self._line(what.get("patience", SLOW) + 60)
        return told["rc"], told["out"]

    def _line(self, patience: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience
        while b"\n" not in self._heard:
            self._agent.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                piece = self._agent.recv(65536)
            except TimeoutError:
                raise AssertionError(f"the machine says nothing\n{self.console()[-3000:]}") from None
            if not piece:
                raise ConnectionError("the machine is gone")
            self._heard += piece
        line, self._heard = self._heard.split(b"\n", 1)
        told: dict[str, Any] = json.loads(line)
        return told

    def _appeared(self, name: str) -> Path:
        path = self.folder / name
        deadline = time.monotonic() + 60
        while not path.exists():
            assert self.process.poll() is None, (self.folder / "qemu.log").read_text()
            assert time.monotonic() < deadline, "QEMU did not start"
            time.sleep(0.1)
        return path


@contextmanager
def switched_on(
    made: image.Image, disk: Disk, folder: Path, port: int, *, kernel: str | None = "", more: Sequence[str] = ()
) -> Iterator[Virtual]:
    """A machine with ``disk`` in it, from the moment its power is on. ``folder``: short enough for a socket's path; ``kernel``:
    more words for it, ``None``: GRUB starts it and has its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("qmp", "agent", "disk", "console.log"):
        (folder / name).unlink(missing_ok=True)
    server = Server(disk, folder / "disk")
    with (folder / "qemu.log").open("wb") as log:
        process = subprocess.Popen(_command(made, folder, port, kernel, more), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    machine: Virtual | None = None
    try:
        machine = Virtual(process, folder, port)
        yield machine
    finally:
        if machine is not None:
            machine.close()
        if process.poll() is None:
            process.kill()
            process.wait()
        server.wait_gone()
        server.close()


def _command(made: image.Image, folder: Path, port: int, kernel: str | None, more: Sequence[str]) -> list[str]:
    board = BOARDS[made.arch]
    grub = ("-kernel", str(made.loader))
    starts = (
        *("-kernel", str(made.kernel), "-initrd", str(made.initrd), "-append", f"{KERNEL} console={board.console} {kernel}"),
        *("-icount", "shift=0,sleep=on"),  # which GRUB never gets through
    )
    return [
        *("setpriv", "--pdeathsig", "KILL", "--", "nice", "-n", str(max(0, NICE - os.nice(0)))),
        *board.options,
        *("-accel", "tcg,thread=single,tb-size=512"),
        *("-smp", "1", "-m", str(MEMORY), "-display", "none", "-vga", "none", "-nodefaults"),
        *("-device", f"virtio-gpu-pci,xres={WIDTH},yres={HEIGHT}", "-device", "virtio-rng-pci"),
        *(grub if kernel is None else starts),
        *("-blockdev", f"driver=nbd,node-name=card,server.type=unix,server.path={folder}/disk"),
        *("-device", "virtio-blk-pci,drive=card"),
        *("-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{port}-:18600", "-device", "virtio-net-pci,netdev=net"),
        *("-device", "qemu-xhci,id=usb,addr=0x10,p2=8", "-device", "usb-tablet,bus=usb.0,port=1"),
        *("-device", "virtio-serial-pci", "-chardev", f"socket,id=agent,path={folder}/agent,server=on,wait=off"),
        *("-device", "virtserialport,chardev=agent,name=tongban-test"),
        *("-serial", f"file:{folder}/console.log", "-qmp", f"unix:{folder}/qmp,server=on,wait=off"),
        *more,
    ]


def words(picture: Path, *, lines: bool = False) -> str:
    """What tesseract reads on it, without blanks. ``lines``: it is one block of lines, and not words here and there."""
    layout = ("--psm", "6" if lines else "11")
    read = subprocess.run(["tesseract", picture, "-", "-l", "chi_sim", *layout], capture_output=True, text=True, check=True).stdout
    return re.sub(r"\s", "", read)
