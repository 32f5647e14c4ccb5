"""From a line of the settings to a proven receipt, over each cable."""

from __future__ import annotations

import pytest
from support.printing import Cable, Journal, Rig, over_each_cable, receipt

from devices.port import PrintOutcome
from devices.printer.options import Options
from devices.virtual.printer import VirtualPrinter
from kiosk.equipment import printer


def settings_for(cable: Cable, paper: VirtualPrinter) -> Options:
    if cable.kind == "serial":
        return Options(serial=paper.address, baud=19200, flow="xonxoff", model="generic-gbk")
    if cable.kind == "usb":
        return Options(usb=paper.address, model="generic-58")
    return Options(host="127.0.0.1", port=paper.port)


@over_each_cable
def test_what_is_set_is_what_prints(cable: Cable) -> None:
    wired = Cable(cable.kind, 19200, "xonxoff" if cable.kind == "serial" else "none")
    with wired.printer(1000, "gbk", None) as paper:
        journal = Journal()
        driver = printer(settings_for(cable, paper), journal)
        rig = Rig(paper, driver, journal)
        driver.start(rig.emit)
        try:
            rig.usable()
            assert rig.print(slip=receipt()) == (PrintOutcome.PRINTED, None)
            assert not rig.last_cut().blank
            assert paper.overrun == 0
        finally:
            driver.stop()


def test_a_printer_that_is_not_there_is_absent_and_refuses() -> None:
    driver = printer(Options(usb="/dev/usb/no-such-printer"), Journal())
    rig = Rig(VirtualPrinter(), driver, Journal())
    driver.start(rig.emit)
    try:
        rig.faulted("absent")
        assert rig.print() == (PrintOutcome.REFUSED, "absent")
    finally:
        driver.stop()


def test_settings_without_a_place_are_no_settings() -> None:
    with pytest.raises(ValueError, match="要写一个"):
        Options()
