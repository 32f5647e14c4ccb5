"""A sealed document of an act that is neither picture nor PDF, in lines a person can read: what a citizen answered at a terminal,
what the window wrote down, what this desk told the hall's terminal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from domain.case import acts, answer, task, window_record
from domain.case.acts import DocumentKind
from domain.case.content import INKED, Signature
from domain.case.lifewords import ACTS
from fleet.desk.inbox import DamagedError
from fleet.desk.signature import svg

_OF = {"prechecked": ACTS[acts.Prechecked], "originals_seen": ACTS[acts.OriginalsSeen], "mended": ACTS[acts.Mended]}
BY = {"card": "读了身份证件芯片", "receipt": "凭收件凭证的二维码，没有读证件", "number": "凭办件编号和证件号后四位，没有读证件"}


@dataclass(frozen=True, slots=True)
class Lines:
    """``rows``: (what, in words). ``signature``: where the citizen signed it."""

    rows: tuple[tuple[str, str], ...] = field(repr=False)
    signature: Signature | None = field(default=None, repr=False)


def readable(kind: DocumentKind, plain: bytes) -> Lines | None:
    """``None`` for a kind that holds text as it is. :class:`DamagedError` for bytes that are not what ``kind`` says."""
    try:
        match kind:
            case "correction" | "delivery" | "withdrawal":
                return _answer(answer.decode(plain))
            case "record":
                return _record(window_record.decode(plain))
            case "task":
                return _task(task.decode(plain))
            case _:
                return None
    except ValueError:
        raise DamagedError("文件解开后读不懂，可能已损坏或版本不同。请联系中心。") from None


def _answer(said: answer.Answer) -> Lines:
    who = f"{said.person.name}　{said.person.number}" if said.person is not None else "—"
    rows = [("办理人", who), ("怎样认定", BY[said.by])]
    match said:
        case answer.Correction(supplied=supplied, window=window):
            rows += [(one.name, f"交了 {len(one.pages)} 页") for one in supplied]
            rows += [(point, "到窗口交验") for point in window]
        case answer.Delivery(name=name, number=number, pages=pages, attempt=attempt):
            printed = f"打印 {pages} 页" + (f"，第 {attempt} 次打印后取走" if attempt > 1 else "")
            rows += [("结果", name), *([("文号", number)] if number else []), ("领取", printed)]
        case answer.Withdrawal(statement=statement):
            rows.append(("声明", statement))
    if said.inked is None:
        return Lines(tuple(rows), said.signature)
    proxy = "　".join(filter(None, (said.inked.name, said.inked.number)))
    rows.append(
        ("签字", f"在纸上，{INKED[said.inked.how]}{f'（{proxy}）' if proxy else ''}，影像 {len(said.paper)} 页，原件在收件窗口")
    )
    rows.append(("在场的窗口职员（工号）", said.inked.clerk))
    return Lines(tuple(rows))


def _record(said: window_record.WindowRecord) -> Lines:
    rows = [("经办", f"{_OF[said.of]}　{said.by}"), ("时间", _moment(said.at))]
    rows += [(one.name or "整件", one.text) for one in said.remarks]
    rows += [(one.name, f"窗口补充 {len(one.pages)} 份") for one in said.additions]
    return Lines(tuple(rows))


def _task(said: task.Task) -> Lines:
    rows: list[tuple[str, str]] = [("交给", "、".join(one.name for one in said.holders))]
    rows += [("文号", said.number)] if said.number else []
    match said:
        case task.CorrectionTask(points=points, due=due):
            rows += [(one.name, one.text + ("（到窗口交验）" if one.how == "window" else "")) for one in points]
            rows.append(("最后一天", due))
        case task.ResultTask(name=name, way=way, pages=pages, until=until):
            where = f"在大厅的终端打印，{pages} 页" if way == "terminal" else "在收件窗口领取"
            rows += [("结果", name), ("领取", where), *([("最后一天", until)] if until else [])]
    return Lines(tuple(rows))


def _moment(at: str) -> str:
    return re.sub(r"^(\S{10})T(\S{5}).*$", r"\1 \2", at)


def drawn(lines: Lines) -> str:
    """The signature as a picture to stand in a page; empty where there is none."""
    return svg(lines.signature) if lines.signature is not None else ""
