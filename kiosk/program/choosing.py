"""Which of the programs the centre offers this terminal may take: by its own rules, before anything is fetched."""

from __future__ import annotations

import platform
import sys
from collections.abc import Collection

from msgspec import Struct

from domain.program.manifest import BadManifestError, Manifest, order, read
from kiosk.program.place import Programs, fits, reads, stores


class Chosen(Struct, frozen=True):
    """``manifest`` null: the factory's program. ``why``: code of what keeps it from being taken; ``runs``: it runs already;
    ``lies``: it lies here unpacked.
    """

    manifest: Manifest | None = None
    signed: str = ""
    runs: bool = False
    lies: bool = False
    why: str = ""
    detail: str = ""

    @property
    def version(self) -> str | None:
        return self.manifest.version if self.manifest is not None else None


def machine() -> tuple[str, str]:
    """As manifests name it: ``("aarch64", "3.13")``."""
    return platform.machine(), f"{sys.version_info.major}.{sys.version_info.minor}"


def choose(offered: Collection[str], keys: Collection[str], programs: Programs | None, own: str) -> Chosen:
    """``offered``: signed manifests, none of them the factory's; ``keys``: the publisher's; ``own``: the version that runs."""
    if programs is None:
        return Chosen(why="program_fixed")
    if not offered:
        return _factory(programs)
    try:
        found = [(read(signed, keys), signed) for signed in offered]
    except BadManifestError as error:
        return Chosen(why="program_untrusted", detail=str(error))
    arch, python = machine()
    manifest, signed = next(((one, signed) for one, signed in found if fits(one, arch, python)), (None, ""))
    if manifest is None:
        return Chosen(why="program_other_machine", detail=f"{arch} {python}")
    here = programs.signed(manifest.version)
    same = here != "" and read_or_none(here, keys) == manifest
    lies = same and programs.lies(manifest.version)
    if manifest.version == programs.running and not same:
        return Chosen(manifest, signed, why="program_same_version")
    if manifest.version == own:
        return Chosen(manifest, signed, runs=True, lies=lies)
    known = lies and manifest.version == programs.before
    if order(manifest.version) < order(own) and not manifest.back and not known:
        return Chosen(manifest, signed, why="program_older", detail=f"{own} → {manifest.version}")
    if not reads(manifest.stores, stores(programs.site)):
        return Chosen(manifest, signed, why="program_older_data")
    return Chosen(manifest, signed, lies=lies)


def _factory(programs: Programs) -> Chosen:
    if programs.running is None:
        return Chosen(runs=True, lies=True)
    if not programs.lies(None):
        return Chosen(why="program_damaged")
    if not reads(stores(programs.site_of(None)), stores(programs.site)):
        return Chosen(why="program_older_data")
    return Chosen(lies=True)


def read_or_none(signed: str, keys: Collection[str]) -> Manifest | None:
    try:
        return read(signed, keys)
    except BadManifestError:
        return None
