"""The way over SSH into a running terminal: a Unix socket in its runtime folder, for the account it runs under and for root.

One line of JSON asks (``{"do": …}``), lines answer; the last has ``result``. A test goes on in between: the terminal says how it
stands, the other end answers its questions. Who asked is told by the kernel (SO_PEERCRED), and written down as ``ssh:account``.
"""

from __future__ import annotations

import json
import logging
import os
import pwd
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import msgspec

from domain.staff.roles import Role
from kiosk.care.trying import Screen
from kiosk.staff.port import Checked, Program, Status, Test, Who
from kiosk.store.db import StoreError

log = logging.getLogger(__name__)

NAME = "upkeep.sock"
MOST_LINE = 4096
"""Bytes of a question."""
LOOK = 0.2
TEST = 15 * 60.0
"""Seconds a test over SSH may take."""
PATIENCE = 60.0


class NotRunningError(OSError):
    """No terminal answers there."""


class BusyError(Exception):
    """The terminal says not now; the text (Chinese) says why."""


class Core(Protocol):
    """What of ``Upkeep`` is reached from here."""

    @property
    def idle(self) -> bool: ...
    def enter(self, who: Who) -> bool: ...
    def leave(self, who: Who, why: str) -> None: ...
    def status(self) -> Status: ...
    def logs(self) -> tuple[str, ...]: ...
    def audit(self) -> tuple[str, ...]: ...
    def test(self) -> Test | None: ...
    def begin_test(self, device: str, who: Who, screen: Screen | None = None) -> bool: ...
    def answer(self, number: int, yes: bool) -> None: ...
    def stop_test(self) -> None: ...
    def restart(self, who: Who) -> bool: ...
    def program(self) -> Program: ...
    def take_program(self, who: Who) -> Checked: ...
    def program_back(self, who: Who) -> Checked: ...
    def bundle(self, where: Any, who: Who) -> Checked: ...


class Control:
    """The terminal's end. ``OSError`` when the socket cannot be made."""

    def __init__(self, folder: Path, core: Core) -> None:
        with _short(folder) as near:
            (folder / NAME).unlink(missing_ok=True)
            self._server = _Server(str(near / NAME), core)
            (folder / NAME).chmod(0o600)
        self._path = folder / NAME
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="control", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: str, core: Core) -> None:
        self.core = core
        super().__init__(path, _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        who = _account(self.connection)
        try:
            asked = msgspec.json.decode(self.rfile.readline(MOST_LINE), type=dict[str, Any])
        except msgspec.DecodeError:
            self._say({"refused": "看不懂"})
            return
        core, do = self.server.core, asked.get("do")
        try:
            match do:
                case "status":
                    self._say({"result": core.status()})
                case "logs":
                    self._say({"result": core.logs()})
                case "audit":
                    self._say({"result": core.audit()})
                case "bundle":
                    self._say({"result": core.bundle("centre" if asked.get("where") == "centre" else "here", who)})
                case "restart":
                    self._say({"result": True} if core.restart(who) else {"refused": "有人正在办事，没有重新启动"})
                case "program":
                    self._say({"result": core.program()})
                case "program-take":
                    self._say({"result": core.take_program(who)})
                case "program-back":
                    self._say({"result": core.program_back(who)})
                case "test":
                    self._test(core, str(asked.get("device")), who)
                case _:
                    self._say({"refused": "没有这种命令"})
        except (OSError, StoreError) as error:  # the other end went away, or the disk
            log.info("control: %s", type(error).__name__)

    def _test(self, core: Core, device: str, who: Who) -> None:
        if not core.enter(who):
            self._say({"refused": "有人正在办事，等办完再试"})
            return
        try:
            if not core.begin_test(device, who):
                self._say({"refused": "没有这个设备，或者别人正在试"})
                return
            self._follow(core)
        finally:
            core.leave(who, "left")

    def _follow(self, core: Core) -> None:
        """Say how the test stands whenever it stands otherwise, and take the answers, until it has ended or nobody listens."""
        end, told = time.monotonic() + TEST, None
        self.connection.settimeout(LOOK)
        while time.monotonic() < end:
            test = core.test()
            if test is not None and (seen := _without_time(test)) != told:
                told = seen
                self._say({"test": test})
            if test is not None and test.verdict is not None:
                self._say({"result": test})
                return
            try:
                line = self.connection.recv(MOST_LINE)
            except TimeoutError:
                continue
            if not line:
                return
            with suppress(msgspec.DecodeError, KeyError, TypeError):
                answer = msgspec.json.decode(line.splitlines()[0], type=dict[str, Any])
                core.answer(int(answer["answer"]), answer["yes"] is True)

    def _say(self, what: dict[str, Any]) -> None:
        self.connection.sendall(msgspec.json.encode(what) + b"\n")


def ask(folder: Path, do: str, answer: Callable[[Test], bool | None] | None = None, **more: str) -> Any:
    """What the terminal with the runtime ``folder`` answers; ``answer`` is shown how a test stands, and answers its questions.

    :class:`NotRunningError`, :class:`BusyError`.
    """
    try:
        with _short(folder) as near, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE)
            line.connect(str(near / NAME))
            line.sendall(json.dumps({"do": do, **more}).encode() + b"\n")
            with line.makefile("rb") as said:
                for raw in said:
                    heard = msgspec.json.decode(raw, type=dict[str, Any])
                    if "refused" in heard:
                        raise BusyError(heard["refused"])
                    if "result" in heard:
                        return heard["result"]
                    test = msgspec.convert(heard["test"], Test)
                    line.settimeout(TEST)
                    yes = answer(test) if answer is not None else None
                    if yes is not None and test.question is not None:
                        line.sendall(json.dumps({"answer": test.question.number, "yes": yes}).encode() + b"\n")
    except OSError as error:
        raise NotRunningError(str(error)) from error
    raise NotRunningError("没有答完")


def _without_time(test: Test) -> Test:
    """As it stands, whatever time is left for an answer."""
    asked = test.question
    return msgspec.structs.replace(test, question=msgspec.structs.replace(asked, left=0) if asked else None)


def _account(line: socket.socket) -> Who:
    _, uid, _ = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return Who(f"ssh:{name}", name, Role.TECHNICIAN)


@contextmanager
def _short(folder: Path) -> Iterator[Path]:
    """The same folder by a short name: a socket's path has 107 bytes at most (unix(7))."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield Path(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)
