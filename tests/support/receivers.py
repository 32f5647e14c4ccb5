"""Where alerts arrive in tests: an HTTP server that takes webhooks and an SMTP server that takes mail, both on the loopback."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """``taken``: (headers, body) in order; ``answers``: (status, body) for the next requests, then 200."""

    taken: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    usual: bytes = b"{}"
    port: int = 0

    @property
    def url(self) -> str:
        """As Apprise writes it."""
        return f"json://127.0.0.1:{self.port}/alerts"

    @property
    def messages(self) -> list[str]:
        return [f"{body['title']}\n{body['message']}" for _, body in self.taken]


@contextmanager
def webhook() -> Iterator[Webhook]:
    one = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = one.answers.pop(0) if one.answers else (200, one.usual)
            if status == 200:
                one.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with _serving(server):
        one.port = server.server_address[1]
        yield one


@dataclass
class Mailbox:
    """``taken``: (envelope recipients, message)."""

    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=centre@example.cn&to=duty@example.cn&smtp=127.0.0.1&mode=insecure"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """RFC 5321, as little of it as a client needs to hand a message over."""
    one = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mailbox")
            recipients: list[str] = []
            while line := self.rfile.readline():
                verb = line.decode().strip().upper()
                if verb.startswith("RCPT TO:"):
                    recipients.append(line.decode().strip()[8:].strip("<> "))
                if verb == "QUIT":
                    self._say("221 bye")
                    return
                if verb != "DATA":
                    self._say("250 ok")
                    continue
                self._say("354 go on")
                lines = []
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                message = message_from_bytes(b"".join(lines), policy=policy.default)
                assert isinstance(message, EmailMessage)
                one.taken.append((recipients, message))
                self._say("250 taken")

        def _say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    with _serving(server):
        one.port = server.server_address[1]
        yield one


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
