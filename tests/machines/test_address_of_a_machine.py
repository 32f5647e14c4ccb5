"""The address a technician answers is laid by whichever network service the machine has: Debian's own, on a real interface.

By NetworkManager: ``test_machine_set_up_at_the_console.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.machine.place import Place
from support.machine.qemu import Virtual

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

FIXED, GATEWAY = "10.0.2.16/24 10.0.2.2 10.0.2.3", "default via 10.0.2.2"
SAID = "PYTHONPATH=/usr/lib/tongban/site python3 -P -c 'from kiosk.setup import addresses, network, system; {}'"
SERVICES = {"systemd-networkd": "etc/systemd/network/10-tongban.network", "networking": "etc/network/interfaces"}
"""Each with where it keeps the address. The second is ifupdown's."""


@pytest.fixture(scope="module")
def machine(hall: Place) -> Iterator[Virtual]:
    with hall.on() as one:
        one.run("dpkg --install /root/later/*.deb", patience=600)
        one.run("systemctl disable --now NetworkManager")
        yield one


@pytest.mark.parametrize("service", SERVICES)
def test_an_address_is_laid_and_what_was_asked_for_by_dhcp_is_taken_back(machine: Virtual, service: str) -> None:
    card = machine.run("basename /sys/class/net/e*")
    shown = f"ip -4 -brief address show dev {card}"
    machine.run(f"ip address flush dev {card}; systemctl enable --now {service}")
    for typed, wanted, address in (
        ("dhcp", "addresses.By.DHCP", "10.0.2.15/24"),
        (FIXED, f'addresses.read("{FIXED}")', "10.0.2.16/24"),
    ):
        machine.run(SAID.format(f"network.lay(system.System(), {wanted})"))
        machine.until(f"{shown} | grep -F {address} && ip route | grep -F '{GATEWAY}'", f"{service}: {typed}", service)
        assert machine.run(SAID.format("print(network.laid(system.System()))")) == typed
    assert "10.0.2.15" not in machine.run(shown)
    assert "10.0.2.3" in machine.run("cat /etc/resolv.conf")
    machine.run(f"systemctl disable --now {service} systemd-networkd.socket; rm -f /{SERVICES[service]}", check=False)
