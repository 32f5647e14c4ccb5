"""A pcscd of one's own: several at once, nobody else's touched, gone with who started it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from support.hall import until

from devices.virtual import pcscd
from devices.virtual.pcscd import PcscdUnavailableError, PrivatePcscd
from devices.virtual.smartcard import VirtualPcsc
from devices.virtual.social import cards

CLIENT = """
import json, sys
from devices.transports.pcsc import Context
context = Context(sys.argv[1])
context.enter()
print(json.dumps([[name, context.look(name).present] for name in context.readers()]))
context.close()
"""
OWNER = """
import sys, time
from pathlib import Path
from devices.virtual.pcscd import PrivatePcscd
daemon = PrivatePcscd(Path(sys.argv[1]))
daemon.start()
daemon.run()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short: a socket's path has 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="tongban-pcsc-") as made:
        yield Path(made)


def readers(service: str) -> list[tuple[str, bool]]:
    """What a client in a process of its own sees there."""
    told = subprocess.run([sys.executable, "-c", CLIENT, service], capture_output=True, text=True, check=True).stdout
    return [(name, present) for name, present in json.loads(told)]


def test_two_at_once_have_each_their_own_readers_and_cards(folder: Path) -> None:
    with ExitStack() as running:
        both = []
        for name in "a", "b":
            device = VirtualPcsc(folder / name, cards=cards())
            device.start()
            running.callback(device.stop)
            assert device.unavailable is None
            both.append(device)
        both[1].lay("social-2")
        until(lambda: readers(both[1].address)[0][1], "the card in the second")
        assert not any(present for _, present in readers(both[0].address))


def test_nothing_listens_on_the_network_and_the_systems_own_place_is_not_touched(folder: Path) -> None:
    before = Path("/run/pcscd/pcscd.comm").exists()
    daemon = PrivatePcscd(folder)
    daemon.start()
    daemon.run()
    try:
        card = daemon.touch()
        assert card is not None
        card.close()
        assert not [there for there in psutil.net_connections("tcp") if there.laddr and there.laddr.port == 20000]
        with socket.socket() as outsider:
            assert outsider.connect_ex(("127.0.0.1", 20000)) != 0
        assert Path("/run/pcscd/pcscd.comm").exists() == before
    finally:
        daemon.stop()


def test_it_dies_with_who_started_it_though_that_one_was_killed(folder: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"ready\n"
    family = psutil.Process(owner.pid).children(recursive=True)
    assert any(child.name() == "pcscd" for child in family)
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    until(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in family), "all gone")


def test_where_it_cannot_run_it_says_so_and_the_rig_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = folder / ("d" * 100)
    deep.mkdir()
    with pytest.raises(PcscdUnavailableError, match="太长"):
        PrivatePcscd(deep).start()
    monkeypatch.setattr(pcscd, "DRIVER", "usr/lib/nowhere.so")
    assert pcscd.unavailable() == "缺少 Debian 软件包 vsmartcard-vpcd"
    device = VirtualPcsc(folder, cards=cards())
    device.start()
    device.lay("social-2")
    assert device.unavailable == "缺少 Debian 软件包 vsmartcard-vpcd"
    assert device.lying() == "social-2"
    device.stop()
