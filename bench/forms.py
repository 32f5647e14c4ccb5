"""Signed forms: how long one takes to be set, in what memory, and what the longest one costs."""

from __future__ import annotations

import math
import resource
import statistics
import time
from datetime import date

from domain.case.content import MAX_POINTS, Point, Signature
from domain.catalogue.form import Field
from domain.forms import sheet
from domain.forms.asking import Filled
from domain.press.press import Press

ROUNDS = 9
_PEOPLE = [
    ("申请人", [("姓名", "阿卜杜热合曼·买买提"), ("证件号码", "510100199001010013"), ("住址", "四川省成都市锦江区测试路1号")])
]


def rows() -> list[tuple[str, str, str, bool]]:
    press, usual = Press(), _form(12, 20, 400)
    pdf = _median(lambda: press.pdf("application", usual))
    picture = statistics.median(_once(lambda: Press().picture("application", usual)) for _ in range(ROUNDS))
    usually = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    longest = _once(lambda: press.pdf("application", _form(40, 500, MAX_POINTS)))
    size = len(press.pdf("application", usual))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        ("一份表格（12 栏、400 点签名）生成 PDF/A，从叫起到进程结束", f"{pdf:.2f} s", "≤ 1.5 s", pdf <= 1.5),
        ("签名前看的图（132 点/英寸）", f"{picture:.2f} s", "≤ 1.5 s", picture <= 1.5),
        ("最长的表格（40 栏各 500 字，20000 点签名）", f"{longest:.2f} s", "≤ 10 s", longest <= 10),
        ("生成进程的最大内存，一般的表格", f"{usually:.0f} MB", "≤ 150 MB，用完即还", usually <= 150),
        ("生成进程的最大内存，最长的表格", f"{peak:.0f} MB", "≤ 300 MB，用完即还", peak <= 300),
        ("一份表格的大小", f"{size / 1024:.0f} kB", "≤ 200 kB", size <= 200 * 1024),
    ]


def _form(fields: int, characters: int, points: int) -> bytes:
    asked = tuple(Filled(Field(f"f{n}", f"第 {n} 栏", "text"), _text(n, characters), "hand", known=True) for n in range(fields))
    each = points // 8
    strokes = tuple(
        tuple(
            Point(20 + 70 * s + 60 * t / each, 150 + 100 * math.sin(9 * t / each + s), 16.0 * (s * each + t)) for t in range(each)
        )
        for s in range(8)
    )
    return sheet.data(
        title="异地就医备案表",
        matter=[("办理事项", "异地就医备案"), ("业务属地", "示范甲市")],
        people=_PEOPLE,
        asked=asked,
        delivery=[("结果怎么拿", "到本大厅取")],
        footer="异地就医备案表",
        signature=Signature(620, 300, strokes),
        day=date(2026, 11, 26),
        private=True,
    )


def _text(seed: int, characters: int) -> str:
    """Other characters in each field: what a font's subset grows by."""
    return "".join(chr(0x4E00 + (seed * 613 + n * 7) % 20000) for n in range(characters))


def _median(action: object) -> float:
    return statistics.median(_once(action) for _ in range(ROUNDS))


def _once(action: object) -> float:
    assert callable(action)
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
