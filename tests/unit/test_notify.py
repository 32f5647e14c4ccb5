"""What is said to the service manager, over the real socket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.manager import Heard

from domain.notify import Manager


@pytest.fixture(params=["path", "abstract"])
def heard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Heard]:
    with closing(Heard(tmp_path / "notify" if request.param == "path" else f"@tongban-{os.getpid()}-{tmp_path.name}")) as one:
        yield one


def test_up_alive_how_and_the_end_are_said_in_the_managers_words(heard: Heard) -> None:
    manager = Manager(heard.address)
    manager.ready("在服务")
    manager.alive()
    manager.status("没有动静：调度")
    manager.stopping()
    assert [heard.next() for _ in range(4)] == ["READY=1\nSTATUS=在服务", "WATCHDOG=1", "STATUS=没有动静：调度", "STOPPING=1"]


def test_the_environment_says_where_and_is_left_to_no_child(heard: Heard) -> None:
    environment = {"NOTIFY_SOCKET": heard.address, "WATCHDOG_USEC": "15000000", "WATCHDOG_PID": str(os.getpid()), "LANG": "C"}
    manager = Manager.here(environment)
    assert (manager.there, manager.patience) == (True, 15.0)
    assert environment == {"LANG": "C"}
    manager.alive()
    assert heard.next() == "WATCHDOG=1"


def test_a_watchdog_that_waits_for_another_process_is_not_ours() -> None:
    assert Manager.here({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "15000000", "WATCHDOG_PID": "1"}).patience is None


def test_started_by_hand_all_is_said_to_nobody() -> None:
    manager = Manager.here({})
    assert not manager.there
    manager.ready("在服务")


def test_a_manager_that_does_not_hear_is_no_end_of_ours(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    manager = Manager(str(tmp_path / "nobody"))
    manager.alive()
    manager.alive()
    assert [record.getMessage() for record in caplog.records] == ["the service manager does not hear us: No such file or directory"]
