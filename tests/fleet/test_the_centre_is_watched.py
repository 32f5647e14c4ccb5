"""Health, metrics and logs of the centre: what is wrong is said, what is said is of nobody, and not everybody may read figures."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from support.authority import authority
from support.broker import wait_until
from support.console import NOW, Console, console
from support.console_board import KNOWN, seed_board
from support.fleet import Fleet, taken, terminal_end

from fleet.authority.authority import Identity
from fleet.authority.ca import SERVER_LIFE
from fleet.console.app import create_console
from fleet.machine import health
from fleet.machine.health import Machine
from fleet.machine.logs import LogSettings, set_up
from fleet.machine.metrics import Metrics
from fleet.machine.pages import watch
from fleet.presence import Hearing
from fleet.tokens import token_hash


class Watched:
    """A console with these pages; what is looked at may be spoilt. The authority is new: the clock is the wall's."""

    def __init__(self, standing: Console, folder: Path) -> None:
        self.standing = standing
        self.since: float | None = NOW
        self.now = datetime.now(UTC).timestamp()
        self.runs = True
        keys = authority(folder / "authority")
        certificates = {"机构": keys.authority, "服务器": keys.server}
        self.server = keys.server
        self.machine = Machine(standing.store, folder, lambda: Hearing(self.since), certificates, {"收件": lambda: self.runs})
        self.metrics = Metrics(self.machine, KNOWN, lambda: self.now)

    def app(self, token: str | None = None) -> Flask:
        identity = Identity(None, revoked=False, cloned=False)
        app = create_console(self.standing.store, KNOWN, self.machine.hearing, lambda _t: identity, lambda: self.now)
        watch(app, self.machine, self.metrics, token, lambda: self.now)
        return app

    def reasons(self) -> dict[str, str]:
        """Of what is not in order."""
        answer = self.app().test_client().get("/health/ready")
        told = answer.get_json()
        assert answer.status_code == (200 if told["ready"] else 503)
        return {check["name"]: check["reason"] for check in told["checks"] if not check["ok"]}


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with console(tmp_path, seed_board) as standing:
        yield Watched(standing, tmp_path)


def figures(client: FlaskClient) -> dict[tuple[str, ...], float]:
    text = client.get("/metrics").text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def test_ready_means_everything_and_what_is_wrong_is_said(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched.reasons() == {}
    assert watched.app().test_client().get("/health/live").status_code == 204
    watched.since = None
    assert watched.reasons() == {"broker": "与消息代理断开，收不到终端"}
    watched.since, watched.runs = NOW, False
    assert watched.reasons() == {"work": "停了：收件"}
    watched.runs = True
    watched.now += (SERVER_LIFE - timedelta(days=6)).total_seconds()
    assert watched.reasons() == {"authority": "证书快过期或已过期，没有换成：服务器"}
    watched.server.write_text("not one")
    assert watched.reasons() == {"authority": "证书读不了：服务器"}
    monkeypatch.setattr(health, "LEAST_FREE", 2**60)
    assert set(watched.reasons()) == {"authority", "disk"}


def test_a_database_that_cannot_be_written_is_not_ready(watched: Watched) -> None:
    app = watched.app()
    watched.standing.store.close()
    told = app.test_client().get("/health/ready").get_json()
    assert [check["name"] for check in told["checks"] if not check["ok"]] == ["database"]


def test_figures_count_by_party_and_kind_and_name_no_terminal_and_nobody(watched: Watched) -> None:
    client = watched.app().test_client()
    watched.now = NOW
    found = figures(client)
    assert found["tongban_terminals", "mianzhu", "online"] == 2
    assert found["tongban_terminals", "renshou", "unknown"] == 1
    assert found["tongban_conditions", "paper-out", "bad", "mianzhu"] == 1
    assert found["tongban_cases", "submitted"] == 7
    assert (found["tongban_hearing",], found["tongban_ready", "database"]) == (1, 1)
    assert found["tongban_disk_free_bytes",] > 0
    text = client.get("/metrics").text
    assert "t-mz-01" not in text
    assert "261108K01" not in text


def test_what_is_taken_in_is_counted(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        terminal.outbox.add(taken("C1", (b"case",)))
        terminal.publisher.wake()
        wait_until(lambda: len(terminal.outbox) == 0, "it is confirmed")
    with httpx.Client(base_url=fleet.centre.console_address) as client:
        assert re.search(r'tongban_events_total\{type="[^"]*taken[^"]*"\} 1\.0', client.get("/metrics").text)
        assert {check["name"] for check in client.get("/health/ready").json()["checks"] if check["ok"]} >= {"broker", "work"}


def test_figures_want_their_own_token_or_this_machine_itself(watched: Watched) -> None:
    open_ = watched.app().test_client()
    assert open_.get("/metrics").status_code == 200
    assert open_.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 403, "a proxy is not this machine"
    assert open_.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 403
    token = "t" * 32
    closed = watched.app(token_hash(token)).test_client()
    assert closed.get("/metrics").status_code == 401
    assert closed.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
    assert closed.get("/metrics", headers={"Authorization": f"Bearer {token}", "X-Forwarded-For": "10.0.0.9"}).status_code == 200


def test_logs_are_a_json_object_a_line_when_the_settings_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    out, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", out)
    try:
        set_up(LogSettings("json"))
        log = logging.getLogger("fleet.test")
        log.info("a batch of %d\nmessages", 3)
        try:
            raise OSError("disk")
        except OSError:
            log.exception("trouble")
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
    finally:
        root.handlers[:], root.level = before[0], before[1]
    assert [(line["level"], line["of"], line["said"]) for line in lines] == [
        ("INFO", "fleet.test", "a batch of 3\nmessages"),
        ("ERROR", "fleet.test", "trouble"),
    ]
    assert "OSError: disk" in lines[1]["trouble"]
    assert datetime.fromisoformat(lines[0]["at"]).tzinfo is not None
