"""Pages on which a case that is open is acted upon: review, an act's form, its draft as it will be read, and the deed.

A draft is made and looked at first; with 记录并发出 the reason stands in the journal, then everything lies sealed on the disk, and
only then it leaves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.calendar import CHINA
from domain.case import acts
from domain.case.acts import HomeAct
from domain.case.life import Life
from domain.case.lifewords import ACTS, STATES, refusal
from domain.case.rights import RIGHTS, may
from domain.press.press import UnmadeError
from fleet.casework.client import Ledger
from fleet.desk import after, before, fields, review
from fleet.desk.deeds import MOVED_ON, Deeds, deed
from fleet.desk.drafts import Bench, Draft, Step
from fleet.desk.fields import Field, WantingError
from fleet.desk.inbox import DamagedError, Inbox
from fleet.desk.journal import DeedEntry, Journal
from fleet.desk.means import Means, NoKeyError
from fleet.desk.opening import NotOursError, Opened, Openings, unseal
from fleet.desk.readable import drawn, readable
from fleet.desk.words import DOCUMENTS, STAFF
from fleet.telling.kinds import NAMES

_log = logging.getLogger(__name__)

STEPS: dict[type[HomeAct], Step] = before.STEPS | after.STEPS
_REVIEWED: tuple[type[HomeAct], ...] = (acts.CorrectionRequested, acts.Accepted)
TAGS: dict[str, type[HomeAct]] = {str(kind.__struct_config__.tag): kind for kind in (*STEPS, *_REVIEWED)}
"""Acts by the name they have in addresses and in the journal."""
_PATIENCE = 6.0
"""Seconds a page waits to say what became of a deed."""
OVER = "这次打开已经结束。要再看，请回收件箱重新写明事由。"


@dataclass(frozen=True, slots=True)
class Offered:
    """An act this person may do now."""

    tag: str
    words: str


def offered(opened: Opened, life: Life) -> list[Offered]:
    """Beside the review: what the role may do in this state and the case has a use for."""
    found = []
    for kind in STEPS:
        if not may(opened.role, kind, life.state):
            continue
        if kind is acts.Arrived and not before.legs(life, "to_home"):
            continue
        if kind is acts.CameBack and not before.legs(life, "to_applicant"):
            continue
        if kind is acts.SentBack and not before.lying(life):
            continue
        if kind is acts.Served and (life.sent is None or life.sent.way in ("pickup_intake", "terminal_print")):
            continue
        found.append(Offered(str(kind.__struct_config__.tag), ACTS[kind]))
    return found


def reviewing(opened: Opened, life: Life) -> bool:
    """Whether this person may end a review now."""
    return any(may(opened.role, kind, life.state) for kind in _REVIEWED)


Page = AnyResponse | str | tuple[str, int]


class Acting:
    """``case_page``: the opened case's page again, with what was said and what is wrong with it."""

    def __init__(
        self,
        inbox: Inbox,
        openings: Openings,
        means: Means,
        journal: Journal,
        deeds: Deeds,
        clock: Callable[[], float],
        case_page: Callable[[Opened, dict[str, str], list[tuple[str, str]]], str],
    ) -> None:
        self._inbox, self._openings, self._means, self._journal = inbox, openings, means, journal
        self._deeds, self._clock, self._case_page = deeds, clock, case_page

    def bench(self, opened: Opened, ledger: Ledger | None = None) -> Bench:
        """On the ledger as it is now; :class:`fleet.desk.inbox.CentreError`."""
        ledger = ledger or self._inbox.ledger(opened.entry.case)
        now = datetime.fromtimestamp(int(self._clock()), CHINA)
        return Bench(opened.content, ledger, self._means, opened.role, opened.staff, now)

    def blueprint(self) -> Blueprint:
        pages = Blueprint("acting", __name__)
        pages.add_url_rule("/opened/<name>/review", "review", self._opened(self.review), methods=["POST"])
        pages.add_url_rule("/opened/<name>/acts/<act>", "act_page", self._opened(self.act_page), methods=["GET", "POST"])
        pages.add_url_rule("/opened/<name>/drafts/<draft>", "draft_page", self._opened(self.draft_page))
        pages.add_url_rule("/opened/<name>/drafts/<draft>", "confirm", self._opened(self.confirm), methods=["POST"])
        pages.add_url_rule("/opened/<name>/drafts/<draft>/<int:at>.pdf", "draft_paper", self._opened(self.draft_paper))
        pages.add_url_rule("/opened/<name>/drafts/<draft>/<int:at>.png", "draft_picture", self._opened(self.draft_picture))
        pages.add_url_rule("/opened/<name>/drafts/<draft>/printout.pdf", "draft_printout", self._opened(self.draft_printout))
        pages.add_url_rule("/opened/<name>/documents/<digest>", "document", self._opened(self.document))
        return pages

    def _opened(self, page: Callable[..., Page]) -> Callable[..., Page]:
        def found(name: str, **rest: str | int) -> Page:
            opened = self._openings.get(name)
            if opened is None:
                return _trouble(OVER, 410)
            if self._means.whole is None:
                return _trouble("本专窗没有设置文书抬头（issuer）和公钥（keys），只能看，不能办理。", 409)
            return page(opened, **rest)

        return found

    # --- from what is said to a draft ----------------------------------------------------------------------------------------

    def review(self, opened: Opened) -> AnyResponse | tuple[str, int]:
        bench, said = self.bench(opened), request.form.to_dict()
        found = review.read(said, review.subjects(opened.content, self._means.materials(opened.content, bench.taken)))
        problems = list(found.problems)
        try:
            if said.get("end") == "acceptance":
                if found.marked:
                    problems.append(("", "有不符合的，不能受理：请告知补正，或者改勾“符合”。"))
                draft = None if problems else before.acceptance(bench)
            else:
                if not found.marked and not problems:
                    problems.append(("", "没有勾选任何不符合的地方，不用告知补正。"))
                more = fields.read(before.correction_fields(bench), said)
                draft = None if problems else before.correction(bench, found.marked, more)
        except WantingError as error:
            problems += [("", text) for text in error.problems]
            draft = None
        if draft is None:
            return self._case_page(opened, said, problems), 422
        return self._keep(opened, bench, draft)

    def act_page(self, opened: Opened, act: str) -> Page:
        kind = TAGS.get(act)
        if kind is None or kind not in STEPS:
            return _trouble("没有这一步。", 404)
        bench, said = self.bench(opened), request.form.to_dict()
        if not may(opened.role, kind, bench.life.state):
            role = refusal("role") if opened.role not in RIGHTS[kind][0] else refusal("state")
            return _trouble(role, 409)
        made = STEPS[kind]
        asked: tuple[Field, ...] = ()
        problems: list[str] = []
        try:
            asked = made.fields(bench)
            if request.method == "POST":
                files = {name: file.read() for name, file in request.files.items()}
                if kind is acts.ResultSent:
                    files[after.PICTURED] = self._decision(opened)
                return self._keep(opened, bench, made.make(bench, fields.read(asked, said), files))
        except WantingError as error:
            problems = list(error.problems)
        page = render_template(
            "act.html",
            name=opened.name,
            tag=act,
            words=ACTS[kind],
            hint=made.hint,
            fields=asked,
            said=said,
            problems=problems,
            stuck=not asked and bool(problems),
            number=opened.content.case,
            item_name=opened.content.item_name,
        )
        return (page, 422) if problems else page

    def _keep(self, opened: Opened, bench: Bench, draft: Draft) -> AnyResponse:
        name = self._openings.keep(opened.name, draft, bench.life, STATES[bench.after(draft.act).state])
        return redirect(url_for("acting.draft_page", name=opened.name, draft=name), 303)

    def _decision(self, opened: Opened) -> bytes:
        """The paper the case was decided by, as this desk sealed it."""
        for entry in reversed(self._inbox.ledger(opened.entry.case).file.acts):
            if isinstance(entry.act, acts.Decided | acts.NotAccepted):
                listed = next((one for one in entry.act.documents if one.kind == "paper"), None)
                return unseal(self._inbox.document(listed.digest), self._means.keys) if listed is not None else b""
        return b""

    # --- the draft, and the deed ---------------------------------------------------------------------------------------------

    def draft_page(self, opened: Opened, draft: str, error: str = "", reason: str = "") -> Page:
        drafted = self._openings.draft(opened.name, draft)
        if drafted is None:
            return _trouble("这份草稿已经不在了，请重新生成。", 410)
        one = drafted.draft
        page = render_template(
            "draft.html",
            name=opened.name,
            draft=draft,
            words=ACTS[type(one.act)],
            papers=one.papers,
            printout=one.printout.pages if one.printout is not None else 0,
            number=opened.content.case,
            item_name=opened.content.item_name,
            staff=opened.staff,
            role=STAFF[opened.role],
            after=drafted.after,
            task=self._means.party(drafted.life.taken.intake) + "的终端，读过证件才显示" if one.task is not None else "",
            told=self._telling(opened, one),
            error=error,
            reason=reason,
        )
        return (page, 422) if error else page

    def _telling(self, opened: Opened, draft: Draft) -> str:
        if draft.told is None:
            return "这一步不发短信"
        if not opened.content.delivery.phone:
            return "申请人没有留手机号，不发短信"
        if self._means.settings.telling is None:
            return "本专窗没有设置短信，请打电话告诉申请人"
        return f"发送“{NAMES[draft.told.kind]}”，不含姓名、号码和事项"

    def draft_paper(self, opened: Opened, draft: str, at: int) -> AnyResponse | tuple[str, int]:
        drafted = self._openings.draft(opened.name, draft)
        if drafted is None or not 0 <= at < len(drafted.draft.papers):
            return _trouble("这份草稿已经不在了，请重新生成。", 410)
        return _inline(drafted.draft.papers[at].pdf, "application/pdf")

    def draft_printout(self, opened: Opened, draft: str) -> AnyResponse | tuple[str, int]:
        drafted = self._openings.draft(opened.name, draft)
        if drafted is None or drafted.draft.printout is None:
            return _trouble("这份草稿已经不在了，请重新生成。", 410)
        return _inline(drafted.draft.printout.pdf, "application/pdf")

    def draft_picture(self, opened: Opened, draft: str, at: int) -> AnyResponse | tuple[str, int]:
        drafted = self._openings.draft(opened.name, draft)
        source = drafted.draft.papers[at].source if drafted is not None and 0 <= at < len(drafted.draft.papers) else None
        if source is None:
            return _trouble("这份草稿已经不在了，请重新生成。", 410)
        try:
            return _inline(self._means.press.picture(*source), "image/png")
        except UnmadeError:
            return _trouble("预览没有生成，请打开 PDF 看。", 500)

    def confirm(self, opened: Opened, draft: str) -> Page:
        drafted = self._openings.draft(opened.name, draft)
        if drafted is None:
            return _trouble("这份草稿已经不在了。可能已经发出：请回办件看办理经过。", 410)
        reason = " ".join(request.form.get("reason", "").split())
        if not 2 <= len(reason) <= 200:
            return self.draft_page(opened, draft, "请写明事由，2 至 200 字。", reason)
        case, position, now = opened.content.case, drafted.life.position + 1, self._clock()
        if drafted.draft.act.at.date() != datetime.fromtimestamp(now, CHINA).date():
            return self.draft_page(opened, draft, "文书上的日期已经不是今天，请回办件重新生成。", reason)
        if any(one.state == "waiting" and one.id != draft for one in self._deeds.standing(case)):
            return self.draft_page(opened, draft, "上一步还没有送到中心，请等它送到以后再办。", reason)
        try:
            sealed = deed(draft, position, drafted.draft, self._means, opened.content, drafted.life.taken.intake)
        except NoKeyError as error:
            return self.draft_page(opened, draft, str(error), reason)
        entry = DeedEntry(
            draft, case, position, str(drafted.draft.act.__struct_config__.tag), opened.staff, opened.role, reason, now
        )
        self._journal.doing(entry)
        self._deeds.do(sealed)
        return self._done(opened, draft, drafted.draft)

    def _done(self, opened: Opened, name: str, draft: Draft) -> AnyResponse | str:
        """What became of it; the draft is dropped once that is known."""
        ended = self._deeds.wait(opened.content.case, name, _PATIENCE)
        call = ""
        if ended is None:
            shape, kind = "◐", "notice"
            text = "已记下，还没有送到中心（连不上）。十分钟内连上会自动送出，过了就作罢；结果看办件页的办理记录。"
        elif ended.state == "gone":
            shape, kind, text = "●", "state good", "已送到中心。"
            if draft.told is not None and (not opened.content.delivery.phone or ended.note == "call"):
                call = "没有能发短信的手机号，请用申请人留下的联系方式告诉他。"
        else:
            shape, kind = "✕", "notice error"
            text = "没有办成：" + (
                "这件办件刚才有了新的动作，请看过现在的情况再办。" if ended.note == MOVED_ON else refusal(ended.note)
            )
            _log.warning("case %s: %s was refused: %s", opened.content.case, ended.what, ended.note)
        return render_template(
            "done.html", name=opened.name, words=ACTS[type(draft.act)], text=text, shape=shape, kind=kind, call=call
        )

    # --- what acts brought ---------------------------------------------------------------------------------------------------

    def document(self, opened: Opened, digest: str) -> Page:
        """A document one of the case's acts lists."""
        done = self._inbox.ledger(opened.entry.case).file.acts
        listed = {one.digest: one.kind for entry in done for one in entry.act.documents}
        if digest not in listed:
            return _trouble("这件办件没有这份文件。", 404)
        self._journal.read(opened.line, "papers", digest, self._clock())
        try:
            plain = unseal(self._inbox.document(digest), self._means.keys)
            lines = None if plain.startswith((b"%PDF-", b"\xff\xd8\xff")) else readable(listed[digest], plain)
        except (NotOursError, DamagedError) as error:
            return _trouble(str(error), 409)
        if plain.startswith(b"%PDF-"):
            return _inline(plain, "application/pdf")
        if plain.startswith(b"\xff\xd8\xff"):
            return _inline(plain, "image/jpeg")
        if lines is not None:
            return render_template("lines.html", name=opened.name, title=DOCUMENTS[listed[digest]], lines=lines, drawn=drawn(lines))
        return _inline(plain, "text/plain")


def _inline(body: bytes, kind: str) -> Response:
    answer = Response(body, mimetype=kind)
    answer.headers["Content-Disposition"] = "inline"
    return answer


def _trouble(text: str, status: int) -> tuple[str, int]:
    return render_template("trouble.html", text=text), status
