"""Other versions of the program for a virtual machine: this very one, without the libraries, which it borrows from the
package's."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import tomli_w
from support.hall import Hall, command
from support.machine.image import installed
from support.machine.root import own_arch

ROOMS = ("domain", "kiosk", "devices", "ui", "mqtt")
SITE = "usr/lib/tongban/site"
BORROWS = "import sys\n\nif '/usr/lib/tongban/site' not in sys.path:\n    sys.path.append('/usr/lib/tongban/site')\n"


class Publisher:
    """Its key is in the centre's settings from now on, and so in every profile made after."""

    def __init__(self, hall: Hall, folder: Path) -> None:
        self._centre = str(hall.layout.base / "centre.toml")
        self._folder = folder
        self._site = installed(own_arch()) / SITE
        self._made = 0
        self._key = folder / "publisher.key"
        public = command("program", "key", "--out", str(self._key)).strip()
        tree = tomllib.loads(Path(self._centre).read_text("utf-8"))
        hall.stop("centre")
        Path(self._centre).write_text(tomli_w.dumps(tree | {"publisher": [public]}), "utf-8")
        hall.start("centre")

    def publish(self) -> str:
        """The next version, for every terminal."""
        self._made += 1
        version = f"1.{self._made}"
        site = self._folder / version / "site"
        for room in ROOMS:
            shutil.copytree(self._site / room, site / room, ignore=shutil.ignore_patterns("__pycache__"))
            first = site / room / "__init__.py"
            first.write_text(first.read_text("utf-8") + "\n" + BORROWS, "utf-8")
        about = site / f"tongban-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tongban\nVersion: {version}\n")
        out = self._folder / "out"
        command(
            *("program", "pack", str(site.parent), "--version", version, "--arch", "x86_64", "--python", "3.13"),
            *("--key", str(self._key), "--out", str(out), "--day", "2026-11-26"),
        )
        command("centre", "program", "add", self._centre, str(out / f"tongban-{version}-x86_64-py3.13.jws"))
        command("centre", "program", "publish", self._centre, version, "--why", "试验")
        return version
