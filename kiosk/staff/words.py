"""How a door stands, in the words of whoever stands before it."""

from __future__ import annotations

from domain.staff.roles import WORDS
from kiosk import faults
from kiosk.staff.door import Closed, Open, PinWanted, Proving, State
from kiosk.staff.port import Entry

ENDS = {
    "left": "已退出",
    "idle": "太久没有操作，已退出",
    "total": "时间到，已退出",
    "card_removed": "工作证已取走，已退出",
    "stopped": "终端停了，已退出",
}


def entry(state: State, *, inside: bool, said: str = "", badges: bool = True) -> Entry:
    """``inside``: what follows from an open door is done, and only then it is said to be open. ``said``: of one that closed."""
    match state:
        case Open():
            return Entry("open" if inside else "proving", badges=badges)
        case Proving():
            return Entry("proving", whose(state), badges=badges)
        case PinWanted():
            why = faults.fault(state.fault).cause if state.fault else ""
            return Entry("pin", whose(state), why, state.left, badges)
        case Closed(fault=None):
            return Entry("closed", said, badges=badges)
        case Closed():
            words = faults.fault(state.fault or "")
            tries = f"。PIN 还剩 {state.left} 次" if state.left is not None else ""
            wait = f"。还要等 {int(state.wait.total_seconds()) + 1} 秒" if state.wait else ""
            return Entry("closed", ENDS.get(state.fault or "", f"{words.cause}{tries}{wait}"), words.staff, badges=badges)


def whose(state: PinWanted | Proving) -> str:
    return f"{WORDS[state.holder.role]}，工作证编号尾数 {state.holder.serial[-8:]}"
