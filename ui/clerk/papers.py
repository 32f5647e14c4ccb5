"""Papers under the camera, by keys."""

from __future__ import annotations

from kiosk.visit.snapshot import Glass
from kiosk.visit.state import Visit
from ui.clerk.task import Action, Task
from ui.view import papers, ways


def waive(glass: Glass, visit: Visit) -> Task:
    found = ways.weigh(glass, visit)
    return Task(
        found.material,
        f"第 {found.at} 份，共 {found.of} 份。问办事人：{found.when}吗？",
        facts=(("要交的话", found.how),),
        actions=(
            Action("weigh", "不符合，或不知道：交", "N", (("waived", "no"),), first=True),
            Action("weigh", "符合，这份不交", "Y", (("waived", "yes"),)),
        ),
    )


def scan(glass: Glass, visit: Visit, *, unasked: bool) -> Task:
    found = papers.scan(glass, visit, unasked=unasked)
    if found.chosen is not None:
        return _chosen(found)
    over = () if found.instead or not found.pages else (Action("next", "这份拍完了", first=not found.taking),)
    out = (Action("leave-out", "没有带", "L"),) if found.optional and not found.pages else ()
    switch = Action("take-unasked", f"自动拍摄：{'开' if unasked else '关'}", "U", (("on", "no" if unasked else "yes"),))
    back = (Action("choose-page", "不重拍了", "Z"),) if found.instead else ()
    # ScanAgain has a key at the review; here each kept page has its number.
    pages = tuple(Action("choose-page", p.name, str(n), (("ref", p.ref),)) for n, p in enumerate(found.pages, 1) if n < 10)
    return Task(
        found.material,
        f"重拍{found.instead}" if found.instead else f"第 {found.at} 份，共 {found.of} 份。放到高拍仪下，按空格拍。",
        trouble=found.fault,
        choices=pages,
        actions=(Action("take-page", "正在拍" if found.taking else "拍照", "Space", first=not over), *over, *out, switch, *back),
        picture="desk",
    )


def _chosen(found: papers.Scan) -> Task:
    assert found.chosen is not None
    one = found.chosen
    move = [("move-page", "往前移", "J", (("by", "back"),), one.back), ("move-page", "往后移", "K", (("by", "on"),), one.on)]
    moves = tuple(Action(intent, text, key, fields) for intent, text, key, fields, may in move if may)
    return Task(
        f"{found.material}，{one.page.name}",
        doubts=one.findings,
        actions=(
            Action("choose-page", "看好了", first=True),
            Action("take-instead", "重拍这一页", "R"),
            Action("give-up-page", "删掉这一页", "X"),
            *moves,
        ),
        picture="thumb" if one.page.there else "",
        ref=one.page.ref,
    )


def page(glass: Glass, visit: Visit) -> Task:
    found = papers.page(glass, visit)
    doubtful = bool(found.findings)
    return Task(
        "这一页可能有问题" if doubtful else "看一看，清楚吗？",
        "，".join(filter(None, (found.material, found.name, found.size))),
        actions=(
            Action("keep-page", "就用这一张" if doubtful else "用这一张", first=not doubtful, key="Y"),
            Action("retake-page", "重拍", "R", first=doubtful),
            Action("turn-page", "转一转", "T"),
        ),
        picture="page",
        ref=f"{found.ref}.jpg?turns={found.turns}",
        places=found.places,
        doubts=(*found.findings, *(f"请确认：{text}" for text in found.confirm)),
    )
