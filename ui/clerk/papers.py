"""Papers under the camera, by keys."""

from __future__ import annotations

from kiosk.visit import inking
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import PrintState, Visit
from ui.clerk.task import Action, Task
from ui.view import papers, ways


def waive(glass: Glass, visit: Visit) -> Task:
    found = ways.weigh(glass, visit)
    return Task(
        f"问办事人：{found.when}吗？",
        f"《{found.material}》，第 {found.at} 份，共 {found.of} 份",
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
    if visit.inked is not None and inking.to_sign(visit, glass.catalogue) is not None:
        lead, trouble, more = _to_sign(visit, prints=glass.hall.pages)
        return Task(
            found.material,
            lead,
            trouble=found.fault or trouble,
            choices=_pages(found),
            actions=(Action("take-page", "正在拍" if found.taking else "拍照", "Space", first=not over), *over, *more, *back),
            picture="desk",
        )
    return Task(
        found.material,
        f"重拍{found.instead}" if found.instead else f"第 {found.at} 份，共 {found.of} 份。放到高拍仪下，按空格拍。",
        trouble=found.fault,
        choices=_pages(found),
        actions=(Action("take-page", "正在拍" if found.taking else "拍照", "Space", first=not over), *over, *out, switch, *back),
        picture="desk",
    )


def _pages(found: papers.Scan) -> tuple[Action, ...]:
    """ScanAgain has a key at the review; here each kept page has its number."""
    return tuple(Action("choose-page", p.name, str(n), (("ref", p.ref),)) for n, p in enumerate(found.pages, 1) if n < 10)


def _to_sign(visit: Visit, *, prints: bool) -> tuple[str, str, tuple[Action, ...]]:
    """(what to do, what went wrong, what more can be done) with a form that is signed on paper."""
    assert visit.inked is not None
    state = visit.sheet.state if visit.sheet is not None else None
    lead = f"{_SIGNED[visit.inked.how]}签好放到高拍仪下，按空格拍。原件留窗口。"
    glass_ = Action("sign-on-glass", "还是在屏幕上签", "G")
    if not prints:
        return f"用窗口的空白表，照屏幕上填的写好，{lead}", "", (glass_,)
    words = {None: "打印这张表", PrintState.PRINTING: "正在打印"}.get(state, "再打一张")
    failed = state not in (None, PrintState.PRINTING, PrintState.PRINTED)
    trouble = "表没有打完整。看看打印机，再打一张；打不了，用窗口的空白表。" if failed else ""
    return f"打印出来，{lead}", trouble, (Action("print-form", words, "P", first=state is None), glass_)


_SIGNED = {
    "pen": "请办事人本人当面签名。",
    "thumbprint": "请办事人本人当面按手印（右手食指；没有的，用别的手指，写明是哪一个）。",
    "proxy": "请代签人当面写申请人的和自己的姓名；申请人能按手印的，也按上。",
}


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
