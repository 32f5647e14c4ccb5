"""What a clerk fills in: form, whom it is for, how the result comes back; and what the citizen then confirms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain.catalogue.form import Field
from kiosk.visit import attending, inking, path
from kiosk.visit.snapshot import Glass
from kiosk.visit.state import Visit
from ui.clerk.task import Action, Ask, Fields, Form, Line, Task, choice, mendable, numbered
from ui.view import applying, filling


def behalf(glass: Glass, visit: Visit) -> Task:
    found = applying.behalf(glass, visit)
    if attending.promising(visit, glass.catalogue):
        return Task("监护人和孩子", waits="请监护人在屏幕上填和孩子的关系，由本人勾选同意。", facts=_present(found.people))
    asks = (_ask(a.field, f"answer.{a.field.field}", a.value, a.before, a.error) for a in found.asks)
    form = Form("state-who", tuple(replace(a, label=a.label.replace("您", "他")) for a in asks))
    again = (Action("not-me", "不是这个孩子，换一张", "X"),) if found.ward else ()
    ways = (*again, Action("to-window", "这里办不了", "W"))
    return Task(found.title.replace("您", "他"), found.lead, facts=_present(found.people), form=form, actions=ways)


def _present(people: Fields) -> Fields:
    """As the clerk sees them: whom the glass calls 您 sits there."""
    return tuple(("办事人" if role == "您" else role, who) for role, who in people)


def delivery(glass: Glass, visit: Visit) -> Task:
    found = filling.delivery(glass, visit)
    choices = numbered([choice("choose-delivery", "way", one) for one in found.choices])
    return Task("结果怎么给他？", found.result, choices=choices)


def postal(glass: Glass, visit: Visit) -> Task:
    found = filling.postal(glass, visit)
    address = Ask(
        "address",
        "寄到哪里",
        "text",
        hint=f"空着就寄证件上的住址：{found.address}" if found.address else "收件地址，写到门牌号",
        before=found.address_before,
        error=found.errors.get("address", ""),
        required=not found.address,
    )
    phone = Ask("phone", "收件人电话", "phone", before=found.phone_before, error=found.errors.get("phone", ""), most=20)
    return Task("寄到哪里？", found.result, form=Form("give-postal", (phone, address)))


def form(glass: Glass, visit: Visit, today: date) -> Task:
    found = filling.form(glass, visit, today)
    field = found.field
    title = f"第 {found.number} 题，共 {found.of} 题" if found.number else "改一改证件上的"
    if field.kind == "promise":
        return Task(title, waits=f"请办事人在屏幕上看清，由本人勾选：“{field.label}”")
    name = f"answer.{field.field}"
    skip = () if field.required else (Action("fill-form", "不填，跳过", "S", ((name, ""),)),)
    if field.kind == "choice":
        options = [Action("fill-form", o.text, fields=((name, o.value),), picked=o.value in found.chosen) for o in field.options]
        return Task(field.label, title, field.hint, trouble=found.error, choices=numbered(options), actions=skip)
    if field.kind == "division":
        return Task(field.label, title, field.hint, trouble=found.error, choices=_divisions(name, found), actions=skip)
    ask = replace(_ask(field, name, found.value, found.before, found.error), chosen=found.chosen)
    by_card = (Action("fill-form", "就用证件上的", "C", ((f"{name}.by", "card"),)),) if found.said and found.corrected else ()
    said = Form("fill-form", (ask,), says_card=found.said)
    return Task(field.label, title, form=said, actions=(*by_card, *skip))


def _divisions(name: str, found: filling.Form) -> tuple[Action, ...]:
    """Every prefecture and county; found by typing."""
    every = []
    for code, prefecture in found.prefectures.items():
        every.append(Action("fill-form", prefecture.name, fields=((name, code),), picked=code in found.chosen))
        for county, words in prefecture.counties.items():
            full = f"{prefecture.name}{words}"
            every.append(Action("fill-form", full, fields=((name, county),), picked=county in found.chosen))
    return tuple(every)


def _ask(field: Field, name: str, value: str, before: str, error: str) -> Ask:
    options = tuple((o.value, o.text) for o in field.options)
    most = field.max_length
    return Ask(name, field.label, field.kind, value, field.hint, before, error, most, field.required, options)


def sign(glass: Glass, visit: Visit) -> Task:
    found = filling.sign(glass, visit)
    told = tuple((one.label, one.text) for one in found.answers)
    waits = "请办事人在屏幕上核对您填的，由本人签名。"
    papers = path.on_paper(visit, glass.catalogue)
    ways = [Action("sign-on-paper", text, fields=(("how", how),)) for how, text in _HOW.items()] if papers else []
    return Task(
        "核对、签名",
        waits=waits,
        trouble=found.error,
        facts=told,
        facts_title="办事人看到的",
        form=_proxy(visit),
        choices=numbered(ways),
    )


def _proxy(visit: Visit) -> Form | None:
    """Who signs for another: asked once that was chosen."""
    asked = [(inking.NAME, "name", ""), (inking.NUMBER, "number", "看代签人的身份证。代签人要在场，不能是窗口职员")]
    if not any(field.field in visit.errors for field, _, _ in asked):
        return None
    asks = tuple(Ask(name, one.label, "code", "", hint, "", visit.errors.get(one.field, ""), 60) for one, name, hint in asked)
    return Form("sign-on-paper", asks, "核对过代签人的证件，下一步", fields=(("how", "proxy"),))


_HOW = {
    "pen": "不方便在屏幕上签：本人在打印的表上签名",
    "thumbprint": "不会写字、不能写字：本人在打印的表上按手印",
    "proxy": "本人也不能按手印，或者要人代写：他人代签",
}


def review(glass: Glass, visit: Visit) -> Task:
    found = filling.review(glass, visit)

    def edit(step: str, field: str = "") -> Action:
        return Action("edit", "改", fields=(("step", step), *((("field", field),) if field else ())), note="改")

    def again(material: str) -> Action | None:
        return Action("scan-again", "重拍", fields=(("material", material),), note="重拍") if material else None

    signed = Action("sign-on-glass", "改成在屏幕上签名", "G") if visit.inked is not None else None
    weigh = Action("edit", "改可以不交的材料", "W", fields=(("step", "waive"),)) if found.weighed else None
    return Task(
        "请办事人最后看一遍，提交",
        f"{found.item} · {found.situation}",
        waits="由本人在屏幕上点“提交”。要改，按那一行的键。",
        trouble=found.fault,
        lines=mendable(
            (
                *(Line(one.role, f"{one.name}  {one.number}") for one in found.people),
                *(Line(one.name, "；".join((one.how, *one.confirm)), again(one.again)) for one in found.papers),
                *(Line(one.label, one.text, edit("form", one.field) if one.field else None) for one in found.answers),
                Line("取结果", "；".join(found.delivery), edit("delivery") if found.asked else None),
            )
        ),
        actions=tuple(one for one in (weigh, signed) if one is not None),
    )


def draft(glass: Glass, visit: Visit) -> Task:
    found = applying.take_up(glass, visit)
    if found.waiting:
        return Task("正在取草稿", waits="请稍候。")
    ask = Ask("code", "取件号码", "code", hint="扫单子上的码，或者照着打：六组，每组四位；O 和 0、I 和 1 不分", most=60)
    return Task("打开草稿", trouble=found.fault, form=Form("fetch-draft", (ask,), "打开"))
