"""``tongban run`` as its unit runs it: up when it serves, fed only while every critical part answers, and no loop of restarts for
settings it cannot start with: words on the screen, until they are right.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from support.hall import Hall, hall, until
from support.manager import Heard

from domain.notify import Manager
from kiosk import settings as conf
from kiosk.demo.processes import tongban
from kiosk.terminal import Terminal
from kiosk.watch.parts import threads
from kiosk.watch.watch import SERVING, Part, Watch

LATE = 0.6
"""Instead of eight seconds: what is shown is that somebody is missed, not when."""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """No centre; the virtual hardware is there."""
    with hall(tmp_path_factory.mktemp("hall"), "broker") as built:
        yield built


@pytest.fixture(scope="module")
def terminal(one: Hall) -> Iterator[Terminal]:
    """All of it in this process: its parts can be stopped one by one. Not the reader of chip cards: a process knows one pcscd
    all its life, and this one is other files' as well."""
    path = one.layout.base / "terminal.toml"
    settings = conf.load(path)
    whole = Terminal(replace(settings, devices=replace(settings.devices, smartcard=None)), settings=path)
    whole.start()
    yield whole
    whole.stop()


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    with closing(Heard(tmp_path / "notify")) as one:
        yield one


@contextmanager
def watched(parts: Iterable[Part], heard: Heard) -> Iterator[Watch]:
    """In a hurry."""
    watch = Watch((replace(part, late=LATE) for part in parts), Manager(heard.address), every=0.1, look=0.05)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


@contextmanager
def held(what: Callable[[threading.Event], object]) -> Iterator[None]:
    """``what`` runs on a thread until the end of the block: it waits for the event it is given."""
    free = threading.Event()
    thread = threading.Thread(target=what, args=(free,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        free.set()
        thread.join(10)


def hangs(terminal: Terminal, part: str, free: threading.Event) -> None:
    """The part stands, as it would at a lock, at a disk that does not answer, in a request that never ends."""
    match part:
        case "调度":
            terminal._middle.between(lambda: free.wait(60))
        case "页面":
            with terminal._middle._changed:
                free.wait(60)
        case "数据库":
            with terminal._database.transaction():
                free.wait(60)


def test_a_mistyped_setting_is_told_on_the_screen_and_serves_again_once_it_is_right(one: Hall, heard: Heard) -> None:
    settings = one.layout.base / "terminal.toml"
    good = settings.read_text("utf-8")
    settings.write_text(good.replace("[paths]", "[paht]"), "utf-8")
    told = {**os.environ, "NOTIFY_SOCKET": heard.address, "WATCHDOG_USEC": "15000000"}
    with subprocess.Popen(tongban("run", str(settings)), env=told, stderr=subprocess.PIPE, text=True) as terminal:
        try:
            assert "[paht]" not in heard.until("STATUS=起不来")
            page = httpx.get(one.url("terminal")).text
            assert "本机暂停服务" in page
            assert "paht" in page
            heard.until("WATCHDOG=1")
            assert terminal.poll() is None
            settings.write_text(good, "utf-8")
            heard.until(f"READY=1\nSTATUS={SERVING}")
            heard.until("WATCHDOG=1")
            until(lambda: one.glass().look() == "welcome", "it serves")
            terminal.send_signal(signal.SIGTERM)
            heard.until("STOPPING=1")
        finally:
            terminal.terminate()
            assert terminal.wait(15) == 0


def test_it_is_up_once_every_part_has_answered_and_is_fed_from_then_on(terminal: Terminal, heard: Heard) -> None:
    with watched(terminal.watch.parts, heard) as watch:
        assert heard.next() == f"READY=1\nSTATUS={SERVING}"
        assert watch.up
        assert [heard.next() for _ in range(5)] == ["WATCHDOG=1"] * 5


@pytest.mark.parametrize("part", ["调度", "页面", "数据库"])
def test_a_part_that_stands_is_named_and_nobody_feeds_until_it_goes_on(terminal: Terminal, heard: Heard, part: str) -> None:
    with watched(terminal.watch.parts, heard) as watch:
        heard.until("WATCHDOG=1")
        with held(lambda free: hangs(terminal, part, free)):
            assert part in heard.until("STATUS=没有动静")
            assert part in watch.missing()
            assert heard.quiet(1.0)
        until(lambda: not watch.missing(), f"{part} goes on")
        heard.until("READY=1")
        heard.until("WATCHDOG=1")


@pytest.mark.parametrize(
    ("part", "thread"),
    [("设备", "watchdog"), ("与中心的连接", "publisher"), ("线程", "receipts"), ("线程", "device-idcard")],
)
def test_a_part_whose_thread_has_ended_is_named_and_nobody_feeds(terminal: Terminal, heard: Heard, part: str, thread: str) -> None:
    """Last: they do not come back, so each is watched alone."""
    whole = next(one for one in terminal.watch.parts if one.name == part)
    with watched([threads([thread]) if part == "线程" else whole], heard) as watch:
        heard.until("WATCHDOG=1")
        assert thread in {one.name for one in threading.enumerate()}
        ended(terminal, thread)
        heard.until(f"STATUS=没有动静：{part}")
        assert watch.missing() == (part,)
        assert heard.quiet(1.0)


def ended(terminal: Terminal, thread: str) -> None:
    match thread:
        case "watchdog":
            terminal._watchdog.stop()
        case "publisher":
            terminal._publisher.stop()
        case "receipts":
            assert terminal._middle._hands is not None
            terminal._middle._hands.workers.receipts.stop()
        case "device-idcard":
            terminal._devices.reader.stop()
