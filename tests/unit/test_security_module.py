"""A security module behind HTTPS with certificates on both sides: an answer, a refusal, a reason, and never a wait."""

from __future__ import annotations

import datetime
import http.server
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from devices.smartcard.remote import SECONDS, RemoteModule
from devices.smartcard.security import REFUSED, UNREACHABLE, Challenge, Question, Verdict

QUESTION = Question(3, b"history", bytes(16), Challenge(b"11111111", b"22222222"), Challenge(b"33333333", b"44444444"))
GOOD = {"v": 1, "mac": "0102030405060708", "cryptogram": "1112131415161718"}


def _with(**other: object) -> bytes:
    return json.dumps({**GOOD, **other}).encode()


@dataclass
class Module:
    url: str = ""
    status: int = 200
    body: bytes = _with()
    stalls: threading.Event = field(default_factory=threading.Event)
    asked: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stalls.set()


def certificate(folder: Path, name: str) -> Path:
    """A self-signed one for 127.0.0.1 with its key, in one PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(1))
        .not_valid_after(now + datetime.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Module]:
    ours, theirs = certificate(tmp_path, "terminal"), certificate(tmp_path, "module")
    told = Module()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            told.stalls.wait(20)
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ours)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(theirs)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    told.url = f"https://127.0.0.1:{server.server_port}/"
    yield told
    told.stalls.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def asker(module: Module, tmp_path: Path) -> RemoteModule:
    made = RemoteModule(module.url, ca=tmp_path / "module.pem", certificate=tmp_path / "terminal.pem")
    return made


def test_the_question_is_asked_in_full_and_answered(module: Module, asker: RemoteModule) -> None:
    assert asker.answer(QUESTION) == Verdict(bytes.fromhex("0102030405060708"), bytes.fromhex("1112131415161718"))
    (asked,) = module.asked
    assert asked["v"] == 1
    assert asked["card"] == {"source": b"11111111".hex(), "factor": b"22222222".hex()}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"\xff", b"x" * 9999, _with(v=2), _with(mac="01")],
)
def test_an_answer_that_is_none_is_a_refusal(module: Module, asker: RemoteModule, body: bytes) -> None:
    module.body = body
    assert asker.answer(QUESTION) == REFUSED


def test_a_module_that_says_no_has_refused(module: Module, asker: RemoteModule) -> None:
    module.status = 403
    assert asker.answer(QUESTION) == REFUSED


def test_one_that_does_not_answer_is_unreachable(module: Module, asker: RemoteModule) -> None:
    module.stalls.clear()
    assert asker.answer(QUESTION) == UNREACHABLE
    assert SECONDS < 2


def test_without_the_terminals_certificate_nothing_is_asked(module: Module, tmp_path: Path) -> None:
    stranger = RemoteModule(module.url, ca=tmp_path / "module.pem")
    assert stranger.answer(QUESTION) == UNREACHABLE
    assert not module.asked


def test_a_module_of_another_authority_is_told_nothing(module: Module, tmp_path: Path) -> None:
    deceived = RemoteModule(module.url, ca=tmp_path / "terminal.pem", certificate=tmp_path / "terminal.pem")
    assert deceived.answer(QUESTION) == UNREACHABLE
    assert not module.asked


@pytest.mark.parametrize("file", ["none.pem", "hello.pem"])
def test_without_its_certificates_it_is_unreachable_and_keeps_nothing_from_starting(
    module: Module, tmp_path: Path, file: str
) -> None:
    (tmp_path / "hello.pem").write_text("hello")
    for made in (RemoteModule(module.url, ca=tmp_path / file), RemoteModule(module.url, certificate=tmp_path / file)):
        assert made.answer(QUESTION) == UNREACHABLE
    assert module.asked == []
