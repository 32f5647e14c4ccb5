"""Somebody at the console: an account in the centre's database, and a browser that is signed in."""

from __future__ import annotations

import time
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import httpx
from support.centre_db import new_database

from fleet.database import Where
from fleet.people import accounts, sessions
from fleet.people.gate import COOKIE
from fleet.people.rights import ALL, Grant, Role
from fleet.store import Store

PASSWORD = "correct horse 9"


def account(store: Store, login: str, *grants: Grant, now: float | None = None) -> str:
    """A new account; the secret of its one-time codes."""
    at = time.time() if now is None else now
    with store.transaction() as db:
        address = accounts.add(db, login, f"测试{login}", PASSWORD, at, "test")
        for one in grants:
            accounts.grant(db, login, one, at, "test")
    return parse_qs(urlsplit(address).query)["secret"][0]


def page(database: Where, address: str, path: str = "/") -> str:
    """What an operator of the centre reads at its console; ``database``: the centre's, whatever process it runs in."""
    if database not in _COOKIES:
        with closing(Store(database if isinstance(database, str) else new_database(database))) as store:
            account(store, "operator", Grant(Role.OPERATOR, ALL))
            with store.transaction() as db:
                _COOKIES[database] = sessions.begin(db, "operator", time.time())
    answer = httpx.get(address + path, cookies={COOKIE: _COOKIES[database]}, headers={"Accept": "text/html"}, timeout=20)
    assert answer.status_code == 200, answer.status_code
    return answer.text


def board(database: Where, address: str) -> str:
    """What the board and the page of work say of terminals and cases; not the filters and tiles, whose words always stand there."""
    shown = page(database, address)
    calls = shown[shown.index('<div id="calls">') : shown.index('id="tiles"')]
    return calls + shown[shown.index("<tbody>") : shown.index("</tbody>")] + page(database, address, "/live")


_COOKIES: dict[Where, str] = {}
