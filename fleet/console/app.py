"""The console: pages rendered on the server; a few lines of script fetch the live part again every five seconds.

Every view says what its visitor must be allowed to do (``fleet/people/gate.py``), and shows what concerns the parties they may do
it for.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask, g, render_template, request

from domain.protection.groups import GROUPS
from domain.protection.rights import KINDS
from domain.rating.statistics import LEAST
from fleet import words
from fleet.alerts.alerting import Alerting
from fleet.alerts.sites import of_known, tagged
from fleet.api.app import create_interface, mount
from fleet.api.frame import Site
from fleet.authority.authority import Identity
from fleet.board.board import Board
from fleet.board.streams import Streams
from fleet.console import pages
from fleet.console.account import create_account, create_provider_door
from fleet.console.alert_hub import Hub
from fleet.console.alerts import create_alerts
from fleet.console.asking import asked, create_asking
from fleet.console.board import create_board
from fleet.console.clerks import create_clerks
from fleet.console.filters import FILTERS
from fleet.console.items import create_items
from fleet.console.items_batches import create_batches
from fleet.console.items_reports import create_reports
from fleet.console.kept import create_kept
from fleet.console.office import Office
from fleet.console.people import create_people
from fleet.console.postage import create_postage
from fleet.console.rating import MAX_TOKEN, create_rating
from fleet.console.reports import create_reporting
from fleet.console.statistics import create_statistics
from fleet.console.steering import create_steering
from fleet.console.steering_ask import add_asking
from fleet.console.terminal import create_terminal
from fleet.console.tickets import create_tickets
from fleet.documents import Documents
from fleet.items.published import Shelf
from fleet.items.signing import Keys
from fleet.known import Known
from fleet.overview import Overview, overview
from fleet.people.gate import guard, needs, parties, session
from fleet.people.oidc import Provider
from fleet.people.rights import ALL, Act
from fleet.presence import Hearing
from fleet.progress import progress
from fleet.store import Store
from fleet.tickets.opened import Box
from fleet.web import harden


def create_console(
    store: Store,
    known: Known,
    hearing: Callable[[], Hearing],
    identity: Callable[[str], Identity],
    now: Callable[[], float] = time.time,
    box: Box | None = None,
    catalogue: tuple[Shelf, Keys] | None = None,
    least: int = LEAST,
    alerts: Alerting | None = None,
    documents: Documents | None = None,
    board: Board | None = None,
    streams: Streams | None = None,
    oidc: Provider | None = None,
) -> Flask:
    """``identity``: what the authority's books say of a terminal; ``box``: opens what raters wrote; ``catalogue``: where what is
    published lies, and who signs here; ``least``: ratings a row of the statistics must have; ``alerts``: without it nobody is told
    of them; ``documents``: what terminals uploaded; ``streams``: of ``board``, for whoever ends them.
    """
    board = board or Board(store, known, hearing, now)
    app = Flask("fleet.console", static_folder="../static", static_url_path="/static")
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["party_names"] = known.parties
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    harden(app)

    @app.context_processor
    def _navigation() -> dict[str, object]:
        held = () if g.get("session") is None else session().who.grants
        return {"navigation": pages.navigation(held), "here": pages.current(request.endpoint)}

    def seen_now() -> Overview:
        seen = parties(Act.SEE)
        only = None if ALL in seen else seen
        return overview(store, known.of(seen), known.parties, now(), only)

    @app.get("/work")
    @needs(Act.SEE)
    def work() -> str:
        return render_template("work.html", view=seen_now(), levels=words.RATINGS)

    @app.get("/progress/<token>")
    @needs(None)
    def how_far(token: str) -> tuple[str, int]:
        found = progress(store, token, known.parties) if len(token) <= MAX_TOKEN else None
        told = {"found": found, "token": token, "rated": "rated" in request.args}
        mine = {"asked": asked(store, found.case) if found else [], "rights": KINDS, "groups": GROUPS}
        return render_template("progress.html", **told, **mine), 200 if found else 404

    @app.get("/live")
    @needs(Act.SEE)
    def live() -> str:
        return render_template("live.html", view=seen_now(), levels=words.RATINGS)

    app.register_blueprint(create_board(store, board, streams or Streams(board), now))
    app.register_blueprint(create_terminal(store, board, identity, now))
    app.register_blueprint(create_people(store, known.parties, now))
    app.register_blueprint(create_clerks(store, known, now))
    office = Office(store, known.parties, now, tuple(known.places), *(catalogue or ()))
    app.register_blueprint(create_items(office))
    app.register_blueprint(create_batches(office))
    app.register_blueprint(create_reports(office, known.places))
    app.register_blueprint(create_postage(store, known.parties, now))
    app.register_blueprint(create_rating(store, known.parties, box, now))
    where = alerts.sites if alerts is not None else lambda db: tagged(db, of_known(known))
    teller = alerts.teller if alerts is not None else None
    hub = Hub(store=store, sites=where, parties=known.parties, teller=teller, now=now)
    app.register_blueprint(create_alerts(hub))
    app.register_blueprint(create_tickets(store, known.parties, box, now))
    app.register_blueprint(create_kept(store))
    app.register_blueprint(create_asking(store, now))
    app.register_blueprint(create_reporting(store, known, now))
    app.register_blueprint(create_statistics(store, known.parties, now, least))
    shelf = catalogue[0] if catalogue is not None else None
    steering = create_steering(app, store, known, shelf, documents, hearing, now)
    add_asking(steering, store, known, board, shelf, hearing, identity, now)
    app.register_blueprint(steering)
    app.register_blueprint(create_account(store, now))
    app.jinja_env.globals["provider"] = oidc.name if oidc is not None else None
    if oidc is not None:
        app.register_blueprint(create_provider_door(store, oidc, now))
    guard(app, store, now)
    mount(app, create_interface(Site(store, known, hearing, identity, now, shelf, hub, least)))
    return app
