"""Links to a printer: none ever makes its thread wait, and each says when it is gone."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from devices.printer.session import Session
from devices.protocols.escpos import Paper, Trouble
from devices.transports.serial_link import AHEAD, SerialLink
from devices.transports.usblp import UsbLink
from devices.virtual.ptys import plug, pull


@pytest.fixture
def line(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A tty's path and its other end."""
    link = tmp_path / "line"
    master, slave = plug(link)
    yield str(link), master
    pull(link, master, slave)


def test_a_serial_line_is_handed_no_more_than_it_carries_soon(line: tuple[str, int]) -> None:
    now = [100.0]
    with closing(SerialLink(line[0], 9600, clock=lambda: now[0])) as link:
        assert link.rate == 960
        assert link.write(bytes(5000)) == int(AHEAD * 960)
        assert link.write(bytes(5000)) == 0
        now[0] += 0.1
        assert link.write(bytes(5000)) in (95, 96)
        now[0] += 60
        assert link.write(bytes(5000)) == int(AHEAD * 960), "an idle line earns nothing"


@pytest.mark.parametrize("flow", ["none", "xonxoff", "rtscts", "dsrdtr"])
def test_each_kind_of_flow_control_opens_reads_and_writes(line: tuple[str, int], flow: str) -> None:
    path, master = line
    with closing(SerialLink(path, 115200, flow)) as link:  # type: ignore[arg-type]
        assert link.read() == b""
        os.write(master, b"\x12")
        assert link.read() == b"\x12"
        assert link.write(b"\x1b@") == 2
        assert os.read(master, 9) == b"\x1b@"


def test_a_line_stopped_by_xoff_takes_nothing_waits_for_nobody_and_closes_at_once(line: tuple[str, int]) -> None:
    path, master = line
    link = SerialLink(path, 115200, "xonxoff")
    os.write(master, b"\x13")
    began = time.monotonic()
    while link.write(b"x"):  # the kernel has to see the XOFF first
        assert time.monotonic() - began < 5
    assert link.read() == b"", "XOFF is the kernel's business"
    os.write(master, b"\x11")
    while not link.write(b"x"):
        assert time.monotonic() - began < 10
    os.write(master, b"\x13")
    link.close()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("kind", ["serial", "usb"])
def test_a_device_that_goes_is_an_error_at_the_next_read_and_one_in_use_or_missing_cannot_be_opened(
    tmp_path: Path, kind: str
) -> None:
    def opened(path: Path) -> SerialLink | UsbLink:
        return SerialLink(str(path), 115200) if kind == "serial" else UsbLink(str(path))

    path = tmp_path / "line"
    with pytest.raises(OSError):
        opened(path)
    (tmp_path / "file").write_bytes(b"no device")
    with pytest.raises(OSError):
        opened(tmp_path / "file")
    master, slave = plug(path)
    with closing(opened(path)) as link:
        with pytest.raises(OSError):
            opened(path)
        assert link.read() == b""
        pull(path, master, slave)
        with pytest.raises(OSError):
            link.read()


def test_a_usb_printer_that_takes_nothing_is_not_waited_for_and_tells_when_it_takes_again(line: tuple[str, int]) -> None:
    path, master = line
    with closing(UsbLink(path)) as link:
        assert link.fileno() > 0
        (writable,) = link.writable()
        while _readable(writable, within=0.2):  # the kernel takes what it already has further in, and has room once more
            while link.write(bytes(4096)):
                pass
        while not _readable(writable):
            os.read(master, 4096)
        assert link.write(b"x") == 1


def test_what_a_port_does_not_tell_is_unknown_and_what_it_tells_explains_a_silence(line: tuple[str, int]) -> None:
    """A pty answers no LPGETSTATUS. The second half stands in for the kernel's answer only, never tried on a real usblp."""

    class Telling(UsbLink):
        def paper_out(self) -> bool:
            return True

    with closing(UsbLink(line[0])) as link:
        assert link.paper_out() is None
    with closing(Telling(line[0])) as link:
        now = iter(range(1000))
        session = Session(link, wait=lambda *_: False, now=lambda: float(next(now)), stopping=lambda: False)
        status = session.inquire()
        assert (status.trouble, status.paper) == (Trouble.PAPER, Paper.OUT)


def _readable(file: int, within: float = 0) -> bool:
    return bool(select.select([file], [], [], within)[0])
