"""An archive of a careless publisher, or of one whose key was stolen: it may run code, but not fill the disk or write elsewhere."""

from __future__ import annotations

import hashlib
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from support.updates import made, tree

from domain.program.manifest import Manifest
from kiosk.program.archive import MOST_AT_ONCE, BadArchiveError, pack, unpack


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return made(tmp_path_factory.mktemp("made"), "1.1").manifest


def packed(folder: Path, manifest: Manifest, data: bytes, **changed: object) -> tuple[Path, Manifest]:
    archive = folder / "a.tar.xz"
    archive.write_bytes(data)
    whole = {"sha256": hashlib.sha256(data).hexdigest(), "size": max(1, len(data)), **changed}
    return archive, msgspec.structs.replace(manifest, **whole)


def tarred(*members: tarfile.TarInfo, body: bytes = b"", form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for member in members:
            member.size = len(body) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(body) if member.isreg() else None)
    return lzma.compress(out.getvalue())


def member(name: str, kind: bytes = tarfile.REGTYPE, mode: int = 0o644, link: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.mode, found.linkname = kind, mode, link
    return found


@pytest.mark.parametrize(
    "one",
    [
        member("/etc/passwd"),
        member("../out"),
        member("site/../../out"),
        member("site/kiosk/..", tarfile.DIRTYPE, 0o755),
        member("elsewhere/file"),
        member("site\\out"),
        member("site/" + "x" * 300),
        member("site/link", tarfile.SYMTYPE, link="/etc"),
        member("site/hard", tarfile.LNKTYPE, link="site/kiosk/cli.py"),
        member("site/tty", tarfile.CHRTYPE),
        member("site/disk", tarfile.BLKTYPE),
        member("site/pipe", tarfile.FIFOTYPE),
        member("site/root", mode=0o4755),
        member("site/anybody", mode=0o666),
    ],
    ids=lambda one: f"{one.name[:20]} {one.type!r} {one.mode:o}",
)
def test_what_is_neither_a_plain_file_nor_a_folder_below_is_refused(
    tmp_path: Path, manifest: Manifest, one: tarfile.TarInfo
) -> None:
    archive, changed = packed(tmp_path, manifest, tarred(one))
    with pytest.raises(BadArchiveError):
        unpack(archive, tmp_path / "into", changed)
    assert not (tmp_path / "out").exists()
    assert not list((tmp_path / "into").rglob("*out*"))


def test_more_than_the_manifest_says_is_never_written(tmp_path: Path, manifest: Manifest) -> None:
    archive, changed = packed(tmp_path, manifest, tarred(member("site/big"), body=bytes(50_000_000)))
    with pytest.raises(BadArchiveError):
        unpack(archive, tmp_path / "into", changed)
    assert sum(path.stat().st_size for path in (tmp_path / "into").rglob("*") if path.is_file()) <= 2_000_000


def test_more_files_than_the_manifest_says_are_refused(tmp_path: Path, manifest: Manifest) -> None:
    many = [member(f"site/{n}") for n in range(manifest.files + 1)]
    archive, changed = packed(tmp_path, manifest, tarred(*many))
    with pytest.raises(BadArchiveError, match="多"):
        unpack(archive, tmp_path / "into", changed)


def test_a_header_that_claims_to_be_long_reserves_no_memory(tmp_path: Path, manifest: Manifest) -> None:
    header = member("site/x", tarfile.XHDTYPE)
    header.size = MOST_AT_ONCE * 100
    data = lzma.compress(header.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))
    archive, changed = packed(tmp_path, manifest, data)
    with pytest.raises(BadArchiveError):
        unpack(archive, tmp_path / "into", changed)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-100] + bytes(100),
        lambda _data: b"\0" * 10_000,
        lambda _data: lzma.compress(b"\xff" * 10_000),
        lambda _data: lzma.compress(b""),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, manifest: Manifest, spoil: Callable[[bytes], bytes]) -> None:
    good = tarred(member("site/kiosk/cli.py"), body=b"x" * 5000)
    archive, changed = packed(tmp_path, manifest, spoil(good))
    with pytest.raises(BadArchiveError):
        unpack(archive, tmp_path / "into", changed)


def test_what_is_not_what_was_signed_is_not_looked_into(tmp_path: Path, manifest: Manifest) -> None:
    archive, changed = packed(tmp_path, manifest, tarred(member("site/kiosk/cli.py")), sha256="0" * 64)
    with pytest.raises(BadArchiveError, match="不一样"):
        unpack(archive, tmp_path / "into", changed)
    assert not (tmp_path / "into").exists()


def test_the_same_tree_gives_the_same_bytes_whenever_and_wherever_it_is_packed(tmp_path: Path) -> None:
    one, two = (pack(tree(tmp_path / name, "1.1"), tmp_path / f"{name}.tar.xz") for name in ("a", "b"))
    assert one == two
    (tmp_path / "b" / "site" / "link").symlink_to("/etc")
    with pytest.raises(BadArchiveError):
        pack(tmp_path / "b", tmp_path / "c.tar.xz")
