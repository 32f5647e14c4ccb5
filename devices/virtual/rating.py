"""A virtual rating pad: keys that send real frames on a pty."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from devices.rating.profile import profiles
from devices.virtual.ptys import UNPLUG, SerialDevice

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "flood": "按一下发出 500 次",
        "stuck key": "最后按下的键卡住，不停发送",
        "wrong checksum": "每一帧中间的字节都是错的",
        "half a frame": "每次按键只发半帧",
        "noise": "每次按键前先出现一串杂乱字节",
        "releases": "每次松开时也发一帧（键值最高位为 1）",
        "mute": "按键没有反应",
        UNPLUG: "拔掉数据线；取消后重新插上",
    }
)
REPEAT = 0.1
"""Seconds between two frames of a key held down."""
FLOOD = 500
NOISE = bytes(range(0x80, 0xA0)) + b"\xaa\x55\xaa"


class VirtualPad(SerialDevice):
    """``profile``: a name in ``devices/rating/pads.toml``."""

    def __init__(self, link: Path, *, profile: str = "framed", name: str = "rating") -> None:
        self._profile = profiles()[profile]
        super().__init__(name, link, self._profile.baud, FAULTS)
        self._pressed: deque[int] = deque(maxlen=100)
        self._last: int | None = None
        self._presses = 0
        self._latest: int | None = None
        self._heard = b""
        self._awake = self._asked = False
        self._answer = b""

    def press(self, level: int) -> None:
        """Press the key of the official ``level`` 5 … 1; ``ValueError`` when there is none."""
        if level not in self._profile.shape.keys.values():
            raise ValueError(f"评价器没有等级 {level} 的键")
        self._pressed.append(level)
        self._presses += 1
        self._latest = level
        self._ring()

    def lit(self) -> bool:
        return self.plugged_in and not self._deaf and not self.has("mute")

    def pressed(self) -> tuple[int, int | None]:
        return self._presses, self._latest

    @property
    def _deaf(self) -> bool:
        """It waits for a command first."""
        return not self._awake or bool(self._profile.ask and not self._asked)

    def plugged(self) -> None:
        self._heard, self._awake, self._asked, self._answer = b"", not self._profile.wake, False, b""

    def heard(self, data: bytes) -> None:
        """Commands of the profile; a pad that wants one keeps still until it comes."""
        self._heard = (self._heard + data)[-64:]
        profile = self._profile
        for command in (profile.wake, profile.ask, profile.poll):
            while command and command in self._heard:
                self._heard = self._heard.replace(command, b"", 1)
                self._awake |= command == profile.wake
                self._asked |= command == profile.ask
                if command == profile.poll and self._awake and not self.has("mute"):
                    self.say(self._answer or profile.shape.idle)
                    self._answer = b""

    def tick(self) -> float | None:
        while self._pressed:
            self._last = self._pressed.popleft()
            for _ in range(FLOOD if self.has("flood") else 1):
                self._send(self._last)
        if not self.has("stuck key") or self._last is None:
            return None
        self._send(self._last)
        return REPEAT

    def _send(self, level: int) -> None:
        shape = self._profile.shape
        frame = shape.frame(shape.key_of(level))
        if self._deaf or self.has("mute") or self._stopping.is_set():
            return
        if self.has("noise"):
            self.say(NOISE)
        if self.has("wrong checksum"):
            middle = len(frame) // 2
            frame = frame[:middle] + bytes([frame[middle] ^ 0xA0]) + frame[middle + 1 :]
        frame = frame[: len(frame) // 2] if self.has("half a frame") else frame
        if self._profile.poll:
            self._answer = frame
            return
        self.say(frame)
        if self.has("releases"):
            key = shape.key_of(level)
            self.say(shape.frame(bytes([key[0] | 0x80]) + key[1:]))
