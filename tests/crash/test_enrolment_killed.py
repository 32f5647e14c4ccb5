"""The plug is pulled at any touch of disk or network while a terminal enrols or renews; done again, it has one good identity."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from support.authority import authority, enrolled
from support.broker import free_port
from support.fleet import TERMINAL, centre_settings, write_settings

from fleet.authority.authority import Authority
from fleet.authority.ca import LIFE
from fleet.settings import BrokerSettings, Listen
from kiosk.enrolment.files import Held, IdentityFiles, request_for

CHILD = """
import os, sys
from pathlib import Path
from kiosk.enrolment.enrolling import enrol
from kiosk.enrolment.files import IdentityFiles
from kiosk.enrolment.keeper import renew
from mqtt.enrolment import parse

what, folder, address, terminal, code = sys.argv[1:]
WATCHED = ("open", "os.rename", "os.remove", "socket.connect", "socket.__new__")

def act():
    if what == "enrol":
        enrol(Path(folder), address, terminal, parse(code))
    else:
        renew(IdentityFiles(Path(folder)), address, terminal)

# One child for each touch: it is gone before that touch happens, as if the plug were pulled. No thread runs here: fork is safe.
for at in range(1, 200):
    child = os.fork()
    if child == 0:
        seen = 0
        def watch(event, arguments):
            global seen
            if event in WATCHED and not (event == "open" and str(arguments[0]).endswith((".py", ".pyc", ".so"))):
                seen += 1
                if seen == at:
                    os._exit(9)
        sys.addaudithook(watch)
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code_of = os.waitstatus_to_exitcode(status)
    if code_of == 0:
        print(at - 1)
        sys.exit(0)
    assert code_of == 9, code_of
sys.exit(1)
"""


class AloneCentre:
    """The API in a process of its own; its broker is away, which no enrolment needs."""

    def __init__(self, folder: Path) -> None:
        self.keys = authority(folder / "authority")
        settings = centre_settings(folder, BrokerSettings(port=free_port()), self.keys)
        port = free_port()
        self.address = f"https://127.0.0.1:{port}"
        path = write_settings(folder / "centre.toml", msgspec.structs.replace(settings, api=Listen(port)))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "centre", "run", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        assert self.address in self._process.stdout.readline()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate(timeout=10)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[AloneCentre]:
    running = AloneCentre(tmp_path)
    yield running
    running.stop()


def killed_everywhere(what: str, folder: Path, centre: AloneCentre, code: str) -> int:
    """At how many touches it was killed before it came through."""
    command = [sys.executable, "-c", CHILD, what, str(folder), centre.address, TERMINAL, code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_an_enrolment_killed_at_every_touch_uses_one_code_and_gets_one_certificate(centre: AloneCentre, tmp_path: Path) -> None:
    """The terminal belonged to another centre before: the two authorities are not mixed up."""
    folder = tmp_path / "identity"
    files = IdentityFiles(folder)
    enrolled(authority(tmp_path / "former" / "authority"), TERMINAL, files)
    books = Authority(centre.keys, (TERMINAL,))
    assert killed_everywhere("enrol", folder, centre, str(books.new_code(TERMINAL))) > 20
    held = files.held()
    assert held is not None
    assert (held.terminal, held.until.timestamp()) == (TERMINAL, books.identity(TERMINAL).until)
    held.certificate.verify_directly_issued_by(books.ca.certificate)
    assert files.authority.read_bytes() == centre.keys.authority.read_bytes()
    assert [row[1] for row in books.audit()].count("enrolled") == 1
    assert [path.name for path in sorted(folder.iterdir())] == ["ca.pem", "identity.pem"]
    books.close()


def test_a_renewal_killed_at_every_touch_always_leaves_an_identity_that_works(centre: AloneCentre, tmp_path: Path) -> None:
    files = IdentityFiles(tmp_path / "identity")
    books = Authority(centre.keys, (TERMINAL,), lambda: time.time() - LIFE.total_seconds() * 0.7)
    key, _ = files.prepared(files.pending)
    old = Held(key, books.enrol(TERMINAL, books.new_code(TERMINAL).secret, request_for(key, TERMINAL)))
    files.enrolled(old, centre.keys.authority.read_bytes())
    assert killed_everywhere("renew", tmp_path / "identity", centre, "-") > 5
    new = files.held()
    assert new is not None
    assert new.until > old.until
    assert [row[1] for row in books.audit()] == ["code_made", "enrolled", "renewed"]
    books.close()
