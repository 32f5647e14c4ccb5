"""What a draft says to the clerk who opens it, and with which keys the window opens it."""

from __future__ import annotations

from pathlib import Path

from domain.catalogue.catalogue import Catalogue
from domain.draft import Line
from domain.forms.checking import text
from domain.keyfile import BadKeyFileError, parse
from domain.representation import PAPERS, Paper
from domain.sealing import BadKeyError, OpeningKey
from domain.secret_file import others_may_read
from kiosk.settings import SettingsError
from kiosk.visit import applying, form, path
from kiosk.visit.state import Visit


def described(visit: Visit, catalogue: Catalogue) -> tuple[Line, ...]:
    """In full: only whoever opens the draft reads it."""
    item = catalogue.item(visit.item or "")
    situation = item.situation(visit.situation or "") if item else None
    home, opened = catalogue.party(visit.home or ""), path.opening(visit, catalogue)
    lines = [
        Line("办理事项", item.name if item else ""),
        Line("办理情形", situation.name if situation else ""),
        Line("业务属地", home.name if home else ""),
    ]
    if visit.identity is not None:
        lines += [Line("姓名（读芯片）", visit.identity.shown_name), Line("证件号码", visit.identity.number)]
    if visit.paper is not None:
        lines.append(Line("证件（没有芯片，须核验原件）", PAPERS[Paper(visit.paper)]))
    if visit.ward is not None:
        lines += [Line("孩子（读芯片）", visit.ward.shown_name), Line("孩子的号码", visit.ward.number)]
    lines += [Line(f.label, text(f, visit.stated[f.field])) for f in applying.asked(visit, catalogue) if visit.stated.get(f.field)]
    lines += [Line(one.field.label, text(one.field, one.value)) for one in form.asked(visit, opened) if one.value]
    pages = sum(len(c.pages) for c in visit.collected)
    if path.way(visit, catalogue) == "full_intake":
        lines.append(Line("签名", "没有签：办事人不方便在机器上签字"))
    return (*lines, Line("已拍的页数", str(pages)))


def private_keys(path: Path, whose: str) -> tuple[OpeningKey, ...]:
    """Private keys of the window or of the hall (``whose``, as people read it). :class:`SettingsError` when others may read the
    file, or it is none.
    """
    try:
        if others_may_read(path):
            raise SettingsError(f"{whose}私钥文件 {path} 其他人也能读。请先执行：chmod 600 {path}")
        return parse(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{whose}私钥文件 {path} 读不出来：{error.strerror}") from None
    except (BadKeyFileError, BadKeyError) as error:
        raise SettingsError(f"{whose}私钥文件 {path}：{error}") from None
