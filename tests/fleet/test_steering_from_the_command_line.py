"""The operator's command line: what it refuses before anything is written, and what it writes down; the console shows it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.centre_db import new_database
from support.fleet import OTHER_TERMINAL, TERMINAL, centre_settings, write_settings
from support.people import account

from domain.catalogue.catalogue import DATA
from fleet import desired
from fleet.authority.authority import Identity
from fleet.cli import centre
from fleet.console.app import Known, create_console
from fleet.people import sessions
from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role
from fleet.presence import Hearing
from fleet.settings import BrokerSettings
from fleet.store import Store

WHY = ("--why", "试验", "--by", "王工")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return write_settings(tmp_path / "centre.toml", centre_settings(tmp_path / "centre", BrokerSettings()))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(centre, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def store(settings: Path) -> Iterator[Store]:
    folder = settings.parent / "centre" / "data"
    opened = Store(new_database(folder / "centre.db"))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody-01", "reboot"), "没有登记终端"),
        ((TERMINAL, "restart-device"), "要写：device"),
        ((TERMINAL, "reboot", "now"), "什么都不写"),
        ((TERMINAL, "reboot", "--within", "soon"), "不是时长"),
        ((TERMINAL, "reboot", "--within", "30d"), "有效期"),
        ((TERMINAL, "reboot", "--until", "2027-01-01"), "只用于 out-of-service"),
        ((TERMINAL, "out-of-service", "停", "--until", "soon"), "不是时间"),
        ((TERMINAL, "out-of-service", "字" * 201), "不合约定"),
    ],
)
def test_a_command_that_is_none_is_refused_in_one_line(settings: Path, store: Store, words: tuple[str, ...], said: str) -> None:
    done = run("command", "send", settings, *words, *WHY)
    assert (done.exit_code, said in done.output) == (1, True), done.output
    with store.reading() as db:
        assert db.execute("SELECT count(*) FROM commands").fetchone()[0] == 0


def test_a_command_is_written_down_listed_shown_and_canceled(settings: Path, store: Store) -> None:
    id_ = run("command", "send", settings, TERMINAL, "restart-device", "printer", *WHY).output.strip()
    assert "待发" in run("command", "list", settings).output
    assert "canceled" not in run("command", "cancel", settings, id_, "--why", "不用了").output
    shown = run("command", "show", settings, id_).output
    assert all(word in shown for word in ("王工", "试验", "已取消", "printer", "不用了"))
    assert "没有这条命令" in run("command", "show", settings, "x").output
    assert "没有送到" in run("command", "bundle", settings, id_, settings.parent / "x.zip").output


def test_a_catalogue_the_loader_refuses_is_not_published(settings: Path, store: Store) -> None:
    openings = json.loads((DATA / "openings_demo.json").read_text("utf-8"))
    openings["openings"][0]["item"] = "no-such"
    bad = settings.parent / "openings.json"
    bad.write_text(json.dumps(openings), "utf-8")
    assert "目录里没有这个事项" in run("catalogue", "publish", settings, DATA / "catalogue_demo.json", bad, *WHY).output
    with store.reading() as db:
        assert desired.newest(db) == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("phone",), "不是 名称=值"),
        (("paths.data=/etc",), "不合约定"),
        (("visit.total=-1",), "不合约定"),
        (("visit.total=long",), "不合约定"),
        (("phone=1", "--to", "nobody-01"), "没有终端或组"),
        (("phone=1", "--to", "@nobody"), "没有终端或组"),
    ],
)
def test_settings_that_are_none_are_not_published(settings: Path, store: Store, words: tuple[str, ...], said: str) -> None:
    done = run("settings", "set", settings, *words, *WHY)
    assert (done.exit_code, said in done.output) == (1, True), done.output


def test_a_terminal_is_wanted_to_have_the_newest_that_names_it(settings: Path, store: Store) -> None:
    for words in (("phone=all",), ("phone=one", "--to", TERMINAL)):
        assert run("settings", "set", settings, *words, *WHY).exit_code == 0
    assert run("notice", "publish", settings, "停电", "--until", "2099-01-01", *WHY).exit_code == 0
    with store.reading() as db:
        one, other = (desired.wanted(db, name, ()) for name in (TERMINAL, OTHER_TERMINAL))
    assert [p.what for p in one] == ["settings", "notices"]
    assert one[0].rev > other[0].rev
    assert one[1] == other[1]


def test_a_group_is_wanted_to_have_what_names_it(store: Store) -> None:
    with store.transaction() as db:
        rev = desired.publish(db, "settings", "@north", "0" * 64, 5, None, "x", "y", 100.0)
        again = desired.publish(db, "settings", "@south", "1" * 64, 5, None, "x", "y", 100.0)
        assert again == rev + 1
        assert [p.sha256 for p in desired.wanted(db, TERMINAL, ("north",))] == ["0" * 64]
        assert desired.wanted(db, OTHER_TERMINAL, ()) == []


def test_the_console_shows_what_was_asked_by_whom_and_how_it_stands(settings: Path, store: Store) -> None:
    run("command", "send", settings, TERMINAL, "self-test", *WHY)
    console = create_console(
        store, Known({TERMINAL: "一号机"}, {}, {}), lambda: Hearing(0.0), lambda _name: Identity(None, False, False)
    )
    account(store, "operator", Grant(Role.OPERATOR, ALL))
    client = console.test_client()
    with store.transaction() as db:
        client.set_cookie(COOKIE, sessions.begin(db, "operator", time.time()), domain="127.0.0.1")
    page = client.get("/live", headers={"Host": "127.0.0.1"}).text
    assert all(word in page for word in ("自检", "待发", "王工", "试验"))
