"""A whole hall on free ports: mosquitto, centre, two desks and terminal as processes of their own; the hardware in this one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from click.testing import CliRunner
from support.authority import authority, enrolled
from support.centre_db import new_database
from support.clerk_door import as_demo, cheap
from support.nursery import Child, nursery
from support.people import board, page

from domain.catalogue.party import Party
from domain.staff.duties import Duty
from kiosk.cli import main
from kiosk.demo import files, rig
from kiosk.demo.command import specs
from kiosk.demo.layout import Layout, Ports
from kiosk.demo.processes import Spec, answers, free, tongban
from kiosk.enrolment.files import IdentityFiles

PATIENCE = 60.0
"""Seconds to wait for what must happen; long, because two cores may be busy elsewhere."""


def until(happened: Callable[[], object], what: str, patience: float = PATIENCE) -> object:
    """Wait for a true answer, and give it back. Asked less often the longer it takes: asking costs what is waited for its time."""
    deadline = time.monotonic() + patience
    pause = 0.01
    while not (answer := happened()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(pause)
        pause = min(1.4 * pause, 0.1)
    return answer


def command(*arguments: str, given: str = "") -> str:
    """The command in this process: starting one costs most of a second."""
    ended = CliRunner().invoke(main, arguments, input=given, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def prepared(layout: Layout, *, reads: bool = False, signed: bool = False) -> tuple[Party, ...]:
    """Every file of the demonstration, as it makes them, but that passwords cost nothing worth waiting for."""
    with cheap():
        return files.prepare(layout, command, reads=reads, signed=signed)


class Hall:
    """``start``, ``kill`` and ``stop`` one process at a time by its name in ``specs``.

    ``reads``: the terminal reads pages, which costs seconds of both cores a page. ``patience``: seconds to wait for what must
    happen.
    """

    patience = PATIENCE

    def __init__(self, base: Path, runtime: Path, *, reads: bool = False) -> None:
        self.layout = Layout(base, runtime, Ports(free_run(15)))
        keys = authority(self.layout.authority)
        new_database(self.layout.base / "centre" / "centre.db")
        self.parties = prepared(self.layout, reads=reads)
        self._clerks: dict[tuple[str, Duty], httpx.Client] = {}
        self.identity = IdentityFiles(self.layout.identity)
        if self.identity.held() is None:
            enrolled(keys, files.TERMINAL, self.identity)
        self.specs: dict[str, Spec] = {_short(s.name): s for s in specs(self.layout, self.parties)}
        self.rig = rig.build(self.layout.hardware, self.layout.ports.printer, self.layout.ports.a4, self.layout.badges)
        self._running: dict[str, subprocess.Popen[bytes] | Child] = {}
        base_url = f"http://127.0.0.1:{self.layout.ports.terminal}"
        self._browser = httpx.Client(base_url=base_url, timeout=20, headers={"Origin": base_url})

    def start(self, *names: str) -> None:
        for name in names:
            spec = self.specs[name]
            self._running[name] = _started(spec)
            until(lambda spec=spec: answers(spec.port), f"{name} answers; log: {self.log(name)[-2000:]}")  # type: ignore[misc]

    def kill(self, name: str) -> None:
        """kill -9."""
        self._running[name].send_signal(signal.SIGKILL)
        self._running.pop(name).wait()

    def stop(self, name: str) -> int:
        child = self._running.pop(name)
        child.terminate()
        return child.wait(15)

    def ended(self, name: str) -> bool:
        """Whether it has ended by itself, in order."""
        child = self._running.get(name)
        if child is not None and child.poll() is not None:
            assert child.returncode == 0, self.log(name)[-2000:]
            self._running.pop(name)
        return name not in self._running

    def close(self) -> None:
        for name in list(self._running)[::-1]:
            child = self._running.pop(name)
            child.kill()
            child.wait()
        self.rig.stop()
        self._browser.close()
        for browser in self._clerks.values():
            browser.close()

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def alive(self, name: str) -> bool:
        return self._running[name].poll() is None

    def log(self, name: str) -> str:
        path = self.specs[name].log
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def url(self, name: str, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.specs[name].port}{path}"

    def clerk(self, name: str, duty: Duty = Duty.HOME) -> httpx.Client:
        """The browser of the clerk with this duty at a desk (``desk-demo-jia``) or the ``intake`` window, signed in."""
        browser = self._clerks.get((name, duty))
        if browser is None:
            origin = self.url(name, "")
            browser = httpx.Client(base_url=origin, follow_redirects=True, timeout=60, headers={"Origin": origin})
            self._clerks[name, duty] = browser
        if "/sign-in" in browser.get("/kept").url.path:  # never was, or the process has been started again
            kind, _, party = name.partition("-")
            place = f"{'desk' if kind == 'desk' else 'window'}:{party or files.INTAKE}"
            until(lambda: "还没有工作人员账号" not in browser.get("/sign-in").text, "the clerks' accounts have come")
            as_demo(browser, self.layout.clerks, place, duty)
        return browser

    def console(self, path: str = "") -> str:
        """What an operator of the centre reads: at ``path``, else of terminals and cases."""
        database, address = self.layout.base / "centre" / "centre.db", self.url("centre", "")
        return page(database, address, path) if path else board(database, address)

    def glass(self) -> GlassByHttp:
        return GlassByHttp(self._browser)


class GlassByHttp:
    """The citizen's page without a browser: what a browser would post, and what it would get."""

    def __init__(self, client: httpx.Client, patience: float = PATIENCE) -> None:
        self._client = client
        self._patience = patience
        self.html = ""

    def look(self) -> str:
        """Name of the screen shown now."""
        try:
            self.html = self._client.get("/screen").text
        except httpx.TransportError:
            self.html = '<div class="screen screen--unreachable">'
        return self.screen

    @property
    def screen(self) -> str:
        found = re.search(r'class="screen screen--([a-z]+)', self.html)
        assert found, self.html[:300]
        return found.group(1)

    def see(self, screen: str) -> GlassByHttp:
        """Wait until this screen is shown."""
        try:
            until(lambda: self.look() == screen, f"screen {screen}", self._patience)
        except AssertionError as error:
            raise AssertionError(
                f"{error}, still at {self.screen}: {' '.join(re.sub('<[^>]+>', ' ', self.html).split())[:400]}"
            ) from None
        return self

    def do(self, intent: str, **fields: str | list[str]) -> GlassByHttp:
        """One touch; what is shown then."""
        self.look()
        form = {"visit": self._hidden("visit"), "version": self._hidden("version"), **fields}
        answer = self._client.post(f"/act/{intent}", data=form)
        assert answer.status_code == 200, (answer.status_code, intent, self.screen)
        self.look()
        return self

    def ask(self, path: str, **fields: str) -> None:
        """A touch that is none of the visit."""
        assert self._client.post(path, data=fields).status_code in (200, 204, 303)

    def _hidden(self, name: str) -> str:
        tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', self.html)
        value = re.search(r'value="([^"]*)"', tag.group(0)) if tag else None
        assert value, f"no field {name} on {self.screen}"
        return value.group(1)


@contextmanager
def hall(base: Path, *processes: str, reads: bool = False) -> Iterator[Hall]:
    """A hall with these processes running (all when none is named)."""
    with ExitStack() as stack:
        runtime = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-hall-")))
        one = Hall(base, runtime, reads=reads)
        stack.callback(one.close)
        one.rig.start()
        one.start(*(processes or ALL))
        yield one


def _started(spec: Spec) -> subprocess.Popen[bytes] | Child:
    ours = tongban()
    if spec.command[: len(ours)] == ours:
        return nursery().start(spec.command[len(ours) :], spec.log)
    with spec.log.open("ab") as log:
        return subprocess.Popen(spec.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


ALL = ("broker", "centre", "desk-demo-jia", "desk-demo-qi", "terminal")


def _short(name: str) -> str:
    return {
        "消息代理": "broker",
        "中心": "centre",
        "示范甲市专窗": "desk-demo-jia",
        "示范七县专窗": "desk-demo-qi",
        "示范乙镇专窗": "desk-demo-yi",
        "示范丁开发区专窗": "desk-demo-ding",
        "示范丙区收件窗口": "intake",
        "虚拟硬件": "hardware",
        "打印队列": "queue",
        "终端": "terminal",
    }[name]


def free_run(count: int) -> int:
    """The first of ``count`` free ports in a row; each process of a test run looks in its own region, below those the kernel gives
    to whoever connects (32768 and up, ``ip_local_port_range``): one of them would be taken between this look and the use."""
    first = 10000 + os.getpid() % 200 * 100
    for start in range(first, first + 2000, 20):
        if all(free(start + i) for i in range(count)):
            return start
    raise RuntimeError("no free ports")
