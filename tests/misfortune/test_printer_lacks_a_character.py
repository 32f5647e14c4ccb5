"""A slip holds a character for which the font has no glyph."""

from __future__ import annotations

import pytest
from support.printing import printing

from devices.port import Pair, PrintOutcome, Slip


def test_it_is_refused_by_name_nothing_is_printed_and_the_log_names_no_character(caplog: pytest.LogCaptureFixture) -> None:
    with printing() as rig:
        rig.usable()
        assert rig.print(slip=Slip((Pair("申请人", "欧阳\ue863"),))) == (PrintOutcome.REFUSED, "slip_unprintable")
        assert ("sending", "a", 1) not in rig.journal.lines
        assert rig.paper.papers() == []
        assert rig.print("b") == (PrintOutcome.PRINTED, None)
    assert "1 characters without a glyph" in caplog.text
    assert "欧阳" not in caplog.text
