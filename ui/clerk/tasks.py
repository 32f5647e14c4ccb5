"""From the step to what a clerk does now: one table.

The facts are those of the citizen's own screen (``ui/view``), with its masks. Whatever is the glass's alone stands here as what is
being waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from domain.staff.duties import Right
from kiosk.visit import attending, drafting
from kiosk.visit.snapshot import Glass, Snapshot
from kiosk.visit.state import PrintState, Step, Visit
from ui.clerk import filling, returning
from ui.clerk import papers as papers_
from ui.clerk.sessions import Session
from ui.clerk.task import Action, Task, choice, numbered
from ui.view import applying, choosing, ending, papers, ways


def task(glass: Glass, snapshot: Snapshot, session: Session, today: date) -> Task:
    """What stands in the middle of the page of the clerk signed in as ``session``."""
    visit = snapshot.state.visit
    if visit is None:
        return _closed(glass, snapshot.state.closed) if snapshot.state.closed else _welcome(glass, snapshot)
    if visit.step in attending.RATING:
        return Task("请办事人评价", waits="评价只在办事人的屏幕上，这里看不到，也不用看。办完以后这里自己回到首页。")
    if not attending.holds_it(visit, session.name):
        return _held(visit, session)
    found = (
        _identity(glass, visit, snapshot, today)
        if visit.step is Step.IDENTITY
        else _of(glass, visit, snapshot, today, session.who.login)
    )

    def allowed(intent: str) -> bool:
        return attending.clerk_may(visit, attending.BY_ADDRESS[intent], glass.catalogue, session.name)

    return replace(
        found,
        form=found.form if found.form is not None and allowed(found.form.intent) else None,
        choices=tuple(one for one in found.choices if allowed(one.intent)),
        actions=tuple(one for one in found.actions if allowed(one.intent)),
        lines=tuple(one if one.mend is None or allowed(one.mend.intent) else one._replace(mend=None) for one in found.lines),
    )


def _of(glass: Glass, visit: Visit, snapshot: Snapshot, today: date, number: str) -> Task:
    if visit.step is Step.FORM:
        return filling.form(glass, visit, today)
    if visit.step is Step.CHANNEL:
        return _channel(glass, visit, snapshot)
    if visit.step is Step.SCAN:
        return papers_.scan(glass, visit, unasked=snapshot.unasked)
    if visit.step is Step.POINTS:
        return returning.points(glass, visit, today)
    if visit.step is Step.CHECK:
        return _check(glass, visit, number)
    if visit.step in (Step.RECEIPT, Step.LEAFLET):
        return _receipt(glass, visit, snapshot)
    return _TASKS[visit.step](glass, visit)


def _closed(glass: Glass, code: str) -> Task:
    told = choosing.closed(glass, code)
    return Task("本终端暂停服务", told.reason, trouble=told.cause, facts=(("怎么办", told.remedy),))


def _welcome(glass: Glass, snapshot: Snapshot) -> Task:
    drafts = (Action("begin-draft", "打开草稿", "D", note="办事人拿着单子来，扫码或照着打取件号码"),) if glass.hall.drafts else ()
    return Task(
        "现在没有人在办",
        "办事人坐好以后开始。您做什么，办事人的屏幕上都看得到。",
        trouble="；".join(dict.fromkeys(fault.cause for fault in snapshot.troubles)),
        choices=(
            Action("begin", "新办一件", "N", first=True, note="选地方、选事项，一步一步办"),
            *drafts,
            Action("begin-followup", "补材料、取结果、查进度", "F", note="办过以后再来的"),
        ),
    )


def may_take(visit: Visit | None, session: Session) -> bool:
    """Whether this clerk may make the visit theirs: of a colleague who is there, only who leads a shift; of oneself, always."""
    holder = visit.attendant if visit is not None else None
    return holder is None or not holder.here or holder.number == session.who.login or session.who.may(Right.OVERSEE)


def _held(visit: Visit, session: Session) -> Task:
    """Somebody else's: another sign-in's, or the citizen's who is alone."""
    holder = visit.attendant
    if holder is None:
        return Task(
            "办事人正在自己办",
            "要您来办，点“我来办”，办事人的屏幕上会说是您在办。",
            actions=(Action("attend", "我来办", "A", first=True),),
        )
    own = holder.number == session.who.login
    title = f"{holder.name}（{holder.number}）在办这一件" + ("，是您自己先前的登录" if own else "")
    if not may_take(visit, session):
        return Task(title, "他的页面开着。要换人，请他点“让办事人自己办”，或者请班长接手。")
    away = "" if holder.here else "那边的页面关了、掉线或者登录过了时间。"
    return Task(
        title,
        f"{away}您可以接过来办：办到哪里都在。那一边马上看到是您接手的。",
        actions=(Action("attend", "我接着办", "A", first=not holder.here or own),),
    )


def _place(glass: Glass, visit: Visit) -> Task:
    found = choosing.place(glass, visit)
    return Task("办给哪个地方（业务属地）？", choices=numbered([choice("choose-place", "party", one) for one in found.choices]))


def _item(glass: Glass, visit: Visit) -> Task:
    found = choosing.item(glass, visit)
    return Task("办什么事？", choices=numbered([choice("choose-item", "item", one) for one in (*found.choices, *found.elsewhere)]))


def _situation(glass: Glass, visit: Visit) -> Task:
    found = choosing.situation(glass, visit)
    if found.question:
        answers = [Action("answer-question", text, fields=(("answer", str(at)),)) for at, text in enumerate(found.answers)]
        return Task(found.question, found.item, choices=numbered(answers), actions=(Action("list-all", "列出全部情形", "L"),))
    return Task(
        "哪一种情形？", found.item, choices=numbered([choice("choose-situation", "situation", one) for one in found.choices])
    )


def _channel(glass: Glass, visit: Visit, snapshot: Snapshot) -> Task:
    found = ways.channel(glass, visit, snapshot.out)
    open_ = [
        Action("choose-channel", w.title, fields=(("channel", w.value),), note="".join(w.lines)) for w in found.ways if w.value
    ]
    shut = tuple((w.title, "".join(w.lines)) for w in found.ways if not w.value)
    trouble = "；".join(w.trouble for w in found.ways if w.trouble)
    return Task("怎么办？请办事人选", f"{found.item} · {found.situation}", trouble=trouble, choices=numbered(open_), facts=shut)


def _guide(glass: Glass, visit: Visit) -> Task:
    found = ways.guide(glass, visit)
    return Task(
        found.title,
        found.item,
        trouble=found.fault,
        facts=(("为什么", found.told.why), ("哪里办", found.told.where), *(("准备", one) for one in found.told.prepare)),
        actions=(
            Action("take-along", "打一张单子带走", "P", (("paper", "yes"),), first=True),
            Action("take-along", "不要单子", "N", (("paper", "no"),)),
        ),
    )


def _prepare(glass: Glass, visit: Visit) -> Task:
    found = choosing.prepare(glass, visit)
    needs = tuple((one.name, "，".join(filter(None, (one.how, one.tag)))) for one in found.needs)
    others = tuple(Action("for-another", o.title, f"Z{n}", (("applicant", o.value),)) for n, o in enumerate(found.others, 1))
    return Task(
        "材料都带了吗？",
        f"{found.item} · {found.situation}",
        facts=(
            *needs,
            ("多久", found.time),
            ("收费", found.fee),
            *((("还要在窗口", "、".join(found.later)),) if found.later else ()),
        ),
        hint=found.another,
        actions=(Action("next", "都带了，往下办", first=True), *(replace(o, key=o.key[1:]) for o in others)),
    )


def _notice(_glass: Glass, _visit: Visit) -> Task:
    return Task("告知书", waits="请办事人在屏幕上看告知书，由本人点“看过了，同意”。您不能替他点。")


def _card(glass: Glass, visit: Visit) -> Task:
    found = papers.card(glass, visit)
    guardian = (Action("for-another", "监护人在，替孩子办", "G", (("applicant", "guardian"),)),) if found.guardian else ()
    window = (Action("to-window", "这里办不了，看看带什么来", "W"),) if found.minor or found.remedy == "window" else ()
    reading = "正在读，请不要拿开。" if found.phase == "reading" else "请办事人把证件放到读卡处。"
    return Task(
        found.whose, waits=reading, trouble=found.fault, actions=(Action("no-card", "没有这几种证件", "N"), *guardian, *window)
    )


def _ward(glass: Glass, visit: Visit) -> Task:
    found = applying.ward(glass, visit)
    none = Action("no-card", "孩子没有身份证", "N")
    return Task("再放孩子的证件", waits="请把孩子的证件放到读卡处。", trouble=found.fault, actions=(none,))


def _document(glass: Glass, visit: Visit) -> Task:
    found = applying.document(glass, visit)
    return Task("拿来的是哪种证件？", choices=numbered([choice("choose-document", "paper", one) for one in found.choices]))


def _identity(glass: Glass, visit: Visit, snapshot: Snapshot, today: date) -> Task:
    found = papers.identity(visit, snapshot.photo, today)
    one = found.person
    facts = [("姓名", one.name), ("号码", one.number), ("住址", one.address), ("国籍", one.nationality), ("证件", one.document)]
    return Task(
        "看证件、看人，是同一个人吗？",
        "屏幕上只显示一部分，全的看他手里的证件。",
        facts=tuple((name, text) for name, text in facts if text),
        actions=(Action("next", "人证相符，往下办", first=True), Action("not-me", "不是本人，换一张", "X")),
        picture="photo" if found.photo else "",
        ref=found.photo,
    )


def _filled(glass: Glass, visit: Visit) -> Task:
    found = ways.filled(glass, visit)
    keep = (Action("keep-draft", "存到窗口，打单子", "K"),) if found.keeps and drafting.worth(visit) else ()
    return Task(
        "填好了，这一件在窗口收",
        f"{found.item} · {found.situation}",
        trouble=found.fault,
        facts=(("为什么", found.reason), *(("带来", one) for one in found.bring), *((a.label, a.text) for a in found.answers)),
        actions=(Action("take-along", "打单子", "P", (("paper", "yes"),), first=True), *keep),
    )


def _query(glass: Glass, visit: Visit) -> Task:
    found = ways.query(glass, visit)
    words = {"asking": "正在查", "not_found": "没有查到", "not_now": "现在查不了", "printing": "正在打印", "printed": "打好了"}
    return Task(
        words.get(found.state, "没有打好"),
        found.result,
        trouble=found.trouble or found.fault,
        actions=(
            *(() if found.state in ("asking", "printing") else (Action("print-again", "再试一次", "P"),)),
            *((Action("take-along", "好了", first=True, fields=(("paper", "no"),)),) if found.state != "asking" else ()),
        ),
    )


def _busy(_glass: Glass, visit: Visit) -> Task:
    words = {Step.SUBMITTING: "正在收件", Step.KEEPING: "正在存草稿", Step.NOTING: "正在登记"}
    return Task(words[visit.step], waits="请稍候，马上就好。")


def _receipt(glass: Glass, visit: Visit, snapshot: Snapshot) -> Task:
    found = ending.receipt(glass, visit, snapshot.overlay)
    state = visit.printing.state if visit.printing else PrintState.PRINTING
    words = {
        PrintState.PRINTING: "正在打印",
        PrintState.PRINTED: "打好了，请交给办事人",
        PrintState.UNCERTAIN: "说不清打出来没有，请看出纸口",
        PrintState.SPOILT: "可能没有打完整，请看出纸口",
    }
    came, got = state in (PrintState.PRINTING, PrintState.PRINTED), state is PrintState.PRINTED
    unsure = state in (PrintState.UNCERTAIN, PrintState.SPOILT)
    again = Action("print-again", "没拿到或不完整，补打" if unsure else "再打一次", "P", first=not came and not unsure)
    go = "拿到了，请办事人评价" if got else "拿到了完整的，请办事人评价" if unsure else "不等凭证，请办事人评价"
    onward = Action("next", go, "" if got else "N", first=got)
    return Task(
        words.get(state, "没有打出来"),
        "已收件：材料收到了，是否受理由业务属地决定。" if visit.submitted else "",
        trouble=found.trouble,
        facts=(("编号", found.case),),
        actions=(onward,) if came else (again, onward),
    )


def _check(glass: Glass, visit: Visit, number: str) -> Task:
    found = applying.check(glass, visit)
    return Task(
        "看证件原件，和来的人对一对",
        found.item,
        facts=(*found.people, ("证件", found.document)),
        actions=(Action("checked", "是本人，接着办", "Y", (("by", number),), first=True),),
    )


_TASKS: dict[Step, Callable[[Glass, Visit], Task]] = {
    Step.PLACE: _place,
    Step.ITEM: _item,
    Step.SITUATION: _situation,
    Step.GUIDE: _guide,
    Step.PREPARE: _prepare,
    Step.NOTICE: _notice,
    Step.CARD: _card,
    Step.WARD: _ward,
    Step.DOCUMENT: _document,
    Step.BEHALF: filling.behalf,
    Step.WAIVE: papers_.waive,
    Step.PAGE: papers_.page,
    Step.DELIVERY: filling.delivery,
    Step.POSTAL: filling.postal,
    Step.SIGN: filling.sign,
    Step.REVIEW: filling.review,
    Step.FILLED: _filled,
    Step.QUERY: _query,
    Step.SUBMITTING: _busy,
    Step.KEEPING: _busy,
    Step.NOTING: _busy,
    Step.DRAFT: filling.draft,
    Step.RETURN: returning.how,
    Step.SHOW: returning.show,
    Step.NUMBER: returning.number,
    Step.CASES: returning.cases,
    Step.COLLECT: returning.collect,
    Step.UNDO: returning.undo,
    Step.ANSWER: returning.answer,
    Step.HANDING: returning.handing,
}
