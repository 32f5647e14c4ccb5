"""The chip card is pulled out, or exchanged for another, while it is read."""

from __future__ import annotations

import pytest
from card_rig import slot

from devices.port import CardFailed, SocialCardRead

LAST = 13
"""Of the 14 commands of a generation 2 read (SELECT comes first, as 0)."""


@pytest.mark.parametrize("at", [1, 6, LAST, *(pytest.param(at, marks=pytest.mark.long) for at in range(2, LAST) if at != 6)])
def test_a_card_pulled_away_at_any_command_is_said_to_be_removed_and_reads_when_put_in_again(at: int) -> None:
    with slot() as rig:
        rig.device.inject_after(at, "card pulled away")
        rig.device.lay("social-2")
        assert rig.events.first(CardFailed).fault == "card_removed"
        assert not rig.events.of(SocialCardRead)
        assert rig.device.lying() is None
        rig.device.lay("social-2")
        assert rig.read().holder is not None
        assert rig.driver.state().usable


@pytest.mark.parametrize("at", [4, 10])
def test_a_card_exchanged_during_the_read_is_never_mixed_with_the_first(at: int) -> None:
    with slot() as rig:
        rig.device.inject_after(at, "card swapped")
        rig.device.lay("social-2")
        assert rig.events.first(CardFailed).fault == "card_removed"
        second = rig.read()
        assert rig.device.lying() == "social-1"
        assert second.holder is not None
        assert (second.generation, second.holder.name, second.holder.birth) == ("1", "陈测宁", "19980723")
        assert len(rig.events.of(SocialCardRead)) == 1
