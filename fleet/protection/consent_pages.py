"""Pages of the written consents at a home desk, and the form on which something is taken out by one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.protection.consent import ALL, REFUSED, Consent
from domain.protection.ways import BY_CODE, TAKEN_OUT
from fleet.desk import fields
from fleet.desk.clerk_gate import staff
from fleet.desk.fields import Field, WantingError
from fleet.desk.means import today_of
from fleet.protection.consents import Consents, RefusedError

_FIELDS = (
    Field("number", "文号", hint="照书面同意填写", least=4, most=60),
    Field("department", "出具的办理单位", least=2, most=100),
    Field("to", "提供给谁", hint="接收方的全称", least=2, most=100),
    Field("use", "用途", "text", hint="照书面同意填写；只能用于这一用途", least=4, most=400),
    *(Field(f"way-{way.code}", f"同意：{way.words}", "tick") for way in TAKEN_OUT),
    Field("items", "事项", hint="事项编码，几个之间用空格；全部事项写 *", most=1000),
    Field("cases", "办件", hint="办件编号，几个之间用空格；不限办件写 *", most=4000),
    Field("since", "生效日期", "day"),
    Field("until", "有效期至", "day", hint="最长两年"),
)


def create_consents(consents: Consents, clock: Callable[[], float]) -> Blueprint:
    pages = Blueprint("consents", __name__, template_folder="templates")

    def listed(problems: tuple[str, ...] = (), said: Mapping[str, str] | None = None) -> str:
        return render_template(
            "consents.html",
            consents=consents.all(),
            ways=BY_CODE,
            fields=_FIELDS,
            said=said or {},
            problems=problems,
            today=today_of(clock()),
        )

    @pages.get("/consents")
    def everything() -> str:
        return listed()

    @pages.post("/consents")
    def add() -> Response | tuple[str, int]:
        form = request.form.to_dict()
        try:
            said = fields.read(_FIELDS, form)
            upload = request.files.get("scan")
            consents.add(_consent(said), upload.read() if upload is not None else b"", staff(), clock())
        except WantingError as error:
            return listed(error.problems, form), 422
        return redirect(url_for(".everything"), 303)

    @pages.post("/consents/withdraw")
    def withdraw() -> Response | tuple[str, int]:
        asked = (Field("number", "文号", most=60), Field("why", "撤回的事由", least=2))
        try:
            said = fields.read(asked, request.form)
        except WantingError as error:
            return listed(error.problems), 422
        now = clock()
        if not consents.withdraw(said["number"], staff(), said["why"], now, today_of(now)):
            abort(404)
        return redirect(url_for(".everything"), 303)

    return pages


@dataclass(frozen=True, slots=True)
class Taking:
    """What somebody wants to take out of an opened case."""

    way: str
    item: str
    case: str
    staff: str
    what: str


def ask(consents: Consents, taking: Taking, back: str, today: date, error: str = "") -> str:
    """The form: by which consent, and why."""
    found = consents.covering(taking.way, taking.item, taking.case, today)
    return render_template("take_out.html", taking=taking, found=found, way=BY_CODE[taking.way], back=back, error=error)


def allowed(consents: Consents, taking: Taking, now: float) -> str | None:
    """What was posted lets it out: ``None``; else what to tell. Written down either way."""
    reason = " ".join(request.form.get("reason", "").split())
    if not 2 <= len(reason) <= 200:
        return "请写明事由，2 至 200 字。"
    number = " ".join(request.form.get("consent", "").split())[:60]
    try:
        consents.take_out(taking.way, taking.item, taking.case, taking.staff, reason, number, now, today_of(now))
    except RefusedError as refused:
        return REFUSED[refused.why] + "没有取出，已记入记录。"
    return None


def _consent(said: Mapping[str, str]) -> Consent:
    return Consent(
        number=said["number"],
        department=said["department"],
        to=said["to"],
        use=said["use"],
        ways=tuple(way.code for way in TAKEN_OUT if said[f"way-{way.code}"]),
        items=_codes(said["items"]),
        cases=_codes(said["cases"]),
        since=fields.day(said["since"]),
        until=fields.day(said["until"]),
        file="",
        sealed="",
    )


def _codes(said: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(said.upper().split()))
    return (ALL,) if ALL in codes else codes
