"""Somebody else's programs on our wire: ``mosquitto_sub``, ``_pub`` and ``_rr`` as an integrator, as a terminal, as the centre;
the CloudEvents SDK reads the events.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from jsonschema import Draft202012Validator
from support.broker import RunningBroker, running_broker, wait_until
from support.fleet import EPOCH, TERMINAL, TIME, rating, running_fleet, terminal_end
from support.schemas import SCHEMAS

from mqtt import topics
from mqtt.messages import DeviceReport, StorageReceipt
from mqtt.wire import encode

FIXTURES = Path(__file__).parent / "data" / "v1"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    with running_broker(tmp_path, TERMINAL) as running:
        yield running


def client(broker: RunningBroker, program: str, who: str, *more: str) -> list[str]:
    tls = broker.tls(who)
    shown = ["--cafile", tls.ca, "--cert", str(tls.identity), "--key", str(tls.identity)]
    return [program, "-V", "5", "-h", "127.0.0.1", "-p", str(broker.port), *shown, *more]


@contextmanager
def reading(broker: RunningBroker, topic: str, form: str, count: int) -> Iterator[subprocess.Popen[str]]:
    """``mosquitto_sub`` by the centre's name, subscribed before this goes on; it ends after ``count`` messages."""
    asked = client(broker, "mosquitto_sub", "fleet", "-q", "1", "-t", topic, "-F", form, "-C", str(count), "-W", "20")
    before = (broker.folder / "mosquitto.log").read_text().count("as fleet (")
    process = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: (broker.folder / "mosquitto.log").read_text().count("as fleet (") > before, "it is connected")
        yield process
    finally:
        process.kill()
        process.communicate()


def test_an_integrator_reads_events_as_cloudevents_in_structured_mode(broker: RunningBroker) -> None:
    with reading(broker, topics.ALL_EVENTS, "%t\t%C\t%F\t%q\t%r\t%p", 1) as process, terminal_end(broker) as terminal:
        terminal.outbox.add(rating("C1"))
        terminal.publisher.wake()
        topic, content, indicator, qos, retained, payload = process.communicate(timeout=30)[0].rstrip("\n").split("\t")
    assert (topic, content) == (f"k1/{TERMINAL}/up/ev", "application/cloudevents+json; charset=utf-8")
    assert (indicator, qos, retained) == ("1", "1", "0")
    read = JSONFormat().read(CloudEvent, payload)
    assert (read.get_id(), read.get_source()) == (f"{EPOCH}:1", f"/terminals/{TERMINAL}")
    assert (read.get_type(), read.get_time()) == ("cn.tongban.rating.given.v1", datetime.fromisoformat(TIME))
    assert (read.get_extension("epoch"), read.get_extension("sequence")) == (EPOCH, 1)
    assert valid("Event", json.loads(payload))
    assert valid("RatingGiven", read.get_data())


@pytest.mark.parametrize("name", ["case.taken", "rating.given", "receipt.ended"])
def test_what_the_first_release_sent_is_a_cloudevent(name: str) -> None:
    read = JSONFormat().read(CloudEvent, (FIXTURES / f"{name}.json").read_bytes())
    assert read.get_type() == f"cn.tongban.{name}.v1"


def test_an_integrator_sees_the_state_report_whole_and_then_what_changed(broker: RunningBroker) -> None:
    with reading(broker, topics.ALL_HEALTH, "%E %q %r %p", 2) as process, terminal_end(broker) as terminal:
        assert process.stdout is not None
        first = process.stdout.readline()
        terminal.devices["printer"] = DeviceReport("faulted", fault="paper_out")
        terminal.publisher.health_changed()
        lines = [first.rstrip("\n"), *process.communicate(timeout=30)[0].splitlines()]
    whole, change = (json.loads(line.split(" ", 3)[3]) for line in lines)
    assert [line.split(" ", 3)[1:3] for line in lines] == [["0", "0"]] * 2
    assert all(0 < int(line.split()[0]) <= 60 for line in lines)
    assert (whole["of"], change["of"], change["devices"]["printer"]["fault"]) == (whole["n"], whole["n"], "paper_out")
    assert "serving" not in change
    assert valid("Report", whole)
    assert valid("Report", change)


def test_a_terminal_made_by_somebody_else_gets_its_storage_receipt_and_is_stored_once(tmp_path: Path) -> None:
    with running_fleet(tmp_path) as fleet:
        wait_until(lambda: fleet.centre.ingest.hearing.since, "the centre listens")
        asked = client(
            fleet.broker,
            "mosquitto_rr",
            TERMINAL,
            *("-q", "1", "-t", topics.events(TERMINAL), "-e", topics.receipts(TERMINAL), "-W", "20"),
            *("-D", "publish", "content-type", str(topics.EVENT.content), "-m", (FIXTURES / "rating.given.json").read_text()),
        )
        for _ in range(2):
            said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True).stdout
            assert json.loads(said) == {"v": 1, "e": EPOCH, "r": [[2, 2]]}
            assert valid("StorageReceipt", json.loads(said))
        with fleet.centre.store.reading() as db:
            assert db.execute("SELECT count(*) FROM events").fetchone()[0] == 1


def test_a_centre_played_by_somebody_else_frees_the_outbox(broker: RunningBroker) -> None:
    with terminal_end(broker) as terminal:
        terminal.outbox.add(rating("C1"))
        terminal.publisher.wake()
        wait_until(lambda: terminal.publisher.counts.sent == 1, "the event is out")
        receipt = encode(StorageReceipt(v=1, e=EPOCH, r=((1, 1),))).decode()
        asked = client(broker, "mosquitto_pub", "fleet", "-t", topics.receipts(TERMINAL), "-m", receipt)
        subprocess.run(asked, check=True, timeout=30)
        wait_until(lambda: terminal.outbox.confirmed == [1], "it is freed")


def valid(name: str, said: object) -> bool:
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    Draft202012Validator(schema).validate(said)
    return True
