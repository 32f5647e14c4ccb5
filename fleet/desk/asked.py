"""What people ask of their own information, at the home desk: the register, and the answer, which goes out as a result does.

An answer is drawn up on an opened case and looked at first; with 记录并发出 the reason stands in the record, then its documents are
put, then it is posted. Both may be done again: the centre takes the same answer once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain import sealing
from domain.calendar import CHINA
from domain.case import task as tasks
from domain.case.lifewords import STATES
from domain.case.rights import State
from domain.case.task import ResultTask, holders
from domain.casepapers import personal
from domain.casepapers.paper import TEMPLATE, encode
from domain.press.press import UnmadeError
from domain.protection import rights
from domain.protection.groups import GROUPS
from domain.protection.rights import KINDS, REASONS
from fleet.casework.client import CentreError
from fleet.desk import fields
from fleet.desk.bundle import Leaf, pdf
from fleet.desk.fields import Field, WantingError
from fleet.desk.inbox import DamagedError, Inbox
from fleet.desk.journal import Journal
from fleet.desk.means import Means, NoKeyError, today_of
from fleet.desk.opening import NotOursError, Opened, Openings, SignedForm, open_page, unseal
from fleet.desk.results import BadResultError, Result, looked_at, together
from mqtt.protection import PersonRequest, RequestAnswered, RequestDocument

SERIES = "个信"
_POSITION = 1_000_000
"""Numbers of papers are given by a case's acts; a request's is behind all of them."""
_DONE: Mapping[str, str] = {
    "access": "本机关保存的你的信息列在下面",
    "copy": "本机关保存的你的信息列在下面，材料的副本附后",
    "delete": "密封的办件和材料自本答复发出之日起从“省内通办”平台删除；办件登记和办理经过不含个人信息，按照档案管理的规定保存",
}
Page = AnyResponse | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """An answer nobody answers for yet. ``at_hall``: a terminal of the hall prints it after the card was read."""

    request: PersonRequest
    outcome: str
    why: str
    number: str
    at_hall: bool
    paper: Result = field(repr=False)
    data: bytes = field(repr=False)


class Asked:
    """``trouble``: an error's page."""

    def __init__(
        self,
        inbox: Inbox,
        openings: Openings,
        means: Means,
        journal: Journal,
        clock: Callable[[], float],
        trouble: Callable[[str, int], tuple[str, int]],
    ) -> None:
        self._inbox, self._openings, self._means, self._journal = inbox, openings, means, journal
        self._clock, self._trouble = clock, trouble
        self._drawn: dict[str, Drawn] = {}

    def blueprint(self) -> Blueprint:
        pages = Blueprint("asked", __name__)
        pages.add_url_rule("/requests", "register", self.register)
        at = "/opened/<name>/requests/<int:number>"
        pages.add_url_rule(at, "answer_page", self._found(self.answer_page), methods=["GET", "POST"])
        pages.add_url_rule(f"{at}/draft", "draft_page", self._found(self.draft_page))
        pages.add_url_rule(f"{at}/draft.pdf", "draft_answer", self._found(self.draft_answer))
        pages.add_url_rule(f"{at}/draft.png", "draft_answer_picture", self._found(self.draft_answer_picture))
        pages.add_url_rule(f"{at}/send", "send", self._found(self.send), methods=["POST"])
        return pages

    def register(self) -> str:
        today = today_of(self._clock())
        return render_template(
            "requests.html", requests=self._inbox.requests(), today=today, kinds=KINDS, groups=GROUPS, states=STATES, why=REASONS
        )

    def of(self, case: str) -> list[PersonRequest]:
        """For the page of an opened case."""
        return [one for one in self._inbox.requests() if one.case == case]

    def _found(self, page: Callable[..., Page]) -> Callable[..., Page]:
        def found(name: str, number: int) -> Page:
            opened = self._openings.get(name)
            if opened is None:
                return self._trouble("这次打开已经结束。要再看，请回收件箱重新写明事由。", 410)
            if self._means.whole is None:
                return self._trouble("本专窗没有设置文书抬头（issuer）和公钥（keys），只能看，不能答复。", 409)
            one = next((one for one in self.of(opened.content.case) if one.request == number), None)
            if one is None:
                return self._trouble("这件办件没有这项请求。", 404)
            return page(opened, one)

        return found

    # --- the answer's form, and its draft --------------------------------------------------------------------------------------

    def answer_page(self, opened: Opened, one: PersonRequest) -> Page:
        asked, said = self._fields(one), request.form.to_dict()
        problems: Sequence[str] = ()
        if request.method == "POST":
            try:
                drawn = self._draw(opened, one, fields.read(asked, said))
                self._drawn = {n: d for n, d in self._drawn.items() if self._openings.get(n) is not None} | {opened.name: drawn}
                return redirect(url_for("asked.draft_page", name=opened.name, number=one.request), 303)
            except WantingError as error:
                problems = error.problems
        page = render_template(
            "request_answer.html",
            name=opened.name,
            one=one,
            kinds=KINDS,
            groups=GROUPS,
            fields=asked,
            said=said,
            told=self._said_at_window(opened, one),
            problems=problems,
        )
        return (page, 422) if problems else page

    def _fields(self, one: PersonRequest) -> tuple[Field, ...]:
        refused = {reason.code: f"不同意：{reason.words}" for reason in rights.reasons(one.kind, State(one.state))}
        ways = {"hall": "收件大厅的终端，读过证件才打印", "desk": "由本专窗交付（写明怎样交付）"}
        return (
            Field("outcome", "答复", "select", options={"granted": "同意"} | refused),
            Field("text", "要说明的", "text", hint="写给申请人看。更正的，写明更正了什么、怎样记入办件", least=0, most=600),
            Field("way", "怎样交付", "select", options=ways),
        )

    def _draw(self, opened: Opened, one: PersonRequest, said: Mapping[str, str]) -> Drawn:
        granted, text = said["outcome"] == "granted", said["text"]
        if granted and one.kind == "correct" and len(text) < 4:
            raise WantingError("要说明的：更正了什么，必须写明。")
        if granted and one.kind == "delete" and one.state != State.CLOSED:
            raise WantingError("答复：没有办结归档的不能同意删除，请选不同意的理由。")
        first = _DONE.get(one.kind, "") if granted else REASONS[said["outcome"]]
        content, today = opened.content, today_of(self._clock())
        ledger = self._inbox.ledger(content.case)
        number = self._means.number(SERIES, today, content.case, _POSITION + one.request)
        paper = personal.answer(
            self._means.issuer(content, today),
            self._means.matter(content, ledger.life),
            number,
            today,
            one.kind,
            today_of(one.at),
            granted=granted,
            said="。".join(part.rstrip("。") for part in (first, text) if part),
            shown=personal.all_kept(content, one.groups) if granted and one.kind in ("access", "copy") else (),
            readings=self._readings(content.case) if granted and one.kind in ("access", "copy") else (),
        )
        data = encode(paper)
        try:
            parts = [looked_at(self._means.press.pdf(TEMPLATE, data))]
            if granted and one.kind == "copy":
                parts += self._copies(opened)
            whole = together(parts)
        except UnmadeError:
            raise WantingError("答复书没有生成，请再试一次；还不行，请联系技术人员。") from None
        except BadResultError as error:
            raise WantingError(f"副本：{error}") from None
        why = "" if granted else said["outcome"]
        outcome = "granted" if granted else "refused"
        return Drawn(one, outcome, why, number, said["way"] == "hall", whole, data)

    def _copies(self, opened: Opened) -> list[Result]:
        """Every page that was handed in, material by material. :class:`WantingError`."""
        found: list[Result] = []
        try:
            for material in opened.content.materials:
                leaves = []
                for page in material.pages:
                    self._journal.read(opened.line, "materials", page.digest, self._clock())
                    master = open_page(page.digest, self._inbox, self._means.keys)
                    if isinstance(master, SignedForm):
                        found.append(looked_at(master.pdf))
                    else:
                        leaves.append(Leaf(master, page.lines))
                if leaves:
                    found.append(looked_at(pdf(leaves, datetime.fromisoformat(opened.entry.taken_at), material.sides)))
        except (NotOursError, DamagedError, CentreError) as error:
            raise WantingError(f"副本：{error}") from None
        return found

    def _readings(self, case: str) -> list[tuple[str, str]]:
        """Without the clerk's name: it is the desk that answers for it."""
        entries = self._journal.entries(case)
        return [(f"{datetime.fromtimestamp(e.at, CHINA):%Y-%m-%d}", e.reason) for e in entries if e.outcome == "opened"]

    def _said_at_window(self, opened: Opened, one: PersonRequest) -> list[rights.Asked]:
        found = []
        for document in one.documents:
            if document.kind == "record":
                self._journal.read(opened.line, "papers", document.digest, self._clock())
                try:
                    found.append(rights.decode(unseal(self._inbox.document(document.digest), self._means.keys)))
                except (NotOursError, DamagedError, CentreError, ValueError):
                    continue  # what cannot be read is asked for by telephone; the request stands
        return found

    # --- the draft, and the deed -----------------------------------------------------------------------------------------------

    def _draft(self, opened: Opened, one: PersonRequest) -> Drawn | None:
        drawn = self._drawn.get(opened.name)
        return drawn if drawn is not None and drawn.request.request == one.request else None

    def draft_page(self, opened: Opened, one: PersonRequest, error: str = "") -> Page:
        drawn = self._draft(opened, one)
        if drawn is None:
            return self._trouble("这份答复草稿已经不在了，请重新生成。", 410)
        page = render_template(
            "request_draft.html", name=opened.name, one=one, drawn=drawn, kinds=KINDS, staff=opened.staff, error=error
        )
        return (page, 422) if error else page

    def draft_answer(self, opened: Opened, one: PersonRequest) -> Page:
        drawn = self._draft(opened, one)
        if drawn is None:
            return self._trouble("这份答复草稿已经不在了，请重新生成。", 410)
        return _inline(drawn.paper.pdf, "application/pdf")

    def draft_answer_picture(self, opened: Opened, one: PersonRequest) -> Page:
        drawn = self._draft(opened, one)
        if drawn is None:
            return self._trouble("这份答复草稿已经不在了，请重新生成。", 410)
        try:
            return _inline(self._means.press.picture(TEMPLATE, drawn.data), "image/png")
        except UnmadeError:
            return self._trouble("预览没有生成，请打开 PDF 看。", 500)

    def send(self, opened: Opened, one: PersonRequest) -> Page:
        drawn = self._draft(opened, one)
        if drawn is None:
            return self._trouble("这份答复草稿已经不在了，请重新生成。", 410)
        reason = " ".join(request.form.get("reason", "").split())
        if not 2 <= len(reason) <= 200:
            return self.draft_page(opened, one, "请写明事由，2 至 200 字。")
        try:
            bodies = self._sealed(opened, drawn)
        except NoKeyError as error:
            return self.draft_page(opened, one, str(error))
        self._journal.write(
            self._clock(), opened.staff, f"answer:{one.kind}", one.case, reason, f"{drawn.outcome} {drawn.why}".strip()
        )
        try:
            said = RequestAnswered(drawn.outcome, drawn.why, tuple(self._put(kind, body) for kind, body in bodies))  # type: ignore[arg-type]
            self._inbox.answer(one.request, said)
        except CentreError as error:
            return self.draft_page(opened, one, f"{error}没有发出，请再点一次。")
        self._drawn.pop(opened.name, None)
        return redirect(url_for("asked.register"), 303)

    def _put(self, kind: str, body: bytes) -> RequestDocument:
        put = self._inbox.put(body, kind)  # type: ignore[arg-type]
        return RequestDocument(put.digest, put.size, kind)  # type: ignore[arg-type]

    def _sealed(self, opened: Opened, drawn: Drawn) -> list[tuple[str, bytes]]:
        """For ourselves, and for the hall where it is handed over there. :class:`fleet.desk.means.NoKeyError`."""
        content, intake = opened.content, opened.entry.intake
        found = [("note", sealing.seal(drawn.paper.pdf, self._means.recipients("note", intake)))]
        if drawn.at_hall:
            to_hall = self._means.recipients("task", intake)
            pages = sealing.seal(drawn.paper.pdf, to_hall)
            task = ResultTask(
                v=1,
                case=content.case,
                item=content.item,
                item_name=content.item_name,
                home=self._means.settings.party,
                home_name=self._means.settings.name,
                holders=holders(content, collecting=True),
                number=drawn.number,
                name=personal.TITLE,
                way="terminal",
                document=sealing.digest(pages),
                size=len(pages),
                pages=drawn.paper.pages,
            )
            found += [("result", pages), ("task", tasks.sealed(task, to_hall))]
        return found


def _inline(body: bytes, kind: str) -> Response:
    answer = Response(body, mimetype=kind)
    answer.headers["Content-Disposition"] = "inline"
    return answer
