"""A container in which the terminal's package was installed as a technician does it, over settings that are there already: nothing
is asked, no device is attached, and its centre cannot be reached from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tomli_w
from support.authority import authority, enrolled
from support.machine.booted import Machine, booted
from support.machine.inside import install
from support.machine.packages import package, packages
from support.machine.root import own_arch, root

from domain.catalogue.catalogue import load
from domain.sealing import new_key
from kiosk.enrolment.files import IdentityFiles

NAME = "t-0001"
DATA = "/var/lib/tongban"
HEADLESS = "[Service]\nEnvironment=WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 WLR_RENDERER=pixman\n"
"""No card in this machine: the compositor draws into memory. Everything else of the screen's unit is as it is."""


@contextmanager
def newly_installed(folder: Path, *, options: Sequence[str] = (), **folders: Path) -> Iterator[Machine]:
    """``folder``: empty, for what is made on the way; ``options``, ``folders``: :func:`support.machine.booted.booted`'s."""
    built = packages()
    enrolled(authority(folder / "authority"), NAME, IdentityFiles(folder / "identity"))
    with booted(
        root(own_arch()), "tongban-packages", options=options, packages=built, identity=folder / "identity", **folders
    ) as machine:
        machine.write("/etc/systemd/system/tongban-screen.service.d/headless.conf", HEADLESS)
        machine.run(f"systemd-sysusers - <<'.'\nu tongban - -\n.\ninstall -d -m 700 -o tongban -g tongban {DATA}/settings")
        machine.run(f"cp -r /identity {DATA}/identity && chown -R tongban: {DATA}/identity && chmod 700 {DATA}/identity")
        machine.write(f"{DATA}/settings/terminal.toml", settings(), "600", "tongban")
        install(machine, f"/packages/{package(built, 'tongban-terminal').name}")
        yield machine


def settings() -> str:
    parties = load().parties
    keys = {name: new_key(name)[0] for name in ("intake", "recovery", *(party.party for party in parties))}
    written = {name: {"key_id": key.key_id, "public": key.public} for name, key in keys.items()}
    return tomli_w.dumps(
        {
            "terminal": {
                "id": NAME,
                "code": "K01",
                "division": "519902",
                "place": "demo-bing",
                "intake": "示范丙区",
                "hall": "示范丙区政务服务中心",
                "phone": "0800-000-0003",
                "complaint": "12345",
                "query": "https://centre.example/progress",
            },
            "paths": {"data": f"{DATA}/store", "runtime": "/run/tongban"},
            "glass": {"port": 8600},
            "devices": {
                "idcard": {"path": "/dev/tongban/tty-idcard"},
                "printer": {"host": "127.0.0.1", "port": 9100},
                "camera": {"socket": "/run/tongban-camera/camera"},
            },
            "centre": {"broker": "centre.example:8883", "documents": "https://centre.example", "identity": f"{DATA}/identity"},
            "keys": {
                "intake": written["intake"],
                "recovery": written["recovery"],
                "homes": {party.party: written[party.party] for party in parties},
            },
        }
    )
