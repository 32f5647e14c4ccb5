"""Takes the program the centre wants: fetched and unpacked in the background, switched to when nobody is there, tried, reported.

::

    choose ─▶ fetch ─▶ unpack ─▶ lies here ─▶ (nobody there) mark, link, end ─▶ trial ─▶ applied
       │        │         │                                                       │
       └────────┴─────────┴───────────────────────────▶ refused ◀────────────────┘ the launcher went back

What is under way is forgotten when something newer is wanted; what was fetched and unpacked is found again after a power cut.
"""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from domain.durable import sync_folder
from domain.program.manifest import Manifest
from kiosk.clock import Clock
from kiosk.orders.fetch import DamagedError, NotFetchedError
from kiosk.orders.wanted import Progress
from kiosk.program.archive import BadArchiveError, readable, sync, unpack
from kiosk.program.choosing import Chosen, choose
from kiosk.program.link import ASIDE
from kiosk.program.place import ARCHIVE, MANIFEST, Programs, Stood, Trial, reads, remove, stores
from kiosk.standing import Stage
from kiosk.store.files import write_durably

log = logging.getLogger(__name__)

CALM = 60.0
"""Seconds without a visit before this program makes way for another: whoever has just stepped up has touched nothing yet."""
GROWS = 1.6
"""How much more an unpacked program takes once Python has compiled it."""
_FIRST, _MOST = 5.0, 600.0
"""Seconds until an archive that did not come is asked for again; doubled each time."""
_NICE = 15

Phase = Literal["fetching", "unpacking", "ready", "refused"]


class _NewerError(Exception):
    """Something else is wanted by now."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the updater uses of the terminal. ``fetch`` gets (manifest, path, wait), ``wait`` waits so many seconds and says whether
    no more is wanted; ``busy``: code of what is to be done before the program may end, empty when nothing is; ``stood``: how it
    stands now; ``data``: where the databases lie; ``reserve``: bytes that stay free; ``leave``: ends the program.
    """

    fetch: Callable[[Manifest, Path, Callable[[float], bool]], None]
    busy: Callable[[], str]
    stood: Callable[[], Stood]
    data: Path
    reserve: int
    leave: Callable[[], None]


class _Job:
    """Brings one program onto the disk, in a thread of its own that gives way to everything else."""

    def __init__(self, chosen: Chosen, programs: Programs, means: Means) -> None:
        assert chosen.manifest is not None
        self.manifest, self.signed = chosen.manifest, chosen.signed
        self.phase: Phase = "fetching"
        self.why = self.detail = ""
        self._programs = programs
        self._means = means
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="program", daemon=True)

    def start(self) -> _Job:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        wait = _FIRST
        while not self._over.is_set():
            try:
                self.work()
            except NotFetchedError as error:
                log.info("program: the archive does not come: %s", error)
            except _NewerError:
                return
            if self.phase in ("ready", "refused"):
                return
            self._over.wait(wait)
            wait = min(_MOST, wait * 2)

    def work(self) -> None:
        """All that is left to do. :class:`NotFetchedError`; everything else ends in ``phase``."""
        folder, version = self._programs.folder, self.manifest.version
        archive = folder / f"{self.manifest.sha256}{ARCHIVE}"
        try:
            self._room()
            self.phase = "fetching"
            if not archive.exists():
                self._means.fetch(self.manifest, archive, self._over.wait)
            self.phase = "unpacking"
            aside = folder / f"{version}{ASIDE}"
            remove(aside)
            unpack(archive, aside, self.manifest, self._go_on)
            write_durably(aside / MANIFEST, self.signed.encode())
            _compile(aside / "site")
            readable(aside)
            sync(aside, self._go_on)
            if (folder / version).exists():  # of another archive: what runs, and what ran before, was looked at when it was chosen
                remove(folder / version)
            aside.rename(folder / version)
            sync_folder(folder)
            archive.unlink()
            self.phase = "ready"
            log.info("program: %s lies here", version)
        except (BadArchiveError, DamagedError) as error:
            archive.unlink(missing_ok=True)
            remove(folder / f"{version}{ASIDE}")
            self._refuse("program_damaged", str(error))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                self._refuse("program_no_room")
            else:
                log.exception("program: the disk fails")
                self._refuse("program_disk", error.strerror or "")

    def _room(self) -> None:
        """Before anything is written. ``OSError``: there is not enough."""
        self._programs.prune(self.manifest.version, self.manifest.sha256)
        found = os.statvfs(self._programs.folder)
        kept = sum(path.stat().st_size for path in self._programs.databases(self._means.data))
        needed = self.manifest.size + self.manifest.unpacked * GROWS + kept + self._means.reserve
        if found.f_bavail * found.f_frsize < needed:
            raise OSError(errno.ENOSPC, "no room")

    def _go_on(self) -> None:
        if self._over.is_set():
            raise _NewerError

    def _refuse(self, why: str, detail: str = "") -> None:
        log.error("program: %s is refused: %s %s", self.manifest.version, why, detail)
        self.why, self.detail, self.phase = why, detail, "refused"


class Updater:
    """Implements ``kiosk.orders.wanted.Taking``; :meth:`look` is called from the thread of what is wanted, the rest from any.
    ``keys``: the publisher's; ``own``: the version that runs. ``by`` of what staff do: role and serial, or an account.
    """

    def __init__(
        self, programs: Programs | None, keys: Collection[str], own: str, stage: Stage, means: Means, clock: Clock
    ) -> None:
        self._programs = programs
        self._keys = keys
        self._own = own
        self._stage = stage
        self._means = means
        self._clock = clock
        self._lock = threading.RLock()
        self._chosen: tuple[int, Chosen] | None = None
        self._job: _Job | None = None
        self._idle_since: float | None = None
        self._now = False
        self._leaving = False

    def stop(self) -> None:
        if self._job is not None:
            self._job.stop()

    @property
    def programs(self) -> Programs | None:
        """``None``: no other program can be taken here."""
        return self._programs

    @property
    def own(self) -> str:
        return self._own

    @property
    def leaving(self) -> bool:
        """The program ends for another one."""
        return self._leaving

    # --- what the centre wants --------------------------------------------------------------------------------------------

    def look(self, rev: int, offered: tuple[str, ...], due: bool) -> Progress:
        """How far it is. Never waits; what takes long is the job's."""
        with self._lock:
            if self._leaving:
                return Progress("waiting", "program_trial")
            programs = self._programs
            if programs is not None and programs.trial() is not None:
                return Progress("waiting", "program_trial")
            told = programs.refused() if programs is not None else None
            if told is not None and told.rev == rev:
                return Progress("refused", told.why, told.detail)
            if self._chosen is None or self._chosen[0] != rev:
                self._chosen = rev, choose(offered, self._keys, programs, self._own)
                self._now = False
            chosen = self._chosen[1]
            if chosen.why or programs is None:
                return Progress("refused", chosen.why, chosen.detail)
            if chosen.runs:
                return Progress("applied")
            if not chosen.lies and (under_way := self._bring(chosen, programs)) is not None:
                return under_way
            return self._switch(rev, chosen, programs, due)

    def holds(self, offered: tuple[str, ...]) -> bool:
        """Whether that is what runs."""
        return choose(offered, self._keys, self._programs, self._own).runs

    def again(self) -> None:
        """What was refused is to be tried anew."""
        with self._lock:
            self._chosen = None
            if self._job is not None and self._job.phase == "refused":
                self._job = None
            if self._programs is not None and self._programs.refused() is not None:
                self._programs.forget_refused()

    def _bring(self, chosen: Chosen, programs: Programs) -> Progress | None:
        if self._job is None or self._job.manifest != chosen.manifest:
            self.stop()
            self._job = _Job(chosen, programs, self._means).start()
        match self._job.phase:
            case "ready":
                return None
            case "refused":
                return Progress("refused", self._job.why, self._job.detail)
            case phase:
                return Progress("waiting", f"program_{phase}")

    def _switch(self, rev: int, chosen: Chosen, programs: Programs, due: bool) -> Progress:
        if not self._stage.idle:
            self._idle_since = None
            return Progress("waiting", "visit_running")
        now = self._clock.monotonic()
        self._idle_since = now if self._idle_since is None else self._idle_since
        if not self._now:
            if not due:
                return Progress("waiting", "not_its_time")
            if busy := self._means.busy():
                return Progress("waiting", busy)
            if now - self._idle_since < CALM:
                return Progress("waiting", "program_waits")
        sha256 = chosen.manifest.sha256 if chosen.manifest is not None else ""
        if not self._lay(Trial(chosen.version, sha256, rev, programs.running), programs):
            return Progress("waiting", "visit_running")
        return Progress("waiting", "program_trial")

    def _lay(self, trial: Trial, programs: Programs) -> bool:
        """Mark, link, end; whether it was done: not while a visit runs. ``OSError``: nothing is changed."""
        own, target = stores(programs.site), stores(programs.site_of(trial.version))
        changes = not reads(own, target)
        keep = tuple(str(path) for path in programs.databases(self._means.data)) if changes else ()
        whole = Trial(
            trial.version,
            trial.sha256,
            trial.rev,
            trial.before,
            keep,
            by=trial.by,
            at=self._clock.now().isoformat(),
            stood=self._means.stood(),
        )
        failed: list[OSError] = []

        def switch() -> None:
            try:
                programs.lay(whole)
            except OSError as error:
                failed.append(error)

        if not self._stage.between(switch):
            return False
        if failed:
            raise failed[0]
        self._leaving = True
        log.info("program: %s on trial from the next start", trial.version or "the factory's")
        self._means.leave()
        return True

    # --- what staff do --------------------------------------------------------------------------------------------------

    def waits(self) -> str | None:
        """The version that is wanted and not taken yet; empty for the factory's."""
        with self._lock:
            chosen = self._chosen[1] if self._chosen is not None else None
            return None if chosen is None or chosen.runs or chosen.why else chosen.version or ""

    def phase(self) -> str:
        """``fetching``, ``unpacking``, ``ready`` or ``refused``; empty while nothing is under way."""
        with self._lock:
            lies = self._chosen is not None and self._chosen[1].lies and not self._chosen[1].runs
            return "ready" if lies else self._job.phase if self._job is not None and self.waits() is not None else ""

    def take_now(self) -> bool:
        """What lies here and waits is taken as soon as no visit runs; whether there is such a thing."""
        with self._lock:
            self._now = self.phase() == "ready"
            return self._now

    def back_to(self) -> tuple[str | None, str] | None:
        """Which version one could go back to (null: the factory's), and why not (a code); ``None``: there is none."""
        programs = self._programs
        if programs is None or (programs.running is None and programs.before is None):
            return None
        target = programs.before
        if not programs.lies(target):
            return target, "program_damaged"
        return target, "" if reads(stores(programs.site_of(target)), stores(programs.site)) else "program_older_data"

    def back(self, by: str) -> str:
        """Go back to what stood before; why not (a code), empty when it is done. ``OSError``."""
        with self._lock:
            found = self.back_to()
            if found is None or self._programs is None:
                return "program_none_before"
            target, why = found
            if why:
                return why
            if self._leaving or self._programs.trial() is not None:
                return "program_trial"
            return "" if self._lay(Trial(target, "", 0, self._programs.running, by=by), self._programs) else "visit_running"


def _compile(site: Path) -> None:
    """So that the first start takes no longer than any other. What cannot be compiled is compiled by whoever imports it."""
    asked = [sys.executable, "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(site)]
    subprocess.run(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
