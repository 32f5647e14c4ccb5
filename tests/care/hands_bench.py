"""The virtual hardware, a settings file for it, and a technician's command as a process of its own with scripted hands."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import tomli_w
from support.hall import free_run
from waitress.server import create_server

from devices.virtual.http import create_api
from devices.virtual.rig import Rig
from kiosk.demo import files, rig
from kiosk.demo.layout import Layout, Ports

PATIENCE = 90.0
Move = str | Callable[[], object]
"""What hands do at a prompt: type this, or do that."""


@dataclass(frozen=True, slots=True)
class Bench:
    layout: Layout
    rig: Rig
    url: str

    @property
    def settings(self) -> Path:
        return self.layout.base / "terminal.toml"

    def post(self, path: str, **body: object) -> Callable[[], object]:
        """A hand on the hardware, over the rig's HTTP."""
        return lambda: httpx.post(f"{self.url}/api/{path}", json=body).raise_for_status()

    def run(self, *arguments: str, moves: dict[str, list[Move]] | None = None) -> Run:
        return run("doctor", str(self.settings), *arguments, moves=moves or {})


@dataclass(slots=True)
class Run:
    code: int = -1
    out: str = ""
    err: str = ""
    done: list[str] = field(default_factory=list)
    """Prompts that were answered."""


@contextmanager
def bench(base: Path) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-care-") as runtime:
        layout = Layout(base, Path(runtime), Ports(free_run(9)))
        files.prepare(layout)
        settings = base / "terminal.toml"
        tree = tomllib.loads(settings.read_text())
        tree["devices"].pop("a4", None)  # no cupsd runs here
        settings.write_text(tomli_w.dumps(tree))
        hardware = rig.build(layout.hardware, layout.ports.printer, badges=layout.badges)
        hardware.start()
        server = create_server(create_api(hardware), host="127.0.0.1", port=layout.ports.bench, threads=2)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield Bench(layout, hardware, f"http://127.0.0.1:{layout.ports.bench}")
        finally:
            server.close()
            thread.join(5)
            hardware.stop()


def run(*arguments: str, moves: dict[str, list[Move]]) -> Run:
    """The command to its end. ``moves``: part of a prompt → what is done then, in order; each prompt's moves are used once."""
    child = subprocess.Popen(
        [sys.executable, "-m", "kiosk", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert child.stdin is not None
    result = Run()
    left = {prompt: list(todo) for prompt, todo in moves.items()}
    watchers = [threading.Thread(target=_watch, args=(child, name, left, result), daemon=True) for name in ("out", "err")]
    for watcher in watchers:
        watcher.start()
    try:
        result.code = child.wait(PATIENCE)
    finally:
        child.kill()
        child.wait()
        for watcher in watchers:
            watcher.join(5)
        child.stdin.close()
        for pipe in (child.stdout, child.stderr):
            assert pipe is not None
            pipe.close()
    return result


def _watch(child: subprocess.Popen[str], name: str, left: dict[str, list[Move]], result: Run) -> None:
    pipe = child.stdout if name == "out" else child.stderr
    assert pipe is not None
    assert child.stdin is not None
    for line in pipe:
        setattr(result, name, getattr(result, name) + line)
        for prompt in [p for p in left if "▶" in line and p in line]:
            result.done.append(prompt)
            for move in left.pop(prompt):
                if callable(move):
                    move()
                else:
                    child.stdin.write(move + "\n")
