"""A terminal's address, as it is typed and as the system's network service wants it written."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from kiosk.setup.errors import AnswerError

SERVER = r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}"


@dataclass(frozen=True, slots=True)
class Fixed:
    """``address`` with its prefix."""

    address: ipaddress.IPv4Interface
    gateway: ipaddress.IPv4Address
    names: tuple[ipaddress.IPv4Address, ...]


def read(text: str) -> Fixed | None:
    """``None``: by DHCP. :class:`AnswerError`."""
    words = re.split(r"[\s,，]+", text)
    if [word.lower() for word in words] in (["dhcp"], ["自动"]):
        return None
    if len(words) < 3 or "/" not in words[0]:
        raise AnswerError("写 dhcp，或 地址/位数 网关 域名服务器，如 192.0.2.10/24 192.0.2.1 192.0.2.53")
    try:
        address = ipaddress.IPv4Interface(words[0])
        gateway, *names = (ipaddress.IPv4Address(word) for word in words[1:5])
    except ValueError:
        raise AnswerError(f"“{text}”里有不是 IPv4 地址的") from None
    if gateway not in address.network or gateway == address.ip:
        raise AnswerError(f"网关 {gateway} 不在 {address.network} 里，或就是本机")
    if address.network.num_addresses > 2 and address.ip in (address.network.network_address, address.network.broadcast_address):
        raise AnswerError(f"{address.ip} 是这一段的网络地址或广播地址，不能给一台机器用")
    return Fixed(address, gateway, tuple(names))


def servers(text: str) -> tuple[str, ...]:
    """Time servers; :class:`AnswerError`."""
    words = tuple(word for word in re.split(r"[\s,，]+", text) if word)
    for word in words:
        if not re.fullmatch(SERVER, word):
            raise AnswerError(f"“{word}”不是主机名或地址")
    if len(words) > 8:
        raise AnswerError("最多八个")
    return words


def keyfile(chosen: Fixed | None) -> str:
    """For NetworkManager (nm-settings-keyfile(5)): every wired interface."""
    lines = ["[connection]", "id=tongban", "type=ethernet", "autoconnect-priority=100", "", "[ipv4]"]
    if chosen is None:
        lines += ["method=auto"]
    else:
        lines += ["method=manual", f"address1={chosen.address},{chosen.gateway}", f"dns={';'.join(map(str, chosen.names))};"]
    return "\n".join([*lines, "", "[ipv6]", "method=auto", ""])


def networkd(chosen: Fixed | None) -> str:
    """For systemd-networkd (systemd.network(5))."""
    lines = ["[Match]", "Type=ether", "Kind=!*", "", "[Network]"]
    if chosen is None:
        lines += ["DHCP=yes"]
    else:
        lines += [f"Address={chosen.address}", f"Gateway={chosen.gateway}", *(f"DNS={name}" for name in chosen.names)]
    return "\n".join([*lines, ""])
