"""RabbitMQ and ejabberd with the configuration our command writes: who comes in, and who may use which topic, on any node."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.authority import authority, identity
from support.fleet import OTHER_TERMINAL, TERMINAL, centre_settings, write_settings
from support.nodes import OUTSIDE, PORT, Node, World, cluster, host, until

from fleet.authority.authority import Authority
from fleet.authority.cli import broker_config
from fleet.authority.keys import Folder
from fleet.ingest import _SESSION
from fleet.settings import BrokerSettings
from mqtt.tls import Tls

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
NODES = 3


@dataclass
class Cluster:
    kind: str
    world: World
    nodes: list[Node]
    settings: Path
    keys: Folder

    def configure(self) -> None:
        """As an operator does after a revocation, and lays it on the nodes."""
        written(self.settings, self.settings.parent / "nodes")
        for node in self.nodes:
            node.lay()
            if self.kind == "ejabberd":
                node.control("reload_config")

    def tls(self, name: str) -> Tls:
        return self.keys.centre() if name == "fleet" else identity(self.keys, name)

    def words(self, program: str, node: int, name: str, *more: str, tls: Tls | None = None) -> list[str]:
        tls = tls or self.tls(name)
        shown = ["--cert", tls.identity, "--key", tls.identity] if tls.identity else []
        where = ["-V", "5", "-h", host(node), "-p", str(PORT), "--cafile", tls.ca, *shown, "-i", name]
        return ["nsenter", "--target", str(self.world.leader), "--net", "--", "stdbuf", "-oL", program, *where, *more]

    def ask(self, program: str, node: int, name: str, *more: str, tls: Tls | None = None, given: str = "") -> Answer:
        words = self.words(program, node, name, *more, tls=tls)
        done = subprocess.run(words, input=given, capture_output=True, text=True, timeout=30, check=False)
        return Answer(done.returncode, done.stdout, done.stderr)

    def publish(self, name: str, topic: str, *more: str, node: int = 1, tls: Tls | None = None) -> Answer:
        return self.ask("mosquitto_pub", node, name, "-t", topic, "-m", "{}", "-q", "1", *more, tls=tls)

    def subscribe(self, name: str, topic: str, node: int = 1) -> Answer:
        """27: nothing came until its time was over; it had been let in, and to this."""
        return self.ask("mosquitto_sub", node, name, "-t", topic, "-q", "1", "-W", "1")


@dataclass
class Answer:
    code: int
    said: str
    complained: str

    @property
    def denied(self) -> bool:
        """By a word, or by the end of the connection; mosquitto_sub ends with success when all was denied."""
        return "denied" in self.complained or "forbidden" in self.complained or self.code not in (0, 27)


def written(settings: Path, folder: Path) -> list[Path]:
    done = CliRunner().invoke(broker_config, [str(settings), str(folder)])
    assert done.exit_code == 0, done.output
    return [folder / host(n) for n in range(1, NODES + 1)]


@pytest.fixture(scope="module", params=["rabbitmq", "ejabberd"])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp(request.param)
    folder.chmod(0o755)
    names = (*(host(n) for n in range(1, NODES + 1)), OUTSIDE)
    keys = authority(folder / "authority", names)
    more = tuple(f"{host(n)}:{PORT}" for n in range(2, NODES + 1))
    broker = BrokerSettings(host(1), PORT, more=more, kind=request.param)
    told = centre_settings(folder / "centre", broker, keys)
    settings = write_settings(folder / "centre.toml", told)
    settings.write_text(settings.read_text().replace('names = ["127.0.0.1"]', f"names = {list(names)}"))
    world = World(folder / "world", NODES)
    try:
        nodes = cluster(world, request.param, written(settings, folder / "nodes"))
        yield Cluster(request.param, world, nodes, settings, keys)
    finally:
        world.close()


@pytest.mark.parametrize("what", ["st", "up/hb", "up/ev", "up/re"])
def test_a_terminal_writes_its_own_upward_topics_on_any_node(one: Cluster, what: str) -> None:
    for node in (1, 2, 3):
        answer = one.publish(TERMINAL, f"k1/{TERMINAL}/{what}", node=node)
        assert (answer.code, answer.complained) in ((0, ""), (0, "Warning: Publish 1 failed: No matching subscribers.\n"))


@pytest.mark.parametrize(
    "topic",
    [
        f"k1/{OTHER_TERMINAL}/st",
        f"k1/{OTHER_TERMINAL}/up/ev",
        f"k1/{TERMINAL}/dn/ack",
        f"k1/{TERMINAL}/dn/cmd",
        "k1/host/st",
        "other",
    ],
)
def test_it_writes_nothing_else(one: Cluster, topic: str) -> None:
    assert one.publish(TERMINAL, topic).denied


@pytest.mark.parametrize("what", ["dn/#", "dn/ack", "dn/cmd", "dn/host", "dn/want/+"])
def test_it_reads_its_own_downward_topics(one: Cluster, what: str) -> None:
    assert one.subscribe(TERMINAL, f"k1/{TERMINAL}/{what}").code == 27
    assert one.subscribe(TERMINAL, "k1/host/st").code == 27


@pytest.mark.parametrize(
    "topic",
    [f"k1/{OTHER_TERMINAL}/dn/ack", "k1/+/dn/ack", "k1/#", "#", f"k1/{TERMINAL}/up/ev", f"k1/{OTHER_TERMINAL}/st", "k1/+/st"],
)
def test_it_reads_nothing_of_anybody_else(one: Cluster, topic: str) -> None:
    assert one.subscribe(TERMINAL, topic).denied


def test_the_centre_reads_every_terminal_and_writes_to_each_but_no_events(one: Cluster) -> None:
    for topic in ("k1/+/st", "k1/+/up/hb", "k1/+/up/ev", "k1/+/up/re"):
        assert one.subscribe("fleet", topic).code == 27
    for topic in (f"k1/{TERMINAL}/dn/ack", f"k1/{TERMINAL}/dn/want/catalogue", "k1/host/st"):
        assert not one.publish("fleet", topic).denied
    assert one.publish("fleet", f"k1/{TERMINAL}/up/ev").denied


def test_nobody_is_somebody_else_by_saying_so(one: Cluster) -> None:
    """RabbitMQ binds the client id to the certificate; ejabberd the session to its user, whatever the client id."""
    forged = one.ask(
        "mosquitto_pub", 1, OTHER_TERMINAL, "-t", f"k1/{OTHER_TERMINAL}/st", "-m", "{}", "-q", "1", tls=one.tls(TERMINAL)
    )
    assert forged.denied
    named = one.publish(OTHER_TERMINAL, f"k1/{OTHER_TERMINAL}/st", "-u", OTHER_TERMINAL, "-P", "x", tls=one.tls(TERMINAL))
    assert named.denied


def test_nobody_comes_in_without_a_certificate_or_with_a_server_s(one: Cluster, tmp_path: Path) -> None:
    nobody = Tls(str(one.keys.authority))
    assert one.publish(TERMINAL, f"k1/{TERMINAL}/st", tls=nobody).code not in (0, 27)
    server = tmp_path / "server.pem"
    server.write_bytes(one.keys.server_key.read_bytes() + one.keys.server.read_bytes())
    assert one.publish(TERMINAL, f"k1/{TERMINAL}/st", tls=Tls(str(one.keys.authority), str(server))).code not in (0, 27)


def test_what_is_said_on_one_node_is_heard_on_another_and_waits_for_a_centre_that_is_away(one: Cluster) -> None:
    kept = ("-c", "-x", "3600", "-q", "1", "-t", "k1/+/up/ev")
    assert one.ask("mosquitto_sub", 2, "fleet", *kept, "-E").code == 0
    lines = "".join(f"{n}\n" for n in range(500))
    sent = one.ask("mosquitto_pub", 1, TERMINAL, "-q", "1", "-t", f"k1/{TERMINAL}/up/ev", "-l", given=lines)
    assert sent.code == 0, sent.complained
    assert one.ask("mosquitto_sub", 3, "fleet", *kept, "-C", "500", "-W", "20").said == lines


def test_a_will_that_was_to_wait_is_said_when_the_terminal_does_not_come_back(one: Cluster) -> None:
    """RabbitMQ lets it wait in a queue, for which the terminal needs rights of its own."""
    kept = ("-c", "-x", "3600", "-q", "1", "-t", "k1/+/st")
    assert one.ask("mosquitto_sub", 2, "fleet", *kept, "-E").code == 0
    own = f"k1/{TERMINAL}/st"
    will = ("--will-topic", own, "--will-payload", "lost", "--will-qos", "1", "-D", "WILL", "will-delay-interval", "2")
    words = one.words("mosquitto_sub", 1, TERMINAL, "-d", "-t", f"k1/{TERMINAL}/dn/#", "-c", "-x", "60", *will)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as terminal:
        assert terminal.stdout is not None
        assert any("Subscribed" in line for line in terminal.stdout)
        terminal.kill()
    assert one.ask("mosquitto_sub", 2, "fleet", *kept, "-C", "1", "-W", "15").said == "lost\n"


def test_a_message_larger_than_the_contract_s_reaches_nobody(one: Cluster) -> None:
    kept = ("-c", "-x", "3600", "-q", "1", "-t", "k1/+/up/re")
    assert one.ask("mosquitto_sub", 2, "fleet", *kept, "-E").code == 0
    for letter, size in (("x", 70_000), ("y", 60_000)):
        one.ask("mosquitto_pub", 1, TERMINAL, "-t", f"k1/{TERMINAL}/up/re", "-q", "1", "-s", given=letter * size)
    heard = one.ask("mosquitto_sub", 2, "fleet", *kept, "-W", "3").said
    assert (set(heard), len(heard)) == ({"y", "\n"}, 60_001)


def test_a_revoked_terminal_does_not_come_back(one: Cluster) -> None:
    assert not one.publish(OTHER_TERMINAL, f"k1/{OTHER_TERMINAL}/st").denied
    books = Authority(one.keys, (TERMINAL, OTHER_TERMINAL))
    books.revoke(OTHER_TERMINAL)
    books.close()
    one.configure()
    own = f"k1/{OTHER_TERMINAL}/st"
    until(lambda: all(one.publish(OTHER_TERMINAL, own, node=node).denied for node in (1, 2, 3)), "shut out", 20)
    assert not one.publish(TERMINAL, f"k1/{TERMINAL}/st").denied


_ALLOWED = """
import ssl, sys
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
ca, identity, host, port = sys.argv[1:]
one = Client(CallbackAPIVersion.VERSION2, client_id="fleet", protocol=MQTTProtocolVersion.MQTTv5)
one.tls_set(ca, identity, identity)
def connected(client, _user, _flags, code, properties):
    print("refused" if code.is_failure else getattr(properties, "ReceiveMaximum", 65535))
    client.disconnect()
one.on_connect = connected
one.connect(host, int(port))
one.loop_forever()
"""


def test_a_node_takes_as_many_receipts_at_once_as_a_worker_sends(one: Cluster) -> None:
    tls = one.tls("fleet")
    words = [sys.executable, "-c", _ALLOWED, tls.ca, tls.identity, host(1), str(PORT)]
    net = ["nsenter", "--target", str(one.world.leader), "--net", "--"]
    said = subprocess.run([*net, *words], capture_output=True, text=True, timeout=30, check=True).stdout
    assert int(said) >= _SESSION.in_flight
