"""schemathesis asks the running centre what its own OpenAPI document allows and forbids. It shares no code with us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode
from support.fleet import HOME, TERMINAL, Fleet, bearer, running_fleet

from mqtt.documents.openapi import RESOURCES, Resource

OPENAPI = Path(__file__).parents[2] / "docs" / "contract" / "openapi.yaml"
EXAMPLES = 8
"""Requests of each kind: seconds in every `make test`."""
SCHEMA = schemathesis.openapi.from_dict(msgspec.yaml.decode(OPENAPI.read_bytes()))
SENT = [one for one in RESOURCES if one.parameter or one.body]
"""Resources of which something can be wrong in what is sent."""
KNOWN = {(one.method.upper(), one.path) for one in RESOURCES}
NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


@schemathesis.serializer("application/pkcs10", "application/partial-upload")
def _as_it_is(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with running_fleet(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.mark.parametrize("who", ["anybody", "terminal", "desk"])
@pytest.mark.parametrize("one", RESOURCES, ids=lambda one: one.name)
def test_whoever_asks_in_order_is_answered_as_the_document_says(fleet: Fleet, one: Resource, who: str) -> None:
    ask(fleet, one, who, GenerationMode.POSITIVE)


@pytest.mark.parametrize("one", SENT, ids=lambda one: one.name)
def test_whoever_may_ask_and_asks_what_is_forbidden_is_refused_by_name(fleet: Fleet, one: Resource) -> None:
    ask(fleet, one, one.who, GenerationMode.NEGATIVE, "negative_data_rejection")


@pytest.mark.parametrize(
    ("one", "method"),
    [(one, method) for one in RESOURCES for method in ("PATCH", "DELETE") if (method, one.path) not in KNOWN],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_a_method_the_document_does_not_know_is_refused_by_name(fleet: Fleet, one: Resource, method: str) -> None:
    with fleet.api() as api:
        answer = api.request(method, one.path.replace("{", "").replace("}", ""))
        assert (answer.status_code, answer.json()) == (405, {"refused": "wrong_method"})
        assert one.method.upper() in answer.headers["Allow"]


def ask(fleet: Fleet, one: Resource, who: str, mode: GenerationMode, *more: str) -> None:
    """Some requests of one kind; nothing at the centre may change by them."""
    before, tls, checks = kept(fleet), fleet.broker.tls(TERMINAL), CHECKS.get_by_names([*NAMES, *more])
    shown = {"cert": tls.identity} if who == "terminal" else {}

    @settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(SCHEMA[one.path][one.method.upper()].as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        headers = bearer(HOME) if who == "desk" else None
        answer = case.call(base_url=fleet.centre.api_address, verify=tls.ca, headers=headers, **shown)
        case.validate_response(answer, checks=checks)

    each()
    assert kept(fleet) == before


def kept(fleet: Fleet) -> tuple[object, ...]:
    """What the centre has stored: rows, files, certificates."""
    tables = ("events", "dead_letters", "cases", "documents", "ratings", "receipts", "terminals")
    with fleet.centre.store.reading() as db:
        rows = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
    files = sorted(path for path in fleet.folder.rglob("documents/*/*") if path.is_file())
    issued = [row for row in fleet.centre.authority.audit() if row[1] in ("enrolled", "renewed")]
    return rows, files, issued
