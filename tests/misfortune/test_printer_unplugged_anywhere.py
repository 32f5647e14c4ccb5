"""The cable is pulled at each moment of a job at which the driver waits or listens: no outcome is ever a lie."""

from __future__ import annotations

from itertools import count

import pytest
from support.printing import Cable, Rig, over_each_cable, printing

from devices.port import Code, Heading, Pair, PrintOutcome, Slip
from devices.printer.driver import PrinterLink
from devices.virtual.printer import VirtualPrinter

SHORT = Slip((Heading("收件凭证"), Pair("申请人", "䶮**"), Code("https://example.invalid/q", "扫码")))


class Pulled:
    """A link whose cable is pulled at the ``moment``-th time somebody listens to it, counted from :meth:`arm` on."""

    def __init__(self) -> None:
        self.left: int | None = None
        self._link: PrinterLink | None = None

    def around(self, printer: VirtualPrinter, link: PrinterLink) -> PrinterLink:
        read = link.read

        def listening() -> bytes:
            if self.left is not None:
                self.left -= 1
                if self.left < 0:
                    self.left = None
                    printer.inject("unplug")
            return read()

        link.read = listening  # type: ignore[method-assign]
        return link


def moments() -> int:
    """How often the driver listens during one job."""
    pulled = Pulled()
    with printing(pace=4000, around=pulled.around) as rig:
        rig.usable()
        pulled.left = 1_000_000
        assert rig.print(slip=SHORT) == (PrintOutcome.PRINTED, None)
        assert pulled.left is not None
        return 1_000_000 - pulled.left


def is_honest(rig: Rig, outcome: PrintOutcome, before: int) -> bool:
    """Against the paper: ``printed`` is there and cut, ``refused`` left nothing, and nothing else is claimed to be known."""
    papers = rig.paper.papers()[before:]
    if outcome is PrintOutcome.PRINTED:
        return any(piece.cut for piece in papers)
    if outcome is PrintOutcome.REFUSED:
        return not papers
    return outcome is PrintOutcome.UNCERTAIN


def trial(rig: Rig, pulled: Pulled, moment: int) -> None:
    job = str(moment)
    rig.usable()
    before = len(rig.paper.papers())
    pulled.left = moment
    outcome, _ = rig.print(job, slip=SHORT)
    assert is_honest(rig, outcome, before), f"{outcome} at moment {moment}"
    pulled.left = None
    rig.paper.clear("unplug")
    attempts = count(2)  # one that was given before the loss was noticed is refused
    rig.until(lambda: rig.print(job, next(attempts), SHORT)[0] is PrintOutcome.PRINTED)


def test_at_every_thirteenth_moment() -> None:
    pulled = Pulled()
    number = moments()
    assert number > 30
    with printing(pace=4000, around=pulled.around) as rig:
        for moment in range(0, number, 13):
            trial(rig, pulled, moment)


@pytest.mark.long
@pytest.mark.timeout(900)
@over_each_cable
def test_at_every_moment(cable: Cable) -> None:
    pulled = Pulled()
    with printing(pace=4000, around=pulled.around, cable=cable) as rig:
        for moment in range(moments()):
            trial(rig, pulled, moment)
