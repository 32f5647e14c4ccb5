"""What terminals are wanted to have now, part by part: read from the body that was published last, whoever published it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

import msgspec

from domain.catalogue.catalogue import Catalogue, CatalogueDamagedError, build
from domain.catalogue.finding import Finding
from domain.catalogue.pack import Pack, digest
from domain.catalogue.part import JOINT, DamagedError, Joint, Share, decode, pressed, split
from domain.catalogue.trust import Approval, read_approval, read_manifest, read_register
from fleet import database
from fleet.documents import Documents
from fleet.programs import Programs
from fleet.storage.port import StorageError
from mqtt.desired import CatalogueBody, PackBody


@dataclass(frozen=True, slots=True)
class Piece:
    """A part as it is signed; ``approval``: its owner's word, absent in an unsigned demonstration."""

    body: bytes = field(repr=False)
    sha256: str
    approval: str | None = field(default=None, repr=False)
    said: Approval | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """``rev``: of the desired document, 0 where nothing was published. ``sha256``: of its body."""

    rev: int
    sha256: str
    version: str
    parts: Mapping[str, Piece] = field(repr=False)


NOTHING = Published(0, "", "", {})


class Shelf:
    """Reads what is published; the last few bodies stay in memory. ``root``: the pinned key packs are believed by; ``programs``:
    what can be published of programs.
    """

    def __init__(self, bodies: Documents | None = None, root: str | None = None, programs: Programs | None = None) -> None:
        self.programs = programs
        self.bodies = bodies
        self.root = root
        self._lock = Lock()
        self._read: dict[str, tuple[str, Mapping[str, Piece]]] = {}

    def now(self, db: database.Connection) -> Published:
        """What all terminals are wanted to have. A body that cannot be read raises :class:`CatalogueDamagedError`."""
        row = db.execute(
            "SELECT rev, sha256 FROM desired WHERE what = 'catalogue' AND target = '*' ORDER BY rev DESC LIMIT 1"
        ).fetchone()
        return self._of(row[0], row[1]) if row else NOTHING

    def at(self, db: database.Connection, rev: int) -> Published:
        """What was published as ``rev``. :class:`LookupError`; :class:`CatalogueDamagedError`."""
        row = db.execute("SELECT rev, sha256 FROM desired WHERE what = 'catalogue' AND rev = ?", (rev,)).fetchone()
        if row is None:
            raise LookupError(rev)
        return self._of(row[0], row[1])

    def body(self, sha256: str) -> bytes:
        """A body as it was published. ``OSError``."""
        if self.bodies is None:
            raise FileNotFoundError(sha256)
        return self.bodies.local(sha256).read_bytes()

    def kept(self, sha256: str) -> Published:
        """A body that was kept and may have been published, or not. :class:`CatalogueDamagedError`."""
        return self._of(0, sha256)

    def _of(self, rev: int, sha256: str) -> Published:
        with self._lock:
            known = self._read.get(sha256)
        if known is None:
            known = self._parts(sha256)
            with self._lock:
                self._read = dict([*self._read.items()][-3:]) | {sha256: known}
        return Published(rev, sha256, *known)

    def _parts(self, sha256: str) -> tuple[str, Mapping[str, Piece]]:
        try:
            data = self.body(sha256)
            tree = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
            if "pack" not in tree:
                plain = msgspec.json.decode(data, type=CatalogueBody)
                version = msgspec.json.decode(plain.openings, type=_Version).version
                made = {name: pressed(name, body) for name, body in split(bytes(plain.items), bytes(plain.openings)).items()}
                return version, {name: Piece(body, digest(body)) for name, body in made.items()}
            pack = msgspec.json.decode(msgspec.json.decode(data, type=PackBody).pack, type=Pack)
            register = read_register(pack.register, self.root or "")
            manifest = read_manifest(pack.manifest, register)
            parts = {}
            for one in pack.parts:
                sha = digest(one.body)
                parts[one.part] = Piece(bytes(one.body), sha, one.approval, read_approval(one.approval, one.part, sha, register))
            return manifest.version, parts
        except StorageError as error:
            raise CatalogueDamagedError(f"已发布的目录现在读不到：{error}") from None
        except (OSError, msgspec.MsgspecError, DamagedError) as error:
            raise CatalogueDamagedError(f"已发布的目录读不出来：{error}") from None


class _Version(msgspec.Struct):
    version: str


def catalogue(version: str, parts: Mapping[str, bytes]) -> Catalogue:
    """The parts as one catalogue that may contradict itself, for the linter and for comparison.

    A party that has no part yet, or does not stand in the joint list, keeps nobody from reading the rest.
    :class:`CatalogueDamagedError`, :class:`DamagedError`.
    """
    joint: Joint = decode(JOINT, parts[JOINT], Joint) if JOINT in parts else Joint(demo=False, notice="-")
    shares: dict[str, Share] = {name: decode(name, body, Share) for name, body in parts.items() if name != JOINT}
    order = (*(p for p in joint.parties if p in shares), *(p for p in shares if p not in joint.parties))
    return build(version, msgspec.structs.replace(joint, parties=order), shares.values(), check=False)


def part_of(finding: Finding, parts: Mapping[str, object]) -> str:
    """Whose finding it is: a party's own, or the joint list's."""
    first = finding.where.partition("/")[0]
    return first if first in parts else JOINT
