"""``tongban screen`` while the terminal's program is changed under it; the compositor is a stand-in that answers as cage does."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.broker import wait_until
from werkzeug import Response
from werkzeug.serving import BaseWSGIServer, make_server

from domain.notify import Manager
from kiosk.screen.command import Screen

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CAGE = f"""#!{sys.executable}
import os, socket, struct
with socket.socket(socket.AF_UNIX) as door:
    door.bind(os.path.join(os.environ["XDG_RUNTIME_DIR"], "wayland-0"))
    door.listen()
    while True:
        with door.accept()[0] as line:
            line.recv(64)
            line.sendall(struct.pack("=II", 2, 12 << 16 | 0))
"""


class Service:
    """What the terminal's service says of the glass, at ``port``."""

    def __init__(self) -> None:
        self.visit = True
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._answer)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Service:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        told = {"state": "alive", "age": 0.0, "visit": self.visit}
        return Response(json.dumps(told), mimetype="application/json")(environ, start)


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as started:
        yield started


def test_the_browser_of_the_old_program_gives_way_once_nobody_stands_there(
    memory: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    (memory / "bin").mkdir()
    (memory / "bin" / "cage").write_text(CAGE, "utf-8")
    (memory / "bin" / "cage").chmod(0o755)
    (memory / "current").symlink_to("1.0.0")
    monkeypatch.setenv("PATH", str(memory / "bin"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    for name in ("TONGBAN_PROGRAMS", "TONGBAN_FACTORY"):
        monkeypatch.setenv(name, str(memory))
    ended, codes = threading.Event(), list[int]()
    screen = Screen(memory, service.port, Manager(), ended, threading.Event())
    running = threading.Thread(target=lambda: codes.append(screen.run()))
    running.start()
    try:
        wait_until((memory / "wayland-0").exists, "the compositor is up")
        (memory / "next").symlink_to("1.1.0")
        (memory / "next").rename(memory / "current")
        running.join(2.5)
        assert running.is_alive(), "somebody stands there"
        service.visit = False
        running.join(10)
        assert codes == [0]
    finally:
        ended.set()
        running.join(10)
