"""A party's key in a PKCS#11 token (SoftHSM2): the key file opens nothing without it, and a token is never locked by a program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pkcs11
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from support.clerk_door import DESK, browsing
from support.desk import desk_settings
from support.fleet import Fleet, sealed_case
from support.softhsm import MODULE, PIN, tokens
from test_home_desk_opens_a_case import WHY, bring

from domain import sealing
from domain.keyfile import read_entries
from fleet.desk.app import create_desk
from fleet.keys.cli import keys as command
from fleet.keys.keyring import add_key, read_keys
from fleet.keys.token import TokenSettings, session
from fleet.settings import SettingsError


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TokenSettings]:
    return tokens(tmp_path_factory.mktemp("softhsm"), "tongban", "another", "guarded", "empty")


@pytest.fixture
def token(made: dict[str, TokenSettings]) -> TokenSettings:
    return made["tongban"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.toml"


def options(token: TokenSettings) -> list[str]:
    return ["--module", str(token.module), "--label", token.label, "--pin-file", str(token.pin_file)]


def test_a_key_made_with_a_token_is_never_on_the_disk_and_opens_what_is_sealed_to_it(file: Path, token: TokenSettings) -> None:
    public = add_key(file, "mianzhu", token)
    assert b"AGE-SECRET-KEY" not in file.read_bytes()
    (key,) = read_keys(file, token)
    assert key.private.encode() not in b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert sealing.unseal(sealing.seal("办件".encode(), (public,)), key) == "办件".encode()


def test_a_key_in_plain_goes_into_the_token_and_stays_the_same_key(file: Path, token: TokenSettings) -> None:
    add_key(file, "mianzhu")
    before = read_keys(file)
    told = CliRunner().invoke(command, ["into-token", str(file), *options(token)])
    assert told.exit_code == 0, told.output
    assert "1 把私钥已改由令牌" in told.output
    assert b"AGE-SECRET-KEY" not in file.read_bytes()
    assert [path.name for path in file.parent.iterdir()] == ["keys.toml"]
    assert read_keys(file, token) == before
    assert "没有明文私钥" in CliRunner().invoke(command, ["into-token", str(file), *options(token)]).output


def test_a_new_key_stands_before_the_former_ones_and_says_its_public_half(file: Path, token: TokenSettings) -> None:
    assert CliRunner().invoke(command, ["new", "mianzhu", str(file)]).exit_code == 0
    told = CliRunner().invoke(command, ["new", "mianzhu", str(file), *options(token)])
    newest, former = read_keys(file, token)
    assert f'key_id = "{newest.key_id}"\npublic = "{sealing.recipient_of(newest).public}"' in told.output
    assert newest.key_id != former.key_id
    assert file.stat().st_mode & 0o777 == 0o600


def test_without_the_token_the_file_opens_nothing_and_says_what_is_missing(file: Path, made: dict[str, TokenSettings]) -> None:
    add_key(file, "mianzhu", made["tongban"])
    with pytest.raises(SettingsError, match=r"没有 \[token\]"):
        read_keys(file)
    with pytest.raises(SettingsError, match="是否已插好"):
        read_keys(file, replace(made["tongban"], label="pulled-out"))
    with pytest.raises(SettingsError, match="恰有一把标签为 tongban"):
        read_keys(file, made["empty"])
    add_key(file.with_name("other.toml"), "mianzhu", made["another"])
    with pytest.raises(SettingsError, match="解不开"):
        read_keys(file, made["another"])


def test_a_library_that_is_none_is_said(file: Path, token: TokenSettings) -> None:
    add_key(file, "mianzhu", token)
    with pytest.raises(SettingsError, match="用不了"):
        read_keys(file, replace(token, module=Path("/usr/lib/nowhere.so")))


def test_the_key_in_the_token_cannot_be_taken_out(token: TokenSettings, file: Path) -> None:
    add_key(file, "mianzhu", token)
    with session(token) as opened:
        key = opened.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label="tongban")
        assert not key[pkcs11.Attribute.EXTRACTABLE]
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            key[pkcs11.Attribute.PRIVATE_EXPONENT]


def test_a_wrong_pin_is_tried_once_and_not_again_before_a_person_has_signed_in(file: Path, made: dict[str, TokenSettings]) -> None:
    token = made["guarded"]
    add_key(file, "mianzhu", token)
    token.pin_file.write_text("11111111\n")
    with pytest.raises(SettingsError, match="口令不对"):
        read_keys(file, token)
    token.pin_file.write_text(PIN)
    for _ in range(12):
        with pytest.raises(SettingsError, match="手工登录成功一次"):
            read_keys(file, token)
    login = ("pkcs11-tool", "--module", str(MODULE), "--token-label", "guarded", "--login", "--pin", PIN, "--list-objects")
    subprocess.run(login, check=True, capture_output=True)
    assert read_keys(file, token)


def test_a_damaged_wrapping_is_said_and_the_file_is_not_quoted(file: Path, token: TokenSettings) -> None:
    add_key(file, "mianzhu", token)
    (entry,) = read_entries(file.read_bytes())
    assert entry.wrapped is not None
    file.write_text(file.read_text().replace(entry.wrapped[-60:-20], "A" * 40))
    with pytest.raises(SettingsError, match="解不开") as told:
        read_keys(file, token)
    assert entry.wrapped[20:60] not in str(told.value)


@pytest.mark.parametrize("entry", ['private = "AGE-SECRET-KEY-1A"\nwrapped = "rsa-oaep-sha1:AAAA"', ""])
def test_a_key_is_plain_or_wrapped_and_never_both(file: Path, entry: str) -> None:
    file.write_text(f'[[keys]]\nkey_id = "a"\n{entry}\n')
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="恰有"):
        read_keys(file)


def test_a_desk_opens_a_case_with_its_key_in_a_token(fleet: Fleet, tmp_path: Path, token: TokenSettings) -> None:
    settings = desk_settings(
        tmp_path / "desk", fleet.centre.api_address, sealing.new_key("old")[1], fleet.broker.authority.authority
    )
    public = add_key(settings.key_file, "mianzhu", token)
    CliRunner().invoke(command, ["into-token", str(settings.key_file), *options(token)], catch_exceptions=False)
    bring(fleet, "C1", sealed_case("C1", public))
    desk = create_desk(replace(settings, token=token))
    desk.start()
    try:
        with browsing(desk, DESK, fleet.centre.store) as browser:
            assert "测试甲" in browser.post("/cases/C1/open", data=WHY).text
    finally:
        desk.stop()
