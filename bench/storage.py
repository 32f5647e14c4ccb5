"""Sealed documents into a folder and into a bucket, side by side: rate, CPU of this process, and what the storage costs beside it.

A document is 300 kB, as a scanned page; each is written, checked, stored durably and only then told. The bucket's server is
SeaweedFS (``weed mini``) on this machine, over plain HTTP on the loopback: what it costs is part of every rate. As a mark, the same
bytes written and fsynced with nothing else done to them. ``python -m bench 存储``, only when named.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import psutil
from support.object_storage import ObjectStorage, bucket_settings, object_storage

from domain.durable import write_durably
from fleet.documents import Documents
from fleet.storage.bucket import Bucket
from fleet.storage.s3 import S3

SIZE, COUNT, AT_ONCE = 300_000, 300, 4
CPU = 10.0
"""Milliseconds of CPU a document may cost the centre, in whichever place."""

Row = tuple[str, str, str, bool]


def rows() -> list[Row]:
    found = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TONGBAN_BENCH_DISK")) as name:
        folder = Path(name)
        (folder / "plain").mkdir()
        bodies = [os.urandom(SIZE) for _ in range(COUNT)]
        found += _measured(
            "只写盘、落盘（对照）", bodies, lambda body: write_durably(folder / "plain" / sha256(body).hexdigest(), body)
        )
        for place, documents, server in _places(folder):
            found += _measured(f"{place}：存", bodies, _storing(documents), server)
            found += _measured(f"{place}：读、核对", bodies, _reading(documents), server)
    return found


def _storing(documents: Documents) -> Callable[[bytes], object]:
    return lambda body: documents.take("rs-hall-01", sha256(body).hexdigest(), BytesIO(body), len(body))


def _reading(documents: Documents) -> Callable[[bytes], object]:
    return lambda body: documents.read(sha256(body).hexdigest())


def _places(folder: Path) -> Iterator[tuple[str, Documents, psutil.Process | None]]:
    yield "本机目录", Documents(folder / "documents"), None
    with object_storage("seaweedfs", folder / "weed") as server, _bucket(server, folder) as bucket:
        assert server.process is not None
        yield "S3 桶", Documents(bucket, folder / "writing"), psutil.Process(server.process.pid)


@contextmanager
def _bucket(server: ObjectStorage, folder: Path) -> Iterator[Bucket]:
    s3 = S3(bucket_settings(folder, server.address))
    try:
        yield Bucket(s3, "documents/", folder / "cache")
    finally:
        s3.close()


def _measured(what: str, bodies: list[bytes], work: Callable[[bytes], object], server: psutil.Process | None = None) -> list[Row]:
    ours, theirs, begun = time.process_time(), _cpu(server), time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(work, bodies))
    seconds = time.perf_counter() - begun
    cpu = (time.process_time() - ours) / len(bodies) * 1e3
    beside = f"，存储 {(_cpu(server) - theirs) / len(bodies) * 1e3:.1f} ms" if server is not None else ""
    rate = f"{len(bodies) * SIZE / 1e6 / seconds:.0f} MB/s，{len(bodies) / seconds:.0f} 份/s"
    return [
        (f"{what}，{AT_ONCE} 份同时", rate, "", True),
        (f"{what}，每份 CPU", f"{cpu:.1f} ms{beside}", f"≤ {CPU:.0f} ms", cpu <= CPU),
    ]


def _cpu(process: psutil.Process | None) -> float:
    return sum(process.cpu_times()[:2]) if process is not None else 0.0
