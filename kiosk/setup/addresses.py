"""A terminal's address, as it is typed and as each of the system's network services wants it written. Pure: text in, text out."""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum

from msgspec import Struct

from kiosk.setup.errors import AnswerError

SERVER = r"[A-Za-z0-9][A-Za-z0-9.:-]{0,252}"


class Fixed(Struct, frozen=True):
    """``address`` with its prefix."""

    address: ipaddress.IPv4Interface
    gateway: ipaddress.IPv4Address
    names: tuple[ipaddress.IPv4Address, ...]


class By(StrEnum):
    """No address of its own: given by the hall's network, or whatever the system has, which is left alone."""

    DHCP = "dhcp"
    KEPT = "不改"


Chosen = Fixed | By
MOST_NAMES = 3
"""``MAXNS`` of resolv.conf(5): others would be written and never asked."""
KEEP = "keep"
"""What a keyboard without Chinese types for :attr:`By.KEPT`."""


def read(text: str) -> Chosen:
    """:class:`AnswerError`."""
    words = [word for word in re.split(r"[\s,，]+", text) if word]
    if [word.lower() for word in words] in (["dhcp"], ["自动"]):
        return By.DHCP
    if text.lower() in (By.KEPT, KEEP):
        return By.KEPT
    if len(words) < 3 or "/" not in words[0]:
        raise AnswerError("写 dhcp、不改，或 地址/位数 网关 域名服务器，如 192.0.2.10/24 192.0.2.1 192.0.2.53")
    try:
        address = ipaddress.IPv4Interface(words[0])
        gateway, *names = (ipaddress.IPv4Address(word) for word in words[1:])
    except ValueError:
        raise AnswerError(f"“{text}”里有不是 IPv4 地址的") from None
    if gateway not in address.network or gateway == address.ip:
        raise AnswerError(f"网关 {gateway} 不在 {address.network} 里，或就是本机")
    if address.network.num_addresses > 2 and address.ip in (address.network.network_address, address.network.broadcast_address):
        raise AnswerError(f"{address.ip} 是这一段的网络地址或广播地址，不能给一台机器用")
    if len(names) > MOST_NAMES:
        raise AnswerError(f"域名服务器写了 {len(names)} 个，系统最多用 {MOST_NAMES} 个，留下要用的")
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


def keyfile(chosen: Chosen, card: str) -> str:
    """For NetworkManager (nm-settings-keyfile(5)): a fixed address for the ``card``, else every wired interface."""
    lines = ["[connection]", "id=tongban", "type=ethernet", "autoconnect-priority=100"]
    if isinstance(chosen, Fixed):
        lines += [
            f"interface-name={card}",
            "",
            "[ipv4]",
            "method=manual",
            f"address1={chosen.address},{chosen.gateway}",
            f"dns={_names(chosen, ';')};",
        ]
    else:
        lines += ["", "[ipv4]", "method=auto"]
    return "\n".join([*lines, "", "[ipv6]", "method=auto", ""])


def networkd(chosen: Chosen, card: str) -> str:
    """For systemd-networkd (systemd.network(5)): a fixed address for the ``card``, else every wired interface."""
    if isinstance(chosen, Fixed):
        lines = [
            "[Match]",
            f"Name={card}",
            "",
            "[Network]",
            f"Address={chosen.address}",
            f"Gateway={chosen.gateway}",
            *(f"DNS={name}" for name in chosen.names),
        ]
    else:
        lines = ["[Match]", "Type=ether", "Kind=!*", "", "[Network]", "DHCP=yes"]
    return "\n".join([*lines, ""])


def interfaces(before: str, name: str, chosen: Chosen) -> str:
    """For ifupdown (interfaces(5)), which a Debian without a desktop has: ``before`` with ``name`` said anew, the rest as it is."""
    kept, ours = [], False
    for line in before.splitlines():
        words = line.split()
        if words[:1] and re.fullmatch(r"auto|allow-\S+|iface|mapping|source\S*|no-\S+|template", words[0]):
            ours = words[0] == "iface" and words[1:2] == [name]
            if words[0].startswith(("auto", "allow-")):
                line = " ".join(word for word in words if word != name)
                ours = len(line.split()) == 1
        if not ours:
            kept.append(line)
    made = [f"auto {name}", f"iface {name} inet {'static' if isinstance(chosen, Fixed) else 'dhcp'}"]
    if isinstance(chosen, Fixed):
        made += [f"    address {chosen.address}", f"    gateway {chosen.gateway}", f"    dns-nameservers {_names(chosen, ' ')}"]
    return "\n".join(["\n".join(kept).rstrip("\n"), "", *made, ""])


def fixed(written: str) -> tuple[str, ...]:
    """The cards :func:`interfaces` gave an address of their own."""
    ours = r"^auto (\S+)\niface \1 inet static\n    address \S+\n    gateway \S+\n    dns-nameservers "
    return tuple(found[1] for found in re.finditer(ours, written, re.MULTILINE))


def resolver(chosen: Fixed) -> str:
    """resolv.conf(5), where no service keeps it."""
    return "".join(f"nameserver {name}\n" for name in chosen.names)


def laid(written: str) -> str:
    """What :func:`read` reads as whatever one of the three above wrote; "" where it is none of theirs."""
    address = re.search(r"^(?:address1=|Address=|\s+address )(\d[\d./]+)", written, re.MULTILINE)
    gateway = re.search(r"^(?:address1=[^,]+,|Gateway=|\s+gateway )(\d[\d.]+)", written, re.MULTILINE)
    names = re.findall(r"^(?:dns=|DNS=|\s+dns-nameservers )(\d.*)$", written, re.MULTILINE)
    if address and gateway and names:
        return " ".join([address[1], gateway[1], *re.split(r"[;\s]+", " ".join(names).strip("; "))])
    return By.DHCP.value if re.search(r"^(?:method=auto|DHCP=yes|iface \S+ inet dhcp)$", written, re.MULTILINE) else ""


def _names(chosen: Fixed, between: str) -> str:
    return between.join(map(str, chosen.names))
