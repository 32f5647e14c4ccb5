"""Hosts that share no code with us (OpenSC, yubico-piv-tool, openssl) take the virtual badge for a PIV card, in a real pcscd."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from support.pcsc import Reader, reader

from devices.virtual.badges import Office
from devices.virtual.piv import VirtualPiv

BADGE = Office().badge()
SLOTS = pytest.mark.parametrize(("number", "slot"), [("01", "9a"), ("04", "9e")])


@pytest.fixture(scope="module")
def laid() -> Iterator[Reader]:
    with reader() as pcsc:
        pcsc.put(VirtualPiv(BADGE))
        pcsc.settle()
        yield pcsc


def ask(pcsc: Reader, *command: str) -> str:
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(pcsc.socket)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_opensc_recognises_it_and_lists_its_keys(laid: Reader) -> None:
    assert "Personal Identity Verification Card" in ask(laid, "opensc-tool", "--name")
    listed = ask(laid, "pkcs15-tool", "--list-keys", "--list-certificates")
    assert "PIV AUTH key" in listed
    assert "CARD AUTH key" in listed


@SLOTS
def test_a_signature_opensc_asked_for_is_verified_by_openssl(laid: Reader, tmp_path: Path, number: str, slot: str) -> None:
    message, digest, signature, public = (tmp_path / name for name in ("message", "digest", "signature", "public.pem"))
    message.write_bytes(slot.encode())
    digest.write_bytes(bytes.fromhex(ask(laid, "openssl", "dgst", "-sha256", "-r", str(message)).split()[0]))
    sign = ["--login", "--pin", BADGE.pin, "--sign", "--id", number, "-m", "ECDSA", "--signature-format", "openssl"]
    ask(laid, "pkcs11-tool", *sign, "--input-file", str(digest), "--output-file", str(signature))
    certificate = tmp_path / "certificate.pem"
    ask(laid, "pkcs15-tool", "--read-certificate", number, "--output", str(certificate))
    public.write_text(ask(laid, "openssl", "x509", "-in", str(certificate), "-pubkey", "-noout"))
    assert "Verified OK" in ask(
        laid, "openssl", "dgst", "-sha256", "-verify", str(public), "-signature", str(signature), str(message)
    )


@SLOTS
def test_yubicos_tool_reads_the_certificate_and_tests_the_signature(laid: Reader, tmp_path: Path, number: str, slot: str) -> None:
    file = tmp_path / "certificate.pem"
    ask(laid, "yubico-piv-tool", "-r", "Virtual", "-a", "read-certificate", "-s", slot, "-o", str(file))
    held = BADGE.certificate if slot == "9a" else BADGE.card_certificate
    assert x509.load_pem_x509_certificate(file.read_bytes()) == x509.load_der_x509_certificate(held)
    tested = ask(
        laid,
        "yubico-piv-tool",
        "-r",
        "Virtual",
        "-a",
        "verify-pin",
        "-P",
        BADGE.pin,
        "-a",
        "test-signature",
        "-s",
        slot,
        "-i",
        str(file),
    )
    assert "Successful ECDSA verification" in tested


def test_a_wrong_pin_is_counted_as_yubicos_tool_expects(laid: Reader) -> None:
    with pytest.raises(AssertionError, match="2 tries left"):
        ask(laid, "yubico-piv-tool", "-r", "Virtual", "-a", "verify-pin", "-P", "111111")
    assert "PIN tries left:\t2" in ask(laid, "yubico-piv-tool", "-r", "Virtual", "-a", "status")
    ask(laid, "yubico-piv-tool", "-r", "Virtual", "-a", "verify-pin", "-P", BADGE.pin)
    assert "PIN tries left:\t3" in ask(laid, "yubico-piv-tool", "-r", "Virtual", "-a", "status")
