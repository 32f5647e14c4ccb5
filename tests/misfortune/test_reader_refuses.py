"""The security module answers, and says that it will not work."""

from __future__ import annotations

from pathlib import Path

import pytest
from serial_rig import reader

from devices.port import CardRead, Life

REFUSALS = {"self test failed": "reader_self_test_failed", "not authorised": "reader_not_authorised"}


@pytest.mark.parametrize("fault", REFUSALS)
@pytest.mark.parametrize("armed", [True, False])
def test_a_module_that_refuses_is_a_fault_of_the_device_until_it_stops_refusing(tmp_path: Path, fault: str, armed: bool) -> None:
    with reader(tmp_path, armed=armed) as rig:
        rig.device.inject(fault)
        assert rig.events.fault(REFUSALS[fault]).life is Life.FAULTED
        since = rig.events.changes()
        rig.device.clear()
        rig.events.fault(None, since)
        rig.driver.arm()
        rig.device.lay("liu")
        rig.events.first(CardRead)
        assert [state for state in rig.events.cards() if "Failed" in state] == []


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_module_that_refuses_from_the_start_is_never_called_ready(tmp_path: Path, fault: str) -> None:
    with reader(tmp_path, fault) as rig:
        rig.events.fault(REFUSALS[fault])
        rig.device.clear()
        rig.events.fault(None)
