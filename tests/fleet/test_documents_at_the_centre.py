from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from support.fleet import EPOCH, HOME, OTHER_HOME, OTHER_TERMINAL, TERMINAL, TIME, Fleet, bearer, taken

from domain import sealing
from fleet.intake import understand
from mqtt import topics
from mqtt.events import event
from mqtt.resources import MAX_DOCUMENT, CaseList, CaseStanding
from mqtt.tls import context

BODY = b"sealed bytes" * 1000
DIGEST = sealing.digest(BODY)


@pytest.fixture
def api(fleet: Fleet) -> Iterator[httpx.Client]:
    """As the terminal sees it."""
    with fleet.api() as client:
        yield client


@pytest.fixture
def anybody(fleet: Fleet) -> Iterator[httpx.Client]:
    """As somebody without a certificate sees it."""
    with fleet.api(None) as client:
        yield client


def put(api: httpx.Client, body: bytes, digest: str = DIGEST) -> int:
    return api.put(f"/v1/documents/{digest}", content=body).status_code


def take(fleet: Fleet, number: str, *bodies: bytes) -> None:
    raw = event(TERMINAL, EPOCH, int(number[1:]), TIME, taken(number, bodies))
    fleet.centre.store.record([understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL}))], 1.0)


def test_a_document_is_stored_now_and_then_was_stored_already(api: httpx.Client) -> None:
    assert [put(api, BODY), put(api, BODY)] == [201, 200]


def test_content_that_does_not_match_its_name_is_refused_and_nothing_is_kept(api: httpx.Client, fleet: Fleet) -> None:
    assert put(api, BODY + b"x") == 422
    assert put(api, b"") == 422
    with fleet.centre.store.reading() as db:
        assert db.execute("SELECT count(*) FROM documents").fetchone()[0] == 0
    assert put(api, BODY) == 201


def test_what_is_refused_is_named_counted_for_its_terminal_and_shown_to_staff(api: httpx.Client, fleet: Fleet) -> None:
    answer = api.put(f"/v1/documents/{DIGEST}", content=BODY + b"x")
    assert (answer.status_code, answer.json()) == (422, {"refused": "wrong_content"})
    assert api.put("/v1/documents/x", content=BODY).json() == {"refused": "not_found"}
    page = fleet.console()
    assert f"PUT /v1/documents {TERMINAL}" in page
    assert "上传的内容与其摘要不符" in page
    assert "上传的名称不是摘要" in page


def test_a_stranger_s_requests_are_refused_and_cost_the_centre_no_write(anybody: httpx.Client, fleet: Fleet) -> None:
    assert anybody.put(f"/v1/documents/{DIGEST}", content=BODY).json() == {"refused": "no_credentials"}
    with fleet.centre.store.reading() as db:
        assert db.execute("SELECT count(*) FROM refused").fetchone()[0] == 0


def test_a_document_that_is_too_large_is_refused_before_it_is_read(fleet: Fleet) -> None:
    head = f"PUT /v1/documents/{DIGEST} HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_DOCUMENT + 1}\r\n\r\n"
    assert b" 413 " in raw(fleet, head)


def test_a_document_of_unknown_length_is_refused(fleet: Fleet) -> None:
    assert b" 411 " in raw(fleet, f"PUT /v1/documents/{DIGEST} HTTP/1.1\r\nHost: x\r\n\r\n")


def raw(fleet: Fleet, head: str) -> bytes:
    """What is answered to a head whose body never comes."""
    parts = urlsplit(fleet.centre.api_address)
    trust = context(fleet.broker.tls(TERMINAL))
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as link:
        with trust.wrap_socket(link, server_hostname=parts.hostname) as secured:
            secured.sendall(head.encode())
            return secured.recv(4096)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}, bearer("nobody")])
def test_only_a_terminal_or_a_desk_may_bring_documents(anybody: httpx.Client, headers: dict[str, str]) -> None:
    assert anybody.put(f"/v1/documents/{DIGEST}", content=BODY, headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["tongban.certificate", "Tongban-Certificate", "SSL-Client-Cert", "X-SSL-Client-Cert"])
def test_no_header_stands_for_a_certificate(anybody: httpx.Client, fleet: Fleet, name: str) -> None:
    pem = Path(str(fleet.broker.tls(TERMINAL).identity)).read_text().split("-----BEGIN CERTIFICATE-----")[1]
    headers = {name: "".join(pem.split())}
    assert anybody.put(f"/v1/documents/{DIGEST}", content=BODY, headers=headers).status_code == 401


def test_a_document_never_lies_in_a_temporary_file_on_its_way(
    api: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refused)
    body = b"x" * MAX_DOCUMENT
    assert put(api, body, sealing.digest(body)) == 201


def test_a_client_that_says_nothing_keeps_nobody_waiting(fleet: Fleet, api: httpx.Client) -> None:
    parts = urlsplit(fleet.centre.api_address)
    with ExitStack() as mute:
        for _ in range(8):
            mute.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=10))
        assert put(api, BODY) == 201


@pytest.mark.parametrize("name", ["x", "../../etc/passwd", DIGEST.upper(), DIGEST + "0"])
def test_a_name_that_is_no_digest_is_not_found(api: httpx.Client, name: str) -> None:
    assert put(api, BODY, name) == 404


def test_a_case_is_whole_when_every_document_it_names_is_stored(api: httpx.Client, fleet: Fleet) -> None:
    take(fleet, "C1", BODY, b"page")
    assert standing(api, "C1") == CaseStanding("C1", False, (DIGEST, sealing.digest(b"page")))
    put(api, BODY)
    assert standing(api, "C1") == CaseStanding("C1", False, (sealing.digest(b"page"),))
    put(api, b"page", sealing.digest(b"page"))
    assert standing(api, "C1") == CaseStanding("C1", True, ())


def test_a_case_of_another_terminal_is_not_found(api: httpx.Client, fleet: Fleet) -> None:
    take(fleet, "C1", BODY)
    with fleet.api(OTHER_TERMINAL) as other:
        assert other.get("/v1/cases/C1").status_code == 404


def test_a_desk_gets_documents_of_its_own_cases_only(api: httpx.Client, anybody: httpx.Client, fleet: Fleet) -> None:
    put(api, BODY)
    assert anybody.get(f"/v1/documents/{DIGEST}", headers=bearer(HOME)).status_code == 404
    take(fleet, "C1", BODY)
    assert anybody.get(f"/v1/documents/{DIGEST}", headers=bearer(HOME)).content == BODY
    assert anybody.get(f"/v1/documents/{DIGEST}", headers=bearer(OTHER_HOME)).status_code == 404
    assert api.get(f"/v1/documents/{DIGEST}").status_code == 404, "a terminal is given tasks of its hall, and nothing else"


def test_a_desk_lists_its_own_cases_only_newest_first(anybody: httpx.Client, fleet: Fleet) -> None:
    take(fleet, "C1", BODY)
    take(fleet, "C2", BODY)
    answer = anybody.get(f"/v1/homes/{HOME}/cases", headers=bearer(HOME))
    listed = msgspec.json.decode(answer.content, type=CaseList)
    assert ([case.case for case in listed.cases], listed.total) == (["C2", "C1"], 2)
    assert listed.cases[0].missing == (DIGEST,)
    assert anybody.get(f"/v1/homes/{HOME}/cases", headers=bearer(OTHER_HOME)).status_code == 404


def standing(api: httpx.Client, number: str) -> CaseStanding:
    return msgspec.json.decode(api.get(f"/v1/cases/{number}").content, type=CaseStanding)
