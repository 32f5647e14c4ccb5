"""A real authority on the disk, and identities it issued, without a centre running: what a technician's afternoon leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from fleet.authority.authority import Authority
from fleet.authority.keys import Folder
from kiosk.enrolment.files import Held, IdentityFiles, request_for
from mqtt.tls import Tls

NAMES = ("127.0.0.1",)


def authority(path: Path, names: tuple[str, ...] = NAMES) -> Folder:
    """The authority in ``path``; made now, with its servers' certificates and an empty revocation list, if there is none."""
    folder = Folder(path)
    if not folder.key.exists():
        now = datetime.now(UTC)
        folder.keep_servers(folder.make(names, now - timedelta(days=365)), names, now)  # a year old: some have expired since
        books = Authority(folder, ())
        books.write_revoked()
        books.close()
    return folder


def enrolled(folder: Folder, name: str, files: IdentityFiles) -> Held:
    """``name`` enrolled by a one-time code, its identity in ``files``."""
    books = Authority(folder, (name,))
    try:
        key, _ = files.prepared(files.pending)
        code = books.new_code(name)
        held = Held(key, books.enrol(name, code.secret, request_for(key, name)))
        files.enrolled(held, books.ca.certificate.public_bytes(Encoding.PEM))
    finally:
        books.close()
    return held


def identity(folder: Folder, name: str) -> Tls:
    """The files of ``name``, enrolled now if it is not."""
    files = IdentityFiles(folder.path.parent / "identities" / name)
    if files.held() is None:
        enrolled(folder, name, files)
    return files.tls()
