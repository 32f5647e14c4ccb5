"""The system's network service, whichever it is, is given the terminal's address. Debian has three of them: NetworkManager (also on
Raspberry Pi OS), systemd-networkd, and ifupdown where neither runs.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.health.kernel import text
from kiosk.setup import addresses
from kiosk.setup.addresses import By, Chosen, Fixed
from kiosk.setup.system import System

REACH = 3.0
"""Seconds the centre has to take a connection."""
COMES = 20.0
"""Seconds an address that was just set has to lead to the centre."""
_MANAGER = Path("etc/NetworkManager/system-connections/tongban.nmconnection")
_NETWORKD = Path("etc/systemd/network/10-tongban.network")
_INTERFACES = Path("etc/network/interfaces")


def laid(system: System) -> str:
    """As it would be typed, what setting up laid here before; "" nothing."""
    for path in (_MANAGER, _NETWORKD, _INTERFACES):
        if (found := addresses.laid(text(system.root / path) or "")) != "":
            return found
    return ""


def routed(proc: Path = Path("/proc")) -> bool:
    """Whether there is a way out of this machine: a default route."""
    lines = (text(proc / "net" / "route") or "").splitlines()[1:]
    return any(words[1:2] == ["00000000"] for words in map(str.split, lines))


def lay(system: System, chosen: Chosen) -> None:
    """``OSError`` when it cannot be written, or the network does not come up with it."""
    if not (cards := wired(system)):
        raise OSError("没有找到有线网卡")
    if system.active("NetworkManager.service"):
        system.write(_MANAGER, addresses.keyfile(chosen, cards[0]), 0o600)
        system.run("nmcli", "connection", "reload")
        system.run("nmcli", "--wait", "45", "connection", "up", "tongban")
    elif system.active("systemd-networkd.service"):
        system.write(_NETWORKD, addresses.networkd(chosen, cards[0]), 0o644)
        system.run("networkctl", "reload")
        _names(system, chosen)
    elif (system.root / _INTERFACES).exists():
        _by_ifupdown(system, cards[0], chosen)
    else:
        raise OSError("没有找到管网络的服务（NetworkManager、systemd-networkd、ifupdown）")


def wired(system: System) -> list[str]:
    """The wired interfaces, those with a cable first: a fixed address is the first one's."""
    folder = system.root / "sys" / "class" / "net"
    real = [one for one in sorted(folder.glob("*")) if (one / "device").exists() and not (one / "wireless").exists()]
    ether = [one for one in real if text(one / "type") == "1"]
    ether.sort(key=lambda one: text(one / "carrier") != "1")
    return [one.name for one in ether]


def reached(documents: str) -> bool:
    """Whether somebody takes a connection where the centre's address leads."""
    where = urlsplit(documents)
    try:
        with socket.create_connection((where.hostname or "", where.port or 443), REACH):
            return True
    except (OSError, ValueError):
        return False


def comes(documents: str, patience: float = COMES, sleep: Callable[[float], None] = time.sleep) -> bool:
    """Whether the centre is reached within ``patience`` seconds."""
    until = time.monotonic() + patience
    while not reached(documents):
        if time.monotonic() >= until:
            return False
        sleep(0.5)
    return True


def _by_ifupdown(system: System, name: str, chosen: Chosen) -> None:
    """Down by what was said before, or whoever asked for an address then goes on asking. Up by its unit: what goes on asking for an
    address lives in there, and not with whoever sets this up. Another card that was given the address before lets go of it.
    """
    before = after = text(system.root / _INTERFACES) or ""
    others = [one for one in addresses.fixed(before) if one != name]
    for other in others:
        after = addresses.interfaces(after, other, By.DHCP)
    after = addresses.interfaces(after, name, chosen)
    if after != f"{before}\n":
        system.may_write()
        for card in (*others, name):
            with suppress(OSError):  # it was not up
                system.run("ifdown", "--force", card)
        system.write(_INTERFACES, after, 0o644)
        _names(system, chosen)
    system.run("systemctl", "restart", "networking.service")


def _names(system: System, chosen: Chosen) -> None:
    """Where no service keeps resolv.conf it is a plain file, and without it no name is found."""
    path = Path("etc/resolv.conf")
    if isinstance(chosen, Fixed) and not (system.root / path).is_symlink():
        system.write(path, addresses.resolver(chosen), 0o644)
