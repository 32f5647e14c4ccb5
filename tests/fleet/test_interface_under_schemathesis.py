"""schemathesis asks the interface what its own document allows and forbids, in process. It shares no code with us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode
from support.console import NOW, console
from support.console_board import seed_board
from support.console_steering import seed_steering
from support.programs import token

from fleet.api.app import BASE, routes
from fleet.api.frame import Route
from fleet.people.rights import ALL, Grant, Role

EXAMPLES, MANY = 1, 150
"""Requests of each kind: seconds of every `make test`; minutes of `make test-long`."""
ROUTES = routes().routes
SENT = [one for one in ROUTES if one.given or one.ask or one.body]
"""Those of which something can be wrong in what is sent."""
NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


@dataclass
class Asked:
    """What makes requests, and what shows the right to everything."""

    schema: Any
    headers: dict[str, str]

    def ask(self, one: Route, mode: GenerationMode, examples: int, *more: str) -> None:
        path = one.path.replace("<", "{").replace(">", "}")
        checks = CHECKS.get_by_names([*NAMES, *more])

        @settings(max_examples=examples, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
        @given(self.schema[path][one.method].as_strategy(generation_mode=mode))
        def each(case: Any) -> None:
            answer = case.call(headers=self.headers)
            case.validate_response(answer, checks=checks)

        each()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with console(tmp_path_factory.mktemp("centre"), seed_board, seed_steering) as standing:
        interface = standing.app.wsgi_app.mounts[BASE]  # type: ignore[attr-defined]
        for limiter in interface.extensions["limiter"]:
            limiter.enabled = False
        shown = token(standing.store, NOW, *(Grant(role, ALL) for role in Role))
        yield Asked(schemathesis.openapi.from_wsgi(f"{BASE}/openapi.json", standing.app), {"Authorization": f"Bearer {shown}"})


@pytest.mark.parametrize("one", ROUTES, ids=lambda one: one.name)
def test_whoever_asks_in_order_is_answered_as_the_document_says(asked: Asked, one: Route) -> None:
    asked.ask(one, GenerationMode.POSITIVE, EXAMPLES)


@pytest.mark.parametrize("one", SENT, ids=lambda one: one.name)
def test_whoever_asks_what_is_forbidden_is_refused_by_name(asked: Asked, one: Route) -> None:
    asked.ask(one, GenerationMode.NEGATIVE, EXAMPLES, "negative_data_rejection")


@pytest.mark.long
@pytest.mark.parametrize("one", SENT, ids=lambda one: one.name)
def test_very_many_requests_of_both_kinds(asked: Asked, one: Route) -> None:
    asked.ask(one, GenerationMode.POSITIVE, MANY)
    asked.ask(one, GenerationMode.NEGATIVE, MANY, "negative_data_rejection")
