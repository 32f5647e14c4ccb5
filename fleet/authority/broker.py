"""The broker's side of the authority: its configuration written, a new revocation list told, a live session ended.

Mosquitto reads the list again at SIGHUP, and keeps whoever is connected: verified with 2.0.11 and 2.0.21. What does end a live
session is another one of the same client id, so the authority lends itself the name for some minutes and connects once.
"""

from __future__ import annotations

import getpass
import logging
import os
import signal
import threading
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from domain.durable import write_durably
from fleet.authority.keys import Folder
from fleet.settings import BrokerSettings
from mqtt.broker import BrokerFiles, access, configuration
from mqtt.tls import Tls, context

_log = logging.getLogger(__name__)

_ANSWER = 5.0


def write_configuration(folder: Path, authority: Folder, *, port: int, host: str = "", user: str | None = None) -> Path:
    """``mosquitto.conf`` and what it names, in ``folder``; returns it. ``user``: whom mosquitto becomes; this one if not given."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = BrokerFiles(
        data=data,
        access=folder / "mosquitto.acl",
        pid=folder / "mosquitto.pid",
        authority=authority.authority,
        certificate=authority.server,
        key=authority.server_key,
        revoked=authority.revoked,
    )
    write_durably(files.access, access().encode())
    written = folder / "mosquitto.conf"
    write_durably(written, configuration(files, port=port, host=host, user=user or getpass.getuser()).encode())
    return written


def tell(broker: BrokerSettings) -> bool:
    """Have the broker read its certificate and revocation list again; whether it could be told. Never an error."""
    if broker.pid_file is None:
        return False
    try:
        pid = int(broker.pid_file.read_text())
        if b"mosquitto" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return False
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError) as error:
        _log.warning("the broker was not told: %s", error)
        return False
    return True


def take_over(broker: BrokerSettings, terminal: str, borrowed: Tls) -> bool:
    """End the session of ``terminal``, and forget it, at every broker; False when none can be reached."""
    ended = [_take_over(host, port, terminal, borrowed) for host, port in broker.addresses]
    return any(ended)


def _take_over(host: str, port: int, terminal: str, borrowed: Tls) -> bool:
    client = Client(
        CallbackAPIVersion.VERSION2, client_id=terminal, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False
    )
    client.connect_timeout = _ANSWER
    connected = threading.Event()

    def on_connect(_c: Client, _u: Any, _flags: Any, code: Any, _p: Any) -> None:
        if not code.is_failure:
            connected.set()

    client.on_connect = on_connect
    try:
        client.tls_set_context(context(borrowed))
        client.connect(host, port, clean_start=True)
    except (OSError, ValueError) as error:
        _log.warning("session of %s not ended at %s:%d: %s", terminal, host, port, error)
        return False
    client.loop_start()
    try:
        return connected.wait(_ANSWER)
    finally:
        client.disconnect()
        client.loop_stop()
