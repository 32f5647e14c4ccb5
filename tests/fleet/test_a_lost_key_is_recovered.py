"""A party has lost its key: by docs/guides/recovery.md its cases open again with a new one, and nothing was plain on the way."""

from __future__ import annotations

import os
import pty
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from support.clerk_door import DESK, browsing
from support.desk import desk_settings
from support.fleet import HOME, JPEG, Fleet, centre_settings, sealed_case, write_settings
from test_home_desk_opens_a_case import WHY, bring

from domain import sealing
from domain.sealing import BadKeyError, OpeningKey
from fleet.desk.app import create_desk
from fleet.desk.settings import DeskSettings
from fleet.keys.cli import keys
from fleet.recovery.cli import recover
from fleet.recovery.copies import sealed_copies
from fleet.recovery.reseal import LIST, Recovered, RecoveredError, RecoveredFolder, reseal

PUBLIC = re.compile(r'key_id = "([^"]+)"[,\n] ?public = "([^"]+)"')


def said(group: object, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(group, list(arguments), input=given)  # type: ignore[arg-type]


def opened(settings: DeskSettings, fleet: Fleet) -> tuple[str, bytes]:
    """The page of case C1 and its first picture, at a desk of these settings."""
    desk = create_desk(settings)
    desk.start()
    try:
        with browsing(desk, DESK, fleet.centre.store) as browser:
            page = browser.post("/cases/C1/open", data=WHY).text
            pictures = re.findall(r'<img src="(/opened/[^"]+/pages/[^"]+)"', page)
            return page, browser.get(pictures[0]).content if pictures else b""
    finally:
        desk.stop()


@dataclass(frozen=True)
class Officers:
    """Their key's file, its public half, its words."""

    file: Path
    public: sealing.Recipient
    passphrase: str


@pytest.fixture(scope="module")
def officers_have(tmp_path_factory: pytest.TempPathFactory) -> Officers:
    """Made as the guide says; once: a passphrase is meant to take a second."""
    file = tmp_path_factory.mktemp("officers") / "recovery.age"
    told = said(recover, "new-key", str(file)).output
    passphrase = re.findall("[a-z0-9]{5}(?:-[a-z0-9]{5}){4}", told)[0]
    return Officers(file, sealing.Recipient(*PUBLIC.findall(told)[0]), passphrase)


def test_from_the_loss_to_the_open_case(fleet: Fleet, tmp_path: Path, officers_have: Officers) -> None:
    recovery = officers_have.public  # terminals seal to it beside the desk
    lost, _ = sealing.new_key(HOME)
    brought = sealed_case("C1", lost, others=(recovery,))
    bring(fleet, "C1", brought)
    # The desk makes a new key. What it was sent before does not open.
    desk = tmp_path / "desk"
    settings = desk_settings(desk, fleet.centre.api_address, OpeningKey("x", "y"), fleet.broker.authority.authority)
    settings.key_file.unlink()
    new = PUBLIC.findall(said(keys, "new", HOME, str(settings.key_file)).output)[0]
    assert "不是密封给本专窗" in opened(settings, fleet)[0]
    # The centre copies what is sealed; the officers reseal it, offline; the desk checks what it gets.
    copies, out = tmp_path / "copies", tmp_path / "recovered"
    centre = write_settings(
        tmp_path / "centre.toml", centre_settings(fleet.folder, fleet.broker.settings(), fleet.broker.authority)
    )
    assert f"抄了 {len(brought)} 份" in said(sealed_copies, str(centre), HOME, str(copies)).output
    assert sorted(path.name for path in (copies / "C1").iterdir()) == sorted(sealing.digest(one) for one in brought)
    to = ("--key", str(officers_have.file), "--to-id", new[0], "--to", new[1], "--out", str(out))
    told_there = said(recover, "documents", str(copies), *to, given=f"{officers_have.passphrase}\n")
    assert told_there.exit_code == 0, told_there.output
    assert f"已改密封 {len(brought)} 份" in told_there.output
    told_here = said(recover, "check", str(out)).output
    assert told_here.split("清单指纹：")[1].strip() in told_there.output
    page, picture = opened(replace(settings, recovered=out), fleet)
    assert "测试甲" in page
    assert picture[: len(JPEG)] == JPEG
    for path in [*copies.rglob("*"), *out.rglob("*"), *desk.rglob("*")]:
        assert not path.is_file() or ("测试甲".encode() not in path.read_bytes() and JPEG not in path.read_bytes()), path


KEY_FILE_SEALED, KEY = sealing.new_key("recovery")
NEW, NEW_KEY = sealing.new_key(HOME)
LOST, _ = sealing.new_key(HOME)


def laid(folder: Path, *sealed: bytes) -> None:
    folder.mkdir(exist_ok=True)
    for one in sealed:
        (folder / sealing.digest(one)).write_bytes(one)


def test_what_cannot_be_resealed_is_told_by_name_and_holds_up_nothing(tmp_path: Path) -> None:
    good = sealing.seal(b"good", (LOST, KEY_FILE_SEALED))
    strange = sealing.seal(b"strange", (LOST,))
    broken = good[:-1] + bytes([good[-1] ^ 1])
    laid(tmp_path / "in", good, strange, broken)
    (tmp_path / "in" / "notes.txt").write_text("x")
    (tmp_path / "in" / ("0" * 64)).write_bytes(good)
    (tmp_path / "in" / "link").symlink_to("/etc/passwd")
    done = reseal(tmp_path / "in", KEY, NEW, tmp_path / "out")
    assert {left.name: left.why for left in done.recovered.left} == {
        sealing.digest(strange): "not_for_recovery",
        sealing.digest(broken): "damaged",
        "notes.txt": "wrong_name",
        "0" * 64: "wrong_name",
    }
    again = RecoveredFolder(tmp_path / "out").document(sealing.digest(good))
    assert again is not None
    assert sealing.unseal(again, NEW_KEY) == sealing.unseal(again, KEY) == b"good"
    assert sealing.key_ids(again) == (NEW.key_id, KEY_FILE_SEALED.key_id)


def test_a_recovered_document_that_was_changed_on_the_way_is_not_opened(tmp_path: Path) -> None:
    good = sealing.seal(b"good", (LOST, KEY_FILE_SEALED))
    laid(tmp_path / "in", good)
    before = reseal(tmp_path / "in", KEY, NEW, tmp_path / "out").fingerprint
    name = sealing.digest(good)
    (tmp_path / "out" / name).write_bytes(sealing.seal(b"forged", (NEW,)))
    with pytest.raises(RecoveredError, match="与恢复清单不符"):
        RecoveredFolder(tmp_path / "out").document(name)
    listed = msgspec.json.decode((tmp_path / "out" / LIST).read_bytes(), type=Recovered)
    forged = replace(listed, documents=(replace(listed.documents[0], holds=sealing.digest(sealing.seal(b"forged", (NEW,)))),))
    (tmp_path / "out" / LIST).write_bytes(msgspec.json.encode(forged))
    assert RecoveredFolder(tmp_path / "out").fingerprint != before


def test_a_run_that_was_broken_off_is_done_again(tmp_path: Path) -> None:
    good = sealing.seal(b"good", (LOST, KEY_FILE_SEALED))
    laid(tmp_path / "in", good)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / (sealing.digest(good) + ".part")).write_bytes(b"half")
    with pytest.raises(RecoveredError, match="读不了"):
        RecoveredFolder(tmp_path / "out")
    reseal(tmp_path / "in", KEY, NEW, tmp_path / "out")
    reseal(tmp_path / "in", KEY, NEW, tmp_path / "out")
    assert len(RecoveredFolder(tmp_path / "out")) == 1


@pytest.mark.long
def test_a_wrong_passphrase_opens_nothing(tmp_path: Path, officers_have: Officers) -> None:
    laid(tmp_path / "in", sealing.seal(b"good", (LOST, officers_have.public)))
    to = ("--key", str(officers_have.file), "--to-id", NEW.key_id, "--to", NEW.public, "--out", str(tmp_path / "out"))
    told = said(recover, "documents", str(tmp_path / "in"), *to, given="wrong\n")
    assert (told.exit_code, "口令不对" in told.output) == (1, True)
    assert not (tmp_path / "out").exists()


def test_a_recovery_key_is_never_replaced(officers_have: Officers) -> None:
    before = officers_have.file.read_bytes()
    told = said(recover, "new-key", str(officers_have.file))
    assert (told.exit_code, "已有这个文件" in told.output) == (1, True)
    assert officers_have.file.read_bytes() == before


def test_a_new_key_that_is_none_is_refused_before_anything_is_resealed(tmp_path: Path) -> None:
    laid(tmp_path / "in", sealing.seal(b"good", (LOST, KEY_FILE_SEALED)))
    with pytest.raises(BadKeyError):
        reseal(tmp_path / "in", KEY, sealing.Recipient("new", NEW.public[:-1]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_debians_age_opens_the_recovery_key(tmp_path: Path, officers_have: Officers) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execvp("age", ["age", "-d", "-o", str(tmp_path / "plain"), str(officers_have.file)])
    asked = b""
    while b"passphrase" not in asked:
        asked += os.read(terminal, 1024)
    os.write(terminal, officers_have.passphrase.encode() + b"\n")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)
    assert officers_have.public.public in (tmp_path / "plain").read_text()
