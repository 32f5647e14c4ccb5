"""What is known of each device, since when, and by which answer: never more than was proven, never less than is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devices.port import DeviceState, Life
from kiosk import faults
from kiosk.care.exercises import NAMES
from kiosk.staff.port import DeviceShown, Trouble

LIFE = {
    Life.ABSENT: "未接",
    Life.OPENING: "连接中",
    Life.IDENTIFYING: "识别中",
    Life.READY: "就绪",
    Life.BUSY: "工作中",
    Life.FAULTED: "故障",
    Life.BACK_OFF: "等待重连",
    Life.UNKNOWN: "不明",
}
PROOFS = {
    "idcard": "读卡器应答了询问",
    "smartcard": "读卡器的驱动应答了询问",
    "printer": "打印机回答了状态",
    "a4": "打印机回答了状态",
    "camera": "来了一帧新画面",
    "rating": "评价器应答了轮询",
}
"""By the device's name: which answer counts as its sign of life."""
SILENT = "从不主动应答，按一下键才知道"
_HOUR, _MINUTE = 3600, 60


def shown(states: Mapping[str, DeviceState], now: float) -> tuple[DeviceShown, ...]:
    """``now``: monotonic seconds, as in the states."""
    return tuple(_device(name, state, now) for name, state in states.items())


def troubles(codes: Iterable[str | None]) -> tuple[Trouble, ...]:
    """Each once, in their order."""
    return tuple(_trouble(code) for code in dict.fromkeys(code for code in codes if code))


def _device(name: str, state: DeviceState, now: float) -> DeviceShown:
    answered = state.proof_at is not None
    if state.proof_at is not None:
        proof = f"{_ago(now - state.proof_at)}，{PROOFS.get(name, '设备应答了')}"
    else:
        proof = SILENT if state.life is Life.UNKNOWN and state.fault is None else "启动以来没有应答过"
    return DeviceShown(
        name,
        NAMES.get(name, name),
        LIFE[state.life],
        state.usable,
        answered and state.usable and state.life is not Life.UNKNOWN,
        proof,
        state.identity or "",
        troubles((state.fault, state.warning)),
    )


def _trouble(code: str) -> Trouble:
    words = faults.fault(code)
    return Trouble(code, words.cause, words.staff, words.severity)


def _ago(seconds: float) -> str:
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole} 秒前"
    return f"{whole // _MINUTE} 分钟前" if whole < _HOUR else f"{whole // _HOUR} 小时前"
