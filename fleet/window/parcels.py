"""Pages of paper that travels: parcels made up and sent, parcels that come in and are counted, originals given back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for

from domain.case.acts import RESULT, Dispatched, IntakeAct, Parcel, Piece
from domain.case.waybill import CARRIERS, carrier, waybill
from domain.casepapers import handover_list as paper
from domain.casepapers.handover_list import HandoverList, Side
from domain.press.press import UnmadeError
from fleet.desk.clerk_gate import staff
from fleet.window import words, work
from fleet.window.cases import Answer
from fleet.window.scanning import NotReadError, Scanner
from fleet.window.web import trouble
from fleet.window.window import StaleError, Standing, Window
from fleet.window.work import FormError

_SEAL = re.compile(r"[A-Za-z0-9-]{1,40}")
_YUAN = re.compile(r"([0-9]{1,5})(?:[.．。]([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Entered:
    """The form of a parcel as it was entered."""

    seal: str = ""
    carrier: str = ""
    waybill: str = ""
    cost: str = ""
    cases: frozenset[str] | None = None

    def takes(self, number: str) -> bool:
        return self.cases is None or number in self.cases


def create_parcels(window: Window, scanner: Scanner | None) -> Blueprint:
    pages = Blueprint("parcels", __name__)

    def ready() -> dict[str, list[Standing]]:
        """Home place → cases with paper to post to it."""
        found: dict[str, list[Standing]] = {}
        for one in window.standings():
            if "post" in work.tasks(one.life):
                found.setdefault(one.life.taken.home, []).append(one)
        return found

    def named(one: Standing, pieces: Sequence[Piece]) -> list[paper.Piece]:
        situation = window.situation(one.case)
        copies = {m.material_id for m in situation.materials if m.copy_kind == "2"} if situation else set()
        return [
            paper.Piece(
                one.number,
                one.case.entry.item_name,
                window.material(one.case, piece.material),
                "result" if piece.material == RESULT else "copy" if piece.material in copies else "original",
                piece.count,
                piece.back and piece.material != RESULT,
            )
            for piece in pieces
        ]

    # --- sending ----------------------------------------------------------------------------------------------------------

    @pages.get("/send")
    def send_page() -> str:
        return render_template("send.html", homes=ready(), parcels=window.book.parcels(), where=_where())

    def _where() -> dict[str, tuple[str, str]]:
        """Waybill → what became of the parcel: a class of state, and words."""
        found: dict[str, tuple[str, str]] = {}
        for one in window.standings(closed=True):
            for act in one.case.acts:
                if isinstance(act, Dispatched) and act.parcel is not None:
                    found.setdefault(act.parcel.waybill, ("waiting", "在途"))
            for leg in one.life.paper.legs:
                if leg.counted and leg.road == "to_home":
                    short = one.life.paper.at("missing")
                    found[leg.parcel.waybill] = ("bad", "已签收，有差异") if short else ("good", "已签收清点")
        for work_ in window.book.waiting():
            if isinstance(work_.act, Dispatched) and work_.act.parcel is not None:
                found[work_.act.parcel.waybill] = ("waiting", "待送到中心")
        return found

    @pages.get("/send/<home>")
    def parcel_form(home: str) -> Answer:
        return _form(home, Entered())

    def _form(home: str, entered: Entered, error: str = "", status: int = 200) -> Answer:
        cases = ready().get(home, [])
        if not cases:
            return trouble(f"没有要寄往{window.place(home)}的纸质材料。", 404)
        rows = [(one, named(one, work.lying(one.life, "window"))) for one in cases]
        shown = render_template(
            "parcel.html",
            home=home,
            rows=rows,
            entered=entered,
            carriers=CARRIERS,
            scans=scanner is not None,
            error=error,
        )
        return shown, status

    def entered() -> Entered:
        fields = {name: " ".join(request.form.get(name, "").split()) for name in ("seal", "carrier", "waybill", "cost")}
        return Entered(cases=frozenset(request.form.getlist("case")), **fields)

    @pages.post("/send/<home>/scan")
    def scan(home: str) -> Answer:
        form = entered()
        try:
            if scanner is None:
                raise NotReadError("这个窗口没有接高拍仪。")
            number = scanner.read()
        except NotReadError as error:
            return _form(home, form, str(error), 409)
        return _form(home, Entered(form.seal, form.carrier, number, form.cost, form.cases))

    @pages.post("/send/<home>/check")
    def check(home: str) -> Answer:
        """What will be sent, to be looked at once more: a scanner that ends its number with Enter sends nothing."""
        form = entered()
        try:
            parcel, chosen = _made(home, form)
        except FormError as error:
            return _form(home, form, str(error), 422)
        pieces = [piece for one in chosen for piece in named(one, work.lying(one.life, "window"))]
        return render_template("parcel_check.html", home=home, entered=form, parcel=parcel, chosen=chosen, pieces=pieces)

    @pages.post("/send/<home>")
    def send(home: str) -> Answer:
        form = entered()
        if (known := waybill(form.waybill)) and window.book.parcel(known) is not None:
            return redirect(url_for(".send_page"), 303)  # sent already: a second press of the same key
        try:
            parcel, chosen = _made(home, form)
            now = window.now()
            told = _list(home, parcel, chosen, staff(), now.isoformat())
            printed = _printed(told)
            works: list[tuple[Standing, Sequence[IntakeAct]]] = []
            bodies: list[bytes] = []
            for one in chosen:
                # A sealed document belongs to one case: each has a copy of its own.
                sealed = [window.sealed(home, printed, "list")] if printed is not None else []
                bodies += [body for _, body in sealed]
                act = work.dispatched(one.life, parcel, now, tuple(document for document, _ in sealed))
                window.check(one, int(request.form.get(f"position-{one.number}", "-1")), act)
                works.append((one, [act]))
        except StaleError:
            return _form(home, form, words.MOVED, 409)
        except FormError as error:
            return _form(home, form, str(error), 422)
        except ValueError:
            return _form(home, form, "表单不完整，请再填一次。", 422)
        window.do(staff(), works, bodies, told)
        return redirect(url_for(".send_page") + f"#{told.parcel}", 303)

    def _made(home: str, form: Entered) -> tuple[Parcel, list[Standing]]:
        chosen = [one for one in ready().get(home, []) if form.takes(one.number)]
        number, cost = waybill(form.waybill), _fen(form.cost)
        if not chosen:
            raise FormError("请勾选放进包裹的办件。")
        if not _SEAL.fullmatch(form.seal):
            raise FormError("请填封签号：字母和数字。")
        if form.carrier not in CARRIERS:
            raise FormError("请选承运单位。")
        if number is None:
            raise FormError("请填运单号：面单条码下的那一串，8 至 24 位字母和数字。")
        if window.book.parcel(number) is not None:
            raise FormError("这个运单号已经用过。请核对面单。")
        return Parcel(form.carrier, number, form.seal, cost), chosen

    def _list(home: str, parcel: Parcel, chosen: Sequence[Standing], who: str, at: str) -> HandoverList:
        known, own = window.catalogue.party(home), window.settings
        number = window.book.next_parcel(own.division, f"{window.now():%y%m%d}")
        desk = known.desk if known else "“省内通办”专窗"
        receiver = Side(window.place(home), desk.removeprefix(window.place(home)), known.phone if known else "")
        pieces = tuple(piece for one in chosen for piece in named(one, work.lying(one.life, "window")))
        sender = Side(own.name, own.window, own.phone, who, at)
        return HandoverList(number, sender, receiver, parcel.seal, carrier(parcel.carrier), parcel.waybill, pieces, parcel.cost)

    def _printed(told: HandoverList) -> bytes | None:
        """The list as it goes along sealed; where it cannot be set, the acts say what was sent all the same."""
        try:
            return window.press.pdf(paper.TEMPLATE, paper.data(told))
        except UnmadeError:
            return None

    @pages.get("/parcels/<number>.pdf")
    def handover(number: str) -> Answer | Response:
        told = window.book.parcel(number)
        if told is None:
            return trouble("没有这张交接清单。", 404)
        try:
            made = window.press.pdf(paper.TEMPLATE, paper.data(told))
        except UnmadeError:
            return trouble("清单现在排不出来，请再试一次；还不行，请联系技术人员。", 503)
        answer = Response(made, mimetype="application/pdf")
        answer.headers["Content-Disposition"] = f'inline; filename="{told.parcel}.pdf"'
        return answer

    # --- coming in --------------------------------------------------------------------------------------------------------

    def coming() -> dict[str, list[tuple[Standing, tuple[Piece, ...]]]]:
        """Waybill → what of which case lies in it."""
        found: dict[str, list[tuple[Standing, tuple[Piece, ...]]]] = {}
        for one in window.standings():
            for leg in one.life.paper.legs:
                if leg.road == "to_window" and not leg.counted:
                    found.setdefault(leg.parcel.waybill, []).append((one, leg.pieces))
        return found

    @pages.get("/arriving")
    def arriving() -> Answer:
        if (typed := request.args.get("waybill", "")) == "":
            return _arriving()
        number = waybill(typed)
        return _count(number) if number in coming() else _arriving(_unknown(number), 404)

    def _arriving(error: str = "", status: int = 200) -> Answer:
        parcels = [(number, cases, _leg(number, cases)) for number, cases in sorted(coming().items())]
        shown = render_template("arriving.html", parcels=parcels, scans=scanner is not None, error=error, carrier=carrier)
        return shown, status

    def _leg(number: str, cases: Sequence[tuple[Standing, tuple[Piece, ...]]]) -> Parcel:
        return next(leg.parcel for leg in cases[0][0].life.paper.legs if leg.parcel.waybill == number)

    def _unknown(number: str | None) -> str:
        if number is None:
            return "这不是运单号。面单条码下的那一串，8 至 24 位字母和数字。"
        for one in window.standings():
            for leg in one.life.paper.legs:
                if leg.parcel.waybill == number:
                    if leg.road == "to_home":
                        return f"运单 {number} 是本窗口寄出去的，不是寄来的。退回来的邮件请联系业务属地专窗。"
                    return f"运单 {number} 已经清点过。"
        return f"没有寄往本窗口的运单 {number}，请先不要拆封。核对面单上的收件单位；确是寄给本窗口的，请打电话让寄出方先登记。"

    @pages.post("/arriving/scan")
    def arriving_scan() -> Answer:
        try:
            if scanner is None:
                raise NotReadError("这个窗口没有接高拍仪。")
            return redirect(url_for(".arriving", waybill=scanner.read()), 303)
        except NotReadError as error:
            return _arriving(str(error), 409)

    def _count(number: str | None, error: str = "", status: int = 200) -> Answer:
        cases = coming().get(number or "", [])
        rows = [(one, [(p.material, line) for p, line in zip(pieces, named(one, pieces), strict=True)]) for one, pieces in cases]
        shown = render_template(
            "count.html",
            waybill=number,
            parcel=_leg(number or "", cases),
            rows=rows,
            error=error,
        )
        return shown, status

    @pages.post("/arriving/<number>")
    def counted(number: str) -> Answer:
        cases = coming().get(number, [])
        if not cases:
            return _arriving(_unknown(waybill(number)), 404)
        try:
            now, works = window.now(), []
            for one, pieces in cases:
                came = {p.material: _whole(request.form.get(f"{one.number}/{p.material}", "")) for p in pieces}
                act = work.received(number, pieces, came, now)
                window.check(one, int(request.form.get(f"position-{one.number}", "-1")), act)
                works.append((one, [act]))
        except StaleError:
            return _count(number, words.MOVED, 409)
        except FormError as error:
            return _count(number, str(error), 422)
        except ValueError:
            return _count(number, "每一行都要清点，填实际收到的份数；没有的填 0。", 422)
        window.do(staff(), works)
        return redirect(url_for(".originals"), 303)

    # --- given back -------------------------------------------------------------------------------------------------------

    @pages.get("/originals")
    def originals() -> Answer:
        return _originals()

    def _originals(error: str = "", status: int = 200) -> Answer:
        standings = window.standings()
        back = [
            (one, [(p.material, line) for p, line in zip(pieces, named(one, pieces), strict=True)])
            for one in standings
            if "give_back" in work.tasks(one.life) and (pieces := work.to_give_back(one.life))
        ]
        owed = [
            (one, window.material(one.case, material), words.PLACES[place], count, place)
            for one in standings
            for (place, material), count in sorted(one.life.paper.lies.items())
            if material in one.life.paper.owed and material != RESULT and place != "applicant" and count > 0
        ]
        shown = render_template("originals.html", back=back, owed=owed, error=error)
        return shown, status

    @pages.post("/originals/<number>")
    def give_back(number: str) -> Answer:
        standing = window.standing(number)
        if standing is None:
            return trouble("本窗口没有这个编号的办件。", 404)
        try:
            if "checked" not in request.form:
                raise FormError("请核对领取人的证件，勾选“已核对”。")
            act = work.returned(standing.life, request.form.getlist("material"), window.now())
            window.check(standing, int(request.form.get("position", "-1")), act)
        except StaleError:
            return _originals(words.MOVED, 409)
        except FormError as error:
            return _originals(str(error), 422)
        except ValueError:
            return _originals("表单不完整，请再填一次。", 422)
        window.do(staff(), [(standing, [act])])
        return redirect(url_for(".originals"), 303)

    return pages


def _whole(typed: str) -> int:
    """``ValueError`` for an empty field: who has not counted has not found nothing."""
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise ValueError("no count")
    return int(text)


def _fen(typed: str) -> int | None:
    """12.5 → 1250; ``None`` for an empty field. :class:`FormError`."""
    if not typed:
        return None
    found = _YUAN.fullmatch(typed.removesuffix("元").strip())
    if found is None:
        raise FormError("寄递费用写成元，例如 12.50；还不知道就空着。")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
