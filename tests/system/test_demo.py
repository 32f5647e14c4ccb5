"""``tongban demo``: up with its addresses, down with everything, a second start at once, a taken port by name."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from support.hall import free_run, until

# Each starts every process of the demonstration, some twice, among seven other tests.
pytestmark = pytest.mark.timeout(400)


@contextmanager
def demo(base: Path, first: int) -> Iterator[subprocess.Popen[str]]:
    env = os.environ | {"TONGBAN_DEMO_PORT": str(first), "PYTHONUNBUFFERED": "1"}
    child = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "demo", "--base", str(base)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=env,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def read_until(child: subprocess.Popen[str], text: str) -> str:
    assert child.stdout is not None
    seen = ""
    for line in child.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"never said {text}: {seen}")


def test_demo_says_what_each_address_is_for_and_leaves_nothing_running(tmp_path: Path) -> None:
    first = free_run(15)
    for _ in range(2):  # a second start works at once, with the same keys and data
        with demo(tmp_path / "demo", first) as child:
            said = read_until(child, "Ctrl-C")
            for port, what in ((0, "办事人"), (1, "放身份证"), (2, "中心工作人员"), (3, "业务属地专窗"), (4, "业务属地专窗")):
                line = next(row for row in said.splitlines() if f"http://127.0.0.1:{first + port}/" in row)
                assert what in line
                assert httpx.get(f"http://127.0.0.1:{first + port}/", follow_redirects=True).status_code == 200
            clerk = f"https://127.0.0.1:{first + 14}/"
            assert clerk in said
            assert clerk in httpx.get(f"http://127.0.0.1:{first + 1}/").text
            believed = ssl.create_default_context(cafile=tmp_path / "demo" / "authority" / "ca.pem")
            assert "登录窗口" in httpx.get(clerk, verify=believed).text
            family = psutil.Process(child.pid).children(recursive=True)
            assert len(family) >= 6
            child.send_signal(signal.SIGINT)
            assert child.wait(30) == 0
            assert [p for p in family if p.is_running()] == []


def test_a_process_that_dies_is_brought_back_and_told_of_and_a_demo_that_is_killed_takes_all_along(tmp_path: Path) -> None:
    first = free_run(15)
    with demo(tmp_path / "demo", first) as child:
        read_until(child, "Ctrl-C")
        terminal = next(p for p in psutil.Process(child.pid).children() if p.cmdline()[-1].endswith("terminal.toml"))
        terminal.kill()
        read_until(child, "终端意外退出")
        until(lambda: _answers(f"http://127.0.0.1:{first}/"), "the terminal is back")
        family = psutil.Process(child.pid).children(recursive=True)
        child.kill()
        until(lambda: not [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE], "all gone")


def test_a_taken_port_is_told_by_what_it_is_for(tmp_path: Path) -> None:
    first = free_run(15)
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", first + 2))
        squatter.listen()
        with demo(tmp_path / "demo", first) as child:
            said = read_until(child, "TONGBAN_DEMO_PORT")
            assert f"{first + 2}（中心管理页）" in said
            assert child.wait(10) == 1


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False
