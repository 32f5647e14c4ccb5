"""The part of a slip that leads to a draft: what waits, where, until when, and the code that opens it. It is no receipt."""

from __future__ import annotations

from datetime import datetime

from devices.port import Block, Code, Pair, Paragraph, Rule
from domain.code import grouped
from kiosk.clock import CHINA
from kiosk.visit.state import HeldDraft

NOTHING_HANDED_IN = "这不是收件凭证，什么都还没有提交。"


def blocks(draft: HeldDraft | None, hall: str) -> tuple[Block, ...]:
    """``draft`` null: nothing is kept, and the slip says so."""
    if draft is None or draft.until is None:
        return (
            Rule(),
            Paragraph(NOTHING_HANDED_IN, strong=True),
            Paragraph("您在机器上填的、拍的都没有保存，请带上材料到窗口办理。"),
        )
    return (
        Rule(),
        Paragraph(NOTHING_HANDED_IN, strong=True),
        Paragraph("您填的、拍的已经加密存好，只有本大厅的窗口凭下面的号码才能打开。", strong=True),
        Pair("到哪里", f"{hall}“省内通办”窗口，请本人带上证件原件"),
        Pair("什么时候", f"{until_words(draft.until)}以前，过期自动删除"),
        Pair("取件号码", grouped(draft.code)),
        Code(grouped(draft.code), "给窗口工作人员扫，或者念号码"),
        Paragraph("拿到这张单子的人才能请窗口打开，请收好。"),
    )


def until_words(until: str) -> str:
    """The last day, as it stands on paper and screen; China time."""
    return f"{datetime.fromisoformat(until).astimezone(CHINA):%Y 年 %m 月 %d 日 %H:%M}"
