"""``docs/contract``: made from the types, valid by their public validators, and true of what is said and taken."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from openapi_spec_validator import validate
from support.authority import authority
from support.fleet import TERMINAL
from support.schemas import SCHEMAS, allowed, spoilt

from fleet.authority.authority import Authority
from fleet.documents import Documents
from fleet.drafts import Drafts
from fleet.http import create_api
from fleet.store import Store
from mqtt import messages
from mqtt.commands import Command, CommandAnswer, operation
from mqtt.desired import Desired
from mqtt.documents.asyncapi import asyncapi
from mqtt.documents.openapi import RESOURCES, openapi
from mqtt.documents.schemas import FIELDS, schemas
from mqtt.documents.written import written
from mqtt.events import decode_event
from mqtt.greeting import Greeting
from mqtt.messages import CentreState, StorageReceipt, TerminalState, decode_report
from mqtt.wire import MAX_PAYLOAD, ContractError, decode

ROOT = Path(__file__).parents[2]
FOLDER, DATA = ROOT / "docs" / "contract", Path(__file__).parent / "data"
MESSAGES: dict[str, dict[str, Any]] = asyncapi()["components"]["messages"]
EVENTS = sorted(name for name in MESSAGES if name.startswith("cn."))
KINDS: dict[str, Any] = {"birth": TerminalState, "lost": TerminalState, "left": TerminalState, "centreUp": CentreState}
KINDS |= {"commandAnswer": CommandAnswer, "desired": Desired, "greeting": Greeting}
BEYOND = (
    "event id is not its epoch and sequence",
    "state report names a whole one that is still to come",
    "state report calls itself whole and is not",
    f"larger than {MAX_PAYLOAD} bytes",
)
"""Rules between fields, and of the bytes, which a schema cannot say."""


@pytest.mark.parametrize("name", sorted(written()))
def test_the_files_are_what_the_types_give(name: str) -> None:
    assert (FOLDER / name).read_bytes() == written()[name], "run `make contract`, and look at what changed"


def test_the_openapi_document_is_valid() -> None:
    validate(msgspec.yaml.decode((FOLDER / "openapi.yaml").read_bytes()))


def test_the_asyncapi_document_is_valid() -> None:
    peers = Path(__file__).parent / "peers"
    asked = ["node", str(peers / "asyncapi.mjs"), str(FOLDER / "asyncapi.yaml")]
    said = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert [one for one in said if one["code"] != "asyncapi-latest-version"] == []


def test_every_route_of_the_centre_is_in_the_document_and_no_other(tmp_path: Path, store: Store) -> None:
    books = Authority(authority(tmp_path / "authority"), (TERMINAL,))
    documents, bodies = Documents(tmp_path / "documents"), Documents(tmp_path / "desired")
    api: Flask = create_api(store, documents, bodies, Drafts(tmp_path / "drafts", store, {}), books, {}, lambda: None)
    books.close()
    served = {
        (method.lower(), re.sub(r"<\w+>", "{}", rule.rule))
        for rule in api.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(one.method, re.sub(r"{\w+}", "{}", one.path)) for one in RESOURCES if one.method != "head"}


def test_every_field_is_reviewed_and_nothing_else_stands_on_the_list() -> None:
    """The list says what each field is and why it identifies nobody. Whoever adds a field says so there, and is reviewed."""
    made = {
        name: set(schema["properties"])
        for document in (asyncapi(), openapi())
        for name, schema in document["components"]["schemas"].items()
    }
    assert made == {name: set(fields) for name, fields in FIELDS.items()}
    assert all(said.strip() for fields in FIELDS.values() for said in fields.values())


def test_a_field_nobody_reviewed_makes_no_document() -> None:
    class Birth(messages.Birth, frozen=True, tag="up"):
        applicant: str = ""

    with pytest.raises(KeyError, match="applicant"):
        schemas([Birth])


@pytest.mark.parametrize("path", sorted((DATA / "v1").iterdir()), ids=lambda path: path.stem)
def test_what_the_first_release_said_is_understood(path: Path) -> None:
    assert code(path.stem, path.read_bytes()) is None
    if path.stem != "health":
        assert document(_ALIAS.get(path.stem, path.stem), json.loads(path.read_bytes())) is None


@pytest.mark.parametrize("name", sorted(MESSAGES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_the_document_allows_is_taken(name: str, data: st.DataObject) -> None:
    message = _placed(data.draw(_allowed(name)))
    assert document(name, message) is None
    assert code(name, json.dumps(message).encode()) in (None, *BEYOND)


@pytest.mark.parametrize("name", sorted(MESSAGES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_the_document_forbids_is_refused_by_name(name: str, data: st.DataObject) -> None:
    message = data.draw(_spoilt(name))
    refused = code(name, json.dumps(message).encode())
    if document(name, message) is None:
        assert refused in (None, *BEYOND)
    else:
        assert refused
        assert len(refused) <= 160


@cache
def _allowed(name: str) -> SearchStrategy[Any]:
    return allowed(MESSAGES[name]["payload"])


@cache
def _spoilt(name: str) -> SearchStrategy[Any]:
    return spoilt(MESSAGES[name]["payload"])


@cache
def _validator(name: str) -> Any:
    schema = {"$ref": "#/components/messages/x/payload", "components": {"schemas": SCHEMAS, "messages": {"x": MESSAGES[name]}}}
    return _Validator(schema)


_Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, one: isinstance(one, int) and not isinstance(one, bool)
    ),
)
"""JSON Schema calls 1.0 an integer. Nothing of the contract writes one so, and a number without a fraction is what is taken."""
_ALIAS = {"receipt": "storageReceipt", "centre-up": "centreUp"} | {
    name: f"cn.tongban.{name}.v1" for name in ("case.taken", "rating.given", "receipt.ended")
}


def document(name: str, message: Any) -> str | None:
    """What the document has against ``message``."""
    found = next(_validator(name).iter_errors(message), None)
    return found.message if found else None


def code(name: str, payload: bytes) -> str | None:
    """What the code has against it."""
    name = _ALIAS.get(name, name)
    try:
        if name in EVENTS:
            decode_event(payload)
        elif name in ("report", "health"):
            decode_report(payload)
        elif name == "command":
            operation(decode(payload, Command).do)
        else:
            decode(payload, KINDS.get(name, StorageReceipt))
    except ContractError as error:
        return str(error)
    return None


def _placed(message: Any) -> Any:
    """An event's id follows from its place."""
    return {**message, "id": f"{message['epoch']}:{message['sequence']}"} if "epoch" in message else message
