"""Signing in by OpenID Connect: a real provider over HTTP; only people who have an account here; nothing is believed unproven."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.centre_db import new_database
from support.console_board import KNOWN
from support.identity_provider import CLIENT, SECRET, IdentityProvider, identity_provider
from support.people import account
from support.programs import Program

from fleet.authority.authority import Identity
from fleet.console.account import STATE
from fleet.console.app import create_console
from fleet.people import accounts, flows, record
from fleet.people.gate import COOKIE
from fleet.people.oidc import BACK, Provider, provider
from fleet.people.rights import ALL, Grant, Role
from fleet.presence import Hearing
from fleet.settings import OidcSettings, SettingsError
from fleet.store import Store

ADDRESS = "http://127.0.0.1:8602"


class Signing:
    """A console with a provider; ``late``: seconds the console's clock is ahead."""

    def __init__(self, folder: Path, idp: IdentityProvider) -> None:

        self.idp = idp
        self.late = 0.0
        self.store = Store(new_database(folder / "centre.db"))
        secret = folder / "secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        self.settings = OidcSettings(idp.issuer, CLIENT, secret, ADDRESS)

        def now() -> float:
            return time.time() + self.late

        identity = Identity(None, revoked=False, cloned=False)

        def console() -> Flask:
            made = provider(self.settings, now)
            assert isinstance(made, Provider)
            return create_console(self.store, KNOWN, lambda: Hearing(None), lambda _t: identity, now, oidc=made)

        self.app, self.another = console(), console()
        account(self.store, "wang", Grant(Role.OPERATOR, ALL))

    def begin(self, client: FlaskClient, then: str = "/") -> str:
        """Where the browser is sent."""
        answer = client.get("/sign-in/oidc", query_string={"then": then})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def back(self, client: FlaskClient, address: str) -> tuple[int, str]:
        """The browser goes to the provider and comes back with what it is given."""
        returned = httpx.get(address).headers["Location"]
        assert returned.startswith(ADDRESS + BACK)
        answer = client.get(BACK, query_string=urlsplit(returned).query)
        return answer.status_code, answer.text

    def newest(self) -> tuple[str, str, str]:
        with self.store.reading() as db:
            line = record.lines(db, 1)[0]
        return line.who, line.act, line.result


@pytest.fixture
def signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signing]:
    with identity_provider(ADDRESS + BACK, monkeypatch) as idp:
        one = Signing(tmp_path, idp)
        yield one
        one.store.close()


def test_whoever_has_an_account_comes_in_and_goes_where_they_wanted(signing: Signing) -> None:
    client = signing.app.test_client()
    assert "用统一身份认证登录" in client.get("/sign-in").text
    address = signing.begin(client, "/people?x=1")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    status, page = signing.back(client, address)
    assert (status, 'content="0;url=/people?x=1"' in page) == (200, True)
    assert client.get("/account").status_code == 200
    assert "统一认证" in client.get("/account").text
    assert signing.newest() == ("wang", "sign-in", "oidc")
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Strict")
    assert client.get_cookie(STATE, path=BACK) is None


@pytest.mark.parametrize("wrong", ["key", "issuer", "audience", "expired", "nonce", "claim", "denied"])
def test_what_the_provider_cannot_prove_lets_nobody_in(signing: Signing, wrong: str) -> None:
    client = signing.app.test_client()
    signing.idp.wrong = wrong
    assert signing.back(client, signing.begin(client))[0] == 401
    assert client.get_cookie(COOKIE) is None
    assert signing.newest()[2].startswith("oidc-")


def test_nobody_without_an_account_or_with_a_disabled_one_comes_in(signing: Signing) -> None:
    for user in ("stranger", "wang", "Not A Login!"):
        client = signing.app.test_client()
        signing.idp.user = user
        if user == "wang":
            with signing.store.transaction() as db:
                accounts.disable(db, "wang", 1.0, "test")
        status, page = signing.back(client, signing.begin(client))
        assert (status, "没有账号，或账号已停用" in page) == (401, True)
        assert client.get_cookie(COOKIE) is None
    assert signing.newest()[2] == "oidc-unknown"


def test_a_sign_in_belongs_to_its_browser_is_good_once_and_not_for_long(signing: Signing) -> None:
    client, other = signing.app.test_client(), signing.app.test_client()
    returned = urlsplit(httpx.get(signing.begin(client)).headers["Location"]).query
    assert other.get(BACK, query_string=returned).status_code == 401, "sent to somebody else"
    assert client.get(BACK, query_string=returned).status_code == 200
    client.set_cookie(STATE, parse_qs(returned)["state"][0], path=BACK)
    assert client.get(BACK, query_string=returned).status_code == 401, "once more"
    address = signing.begin(client)
    signing.late = flows.LIFE + 1
    assert signing.back(client, address)[0] == 401, "too late"
    for query in ("", "state=", "code=x", "state=x&code=y"):
        assert signing.app.test_client().get(BACK, query_string=query).status_code == 401


def test_what_was_begun_at_one_console_ends_at_another(signing: Signing) -> None:
    client, beside = signing.app.test_client(), signing.another.test_client()
    address = signing.begin(client, "/people")
    beside.set_cookie(STATE, parse_qs(urlsplit(address).query)["state"][0], path=BACK)  # the same browser, by the proxy
    status, page = signing.back(beside, address)
    assert (status, "/people" in page) == (200, True)


def test_whoever_begins_a_thousand_puts_out_the_oldest_and_no_more_are_kept(signing: Signing) -> None:
    with signing.store.transaction() as db:
        states = [flows.begin(db, "/", 100.0 + n / 10)[0] for n in range(flows.MOST + 1)]
        (kept,) = db.execute("SELECT count(*) FROM sign_ins").fetchone()
        assert (kept, flows.take(db, states[0], 201.0)) == (flows.MOST, None)
        assert flows.take(db, states[-1], 201.0)
        flows.begin(db, "/", 202.0 + flows.LIFE)
        assert db.execute("SELECT count(*) FROM sign_ins").fetchone()[0] == 1, "the others took too long"


def test_a_code_that_was_stolen_is_no_use_without_its_verifier(signing: Signing) -> None:
    client, thief = signing.app.test_client(), signing.app.test_client()
    stolen = parse_qs(urlsplit(httpx.get(signing.begin(client)).headers["Location"]).query)["code"][0]
    own = parse_qs(urlsplit(httpx.get(signing.begin(thief)).headers["Location"]).query)
    assert thief.get(BACK, query_string={"state": own["state"][0], "code": stolen}).status_code == 401


def test_new_keys_of_the_provider_are_fetched_and_one_that_is_away_is_said(signing: Signing) -> None:
    client = signing.app.test_client()
    assert signing.back(client, signing.begin(client))[0] == 200
    signing.idp.key = type(signing.idp.key).generate_key("P-256", parameters={"kid": "2"})
    again = signing.app.test_client()
    assert signing.back(again, signing.begin(again))[0] == 200
    signing.late = 4000.0
    signing.idp.issuer = "http://127.0.0.1:1"
    answer = signing.app.test_client().get("/sign-in/oidc")
    assert (answer.status_code, "与设置不符" in answer.text) == (401, True)


def test_a_provider_without_tls_elsewhere_than_here_is_refused(signing: Signing) -> None:
    with pytest.raises(SettingsError, match="https"):
        provider(OidcSettings("http://idp.example", CLIENT, signing.settings.secret_file, ADDRESS), lambda: 0.0)


def test_one_sees_where_one_is_signed_in_and_ends_one_or_all_of_them(signing: Signing) -> None:
    clients = [signing.app.test_client() for _ in range(3)]
    for client in clients:
        assert signing.back(client, signing.begin(client))[0] == 200
    page = clients[0].get("/account").text
    assert (page.count("统一认证"), page.count("（这里）")) == (3, 1)
    form = re.findall(r'name="form" value="([^"]+)"', page)[0]
    id_ = re.findall(r"/account/sessions/([0-9a-f]+)/end", page)[0]
    assert clients[0].post("/account/sessions/0000/end", data={"form": form}).status_code == 404
    assert clients[0].post(f"/account/sessions/{id_}/end", data={"form": form}).status_code == 303
    assert sorted(client.get("/account").status_code for client in clients) == [200, 200, 401]
    assert clients[0].post("/account/sign-out-everywhere", data={"form": form}).status_code == 303
    assert [client.get("/account").status_code for client in clients] == [401, 401, 401]
    assert signing.newest() == ("wang", "sign-out", "2 sessions")


def test_one_makes_a_token_for_ones_programs_on_the_page_and_revokes_it(signing: Signing) -> None:
    client = signing.app.test_client()
    signing.back(client, signing.begin(client))
    form = re.findall(r'name="form" value="([^"]+)"', client.get("/account").text)[0]
    told = {"form": form, "name": "报表", "days": "30", "why": "每日"}
    wider = client.post("/account/tokens", data={**told, "grant": "auditor@*"})
    assert (wider.status_code, "超出" in wider.text) == (422, True)
    assert client.post("/account/tokens", data={**told, "grant": "king@*"}).status_code == 422
    assert client.post("/account/tokens", data={**told, "grant": "operator@*", "days": "x"}).status_code == 422
    made = re.findall(
        r"tbt_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", client.post("/account/tokens", data={**told, "grant": "operator@*"}).text
    )
    program = Program(signing.app, made[0])
    assert program.ask("GET", "/me")[0] == 200
    assert made[0] not in client.get("/account").text
    id_ = made[0].split("_")[1]
    assert client.post("/account/tokens/00000000/revoke", data={"form": form, "why": "x"}).status_code == 404
    assert client.post(f"/account/tokens/{id_}/revoke", data={"form": form, "why": "换新的"}).status_code == 303
    assert program.ask("GET", "/me")[0] == 401
