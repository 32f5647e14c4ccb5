"""The A4 printer's cable is pulled, or cupsd killed, at each question the driver asks during a job: no outcome is ever a lie."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from support.pages import Rig, pages, until

from devices.a4.ipp import Answer, Ipp
from devices.port import PrintOutcome
from devices.supervisor import Pace

Side = Literal["before", "after"]
FAR = 1_000_000
QUICK = Pace(first=0.05, longest=0.2, grace=0.05)


class Pulled:
    """Both ends' questions counted; at the ``left``-th the end that is asked goes, before it hears it or after it answered."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rig: Rig | None = None
        self.left = FAR
        self.side: Side = "before"
        plain = Ipp.ask

        def asking(end: Ipp, *arguments: Any, **options: Any) -> Answer:
            self.left -= 1
            due = self.left == -1
            if due and self.side == "before":
                self._pull(end)
            answer = plain(end, *arguments, **options)
            if due and self.side == "after":
                self._pull(end)
            return answer

        monkeypatch.setattr(Ipp, "ask", asking)

    def _pull(self, end: Ipp) -> None:
        assert self.rig is not None
        if end.uri == self.rig.paper.address:
            self.rig.paper.inject("cable out")
        else:
            self.rig.cupsd.kill()


def moments(rig: Rig, pulled: Pulled) -> int:
    """How often the driver asks from a job's beginning to its outcome, a few looks of an idle printer among them."""
    pulled.left = FAR
    assert rig.print("whole") == (PrintOutcome.PRINTED, None)
    return FAR - pulled.left


def sheets_out(rig: Rig) -> int:
    """In all; the tray keeps the last ones only."""
    return max((sheet.n for sheet in rig.paper.papers()), default=0)


def trial(rig: Rig, pulled: Pulled, moment: int, side: Side) -> None:
    """With its cable out the printer goes on with what it has: ``uncertain`` may be whole on paper, ``refused`` never."""
    job, before = f"{moment} {side}", sheets_out(rig)
    pulled.left, pulled.side = moment, side
    outcome, _ = rig.print(job)
    pulled.left = FAR
    rig.paper.clear()
    if rig.cupsd.process is not None and rig.cupsd.process.poll() is not None:
        rig.cupsd.start()
    rig.usable()
    until(lambda: all(one.ended for one in rig.paper.jobs()))
    sheets = sheets_out(rig) - before
    assert sheets in {PrintOutcome.PRINTED: (1,), PrintOutcome.REFUSED: (0,)}.get(outcome, (0, 1)), (job, outcome)
    attempts = 0
    while rig.print(f"{job} next {attempts}") != (PrintOutcome.PRINTED, None):  # the loss may be noticed only now
        attempts += 1
        assert attempts < 5, job
        rig.usable()


@pytest.fixture
def pulled(monkeypatch: pytest.MonkeyPatch) -> Pulled:
    return Pulled(monkeypatch)


def test_at_a_few_questions(pulled: Pulled) -> None:
    with pages(page_time=0.05, pace=QUICK) as rig:
        pulled.rig = rig
        rig.usable()
        number = moments(rig, pulled)
        assert number > 15
        trial(rig, pulled, 6, "before")
        trial(rig, pulled, number * 2 // 3, "after")


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("side", ["before", "after"])
def test_at_every_question(pulled: Pulled, side: Side) -> None:
    with pages(page_time=0.05, pace=QUICK) as rig:
        pulled.rig = rig
        rig.usable()
        for moment in range(moments(rig, pulled)):
            trial(rig, pulled, moment, side)
