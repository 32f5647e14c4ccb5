"""What is asked inside a machine where one of our packages is installed, and of the package itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.machine.booted import Shell

SITE = "/usr/lib/tongban/site"
_ALL_MODULES = f"""
import importlib, pkgutil, sys
from pathlib import Path
for room in ("domain", "kiosk", "devices", "ui", "mqtt", "fleet"):
    if not (Path('{SITE}') / room).is_dir():
        continue
    for found in pkgutil.walk_packages(importlib.import_module(room).__path__, room + "."):
        # libcamera comes with Raspberry Pi OS; Alembic runs its files itself.
        if found.name.endswith("__main__") or found.name.startswith(("devices.camera.process", "fleet.migrations")):
            continue
        try:
            importlib.import_module(found.name)
        except ImportError as error:
            print(found.name, error)
"""


def install(machine: Shell, deb: str) -> str:
    """``deb``: its path inside; what apt said."""
    return machine.run(f"DEBIAN_FRONTEND=noninteractive apt-get install -qq --allow-downgrades {deb} 2>&1", patience=300)


def python(program: str, user: str = "tongban") -> str:
    """A line of shell that runs it with the package's own modules."""
    return f"runuser -u {user} -- env PYTHONPATH={SITE} python3 -P - <<'.'\n{program}\n."


def modules_that_fail(machine: Shell, user: str) -> str:
    """Each with what it wanted to import."""
    return machine.run(python(_ALL_MODULES, user))


def names(deb: Path) -> set[str]:
    """Files and links in a package, without the leading ``./``."""
    listed = subprocess.run(
        f"dpkg-deb --fsys-tarfile {deb} | tar -t", shell=True, capture_output=True, text=True, check=True
    ).stdout
    return {name.removeprefix("./") for name in listed.splitlines() if not name.endswith("/")}
