"""PostgreSQL over a network: TLS, with its certificate and its name verified, or no connection."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from support.authority import authority
from support.postgres import Postgres, own_server

from fleet.backup.postgresql import dumped
from fleet.database import DatabaseError
from fleet.database.moving import move
from fleet.database.postgresql import connect
from fleet.database.sqlite import SQLite
from fleet.running.leader import SessionTurn
from fleet.settings import DatabaseSettings, SettingsError, address
from fleet.store import Store

HOST, AT = "db.tongban.test", f"127.0.{os.getpid() % 250 + 1}.5"
"""Its name, and an address of this machine that nobody else listens on."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """That listens for TLS only."""
    keys = authority(tmp_path_factory.mktemp("tls") / "authority", (HOST,))
    with own_server() as made:
        for name, file in (("server.pem", keys.server), ("server.key", keys.server_key)):
            shutil.copyfile(file, made.data / name)
            shutil.chown(made.data / name, made.data.owner(), made.data.group())
            (made.data / name).chmod(0o600)
        shutil.copyfile(keys.authority, made.folder / "ca.pem")
        (made.data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
        made.stop()
        made.settings = (*made.settings, f"listen_addresses={AT}", "ssl=on", "ssl_cert_file=server.pem", "ssl_key_file=server.key")
        made.start()
        yield made


@pytest.fixture
def reached(server: Postgres) -> Callable[..., str]:
    def address_of(host: str = HOST, ca: Path = server.folder / "ca.pem", database: str = "centre") -> str:
        return f"postgresql://tongban@{host}/{database}?hostaddr={AT}&sslmode=verify-full&sslrootcert={ca}"

    return address_of


def test_everything_of_a_centre_speaks_to_it_by_tls(server: Postgres, reached: Callable[..., str], tmp_path: Path) -> None:
    server.execute("CREATE DATABASE moved")
    SQLite(tmp_path / "centre.db").close()
    assert move(tmp_path / "centre.db", reached(database="moved")).tables > 50
    with closing(Store(reached())) as store, store.reading() as db:
        assert [tuple(row) for row in db.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")] == [(1,)]
    with dumped(reached(), tmp_path / "centre.pgdump"):
        assert (tmp_path / "centre.pgdump").stat().st_size > 10_000
    turn = SessionTurn(reached())
    assert turn.ours()
    turn.give_up()


@pytest.mark.parametrize(
    ("host", "ca", "told"),
    [
        (HOST, "other", "签发机构签的"),
        ("other.tongban.test", "ours", "不是给 conninfo 里那个主机名的"),
        (HOST, "none", "sslrootcert 写明"),
    ],
)
def test_who_is_not_the_server_that_was_meant_is_told_nothing(
    reached: Callable[..., str], server: Postgres, tmp_path: Path, host: str, ca: str, told: str
) -> None:
    files = {"other": authority(tmp_path / "other", (HOST,)).authority, "ours": server.folder / "ca.pem", "none": tmp_path / "none"}
    where = reached(host, files[ca])
    SQLite(tmp_path / "centre.db").close()

    def save() -> None:
        with dumped(where, tmp_path / "dump"):
            pass

    for deed in (lambda: connect(where), lambda: Store(where), lambda: move(tmp_path / "centre.db", where), save):
        with pytest.raises(DatabaseError, match=told):
            deed()


def test_a_server_without_tls_is_not_spoken_to(server: Postgres) -> None:
    at = AT.removesuffix("5") + "6"
    with own_server() as made:
        made.stop()
        made.settings = (*made.settings, f"listen_addresses={at}")
        made.start()
        with pytest.raises(DatabaseError, match="没有打开 ssl"):
            connect(f"postgresql://tongban@{HOST}/centre?hostaddr={at}&sslmode=verify-full&sslrootcert={server.folder}/ca.pem")


@pytest.mark.parametrize("said", ["postgresql://tongban@db/centre", "postgresql://tongban@10.1.2.3,10.1.2.4/centre"])
def test_another_machine_is_verified_though_nobody_said_so(said: str) -> None:
    assert conninfo_to_dict(address(DatabaseSettings(said)))["sslmode"] == "verify-full"


@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-ca"])
def test_less_than_that_is_refused_where_there_is_a_network(mode: str) -> None:
    with pytest.raises(SettingsError, match="只能是 verify-full"):
        address(DatabaseSettings(f"postgresql://tongban@127.0.0.1,db/centre?sslmode={mode}"))


@pytest.mark.parametrize(
    "said", ["postgresql:///centre?host=/run/postgresql", "postgresql://tongban@127.0.0.1/centre", "postgresql://localhost/c"]
)
def test_on_this_machine_nothing_is_added(said: str) -> None:
    assert address(DatabaseSettings(said)) == said
