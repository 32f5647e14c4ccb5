"""A slip that says it is a test, printed by a command of the centre between two visits; what the printer says is the result."""

from __future__ import annotations

import secrets
import threading

from devices.port import Code, Heading, Pair, Paragraph, PrintEnded, PrintJob, PrintOutcome, ReceiptPrinter, Rule, Slip
from kiosk.clock import Clock
from kiosk.orders.operations import Outcome
from kiosk.standing import Stage
from kiosk.store.journal import PASSING

PAPER = 60.0
"""Seconds the printer has to end it."""


class TrialSlip:
    """Called from the thread of commands, one at a time; told by the devices' thread what became of it."""

    def __init__(self, stage: Stage, printer: ReceiptPrinter, clock: Clock, place: str) -> None:
        self._stage = stage
        self._printer = printer
        self._clock = clock
        self._place = place
        self._job = ""
        self._told: PrintEnded | None = None
        self._ended = threading.Event()

    def __call__(self) -> Outcome | None:
        """``None``: not now."""
        state = self._printer.state()
        if not state.usable:
            return Outcome("failed", state.fault or state.life.value)
        self._ended.clear()
        job = self._job = f"{PASSING}test-{secrets.token_hex(6)}"
        slip = self._slip()
        if not self._stage.between(lambda: self._printer.print(PrintJob(job, 1, slip))):
            return None
        if not self._ended.wait(PAPER) or self._told is None:
            return Outcome("failed", "mute")
        printed = self._told.outcome is PrintOutcome.PRINTED
        return Outcome("succeeded") if printed else Outcome("failed", self._told.cause or "device_error", self._told.outcome.value)

    def ended(self, event: PrintEnded) -> bool:
        """Take what the printer tells of a job of ours; whether it was one."""
        if event.job != self._job:
            return False
        self._told = event
        self._ended.set()
        return True

    def _slip(self) -> Slip:
        at = self._clock.now().strftime("%Y-%m-%d %H:%M")
        said = (Heading("打印测试"), Paragraph("中心远程测试，不是收件凭证。", strong=True, centred=True), Rule())
        code = Code("https://example.invalid/test", "二维码应能用手机识别")
        return Slip((*said, Pair("终端", self._place), Pair("时间", at), code))
