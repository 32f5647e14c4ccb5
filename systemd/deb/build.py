"""``make deb``: Debian packages of the terminal, of its reading of pages, and of the centre.

``build.py FOLDER`` puts them into FOLDER, for amd64 and arm64, for the Python of Debian 13; the centre also for Debian 12's. The
program tree is tree.py's, packages are debhelper's (``debian/``). Nothing is compiled, so either kind of machine makes both.
The same files of the repository give the same bytes: every time in a package is that of the changelog's first entry.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import click
from tree import HERE, PLATFORMS, ROOT, lay_out, wheel

KINDS = {"tongban-terminal": "terminal", "tongban-terminal-ocr": "ocr", "tongban-centre": "centre"}
"""Packages and what `trees.toml` calls their trees."""
SYSTEMS = {"3.13": ("", tuple(KINDS)), "3.11": ("~deb12", ("tongban-centre",))}
"""Pythons of Debian 13 and 12, what the version of a package for it ends with, and what is packed for it."""
NOBODY = "Tongban <packages@tongban.example>"
"""Who maintains the packages, in ``debian/``."""
COMPRESSIONS = {
    # One thread: several would cut the stream elsewhere, and the bytes would be others.
    "small": ("-Zxz", "--threads-max=1"),
    "fast": ("-Zzstd", "-z1", "--threads-max=1"),
}


def build(
    out: Path, archs: Iterable[str], packages: Iterable[str], pythons: Iterable[str], compression: str, version: str | None
) -> None:
    """``version``: instead of the changelog's, for trying an upgrade."""
    wanted = set(packages)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        ours = wheel(Path(folder))
        for python in pythons:
            ending, there = SYSTEMS[python]
            if chosen := tuple(package for package in there if package in wanted):
                for arch in archs:
                    stage = Path(folder) / f"{arch}-{python}"
                    _stage(stage, arch, python, chosen, ours)
                    _debhelper(stage, arch, python, chosen, compression, (version or _version()) + ending)
                    for package in stage.parent.glob("*.deb"):
                        shutil.move(package, out / package.name)
                        click.echo(out / package.name)
                    shutil.rmtree(stage)


def _stage(stage: Path, arch: str, python: str, packages: tuple[str, ...], ours: Path) -> None:
    """What ``debian/rules`` finds in its folder."""
    shutil.copytree(HERE / "debian", stage / "debian")
    (stage / "systemd").symlink_to(ROOT / "systemd")
    for package in packages:
        kind = KINDS[package]
        lay_out(kind, arch, python, ours, stage / "tree" / kind, stage / "tree")
        site = stage / "tree" / kind / "site"
        (stage / "debian" / f"{package}.copyright").write_text("\n".join(_copyright(site, package)) + "\n", "utf-8")
        if kind != "ocr":
            _manual(site, stage / "man" / package)


def _debhelper(stage: Path, arch: str, python: str, packages: tuple[str, ...], compression: str, version: str) -> None:
    changelog, control = stage / "debian" / "changelog", stage / "debian" / "control"
    changelog.write_text(re.sub(r"\(\S+\)", f"({version})", changelog.read_text("utf-8"), count=1), "utf-8")
    if (name := os.environ.get("DEBFULLNAME")) and (address := os.environ.get("DEBEMAIL")):
        for file in (changelog, control):  # ours is nobody's address (RFC 2606): who hands packages out gives theirs
            file.write_text(file.read_text("utf-8").replace(NOBODY, f"{name} <{address}>"), "utf-8")
    major, minor = map(int, python.split("."))
    settings = {
        "PACKAGES": " ".join(packages),
        "PYTHON_FROM": python,
        "PYTHON_BELOW": f"{major}.{minor + 1}",
        "COMPRESSION": " ".join(COMPRESSIONS[compression]),
        "SOURCE_DATE_EPOCH": str(int(_entry().timestamp())),
        "DEB_HOST_ARCH": arch,
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(["debian/rules", "binary"], cwd=stage, env=os.environ | settings, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout[-4000:] + done.stderr[-4000:])


def _manual(site: Path, folder: Path) -> None:
    """A page a command of the tree's, in whose place none of ours here may answer."""
    rooms = folder.with_name(f"{folder.name}.rooms")
    rooms.mkdir(parents=True)
    folder.mkdir()
    for room in ("domain", "kiosk", "devices", "ui", "mqtt", "fleet"):
        if (site / room).is_dir():
            (rooms / room).symlink_to(site / room)
    subprocess.run(
        [sys.executable, "-B", HERE / "manual.py", _version(), f"{_entry():%Y-%m-%d}", folder],  # no byte code into the tree
        env=os.environ | {"PYTHONPATH": str(rooms)},
        check=True,
    )


def _copyright(site: Path, package: str) -> Iterator[str]:
    ours = next(iter(metadata.distributions(name="tongban", path=[str(site)])), None)  # the reading's tree has none
    named = str(ours.metadata.json.get("license_expression", "")) if ours is not None else ""
    yield "通办 (Tongban). Copyright 2026, those who wrote it."
    yield (
        f"Licence: {named}."
        if named
        else "No licence has been chosen yet, and none is granted: use it as agreed with those who wrote it."
    )
    yield ""
    yield f"Parts by others in {package}, as published on PyPI, unchanged but for what is not needed to run them. The text of each"
    yield "licence lies beside the part, in NAME-VERSION.dist-info; of the Apache License 2.0 also in"
    yield "/usr/share/common-licenses/Apache-2.0."
    yield ""
    for part in sorted(metadata.distributions(path=[str(site)]), key=lambda part: part.metadata["Name"].lower()):
        if part.metadata["Name"] != "tongban":
            yield f"  {part.metadata['Name']} {part.version}: {_licence(part)}"
    if package == "tongban-terminal":
        yield ""
        yield "The words for pinyin (share/tongban/pinyin) are made of rime-luna-pinyin and rime-essay, LGPL-3"
        yield "(/usr/share/common-licenses/LGPL-3), source: Debian's packages rime-data-luna-pinyin and rime-essay, and"
        yield "kiosk/typing/dictionary.py, which makes them anew."
    notes = sorted((ROOT / "ui" / "static" / "vendor").glob("*.LEGAL.txt")) if package == "tongban-terminal" else []
    for note in notes:
        yield ""
        yield f"Bundled into {note.name.removesuffix('.LEGAL.txt')}:"
        yield note.read_text("utf-8").strip()


def _licence(part: metadata.Distribution) -> str:
    told = part.metadata.json
    named = [line.rpartition(" :: ")[2] for line in told.get("classifier", ()) if line.startswith("License ::")]
    first = str(told.get("license", "")).strip().splitlines()[:1]
    return str(told.get("license_expression", "")) or ", ".join(named) or (first[0] if first else "see beside it")


def _version() -> str:
    return re.search(r"\((\S+)\)", (HERE / "debian" / "changelog").read_text("utf-8"))[1]  # type: ignore[index]


def _entry() -> datetime:
    """The date of the changelog's first entry."""
    said = re.search(r"^ -- .*>  (.*)$", (HERE / "debian" / "changelog").read_text("utf-8"), re.M)
    assert said is not None
    return datetime.strptime(said[1], "%a, %d %b %Y %H:%M:%S %z").astimezone(UTC)


@click.command()
@click.option("--arch", "archs", type=click.Choice(tuple(PLATFORMS)), multiple=True, default=tuple(PLATFORMS), show_default=True)
@click.option("--package", "packages", type=click.Choice(tuple(KINDS)), multiple=True, default=tuple(KINDS), show_default=True)
@click.option("--python", "pythons", type=click.Choice(tuple(SYSTEMS)), multiple=True, default=tuple(SYSTEMS), show_default=True)
@click.option("--compression", type=click.Choice(tuple(COMPRESSIONS)), default="small", show_default=True)
@click.option("--version", help="试升级时用：不写就是 changelog 里的版本。")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
def main(
    archs: tuple[str, ...], packages: tuple[str, ...], pythons: tuple[str, ...], compression: str, version: str | None, out: Path
) -> None:
    """生成 Debian 软件包，放进 OUT。"""
    build(out, archs, packages, pythons, compression, version)


if __name__ == "__main__":
    main()
