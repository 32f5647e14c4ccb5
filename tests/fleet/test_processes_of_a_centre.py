"""One centre in several processes: every terminal has one worker, one process runs the clocks, and who is missing is known."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from support.batches import cut
from support.broker import QUICK, RunningBroker, running_broker, wait_until
from support.centre_db import new_database
from support.fleet import EPOCH, OTHER_TERMINAL, TERMINAL, TIME, centre_settings, rating, terminal_end
from support.people import board
from support.postgres import empty_database, server

from fleet.centre import Centre, Role
from fleet.intake import understand
from fleet.presence import Hearing
from fleet.running.leader import FileTurn, Leader, SessionTurn, turn
from fleet.running.processes import SILENT, Beat, Process, Processes
from fleet.running.share import Share
from fleet.settings import BrokerSettings, CentreSettings, IngestSettings, SettingsError
from fleet.store import Store
from mqtt import topics
from mqtt.broker import CENTRE_USERS, access
from mqtt.events import event
from mqtt.link import Centre as Hears


class Led:
    def __init__(self, done: list[str], name: str) -> None:
        self._done, self._name = done, name

    def start(self) -> None:
        self._done.append(f"{self._name} starts")

    def stop(self) -> None:
        self._done.append(f"{self._name} stops")


def worker(number: int, of: int = 2, hearing: float | None = 50.0, name: str = "") -> Callable[[float], Process]:
    return lambda now: Process(name or f"ingest-{number}", "ingest", number, of, 7, 1.0, now, hearing, leads=False)


@pytest.mark.parametrize("of", [1, 2, 3, 8])
def test_every_terminal_has_one_worker_and_none_has_them_all(of: int) -> None:
    shares = [Share(number, of) for number in range(1, of + 1)]
    terminals = [f"rs-hall-{n:02}" for n in range(400)]
    whose = [[share.number for share in shares if share.has(terminal)] for terminal in terminals]
    assert all(len(one) == 1 for one in whose)
    assert min(Counter(one[0] for one in whose).values()) > 400 / of / 2


@pytest.mark.parametrize("share", [(0, 1), (2, 1), (3, 2)])
def test_a_share_that_is_none_is_refused(share: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no share"):
        Share(*share)


def test_every_worker_has_a_name_at_the_broker_that_no_terminal_may_have() -> None:
    assert all(f"user {user}\n" in access() for user in CENTRE_USERS)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_one_process_leads_and_another_when_that_is_gone(tmp_path: Path, engine: str) -> None:
    done: list[str] = []
    where = tmp_path / "centre.db" if engine == "sqlite" else empty_database("turns")
    first, second = (Leader(turn(where, tmp_path), lambda n=name: Led(done, n)) for name in ("first", "second"))
    first.look()
    second.look()
    assert (first.leads, second.leads) == (True, False)
    first.stop()
    second.look()
    assert second.leads
    second.stop()
    assert done == ["first starts", "first stops", "second starts", "second stops"]


def test_who_cannot_say_whose_turn_it_is_rests(tmp_path: Path) -> None:
    class Torn(FileTurn):
        gone = False

        def ours(self) -> bool:
            if self.gone:
                raise OSError("the connection broke")
            return super().ours()

    done: list[str] = []
    turn = Torn(tmp_path / "clocks.lock")
    leader = Leader(turn, lambda: Led(done, "it"))
    leader.look()
    turn.gone = True
    leader.look()
    assert (leader.leads, done) == (False, ["it starts", "it stops"])
    turn.gone = False
    leader.look()
    assert leader.leads
    leader.stop()


def test_the_centre_hears_when_each_of_its_workers_does(store: Store) -> None:
    now = [100.0]
    told = Processes(store, 2, lambda: now[0])

    def hearing() -> Hearing:
        told._read = (float("-inf"), [])
        return told.hearing()

    Beat(store, worker(1)).beat(100.0)
    assert hearing().since is None, "the other is missing"
    Beat(store, worker(2, hearing=70.0)).beat(100.0)
    assert hearing().since == 70.0, "since both do"
    Beat(store, worker(2, hearing=None)).beat(100.0)
    assert hearing().since is None, "the other has no broker"
    Beat(store, worker(2, of=3)).beat(100.0)
    assert hearing().since is None, "the other has another share"
    Beat(store, worker(2)).beat(100.0)
    now[0] += SILENT + 1
    Beat(store, worker(1)).beat(now[0])
    assert hearing().since is None, "the other is silent"
    assert (told.worker(1), told.worker(2)) == (True, False)


def test_a_role_the_settings_do_not_have_is_refused(tmp_path: Path) -> None:
    one = centre_settings(tmp_path / "centre", BrokerSettings())
    two = msgspec.structs.replace(one, ingest=IngestSettings(workers=2))
    with pytest.raises(SettingsError, match="--role"):
        Centre(two)
    with pytest.raises(SettingsError, match="第 3 个"):
        Centre(two, role=Role.INGEST, number=3)


def test_a_shared_subscription_is_refused_where_the_broker_has_none(tmp_path: Path) -> None:
    """RabbitMQ grants it, and nothing would ever be stored."""
    settings = centre_settings(tmp_path, BrokerSettings(host="10.0.0.1", kind="rabbitmq"))
    with pytest.raises(SettingsError, match="rabbitmq 没有"):
        Centre(msgspec.structs.replace(settings, ingest=IngestSettings(shared=True)))


def test_a_session_that_is_cut_gives_the_turn_up_and_nobody_leads_by_mistake() -> None:
    address = empty_database("cut")
    first, second = SessionTurn(address), SessionTurn(address)
    assert first.ours()
    assert not second.ours()
    server().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cut'")
    with pytest.raises(OSError, match="PostgreSQL"):
        first.ours()
    assert second.ours()
    assert not first.ours()
    second.give_up()


@contextmanager
def running(centre: Centre) -> Iterator[Centre]:
    centre.start()
    try:
        yield centre
    finally:
        centre.stop()


@contextmanager
def parted(folder: Path, broker: RunningBroker, **ingest: bool) -> Iterator[tuple[list[Centre], list[Centre], CentreSettings]]:
    """Two workers and two consoles of one centre."""
    settings = centre_settings(folder, broker.settings(), broker.authority)
    settings = msgspec.structs.replace(settings, ingest=IngestSettings(workers=2, **ingest))
    new_database(folder / "data" / "centre.db")
    with ExitStack() as all_of_them:
        workers = [all_of_them.enter_context(running(Centre(settings, QUICK, Role.INGEST, n))) for n in (1, 2)]
        consoles = [all_of_them.enter_context(running(Centre(settings, QUICK, Role.CONSOLE))) for _ in range(2)]
        yield workers, consoles, settings


@pytest.mark.parametrize("shared", [False, True])
def test_two_workers_store_everything_once_and_any_console_shows_it(tmp_path: Path, shared: bool) -> None:
    with (
        running_broker(tmp_path / "broker", TERMINAL, OTHER_TERMINAL) as broker,
        parted(tmp_path / "centre", broker, shared=shared) as (workers, consoles, settings),
    ):
        wait_until(lambda: all(one.ingest.hearing.since for one in workers), "both hear")
        with terminal_end(broker) as one, terminal_end(broker, OTHER_TERMINAL) as other:
            for terminal in (one, other):
                for n in range(20):
                    terminal.outbox.add(rating(f"{terminal.name}-{n}"))
                terminal.publisher.wake()
            wait_until(lambda: not len(one.outbox) and not len(other.outbox), "everything is confirmed")
            with consoles[0].store.reading() as db:
                assert db.execute("SELECT count(*) FROM events").fetchone()[0] == 40
                assert db.execute("SELECT count(*) FROM refused").fetchone()[0] == 0
            database = settings.data / "centre.db"
            for console in consoles:
                wait_until(lambda at=console: board(database, at.console_address).count("在线") >= 2, "both terminals are shown")
                ready = f"{console.console_address}/health/ready"
                wait_until(lambda at=ready: httpx.get(at).status_code == 200, "nobody is missing")
        assert [one._leader is not None and one._leader.leads for one in consoles] == [True, False]


def test_a_worker_that_is_gone_is_named_and_its_terminals_are_stored_by_it_when_it_is_back(tmp_path: Path) -> None:
    with (
        running_broker(tmp_path / "broker", TERMINAL, OTHER_TERMINAL) as broker,
        parted(tmp_path / "centre", broker) as (workers, consoles, settings),
        terminal_end(broker) as terminal,
    ):
        (mine,) = (n for n in (1, 2) if Share(n, 2).has(TERMINAL))
        workers[mine - 1].stop()
        terminal.outbox.add(rating())
        terminal.publisher.wake()
        with consoles[1].store.transaction() as db:
            db.execute("UPDATE processes SET beat = ? WHERE number = ? AND role = 'ingest'", (time.time() - SILENT - 1, mine))
        ready = f"{consoles[1].console_address}/health/ready"
        wait_until(lambda: f"收件 {mine}/2" in httpx.get(ready).text, "whoever looks is told which")
        with running(Centre(settings, QUICK, Role.INGEST, mine)):
            wait_until(lambda: len(terminal.outbox) == 0, "it is stored")
            wait_until(lambda: httpx.get(ready).status_code == 200, "all is well")


def test_a_worker_that_leaves_does_not_say_that_the_centre_has_left(tmp_path: Path) -> None:
    with (
        running_broker(tmp_path / "broker", TERMINAL) as broker,
        parted(tmp_path / "centre", broker) as (workers, _consoles, _settings),
    ):
        wait_until(lambda: all(one.ingest.hearing.since for one in workers), "both hear")
        workers[0].stop()
        with terminal_end(broker) as terminal:
            wait_until(lambda: terminal.link.state.centre is Hears.UP, "who stays says that it is there")
            workers[1].stop()
            wait_until(lambda: terminal.link.state.centre is Hears.DOWN, "the last one's word counts")


def test_two_workers_that_have_heard_the_same_store_it_once_and_both_may_confirm_it() -> None:
    """As while the number of workers changes."""
    address = empty_database("heard_twice")
    raws = [event(TERMINAL, EPOCH, n, TIME, rating(f"C{n}")) for n in range(1, 61)]
    heard = [understand(topics.events(TERMINAL), raw, False, frozenset({TERMINAL})) for raw in raws]

    def worker(size: int) -> int:
        with closing(Store(address)) as store:
            return sum(len(store.record(batch, 1.0)) for batch in cut(heard, [size]))

    with ThreadPoolExecutor(2) as workers:
        assert list(workers.map(worker, (7, 11))) == [60, 60]
    with closing(Store(address)) as store, store.reading() as db:
        found = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("events", "ratings", "dead_letters")]
    assert found == [60, 60, 0]
