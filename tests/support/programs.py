"""A program at the centre's interface: a token of an account with these grants, and a client that shows it."""

from __future__ import annotations

from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from fleet.api.app import BASE
from fleet.people import accounts, tokens
from fleet.people.rights import ALL, Grant, Role
from fleet.store import Store

_NUMBERS = count(1)


def token(store: Store, now: float, *grants: Grant, owner: str | None = None, days: int = 30) -> str:
    """Of a new account with these grants, or of ``owner``."""
    if owner is None:
        owner = f"owner-{next(_NUMBERS)}"
        with store.transaction() as db:  # without a password, whose hashing takes its time
            db.execute("INSERT INTO people (login, name, password, totp, made) VALUES (?, ?, '-', '-', ?)", (owner, "程序", now))
            for one in grants:
                accounts.grant(db, owner, one, now, "test")
    with store.transaction() as db:
        return tokens.make(db, owner, "测试程序", grants, days, now, "test")


class Program:
    """``ask`` gives (status, JSON)."""

    def __init__(self, app: Flask, shown: str | None) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {shown}"} if shown is not None else {}

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        answer = self.client.open(f"{BASE}{path}", method=method, json=body, headers=self.headers, **more)
        return answer.status_code, answer.get_json(silent=True)

    def get(self, path: str) -> Any:
        status, told = self.ask("GET", path)
        assert status == 200, (status, told)
        return told


def program(app: Flask, store: Store, now: float, role: Role, party: str = ALL) -> Program:
    return Program(app, token(store, now, Grant(role, party)))
