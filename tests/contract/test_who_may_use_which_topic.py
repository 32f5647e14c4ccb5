from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.broker import RunningBroker, running_broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    with running_broker(tmp_path, "rs-hall-01", "rs-hall-02") as running:
        yield running


@pytest.mark.parametrize("topic", ["k1/rs-hall-01/st", "k1/rs-hall-01/up/hb", "k1/rs-hall-01/up/ev", "k1/rs-hall-01/up/re"])
def test_a_terminal_writes_its_own_upward_topics(broker: RunningBroker, topic: str) -> None:
    assert _publish(broker, "rs-hall-01", topic) == ""


@pytest.mark.parametrize(
    "topic",
    [
        "k1/rs-hall-02/st",
        "k1/rs-hall-02/up/ev",
        "k1/rs-hall-02/up/re",
        "k1/rs-hall-01/dn/ack",
        "k1/rs-hall-01/dn/cmd",
        "k1/host/st",
        "other",
    ],
)
def test_a_terminal_writes_nothing_else(broker: RunningBroker, topic: str) -> None:
    assert "Not authorized" in _publish(broker, "rs-hall-01", topic)


def test_the_centre_writes_receipts_and_its_own_state_but_no_events(broker: RunningBroker) -> None:
    for topic in ("k1/rs-hall-01/dn/ack", "k1/rs-hall-01/dn/cmd", "k1/rs-hall-01/dn/want/catalogue"):
        assert _publish(broker, "fleet", topic) == ""
    assert _publish(broker, "fleet", "k1/host/st") == ""
    assert "Not authorized" in _publish(broker, "fleet", "k1/rs-hall-01/up/ev")


def test_a_terminal_hears_its_own_receipts_and_the_centre_but_no_other_terminal(broker: RunningBroker) -> None:
    for user, topic in (("fleet", "k1/rs-hall-02/dn/ack"), ("rs-hall-02", "k1/rs-hall-02/st"), ("fleet", "k1/rs-hall-01/dn/ack")):
        assert _publish(broker, user, topic, "-r") == ""
    assert _publish(broker, "fleet", "k1/host/st", "-r") == ""
    heard = _client(broker, "mosquitto_sub", "rs-hall-01", "-t", "k1/#", "-F", "%t", "-W", "1")
    assert sorted(set(heard.stdout.split())) == ["k1/host/st", "k1/rs-hall-01/dn/ack"]


def _publish(broker: RunningBroker, user: str, topic: str, *more: str) -> str:
    return _client(broker, "mosquitto_pub", user, "-t", topic, "-m", "{}", "-q", "1", *more).stderr


def _client(broker: RunningBroker, program: str, user: str, *more: str) -> subprocess.CompletedProcess[str]:
    tls = broker.tls(user)
    who = ["--cafile", tls.ca, "--cert", str(tls.identity), "--key", str(tls.identity)]
    return subprocess.run(
        [program, "-V", "5", "-h", "127.0.0.1", "-p", str(broker.port), *who, *more], capture_output=True, text=True, timeout=10
    )
