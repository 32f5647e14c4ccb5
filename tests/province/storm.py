"""So many sessions at once as terminals have them, spread over the nodes. ``python -m province.storm COUNT IDENTITIES``.

Prints a line of JSON when all have said their birth, and stays until it is killed.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from support.nodes import PORT, host

from fleet.swarm.terminal import Counts, SwarmTerminal
from mqtt.connection import Broker
from mqtt.tls import Tls
from province.stage import NODES, names

PATIENCE = 600.0


def main(count: int, identities: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 200)), hard))
    counts, terminals = Counts(), list[SwarmTerminal]()
    began = time.monotonic()
    for n, name in enumerate(names(count)):
        tls = Tls(str(identities / name / "ca.pem"), str(identities / name / "identity.pem"))
        one = SwarmTerminal(name, Broker(host(1 + n % NODES), PORT, tls), "swarm-01", counts)
        one.connect()
        terminals.append(one)
        if n % 20 == 0:
            _turn(terminals)
    while counts.connected < count and time.monotonic() - began < PATIENCE:
        _turn(terminals)
        time.sleep(0.02)
    print(json.dumps({"connected": counts.connected, "seconds": time.monotonic() - began}), flush=True)
    while True:
        _turn(terminals)
        for one in terminals:
            one.tick(time.monotonic())
        time.sleep(1.0)


def _turn(terminals: list[SwarmTerminal]) -> None:
    for one in terminals:
        one.readable()
        one.writable()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
