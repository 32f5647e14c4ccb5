"""The roll is nearly used up: staff should come by, citizens notice nothing."""

from __future__ import annotations

from msgspec.structs import replace
from support.printing import printing

from devices.port import DeviceChanged, PrintOutcome
from devices.printer.model import models


def test_it_is_a_warning_and_receipts_are_printed_all_the_same() -> None:
    with printing() as rig:
        rig.usable()
        rig.paper.inject("paper near end")
        rig.until(lambda: rig.state().warning == "paper_near_end")
        assert rig.state().usable
        assert rig.print() == (PrintOutcome.PRINTED, None)
        assert rig.is_whole(rig.last_cut())


def test_a_new_roll_ends_the_warning() -> None:
    with printing("paper near end") as rig:
        rig.until(lambda: rig.state().warning == "paper_near_end")
        rig.paper.clear("paper near end")
        rig.until(lambda: rig.state().usable and rig.state().warning is None)


def test_a_model_without_that_sensor_is_not_believed_about_it() -> None:
    with printing("paper near end", model=replace(models()["generic"], near_end=False), pace=1000) as rig:
        rig.usable()
        assert rig.print() == (PrintOutcome.PRINTED, None)
        assert not any(isinstance(event, DeviceChanged) and event.state.warning for event in rig.events)
