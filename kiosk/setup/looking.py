"""What is found by looking, before anything is asked: the profile, what is set, the panel, devices, the way to the centre."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from devices import survey
from domain import profile as profiles
from domain.profile import Profile, ProfileError
from kiosk.clock import Clock
from kiosk.enrolment.files import IdentityDamagedError, IdentityFiles
from kiosk.setup import hardware, laying, locking, network, panel
from kiosk.setup.composing import Places
from kiosk.setup.errors import AnswerError
from kiosk.setup.questions import Seen
from kiosk.setup.system import System

FOLDERS = (Path("/boot/firmware/tongban"), Path("/etc/tongban"))
"""Where a profile is looked for: the boot partition, which any computer can write, goes first."""
NAME = "profile.toml"
SOCKETS = Path("/dev/tongban")
"""udev's names by the socket a device is plugged into."""


def profile(path: Path) -> Profile:
    """:class:`AnswerError`."""
    try:
        return profiles.parse(path.read_text("utf-8"), f"省里的配置文件 {path}")
    except OSError as error:
        raise AnswerError(f"省里的配置文件 {path} 读不出来：{error.strerror}") from None
    except UnicodeDecodeError:
        raise AnswerError(f"省里的配置文件 {path} 不是 UTF-8 文字") from None
    except ProfileError as error:
        raise AnswerError(str(error)) from None


def lying(folders: Iterable[Path] = FOLDERS) -> Path | None:
    return next((path for folder in folders if (path := folder / NAME).exists()), None)


def around(chosen: Profile | None, places: Places, system: System) -> Seen:
    """All but the devices, which are looked for when the terminal has let go of them."""
    before = laying.before(places.settings)
    centre = before.get("centre")
    documents = chosen.centre.documents if chosen else str(centre.get("documents", "")) if isinstance(centre, dict) else ""
    return Seen(
        chosen,
        before,
        socket.gethostname(),
        panel.look(),
        reached=network.reached(documents),
        routed=network.routed(),
        network=network.laid(system),
        synchronised=Clock().synchronised(),
        enrolled=enrolled(places),
        lockable=not locking.ordered(system) and locking.hindered(system) == "",
    )


def enrolled(places: Places) -> str | None:
    """Whose certificate lies here; a damaged one is nobody's."""
    try:
        held = IdentityFiles(places.identity).held()
    except (IdentityDamagedError, OSError):
        return None
    return held.terminal if held is not None else None


def devices(before: Mapping[str, Any], folders: Iterable[Path]) -> tuple[str, tuple[str, ...]]:
    """The line that fits what is attached, and what is doubtful. What is set is not asked: the doctor tries it."""
    table = before.get("devices")
    named = {name: value for name, value in table.items() if isinstance(value, dict)} if isinstance(table, dict) else {}
    links = {os.path.realpath(link): str(link) for link in sorted(SOCKETS.glob("*"))}
    ports = [*survey.serial_ports(folders), *survey.usb_printers()]
    known = {os.path.realpath(port.address): port.address for port in ports}
    found = hardware.stable(ports, {address: links[real] for real, address in known.items() if real in links})
    taken = {os.path.realpath(str(value)) for one in named.values() for value in one.values() if str(value).startswith("/")}
    asked = [survey.probe(one) for one in found if os.path.realpath(one.address) not in taken]
    readers = [] if "smartcard" in named else survey.card_readers()
    return hardware.matched([*asked, *readers], named)
