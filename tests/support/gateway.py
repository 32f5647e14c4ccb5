"""A server of somebody else that takes our messages as docs/guides/outside.md says: the other end of the HTTP adapters.

It judges each message by a JSON schema, takes the same id once, and can be told to be difficult."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jsonschema


@dataclass
class Gateway:
    """``taken``: messages by id, in order. ``moods``: answers (status, Retry-After) to give to the next requests instead.
    ``reply``: what is answered to a message taken. ``forget_answers``: take, and break the connection before answering."""

    schema: dict[str, Any]
    token: str
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    moods: list[tuple[int, str]] = field(default_factory=list)
    broken: int = 0
    reply: Any = field(default=lambda message: {})
    url: str = ""

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, b""
        name = headers.get("idempotency-key", "")
        self.asked.append(name)
        if self.moods:
            status, after = self.moods.pop(0)
            return status, {"Retry-After": after} if after else {}, b""
        try:
            message = json.loads(body)
            jsonschema.validate(message, self.schema)
        except (ValueError, jsonschema.ValidationError):
            return 422, {}, b""
        if headers.get("content-type") != "application/json" or message.get("id", name) != name:
            return 400, {}, b""
        known = name in self.taken
        self.taken.setdefault(name, message)
        self.headers.setdefault(name, headers)
        self.bodies.setdefault(name, body)
        if self.broken:
            self.broken -= 1
            return None
        return (409 if known else 201), {}, json.dumps(self.reply(message)).encode()


@contextmanager
def gateway(schema: dict[str, Any], token: str = "geheim") -> Iterator[Gateway]:
    one = Gateway(schema, token)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = one.answer({name.lower(): value for name, value in self.headers.items()}, body)
            if told is None:
                self.close_connection = True
                return
            status, headers, answer = told
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    one.url = f"http://127.0.0.1:{server.server_address[1]}/messages"
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
