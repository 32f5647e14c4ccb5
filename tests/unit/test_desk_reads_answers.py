"""What lies sealed beside an act and is neither picture nor PDF is read by a person at the desk, not by a program only."""

from __future__ import annotations

import msgspec
import pytest

from domain.case import answer, window_record
from domain.case.acts import DocumentKind
from domain.case.content import Page, Signature
from domain.case.task import CorrectionTask, Holder, Point, ResultTask
from fleet.desk.inbox import DamagedError
from fleet.desk.readable import drawn, readable

WAVE = Signature(100, 50, ())
HEAD = {"v": 1, "case": "C1", "item": "I", "item_name": "异地就医备案", "home": "A", "home_name": "示范甲市"}
HOLDER = (Holder("applicant", "欧阳测", "51"),)
SUPPLIED = (answer.Supplied("M#1", "居住证明", "M", (Page("0" * 64), Page("1" * 64))),)
SAID: dict[str, tuple[DocumentKind, msgspec.Struct, tuple[str, ...]]] = {
    "a correction by the receipt": (
        "correction",
        answer.Correction(1, "C1", "0" * 64, "receipt", None, WAVE, supplied=SUPPLIED, window=("身份证明",)),
        ("没有读证件", "居住证明", "交了 2 页", "到窗口交验"),
    ),
    "a result that was printed twice": (
        "delivery",
        answer.Delivery(
            1, "C1", "0" * 64, "card", None, WAVE, name="证明", number="甲〔2026〕1", document="0" * 64, pages=3, attempt=2
        ),
        ("证件芯片", "甲〔2026〕1", "打印 3 页，第 2 次打印后取走"),
    ),
    "a case taken back": (
        "withdrawal",
        answer.Withdrawal(1, "C1", "0" * 64, "card", None, WAVE, statement="我撤回申请。"),
        ("我撤回申请。",),
    ),
    "what the window wrote down": (
        "record",
        window_record.WindowRecord(
            1, "C1", "mended", "赵", "2026-11-20T09:30:00+08:00", (window_record.Remark("", "", "已当面问过"),)
        ),
        ("当场更正　赵", "2026-11-20 09:30", "已当面问过"),
    ),
    "a notice for the hall": (
        "task",
        CorrectionTask(**HEAD, holders=HOLDER, points=(Point("M#1", "居住证明", "请盖章"),), due="2026-11-30"),
        ("欧阳测", "请盖章", "2026-11-30"),
    ),
    "a result for the hall": (
        "task",
        ResultTask(**HEAD, holders=HOLDER, name="证明", way="window"),
        ("证明", "在收件窗口领取"),
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_it_is_told_in_words(what: str) -> None:
    kind, said, words = SAID[what]
    lines = readable(kind, msgspec.json.encode(said))
    assert lines is not None
    told = "\n".join(f"{name} {text}" for name, text in lines.rows)
    assert [word for word in words if word not in told] == []
    assert drawn(lines).startswith("<svg") is (kind in ("correction", "delivery", "withdrawal"))


@pytest.mark.parametrize("kind", ["correction", "delivery", "withdrawal", "record", "task"])
@pytest.mark.parametrize("bytes_", [b"", b"{}", b"\xff", b'{"v": 2, "kind": "correction"}', b"[" * 5000])
def test_what_is_no_such_document_is_refused_by_name(kind: DocumentKind, bytes_: bytes) -> None:
    with pytest.raises(DamagedError):
        readable(kind, bytes_)


def test_a_note_is_text_as_it_is() -> None:
    assert readable("note", b"...") is None
