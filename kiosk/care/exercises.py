"""How each device is tried. A new device adds its entry to :data:`EXERCISES`; what all have in common is in ``doctor.py``.

An exercise gets the device's :class:`Station` and the :class:`Hands`, and returns an outcome. It may leave a device's fault
to who runs it (:class:`BrokenError`), and it never passes what it did not see.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any, cast

from msgspec import Struct
from PIL import Image, ImageDraw

from devices.port import (
    BadgeDeclined,
    BadgeShown,
    CardDocument,
    CardFailed,
    CardRead,
    CardRemoved,
    Code,
    DocumentCamera,
    Heading,
    IdentityReader,
    PageJob,
    PagePrinter,
    PageRefused,
    PageTaken,
    Pair,
    Paragraph,
    PrintEnded,
    PrintJob,
    PrintOutcome,
    RatingKey,
    RatingPad,
    ReceiptPrinter,
    Rule,
    Slip,
    SocialCardRead,
)
from domain import identity, masking
from kiosk import cards, faults
from kiosk.care.hands import Hands
from kiosk.care.station import Station
from kiosk.store.journal import PASSING
from kiosk.verdict import Outcome, Verdict, failed, passed, unknown

HAND = 60.0
"""Seconds a person has to lay, press or take away something."""
EYE = 60.0
"""Seconds a person has to look and answer."""
PAPER = 60.0
PICTURE = 15.0
JOB = f"{PASSING}doctor"
SLIP = Slip(
    (
        Heading("打印测试"),
        Paragraph("这不是收件凭证。", strong=True, centred=True),
        Rule(),
        Pair("汉字", "省内通办，测试䶮𠮷"),
        Pair("数字", "0123456789"),
        Code("https://example.invalid/test", "二维码应能用手机识别"),
    )
)


class Exercise(Struct, frozen=True):
    """``step`` names it in reports and stays; ``hands``: it cannot be done without a person; ``needs``: a step to pass first."""

    step: str
    title: str
    run: Callable[[Station, Hands], Outcome]
    hands: bool = True
    needs: str | None = None


def _read_card(station: Station, hands: Hands) -> Outcome:
    event = _laid(station, hands, "请把一张居住证、外国人永久居留身份证或居民身份证平放在读卡器上，先不要拿开", CardRead)
    if event is None:
        return _nothing(hands, "身份证在读卡器上放好了吗？", "card_unreadable")
    return failed(event.fault) if isinstance(event, CardFailed) else _judge(event.document, hands)


def _laid(station: Station, hands: Hands, ask: str, read: type[CardRead | SocialCardRead]) -> Any:
    """What came of the card that was asked for: ``read``, ``CardFailed``, or ``None``: nothing came."""
    reader = cast(IdentityReader, station.device)
    reader.arm()
    try:
        hands.tell(f"{ask}（{HAND:.0f} 秒内）。")
        return station.wait(HAND, read, CardFailed)
    finally:
        reader.disarm()


def _judge(card: CardDocument, hands: Hands) -> Outcome:
    """What of a card may be shown: kind, masked name, checks. It is shown once and goes into no report."""
    judged = cards.judge(card, date.today())  # noqa: DTZ011
    if judged is identity.IdentityFault.EXPIRED:
        return passed("芯片读得出来；这张卡不在有效期内，不影响测试")
    if isinstance(judged, identity.IdentityFault):
        return Outcome(Verdict.UNKNOWN, judged.value, "卡读出来了，但内容核对不上", "换一张证件再试；都核对不上时检查读卡器。")
    document = identity.document_name(judged.document, judged.number)
    hands.tell(f"读到：{document}，{masking.name(judged.shown_name)}。号码校验、出生日期、有效期核对无误。")
    return passed(f"{document}，号码校验、出生日期、有效期核对无误")


def _read_social_card(station: Station, hands: Hands) -> Outcome:
    """What of it may be shown: its generation, and how far it let itself be read."""
    event = _laid(station, hands, "请把一张社会保障卡插入（或放上）芯片读卡器", SocialCardRead)
    if event is None:
        return _nothing(hands, "社会保障卡放好了吗？", "card_unreadable")
    if isinstance(event, CardFailed):
        return failed(event.fault)
    found = event.document
    if found.holder is None:
        return passed(f"第 {found.generation} 代卡，没有安全模块读不到持卡人，这是正常的")
    claimed = cards.judge_claim(found.holder, date.today())  # noqa: DTZ011
    if isinstance(claimed, identity.IdentityFault):
        return Outcome(Verdict.UNKNOWN, claimed.value, "卡读出来了，但内容核对不上", "换一张卡再试；都核对不上时检查读卡器。")
    return passed(f"第 {found.generation} 代卡，号码校验、出生日期核对无误")


def _see_badge(station: Station, hands: Hands) -> Outcome:
    """Its PIN is not asked for here: ``tongban badge check`` does that."""
    badge = station.badge
    if badge is None:
        return unknown("这个读卡器没有设置读工作证")
    badge.ask_badge()
    try:
        hands.tell(f"请换上一张工作证（{HAND:.0f} 秒内）。")
        event = station.wait(HAND, BadgeShown, BadgeDeclined)
    finally:
        badge.leave_badge()
    if event is None:
        return _nothing(hands, "工作证放好了吗？", "badge_unknown")
    return failed(event.fault) if isinstance(event, BadgeDeclined) else passed(f"读到证书，PIN 还可以试 {event.left} 次")


def _lift_card(station: Station, hands: Hands) -> Outcome:
    hands.tell(f"请把身份证拿开（{HAND:.0f} 秒内）。")
    if station.wait(HAND, CardRemoved) is not None:
        return passed()
    return unknown("没有看到卡被拿开；有的读卡器不报告这件事")


def _print_slip(station: Station, hands: Hands) -> Outcome:
    cast(ReceiptPrinter, station.device).print(PrintJob(JOB, 1, SLIP))
    ended = station.wait(PAPER, PrintEnded)
    if ended is None:
        return failed("mute")
    if ended.outcome is not PrintOutcome.PRINTED:
        return failed(ended.cause or "printer_error")
    seen = hands.agrees("打出一张“打印测试”了吗？字和二维码完整、清楚，纸已切开", EYE)
    if seen is None:
        return unknown("打印机说打好了，没有人看过纸")
    return passed("打印完整，已切纸") if seen else failed("print_poor")


def _print_page(station: Station, hands: Hands) -> Outcome:
    sheet = Image.new("L", (1240, 1754), 255)  # A4 at 150 dpi
    ImageDraw.Draw(sheet).rectangle((100, 100, 1139, 1653), outline=0, width=6)
    written = io.BytesIO()
    sheet.save(written, "PDF", resolution=150)
    cast(PagePrinter, station.device).print(PageJob(JOB, 1, "test", 1, written.getvalue()))
    ended = station.wait(2 * PAPER, PrintEnded)
    if ended is None:
        return failed("mute")
    if ended.outcome is not PrintOutcome.PRINTED:
        return failed(ended.cause or "printer_error")
    seen = hands.agrees("A4 打印机打出一页了吗？页上是一个完整的方框", EYE)
    if seen is None:
        return unknown("打印机说打好了，没有人看过纸")
    return passed("打印完整") if seen else failed("print_poor")


def _press_key(level: int, words: str) -> Callable[[Station, Hands], Outcome]:
    def press(station: Station, hands: Hands) -> Outcome:
        pad = cast(RatingPad, station.device)
        pad.ask(f"{JOB}-{level}")
        try:
            hands.tell(f"请按一下评价器上的“{words}”键（{HAND:.0f} 秒内）。")
            key = station.wait(HAND, RatingKey)
        finally:
            pad.withdraw()
        if key is None:
            return _nothing(hands, f"“{words}”键按过了吗？", "pad_silent")
        return passed() if key.level == level else failed("pad_wrong_key")

    return press


def _see_desk(station: Station, hands: Hands) -> Outcome:
    """Needs no hand: any picture of the desk will do."""
    camera = cast(DocumentCamera, station.device)
    camera.watch()
    try:
        for _ in range(int(PICTURE / 0.1)):
            station.wait(0.1, PageTaken)  # nothing of the kind comes; faults do
            if camera.live() is not None:
                return passed("有画面")
    finally:
        camera.rest()
    return failed("camera_frozen")


def _take_page(station: Station, hands: Hands) -> Outcome:
    camera = cast(DocumentCamera, station.device)
    camera.watch()
    try:
        laid = hands.agrees("请在拍摄台上放一页有字的纸，四边露出台面。放好了吗？", HAND)
        if not laid:
            return unknown("没有放纸，没有试")
        camera.take(JOB)
        event = station.wait(PICTURE, PageTaken, PageRefused)
    finally:
        camera.rest()
    if event is None:
        return failed("camera_frozen")
    if isinstance(event, PageRefused):
        return failed(event.fault)
    if event.findings:
        return failed(event.findings[0].code)
    return passed(f"拍到一页，{event.width}×{event.height}")


def _nothing(hands: Hands, question: str, code: str) -> Outcome:
    """Nothing came: broken if the person did it, else nobody knows."""
    if hands.agrees(question, EYE):
        return failed(code)
    return unknown(f"没有等到：{faults.fault(code).cause}，或者没有人动手")


EXERCISES: dict[str, tuple[Exercise, ...]] = {
    "idcard": (
        Exercise("card", "读一张身份证", _read_card),
        Exercise("away", "看见卡被拿开", _lift_card, needs="card"),
    ),
    "smartcard": (
        Exercise("social", "读一张社会保障卡", _read_social_card),
        Exercise("badge", "认出一张工作证", _see_badge),
    ),
    "printer": (Exercise("slip", "打印一张测试凭证", _print_slip),),
    "a4": (Exercise("sheet", "打印一页 A4", _print_page),),
    "rating": (
        Exercise("key_5", "按“非常满意”", _press_key(5, "非常满意")),
        Exercise("key_1", "按“非常不满意”", _press_key(1, "非常不满意"), needs="key_5"),
    ),
    "camera": (
        Exercise("picture", "看得见拍摄台", _see_desk, hands=False),
        Exercise("page", "拍一页", _take_page),
    ),
}
"""By the device's name in the settings, in the order they are done."""
NAMES = {
    "idcard": "身份证读卡器",
    "smartcard": "芯片读卡器",
    "printer": "凭证打印机",
    "a4": "A4 打印机",
    "camera": "高拍仪",
    "rating": "评价器",
}
