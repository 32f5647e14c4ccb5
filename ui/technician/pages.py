"""The technician's pages: behind the door for staff, on the terminal's own screen, only while no visit is on.

A page belongs to the browser that stood before the door: signed in, its cookie is asked for with every request, and no other
is given. What a role has no right to is neither shown nor answered. A PIN or a code comes as the bare body of a request, is read
into memory that is wiped, and stands in no form and no page.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request
from msgspec import Struct
from werkzeug.wrappers import Response as AnyResponse

from domain.staff.roles import Right, may
from kiosk.staff.port import Checked, Doorway, Upkeep, Who
from ui.secret_body import secret_body

COOKIE = "staff"
MOST_VALUE = 200
View = Callable[..., Any]


class Tab(Struct, frozen=True):
    """``right``: whoever has it sees the tab and what is on it."""

    name: str
    title: str
    right: Right


TABS = (
    Tab("states", "状态", Right.SEE_STATUS),
    Tab("tests", "试设备", Right.MAINTAIN),
    Tab("network", "网络时间", Right.MAINTAIN),
    Tab("settings", "设置", Right.CONFIGURE),
    Tab("enrolment", "登记", Right.CONFIGURE),
    Tab("logs", "日志", Right.MAINTAIN),
    Tab("program", "程序", Right.MAINTAIN),
    Tab("audit", "记录", Right.READ_AUDIT),
)
STANDS = {"serving": "正常服务", "visit": "有人在办事", "maintenance": "正在维护", "closed": "暂停服务"}
MARKS = {"passed": ("✓", "好"), "failed": ("✕", "不好"), "unknown": ("?", "不清楚")}


def create_technician(door: Doorway, upkeep: Upkeep, place: str, boot: str) -> Blueprint:
    """Routes under ``/staff``. ``place``: where this terminal stands, as its head says; ``boot``: of this start of the program."""
    pages = Blueprint(
        "technician", __name__, url_prefix="/staff", template_folder="templates", static_folder="static", static_url_path="/static"
    )
    token: list[str] = [""]

    def inside() -> Who | None:
        """Who is signed in, if it is they who ask."""
        held = request.cookies.get(COOKIE, "")
        return door.who() if token[0] and hmac.compare_digest(held.encode(), token[0].encode()) else None

    def needs(right: Right, *, quiet: bool = False) -> Callable[[View], View]:
        """``quiet``: the page asks by itself; that is nobody's touch."""

        def guarded(view: View) -> View:
            @wraps(view)
            def asked(**arguments: Any) -> Any:
                who = inside()
                if who is None:
                    return redirect("/staff/?left", 303) if request.method == "GET" and not quiet else Response("out\n", status=401)
                if not may(who.role, right):
                    abort(403)
                g.who = who
                if not quiet:
                    door.touch()
                return view(**arguments)

            return asked

        return guarded

    def shown(tab: str, **more: Any) -> str:
        who: Who = g.who
        tabs = [one for one in TABS if may(who.role, one.right)]
        known = {"tab": tab, "tabs": tabs, "who": who, "place": place, "boot": boot, "marks": MARKS, "stands": STANDS}
        return render_template(f"technician/{tab}.html", **known, **more)

    # --- the door -------------------------------------------------------------------------------------------------------

    @pages.get("/")
    def entrance() -> AnyResponse:
        if inside() is not None:
            return redirect("/staff/states", 303)
        left = "left" in request.args
        if door.who() is not None or (not left and not door.shown() and not door.knock()):
            return redirect("/", 303)  # somebody else is inside, or a visit runs
        page = make_response(
            render_template(
                "technician/entrance.html", entry=door.entry(), place=place, boot=boot, way=request.args.get("way"), left=left
            )
        )
        if not left:
            token[0] = secrets.token_urlsafe(24)
            page.set_cookie(COOKIE, token[0], httponly=True, samesite="Strict", path="/staff")
        return page

    @pages.get("/now")
    def now() -> str:
        way = "code" if request.args.get("way") == "code" else None
        return render_template("technician/entry.html", entry=door.entry(), way=way, left=False)

    @pages.post("/pin")
    def pin() -> Response:
        with_pin = secret_body()
        if not _before(token[0]):
            with_pin[:] = bytes(len(with_pin))
            return Response(status=403)
        door.pin(with_pin)
        return Response(status=204)

    @pages.post("/code")
    def code() -> Response:
        typed = secret_body()
        if not _before(token[0]):
            typed[:] = bytes(len(typed))
            return Response(status=403)
        door.code(typed)
        return Response(status=204)

    @pages.post("/leave")
    def leave() -> AnyResponse:
        """Sign out, or turn back before the door; whoever is neither leaves nothing."""
        if _before(token[0]):
            door.leave()
            token[0] = ""
        page = redirect("/", 303)
        page.delete_cookie(COOKIE, path="/staff", httponly=True, samesite="Strict")
        page.headers["Clear-Site-Data"] = '"cache", "storage"'
        return page

    @pages.post("/touch")
    @needs(Right.SEE_STATUS)
    def touch() -> Response:
        return Response(status=204)

    # --- behind it ------------------------------------------------------------------------------------------------------

    @pages.get("/states")
    @needs(Right.SEE_STATUS)
    def states() -> str:
        return shown("states", status=upkeep.status())

    @pages.get("/states/now")
    @needs(Right.SEE_STATUS, quiet=True)
    def states_now() -> str:
        return render_template("technician/states_now.html", status=upkeep.status(), stands=STANDS, marks=MARKS)

    @pages.get("/tests")
    @needs(Right.MAINTAIN)
    def tests() -> str:
        return shown("tests", status=upkeep.status(), test=upkeep.test())

    @pages.get("/tests/now")
    @needs(Right.MAINTAIN, quiet=True)
    def tests_now() -> str:
        return render_template("technician/tests_now.html", status=upkeep.status(), test=upkeep.test(), marks=MARKS)

    @pages.post("/tests")
    @needs(Right.MAINTAIN)
    def begin_test() -> AnyResponse:
        upkeep.begin_test(_text("device", 20), g.who)
        return redirect("/staff/tests", 303)

    @pages.post("/tests/answer")
    @needs(Right.MAINTAIN)
    def answer() -> AnyResponse:
        number, said = _text("number", 6), _text("said", 3)
        if not (number.isascii() and number.isdigit()) or said not in ("yes", "no"):
            abort(400)
        upkeep.answer(int(number), said == "yes")
        return redirect("/staff/tests", 303)

    @pages.post("/tests/stop")
    @needs(Right.MAINTAIN)
    def stop_test() -> AnyResponse:
        upkeep.stop_test()
        return redirect("/staff/tests", 303)

    @pages.get("/logs")
    @needs(Right.MAINTAIN)
    def logs() -> str:
        return shown("logs", lines=tuple(reversed(upkeep.logs()))[:200])

    @pages.get("/network")
    @needs(Right.MAINTAIN)
    def network() -> str:
        return shown("network", found=upkeep.network() if "look" in request.args else None)

    @pages.get("/settings")
    @needs(Right.CONFIGURE)
    def settings() -> str:
        listed = upkeep.settings()
        chosen = next((one for one in listed if one.key == request.args.get("key")), None)
        return shown("settings", settings=listed, chosen=chosen, draft=None, taken=False)

    @pages.post("/settings")
    @needs(Right.CONFIGURE)
    def change() -> Any:
        """``do``: check, which changes nothing, or take, which lays it and asks for the restart."""
        key, typed, do = _text("key", 60), _text("typed", MOST_VALUE), _text("do", 5)
        listed = upkeep.settings()
        chosen = next((one for one in listed if one.key == key), None)
        if chosen is None or do not in ("check", "take"):
            abort(400)
        draft = upkeep.take(key, typed, g.who) if do == "take" else upkeep.draft(key, typed)
        taken = do == "take" and not draft.refused
        page = shown("settings", settings=listed, chosen=chosen, draft=draft, taken=taken)
        if taken:
            upkeep.restart(g.who)
        return page

    @pages.get("/enrolment")
    @needs(Right.CONFIGURE)
    def enrolment() -> str:
        return shown("enrolment", found=upkeep.identity() if "look" in request.args else None, done=None)

    @pages.post("/enrolment")
    @needs(Right.CONFIGURE)
    def enrol() -> str:
        return shown("enrolment", found=None, done=upkeep.enrol(_text("code", 80), g.who))

    @pages.get("/program")
    @needs(Right.MAINTAIN)
    def program() -> str:
        return program_page()

    def program_page(done: Checked | None = None, *, restarting: bool = False) -> str:
        known = {"versions": upkeep.versions(), "program": upkeep.program(), "may_change": may(g.who.role, Right.CONFIGURE)}
        return shown("program", **known, done=done, restarting=restarting)

    @pages.post("/program")
    @needs(Right.CONFIGURE)
    def change_program() -> str:
        """``do``: take what waits, now; or back to what stood before."""
        do = _text("do", 4)
        if do not in ("take", "back"):
            abort(400)
        done = upkeep.take_program(g.who) if do == "take" else upkeep.program_back(g.who)
        return program_page(done, restarting=do == "back" and done.verdict == "passed")

    @pages.post("/bundle")
    @needs(Right.MAINTAIN)
    def bundle() -> str:
        where = _text("where", 6)
        if where not in ("here", "centre"):
            abort(400)
        made = upkeep.bundle("here" if where == "here" else "centre", g.who)
        return program_page(made)

    @pages.post("/restart")
    @needs(Right.MAINTAIN)
    def restart() -> str:
        page = program_page(restarting=True)
        upkeep.restart(g.who)
        return page

    @pages.get("/audit")
    @needs(Right.READ_AUDIT)
    def audit() -> str:
        return shown("audit", lines=upkeep.audit())

    return pages


def _before(token: str) -> bool:
    """Whether it is the browser that stood before the door which asks."""
    return bool(token) and hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), token.encode())


def _text(name: str, most: int) -> str:
    values = request.form.getlist(name)
    if len(values) != 1 or len(values[0]) > most or any(ord(c) < 32 or ord(c) == 127 for c in values[0]):
        abort(400)
    return values[0]
