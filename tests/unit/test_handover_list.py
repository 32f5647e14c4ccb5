from __future__ import annotations

import io

import msgspec
import pikepdf
from msgspec.structs import replace

from domain.case.number import mint
from domain.casepapers.handover_list import RULE, TEMPLATE, HandoverList, Piece, Side, data, differs, yuan
from domain.press.press import Press

CASES = tuple(mint("519902261126K017QX", n) for n in (1, 2))
SENT = HandoverList(
    "JJ-519902-261126-0001",
    Side("示范丙区", "收件窗口", "0800-000-0003", "1024 王收件", "2026-11-26T23:30:00+08:00"),
    Side("示范甲市", "“省内通办”专窗", "0800-000-0001"),
    "FQ0012345",
    "示例速递",
    "YS2611260000157",
    (
        Piece(CASES[0], "户口迁移", "常住人口登记卡", "original", 1, back=True),
        Piece(CASES[0], "户口迁移", "结婚证", "original", 1, back=True),
        Piece(CASES[1], "异地就医备案", "居住证明", "copy", 3),
    ),
    1205,
)


def said(paper: HandoverList) -> str:
    """Everything the template is given, as one text."""

    def walk(value: object) -> str:
        if isinstance(value, dict):
            return "".join(walk(one) for one in value.values())
        return "".join(walk(one) for one in value) + "\n" if isinstance(value, list) else f"{value} "

    return walk(msgspec.json.decode(data(paper)))


def test_it_counts_what_lies_in_the_parcel_and_what_must_come_back() -> None:
    told = said(SENT)
    assert "2 件办件，5 份材料，其中须退还原件 2 份" in told
    assert "12.05 元，寄出方付" in told
    assert RULE in told
    assert not differs(SENT)
    assert "无差异" not in told  # nobody has counted yet


def test_what_was_counted_otherwise_stands_there_in_words() -> None:
    first, second, third = SENT.pieces
    pieces = (replace(first, arrived=1), replace(second, arrived=0), replace(third, arrived=4))
    told = said(replace(SENT, pieces=pieces, seal_found="broken", discrepancy="外封破损"))
    for words in ("少 1 份", "多 1 份", "破损", "外封破损"):
        assert words in told
    assert "无差异" not in told


def test_a_parcel_that_came_as_it_was_sent_says_so() -> None:
    whole = replace(SENT, pieces=tuple(replace(p, arrived=p.count) for p in SENT.pieces), seal_found="whole")
    assert not differs(whole)
    assert "无差异。" in said(whole)
    assert differs(replace(whole, seal_found="broken"))


def test_money_is_said_to_the_fen() -> None:
    assert [yuan(fen) for fen in (0, 5, 1250, 100_000)] == ["0.00 元", "0.05 元", "12.50 元", "1000.00 元"]


def test_it_is_set_on_one_sheet_and_a_long_one_goes_on_with_its_head() -> None:
    press = Press()
    long = replace(SENT, pieces=SENT.pieces * 15, discrepancy="〔不是排版指令〕#strong[x] $")
    counts = []
    for paper in (SENT, long):
        with pikepdf.open(io.BytesIO(press.pdf(TEMPLATE, data(paper)))) as document:
            counts.append(len(document.pages))
    assert counts[0] == 1
    assert counts[1] > 1
