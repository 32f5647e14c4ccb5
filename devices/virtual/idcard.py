"""A virtual SAM-V reader with a place for one card: real frames on a pty at the pace of the wire.

The model, as public programs describe the real thing: find sees a card once for each time it is laid down; read and the body's
numbers need a selected card; after a successful read the card must be lifted before find sees it again; a card lifted
while the chip is working fails the read. A request with a wrong checksum is answered ``10``. Without power the module forgets what
it found and selected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from devices.protocols import chip, sdt
from devices.protocols.sdt import Sw3
from devices.virtual.people import PEOPLE, Card
from devices.virtual.ptys import UNPLUG, SerialDevice

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "card pulled away": "下一次读卡读到一半时卡被拿走（一次）",
        "pulled when found": "下一次刚找到卡，卡就被拿走（一次）",
        "pulled when selected": "下一次刚选中卡，卡就被拿走（一次）",
        "pulled before address": "下一次读完正文、读最新住址以前卡被拿走（一次）",
        "wrong checksum": "读卡信息的校验码一直是错的",
        "wrong checksum once": "下一次读卡信息的校验码是错的（一次）",
        "half a frame": "读卡信息只发一半就停",
        "noise": "每次应答前先出现一串杂乱字节",
        "mute": "收到命令不应答",
        "id wrong at first": "下一次问安全模块编号，答的是错的（一次，像刚通电时）",
        "id missing at first": "下一次问安全模块编号，不应答（一次，像刚通电时）",
        UNPLUG: "拔掉数据线；取消后重新插上",
        "self test failed": "安全模块自检不通过（SW3 60），复位也不行",
        "not authorised": "安全模块未授权（SW3 66）",
        "select fails": "下一次选卡失败（SW3 81，一次）",
        "read fails": "芯片一直读不出来（SW3 41）",
        "request garbled": "读卡命令一直被说成校验错（SW3 10）",
        "request cut": "读卡命令一直被说成长度错（SW3 11）",
        "command unknown": "不认识读卡命令（SW3 21）",
        "not allowed": "不允许读卡（SW3 23）",
        "unrecognised error": "读卡时报不明错误（SW3 24）",
        "card refuses module": "卡不认可安全模块（SW3 31）",
        "card not authentic": "安全模块不能确认卡的真伪（SW3 32）",
        "information check fails": "卡内信息校验不对（SW3 33）",
        "not found yet": "读卡时说还没有找到卡（SW3 34）",
        "fingerprint check fails": "指纹信息校验不对（SW3 37）",
        "information length wrong": "卡内信息长度不对（SW3 3F）",
        "type unknown": "读卡时说卡型不认识（SW3 40）",
        "random number fails": "取随机数失败（SW3 47）",
        "no card": "读卡时说没有卡（SW3 80）",
        "find answered late": "下一次找卡，应答晚到（0.7 秒后，一次）",
        "no such item": "读卡时说卡里没有这一项（SW3 91）",
        "address fails": "最新住址读不出来（SW3 41），正文读得出",
        "address mute": "读最新住址时不应答，别的都应答",
        "address damaged": "最新住址的校验码一直是错的",
        "power blip": "下一次读卡读到一半时读卡器断电重启：先说一句开机的话，忘了找到和选中的卡（一次）",
        "length lies": "读卡信息的长度写得比实际长",
        "endless answer": "读卡时不停地发送别的应答，没有尽头",
        "endless preamble": "读卡时不停地发送帧头",
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
BANNER = b"\xff\xfe\x00SAM-V boot\r\n\xaa\xaa"
NOISE = b"\x00\xffreader ready\r\n\x96\x69\xaa\xaa"
REFUSALS: Mapping[str, Sw3] = MappingProxyType(
    {
        "request garbled": Sw3.CHECKSUM_WRONG,
        "request cut": Sw3.LENGTH_WRONG,
        "command unknown": Sw3.COMMAND_INVALID,
        "not allowed": Sw3.NOT_ALLOWED,
        "unrecognised error": Sw3.UNRECOGNISED,
        "card refuses module": Sw3.CARD_REFUSED_SAM,
        "card not authentic": Sw3.SAM_REFUSED_CARD,
        "information check fails": Sw3.INFORMATION_CHECK,
        "not found yet": Sw3.CARD_NOT_FOUND_YET,
        "fingerprint check fails": Sw3.FINGERPRINT_CHECK,
        "information length wrong": Sw3.INFORMATION_LENGTH,
        "type unknown": Sw3.CARD_TYPE_UNKNOWN,
        "read fails": Sw3.READ_FAILED,
        "random number fails": Sw3.RANDOM_NUMBER,
        "no card": Sw3.NO_CARD,
        "no such item": Sw3.NO_SUCH_ITEM,
    }
)
"""Faults with which every read of a card's text is answered by this SW3."""
SLOW = 1.5
LATE = 0.7
"""Seconds after which a program has stopped waiting for an answer to find."""
ADDRESS_TIME = 0.1
"""Of a chip's time for its text, what it takes for the newest address: 70 bytes beside 1280."""
ENDLESS = sdt.answer(Sw3.CARD_FOUND, bytes(4)) + bytes(64)


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
        self.looks = 0
        """How often it was asked for a card so far."""

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

    def forget(self) -> None:
        """What happens to the module when its power fails for a moment: what it had found and selected is gone."""
        with self._lock:
            self._seen = self._selected = False

    def lying(self) -> str | None:
        with self._lock:
            return self._card.id if self._card else None

    # --- the module ---------------------------------------------------------------------------------------------------

    def plugged(self) -> None:
        """Power came back: the module forgets what it had found and selected."""
        self._requests.clear()
        self.forget()
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
                if not self.spend("id missing at first"):
                    self.say(sdt.answer(Sw3.DONE, bytes(16) if self.spend("id wrong at first") else SAM_ID))
            case 0x20, 0x01:
                self.think(LATE if self.spend("find answered late") else 0)
                self.say(self._find())
                self.looks += 1
            case 0x20, 0x02:
                self.say(self._select())
            case 0x30, 0x01:
                self._read()
            case 0x30, 0x03 | 0x05 if self.has("removal unknown"):
                self.say(sdt.answer(Sw3.COMMAND_INVALID))
            case 0x30, 0x03:
                self._read_address()
            case 0x30, 0x05:
                self.say(sdt.answer(Sw3.DONE, bytes(28)) if self._is_selected() else sdt.answer(Sw3.READ_FAILED))
            case _:
                self.say(sdt.answer(Sw3.COMMAND_INVALID))

    def _find(self) -> bytes:
        with self._lock:
            if self._card is None or self._seen:
                return sdt.answer(Sw3.NO_CARD)
            self._selected = False
        if self.spend("pulled when found"):
            self.lift()
        return sdt.answer(Sw3.CARD_FOUND, bytes(4))

    def _select(self) -> bytes:
        with self._lock:
            if self._card is None or self._seen or self.spend("select fails"):
                return sdt.answer(Sw3.SELECT_FAILED)
            if not self._card.known:
                return sdt.answer(Sw3.CARD_TYPE_UNKNOWN)
            self._selected = True
        if self.spend("pulled when selected"):
            self.lift()
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
        if self.spend("power blip"):
            self.forget()
            self.say(BANNER)
            return
        self.think(chip_time / 2)
        refusal = next((sw3 for fault, sw3 in REFUSALS.items() if self.has(fault)), None)
        with self._lock:
            done = self._card is card and self._laid == laid
            self._seen = self._seen or (done and refusal is None)
            self._selected = done and refusal is not Sw3.READ_FAILED
        if refusal is not None or not done:
            self.say(sdt.answer(refusal if done and refusal else Sw3.READ_FAILED))
            return
        for fault, stream in (("endless answer", ENDLESS), ("endless preamble", sdt.PREAMBLE * 8)):
            while self.has(fault) and self.plugged_in:
                self.say(stream)
        self.say(self._spoilt(card))
        if self.spend("pulled before address"):
            self.lift()

    def _read_address(self) -> None:
        if self.has("address mute"):
            return
        if not self._is_selected() or self.has("address fails"):
            self.say(sdt.answer(Sw3.READ_FAILED))
            return
        with self._lock:
            card = self._card
        if card is None or not card.newest_address:
            self.say(sdt.answer(Sw3.NO_SUCH_ITEM))
            return
        self.think(self._chip_time * ADDRESS_TIME)
        frame = sdt.answer(Sw3.DONE, chip.build_address(card.newest_address))
        self.say(frame[:-1] + bytes([frame[-1] ^ 0xFF]) if self.has("address damaged") else frame)

    def _spoilt(self, card: Card) -> bytes:
        """The answer to a read, with whatever is wrong with it just now."""
        data = bytearray(card.data())
        if self.has("impossible number"):
            ((at, _),) = chip.LAYOUTS[card.text.kind]["number"]
            last = 4 + at + 2 * (len(card.text.number) - 1)
            data[last] = ord("5") if data[last] != ord("5") else ord("6")
        if self.has("impossible layout"):
            data[2:4] = (2048).to_bytes(2, "big")
        if self.has("broken text"):
            data[4:6] = b"\x00\xdc"
        frame = sdt.answer(Sw3.DONE, bytes(data))
        if self.has("length lies"):
            frame = sdt.PREAMBLE + sdt.MAX_LEN.to_bytes(2, "big") + frame[sdt.HEAD :]
        if self.has("wrong checksum") or self.spend("wrong checksum once"):
            frame = frame[:-1] + bytes([frame[-1] ^ 0xFF])
        return frame[: len(frame) // 2] if self.has("half a frame") else frame
