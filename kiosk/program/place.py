"""Where programs lie on this terminal, and which of them runs. The launcher (``systemd/launcher/tongban``) says what each name in
the folder means, counts starts and goes back; this is the same folder as the running program sees it.
"""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from domain.durable import sync_folder
from domain.program.manifest import Manifest, order
from kiosk.program.link import ASIDE, named, point
from kiosk.store.files import write_durably

ARCHIVE = ".tar.xz"
MANIFEST = "manifest.jws"
"""In the folder of a program that came as an update."""
STORES = {"terminal.db": "kiosk/store/db.py", "staff.db": "kiosk/staff/memory.py"}
"""A terminal's databases, and where a program says up to which version it reads each (``VERSION = n``)."""


class Stood(Struct, frozen=True):
    """What a new program must come up to: how the one before it stood. ``devices``: those that were ready; ``unwell``: checks of
    the machine's health that failed.
    """

    devices: tuple[str, ...] = ()
    link: bool = False
    glass: bool = False
    unwell: tuple[str, ...] = ()


class Trial(Struct, frozen=True):
    """``trial.json``. ``version``, ``before``: null is the factory's. ``rev``: of what is wanted; 0: staff at the terminal."""

    version: str | None
    sha256: str
    rev: int
    before: str | None
    keep: tuple[str, ...] = ()
    starts: int = 0
    failed: str | None = None
    detail: str = ""
    by: str = "centre"
    at: str = ""
    stood: Stood = Stood()


class Refused(Struct, frozen=True):
    """``refused.json``: why the latest that was tried was taken back."""

    version: str | None
    sha256: str
    rev: int
    why: str
    detail: str = ""


class Programs:
    """``folder`` and ``factory`` as the launcher has them; ``site``: where the running program was loaded from."""

    def __init__(self, folder: Path, factory: Path, site: Path) -> None:
        self.folder = folder
        self.factory = factory
        self.site = site

    @classmethod
    def here(cls) -> Programs | None:
        """``None``: not started by the launcher, so there is nothing that could go back."""
        folder, factory = os.environ.get("TONGBAN_PROGRAMS"), os.environ.get("TONGBAN_FACTORY")
        if not folder or not factory or not Path(folder).is_dir():
            return None
        return cls(Path(folder), Path(factory), Path(__file__).resolve().parents[2])

    @property
    def running(self) -> str | None:
        """The version of this process; ``None``: the factory's."""
        return self.site.parent.name if self.site.parent.parent == self.folder.resolve() else None

    @property
    def named(self) -> str | None:
        """What the next start is to run."""
        return named(self.folder / "current")

    @property
    def before(self) -> str | None:
        """What stood before what runs now, if it still lies there; ``None``: the factory's."""
        return self.before_of(self.running)

    def before_of(self, version: str | None) -> str | None:
        found = named(self.folder / "before")
        return found if found is not None and found != version and self.lies(found) else None

    def site_of(self, version: str | None) -> Path:
        return (self.folder / version if version is not None else self.factory) / "site"

    def lies(self, version: str | None) -> bool:
        return (self.site_of(version) / "kiosk" / "cli.py").is_file()

    def signed(self, version: str | None) -> str:
        """The signed manifest it came with; empty for the factory's, and for what does not lie there."""
        try:
            return (self.folder / version / MANIFEST).read_text("ascii") if version is not None else ""
        except (OSError, UnicodeDecodeError):
            return ""

    def trial(self) -> Trial | None:
        """While the running program is on trial."""
        found: Trial | None = _read(self.folder / "trial.json", Trial)
        ours = found is not None and found.version == self.running and found.version == named(self.folder / "current")
        return found if ours else None

    def refused(self) -> Refused | None:
        found: Refused | None = _read(self.folder / "refused.json", Refused)
        return found

    def forget_refused(self) -> None:
        (self.folder / "refused.json").unlink(missing_ok=True)
        sync_folder(self.folder)

    def lay(self, trial: Trial) -> None:
        """The next start is ``trial``'s. Cut off anywhere, it is this one's, or the other's with the way back. ``OSError``."""
        for left in (self.folder / "kept", self.folder / f"kept{ASIDE}"):
            if left.exists():
                shutil.rmtree(left)
        self.forget_refused()
        write_durably(self.folder / "trial.json", msgspec.json.encode(trial))
        point(self.folder / "current", trial.version)

    def fail(self, why: str, detail: str = "") -> None:
        """The running program gives its trial up; the next start goes back."""
        trial = self.trial()
        if trial is not None:
            given_up = msgspec.structs.replace(trial, failed=why, detail=detail[:120])
            write_durably(self.folder / "trial.json", msgspec.json.encode(given_up))

    def stand(self) -> None:
        """The trial is over; what ran before is the last good one, and every older one is removed."""
        trial = self.trial()
        if trial is None:
            return
        point(self.folder / "before", trial.before)
        (self.folder / "trial.json").unlink()
        sync_folder(self.folder)
        shutil.rmtree(self.folder / "kept", ignore_errors=True)
        self.prune()

    def prune(self, spare: str | None = None, archive: str = "-") -> None:
        """Remove what neither runs, nor stood before it, nor is ``spare``; what was cut off; all archives but the one so named."""
        for path in (*self.folder.glob(f"*{ARCHIVE}"), *self.folder.glob(f"*{ASIDE}")):
            if not path.is_dir() and not path.is_symlink() and archive not in path.name:
                path.unlink(missing_ok=True)
        spared = {self.running, named(self.folder / "current"), named(self.folder / "before"), spare}
        for path in self.folder.iterdir():
            if (
                path.is_dir()
                and not path.is_symlink()
                and (order(path.name) or path.name.endswith(ASIDE))
                and path.name not in spared
            ):
                remove(path)

    def databases(self, data: Path) -> tuple[Path, ...]:
        return tuple(path for name in STORES if (path := data / name).exists())


def remove(folder: Path) -> None:
    """A program; first by name, so that no half of one is ever taken for a whole."""
    aside = folder if folder.name.endswith(ASIDE) else folder.with_name(f"{folder.name}.gone{ASIDE}")
    with contextlib.suppress(OSError):
        if aside is not folder:
            shutil.rmtree(aside, ignore_errors=True)
            folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def stores(site: Path) -> dict[str, int]:
    """Up to which version the program in ``site`` reads each database; one it does not say is not there."""
    found = {}
    for name, module in STORES.items():
        try:
            tree = ast.parse((site / module).read_text("utf-8"))
        except (OSError, ValueError, SyntaxError):
            continue
        for line in tree.body:
            match line:
                case ast.Assign(targets=[ast.Name(id="VERSION")], value=ast.Constant(value=int(version))):
                    found[name] = version
    return found


def reads(found: dict[str, int], own: dict[str, int]) -> bool:
    """Whether a program of ``found`` reads what one of ``own`` has written."""
    return all(found.get(name, 0) >= version for name, version in own.items())


def _read(path: Path, kind: Any) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def fits(manifest: Manifest, machine: str, python: str) -> bool:
    return manifest.arch in ("any", machine) and manifest.python == python


def given_up(why: str) -> bool:
    """The program of this process cannot start; whether it was on trial, so that the next start goes back."""
    programs = Programs.here()
    if programs is None or programs.trial() is None:
        return False
    with contextlib.suppress(OSError):  # the launcher counts
        programs.fail("program_not_started", why)
    return True
