"""An order is the centre's word, or it is refused by the rule it breaks."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from support.orders import TERMINAL, Centre

from mqtt.signing import BadSignatureError, Signer, verify


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Centre:
    return Centre(tmp_path_factory.mktemp("centre"))


@pytest.fixture(scope="module")
def authority(centre: Centre) -> x509.Certificate:
    return centre.files.authority_certificate()


def test_what_was_signed_comes_back_as_the_very_bytes(centre: Centre, authority: x509.Certificate) -> None:
    order = centre.sign("tongban-command", b'{ "spaces": "kept" }')
    assert verify(order, "tongban-command", authority).payload == b'{ "spaces": "kept" }'


def test_it_is_a_jws_another_program_can_read(centre: Centre) -> None:
    header, payload, signature = centre.sign("tongban-command", b"{}").split(b".")
    read = json.loads(base64.urlsafe_b64decode(header + b"=="))
    assert (read["alg"], read["typ"], payload) == ("EdDSA", "tongban-command", b"e30")
    key = x509.load_der_x509_certificate(base64.b64decode(read["x5c"][0])).public_key()
    key.verify(base64.urlsafe_b64decode(signature + b"=="), header + b"." + payload)  # type: ignore[union-attr, call-arg]


def test_an_order_for_one_purpose_is_worth_nothing_for_another(centre: Centre, authority: x509.Certificate) -> None:
    with pytest.raises(BadSignatureError, match="another purpose"):
        verify(centre.sign("tongban-desired", b"{}"), "tongban-command", authority)


def test_another_centre_s_key_is_not_ours(tmp_path: Path, authority: x509.Certificate) -> None:
    with pytest.raises(BadSignatureError, match="not the centre's"):
        verify(Centre(tmp_path).sign("tongban-command", b"{}"), "tongban-command", authority)


def test_a_key_of_somebody_s_own_under_our_certificate_does_not_match(centre: Centre, authority: x509.Certificate) -> None:
    forged = Signer(Ed25519PrivateKey.generate(), centre.folder.signer().certificate).sign("tongban-command", b"{}")
    with pytest.raises(BadSignatureError, match="does not match"):
        verify(forged, "tongban-command", authority)


def test_the_certificate_of_a_terminal_or_a_server_signs_no_orders(centre: Centre, authority: x509.Certificate) -> None:
    ca, now = centre.folder.load(), datetime.now(UTC)
    key = Ed25519PrivateKey.generate()
    for made in (ca.terminal(TERMINAL, key.public_key(), now), ca.server(("127.0.0.1",), key.public_key(), now)):  # type: ignore[arg-type]
        with pytest.raises(BadSignatureError, match="not the centre's"):
            verify(Signer(key, made).sign("tongban-command", b"{}"), "tongban-command", authority)


def test_a_key_that_was_replaced_is_refused_by_who_has_seen_the_new_one(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    old = centre.sign("tongban-command", b"{}")
    assert centre.folder.keep_orders(centre.folder.load(), datetime.now(UTC), anew=True)
    authority = centre.files.authority_certificate()
    newer = verify(
        centre.sign("tongban-command", b"{}"), "tongban-command", authority, verify(old, "tongban-command", authority).since
    )
    with pytest.raises(BadSignatureError, match="replaced"):
        verify(old, "tongban-command", authority, newer.since)


def test_a_centre_whose_clock_went_back_still_makes_a_newer_key(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    old = centre.folder.signer().certificate
    centre.folder.keep_orders(centre.folder.load(), datetime.now(UTC) - timedelta(days=30), anew=True)
    assert centre.folder.signer().certificate.not_valid_before_utc > old.not_valid_before_utc


def test_a_key_out_of_date_is_refused_where_the_clock_is_trusted(centre: Centre, authority: x509.Certificate) -> None:
    order, later = centre.sign("tongban-command", b"{}"), datetime.now(UTC) + timedelta(days=500)
    verify(order, "tongban-command", authority, now=None)
    with pytest.raises(BadSignatureError, match="out of date"):
        verify(order, "tongban-command", authority, now=later)


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {"x5c": []}, {"crit": ["x"]}, {"x5c": ["AAAA"]}])
def test_a_header_of_another_kind_is_refused(centre: Centre, authority: x509.Certificate, header: dict[str, object]) -> None:
    first, *rest = centre.sign("tongban-command", b"{}").split(b".")
    read = json.loads(base64.urlsafe_b64decode(first + b"=="))
    other = base64.urlsafe_b64encode(json.dumps({**read, **header}).encode()).rstrip(b"=")
    with pytest.raises(BadSignatureError):
        verify(b".".join([other, *rest]), "tongban-command", authority)


@given(order=st.binary(max_size=300))
def test_no_bytes_are_an_order(authority: x509.Certificate, order: bytes) -> None:
    with pytest.raises(BadSignatureError):
        verify(order, "tongban-command", authority)


@given(at=st.integers(0, 3000), byte=st.integers(0, 255))
def test_a_byte_changed_anywhere_is_refused(centre: Centre, authority: x509.Certificate, at: int, byte: int) -> None:
    order = bytearray(centre.sign("tongban-command", b'{"v":1}'))
    at %= len(order)
    if order[at] == byte:
        byte ^= 1
    order[at] = byte
    with pytest.raises(BadSignatureError):
        verify(bytes(order), "tongban-command", authority)


def test_a_certificate_of_a_version_that_does_not_exist_is_refused_as_well(centre: Centre, authority: x509.Certificate) -> None:
    header, *rest = centre.sign("tongban-command", b"{}").split(b".")
    read = json.loads(base64.urlsafe_b64decode(header + b"=="))
    der = base64.b64decode(read["x5c"][0]).replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07", 1)
    other = base64.urlsafe_b64encode(json.dumps({**read, "x5c": [base64.b64encode(der).decode()]}).encode()).rstrip(b"=")
    with pytest.raises(BadSignatureError, match="cannot be read"):
        verify(b".".join([other, *rest]), "tongban-command", authority)
