"""The program tree: ``tree.py --for terminal --arch arm64 FOLDER``. Packages and updates are made of the same one.

What the launcher (``systemd/launcher/tongban``) runs: ``site`` with the wheels of the pinned lock and ours, the same for
``/usr/lib/tongban`` and for ``/opt/tongban/<version>``. Nothing in it knows where it lies. Bytecode is made where it is unpacked.

Wheels are taken for the target's processor and Python; nothing is compiled, so no emulator is wanted. Run by the Python of the
development environment (uv, hatchling); the page's JavaScript must be built. What is left out of a tree stands in ``trees.toml``.
"""

from __future__ import annotations

import fnmatch
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from kiosk.typing import dictionary
from ui import compiled

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLATFORMS = {"amd64": "x86_64-manylinux_2_36", "arm64": "aarch64-manylinux_2_36"}
"""Debian's names of processors, and uv's; the C library is that of Debian 12, the older of the two."""
TREES: Mapping[str, Mapping[str, Any]] = tomllib.loads((HERE / "trees.toml").read_text("utf-8"))["tree"]
WEIGHT: Mapping[str, Any] = tomllib.loads((HERE / "trees.toml").read_text("utf-8"))["weight"]
JAVASCRIPT = ("ui/static/vendor/glass.js", "ui/clerk/static/vendor/clerk.js", "fleet/static/vendor/uplot.js")


def wheel(folder: Path) -> Path:
    """Our own wheel. ``FileNotFoundError``: the page's JavaScript was not built."""
    for built in JAVASCRIPT:
        if not (ROOT / built).is_file():
            raise FileNotFoundError(f"{built}: npm ci --ignore-scripts && npm run build (install.sh does it)")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True, capture_output=True
    )
    (made,) = folder.glob("tongban-*.whl")
    return made


def lay_out(kind: str, arch: str, python: str, ours: Path, folder: Path, others: Path | None = None) -> None:
    """The tree of one of ``TREES`` in ``folder``, which is made. ``python``: "3.13". ``ours``: from `wheel`. ``others``: where
    other trees for the same machine may lie already, each by its name.
    """
    told = TREES[kind]
    site = folder / "site"
    _install(told["extra"], arch, python, ours, site)
    _prune(site, [*WEIGHT["out"], *told["out"]], WEIGHT["kept"])
    if told["pinyin"]:
        dictionary.build()  # the environment's own: at once where it is there
        shutil.copytree(dictionary.PLACE, site / "kiosk" / "typing" / "pinyin")
    if told["pages"]:
        compiled.make(site / "ui" / compiled.PLACE.name)
    if base := told.get("beside"):
        if others is not None and (others / base).is_dir():
            _leave_out_what_is_in(others / base, folder)
        else:
            with tempfile.TemporaryDirectory() as other:
                lay_out(base, arch, python, ours, Path(other))
                _leave_out_what_is_in(Path(other), folder)


def _install(extra: list[str], arch: str, python: str, ours: Path, site: Path) -> None:
    """uv holds every wheel against the lock's hashes, and takes no version that is not in it."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as without:
        without.write("\n".join(WEIGHT["without"]))
        without.flush()
        subprocess.run(
            [
                *(Path(sys.executable).parent / "uv", "pip", "install", "--quiet", "--target", site),
                *("--python-platform", PLATFORMS[arch], "--python-version", python),
                *("--only-binary", ":all:", *(part for name in WEIGHT["sources"] for part in ("--no-binary", name))),
                *("--excludes", without.name, "--constraints", ROOT / "requirements.lock"),
                f"tongban[{','.join(extra)}] @ {ours.as_uri()}",
            ],
            check=True,
            # The system's certificates, as pip takes them.
            env=os.environ | {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1"},
        )


def _prune(site: Path, out: Iterable[str], kept: Iterable[str]) -> None:
    """Patterns of `fnmatch` on paths in ``site``: a star also stands for slashes."""
    patterns, excepted = tuple(out), tuple(kept)
    for path in sorted(site.rglob("*"), reverse=True):  # what lies in a folder before the folder
        name = str(path.relative_to(site))
        if _fits(name, patterns) and not _fits(name, excepted):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _leave_out_what_is_in(base: Path, folder: Path) -> None:
    """Of ``folder`` only what ``base`` has not. ``ValueError``: a file is there twice and differs: one of the two would err."""
    for path in sorted(folder.rglob("*"), reverse=True):
        twin = base / path.relative_to(folder)
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif twin.exists():
            if twin.read_bytes() != path.read_bytes():
                raise ValueError(f"{path.relative_to(folder)} is another one beside the base")
            path.unlink()


@click.command()
@click.option("--for", "kind", type=click.Choice(tuple(TREES)), required=True, help="哪一种程序。")
@click.option("--arch", type=click.Choice(tuple(PLATFORMS)), required=True, help="目标机器的处理器，用 Debian 的叫法。")
@click.option("--python", default="3.13", show_default=True, help="目标机器上 Python 的版本。")
@click.argument("folder", type=click.Path(exists=False, path_type=Path))
def main(kind: str, arch: str, python: str, folder: Path) -> None:
    """在 FOLDER 里生成一棵程序树：安装包和程序更新都用它。"""
    with tempfile.TemporaryDirectory() as made:
        lay_out(kind, arch, python, wheel(Path(made)), folder)


if __name__ == "__main__":
    main()
