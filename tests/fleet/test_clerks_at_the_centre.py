"""Clerks' accounts at the centre: each act on the record; documents for those who work there, made anew before they run out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pyotp
import pytest
from support.authority import authority
from support.centre_db import REFUSED, new_database
from support.clerk_accounts import CHEAP

from domain.staff import accounts as held
from domain.staff.accounts import Document
from domain.staff.duties import Duty
from fleet import desired
from fleet.authority.keys import Folder
from fleet.clerks import accounts
from fleet.clerks.clock import ClerkClock
from fleet.documents import Documents
from fleet.known import Known
from fleet.people import record
from fleet.people.accounts import AccountError
from fleet.store import Store
from mqtt.desired import ACCOUNTS, MAX_SIGNED, AccountsBody
from mqtt.signing import verify

NOW = 1_793_931_600.0
HOUR = 3600.0
OURS, THEIRS = "demo-c", "demo-jia"
WINDOW, OTHER, HALL, FOREIGN = "c-window-1", "c-window-2", "c-hall-1", "jia-window-1"
KNOWN = Known(
    places={WINDOW: "一", OTHER: "二", HALL: "三", FOREIGN: "四"},
    owners={WINDOW: OURS, OTHER: OURS, HALL: OURS, FOREIGN: THEIRS},
    parties={OURS: "示范丙区", THEIRS: "示范甲市"},
    windows=frozenset({WINDOW, OTHER, FOREIGN}),
    halls={WINDOW: "hall-1", OTHER: "hall-2"},
)


@dataclass
class Centre:
    store: Store
    folder: Folder
    bodies: Documents
    clock: ClerkClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = ClerkClock(self.store, self.bodies, KNOWN, self.folder.signer, 72 * HOUR)

    def add(self, login: str, *duties: Duty, hall: str | None = None, party: str = OURS) -> accounts.Told:
        with self.store.transaction() as db:
            return accounts.add(db, party, login, f"测试{login}", duties or (Duty.INTAKE,), NOW, "admin", "到岗", hall=hall)

    def at(self, terminal: str) -> Document | None:
        """What ``terminal`` is wanted to have now."""
        with self.store.reading() as db:
            found = desired.newest_for(db, "accounts", terminal, ())
        return self.read(self.bodies.read(found.sha256), f"terminal:{terminal}") if found else None

    def read(self, body: bytes, place: str) -> Document:
        signed = msgspec.json.decode(body, type=AccountsBody).signed.encode()
        return held.read(verify(signed, ACCOUNTS, self.folder.load().certificate, most=MAX_SIGNED).payload, place)

    def logins(self, terminal: str) -> list[str]:
        found = self.at(terminal)
        return [one.login for one in found.clerks] if found else []


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = authority(tmp_path_factory.mktemp("authority"))
    folder.keep_orders(folder.load(), datetime.now(UTC))
    return folder


@pytest.fixture
def centre(tmp_path: Path, keys: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    monkeypatch.setattr(accounts, "prove", partial(held.prove, cost=CHEAP))
    with closing(Store(new_database(tmp_path / "centre.db"))) as store:
        yield Centre(store, keys, Documents(tmp_path / "desired"))


def test_what_is_told_once_opens_the_account_and_lies_nowhere(centre: Centre, tmp_path: Path) -> None:
    told = centre.add("a017")
    secret = parse_qs(urlsplit(told.address).query)["secret"][0]
    with centre.store.reading() as db:
        one = accounts.found(db, OURS, "A017")
    assert one is not None
    assert held.opened(one.proof, OURS, "A017", told.password) == pyotp.TOTP(secret).byte_secret()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert told.password.encode() not in data
            assert secret.encode() not in data
    assert told.password not in repr(told)
    assert secret not in repr(told)


def test_every_act_stands_in_the_record_and_says_nothing_secret(centre: Centre) -> None:
    told = centre.add("A017")
    with centre.store.transaction() as db:
        accounts.change(db, OURS, "A017", "改过", (Duty.LEADER,), "hall-1", NOW, "admin", "升班长")
        accounts.bind(db, OURS, "A017", "0x4F:21", NOW, "admin", "发证")
        accounts.lock(db, OURS, "A017", NOW, "admin", "休假")
        accounts.lock(db, OURS, "A017", NOW, "admin", "回来", locked=False)
        again = accounts.reset(db, OURS, "A017", NOW, "admin", "换手机", "自己选的 pass 8")
        accounts.end(db, OURS, "A017", NOW, "admin", "调离")
    with centre.store.reading() as db:
        lines = record.lines(db)
        assert record.broken(db) is None
    acts = ["add", "change", "badge", "lock", "unlock", "reset", "end"]
    assert [line.act for line in reversed(lines)] == [f"clerk.{act}" for act in acts]
    assert {line.what for line in lines} == {f"{OURS}/A017"}
    assert again.password == "自己选的 pass 8"
    assert not any(one in str(lines) for one in (told.password, again.password, "secret="))


@pytest.mark.parametrize(
    ("login", "name", "duties", "password", "why"),
    [
        ("a", "甲", (Duty.INTAKE,), "", "工号"),
        ("-a1", "甲", (Duty.INTAKE,), "", "工号"),
        ("工号一", "甲", (Duty.INTAKE,), "", "工号"),
        ("A1", "", (Duty.INTAKE,), "", "姓名"),
        ("A1", "甲\u202e", (Duty.INTAKE,), "", "姓名"),
        ("A1", "甲", (), "", "岗位"),
        ("A1", "甲", (Duty.INTAKE, Duty.APPROVER), "", "收受分离"),
        ("A1", "甲", (Duty.INTAKE,), "short", "密码"),
        ("A1", "甲", (Duty.INTAKE,), "my-a1-password", "密码太容易猜"),
    ],
)
def test_what_is_no_account_is_refused_in_words(
    centre: Centre, login: str, name: str, duties: tuple[Duty, ...], password: str, why: str
) -> None:
    with pytest.raises(AccountError, match=why), centre.store.transaction() as db:
        accounts.add(db, OURS, login, name, duties, NOW, "admin", password=password)


def test_a_login_is_never_given_again_and_a_badge_is_one_clerks(centre: Centre) -> None:
    centre.add("A017")
    centre.add("A018")
    with centre.store.transaction() as db:
        accounts.bind(db, OURS, "A017", "4f21", NOW, "admin")
        with pytest.raises(AccountError, match="A017"):
            accounts.bind(db, OURS, "A018", "4F 21", NOW, "admin")
        accounts.end(db, OURS, "A017", NOW, "admin")
        accounts.bind(db, OURS, "A018", "4f21", NOW, "admin")
        with pytest.raises(AccountError, match="已停用"):
            accounts.lock(db, OURS, "A017", NOW, "admin", locked=False)
    with pytest.raises(AccountError, match="已经有账号"):
        centre.add("a017")


def test_a_terminal_is_given_the_clerks_of_its_hall_alone(centre: Centre) -> None:
    centre.add("A1", hall="hall-1")
    centre.add("A2", hall="hall-2")
    centre.add("A3")
    centre.add("H1", Duty.HOME)
    centre.add("D1", Duty.DISPATCH)
    centre.add("J1", party=THEIRS)
    assert centre.clock.tick(NOW) == 3
    assert {t: centre.logins(t) for t in KNOWN.places} == {
        WINDOW: ["A1", "A3"],
        OTHER: ["A2", "A3"],
        HALL: [],
        FOREIGN: ["J1"],
    }
    assert [one.login for one in centre.read(centre.clock.of_desk(OURS, "desk", NOW), f"desk:{OURS}").clerks] == ["H1"]
    window = centre.read(centre.clock.of_desk(OURS, "window", NOW), f"window:{OURS}")
    assert [one.login for one in window.clerks] == ["A1", "A2", "A3", "D1"]


def test_a_lock_is_published_with_the_next_look_and_only_where_it_says_something(centre: Centre) -> None:
    centre.add("A1", hall="hall-1")
    centre.add("A2", hall="hall-2")
    centre.clock.tick(NOW)
    with centre.store.transaction() as db:
        accounts.lock(db, OURS, "A1", NOW, "admin")
    assert centre.clock.tick(NOW + 1) == 1
    assert (centre.logins(WINDOW), centre.logins(OTHER)) == ([], ["A2"])
    assert centre.clock.tick(NOW + 2) == 0


def test_a_running_fleet_never_runs_out_and_of_older_documents_nothing_lies_about(centre: Centre, tmp_path: Path) -> None:
    centre.add("A1", hall="hall-1")
    for hour in range(0, 24 * 10, 3):
        centre.clock.tick(NOW + hour * HOUR)
        found = centre.at(WINDOW)
        assert found is not None
        left = found.until.timestamp() - (NOW + hour * HOUR)
        assert left >= 48 * HOUR, "two thirds of its time are left whenever the line breaks"
    with centre.store.reading() as db:
        assert db.execute("SELECT count(*) FROM desired WHERE what = 'accounts'").fetchone()[0] == 1
    assert len([path for path in (tmp_path / "desired").rglob("*") if path.is_file()]) == 1
    assert found.until - found.issued == timedelta(hours=72)


def test_a_centre_that_starts_again_makes_nothing_anew_that_is_good(centre: Centre) -> None:
    centre.add("A1")
    centre.clock.tick(NOW)
    again = ClerkClock(centre.store, centre.bodies, KNOWN, centre.folder.signer, 72 * HOUR)
    assert again.tick(NOW + HOUR) == 0
    assert again.tick(NOW + 25 * HOUR) == 2


def test_what_people_published_cannot_be_deleted_still(centre: Centre) -> None:
    with centre.store.transaction() as db:
        desired.publish(db, "notices", "*", "0" * 64, 1, None, "x", "y", NOW)
    with pytest.raises(REFUSED, match="not deleted"), centre.store.transaction() as db:
        db.execute("DELETE FROM desired WHERE what = 'notices'")
