"""Virtual social security cards of three generations, for the virtual PC/SC reader. Nobody here exists.

They keep what the card really enforces: which records there are, their exact length (6Cxx otherwise), FCI by GET RESPONSE under
T=0 only, EF06 of generation 3 behind an external authentication. The keys are test keys; real ones are secret.
"""

from __future__ import annotations

import hmac
import os

from devices.protocols import apdu, social
from devices.protocols.apdu import Sw
from devices.smartcard.security import Question, Verdict
from devices.virtual.people import PEOPLE, check_digit
from devices.virtual.smartcard import SmartCard

TEST_KEY = b"tongban virtual card test key"
"""Of the virtual cards and the fake security module; nothing outside the virtual hardware knows it."""
ATR = bytes.fromhex("3B6D0000") + b"\x00\x54\x42\x86\x38" + b"VIRTUAL1"
_FCI = apdu.encode(0x6F, apdu.encode(0x84, social.NAME) + apdu.encode(0xA5, bytes.fromhex("9F0C03860103")))


def mac(identifier: bytes, factor: bytes, source: bytes) -> bytes:
    """Eight bytes over the card's own challenge; a stand-in for the real algorithm, which needs the real keys."""
    return hmac.digest(TEST_KEY + identifier, factor + source, "sha256")[:8]


class SocialCard:
    """:class:`devices.virtual.vpcd.Applet`. ``version``: "1.00", "2.00", "3.00"."""

    atr = ATR

    def __init__(
        self, version: str, *, name: str, number: str, birth: str = "", sex: str = "1", nation: int = 0x01, chip: bytes = b"\1" * 8
    ) -> None:
        text = name.encode("gb18030")
        self._guarded = version.startswith("3")
        self._identifier = bytes.fromhex("510100") + bytes.fromhex("D156000005") + chip
        card = {
            0x01: self._identifier,
            0x02: b"1",
            0x03: version.encode("ascii"),
            0x04: bytes.fromhex("91560000025151010051FFFF"),
            0x05: bytes.fromhex("20200601"),
            0x06: bytes.fromhex("20300601"),
            0x07: b"A12345678",
        }
        holder = {
            0x08: number.encode("ascii"),
            0x09: text[:30].ljust(30, b"\0"),
            0x4E: text[30:].ljust(20, b"\0"),
            0x0A: sex.encode("ascii"),
            0x0B: bytes([nation]),
            0x0C: bytes.fromhex("510100"),
            0x0D: bytes.fromhex(birth or number[6:14]),
        }
        if version.startswith("1"):
            del holder[0x4E]
        self._files = {
            file: {tag: bytes([tag, len(value)]) + value for tag, value in records.items()}
            for file, records in ((social.CARD_FILE, card), (social.HOLDER_FILE, holder))
        }
        self.reset()

    def reset(self) -> None:
        self._selected = self._opened = False
        self._file: int | None = None
        self._waiting = b""
        self._challenges: list[bytes] = []

    def transmit(self, command: bytes) -> bytes:
        if len(command) < 4 or command[0] != 0x00:
            return _status(Sw.CLA_NOT_SUPPORTED)
        ins, p1, p2 = command[1:4]
        data = command[5 : 5 + command[4]] if len(command) > 5 else b""
        match ins, p1:
            case 0xA4, 0x04:
                return self._select(data)
            case 0xC0, _:
                waiting, self._waiting = self._waiting, b""
                return waiting + _status(Sw.OK) if waiting else _status(Sw.CONDITIONS_NOT_SATISFIED)
            case 0xA4, 0x00 | 0x02 if self._selected:
                file = int.from_bytes(data, "big")
                if file not in self._files:
                    return _status(Sw.FILE_NOT_FOUND)
                self._file = file
                return _status(Sw.OK)
            case 0xB2, _ if p2 == 0x00:
                return self._read(p1, command[4] if len(command) == 5 else 0)
            case 0x84, _:
                self._challenges = [*self._challenges[-1:], os.urandom(8)]
                return self._challenges[-1] + _status(Sw.OK)
            case 0x88, _ if self._selected and len(data) == 16:
                return mac(self._identifier, data[:8], data[8:]) + _status(Sw.OK)
            case 0x82, _ if self._selected and p2 == social.AUTHENTICATION_KEY and len(data) == 16 and len(self._challenges) == 2:
                source, factor = self._challenges
                self._opened = data[8:] == factor and hmac.compare_digest(data[:8], mac(self._identifier, source, factor))
                return _status(Sw.OK if self._opened else 0x63C5)
            case ((0x84 | 0x88 | 0x82 | 0xA4 | 0xB2), _):
                return _status(Sw.CONDITIONS_NOT_SATISFIED)
            case _:
                return _status(Sw.INS_NOT_SUPPORTED)

    def _select(self, name: bytes) -> bytes:
        self.reset()
        if name != social.NAME:
            return _status(Sw.FILE_NOT_FOUND)
        self._selected, self._waiting = True, _FCI
        return bytes([0x61, len(_FCI)])

    def _read(self, tag: int, length: int) -> bytes:
        if self._file is None:
            return _status(Sw.NO_CURRENT_EF)
        if self._file == social.HOLDER_FILE and self._guarded and not self._opened:
            return _status(Sw.SECURITY_STATUS_NOT_SATISFIED)
        record = self._files[self._file].get(tag)
        if record is None:
            return _status(Sw.RECORD_NOT_FOUND)
        return record + _status(Sw.OK) if length == len(record) else bytes([0x6C, len(record)])


class ForeignCard:
    """A card that knows none of our applications, as a bank's or a bus company's."""

    atr = bytes.fromhex("3B6800000073C84012009000")

    def reset(self) -> None: ...

    def transmit(self, command: bytes) -> bytes:
        return _status(Sw.FILE_NOT_FOUND if command[1] == 0xA4 else Sw.INS_NOT_SUPPORTED)


class FakeModule:
    """:class:`devices.smartcard.security.SecurityModule` that knows the test key, and so the virtual cards only."""

    def answer(self, question: Question) -> Verdict:
        challenge, host = question.card, question.host
        return Verdict(
            mac(question.identifier, challenge.factor, challenge.source), mac(question.identifier, host.source, host.factor)
        )


def _status(sw: int) -> bytes:
    return sw.to_bytes(2, "big")


def _number(birth: str, order: int, area: str = "510100") -> str:
    digits = f"{area}{birth}{order:03d}"
    return digits + check_digit(digits)


_LIU = next(card.text for card in PEOPLE if card.id == "liu")
LONG_NAME = "阿卜杜热合曼·测试买买提江娃\U00020bb7娃·吐尔逊"
"""Its 15th character takes four bytes in GB 18030, the 29th to 32nd of the name: the card cuts it after the 30th."""


def cards() -> tuple[SmartCard, ...]:
    """Fresh ones: a card remembers what is done to it."""
    return (
        SmartCard(
            "social-2",
            "刘试安的社保卡（第二代）",
            "能读出姓名和号码，但只是声明",
            SocialCard("2.00", name=_LIU.name, number=_LIU.number),
        ),
        SmartCard(
            "social-1",
            "陈测宁的社保卡（第一代）",
            "没有姓名扩展记录的老卡",
            SocialCard("1.00", name="陈测宁", number=_number("19980723", 14, "510300"), sex="2", chip=b"\2" * 8),
        ),
        SmartCard(
            "social-3",
            "杨试福的社保卡（第三代）",
            "没有安全模块读不出持卡人（SW 6982）",
            SocialCard("3.00", name="杨试福", number=_number("19540308", 15, "511300"), chip=b"\3" * 8),
        ),
        SmartCard(
            "social-long",
            "长姓名的社保卡（第二代）",
            "姓名跨两条记录，断在一个四字节字的中间",
            SocialCard("2.00", name=LONG_NAME, number=_number("19850606", 15), nation=0x05, chip=b"\4" * 8),
        ),
        SmartCard(
            "social-rare",
            "田䶮的社保卡（第二代）",
            "生僻字（CJK 扩展 A，GB 18030 四字节）",
            SocialCard("2.00", name="田䶮", number=_number("19760102", 15), chip=b"\5" * 8),
        ),
        SmartCard(
            "social-wrong",
            "号码对不上的社保卡（第二代）",
            "出生日期与号码不一致",
            SocialCard("2.00", name="吴试伪", number=_number("19910909", 15), birth="19920909", chip=b"\6" * 8),
        ),
        SmartCard("bank", "别的芯片卡", "不认识的卡（SW 6A82）", ForeignCard()),
    )
