"""Somebody starts the program by hand while the service runs: the second one says why it does not start and disturbs nothing."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
from pathlib import Path

from support.citizen import Citizen
from support.hall import Hall, hall


def test_the_second_says_why_and_the_first_goes_on_with_its_visit(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "terminal") as one:
        citizen = Citizen(one).scanned()
        second = subprocess.run(one.specs["terminal"].command, capture_output=True, timeout=60, check=False)
        assert second.returncode == 1
        assert "正由另一个终端程序使用" in second.stderr.decode()
        assert citizen.glass.look() == "delivery"
        assert _audit(one).count("started") == 1


def test_a_terminal_whose_port_is_taken_stops_what_it_had_begun(tmp_path: Path) -> None:
    with hall(tmp_path, "broker") as one, socket.create_server(("127.0.0.1", one.specs["terminal"].port)):
        refused = subprocess.run(one.specs["terminal"].command, capture_output=True, timeout=60, check=False)
        assert refused.returncode == 1
        assert "终端启动不了" in refused.stderr.decode()
        assert _audit(one) == ["started", "stopped"]


def _audit(one: Hall) -> list[str]:
    found = sqlite3.connect(f"file:{one.layout.base / 'terminal' / 'terminal.db'}?mode=ro", uri=True)
    try:
        return [event for (event,) in found.execute("SELECT event FROM audit WHERE event IN ('started', 'stopped') ORDER BY id")]
    finally:
        found.close()
