"""Tasks as a home desk would seal them for the person of ``support.visits``."""

from __future__ import annotations

from typing import Any

from support.visits import PERSON

from domain import sealing
from domain.case.task import CorrectionTask, Holder, Point, ResultTask
from domain.identity import Identity

POINTS = (
    Point("p1", "居住证明", "拍的那张看不清签发日期，请重新拍一份原件。", "m-residence"),
    Point("p2", "银行卡", "少了一份本人银行卡的复印件。", "m-bank"),
)


def correction(case: str, holder: Identity = PERSON, **given: Any) -> CorrectionTask:
    return CorrectionTask(
        **{"points": POINTS, "due": "2026-12-04", "number": "示范甲医保补〔2026〕1号"} | _of(case, holder) | given
    )


def result(case: str, sealed: bytes, holder: Identity = PERSON, **given: Any) -> ResultTask:
    """``sealed``: the sealed PDF that is to be handed over."""
    told = {
        "name": "异地就医备案告知书",
        "way": "terminal",
        "document": sealing.digest(sealed),
        "size": len(sealed),
        "pages": 1,
        "number": "示范甲医保备〔2026〕1号",
    }
    return ResultTask(**told | _of(case, holder) | given)  # type: ignore[arg-type]


def _of(case: str, holder: Identity) -> dict[str, Any]:
    return {
        "v": 1,
        "case": case,
        "item": "i-yb-01",
        "item_name": "异地就医备案",
        "home": "demo-a",
        "home_name": "示范甲市",
        "holders": (Holder("applicant", holder.shown_name, holder.number),),
    }
