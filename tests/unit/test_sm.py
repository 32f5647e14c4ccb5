"""SM2, SM3, SM4: the standards' own examples, OpenSSL as a peer, and bytes that are none."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.platform import sm
from fleet.platform.sm import PrivateKey, SmError

# GB/T 32918.5-2017, annexes A and C: the key pair of both examples.
EXAMPLE = PrivateKey("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
PUBLIC = (
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
C1 = (
    0x04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73,
    0xE858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0,
)
C3 = "59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766"
C2 = "21886CA989CA9C7D58087307CA93092D651EFA"


def test_the_standards_key_and_signature() -> None:
    assert EXAMPLE.public == PUBLIC.lower()
    assert sm.verify(PUBLIC, b"message digest", encode_dss_signature(R, S))
    assert not sm.verify(PUBLIC, b"message digesT", encode_dss_signature(R, S))
    assert not sm.verify(PUBLIC, b"message digest", encode_dss_signature(R, S), user=b"ALICE123@YAHOO.COM")


def test_the_standards_ciphertext() -> None:
    parts = {"x": C1[0], "y": C1[1], "hash": bytes.fromhex(C3), "cipher": bytes.fromhex(C2)}
    assert EXAMPLE.decrypt(sm._Ciphertext(parts).dump()) == b"encryption standard"


def test_the_standards_digest_and_block() -> None:
    assert sm.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm.sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    cipher = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()
    assert cipher.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


@dataclass(frozen=True)
class Peer:
    """A key OpenSSL made, and OpenSSL."""

    folder: Path
    key: PrivateKey

    def run(self, *arguments: str) -> bytes:
        done = subprocess.run(("openssl", *arguments), cwd=self.folder, capture_output=True, check=True, timeout=20)
        return done.stdout

    def write(self, **files: bytes) -> None:
        for name, data in files.items():
            (self.folder / name).write_bytes(data)


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Peer:
    folder = tmp_path_factory.mktemp("openssl")
    ours = Peer(folder, EXAMPLE)
    ours.run("genpkey", "-algorithm", "SM2", "-out", "key")
    ours.run("pkey", "-in", "key", "-pubout", "-out", "public")
    text = ours.run("pkey", "-in", "key", "-noout", "-text").decode()
    digits = re.sub(r"[^0-9a-f]", "", text.split("priv:")[1].split("pub:")[0])
    return Peer(folder, PrivateKey(digits[-64:].rjust(64, "0")))


RAW = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")


@pytest.mark.parametrize("message", [b"x", "办件进度".encode(), bytes(1000)], ids=["a_byte", "words", "zeros"])
def test_each_believes_what_the_other_signed(peer: Peer, message: bytes) -> None:
    peer.write(message=message, ours=peer.key.sign(message))
    peer.run("pkeyutl", "-sign", "-inkey", "key", "-in", "message", "-out", "theirs", *RAW)
    assert sm.verify(peer.key.public, message, (peer.folder / "theirs").read_bytes())
    told = peer.run("pkeyutl", "-verify", "-pubin", "-inkey", "public", "-in", "message", "-sigfile", "ours", *RAW)
    assert b"Verified Successfully" in told


def test_each_opens_what_the_other_encrypted(peer: Peer) -> None:
    key = bytes(range(16))
    peer.write(plain=key, ours=sm.encrypt(peer.key.public, key))
    assert peer.run("pkeyutl", "-decrypt", "-inkey", "key", "-in", "ours") == key
    peer.run("pkeyutl", "-encrypt", "-pubin", "-inkey", "public", "-in", "plain", "-out", "theirs")
    assert peer.key.decrypt((peer.folder / "theirs").read_bytes()) == key


@settings(max_examples=10, deadline=None)
@given(st.binary(max_size=200))
def test_what_is_sealed_opens_with_its_key_alone(plain: bytes) -> None:
    key = b"k" * 16
    assert sm.sm4_open(key, sm.sm4_seal(key, plain)) == plain
    with pytest.raises(SmError):
        sm.sm4_open(b"l" * 16, sm.sm4_seal(key, plain))


@settings(max_examples=12, deadline=None)
@given(st.binary(max_size=150))
def test_any_other_bytes_are_no_signature_no_ciphertext_and_no_seal(junk: bytes) -> None:
    assert not sm.verify(PUBLIC, b"message digest", junk)
    with pytest.raises(SmError):
        EXAMPLE.decrypt(junk)
    with pytest.raises(SmError):
        sm.sm4_open(b"k" * 16, junk)


def test_a_ciphertext_changed_anywhere_is_noticed() -> None:
    sealed = bytearray(sm.encrypt(PUBLIC, b"k" * 16))
    for at in range(0, len(sealed), 29):
        sealed[at] ^= 1
        with pytest.raises(SmError):
            EXAMPLE.decrypt(bytes(sealed))
        sealed[at] ^= 1


@pytest.mark.parametrize("public", ["", "04", PUBLIC[:-1] + "4", PUBLIC[2:], "05" + PUBLIC[2:], "x" * 130])
def test_a_public_key_that_is_no_point_of_the_curve_is_refused(public: str) -> None:
    with pytest.raises(SmError):
        sm.check_public(public)


@pytest.mark.parametrize("secret", ["", "00", "0" * 64, "x" * 64, "ff" * 33])
def test_a_private_key_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(SmError):
        PrivateKey(secret).sign(b"x")


def test_a_key_of_ours_is_always_of_64_digits_and_stands_in_no_repr() -> None:
    key = sm.new_key()
    assert len(key.secret) == 64
    assert key.secret not in repr(key)
    assert sm.verify(key.public, b"x", key.sign(b"x"))
