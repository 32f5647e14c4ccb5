"""The home desk's pages: an inbox with what is due; a case opens only for a stated reason, which is written down first, and is
then reviewed and acted upon (``acting.py``)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import cast

from flask import Flask, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from domain.case import formats
from domain.case.acts import HomeRole
from domain.case.content import INKED
from domain.identity import NATION, SEX
from domain.names import pieces, rare
from domain.nationality import nationality_name
from domain.press.press import Press
from domain.protection.groups import GROUPS
from domain.protection.rights import KINDS
from domain.representation import document_words
from domain.sealing import recipient_of
from fleet.casework.client import DeletedError, Ledger, NotThereError
from fleet.clerks.held import Held
from fleet.desk import before, review, signature
from fleet.desk.acting import OVER, Acting, offered, reviewing
from fleet.desk.additions import added
from fleet.desk.asked import Asked
from fleet.desk.bundle import Leaf, pdf
from fleet.desk.clerk_gate import clerk, guard, staff
from fleet.desk.clerks import ClerkKeeper
from fleet.desk.deeds import Deeds
from fleet.desk.inbox import CentreError, DamagedError, Inbox
from fleet.desk.journal import Journal
from fleet.desk.listing import Row, doings, ledger_words, shown, tabs
from fleet.desk.means import NAMES, Means, today_of
from fleet.desk.opening import NotOursError, Opened, Openings, SignedForm, open_case, open_page
from fleet.desk.pictures import Master, reading_copy
from fleet.desk.reporting import Reporting
from fleet.desk.results import MOST as MOST_RESULT
from fleet.desk.settings import DeskSettings, read_catalogue
from fleet.desk.standing import listed, standing
from fleet.desk.words import ADVICE, DELIVERIES, FINDINGS, HOME_ROLES, IDENTITIES, OUTCOMES, PROOFS, ROLES, UNPROVEN
from fleet.keys.keyring import read_keys
from fleet.overview import local_text, local_time
from fleet.platform.platform import create_platform
from fleet.protection.consent_pages import Taking, allowed, ask, create_consents
from fleet.protection.consents import Consents
from fleet.protection.desk_clock import DeskClock
from fleet.protection.kept import Count
from fleet.protection.pages import create_record
from fleet.recovery.reseal import RecoveredFolder
from fleet.settings import secret
from fleet.telling.telling import Telling, create_telling
from fleet.web import InMemory, Server, harden
from fleet.words import PARTS

_log = logging.getLogger(__name__)

_MOST_REASON = 200
OTHERS = "这件是别的工作人员打开的。要看，请自己写明事由打开。"
MOST_FORM = MOST_RESULT + 1024 * 1024
"""Bytes of a form: a result, and what is written beside it."""


class Desk:
    """The process of one desk. ``SettingsError`` when a secret's file is not private; ``OSError`` when the port is taken."""

    def __init__(self, settings: DeskSettings, clock: Callable[[], float] = time.time) -> None:
        keys = read_keys(settings.key_file, settings.token)
        token = secret(settings.token_file)
        catalogue = read_catalogue(settings.catalogue)
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        recovered = RecoveredFolder(settings.recovered) if settings.recovered is not None else None
        self.inbox = Inbox(settings.centre, settings.party, token, settings.ca, recovered)
        self.journal = Journal(settings.data / "openings.db")
        self.telling = create_telling(settings.telling, settings.data, keys) if settings.telling is not None else None
        self.reporting = None
        if settings.platform is not None:
            self.reporting = Reporting(self.inbox, create_platform(settings.platform, settings.data), catalogue)
        self.deeds = Deeds(settings.data, self.inbox, keys, self.telling.tell if self.telling is not None else None)
        own = (recipient_of(keys[0]), *((settings.keys.recovery,) if settings.keys is not None else ()))
        consents = Consents(settings.data / "consents", self.journal, own)
        self.clock = DeskClock(self.inbox, self.journal, consents, settings.recovered, clock)
        means = Means(settings, keys, catalogue, self.journal, Press())
        authority = settings.authority or (Path(settings.ca) if settings.ca is not None else None)
        held = Held(self.inbox.accounts, authority, settings.data, f"desk:{settings.party}")
        self.keeper = ClerkKeeper(held, self.journal)
        self.app = _app(means, self.inbox, self.deeds, self.telling, consents, clock, self.keeper)
        self._server = Server(self.app, settings.listen.host, settings.listen.port, threads=6, most_body=MOST_FORM)

    @property
    def address(self) -> str:
        return self._server.address

    def start(self) -> None:
        """What was under way when the desk ended goes on."""
        self.keeper.held.start()
        self.deeds.start()
        self.clock.start()
        if self.telling is not None:
            self.telling.start()
        if self.reporting is not None:
            self.reporting.start()
        self._server.start()

    def stop(self) -> None:
        """Within some seconds; everything opened is forgotten with the process."""
        self._server.stop()
        self.keeper.held.stop()
        self.clock.stop()
        self.deeds.stop()
        if self.telling is not None:
            self.telling.stop()
        if self.reporting is not None:
            self.reporting.stop()
        self.inbox.close()
        self.journal.close()


def create_desk(settings: DeskSettings, clock: Callable[[], float] = time.time) -> Desk:
    """The desk, bound and ready to start. Errors as :class:`Desk`."""
    return Desk(settings, clock)


def _app(
    means: Means,
    inbox: Inbox,
    deeds: Deeds,
    telling: Telling | None,
    consents: Consents,
    clock: Callable[[], float],
    keeper: ClerkKeeper,
) -> Flask:
    settings, keys, journal = means.settings, means.keys, means.journal
    app = Flask("fleet.desk", static_folder="../static", static_url_path="/static")
    app.request_class = InMemory
    app.jinja_env.filters.update(clock=local_time, local=local_text, pieces=pieces, party=means.party)
    app.jinja_env.globals.update(desk=settings.name, place_said=f"业务属地专窗 · {settings.name}")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    harden(app)
    openings = Openings()
    drawing = threading.Lock()  # one picture is worked on at a time: what that takes is bounded

    def trouble(text: str, status: int) -> tuple[str, int]:
        return render_template("trouble.html", text=text), status

    def find(number: str) -> Ledger | None:
        try:
            return inbox.ledger(number)
        except NotThereError:
            return None

    def counts() -> dict[str, Count]:
        scans = [one for one in consents.all() if consents.scan(one).is_file()]
        return {
            "opened": Count(len(openings)),
            "deed": Count(deeds.waiting() + (telling.waiting() if telling is not None else 0)),
            "recovered": Count(sum(1 for _ in settings.recovered.iterdir()) - 1 if settings.recovered is not None else 0),
            "consent": Count(len(scans), note="" if not scans else f"最早一份有效期至 {min(one.until for one in scans)}"),
            "journal": Count(journal.count()),
        }

    @app.errorhandler(CentreError)
    def _no_centre(error: CentreError) -> tuple[str, int]:
        return trouble(str(error), 502)

    @app.get("/")
    def inbox_page() -> AnyResponse | str:
        show, near, q = request.args.get("show", "open"), bool(request.args.get("warn")), request.args.get("q", "").strip()[:40]
        unclosed = list(inbox.all_cases(running=True))
        newest = inbox.cases() if show in ("closed", "all") or q else None
        both = {case.case: case for case in (*(newest.cases if newest is not None else ()), *unclosed)}
        rows = [Row(case, listed(case), deeds.waits(case.case)) for case in both.values()]
        chosen = [row for row in rows if shown(row, show, near=near, number=q)]
        number = q.replace(" ", "").upper()
        if not chosen and number.isalnum() and find(number) is not None:
            return redirect(url_for("case_page", number=number), 303)  # closed long ago
        return render_template(
            "inbox.html",
            cases=sorted(chosen, key=lambda row: row.standing.first),
            left_out=newest.total - len(newest.cases) if newest is not None else 0,
            tabs=tabs(rows, closed=newest is not None),
            show=show,
            near=near,
            q=q,
            failed=[one.about for one in telling.failed()] if telling is not None else [],
        )

    @app.get("/corrections")
    def corrections_page() -> str:
        found = inbox.corrections()
        return render_template("corrections.html", corrections=found.corrections, total=found.total, parts=PARTS)

    def reason_page(ledger: Ledger, error: str | None = None, reason: str = "", role: str = "") -> str:
        case = ledger.file.case
        entries = [(entry, OUTCOMES.get(entry.outcome or "", "结果未记下")) for entry in journal.entries(case.case)]
        return render_template(
            "reason.html",
            case=case,
            entries=entries,
            doings=doings(journal, deeds, case.case),
            error=error,
            reason=reason,
            role=role,
            staff_roles=HOME_ROLES,
            staff_roles_held=roles(),
            groups=GROUPS,
            standing=standing(ledger, today_of(clock())),
            ledger=ledger_words(ledger, journal, means.names(case.item, case.situation, ledger.life)),
        )

    def roles() -> dict[str, str]:
        """As what whoever asks may open a case."""
        return {role: words for role, words in HOME_ROLES.items() if role in clerk().clerk.duties}

    @app.get("/cases/<number>")
    def case_page(number: str) -> str | tuple[str, int]:
        ledger = find(number)
        return trouble("收件箱里没有这件办件。", 404) if ledger is None else reason_page(ledger)

    @app.post("/cases/<number>/open")
    def open_(number: str) -> AnyResponse | tuple[str, int]:
        ledger = find(number)
        if ledger is None:
            return trouble("收件箱里没有这件办件。", 404)
        case = ledger.file.case
        reason, held, who = " ".join(request.form.get("reason", "").split()), roles(), staff()
        role = request.form.get("role", "") or next(iter(held), "")
        if not 2 <= len(reason) <= _MOST_REASON or role not in held:
            return reason_page(ledger, "打开办件必须写明事由，2 至 200 字；岗位只能是您账号上有的。", reason, role), 422
        entry = journal.opening(number, who, reason, time.time(), role)
        try:
            content = open_case(case, inbox, keys)
        except (NotOursError, DamagedError, CentreError) as error:
            outcomes = {NotOursError: "not_ours", DamagedError: "damaged", DeletedError: "deleted"}
            outcome = outcomes.get(type(error), "unreachable")
            journal.ended(entry, outcome, time.time())
            _log.warning("case %s was not opened: %s", number, outcome)
            return trouble(str(error), {"unreachable": 502, "deleted": 410}.get(outcome, 409))
        journal.ended(entry, "opened", time.time())
        name = openings.add(content, case, who, cast(HomeRole, role), entry)
        return redirect(url_for("opened_page", name=name), 303)

    def opened_case(opened: Opened, said: dict[str, str], problems: list[tuple[str, str]]) -> str:
        ledger = inbox.ledger(opened.entry.case)
        bench = acting.bench(opened, ledger)
        can_act = means.whole is not None
        reviewed = can_act and reviewing(opened, ledger.life)
        additions = added(ledger, inbox, keys)
        if additions:
            journal.read(opened.line, "papers", "added", time.time())
        names = NAMES | {m.material: m.name for m in opened.content.materials}
        return render_template(
            "case.html",
            name=opened.name,
            case=opened.content,
            taken_at=opened.entry.taken_at,
            missing=opened.entry.missing,
            proofs=PROOFS,
            unproven=UNPROVEN,
            findings=FINDINGS,
            formats=formats.NAMES,
            places=opened.places,
            advice=ADVICE,
            deliveries=DELIVERIES,
            inked=INKED,
            sexes=SEX,
            nations=NATION,
            rare=rare,
            document_words=document_words,
            identities=IDENTITIES,
            roles=ROLES,
            nationality_name=nationality_name,
            can_act=can_act,
            offered=offered(opened, ledger.life) if can_act else [],
            reviewing=reviewed,
            subjects=review.subjects(opened.content, means.materials(opened.content, bench.taken)),
            correction_fields=before.correction_fields(bench) if reviewed else (),
            additions=additions,
            said=said,
            problems=problems,
            standing=standing(ledger, bench.today),
            ledger=ledger_words(ledger, journal, names),
            staff=opened.staff,
            staff_role=HOME_ROLES[opened.role],
            asked=asked.of(opened.content.case),
            rights=KINDS,
        )

    acting = Acting(inbox, openings, means, journal, deeds, clock, opened_case)
    app.register_blueprint(acting.blueprint())
    asked = Asked(inbox, openings, means, journal, clock, trouble)
    app.register_blueprint(asked.blueprint())
    app.register_blueprint(create_record(journal, "desk", counts))
    app.register_blueprint(create_consents(consents, clock))

    @app.get("/opened/<name>")
    def opened_page(name: str) -> str | tuple[str, int]:
        opened = openings.get(name)
        return trouble(OVER, 410) if opened is None else opened_case(opened, {}, [])

    @app.post("/opened/<name>/close")
    def close(name: str) -> AnyResponse:
        openings.close(name)
        return redirect(url_for("inbox_page"), 303)

    def opened_part(name: str, digest: str) -> Master | SignedForm | tuple[str, int]:
        opened = openings.get(name)
        if opened is None or digest not in opened.pages:
            return trouble("这次打开已经结束，或没有这一页。", 410)
        journal.read(opened.line, "materials", digest, time.time())
        try:
            return open_page(digest, inbox, keys)
        except (NotOursError, DamagedError) as error:
            _log.warning("page %s was not opened: %s", digest[:12], type(error).__name__)
            return trouble(str(error), 409)

    def opened_master(name: str, digest: str) -> Master | tuple[str, int]:
        found = opened_part(name, digest)
        return trouble("这是签了名的表单，本身就是一个文件。", 409) if isinstance(found, SignedForm) else found

    @app.get("/opened/<name>/pages/<digest>")
    def page(name: str, digest: str) -> Response | tuple[str, int]:
        match opened_part(name, digest):
            case Master(jpeg=document):
                answer = Response(document, mimetype="image/jpeg")
            case SignedForm(pdf=document):
                answer = Response(document, mimetype="application/pdf")
            case told:
                return told
        answer.headers["Content-Disposition"] = "inline"
        return answer

    @app.get("/opened/<name>/pages/<digest>/reading")
    def page_to_read(name: str, digest: str) -> Response | tuple[str, int]:
        found = opened_master(name, digest)
        if not isinstance(found, Master):
            return found
        try:
            with drawing:
                return Response(reading_copy(found), mimetype="image/jpeg")
        except DamagedError as error:
            return trouble(str(error), 409)

    @app.route("/opened/<name>/materials/<int:at>.pdf", methods=["GET", "POST"])
    def material_bundle(name: str, at: int) -> Response | tuple[str, int] | str:
        """Asked for on GET, taken out on POST, by a written consent (规程 9(2))."""
        opened = openings.get(name)
        if opened is None or not 1 <= at <= len(opened.content.materials):
            return trouble("这次打开已经结束，或没有这份材料。", 410)
        material, now = opened.content.materials[at - 1], clock()
        if not material.pages or any(p.digest in opened.entry.missing for p in material.pages):
            return trouble("这份材料还没有到齐，暂时不能合成一个文件。", 409)
        taking = Taking("material-pdf", opened.content.item, opened.content.case, opened.staff, material.name)
        back = url_for("opened_page", name=name)
        if request.method == "GET":
            return ask(consents, taking, back, today_of(now))
        refused = allowed(consents, taking, now)
        if refused is not None:
            return ask(consents, taking, back, today_of(now), refused), 403
        leaves = []
        for one in material.pages:
            found = opened_master(name, one.digest)
            if not isinstance(found, Master):
                return found
            leaves.append(Leaf(found, one.lines))
        with drawing:
            whole = pdf(leaves, datetime.fromisoformat(opened.entry.taken_at), material.sides)
        answer = Response(whole, mimetype="application/pdf")
        answer.headers["Content-Disposition"] = f'attachment; filename="{opened.content.case}-{at}.pdf"'
        return answer

    @app.get("/opened/<name>/signature.svg")
    def signature_picture(name: str) -> Response | tuple[str, int]:
        opened = openings.get(name)
        if opened is None:
            return trouble("这次打开已经结束。", 410)
        journal.read(opened.line, "signature", "", time.time())
        return Response(signature.svg(opened.content.signature), mimetype="image/svg+xml")

    guard(app, keeper, {})

    @app.before_request
    def _own_openings() -> tuple[str, int] | None:
        """What somebody opened for a reason is theirs: its address lets nobody else in."""
        opened = openings.get((request.view_args or {}).get("name", ""))
        foreign = opened is not None and (opened.staff != staff() or opened.role not in roles())
        return trouble(OTHERS, 403) if foreign else None

    return app
