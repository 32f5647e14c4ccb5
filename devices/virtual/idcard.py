"""A virtual SAM-V reader with a place for one card: real frames on a pty at the pace of the wire.

The model, as public programs describe the real thing: find sees a card once for each time it is laid down; read and the body's
numbers need a selected card; after a successful read the card must be lifted before find sees it again; a card lifted
while the chip is working fails the read. A request with a wrong checksum is answered ``10``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from devices.protocols import resident, sdt
from devices.protocols.sdt import Sw3
from devices.virtual.people import PEOPLE, Card
from devices.virtual.ptys import UNPLUG, SerialDevice

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "card pulled away": "下一次读卡读到一半时卡被拿走（一次）",
        "wrong checksum": "读卡信息的校验码一直是错的",
        "half a frame": "读卡信息只发一半就停",
        "noise": "每次应答前先出现一串杂乱字节",
        "mute": "收到命令不应答",
        UNPLUG: "拔掉数据线；取消后重新插上",
        "self test failed": "安全模块自检不通过（SW3 60），复位也不行",
        "not authorised": "安全模块未授权（SW3 66）",
        "select fails": "下一次选卡失败（SW3 81，一次）",
        "read fails": "芯片一直读不出来（SW3 41）",
        "impossible number": "卡内号码的校验码不对",
        "impossible layout": "读卡信息里各段长度加起来对不上",
        "broken text": "读卡信息里的姓名不是有效的 UTF-16",
        "slow card": "芯片要 1.5 秒才读完",
        "dies reading": "下一次读卡时读卡器死机，此后不应答（一次，变成 mute）",
        "odd select": "选卡的应答是乱的，但卡已选中（有的模块如此）",
        "removal unknown": "模块不认识 30 05 和 30 03，看不出卡是否拿走",
    }
)
SAM_ID = bytes.fromhex("0500010009B8320105BE1200ADC5B111")
"""The worked example of the public protocol sheet: 05.01-20101129-0001228293-0296863149."""
NOISE = b"\x00\xffreader ready\r\n\x96\x69\xaa\xaa"
SLOW = 1.5


class VirtualReader(SerialDevice):
    """``chip_time``: seconds the chip takes for a read; ``people``: the cards it may be given."""

    def __init__(
        self,
        link: Path,
        *,
        name: str = "idcard",
        baud: int = 115200,
        chip_time: float = 0.3,
        people: Iterable[Card] = PEOPLE,
    ) -> None:
        super().__init__(name, link, baud, FAULTS)
        self._chip_time = chip_time
        self._people = {card.id: card for card in people}
        self._requests = sdt.RequestReceiver()
        self._card: Card | None = None
        self._seen = self._selected = False
        self._laid = 0

    def people(self) -> tuple[Card, ...]:
        return tuple(self._people.values())

    def lay(self, card_id: str) -> None:
        """Put a card down, in place of the one lying there; ``KeyError`` when there is no such card."""
        card = self._people[card_id]
        with self._lock:
            self.lift()
            self._card = card

    def lift(self) -> None:
        with self._lock:
            self._card = None
            self._seen = self._selected = False
            self._laid += 1

    def lying(self) -> str | None:
        with self._lock:
            return self._card.id if self._card else None

    # --- the module ---------------------------------------------------------------------------------------------------

    def plugged(self) -> None:
        """Power came back: the module forgets what it had found and selected."""
        self._requests.clear()
        with self._lock:
            self._seen = self._selected = False
        if self.has("noise"):
            self.say(NOISE)

    def heard(self, data: bytes) -> None:
        self._requests.receive_data(data)
        while (event := self._requests.next_event()) is not None:
            if self.has("mute"):
                continue
            if self.has("noise"):
                self.say(NOISE)
            match event:
                case sdt.Request():
                    self._serve(event)
                case sdt.BadChecksum():
                    self.say(sdt.answer(Sw3.CHECKSUM_WRONG))
                case sdt.BadLength():
                    self.say(sdt.answer(Sw3.LENGTH_WRONG))

    def _serve(self, request: sdt.Request) -> None:
        if self.has("not authorised") and request.cmd != 0x12:
            self.say(sdt.answer(Sw3.NOT_AUTHORISED))
            return
        match request.cmd, request.para:
            case 0x10 | 0x11, 0xFF:
                self.say(sdt.answer(Sw3.SELF_TEST_FAILED if self.has("self test failed") else Sw3.DONE))
            case 0x12, 0xFF:
                self.say(sdt.answer(Sw3.DONE, SAM_ID))
            case 0x20, 0x01:
                self.say(self._find())
            case 0x20, 0x02:
                self.say(self._select())
            case 0x30, 0x01:
                self._read()
            case 0x30, 0x03 | 0x05 if self.has("removal unknown"):
                self.say(sdt.answer(Sw3.COMMAND_INVALID))
            case 0x30, 0x03:
                self.say(sdt.answer(Sw3.NO_SUCH_ITEM if self._is_selected() else Sw3.READ_FAILED))
            case 0x30, 0x05:
                self.say(sdt.answer(Sw3.DONE, bytes(28)) if self._is_selected() else sdt.answer(Sw3.READ_FAILED))
            case _:
                self.say(sdt.answer(Sw3.COMMAND_INVALID))

    def _find(self) -> bytes:
        with self._lock:
            if self._card is None or self._seen:
                return sdt.answer(Sw3.NO_CARD)
            self._selected = False
        return sdt.answer(Sw3.CARD_FOUND, bytes(4))

    def _select(self) -> bytes:
        with self._lock:
            if self._card is None or self._seen or self.spend("select fails"):
                return sdt.answer(Sw3.SELECT_FAILED)
            if not self._card.known:
                return sdt.answer(Sw3.CARD_TYPE_UNKNOWN)
            self._selected = True
        answer = sdt.answer(Sw3.DONE, bytes(8))
        return b"\xaa\x00" + answer[1:] if self.has("odd select") else answer

    def _is_selected(self) -> bool:
        with self._lock:
            return self._card is not None and self._selected

    def _read(self) -> None:
        with self._lock:
            card, laid = self._card if self._selected else None, self._laid
        if card is None:
            self.say(sdt.answer(Sw3.READ_FAILED))
            return
        if self.spend("dies reading"):
            self.inject("mute")
            return
        chip_time = SLOW if self.has("slow card") else self._chip_time
        self.think(chip_time / 2)
        if self.spend("card pulled away"):
            self.lift()
        self.think(chip_time / 2)
        with self._lock:
            done = self._card is card and self._laid == laid and not self.has("read fails")
            if done:
                self._seen = True
            else:
                self._selected = False
        self.say(self._spoilt(card) if done else sdt.answer(Sw3.READ_FAILED))

    def _spoilt(self, card: Card) -> bytes:
        """The answer to a read, with whatever is wrong with it just now."""
        data = bytearray(card.data())
        text = resident.LAYOUT
        if self.has("impossible number"):
            last = 4 + text["number"][0] + 34
            data[last] = ord("5") if data[last] != ord("5") else ord("6")
        if self.has("impossible layout"):
            data[2:4] = (2048).to_bytes(2, "big")
        if self.has("broken text"):
            data[4:6] = b"\x00\xdc"
        frame = sdt.answer(Sw3.DONE, bytes(data))
        if self.has("wrong checksum"):
            frame = frame[:-1] + bytes([frame[-1] ^ 0xFF])
        return frame[: len(frame) // 2] if self.has("half a frame") else frame
