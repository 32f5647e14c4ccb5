"""The chip card reader's cable is pulled, and put back."""

from __future__ import annotations

import pytest
from card_rig import slot

from devices.port import CardFailed, Life, SocialCardRead

LAST = 13
"""Of the 14 commands of a generation 2 read (SELECT comes first, as 0)."""


def test_a_reader_that_is_not_there_is_absent_and_ready_once_plugged_in() -> None:
    with slot("unplug", card="social-2") as rig:
        assert rig.events.fault("absent").life is Life.ABSENT
        rig.device.clear()
        assert rig.read().generation == "2"


def test_an_idle_reader_is_missed_too_and_comes_back() -> None:
    with slot(armed=False) as rig:
        since = rig.events.changes()
        rig.device.inject("unplug")
        rig.events.fault("absent", since)
        rig.device.clear()
        rig.events.fault(None, since + 1)


@pytest.mark.parametrize("at", [1, 8, LAST, *(pytest.param(at, marks=pytest.mark.long) for at in range(2, LAST) if at != 8)])
def test_unplugged_at_any_command_of_a_read_nothing_of_it_is_told_and_it_is_read_whole_when_plugged_in(at: int) -> None:
    with slot() as rig:
        rig.device.inject_after(at, "unplug")
        since = rig.events.changes()
        rig.device.lay("social-2")
        rig.events.fault("absent", since)
        assert [failed.fault for failed in rig.events.of(CardFailed)] == ["absent"]
        assert not rig.events.of(SocialCardRead)
        rig.device.clear()
        assert rig.read().holder is not None
