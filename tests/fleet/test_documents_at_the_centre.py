from __future__ import annotations

import socket
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from support.fleet import EPOCH, HOME, OTHER_HOME, OTHER_TERMINAL, TERMINAL, TIME, Fleet, bearer, taken

from domain import sealing
from fleet.intake import understand
from mqtt import topics
from mqtt.messages import event
from mqtt.resources import MAX_DOCUMENT, CaseList, CaseStanding

BODY = b"sealed bytes" * 1000
DIGEST = sealing.digest(BODY)


@pytest.fixture
def api(fleet: Fleet) -> str:
    return fleet.centre.api_address


def put(api: str, body: bytes, digest: str = DIGEST, who: str = TERMINAL) -> int:
    return httpx.put(f"{api}/v1/documents/{digest}", content=body, headers=bearer(who)).status_code


def take(fleet: Fleet, number: str, *bodies: bytes) -> None:
    raw = event(TERMINAL, EPOCH, int(number[1:]), TIME, taken(number, bodies))
    fleet.centre.store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], 1.0)


def test_a_document_is_stored_now_and_then_was_stored_already(api: str) -> None:
    assert [put(api, BODY), put(api, BODY)] == [201, 200]


def test_content_that_does_not_match_its_name_is_refused_and_nothing_is_kept(api: str, fleet: Fleet) -> None:
    assert put(api, BODY + b"x") == 422
    assert put(api, b"") == 422
    with fleet.centre.store.reading() as db:
        assert db.execute("SELECT count(*) FROM documents").fetchone()[0] == 0
    assert put(api, BODY) == 201


def test_a_document_that_is_too_large_is_refused_before_it_is_read(api: str) -> None:
    parts = urlsplit(api)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as link:
        head = f"PUT /v1/documents/{DIGEST} HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_DOCUMENT + 1}\r\n"
        link.sendall((head + f"Authorization: {bearer(TERMINAL)['Authorization']}\r\n\r\n").encode())
        assert b" 413 " in link.recv(4096)


def test_a_document_of_unknown_length_is_refused(api: str) -> None:
    parts = urlsplit(api)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as link:
        head = f"PUT /v1/documents/{DIGEST} HTTP/1.1\r\nHost: x\r\n"
        link.sendall((head + f"Authorization: {bearer(TERMINAL)['Authorization']}\r\n\r\n").encode())
        assert b" 411 " in link.recv(4096)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}, bearer(HOME)])
def test_only_a_terminal_may_bring_documents(api: str, headers: dict[str, str]) -> None:
    assert httpx.put(f"{api}/v1/documents/{DIGEST}", content=BODY, headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["x", "../../etc/passwd", DIGEST.upper(), DIGEST + "0"])
def test_a_name_that_is_no_digest_is_not_found(api: str, name: str) -> None:
    assert put(api, BODY, name) == 404


def test_a_case_is_whole_when_every_document_it_names_is_stored(api: str, fleet: Fleet) -> None:
    take(fleet, "C1", BODY, b"page")
    assert standing(api, "C1") == CaseStanding("C1", False, (DIGEST, sealing.digest(b"page")))
    put(api, BODY)
    assert standing(api, "C1") == CaseStanding("C1", False, (sealing.digest(b"page"),))
    put(api, b"page", sealing.digest(b"page"))
    assert standing(api, "C1") == CaseStanding("C1", True, ())


def test_a_case_of_another_terminal_is_not_found(api: str, fleet: Fleet) -> None:
    take(fleet, "C1", BODY)
    answer = httpx.get(f"{api}/v1/cases/C1", headers=bearer(OTHER_TERMINAL))
    assert answer.status_code == 404


def test_a_desk_gets_documents_of_its_own_cases_only(api: str, fleet: Fleet) -> None:
    put(api, BODY)
    assert httpx.get(f"{api}/v1/documents/{DIGEST}", headers=bearer(HOME)).status_code == 404
    take(fleet, "C1", BODY)
    assert httpx.get(f"{api}/v1/documents/{DIGEST}", headers=bearer(HOME)).content == BODY
    assert httpx.get(f"{api}/v1/documents/{DIGEST}", headers=bearer(OTHER_HOME)).status_code == 404
    assert httpx.get(f"{api}/v1/documents/{DIGEST}", headers=bearer(TERMINAL)).status_code == 401


def test_a_desk_lists_its_own_cases_only_newest_first(api: str, fleet: Fleet) -> None:
    take(fleet, "C1", BODY)
    take(fleet, "C2", BODY)
    answer = httpx.get(f"{api}/v1/homes/{HOME}/cases", headers=bearer(HOME))
    listed = msgspec.json.decode(answer.content, type=CaseList)
    assert ([case.case for case in listed.cases], listed.total) == (["C2", "C1"], 2)
    assert listed.cases[0].missing == (DIGEST,)
    assert httpx.get(f"{api}/v1/homes/{HOME}/cases", headers=bearer(OTHER_HOME)).status_code == 404


def standing(api: str, number: str) -> CaseStanding:
    return msgspec.json.decode(httpx.get(f"{api}/v1/cases/{number}", headers=bearer(TERMINAL)).content, type=CaseStanding)
