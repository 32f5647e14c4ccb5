"""What is attached to this machine, and what it says when asked politely. For setting a terminal up, never while it runs.

Asking sends a few bytes that no device minds (:data:`ASKED`), and only to a port nobody holds: a serial line is locked first, and
a process that has it open without a lock is looked for in ``/proc``. A printer is asked before a reader, and is told to drop
what it could not understand, so that nothing is printed. A rating pad never answers: a silent line may be one, nobody knows.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import serial.tools.list_ports

from devices.camera.link import CameraLink, NoPictureError
from devices.idcard.exchange import SAM_ID, STATUS, Exchange, NoAnswerError
from devices.protocols import sdt
from devices.protocols.escpos import ASK_MODEL, RESET, Answer, Answers, Named, Query, RealTime, ask
from devices.protocols.frames import FrameError
from devices.supervisor import DeviceFaultError
from devices.transports.pcsc import Context
from devices.transports.serial import SerialLine
from devices.transports.tcp import TcpLink
from devices.transports.usblp import UsbLink

BAUDS = (115200, 57600, 38400, 19200, 9600)
"""Fastest first: that is what readers are sold with."""
PATIENCE = 0.35
"""Seconds an answer may take; printers and SAM modules begin within 0.1 s."""
SILENT = "问了没有应答：可能是评价器（它从不应答），或者没有接设备"
"""Note of a serial line that was asked and said nothing."""
SERVICE_PATIENCE = 2.0
"""The same for pcscd."""
ASKED = "打印机：DLE EOT（10 04 n）；读卡器：SAM 状态（AA AA AA 96 69 00 03 11 FF ED）；高拍仪：hello"


class Kind(StrEnum):
    """What a thing is attached by."""

    SERIAL = "serial"
    USB_PRINTER = "usblp"
    PCSC = "pcsc"
    CAMERA = "camera"
    TCP = "tcp"
    QUEUE = "queue"


class Certainty(StrEnum):
    SURE = "sure"
    """It answered as only such a device does."""
    LIKELY = "likely"
    """What the system says of it fits."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """``address`` is the stable one where there is any; ``about`` what the system says of it (USB names and numbers);
    ``device``: the name in the settings it would have; ``note``: Chinese, why it was not asked or what is odd."""

    kind: Kind
    address: str
    about: str = ""
    device: str | None = None
    certainty: Certainty = Certainty.UNKNOWN
    identity: str | None = None
    baud: int | None = None
    note: str = ""


class Line(Protocol):
    """What asking a printer needs."""

    def write(self, data: bytes) -> object: ...

    def read(self, seconds: float) -> bytes: ...


# --- what is there ----------------------------------------------------------------------------------------------------


def serial_ports(folders: Iterable[Path] = ()) -> list[Found]:
    """USB and other real serial ports by their stable names, and every tty in ``folders``."""
    stable = {os.path.realpath(link): link for name in ("by-path", "by-id") for link in _links(Path("/dev/serial") / name)}
    found = []
    for port in sorted(serial.tools.list_ports.comports(), key=lambda port: str(port.device)):
        if port.vid is None and not re.search(r"tty(AMA|SC|mxc|XRUSB)", port.device) and not _real(port.hwid):
            continue  # the four ttyS every PC has, whether or not anything is behind them
        about = [port.manufacturer, port.product, f"{port.vid:04x}:{port.pid:04x}" if port.vid is not None else None]
        about.append(f"序列号 {port.serial_number}" if port.serial_number else None)
        found.append(Found(Kind.SERIAL, str(stable.get(port.device, port.device)), " ".join(part for part in about if part)))
    links = [link for folder in folders for link in _links(folder) if _is_tty(link)]
    return found + [Found(Kind.SERIAL, str(link)) for link in links]


def usb_printers(folder: Path = Path("/dev/usb")) -> list[Found]:
    return [Found(Kind.USB_PRINTER, str(path), device="printer", certainty=Certainty.LIKELY) for path in sorted(folder.glob("lp*"))]


def card_readers(service: str = "") -> list[Found]:
    """PC/SC readers by name; none when the service (pcscd's socket, empty: the system's) does not answer."""
    context = Context(service, patience=SERVICE_PATIENCE)
    try:
        context.enter()
        names = context.readers()
    except OSError:
        return []
    finally:
        context.close()
    return [Found(Kind.PCSC, name, device="smartcard", certainty=Certainty.LIKELY) for name in names]


def queues() -> list[Found]:
    """CUPS queues; none when CUPS is not there or does not answer."""
    if (command := shutil.which("lpstat")) is None:
        return []
    try:
        said = subprocess.run([command, "-e"], capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [Found(Kind.QUEUE, name, "CUPS 打印队列", certainty=Certainty.LIKELY) for name in said.split()]


# --- what it says -----------------------------------------------------------------------------------------------------


def probe(found: Found) -> Found:
    """``found``, asked; not asked, with the reason, when somebody holds it. Never raises for what a device does."""
    asking: dict[Kind, Callable[[Found], Found]] = {
        Kind.SERIAL: _ask_line,
        Kind.USB_PRINTER: _ask_usb_printer,
        Kind.CAMERA: _ask_camera,
        Kind.TCP: _ask_network_printer,
    }
    if found.kind not in asking:
        return found
    try:
        return asking[found.kind](found)
    except TimeoutError:
        return replace(found, note="没有应答")
    except BlockingIOError:
        return replace(found, note="别的程序正占着，没有试")
    except (DeviceFaultError, FrameError):
        return replace(found, note="有应答，但杂乱无章：不是这种设备，或者坏了")
    except NoPictureError:
        return replace(found, note="高拍仪进程有应答，但它说没有可用的摄像头")
    except PermissionError:
        return replace(found, note="没有权限打开（把用户加进 dialout 和 lp 组）")
    except OSError as error:
        return replace(found, note=f"打不开：{error.strerror or error}")


def holders(path: str) -> tuple[str, ...]:
    """Other programs that have ``path`` open, as far as this user may see."""
    target = os.path.realpath(path)
    names = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid() and _has_open(process, target):
            names.append(f"{_read(process / 'comm')}（{process.name}）")
    return tuple(names)


def _ask_line(found: Found) -> Found:
    # A pty is held open by whoever plays the device behind it.
    if not os.path.realpath(found.address).startswith("/dev/pts/") and (others := holders(found.address)):
        return replace(found, note=f"{'、'.join(others)} 正占着，没有试")
    for baud in BAUDS:
        line = _lock(found.address, baud)
        try:
            if (model := ask_printer(line)) is not None:
                return _sure(found, "printer", model or None, baud)
            if (sam := _ask_sam(line)) is not None:
                return _sure(found, "idcard", sam or None, baud)
        finally:
            line.close()
    return replace(found, note=SILENT)


def _lock(path: str, baud: int) -> SerialLine:
    try:
        return SerialLine(path, baud)
    except OSError as error:
        if "exclusively lock" in str(error):
            raise BlockingIOError from error
        raise


def ask_printer(line: Line) -> str | None:
    """The model of the ESC/POS printer at ``line``, empty if it does not tell; ``None`` when none answers.

    Two questions, each answered by one byte of the only shape there is: a line that echoes, or noise, does not pass.
    """
    for query in (Query.PRINTER, Query.PAPER):
        line.write(ask(query))
        answers = list(_hear(line, lambda heard: any(isinstance(a, RealTime) for a in heard)))
        if len(answers) != 1 or not isinstance(answers[0], RealTime):
            return None
    # Whatever a wrong speed or another question left in its line buffer is dropped before it becomes print.
    line.write(RESET + ASK_MODEL)
    named = [a for a in _hear(line, lambda heard: any(isinstance(a, Named) for a in heard)) if isinstance(a, Named)]
    return named[0].text if named else ""


def _hear(line: Line, enough: Callable[[list[Answer]], bool]) -> list[Answer]:
    heard: list[Answer] = []
    answers, end = Answers(), time.monotonic() + PATIENCE
    while not enough(heard) and (left := end - time.monotonic()) > 0:
        heard += answers.receive(line.read(left))
    return heard


def _ask_sam(line: SerialLine) -> str | None:
    exchange = Exchange(line)
    try:
        exchange.ask(replace(STATUS, seconds=PATIENCE))
        answer = exchange.ask(SAM_ID)
    except NoAnswerError:
        return None
    return sdt.sam_id(answer.frame.data) if len(answer.frame.data) == SAM_ID.least else ""


def _ask_usb_printer(found: Found) -> Found:
    link = UsbLink(found.address)
    try:
        model = ask_printer(_Waiting(link))
    finally:
        link.close()
    if model is None:
        return replace(found, note="是打印机，但不按 ESC/POS 应答：不能当凭证打印机用")
    return _sure(found, "printer", model or None, None)


def _ask_network_printer(found: Found) -> Found:
    host, _, port = found.address.rpartition(":")
    link = TcpLink(host, int(port))
    try:
        model = ask_printer(_Waiting(link))
    finally:
        link.close()
    if model is None:
        return replace(found, note="连得上，但不按 ESC/POS 应答；打印机一次只接一个连接，别的程序（如正在运行的终端）占着时也这样")
    return _sure(found, "printer", model or None, None)


def _ask_camera(found: Found) -> Found:
    link = CameraLink(found.address)
    try:
        camera = link.hello(1.0)
    finally:
        link.close()
    width, height = camera.still
    return _sure(found, "camera", f"{camera.model} {width}×{height}", None)


def _sure(found: Found, device: str, identity: str | None, baud: int | None) -> Found:
    return replace(found, device=device, certainty=Certainty.SURE, identity=identity, baud=baud)


class _Waiting:
    """A link that never waits, made to wait for what is asked of it."""

    def __init__(self, link: TcpLink | UsbLink) -> None:
        self._link = link

    def write(self, data: bytes) -> object:
        return self._link.write(data)

    def read(self, seconds: float) -> bytes:
        select.select([self._link.fileno()], [], [], seconds)
        return self._link.read()


def without(found: Iterable[Found], skipped: Collection[str]) -> list[Found]:
    """``found`` but for what the person does not want asked; a port is known by any of its names."""
    real = {os.path.realpath(path) for path in skipped}
    return [one for one in found if one.address not in skipped and os.path.realpath(one.address) not in real]


def _links(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []


def _is_tty(path: Path) -> bool:
    try:
        return path.is_char_device()
    except OSError:
        return False


def _real(hwid: str | None) -> bool:
    return bool(hwid) and hwid != "n/a" and "PNP0501" not in str(hwid)


def _has_open(process: Path, target: str) -> bool:
    try:
        return any(os.path.realpath(handle) == target for handle in (process / "fd").iterdir())
    except OSError:
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return "?"
