"""Signing in at the pages of a desk or a window, as a clerk's browser does it: the one helper for every test that opens them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from support.clerk_accounts import CHEAP, PASSWORD, clerk, document, secret

from domain.staff.accounts import prove
from domain.staff.duties import Duty
from domain.staff.sign_in import STEP, base32
from fleet.clerks import accounts
from fleet.desk.clerks import ClerkKeeper
from fleet.people.door import HEADER
from fleet.store import Store
from kiosk.demo import clerks as demo

DESK = (Duty.HOME, Duty.APPROVER)
WINDOW = (Duty.INTAKE, Duty.DISPATCH)
_spent: dict[tuple[str, str], int] = {}


class Place(Protocol):
    """A running desk or window."""

    keeper: ClerkKeeper

    @property
    def address(self) -> str: ...


def sign_in(browser: httpx.Client, login: str, password: str, totp: str) -> None:
    """``browser`` is somebody from now on; its posts carry what forms carry."""
    # A code is good once: of this half minute, the one before and the one after, the first not used yet.
    at, used = int(time.time()) // STEP, (str(browser.base_url), totp)
    step = max(at - 1, _spent.get(used, 0) + 1)
    assert step <= at + 1, "signed in three times within a minute: keep the browser"
    _spent[used] = step
    code = pyotp.TOTP(totp, interval=STEP).at(step * STEP)
    answer = browser.post("/sign-in", data={"login": login, "password": password, "code": code, "then": "/kept"})
    assert answer.status_code in (200, 303), re.findall(r'role="alert">([^<]+)', answer.text)
    page = browser.get("/kept")
    found = re.search(r'name="form" value="([^"]+)"', page.text)
    assert found is not None, page.text
    browser.headers[HEADER] = found[1]


@contextmanager
def browsing(
    place: Place,
    duties: Iterable[Duty],
    centre: Store | None = None,
    login: str = "1024",
    name: str = "王五",
) -> Iterator[httpx.Client]:
    """A browser in which this clerk is signed in at ``place``."""
    with httpx.Client(base_url=place.address, follow_redirects=True, timeout=30) as browser:
        yield entered(place, browser, duties, centre, login, name)


def entered(
    place: Place,
    browser: httpx.Client,
    duties: Iterable[Duty],
    centre: Store | None = None,
    login: str = "1024",
    name: str = "王五",
) -> httpx.Client:
    """``browser``, signed in at ``place`` by an account made for it; ``centre``: where there is one, it is made there."""
    kind, _, party = place.keeper.held.place.partition(":")
    if centre is None:
        held = document(clerk(login, name, duties, party=party), now=datetime.now(UTC), place=f"{kind}:{party}", party=party)
        place.keeper.held.document = held
        sign_in(browser, login, PASSWORD, base32(secret(login)))
        return browser
    with cheap(), centre.transaction() as db:
        known = accounts.found(db, party, login)
        if known is not None:
            told = accounts.reset(db, party, login, time.time(), "test")
        else:
            told = accounts.add(db, party, login, name, duties, time.time(), "test")
    place.keeper.held.pull()
    sign_in(browser, login, told.password, parse_qs(urlsplit(told.address).query)["secret"][0])
    return browser


@contextmanager
def cheap() -> Iterator[None]:
    """Accounts made now cost nothing worth waiting for, wherever they sign in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "prove", partial(prove, cost=CHEAP))
        yield


def as_demo(browser: httpx.Client, known: Path, place: str, duty: Duty) -> httpx.Client:
    """As the demonstration's clerk with this duty at ``place`` (``desk:demo-jia``, ``window:demo-bing``); ``known``: its file."""
    for one in demo.known(known):
        if place == one.place and duty in one.duties:
            sign_in(browser, one.login, one.password, one.secret)
            return browser
    raise LookupError(f"{place} {duty}")
