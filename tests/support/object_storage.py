"""S3 servers that are not ours, on real sockets: moto's, and SeaweedFS; and a line to them that misbehaves by name."""

from __future__ import annotations

import json
import shutil
import socket
import struct
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config

from fleet.storage.s3 import S3, Patience
from fleet.storage.settings import BucketSettings

BUCKET, ACCESS, SECRET = "tongban", "access", "secret-of-tests-only"
Kind = Literal["moto", "seaweedfs"]


@dataclass
class ObjectStorage:
    """A server that runs. ``kill`` and ``start`` it again at the same address; what it stored is kept by SeaweedFS only."""

    kind: Kind
    folder: Path
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            self._moto() if self.kind == "moto" else self._seaweedfs(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        client = self.client
        until = time.monotonic() + 60
        while True:
            try:
                client.create_bucket(Bucket=BUCKET)
                return
            except Exception as error:
                if "BucketAlready" in type(error).__name__:
                    return
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)
        self.client.close()

    @cached_property
    def client(self) -> botocore.client.BaseClient:
        """As an operator's own tool asks it."""
        return botocore.session.Session().create_client(
            "s3",
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20),
        )

    def listed(self) -> list[str]:
        """Everything that lies there."""
        return [one["Key"] for one in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", ())]

    def emptied(self) -> None:
        client = self.client
        for key in self.listed():
            client.delete_object(Bucket=BUCKET, Key=key)

    def _moto(self) -> list[str]:
        return [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]

    def _seaweedfs(self) -> list[str]:
        who = {"name": "tests", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}], "actions": ["Admin"]}
        (self.folder / "s3.json").write_text(json.dumps({"identities": [who]}))
        words = [str(Path(sysconfig.get_path("scripts")) / "weed"), "mini", f"-dir={self.folder}", "-ip=127.0.0.1"]
        words += ["-ip.bind=127.0.0.1", "-admin.ui=false", "-webdav=false", f"-s3.config={self.folder / 's3.json'}"]
        ports = {"s3.port": self.port} | {name: free_port() for name in ("master.port", "volume.port", "filer.port", "admin.port")}
        return [*words, *(f"-{name}={port}" for name, port in ports.items())]


@contextmanager
def object_storage(kind: Kind, folder: Path) -> Iterator[ObjectStorage]:
    one = ObjectStorage(kind, folder)
    try:
        one.start()
        yield one
    finally:
        one.kill()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Below the range the kernel gives out; SeaweedFS takes the one 10,000 above as well."""
    while True:
        with socket.socket() as one, socket.socket() as above:
            with suppress(OSError, OverflowError):
                one.bind(("127.0.0.1", 0))
                port = one.getsockname()[1] % 20_000 + 10_000
                with socket.socket() as here:
                    here.bind(("127.0.0.1", port))
                    above.bind(("127.0.0.1", port + 10_000))
                return int(port)


def bucket_settings(folder: Path, address: str, **more: object) -> BucketSettings:
    """``folder``: where the key's file is written."""
    key = folder / "s3.key"
    folder.mkdir(parents=True, exist_ok=True)
    key.write_text(f"{ACCESS}:{SECRET}\n")
    key.chmod(0o600)
    return BucketSettings(**{"endpoint": address, "name": BUCKET, "key_file": key} | more)  # type: ignore[arg-type]


def s3(folder: Path, address: str, **more: object) -> S3:
    """One that is soon out of patience."""
    return S3(bucket_settings(folder, address, **more), Patience(connect=0.5, silence=0.5, pause=0.3, fresh=0.0))


Fault = Literal["none", "refuses", "silent", "cuts the request", "cuts the answer", "drips", "says", "not S3", "spoils the request"]


class Line:
    """Between the centre and a storage. ``fault`` may change at any time and is that of the next connection's next request:

    ``refuses`` connections · ``silent``: takes them and says nothing · ``cuts the request`` and ``cuts the answer`` after ``after``
    bytes · ``drips`` a byte of the answer at a time · ``says`` ``status`` and ``code``, as S3 does, to everything · ``not S3``: a
    web page · ``spoils the request``: one byte of what is sent.
    """

    def __init__(self, address: str) -> None:
        self._to = urlsplit(address).port
        self.fault: Fault = "none"
        self.after, self.status, self.code = 1000, 503, "SlowDown"
        self.asked = 0
        """Connections so far."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[threading.Thread] = []
        self._begins(self._accept)

    def close(self) -> None:
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for one in self._open:
            one.close()

    def _begins(self, work: Callable[..., None], *words: object) -> None:
        self._threads.append(threading.Thread(target=work, args=words, daemon=True))
        self._threads[-1].start()

    def becomes(self, fault: Fault, **more: int | str) -> None:
        """Also for what is open: that is cut, as a line that breaks."""
        self.fault = fault
        for name, value in more.items():
            setattr(self, name, value)
        for one in self._open[1:]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self.asked += 1
                if self.fault == "refuses":
                    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    near.close()
                    continue
                self._open.append(near)
                self._begins(self._serve, near, self.fault)

    def _serve(self, near: socket.socket, fault: Fault) -> None:
        with suppress(OSError):
            if fault == "silent":
                while near.recv(65536):
                    pass
            elif fault == "says":
                self._answers(near, self.status, "application/xml", f"<Error><Code>{self.code}</Code></Error>")
            elif fault == "not S3":
                self._answers(near, 200, "text/html", "<html><body>Welcome</body></html>")
            else:
                self._carry(near, fault)
        near.close()

    def _answers(self, near: socket.socket, status: int, kind: str, body: str) -> None:
        """To each request on this connection, after all of it has come."""
        with near.makefile("rb") as file:
            while line := file.readline():
                method, size = line.split()[0], 0
                while (header := file.readline().strip()) not in (b"", b"\r\n"):
                    if header.lower().startswith(b"content-length:"):
                        size = int(header.split(b":")[1])
                    if header.lower().startswith(b"expect:"):
                        near.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                while size and (chunk := file.read(min(size, 65536))):
                    size -= len(chunk)
                said = b"" if method == b"HEAD" else body.encode()
                head = f"HTTP/1.1 {status} -\r\nContent-Type: {kind}\r\nContent-Length: {len(said)}\r\n\r\n"
                near.sendall(head.encode() + said)

    def _carry(self, near: socket.socket, fault: Fault) -> None:
        far = socket.create_connection(("127.0.0.1", self._to))
        self._open.append(far)
        self._begins(self._back, far, near, fault)
        left = self.after
        while chunk := near.recv(65536):
            if fault == "spoils the request" and len(chunk) > 4000:
                chunk = chunk[:-1] + bytes([chunk[-1] ^ 1])
            if fault == "cuts the request":
                chunk, left = chunk[:left], left - len(chunk)
            far.sendall(chunk)
            if fault == "cuts the request" and left <= 0:
                break
        far.shutdown(socket.SHUT_RDWR if fault == "cuts the request" else socket.SHUT_WR)

    def _back(self, far: socket.socket, near: socket.socket, fault: Fault) -> None:
        left = self.after
        with suppress(OSError):
            while chunk := far.recv(65536):
                if fault == "drips":
                    for n in range(len(chunk)):
                        near.sendall(chunk[n : n + 1])
                        time.sleep(0.2)
                    continue
                if fault == "cuts the answer":
                    chunk, left = chunk[:left], left - len(chunk)
                near.sendall(chunk)
                if fault == "cuts the answer" and left <= 0:
                    break
        with suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)


@contextmanager
def line(address: str) -> Iterator[Line]:
    one = Line(address)
    try:
        yield one
    finally:
        one.close()
