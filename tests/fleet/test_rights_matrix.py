"""Who may do what, read from ``rights_matrix.txt``: every route × every role × one's own and a foreign party.

The table is written by hand, so that a right that is given away by mistake differs from it; a route that is not in it fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from support.console import NOW, Console, console
from support.people import account
from support.programs import Program, token

from domain.staff.duties import Duty
from fleet.api.app import BASE, routes
from fleet.clerks import accounts as clerks
from fleet.people.gate import needed
from fleet.people.rights import ALL, CENTRAL, RIGHTS, Act, Grant, Role

OURS, THEIRS = "mianzhu", "renshou"
TABLE = Path(__file__).with_name("rights_matrix.txt")
_WHOSE = {
    "terminal": "SELECT terminal FROM commands WHERE terminal LIKE 't-' || :short || '-%'",
    "command": "SELECT id FROM commands WHERE terminal LIKE 't-' || :short || '-%'",
    "case": "SELECT number FROM cases WHERE home = :party AND intake = :party",
    "ticket": "SELECT ticket FROM tickets WHERE party = :party",
    "alert": "SELECT id FROM alerts WHERE (party = 'mianzhu') = (:party = 'mianzhu') AND party <> ''",
    "clerk": "SELECT party || '/' || login FROM clerks WHERE party = :party",
    "person": "SELECT login FROM grants WHERE party = :party AND login LIKE 'of-%'",
}
"""The first thing of a party, by its short and long name."""
GRANTS = [Grant(role, party) for role in Role for party in (ALL, OURS) if party == ALL or role not in CENTRAL]
_GRANT = {"role": "viewer", "party": OURS}
"""What forms and bodies say of a grant."""
_SHORT = {OURS: "mz", THEIRS: "rs"}


@dataclass(frozen=True)
class Row:
    """``need``: an act, ``any`` or ``-``. ``address``: with a thing's kind in braces; empty: nobody's."""

    method: str
    rule: str
    need: str
    whole: bool
    address: str

    @property
    def act(self) -> Act | None:
        return None if self.need in ("-", "any") else Act(self.need)

    def allows(self, grant: Grant) -> bool:
        if self.act is None:
            return True
        return self.act in RIGHTS[grant.role] and (grant.party == ALL or not self.whole)

    def at(self, things: dict[str, str]) -> str:
        anything = re.sub(r"<[^>]+>", "1", re.sub(r"<any\((\w+)[^>]*>", r"\1", self.rule))
        return self.address.format(**things) if self.address else anything


def rows() -> list[Row]:
    lines = [re.split(r"\s{2,}", line.strip()) for line in TABLE.read_text("utf-8").splitlines() if line and line[0] != "#"]
    found = []
    for method_and_rule, *rest in ([" ".join(line[:2]), *line[2:]] if " " not in line[0] else line for line in lines):
        method, rule = method_and_rule.split(" ", 1)
        need, address = rest[0], rest[1] if len(rest) > 1 else ""
        found.append(Row(method, rule, need.rstrip("*"), need.endswith("*"), address))
    return found


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with console(tmp_path_factory.mktemp("centre")) as one:
        for party in (OURS, THEIRS):
            account(one.store, f"of-{party}", Grant(Role.VIEWER, party), now=NOW)
            with one.store.transaction() as db:
                clerks.add(db, party, "A017", "周试岗", (Duty.INTAKE,), NOW, "test")
        yield one


@pytest.fixture(scope="module")
def things(standing: Console) -> dict[str, dict[str, str]]:
    """Party → kind → which."""
    with standing.store.reading() as db:
        found = {
            party: {kind: db.execute(sql, {"short": _SHORT[party], "party": party}).fetchone() for kind, sql in _WHOSE.items()}
            for party in (OURS, THEIRS)
        }
    return {party: {kind: str(row[0]) for kind, row in of.items() if row is not None} for party, of in found.items()}


class Visitor:
    """Somebody with one grant, in a browser and with a program."""

    def __init__(self, standing: Console, grant: Grant) -> None:
        self.grant = grant
        self.browser: FlaskClient = standing.client(grant.role, grant.party)
        self.program = Program(standing.app, token(standing.store, NOW, grant))
        with standing.store.reading() as db:
            login = f"who-{list(standing._cookies).index((grant,))}"
            (self.form,) = db.execute("SELECT form FROM console_sessions WHERE login = ?", (login,)).fetchone()

    def ask(self, row: Row, things: dict[str, str]) -> int:
        address = row.at(things)
        if address.startswith(BASE):
            body = {"why": "x", **(_GRANT if row.rule.endswith(("/grant", "/withdraw")) else {})}
            return self.program.ask(row.method, address.removeprefix(BASE), body if row.method == "POST" else None)[0]
        data = {"form": self.form, "why": "x", **_GRANT} if row.method == "POST" else None
        return self.browser.open(address, method=row.method, data=data).status_code


def test_every_route_stands_in_the_table_and_needs_what_the_code_says(standing: Console) -> None:
    said = {(row.method, row.rule): f"{row.need}{'*' if row.whole and row.rule.startswith(BASE) else ''}" for row in rows()}
    found = {}
    for rule in standing.app.url_map.iter_rules():
        if rule.endpoint != "static":
            act = needed(standing.app, rule.endpoint)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                found[method, rule.rule] = act.value if act is not None else "-"
    for one in routes().routes:
        found[one.method, BASE + one.path] = (one.act.value if one.act is not None else "any") + ("*" if one.whole else "")
    lines = [f"{method:<5} {rule}  {need}" for (method, rule), need in sorted(found.items()) if said.get((method, rule)) != need]
    assert lines == [], "add to rights_matrix.txt:\n" + "\n".join(lines)
    assert set(said) - set(found) == set(), "not there any more"


def test_whoever_has_not_the_right_is_refused_everywhere(standing: Console, things: dict[str, dict[str, str]]) -> None:
    wrong = []
    for grant in GRANTS:
        visitor = Visitor(standing, grant)
        for row in rows():
            # For one party only it can differ where a right counts for all of them only.
            if not row.allows(grant) and (grant.party == ALL or row.whole) and (status := visitor.ask(row, things[OURS])) != 403:
                wrong.append((status, grant, row.method, row.rule))
    assert wrong == []


def test_nobody_at_all_comes_in_without_an_account_or_a_token(standing: Console, things: dict[str, dict[str, str]]) -> None:
    client = standing.app.test_client()
    wrong = []
    for row in rows():
        if row.need != "-":
            status = client.open(row.at(things[OURS]), method=row.method).status_code
            if status != 401:
                wrong.append((status, row.method, row.rule))
    assert wrong == []


def _opens(standing: Console, things: dict[str, dict[str, str]], visitors: list[Visitor]) -> list[tuple[object, ...]]:
    """Of pages and reads that may be had, what is not answered; of things of others, what is not absent."""
    wrong: list[tuple[object, ...]] = []
    for visitor in visitors:
        for row in rows():
            if not row.allows(visitor.grant) or row.need == "-":
                continue
            own = visitor.ask(row, things[OURS]) if row.method == "GET" and (row.address or "<" not in row.rule) else 200
            if own >= 400:
                wrong.append((own, "own", visitor.grant, row.method, row.rule))
            if row.address and visitor.grant.party == OURS and (status := visitor.ask(row, things[THEIRS])) not in (403, 404):
                wrong.append((status, "foreign", visitor.grant, row.method, row.rule))
    return wrong


def test_who_may_is_answered_and_what_is_a_foreign_partys_is_not_there(
    standing: Console, things: dict[str, dict[str, str]]
) -> None:
    some = (Role.OPERATOR, Role.PARTY_ADMIN, Role.TICKET_HANDLER)
    assert _opens(standing, things, [Visitor(standing, Grant(role, OURS)) for role in some]) == []


@pytest.mark.long
def test_the_same_for_every_role(standing: Console, things: dict[str, dict[str, str]]) -> None:
    assert _opens(standing, things, [Visitor(standing, grant) for grant in GRANTS]) == []
