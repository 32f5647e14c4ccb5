"""The terminal is stopped in the middle of a receipt."""

from __future__ import annotations

from support.printing import TYPESETTER, Cable, Journal, Rig, over_each_cable, printing

from devices.port import PrintOutcome
from devices.printer.driver import EscposPrinter


@over_each_cable
def test_the_journal_says_uncertain_and_the_next_start_voids_what_hangs_there(cable: Cable) -> None:
    with printing(pace=150, cable=cable) as rig:
        rig.usable()
        rig.begin("a")
        rig.begin("b")
        rig.printing(40)
        rig.driver.stop()
        assert rig.ended("a") == (PrintOutcome.UNCERTAIN, "print_interrupted")
        assert rig.ended("b")[0] is PrintOutcome.REFUSED
        assert rig.journal.lines[1] == ("ended", "a", 1, PrintOutcome.UNCERTAIN, "print_interrupted")

        driver = EscposPrinter(cable.connect(rig.paper), Journal(), unfinished=True, typesetter=TYPESETTER)
        again = Rig(rig.paper, driver, Journal())
        driver.start(again.emit)
        try:
            again.usable()
            (void,) = rig.paper.papers()
            assert void.cut
            assert again.print(attempt=2) == (PrintOutcome.PRINTED, None)
            assert again.is_whole(again.last_cut())
        finally:
            driver.stop()
