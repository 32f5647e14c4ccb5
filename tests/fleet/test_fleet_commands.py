from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from support.broker import free_port
from support.desk import desk_settings
from support.fleet import centre_settings, write_settings

from domain import sealing
from fleet import tokens
from fleet.cli import commands
from fleet.settings import BrokerSettings, CentreSettings, Listen, SettingsError, read

_PROGRAM = "from fleet.cli import commands; commands()"


def test_the_settings_an_operator_writes_are_read_back(tmp_path: Path) -> None:
    settings = centre_settings(tmp_path, BrokerSettings())
    assert read(write_settings(tmp_path / "centre.toml", settings), CentreSettings) == settings


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("colour = 1\n", "有不认识的项 colour"),
        ("[[terminals]]\nid = 'x'\nplace = ''\n", "terminals"),
        ("[authority]\n", "authority"),
        ("???", "不是有效的 TOML"),
    ],
)
def test_a_mistake_in_the_settings_is_named(tmp_path: Path, change: str, words: str) -> None:
    path = write_settings(tmp_path / "centre.toml", centre_settings(tmp_path, BrokerSettings()))
    text = path.read_text()
    path.write_text(change + text if change.startswith("colour") else text + change)
    with pytest.raises(SettingsError, match=words):
        read(path, CentreSettings)


def test_a_listener_beyond_the_loopback_is_refused(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(centre_settings(tmp_path, BrokerSettings()), console=Listen(0, "0.0.0.0"))
    with pytest.raises(SettingsError, match=r"console\.host"):
        read(write_settings(tmp_path / "centre.toml", settings), CentreSettings)


def test_a_centre_that_cannot_start_says_why_in_one_line(tmp_path: Path) -> None:
    settings = centre_settings(tmp_path, BrokerSettings())
    (settings.authority.folder / "ca.key").chmod(0o644)
    result = CliRunner().invoke(commands, ["centre", "run", str(write_settings(tmp_path / "c.toml", settings))])
    assert (result.exit_code, "chmod 600" in result.output, "Traceback" in result.output) == (1, True, False)


def test_sigterm_ends_the_centre_cleanly_though_its_broker_is_away(tmp_path: Path) -> None:
    _ends_cleanly(
        ("centre", "run"), write_settings(tmp_path / "c.toml", centre_settings(tmp_path, BrokerSettings(port=free_port())))
    )


def test_sigterm_ends_the_desk_cleanly(tmp_path: Path) -> None:
    _, key = sealing.new_key("mianzhu")
    _ends_cleanly(("desk",), write_settings(tmp_path / "d.toml", desk_settings(tmp_path, "https://127.0.0.1:9", key)))


def test_a_token_is_known_by_its_hash_only() -> None:
    token = "t" * 32
    known = tokens.token_hash(token)
    assert tokens.bearer(f"Bearer {token}", {"a": "0" * 64, "b": known}) == "b"
    assert tokens.bearer(f"Bearer {known}", {"b": known}) is None
    assert tokens.bearer(f"Basic {token}", {"b": known}) is None
    assert tokens.bearer(None, {"b": known}) is None


def _ends_cleanly(command: tuple[str, ...], settings: Path) -> None:
    command_line = [sys.executable, "-c", _PROGRAM, *command, str(settings)]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "http://127.0.0.1:" in process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, "Traceback" in errors) == (0, False)


def test_a_secret_is_read_where_the_service_manager_laid_it_for_this_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = centre_settings(tmp_path, BrokerSettings())
    named = msgspec.structs.replace(settings.authority, passphrase_file=Path("$CREDENTIALS_DIRECTORY/secret_ca"))
    file = write_settings(tmp_path / "centre.toml", msgspec.structs.replace(settings, authority=named))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/tongban-ingest@2.service")
    read_back = read(file, CentreSettings).authority.passphrase_file
    assert read_back == Path("/run/credentials/tongban-ingest@2.service/secret_ca")
