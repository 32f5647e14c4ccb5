"""A program at the centre: taken only as its publisher signed it, handed out in parts, rolled out and taken back like the rest."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.authority import identity
from support.fleet import TERMINAL, Fleet
from support.rolling import Rolling
from support.updates import KEYS, made

from domain.program.manifest import sign
from fleet import desired
from fleet.inputs import StateIn
from fleet.programs import NoProgramError, Programs
from fleet.rollout import acts, bodies
from fleet.rollout.engine import Rules
from fleet.rollout.waves import at_once
from kiosk.orders.fetch import PIECE, DamagedError, NotFetchedError, fetch_archive
from mqtt.desired import ProgramBody, archive_path
from mqtt.messages import Left
from mqtt.wire import VERSION


def test_what_is_taken_lies_there_whole_and_is_named(tmp_path: Path) -> None:
    programs, one = Programs(tmp_path / "programs", KEYS), made(tmp_path / "made", "1.1")
    assert programs.take(f"{one.signed}\n", one.archive) == one.manifest
    assert programs.path(one.manifest.sha256).read_bytes() == one.archive.read_bytes()
    assert [version for version, _ in programs.versions()] == ["1.1"]
    assert programs.body("1.1") == ProgramBody(VERSION, (one.signed,))
    assert programs.body("") == ProgramBody(VERSION, ())


def test_what_its_publisher_did_not_sign_so_is_not_taken(tmp_path: Path) -> None:
    programs, one = Programs(tmp_path / "programs", KEYS), made(tmp_path / "made", "1.1")
    stranger = sign(one.manifest, Ed25519PrivateKey.generate())
    longer = tmp_path / "longer"
    longer.write_bytes(one.archive.read_bytes() + b"x")
    other = tmp_path / "other"
    other.write_bytes(bytes(one.manifest.size))
    same = made(tmp_path / "again", "1.1", store=7)
    for signed, archive in ((stranger, one.archive), ("", one.archive), (one.signed, longer), (one.signed, other)):
        with pytest.raises(NoProgramError):
            programs.take(signed, archive)
    assert not list((tmp_path / "programs").glob("*"))
    programs.take(one.signed, one.archive)
    with pytest.raises(NoProgramError, match="版本号也要变"):
        programs.take(same.signed, same.archive)
    with pytest.raises(NoProgramError, match="没有写发布者公钥"):
        Programs(tmp_path / "programs", ()).take(one.signed, one.archive)
    with pytest.raises(NoProgramError, match=r"没有程序 1\.2"):
        programs.body("1.2")


def test_one_version_is_published_for_every_kind_of_machine(tmp_path: Path) -> None:
    programs = Programs(tmp_path / "programs", KEYS)
    several = [made(tmp_path / arch, "1.1", store=6 + n, arch=arch) for n, arch in enumerate(("aarch64", "x86_64"))]
    for one in several:
        programs.take(one.signed, one.archive)
    assert set(programs.body("1.1").signed) == {one.signed for one in several}
    ((version, machines),) = programs.versions()
    assert (version, "aarch64" in machines, "x86_64" in machines) == ("1.1", True, True)


def test_an_archive_comes_in_pieces_goes_on_where_it_was_cut_off_and_goes_to_terminals_only(fleet: Fleet, tmp_path: Path) -> None:
    data = tmp_path / "archive"
    data.write_bytes(bytes(range(256)) * (PIECE // 256) + b"the second piece")
    digest, size = hashlib.sha256(data.read_bytes()).hexdigest(), data.stat().st_size
    there = Programs(fleet.folder / "data" / "programs", ()).path(digest)
    there.parent.mkdir(exist_ok=True)
    there.write_bytes(data.read_bytes())
    waits: list[float] = []

    def get(path: Path, *, more: bool = True) -> None:
        def wait(seconds: float) -> bool:
            waits.append(seconds)
            return not more

        fetch_archive(fleet.centre.api_address, identity(fleet.broker.authority, TERMINAL), digest, size, path, PIECE, wait)

    with pytest.raises(NotFetchedError):
        get(tmp_path / "here", more=False)
    assert (tmp_path / f"{digest}.part").stat().st_size == PIECE
    get(tmp_path / "here")
    assert (tmp_path / "here").read_bytes() == data.read_bytes()
    assert len(waits) == 1
    assert waits[0] <= 1.0, "a piece a second, and what it took is counted"
    (tmp_path / f"{digest}.part").write_bytes(bytes(size - 1))
    with pytest.raises(DamagedError):
        get(tmp_path / "again")
    with fleet.api(None) as stranger:
        assert stranger.get(archive_path(digest)).status_code == 401
    with fleet.api() as terminal:
        assert terminal.get(archive_path("0" * 64)).status_code == 404
        assert terminal.get(archive_path("..")).status_code == 404


def begun(rolling: Rolling, programs: Programs, version: str) -> int:
    given = bodies.keep(rolling.bodies, bodies.program(version, programs))
    with rolling.store.transaction() as db:
        return acts.begin(db, given, desired.ALL, at_once(rolling.terminals), Rules(600.0), "王工", "新程序", rolling.now)


def test_taken_back_before_anything_else_was_published_terminals_return_to_the_program_they_came_with(tmp_path: Path) -> None:
    rolling, programs, one = Rolling(tmp_path), Programs(tmp_path / "programs", KEYS), made(tmp_path / "made", "1.1")
    programs.take(one.signed, one.archive)
    rolling.here()
    first = begun(rolling, programs, "1.1")
    rolling.clock.tick(rolling.now)
    with rolling.store.transaction() as db:
        (back,), kept = acts.take_back(db, rolling.bodies, rolling.groups, first, "王工", "不好", rolling.now + 1)
        assert kept == []
    with rolling.store.reading() as db:
        (digest,) = db.execute("SELECT sha256 FROM desired ORDER BY rev DESC LIMIT 1").fetchone()
        assert db.execute("SELECT what FROM rollouts WHERE id = ?", (back,)).fetchone()[0] == "program"
    assert msgspec.json.decode(rolling.bodies.read(digest), type=ProgramBody).signed == ()


def test_a_terminal_that_left_for_an_update_and_does_not_come_back_is_a_failure_and_no_terminal_that_is_off(tmp_path: Path) -> None:
    rolling, programs, one = Rolling(tmp_path), Programs(tmp_path / "programs", KEYS), made(tmp_path / "made", "1.1")
    programs.take(one.signed, one.archive)
    rolling.here()
    id_ = begun(rolling, programs, "1.1")
    rolling.clock.tick(rolling.now)
    gone = rolling.terminals[0]
    rolling.store.record([StateIn(gone, Left(VERSION, rolling._bd(gone), "update"), retained=False)], rolling.now)
    rolling.now += 601
    rolling.clock.tick(rolling.now)
    with rolling.store.reading() as db:
        state, reason = db.execute(
            "SELECT state, reason FROM rollout_members WHERE (rollout, terminal) = (?, ?)", (id_, gone)
        ).fetchone()
    assert (state, reason) == ("failed", "lost")
