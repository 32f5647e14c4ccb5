"""A terminal's address is given to whichever network service the system has, and never to one nobody asked to change."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from kiosk.setup import addresses, network
from kiosk.setup.addresses import By, Fixed
from kiosk.setup.command import _for_which
from kiosk.setup.errors import AnswerError
from kiosk.setup.questions import BY_KEY, Seen
from kiosk.setup.system import System

TYPED = "192.0.2.10/24 192.0.2.1 192.0.2.53 192.0.2.54"
INTERFACES = """\
source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback

# The primary network interface
allow-hotplug enp1s0 enp2s0
iface enp1s0 inet dhcp
    hwaddress 02:00:00:00:00:01

iface enp2s0 inet dhcp
"""


class Tools:
    """A machine with one of Debian's network services; what it was told is written down."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, *, runs: str) -> None:
        self.root, self._told = root, root / "told"
        (root / "tools").mkdir()
        for name in ("systemctl", "nmcli", "networkctl", "ifup", "ifdown"):
            ends = (
                f'[ "$1" != is-active ] || [ "$3" = {runs} ]'
                if name == "systemctl"
                else f"[ ! -e {root}/no-cable ] || {{ echo 没有接通 >&2; exit 4; }}"
            )
            (root / "tools" / name).write_text(f'#!/bin/sh\necho "{name} $@" >>{self._told}\n{ends}\n', "utf-8")
            (root / "tools" / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{root}/tools:/usr/bin:/bin")
        for name, kind in (("enp1s0", "1"), ("lo", "772"), ("wlan0", "1")):
            folder = root / "sys/class/net" / name
            folder.mkdir(parents=True)
            (folder / "type").write_text(kind)
            if name != "lo":
                (folder / "device").mkdir()
        (root / "sys/class/net/wlan0/wireless").mkdir()
        (root / "etc/network").mkdir(parents=True)
        (root / "etc/network/interfaces").write_text(INTERFACES)
        self.system = System(root)

    @property
    def told(self) -> list[str]:
        return [line for line in self._told.read_text("utf-8").splitlines() if not line.startswith("systemctl is-active")]


@pytest.mark.parametrize("typed", [TYPED, "dhcp"])
@pytest.mark.parametrize(
    ("runs", "file", "told"),
    [
        (
            "NetworkManager.service",
            "etc/NetworkManager/system-connections/tongban.nmconnection",
            ["nmcli connection reload", "nmcli --wait 45 connection up tongban"],
        ),
        ("systemd-networkd.service", "etc/systemd/network/10-tongban.network", ["networkctl reload"]),
        ("none", "etc/network/interfaces", ["ifdown --force enp1s0", "systemctl restart networking.service"]),
    ],
)
def test_each_service_is_told_in_its_own_words_and_what_was_laid_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: str, file: str, told: list[str], typed: str
) -> None:
    tools = Tools(tmp_path, monkeypatch, runs=runs)
    network.lay(tools.system, addresses.read(typed))
    assert tools.told == told
    assert (tmp_path / file).exists()
    assert network.laid(tools.system) == typed
    if runs != "NetworkManager.service" and typed != "dhcp":  # nobody keeps that file there
        assert (tmp_path / "etc/resolv.conf").read_text() == "nameserver 192.0.2.53\nnameserver 192.0.2.54\n"


def test_an_address_is_written_as_each_service_wants_it() -> None:
    fixed = addresses.read("192.0.2.10/24 192.0.2.1 192.0.2.53，192.0.2.54")
    assert "address1=192.0.2.10/24,192.0.2.1\ndns=192.0.2.53;192.0.2.54;" in addresses.keyfile(fixed, "enp1s0")
    assert "Address=192.0.2.10/24\nGateway=192.0.2.1\nDNS=192.0.2.53\nDNS=192.0.2.54" in addresses.networkd(fixed, "enp1s0")
    assert "method=auto" in addresses.keyfile(addresses.read("dhcp"), "enp1s0")
    assert "DHCP=yes" in addresses.networkd(addresses.read("自动"), "enp1s0")
    after = addresses.interfaces(INTERFACES, "enp1s0", fixed)
    for kept in (
        "source /etc/network/interfaces.d/*",
        "auto lo\niface lo inet loopback",
        "allow-hotplug enp2s0\n",
        "iface enp2s0 inet dhcp",
    ):
        assert kept in after
    assert "hwaddress" not in after
    assert after.endswith(
        "\nauto enp1s0\niface enp1s0 inet static\n    address 192.0.2.10/24\n    gateway 192.0.2.1\n"
        "    dns-nameservers 192.0.2.53 192.0.2.54\n"
    )
    assert addresses.interfaces(after, "enp1s0", fixed) == after


@pytest.mark.parametrize(
    ("runs", "file", "only"),
    [
        ("NetworkManager.service", "etc/NetworkManager/system-connections/tongban.nmconnection", "\ninterface-name=enp2s0\n"),
        ("systemd-networkd.service", "etc/systemd/network/10-tongban.network", "[Match]\nName=enp2s0\n\n"),
        ("none", "etc/network/interfaces", "\niface enp2s0 inet static\n    address 192.0.2.10/24\n"),
    ],
)
def test_of_two_cards_the_one_with_a_cable_gets_a_fixed_address_and_the_other_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: str, file: str, only: str
) -> None:
    tools = Tools(tmp_path, monkeypatch, runs=runs)
    second = tmp_path / "sys/class/net/enp2s0"
    (second / "device").mkdir(parents=True)
    (second / "type").write_text("1")
    (second / "carrier").write_text("1")
    network.lay(tools.system, addresses.read(TYPED))
    assert only in (tmp_path / file).read_text("utf-8")
    assert network.laid(tools.system) == TYPED
    assert _for_which(network.wired(tools.system)) == "给网卡 enp2s0（还有 enp1s0：要给它，只插它的网线，再运行一次）"
    network.lay(tools.system, By.DHCP)
    if runs != "none":  # an address from the hall's network comes to whichever has a cable
        assert "enp2s0" not in (tmp_path / file).read_text("utf-8")


def test_with_the_cable_in_the_other_card_the_first_one_lets_go_of_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = Tools(tmp_path, monkeypatch, runs="none")
    network.lay(tools.system, addresses.read(TYPED))
    second = tmp_path / "sys/class/net/enp2s0"
    (second / "device").mkdir(parents=True)
    (second / "type").write_text("1")
    (second / "carrier").write_text("1")
    network.lay(tools.system, addresses.read(TYPED))
    written = (tmp_path / "etc/network/interfaces").read_text("utf-8")
    assert written.count("inet static") == 1
    assert "auto enp1s0\niface enp1s0 inet dhcp\n" in written
    assert tools.told[-3:] == ["ifdown --force enp1s0", "ifdown --force enp2s0", "systemctl restart networking.service"]


def test_without_a_card_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = Tools(tmp_path, monkeypatch, runs="systemd-networkd.service")
    for path in (tmp_path / "sys/class/net").glob("enp*"):
        (path / "device").rmdir()
    with pytest.raises(OSError, match="没有找到有线网卡"):
        network.lay(tools.system, addresses.read(TYPED))


def test_more_name_servers_than_are_ever_asked_are_refused() -> None:
    names = "192.0.2.53 192.0.2.54 192.0.2.55"
    assert len(cast(Fixed, addresses.read(f"192.0.2.10/24 192.0.2.1 {names}")).names) == 3
    with pytest.raises(AnswerError, match="域名服务器写了 4 个，系统最多用 3 个"):
        addresses.read(f"192.0.2.10/24 192.0.2.1 {names} 192.0.2.56")


def test_a_network_that_does_not_come_up_is_told_in_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = Tools(tmp_path, monkeypatch, runs="NetworkManager.service")
    (tmp_path / "no-cable").touch()
    with pytest.raises(OSError, match="没有接通"):
        network.lay(tools.system, By.DHCP)


def test_what_is_set_is_the_default_and_a_way_that_is_there_is_left_alone() -> None:
    """A centre that is away for an hour must not cost a terminal its address."""
    default = BY_KEY["network"].default
    assert default(Seen(network=TYPED, routed=True), {}) == TYPED
    assert default(Seen(routed=True), {}) == "不改"
    assert default(Seen(), {}) == "dhcp"
    assert addresses.read("不改") is By.KEPT


def test_a_way_out_is_a_default_route(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    route = tmp_path / "net" / "route"
    assert not network.routed(tmp_path)
    route.write_text("Iface\tDestination\tGateway\neth0\t0002000A\t00000000\n")
    assert not network.routed(tmp_path)
    route.write_text("Iface\tDestination\tGateway\neth0\t00000000\t0202000A\n")
    assert network.routed(tmp_path)
