"""办事指南 on paper, for whoever asks, without a visit and without identity: what to bring, where, how long, and the way online."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict, deque
from typing import Protocol

from devices.port import Block, Code, Heading, Pair, Paragraph, PrintEnded, PrintJob, PrintOutcome, ReceiptPrinter, Rule, Slip
from domain.catalogue.catalogue import Catalogue
from domain.catalogue.guide import Guide, code, guide
from kiosk.clock import Clock
from kiosk.standing import Stage
from kiosk.store.journal import PASSING
from kiosk.visit.snapshot import Glass, Hall, PaperState

AN_HOUR = 40
"""Guides printed in an hour at most: children find the button, and the paper is for receipts."""
_KEPT = 16


class _Stage(Glass, Stage, Protocol):
    """The middle, as both the screen and the orders see it."""


class GuideDesk:
    """Implements ``kiosk.visit.snapshot.Guides``. Prints between two visits only; remembers the last few jobs in memory."""

    def __init__(self, stage: _Stage, printer: ReceiptPrinter, clock: Clock) -> None:
        self._stage = stage
        self._printer = printer
        self._clock = clock
        self._lock = threading.Lock()
        self._papers: OrderedDict[str, PaperState] = OrderedDict()
        self._begun: deque[float] = deque()

    def print(self, home: str, item: str, situation: str) -> str | None:
        found = guide(self._stage.catalogue, home, item, situation)
        if found is None or not self._printer.state().usable or not self._allowed():
            return None
        job = PASSING + secrets.token_hex(8)
        paper = slip(found, self._stage.catalogue, self._stage.hall)
        with self._lock:
            self._papers[job] = "printing"
            while len(self._papers) > _KEPT:
                self._papers.popitem(last=False)
        if self._stage.between(lambda: self._printer.print(PrintJob(job, 1, paper))):
            return job
        self._ended(job, "failed")
        return None

    def paper(self, job: str) -> PaperState | None:
        with self._lock:
            return self._papers.get(job)

    def ended(self, event: PrintEnded) -> bool:
        """Take what the printer tells of a job of ours; whether it was one."""
        if not event.job.startswith(PASSING):
            return False
        self._ended(event.job, "printed" if event.outcome is PrintOutcome.PRINTED else "failed")
        return True

    def _ended(self, job: str, state: PaperState) -> None:
        with self._lock:
            if job in self._papers:
                self._papers[job] = state

    def _allowed(self) -> bool:
        """One at a time, and not more than :data:`AN_HOUR`."""
        now = self._clock.monotonic()
        with self._lock:
            while self._begun and now - self._begun[0] > 3600:
                self._begun.popleft()
            if "printing" in self._papers.values() or len(self._begun) >= AN_HOUR:
                return False
            self._begun.append(now)
            return True


def slip(told: Guide, catalogue: Catalogue, hall: Hall) -> Slip:
    """The guide as blocks."""
    blocks: list[Block] = [
        Paragraph("省内通办", strong=True, centred=True),
        Heading("办事指南"),
        *([Paragraph("演示数据，不得用于真实办理", centred=True)] if catalogue.demo else []),
        Rule(),
        Pair("办理事项", told.item),
        Pair("办理情形", told.situation),
        Pair("业务属地", told.home),
        Pair("在哪里办", told.way),
        Pair("多长时间", told.limit),
        Pair("费用", told.fee),
        Pair("结果", told.result),
        *([Pair("怎么拿到", told.delivery)] if told.delivery else []),
        Rule(),
        Paragraph("要准备的材料", strong=True),
    ]
    blocks += [Pair(f"{i}. {need.name}", "，".join(t for t in (need.how, need.tag) if t)) for i, need in enumerate(told.needs, 1)]
    if told.online:
        blocks += [Rule(), Paragraph("也可以全程网办", strong=True), *(Paragraph(f"· {text}") for text in told.online.prepare)]
        blocks += [Paragraph(f"· {text}") for text in told.online.at_hand]
        blocks.append(Code(told.online.address, "扫码到网上办"))
    blocks += [
        Rule(),
        Paragraph("这张纸只说明怎么办，不是收件凭证。", strong=True),
        Code(code(told, hall.guides, hall.phone), "扫码带走这份指南"),
        Pair("咨询电话", hall.phone),
        Pair("监督投诉", hall.complaint),
        Pair("目录版本", catalogue.version),
    ]
    return Slip(tuple(blocks))
