"""The settings name another model than the one that is there."""

from __future__ import annotations

from support.printing import Cable, printing

from devices.port import Pair, PrintOutcome, Slip
from devices.printer.model import models


def test_a_presenter_that_is_not_there_is_a_named_fault_and_nothing_is_printed() -> None:
    with printing(model=models()["custom-kiosk"]) as rig:
        rig.faulted("printer_model_wrong")
        assert rig.print() == (PrintOutcome.REFUSED, "printer_model_wrong")
        assert rig.paper.papers() == []


def test_a_rom_smaller_than_set_shows_on_paper_only_so_it_has_to_be_looked_at_when_it_is_installed() -> None:
    """Nothing tells a program which characters a printer has: what is proven is that the model shows what would happen."""
    slip = Slip((Pair("申请人", "朱镕基"),))  # 镕 is in GBK, not in GB 2312
    right, wrong = [], []
    for rom, papers in (("gbk", right), ("gb2312", wrong)):
        with printing(cable=Cable("serial"), model=models()["generic-gbk"], mode="text", rom=rom) as rig:
            rig.usable()
            assert rig.print(slip=slip) == (PrintOutcome.PRINTED, None)
            papers.append(bytes(rig.last_cut().rows))
    assert right != wrong
