"""How others do it, for comparison on the same runs: an outbox cleared on the broker's PUBACK, and paho's own queue."""

from __future__ import annotations

import threading
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from kiosk.store.outbox import StoredOutbox
from mqtt import topics
from mqtt.connection import Broker
from mqtt.events import event
from mqtt.tls import context

PUBACK, QUEUE = "puback", "paho"
KINDS = (PUBACK, QUEUE)


class Rival:
    """A thread that reads our outbox. ``puback``: a row goes when the broker has it. ``paho``: it goes when paho's queue has it."""

    def __init__(self, kind: str, terminal: str, broker: Broker, outbox: StoredOutbox) -> None:
        self._kind = kind
        self._terminal = terminal
        self._broker = broker
        self._outbox = outbox
        self._under_way: dict[int, int] = {}
        self._done: list[int] = []
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=terminal, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.tls_set_context(context(broker.tls))
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._published
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._woken = threading.Event()

    def start(self) -> None:
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=10, clean_start=False)
        self._client.loop_start()
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def _published(self, _client: Client, _user: Any, mid: int, code: Any, _properties: Any) -> None:
        if not code.is_failure:
            self._done.append(mid)

    def _run(self) -> None:
        while True:
            self._woken.wait(0.05)
            self._woken.clear()
            try:
                self._round()
            except Exception:
                continue  # a full disk; the next round tries again

    def _round(self) -> None:
        while self._done:
            sequence = self._under_way.pop(self._done[0], None)
            if sequence is not None and self._kind == PUBACK:
                self._outbox.confirm(((sequence, sequence),))
            self._done.pop(0)
        if self._kind == PUBACK and not self._client.is_connected():
            return
        for row in self._outbox.pending(20):
            if row.sequence in self._under_way.values():
                continue
            payload = event(self._terminal, self._outbox.epoch, row.sequence, row.time, row.data)
            sent = self._client.publish(topics.events(self._terminal), payload, qos=1)
            self._under_way[sent.mid] = row.sequence
            if self._kind == QUEUE:
                self._outbox.confirm(((row.sequence, row.sequence),))
