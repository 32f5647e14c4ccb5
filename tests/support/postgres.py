"""A PostgreSQL of this process's own: in a folder, on a socket in it, never as root, gone when the process is."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg
from support.broker import wait_until

from fleet.database.postgresql import Link
from fleet.store import Store

_MOST_DATABASES = 40
"""Copies of 8 MB each: of those nobody is connected to, the oldest go."""
_TEMPLATE = "template_centre"


def binaries() -> Path:
    """Of the newest version installed here, as Debian lays them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert found, "PostgreSQL is not installed: ./install.sh test"
    return found[-1]


@dataclass
class Postgres:
    """``stop`` and ``start`` as often as wished; ``kill``: as a machine that loses its power."""

    folder: Path
    settings: tuple[str, ...] = ("fsync=off", "max_connections=60")
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        how = ("-U", "tongban", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
        subprocess.run([*_as(), binaries() / "initdb", "-D", self.data, *how], check=True, stdout=subprocess.DEVNULL)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = [
            word for one in ("listen_addresses=", f"unix_socket_directories={self.folder}", *self.settings) for word in ("-c", one)
        ]
        with (self.folder / "log").open("ab") as log:
            command = [*_as("--pdeathsig", "QUIT"), binaries() / "postgres", "-D", self.data, *options]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self._answers, "PostgreSQL answers")

    @property
    def pid(self) -> int:
        """Of its first process, while it runs."""
        assert self._process is not None
        return self._process.pid

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """``SIGINT``: connections are cut, what was written is kept in order; ``SIGQUIT``: at once, as if it had crashed."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        self.stop(signal.SIGQUIT)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def address(self, database: str, role: str = "tongban") -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(self.address(database), autocommit=True) as db:
            done = db.execute(sql.encode())
            return done.fetchall() if done.description else []


@contextmanager
def own_server(database: str = "centre") -> Iterator[Postgres]:
    """One that a test may stop and kill, with an empty ``database``."""
    made = _made_in(Path(tempfile.mkdtemp(prefix="tongban-pg-")))
    try:
        made.execute(f"CREATE DATABASE {database}")
        yield made
    finally:
        made.kill()
        shutil.rmtree(made.folder.parent, ignore_errors=True)


def _made_in(folder: Path) -> Postgres:
    folder.chmod(0o755)
    made = Postgres(folder / "server")
    made.make()
    made.start()
    return made


@cache
def server() -> Postgres:
    """Of all tests of this process."""
    folder = Path(tempfile.mkdtemp(prefix="tongban-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = _made_in(folder)
    atexit.register(made.kill)
    made.execute(f"CREATE DATABASE {_TEMPLATE}")
    Store(made.address(_TEMPLATE)).close()
    return made


def empty_database(name: str) -> str:
    """A database in which nothing lies; its address."""
    server().execute(f"CREATE DATABASE {name}")
    return server().address(name)


def database_of(path: Path) -> str:
    """The centre's database that stands for the file ``path``, like new unless it was there already; its address."""
    name = _name(path)
    if name not in _made:
        _make(name, _TEMPLATE)
    return server().address(name)


def copied_database(path: Path, to: Path) -> None:
    """That for ``to``, with what the one for ``path`` holds; nobody has either open."""
    if _name(to) in _made:
        server().execute(f"DROP DATABASE {_name(to)}")
        _made.remove(_name(to))
    _make(_name(to), _name(path))


def _make(name: str, template: str) -> None:
    if len(_made) >= _MOST_DATABASES:
        _drop_old(template)
    server().execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    _made.append(name)


def _name(path: Path) -> str:
    return "t_" + hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]


_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
Held = dict[str, bytes]
"""Tables, and what ``COPY`` says of each."""


def dumped(store: Store) -> Held:
    found: Held = {}
    with store.reading() as db:
        assert isinstance(db, Link)
        for (table,) in db.execute(_TABLES).fetchall():
            with db.native.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
                found[table] = b"".join(bytes(part) for part in copy)
    return found


def put_back(store: Store, held: Held) -> None:
    """Numbers given meanwhile are not given again."""
    with store.transaction() as db:
        assert isinstance(db, Link)
        db.execute("SET LOCAL session_replication_role = replica")
        db.execute(f"TRUNCATE {', '.join(held)}")
        for table, rows in held.items():
            with db.native.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                copy.write(rows)


_made: list[str] = []


def _drop_old(but: str) -> None:
    used = {name for (name,) in server().execute("SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL")}
    for name in [name for name in _made if name not in used and name != but][: _MOST_DATABASES // 2]:
        server().execute(f"DROP DATABASE {name}")
        _made.remove(name)


def _as(*more: str) -> list[str | Path]:
    other = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    return ["setpriv", *other, *more]
