"""Private keys lie in files nobody else can read, or are given to one unit by systemd."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.secret_file import others_may_read


@pytest.mark.parametrize(("mode", "told"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o620, True)])
def test_a_file_is_judged_by_its_mode(tmp_path: Path, mode: int, told: bool) -> None:
    path = tmp_path / "key"
    path.touch(mode=mode)
    path.chmod(mode)
    assert others_may_read(path) is told


def test_a_credential_of_this_unit_is_nobody_elses_whatever_its_mode_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """systemd grants it by an access list: the mode reads 0440."""
    given, beside = tmp_path / "credentials", tmp_path / "beside"
    given.mkdir()
    for path in (given / "key", beside):
        path.touch()
        path.chmod(0o440)
    (given / "link").symlink_to(beside)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    assert not others_may_read(given / "key")
    assert others_may_read(beside)
    assert others_may_read(given / "link")
