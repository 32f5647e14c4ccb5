"""Somebody's picture command was never finished: the printer takes whatever comes next for its rest."""

from __future__ import annotations

import socket
from pathlib import Path

from support.printing import Cable, over_each_cable, printing

from devices.port import PrintOutcome
from devices.virtual.printer import VirtualPrinter

HALF_A_STRIP = b"\x1b@" + b"\x1dv0\x00\x48\x00\x18\x00" + b"\xff" * 700


def leave_half_a_strip(printer: VirtualPrinter) -> None:
    """As a terminal does that loses power in the middle of a job."""
    if "/" in printer.address:
        Path(printer.address).write_bytes(HALF_A_STRIP)
        return
    with socket.create_connection(("127.0.0.1", printer.port)) as client:
        client.sendall(HALF_A_STRIP)
        client.shutdown(socket.SHUT_WR)
        client.settimeout(10)
        try:
            client.recv(1)
        except ConnectionResetError:
            return


@over_each_cable
def test_a_driver_that_finds_one_completes_it_voids_it_and_then_prints_right(cable: Cable) -> None:
    with printing(before=leave_half_a_strip, cable=cable) as rig:
        rig.usable()
        (void,) = rig.paper.papers()
        assert void.cut
        assert rig.print() == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


def test_what_the_driver_itself_left_behind_is_not_in_the_second_receipt() -> None:
    with printing(pace=150) as rig:
        rig.usable()
        rig.begin()
        rig.printing(40)
        rig.paper.inject("head hot")
        assert rig.ended()[0] is PrintOutcome.SPOILT
        rig.paper.inject("unplug")
        rig.faulted("absent")
        rig.paper.clear()
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())
