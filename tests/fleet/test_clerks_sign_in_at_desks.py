"""Clerks at a desk and a window: nobody without an account, all under their own name, out as soon as the centre says so."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.authority import authority
from support.clerk_accounts import CHEAP, PASSWORD, clerk, code, document
from support.desk import desk_settings
from support.window import WINDOW_KEY, window_settings

from domain.staff import sign_in
from domain.staff.accounts import Document, encode
from domain.staff.duties import Duty
from fleet.authority.keys import Folder
from fleet.casework.client import CentreError
from fleet.clerks.held import Held
from fleet.clerks.words import SAID
from fleet.desk import clerks as keeper
from fleet.desk.app import create_desk
from fleet.desk.clerks import IDLE, ClerkKeeper
from fleet.desk.journal import Journal
from fleet.people.door import HEADER
from fleet.window.app import WindowProcess
from kiosk import faults
from mqtt.desired import ACCOUNTS, AccountsBody
from mqtt.wire import encode as written

PLACE = "desk:mianzhu"
MOMENT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
ZHOU = clerk("A017", "周试岗", (Duty.HOME,), party="mianzhu")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = authority(tmp_path_factory.mktemp("authority"))
    folder.keep_orders(folder.load(), datetime.now(UTC))
    return folder


def held(*clerks: object, now: datetime = MOMENT, place: str = PLACE) -> Document:
    return document(*clerks, now=now, place=place, party="mianzhu")  # type: ignore[arg-type]


@dataclass
class Line:
    """The way to the centre: what it gives, or nothing."""

    folder: Folder
    gives: Document | None = None
    raw: bytes | None = None

    def __call__(self) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.gives is None:
            raise CentreError("连不上")
        return written(AccountsBody(1, self.folder.signer().sign(ACCOUNTS, encode(self.gives)).decode()))

    def held(self, folder: Path) -> Held:
        return Held(self, self.folder.authority, folder, PLACE)


# --- what is held -----------------------------------------------------------------------------------------------------------


def test_what_the_centre_gave_is_good_after_a_restart_without_it_and_for_its_owner_alone(keys: Folder, tmp_path: Path) -> None:
    line = Line(keys, held(ZHOU))
    line.held(tmp_path).pull()
    assert (tmp_path / "accounts.json").stat().st_mode & 0o777 == 0o600
    again = Line(keys).held(tmp_path)
    again.pull()
    assert again.document == held(ZHOU)


def test_what_is_not_the_centres_word_for_this_place_changes_nothing(keys: Folder, tmp_path: Path) -> None:
    line = Line(keys, held(ZHOU))
    one = line.held(tmp_path)
    one.pull()
    other = authority(tmp_path / "other")
    other.keep_orders(other.load(), datetime.now(UTC))
    for raw in (
        b"{}",
        b"\xff",
        Line(other, held())(),
        Line(keys, held(place="desk:renshou"))(),
        Line(keys, held(now=MOMENT - timedelta(hours=1)))(),
    ):
        line.raw = raw
        one.pull()
        assert one.document == held(ZHOU)
    kept = (tmp_path / "accounts.json").read_bytes()
    (tmp_path / "accounts.json").write_bytes(kept[:-9])
    assert Line(keys).held(tmp_path).document is None, "a damaged file is no document"


# --- sessions ---------------------------------------------------------------------------------------------------------------


@dataclass
class Desk:
    keeper: ClerkKeeper
    journal: Journal
    now: list[float] = field(default_factory=list)

    def enter(self, **how: str) -> tuple[str | None, str]:
        typed = {"login": "A017", "password": PASSWORD, "code": code("A017", self.now[0])} | how
        return self.keeper.enter(**typed)


@pytest.fixture
def desk(keys: Folder, tmp_path: Path) -> Iterator[Desk]:
    with closing(Journal(tmp_path / "openings.db")) as journal:
        now = [MOMENT.timestamp()]
        one = Line(keys, held(ZHOU)).held(tmp_path)
        one.pull()
        yield Desk(ClerkKeeper(one, journal, lambda: now[0], CHEAP), journal, now)


def test_a_session_ends_by_a_lock_at_the_centre_and_whoever_had_it_reads_why(desk: Desk) -> None:
    cookie, _ = desk.enter()
    assert cookie is not None
    found = desk.keeper.find(cookie)
    assert found is not None
    assert found.clerk.said == "周试岗（A017）"
    desk.keeper.held.document = held()
    assert desk.keeper.find(cookie) is None
    assert desk.keeper.notice(cookie) == SAID["account_withdrawn"]
    assert [(line.who, line.act, line.result) for line in reversed(desk.journal.lines())] == [
        ("周试岗（A017）", "sign-in", "ok"),
        ("周试岗（A017）", "sign-out", "account_withdrawn"),
    ]


@pytest.mark.parametrize(("later", "why"), [(IDLE + 1, "idle"), (12 * 3600, "sign_in_over"), (72 * 3600, "accounts_stale")])
def test_a_session_ends_by_time_and_it_is_said_by_which(desk: Desk, later: float, why: str) -> None:
    cookie, _ = desk.enter()
    assert cookie is not None
    desk.now[0] += later
    assert desk.keeper.find(cookie) is None
    assert desk.keeper.notice(cookie) == SAID[why]


def test_failures_are_told_alike_locked_after_five_and_stand_in_the_journal_without_what_was_typed(desk: Desk) -> None:
    for how in ({"password": "x"}, {"code": "1"}, {"login": "A017 "}, {"password": "y"}, {"password": "z"}, {"password": "zz"}):
        cookie, told = desk.enter(**how)
        if how == {"login": "A017 "}:
            assert cookie is not None
            continue
        assert (cookie, told) == (None, SAID["sign_in_wrong"])
    results = [line.result for line in reversed(desk.journal.lines())]
    assert results == ["sign_in_wrong", "sign_in_wrong", "ok", "sign_in_wrong", "sign_in_wrong", "sign_in_wrong"]
    for _ in range(2):
        desk.enter(password="zzz")
    assert "还要等" in desk.enter()[1]
    desk.enter(login="my password by mistake")
    assert "mistake" not in str(desk.journal.lines())


def test_what_is_told_at_a_desk_is_told_of_every_refusal() -> None:
    said = Path(sign_in.__file__).read_text("utf-8") + Path(sign_in.__file__).with_name("accounts.py").read_text("utf-8")
    used = set(re.findall(r'"((?:accounts|account|sign_in|staff)_[a-z_]+)"', said)) & set(faults.table())
    assert used <= set(SAID)


# --- the pages --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Desk | WindowProcess]]:
    """A desk and a window that have no centre; their accounts lie there."""
    folder = tmp_path_factory.mktemp("places")
    away = "https://127.0.0.1:1"
    desk = create_desk(desk_settings(folder / "desk", away, WINDOW_KEY[1]))
    window = WindowProcess(window_settings(folder / "window", away))
    for one, duties in ((desk, (Duty.HOME,)), (window, (Duty.DISPATCH,))):
        party = one.keeper.held.place.partition(":")[2]
        staff = clerk("A017", "周试岗", duties, party=party)
        one.keeper.held.document = document(staff, now=datetime.now(UTC), place=one.keeper.held.place, party=party)
    yield {"desk": desk, "window": window}  # type: ignore[dict-item]
    desk.stop()
    window.stop()


def signed_in(app: Flask, keeper: ClerkKeeper, now: float) -> FlaskClient:
    client = app.test_client()
    answer = client.post("/sign-in", data={"login": "a017", "password": PASSWORD, "code": code("A017", now)})
    assert answer.status_code == 303, answer.text
    return client


@pytest.mark.parametrize("side", ["desk", "window"])
def test_no_page_is_shown_and_no_form_taken_without_signing_in(places: dict[str, WindowProcess], side: str) -> None:
    app = places[side].app
    client = app.test_client()
    shown = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.rpartition(".")[2] == "static" or rule.endpoint.startswith("door."):
            continue
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            status = client.open(address, method=method, headers={"Accept": "text/html"}).status_code
            if status != (302 if method == "GET" else 401):
                shown.append((status, method, rule.rule))
    assert shown == []


@pytest.mark.parametrize("side", ["desk", "window"])
def test_a_form_without_the_sessions_mark_is_refused(places: dict[str, WindowProcess], side: str) -> None:
    place = places[side]
    client = signed_in(place.app, place.keeper, time.time())
    page = client.get("/kept").text
    assert client.post("/sign-out").status_code == 403
    assert client.post("/sign-out", headers={HEADER: "another"}).status_code == 403
    mark = re.search(r'name="form" value="([^"]+)"', page)
    assert mark is not None
    assert "周试岗（A017）" in page
    assert client.post("/sign-out", data={"form": mark[1]}).status_code == 303
    assert client.get("/kept").status_code in (302, 401)


def test_who_passes_on_cannot_open_a_case_and_is_told_so(places: dict[str, WindowProcess]) -> None:
    window = places["window"]
    # Made as a sign-in makes it; the code of this half minute is spent.
    clerk_of = window.keeper.held.document
    assert clerk_of is not None
    one = clerk_of.clerks[0]
    now = datetime.now(UTC)
    session = sign_in.Session(clerk_of.party, one.login, one.name, one.duties, "password", now, now + sign_in.SHIFT, one.proof.mark)
    client = window.app.test_client()
    client.set_cookie(window.keeper.cookie, window.keeper.begin(session))
    answer = client.get("/cases/C1")
    assert (answer.status_code, "您的岗位不能办这一步" in answer.text) == (403, True)
    assert client.get("/kept").status_code == 200


def test_every_form_of_these_pages_carries_the_mark() -> None:
    root = Path(keeper.__file__).parents[1]
    pages = [path for room in ("window", "desk", "protection") for path in (root / room / "templates").glob("*.html")]
    forms = [form for path in pages for form in re.findall(r'<form[^>]*method="post"[^>]*>.{0,13}', path.read_text("utf-8"))]
    assert len(forms) > 20
    assert [form for form in forms if not form.endswith("{{ token() }}")] == []
