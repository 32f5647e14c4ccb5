"""好差评 by the receipt's code (/progress/<token>/rate/…): open to anybody who holds it, without a name, once and one follow-up.

The code in the address is what gives the right; no cookie does, so that no other page can rate in somebody's place. What is written
is sealed before it is stored, and nothing of who asked is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.wrappers import Response

from domain.calendar import CHINA
from domain.rating import levels
from domain.rating.words import Words, contact_errors
from fleet.people.gate import needs
from fleet.progress import what
from fleet.ratings.asking import Asked, open_by
from fleet.ratings.ledger import RefusedRatingError, keep
from fleet.ratings.rating import NewRating
from fleet.store import Store
from fleet.tickets.opened import Box

MAX_TOKEN = 64
"""Characters; the contract's own limit (``mqtt.events.CaseTaken``)."""
BY_CODE, BY_ADDRESS, MISSES = parse("12 per hour"), parse("120 per hour"), parse("60 per hour")
"""Ratings handed in with one code, and from one address; codes that were none, from one address."""
_MOST_TAGS = 8


def create_rating(store: Store, names: Mapping[str, str], box: Box | None, now: Callable[[], float]) -> Blueprint:
    """``names``: party → its name; ``box``: seals what is written, ``None``: then nothing can be written."""
    pages = Blueprint("rating", __name__)
    limiter = FixedWindowRateLimiter(MemoryStorage())

    def asked(token: str, key: str) -> Asked:
        who = request.remote_addr or "-"
        if not limiter.test(MISSES, "miss", who):
            abort(429)
        with store.reading() as db:
            found = open_by(db, token) if len(token) <= MAX_TOKEN else None
        if found is None:
            limiter.hit(MISSES, "miss", who)
            abort(make_response(render_template("progress.html", found=None), 404))
        one = next((each for each in found[1] if each.key == key), None)
        return one or abort(redirect(url_for("how_far", token=token), 303))  # not open yet, or not any more

    def shown(token: str, one: Asked, level: levels.Level | None, errors: dict[str, str], status: int = 200) -> tuple[str, int]:
        view = {"one": one, "level": level, "levels": _edition(now()).levels, "words": box is not None}
        told = {"what": what(one, names), "errors": errors, "kept": request.form, "most": levels.MOST_WORDS}
        return render_template("rate.html", token=token, **view, **told), status

    @pages.get("/progress/<token>/rate/<key>")
    @needs(None)
    def ask(token: str, key: str) -> tuple[str, int]:
        return shown(token, asked(token, key), _level(request.args.get("level", ""), now()), {})

    @pages.post("/progress/<token>/rate/<key>")
    @needs(None)
    def give(token: str, key: str) -> Response | tuple[str, int]:
        one = asked(token, key)
        code = hashlib.sha256(token.encode()).hexdigest()
        if not (limiter.hit(BY_CODE, "code", code) and limiter.hit(BY_ADDRESS, "address", request.remote_addr or "-")):
            abort(429)
        level, said = _level(request.form.get("level", ""), now()), _said(box is not None)
        if level is None or said is None:
            abort(400)
        tags, written = said
        if not level.is_bad:
            written = Words(text=written.text)  # nobody is called back about a good one
        errors = contact_errors(written.name, written.phone)
        try:
            levels.check(level.satisfaction, tags, written.text, _edition(now()))
        except levels.RatingError as error:
            errors["tags"] = str(error)
        if errors:
            return shown(token, one, level, errors, 422)
        if request.form.get("round") == str(one.round):  # sent twice, it was taken the first time
            _keep(one, level, tags, written)
        return redirect(url_for("how_far", token=token, rated=1), 303)

    def _keep(one: Asked, level: levels.Level, tags: tuple[int, ...], written: Words) -> None:
        sealed = box.seal(written) if box is not None and not written.empty else None
        new = NewRating(
            service=one.service,
            party=one.party,
            level=level.satisfaction,
            tags=tags,
            edition=_edition(now()).edition,
            by="page",
            given_at=datetime.fromtimestamp(now(), UTC).isoformat(timespec="seconds"),
            words=sealed[0] if sealed is not None else None,
            named=sealed is not None and written.named,
        )
        with store.transaction() as db:
            if sealed is not None:
                db.execute("INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (*sealed, now()))
            with suppress(RefusedRatingError):  # the same form in another window was quicker: it is rated
                keep(db, new, store.tickets, now(), asked=one.round)

    return pages


def _level(text: str, now: float) -> levels.Level | None:
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        return None
    try:
        return levels.level(int(text), _edition(now))
    except levels.RatingError:
        return None


def _said(words: bool) -> tuple[tuple[int, ...], Words] | None:
    """Tags and words of the form; ``None`` where they are none of ours."""
    tags = request.form.getlist("tag")
    text, name, phone = (" ".join(request.form.get(field, "").split()) if words else "" for field in ("words", "name", "phone"))
    if len(tags) > _MOST_TAGS or not all(tag.isascii() and tag.isdigit() and len(tag) == 3 for tag in tags):
        return None
    if len(text) > levels.MOST_WORDS or len(name) > 60 or len(phone) > 20:
        return None
    return tuple(int(tag) for tag in tags), Words(text=text, name=name, phone=phone)


def _edition(now: float) -> levels.Edition:
    return levels.edition(datetime.fromtimestamp(now, CHINA).date())
