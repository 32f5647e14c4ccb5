"""The cable is pulled, and put back."""

from __future__ import annotations

from support.printing import Cable, over_each_cable, printing

from devices.port import PrintOutcome


@over_each_cable
def test_it_is_absent_refuses_and_returns_without_a_restart(cable: Cable) -> None:
    with printing(cable=cable) as rig:
        rig.usable()
        rig.paper.inject("unplug")
        rig.faulted("absent")
        assert rig.print() == (PrintOutcome.REFUSED, "absent")
        rig.paper.clear("unplug")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


@over_each_cable
def test_pulled_in_the_middle_it_leaves_the_receipt_uncertain_and_the_copy_whole(cable: Cable) -> None:
    with printing(pace=150, cable=cable) as rig:
        rig.usable()
        rig.begin()
        rig.printing(40)
        rig.paper.inject("unplug")
        assert rig.ended() == (PrintOutcome.UNCERTAIN, "absent")
        rig.paper.clear("unplug")
        rig.usable()
        assert rig.print(attempt=2) == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


def test_a_printer_that_is_plugged_in_later_is_found() -> None:
    with printing("unplug") as rig:
        rig.faulted("absent")
        rig.paper.clear("unplug")
        rig.usable()
