"""Debian's age and ours: each opens what the other seals. With the key, nobody needs us to read a document."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import sealing

HOME, HOME_KEY = sealing.new_key("home")
RECOVERY, RECOVERY_KEY = sealing.new_key("recovery")


def age(*arguments: str, given: bytes) -> bytes:
    return subprocess.run(("age", *arguments), input=given, capture_output=True, check=True, timeout=20).stdout


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("age") / "identity"
    file.write_text(RECOVERY_KEY.private + "\n")
    return file


@pytest.mark.parametrize(
    "plain", [b"", b"x", "办件内容".encode(), bytes(range(256)) * 1000], ids=["nothing", "a_byte", "words", "pages"]
)
def test_age_opens_what_we_seal_behind_our_one_line(plain: bytes, identity: Path) -> None:
    sealed = sealing.seal(plain, (HOME, RECOVERY))
    line, _, body = sealed.partition(b"\n")
    assert line == f"tongban-sealed/1 age-x25519 {HOME.key_id},{RECOVERY.key_id}".encode()
    assert age("-d", "-i", str(identity), given=body) == plain


@settings(max_examples=8, deadline=None)
@given(st.binary(max_size=200_000))
def test_we_open_what_age_seals(plain: bytes) -> None:
    body = age("-r", HOME.public, "-r", RECOVERY.public, given=plain)
    sealed = f"tongban-sealed/1 age-x25519 {HOME.key_id},{RECOVERY.key_id}\n".encode() + body
    assert sealing.unseal(sealed, HOME_KEY) == sealing.unseal(sealed, RECOVERY_KEY) == plain


def test_a_key_of_age_keygen_is_a_key_of_ours() -> None:
    made = subprocess.run(("age-keygen",), capture_output=True, check=True, text=True).stdout.splitlines()
    public = made[1].removeprefix("# public key: ")
    key = sealing.OpeningKey("home", made[2])
    assert sealing.recipient_of(key).public == public
    assert sealing.unseal(sealing.seal(b"x", (sealing.Recipient("home", public),)), key) == b"x"
