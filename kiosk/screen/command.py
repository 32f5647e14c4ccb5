"""``tongban screen``: the main process of the screen's unit.

It starts the browser once the page's server answers (an error page of the browser's own is no place to stand on), feeds the service
manager's watchdog while the page proves to be alive, and ends when it does not: the service manager then ends all that is left of
the session, and starts this anew. One way for a browser that froze, one that crashed and one that ran for long.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import click

from domain.memory import keep_from_cores
from domain.notify import Manager
from kiosk.program.link import named
from kiosk.screen import browser
from kiosk.screen.compositor import turns
from kiosk.screen.judge import Judge, Told, Verdict
from kiosk.visit.pulse import GlassState

log = logging.getLogger(__name__)

EVERY = 1.0
SOON = 0.2
"""Seconds between two looks for the page, at the start."""
PATIENCE = 2.0
"""Seconds the service may take to answer."""
TURNED = 10.0
"""Seconds until the compositor can be told how the screen hangs."""
BROKEN = 1


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=browser.PORT, show_default=True, help="页面的端口")
def screen(port: int) -> None:
    """运行屏幕：启动 cage 和 Chromium，显示本机的页面；画面停住、黑屏就退出，由 systemd 重新启动。

    收到 SIGUSR1，或者终端换了程序：没有人在办事时退出，换一个新的浏览器。
    """
    keep_from_cores()
    folder = os.environ.get("XDG_RUNTIME_DIR")
    if not folder:
        raise click.ClickException("没有 XDG_RUNTIME_DIR：屏幕由 tongban-screen.service 启动")
    ended, worn = threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    signal.signal(signal.SIGUSR1, lambda _number, _frame: worn.set())
    sys.exit(Screen(Path(folder), port, Manager.here(), ended, worn).run())


class Screen:
    """``run`` until ``ended``, until the glass is broken, or until nobody stands before it and it is ``worn`` or another program is
    in place.
    """

    def __init__(self, folder: Path, port: int, manager: Manager, ended: threading.Event, worn: threading.Event) -> None:
        self._folder = folder
        self._port = port
        self._manager = manager
        self._ended = ended
        self._worn = worn
        programs = os.environ.get("TONGBAN_PROGRAMS")
        self._current = Path(programs) / "current" if programs else None
        self._started = self._named()

    def run(self) -> int:
        """The exit code."""
        self._manager.status("等页面")
        while self._asked() is None:
            if self._ended.wait(SOON):
                return 0
        for left in ("profile", "cache"):
            shutil.rmtree(self._folder / left, ignore_errors=True)
        (self._folder / browser.SOCKET).unlink(missing_ok=True)
        command = browser.session(self._folder, f"http://127.0.0.1:{self._port}/")
        session = subprocess.Popen(command, env=browser.drawing() | os.environ)
        self._manager.ready("浏览器启动了，等它显示")
        try:
            self._turn()
            return self._keep(session)
        finally:
            self._manager.stopping()
            session.terminate()
            try:
                session.wait(2)
            except subprocess.TimeoutExpired:
                session.kill()

    def _keep(self, session: subprocess.Popen[bytes]) -> int:
        judge, shown = Judge(time.monotonic()), ""
        while not self._ended.wait(EVERY):
            if session.poll() is not None:
                log.error("the compositor ended with %d", session.returncode)
                return BROKEN
            judge.worn = self._worn.is_set() or self._named() != self._started
            if judge.turns(turns(self._folder / browser.SOCKET, PATIENCE), time.monotonic()) is Verdict.BROKEN:
                log.error("the compositor stands: a new one")
                return BROKEN
            told = self._asked()
            verdict = judge.look(told, time.monotonic())
            state = told.state.value if told is not None else "-"
            if state != shown:
                shown = state
                self._manager.status("服务没有回答，不知道屏幕怎样" if told is None else f"屏幕：{state}")
            if verdict is Verdict.WORN:
                log.info("nobody stands here: a new browser")
                return 0
            if verdict is Verdict.BROKEN:
                log.error("the glass is %s: a new browser", state)
                self._manager.status(f"屏幕：{state}，重新启动")
                return BROKEN
            self._manager.alive()
        return 0

    def _named(self) -> str | None:
        return named(self._current) if self._current is not None else None

    def _asked(self) -> Told | None:
        """What the service knows of the glass; ``None``: it does not answer."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            line.request("GET", "/pulse")
            answer = line.getresponse()
            told = json.loads(answer.read(4096))
            age = told["age"]
            return Told(GlassState(told["state"]), float(age) if age is not None else None, told["visit"] is True)
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return None
        finally:
            line.close()

    def _turn(self) -> None:
        """The picture as the screen hangs. One that cannot be turned is shown all the same."""
        degrees = browser.turned(Path("/proc/cmdline").read_text("utf-8", "replace"))
        if degrees is None:
            return
        until = time.monotonic() + TURNED
        while not (self._folder / browser.SOCKET).exists() and time.monotonic() < until:
            self._manager.alive()
            if self._ended.wait(0.1):
                return
        told = {**os.environ, "WAYLAND_DISPLAY": browser.SOCKET}
        try:
            listed = subprocess.run(["wlr-randr"], env=told, capture_output=True, text=True, timeout=TURNED / 4, check=True)
            for command in browser.turning(listed.stdout, degrees):
                subprocess.run(command, env=told, timeout=TURNED / 4, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            log.error("the picture was not turned: %s", error)
