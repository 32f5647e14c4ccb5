"""Somebody who comes back: progress, corrections, results."""

from __future__ import annotations

from datetime import date

from kiosk.visit.snapshot import Glass
from kiosk.visit.state import Visit
from ui.clerk.task import Action, Ask, Form, Task, numbered
from ui.view import followup


def how(glass: Glass, visit: Visit) -> Task:
    found = followup.how(glass, visit)
    card = [Action("choose-how", "放身份证件", fields=(("by", "card"),), note="补材料、取结果、撤回")] if found.card else []
    more = [
        Action("choose-how", "拿着收件凭证", fields=(("by", "receipt"),)),
        Action("choose-how", "只记得编号", fields=(("by", "number"),)),
    ]
    return Task("怎么找他的办件？", choices=numbered([*card, *more]))


def show(_glass: Glass, _visit: Visit) -> Task:
    return Task("请放收件凭证", waits="请办事人把凭证放到高拍仪下，二维码朝上。")


def number(glass: Glass, visit: Visit) -> Task:
    found = followup.asking(glass, visit)
    asks = (
        Ask("number", "办件编号", "code", error=found.error, most=40),
        Ask("tail", "证件号码后四位", "code", most=8, required=False),
    )
    return Task("办件编号", form=Form("ask-number", asks, "查"))


def cases(glass: Glass, visit: Visit) -> Task:
    found = followup.cases(glass, visit)
    if found.looking:
        return Task("正在查", waits="请稍候。")
    choices = []
    for case in found.cases:
        for todo in case.todo:
            if not todo.instead:
                fields = (("task", str(todo.task)), ("doing", todo.doing))
                choices.append(
                    Action("choose-task", f"{todo.button}：{todo.more}", fields=fields, note=f"{case.number} · {todo.title}")
                )
            if todo.withdraw:
                fields = (("task", str(todo.task)), ("doing", "withdraw"))
                choices.append(Action("choose-task", f"撤回：{case.item}", fields=fields, note=case.number))
    facts = tuple((f"{case.item} {case.number}", case.words) for case in found.cases)
    again = (Action("look-again", "再查一次", "R"),) if found.again else ()
    title = "他的办件" if found.name else "这一件"
    return Task(title, found.name, trouble=found.fault, facts=facts, choices=numbered(choices), actions=again)


def points(glass: Glass, visit: Visit, today: date) -> Task:
    found = followup.points(glass, visit, today)
    facts = tuple((line.name, line.text + ("（在窗口交）" if line.window else "")) for line in found.lines)
    return Task(
        "要补的材料", f"{found.number} · 最晚 {found.due}", facts=facts, actions=(Action("next", "看过了，现在补", first=True),)
    )


def collect(glass: Glass, visit: Visit) -> Task:
    found = followup.collect(glass, visit)
    onward = Action("next", "往下办，请他签名", first=True)
    return Task(f"领取《{found.name}》", f"{found.number} · 共 {found.pages} 页", actions=(onward,))


def undo(glass: Glass, visit: Visit) -> Task:
    found = followup.undo(glass, visit)
    return Task("撤回这件办件", f"{found.item} · {found.number}", actions=(Action("next", "往下办，请他签名", first=True),))


def answer(glass: Glass, visit: Visit) -> Task:
    found = followup.answer(glass, visit)
    scan = [Action("scan-again", f"重拍：{line.name}", fields=(("material", line.again),)) for line in found.lines if line.again]
    glass_ = (Action("sign-on-glass", "改成在屏幕上签名", "G"),) if visit.inked is not None else ()
    button = "撤回这件办件" if found.withdraws else "提交"
    return Task(
        f"请办事人最后看一遍，{button}",
        found.item,
        waits=f"由本人在屏幕上点“{button}”。",
        trouble=found.fault,
        choices=numbered(scan),
        actions=glass_,
    )


def handing(glass: Glass, visit: Visit) -> Task:
    found = followup.handing(glass, visit)
    again = (Action("print-again", "再试一次", "P"),) if found.state not in ("asking", "printing", "printed") else ()
    return Task(f"打印《{found.name}》", waits="拿到以后，由本人在屏幕上点。", trouble=found.trouble or found.fault, actions=again)
