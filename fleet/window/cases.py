"""Pages of one case: opened for a stated reason; pre-checked, its originals counted in, mended, passed on online."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.case.acts import IntakeAct, OriginalsSeen, Prechecked, Sealed
from domain.case.content import INKED
from domain.case.lifewords import ACTS, STATES
from domain.case.number import valid
from domain.case.rights import may
from domain.case.window_record import MOST_PAGES, Addition, Remark, WindowRecord
from domain.identity import NATION, SEX
from domain.names import rare
from domain.nationality import nationality_name
from domain.protection import rights
from domain.protection.groups import GROUPS
from domain.representation import document_words
from fleet.casework.client import DamagedError
from fleet.desk import signature
from fleet.desk import words as said
from fleet.desk.clerk_gate import staff
from fleet.desk.opening import NotOursError
from fleet.desk.pictures import Master, master, reading_copy
from fleet.window import additions, words, work
from fleet.window.additions import AdditionError
from fleet.window.opened import Opened
from fleet.window.web import trouble
from fleet.window.window import ExpiredError, StaleError, Standing, Window
from fleet.window.work import Counted, FormError, Reviewed
from mqtt.protection import RequestDocument, RequestFiled

_MOST_REASON = 200
_MOST_REMARK = 400
_MOST_ASKED = 600
_PDF = b"%PDF-"
Answer = str | AnyResponse | tuple[str, int]


def create_cases(window: Window) -> Blueprint:
    pages = Blueprint("cases", __name__)
    drawing = threading.Lock()  # one picture is worked on at a time: what that takes is bounded

    @pages.get("/find")
    def find() -> Answer:
        """By the whole number, in whatever groups it was typed, or by its end."""
        typed = re.sub(r"\s", "", request.args.get("number", "")).upper()
        found = [one for one in window.standings() if len(typed) >= 4 and one.number.endswith(typed)]
        if len(found) == 1:
            return redirect(url_for(".case_page", number=found[0].number))
        why = "有几件办件以这几位结尾，请多输几位。" if found else "本窗口没有这个编号的办件。"
        hint = "" if found or not valid(typed) else "编号本身没有写错：也许是别的窗口收的，或者还没有传到中心。"
        return trouble(why + hint, 404)

    @pages.get("/cases/<number>")
    def case_page(number: str) -> Answer:
        standing = window.standing(number)
        return trouble("本窗口没有这个编号的办件。", 404) if standing is None else _reason(standing, request.args.get("reason", ""))

    def _reason(standing: Standing, reason: str, error: str = "", status: int = 200) -> tuple[str, int]:
        entries = window.journal.entries(standing.number)
        expired = standing.until is not None and standing.until <= window.now()
        shown = render_template(
            "reason.html",
            one=standing,
            entries=[(entry, words.OUTCOMES.get(entry.outcome or "", "结果未记下")) for entry in entries],
            works=window.book.of(standing.number),
            tasks=[words.TASKS[t] for t in work.tasks(standing.life)],
            state=STATES[standing.life.state],
            papers=_papers(standing),
            acts=ACTS,
            reasons=words.REASONS,
            groups=GROUPS,
            expired=expired,
            error=error,
            reason=reason,
        )
        return shown, status

    def _papers(standing: Standing) -> list[tuple[str, str, int, bool]]:
        """(material, where it lies, how many, whether it goes back)."""
        paper = standing.life.paper
        return [
            (window.material(standing.case, material), words.PLACES[place], count, material in paper.owed)
            for (place, material), count in sorted(paper.lies.items())
            if count > 0
        ]

    @pages.post("/cases/<number>/open")
    def open_(number: str) -> Answer:
        standing = window.standing(number)
        if standing is None:
            return trouble("本窗口没有这个编号的办件。", 404)
        reason = " ".join(request.form.get("reason", "").split())
        if not 2 <= len(reason) <= _MOST_REASON:
            return _reason(standing, reason, "打开办件必须写明事由，2 至 200 字。", 422)
        try:
            name = window.open(standing, staff(), reason)
        except ExpiredError as error:
            return trouble(str(error), 410)
        except (NotOursError, DamagedError) as error:
            return trouble(str(error), 409)
        return redirect(url_for(".opened_page", name=name), 303)

    @pages.get("/opened/<name>")
    def opened_page(name: str) -> Answer:
        return _opened(name)

    def _opened(name: str, error: str = "", status: int = 200, told: str = "") -> Answer:
        opened = window.openings.get(name)
        if opened is None:
            return trouble("这次打开已经结束。要再看，请重新写明事由。", 410)
        standing = window.standing(opened.number)
        if standing is None:
            return trouble("本窗口没有这个编号的办件。", 404)
        shown = render_template("case.html", name=name, opened=opened, error=error, told=told, **_view(opened, standing))
        return shown, status

    def _view(opened: Opened, standing: Standing) -> Mapping[str, Any]:
        known = work.reviewed(opened.content, window.situation(standing.case))
        doubts = [code for act in standing.case.acts if isinstance(act, Prechecked) for code in act.doubts]
        return {
            "one": standing,
            "case": opened.content,
            "reviewed": known,
            "doubts": doubts,
            "tasks": work.tasks(standing.life),
            "takes": may("intake_officer", OriginalsSeen, standing.life.state),
            "state": STATES[standing.life.state],
            "seen": work.seen_before(opened.content.unproven, standing.case.acts),
            "timers": window.timers(standing),
            "task_words": words.TASKS,
            "awaited": words.AWAITED,
            "act_words": {"prechecked": "预审", "originals_seen": "核验原件", "mended": "当场更正"},
            "carries_paper": any(one.kind == "paper" for one in opened.content.unproven),
            "proofs": said.PROOFS,
            "findings": said.FINDINGS,
            "advice": said.ADVICE,
            "deliveries": said.DELIVERIES,
            "inked": INKED,
            "identities": said.IDENTITIES,
            "roles": said.ROLES,
            "sexes": SEX,
            "nations": NATION,
            "rare": rare,
            "document_words": document_words,
            "nationality_name": nationality_name,
            "rights": rights.KINDS,
            "groups": GROUPS,
        }

    @pages.post("/opened/<name>/close")
    def close(name: str) -> AnyResponse:
        window.openings.close(name)
        return redirect(url_for("queue"), 303)

    # --- what is done ---------------------------------------------------------------------------------------------------

    def _do(name: str, made: Any) -> Answer:
        """``made(opened, standing, known)`` gives the acts, the record that goes with them and what was sealed besides."""
        opened = window.openings.get(name)
        standing = window.standing(opened.number) if opened is not None else None
        if opened is None or standing is None:
            return trouble("这次打开已经结束。要再办，请重新写明事由。", 410)
        known = work.reviewed(opened.content, window.situation(standing.case))
        try:
            acts, record, sealed = made(opened, standing, known)
            window.check(standing, int(request.form.get("position", "-1")), *acts)
        except StaleError:
            return _opened(name, words.MOVED, 409)
        except (FormError, AdditionError) as error:
            return _opened(name, str(error), 422)
        except (ValueError, KeyError):
            return _opened(name, "表单不完整，请刷新页面再办。", 422)
        window.do(opened.staff, [(standing, acts)], sealed)
        if record is not None:
            window.openings.wrote(name, record, opened.access)
        return redirect(url_for(".opened_page", name=name), 303)

    def _record(opened: Opened, of: Any, remarks: tuple[Remark, ...], added: tuple[Addition, ...] = ()) -> WindowRecord:
        return WindowRecord(1, opened.number, of, opened.staff, window.now().isoformat(), remarks, added)

    @pages.post("/opened/<name>/precheck")
    def precheck(name: str) -> Answer:
        def made(opened: Opened, standing: Standing, known: tuple[Reviewed, ...]) -> Any:
            record = _record(opened, "prechecked", _remarks(known))
            sealed = [window.record(opened.content, record)] if record.remarks else []
            documents = tuple(one for one, _ in sealed)
            now = window.now()
            acts: list[IntakeAct] = [work.prechecked(request.form.getlist("doubt"), known, now, documents)]
            if request.form.get("then") == "send":
                acts.append(work.dispatched(standing.life, None, now))
            return acts, record if record.remarks else None, [body for _, body in sealed]

        return _do(name, made)

    @pages.post("/opened/<name>/originals")
    def originals(name: str) -> Answer:
        def made(opened: Opened, standing: Standing, known: tuple[Reviewed, ...]) -> Any:
            lines = [
                Counted(line, f"done-{n}" in request.form, _count(f"count-{n}"), f"back-{n}" in request.form)
                for n, line in enumerate(opened.content.unproven)
            ]
            before = work.seen_before(opened.content.unproven, standing.case.acts)
            record = _record(opened, "originals_seen", _remark("", "核验原件", request.form.get("remark", "")))
            sealed, body = window.record(opened.content, record)
            act = work.originals_seen(lines, before, standing.life.awaits, window.now(), (sealed,))
            return [act], record, [body]

        return _do(name, made)

    @pages.post("/opened/<name>/mend")
    def mend(name: str) -> Answer:
        def made(opened: Opened, standing: Standing, known: tuple[Reviewed, ...]) -> Any:
            point = request.form.get("point", "")
            material = next((one.material for one in known if one.material.material == point.partition("#")[0]), None)
            if material is None:
                raise FormError("请选补的是哪一份材料。")
            work.mended([point], known, window.now(), ())
            taken = [additions.page(file.read()) for file in request.files.getlist("pages") if file.filename]
            remark = _remark(material.material, material.name, request.form.get("remark", ""))
            if not taken and not remark:
                raise FormError("请上传补的页，或者写明当场更正了什么。")
            if len(taken) > MOST_PAGES:
                raise FormError(f"一次最多补 {MOST_PAGES} 个文件。")
            pages = [window.sealed(opened.content.home, one, "page") for one in taken]
            added = (Addition(material.material, material.name, tuple(s.digest for s, _ in pages)),) if pages else ()
            record = _record(opened, "mended", remark, added)
            everything: list[tuple[Sealed, bytes]] = [window.record(opened.content, record), *pages]
            act = work.mended([point], known, window.now(), tuple(one for one, _ in everything))
            return [act], record, [body for _, body in everything]

        return _do(name, made)

    @pages.post("/opened/<name>/take")
    def take(name: str) -> Answer:
        def made(opened: Opened, standing: Standing, known: tuple[Reviewed, ...]) -> Any:
            material, back = request.form.get("material", ""), "back" in request.form
            return [work.taken_in(material, _count("count"), known, back=back, at=window.now())], None, []

        return _do(name, made)

    @pages.post("/opened/<name>/send")
    def send(name: str) -> Answer:
        return _do(name, lambda opened, standing, known: ([work.dispatched(standing.life, None, window.now())], None, []))

    @pages.post("/opened/<name>/request")
    def ask(name: str) -> Answer:
        """查阅、复制、更正、删除: what the applicant says goes sealed to the home desk, which alone answers."""
        opened = window.openings.get(name)
        if opened is None:
            return trouble("这次打开已经结束。要再办，请重新写明事由。", 410)
        kind, text = request.form.get("kind", ""), request.form.get("text", "").strip()
        if kind not in rights.KINDS or not 2 <= len(text) <= _MOST_ASKED:
            return _opened(name, f"请选请求什么，并写明申请人的话，2 至 {_MOST_ASKED} 字。", 422)
        groups = tuple(group for group in GROUPS if f"group-{group}" in request.form)
        said = rights.Asked(1, opened.number, kind, groups, text, opened.staff, window.now().isoformat())
        try:
            listed, body = window.sealed(opened.content.home, rights.encode(said), "record")
            window.ledger.put(body, "record")
            document = RequestDocument(listed.digest, listed.size, "record")
            filed = window.ledger.ask(opened.number, RequestFiled(kind, groups, (document,)))
        except FormError as error:
            return _opened(name, str(error), 422)
        window.journal.write(time.time(), opened.staff, f"ask:{kind}", opened.number, "申请人到场提出", f"最晚 {filed.due} 答复")
        done = f"已登记{rights.KINDS[filed.kind]}个人信息的请求，业务属地最晚 {filed.due} 书面答复，本大厅终端读过证件才打印。"
        return _opened(name, told=done)

    # --- pictures -------------------------------------------------------------------------------------------------------

    def part(name: str, digest: str) -> bytes | tuple[str, int]:
        opened = window.openings.get(name)
        if opened is None or digest not in opened.pages:
            return trouble("这次打开已经结束，或没有这一页。", 410)
        window.journal.read(opened.line, "materials", digest, time.time())
        try:
            return window.document(digest)
        except (NotOursError, DamagedError) as error:
            return trouble(str(error), 409)

    @pages.get("/opened/<name>/pages/<digest>")
    def page(name: str, digest: str) -> Response | tuple[str, int]:
        found = part(name, digest)
        if isinstance(found, tuple):
            return found
        try:
            answer = (
                Response(found, mimetype="application/pdf")
                if found.startswith(_PDF)
                else Response(master(found).jpeg, mimetype="image/jpeg")
            )
        except DamagedError as error:
            return trouble(str(error), 409)
        answer.headers["Content-Disposition"] = "inline"
        return answer

    @pages.get("/opened/<name>/pages/<digest>/reading")
    def page_to_read(name: str, digest: str) -> Response | tuple[str, int]:
        found = part(name, digest)
        if isinstance(found, tuple):
            return found
        try:
            shown: Master = master(found)
            with drawing:
                return Response(reading_copy(shown), mimetype="image/jpeg")
        except DamagedError as error:
            return trouble(str(error), 409)

    @pages.get("/opened/<name>/signature.svg")
    def signature_picture(name: str) -> Response | tuple[str, int]:
        opened = window.openings.get(name)
        if opened is None:
            return trouble("这次打开已经结束。", 410)
        window.journal.read(opened.line, "signature", "", time.time())
        return Response(signature.svg(opened.content.signature), mimetype="image/svg+xml")

    return pages


def _remarks(known: tuple[Reviewed, ...]) -> tuple[Remark, ...]:
    named = (
        ("", "整件", "remark"),
        *((one.material.material, one.material.name, f"remark-{one.material.material}") for one in known),
    )
    return tuple(made for about, name, field in named for made in _remark(about, name, request.form.get(field, "")))


def _remark(about: str, name: str, text: str) -> tuple[Remark, ...]:
    said = text.strip()
    if len(said) > _MOST_REMARK:
        raise FormError(f"说明最多 {_MOST_REMARK} 字。")
    return (Remark(about, name, said),) if said else ()


def _count(field: str) -> int:
    typed = request.form.get(field, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0
