"""What staff do at a running terminal, from its screen and over SSH alike: one core, written down in whose name, citizens kept out.

Everything that changes or tries something holds the terminal out of service while it lasts (正在维护): taken between two visits,
told to the centre by the state report, given back when the last who held it has gone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from devices.port import BadgeReader, Device, DeviceEvent, DeviceState
from domain.staff.roles import WORDS, Role
from kiosk import faults
from kiosk.care import editing, network, programs, reviewed, states, taking
from kiosk.care.support import Support
from kiosk.care.trying import Screen, Trying
from kiosk.clock import CHINA, Clock
from kiosk.enrolment import enrolling
from kiosk.enrolment.centre import FaultError, NotReachedError, RefusedError
from kiosk.program.updating import Updater
from kiosk.settings import Settings, SettingsError
from kiosk.staff.memory import Memory
from kiosk.staff.port import Checked, Draft, Program, Setting, Status, Test, Who
from kiosk.standing import MAINTENANCE, Parts, Stage
from kiosk.store.db import StoreError
from kiosk.verdict import Outcome, Verdict, passed, unknown
from mqtt.enrolment import BadCodeError, parse

log = logging.getLogger(__name__)

AUDIT = 200
"""Lines of what staff did that are shown."""


class Machine(Struct, frozen=True):
    """What there is of a running terminal; each may be asked from any thread. ``troubles``: codes of what is wrong beside the
    devices; ``leave``: ends the program in order, and whoever runs it starts it again; ``log``: the last lines.
    """

    settings: Settings
    file: Path | None
    devices: Mapping[str, Device]
    badges: Mapping[str, BadgeReader]
    states: Callable[[], Mapping[str, DeviceState]]
    troubles: Callable[[], tuple[str | None, ...]]
    facts: Callable[[], tuple[tuple[str, str], ...]]
    leave: Callable[[], None]
    log: Callable[[], str]
    versions: Callable[[], tuple[tuple[str, str], ...]]
    health: Callable[[], tuple[Checked, ...]] = tuple
    updater: Updater | None = None


class Upkeep:
    """Implements ``kiosk.staff.port.Upkeep`` and ``kiosk.staff.entrance.Inside``."""

    def __init__(self, machine: Machine, stage: Stage, parts: Parts, memory: Memory, support: Support, clock: Clock) -> None:
        self._machine = machine
        self._stage = stage
        self._parts = parts
        self._memory = memory
        self._support = support
        self._clock = clock
        self._lock = threading.Lock()
        self._holders: list[Who] = []
        self._trier: Who | None = None
        self._trying = Trying(machine.devices, machine.badges, self._tested)

    # --- who is inside --------------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        return self._stage.idle

    def enter(self, who: Who) -> bool:
        """Out of service in the name of ``who``; false while a visit runs."""
        with self._lock:
            if not self._serve_not(True):
                return False
            self._holders.append(who)
        self._memory.did(self._clock.now(), "maintenance_began", by=who.by)
        return True

    def leave(self, who: Who, why: str) -> None:
        """What they tried is broken off, and the terminal serves again unless somebody else is inside."""
        if self._trier is who:
            self._trying.stop()
        with self._lock:
            self._holders = [one for one in self._holders if one is not who]
            if not self._holders:
                self._serve_not(False)
        self._memory.did(self._clock.now(), "maintenance_ended", by=who.by, why=why)

    def look(self) -> None:
        """A few times a second: what could not be given back at once is given back."""
        with self._lock:
            if self._parts.maintenance and not self._holders:
                self._serve_not(False)

    def _serve_not(self, held: bool) -> bool:
        def switch() -> None:
            self._parts.maintenance = held
            self._stage.stand(self._parts.standing(self._clock.now()))

        if held:
            return self._parts.maintenance or self._stage.between(switch)
        return self._stage.between(
            switch
        )  # no visit runs while it is held: only a bus that is full says no, and ``look`` asks again

    # --- what is known --------------------------------------------------------------------------------------------------

    def status(self) -> Status:
        found = self._machine.states()
        beside = states.troubles(code for code in self._machine.troubles() if code != MAINTENANCE)
        stands: Literal["serving", "visit", "maintenance", "closed"] = "serving"
        if self._parts.maintenance:
            stands = "maintenance"
        elif not self._stage.idle:
            stands = "visit"
        elif self._machine.troubles()[0] is not None:
            stands = "closed"
        return Status(
            self._machine.settings.terminal.id,
            self._clock.now().isoformat(),
            stands,
            states.shown(found, self._clock.monotonic()),
            beside,
            self._machine.facts(),
            self._machine.health(),
        )

    def logs(self) -> tuple[str, ...]:
        return reviewed.shown(self._machine.log().splitlines())

    def network(self) -> tuple[Checked, ...]:
        return network.look(self._machine.settings.centre, self._clock)

    def identity(self) -> tuple[Checked, ...]:
        return network.identity(self._machine.settings.centre)

    def versions(self) -> tuple[tuple[str, str], ...]:
        return self._machine.versions()

    def program(self) -> Program:
        return programs.shown(self._machine.updater)

    def take_program(self, who: Who) -> Checked:
        found = programs.take(self._machine.updater)
        if found.verdict == "passed":
            self._memory.did(self._clock.now(), "program_taken", by=who.by, what="new")
        return found

    def program_back(self, who: Who) -> Checked:
        found = programs.back(self._machine.updater, who.by)
        if found.verdict == "passed":
            self._memory.did(self._clock.now(), "program_taken", by=who.by, what="before")
        return found

    def audit(self) -> tuple[str, ...]:
        return tuple(_told(*line) for line in reversed(self._memory.lines()[-AUDIT:]))

    # --- trying devices -------------------------------------------------------------------------------------------------

    def test(self) -> Test | None:
        return self._trying.test

    def begin_test(self, device: str, who: Who, screen: Screen | None = None) -> bool:
        known: dict[str, Outcome] = {}
        if who.badge and device in self._machine.badges:
            known["badge"] = passed("您就是用工作证登录的")
            known["social"] = unknown("工作证占着读卡器；用一次性登录码登录，或用 tongban test 再试这一步")
        if not self._trying.begin(device, known, screen):
            return False
        self._trier = who
        return True

    def answer(self, number: int, yes: bool) -> None:
        self._trying.answer(number, yes)

    def stop_test(self) -> None:
        self._trying.stop()

    def hear(self, device: str, event: DeviceEvent) -> bool:
        """What a device reports; whether it was a test's alone."""
        return self._trying.hear(device, event)

    def _tested(self, device: str, verdict: Verdict) -> None:
        by = self._trier.by if self._trier is not None else "-"
        try:
            self._memory.did(self._clock.now(), "device_tested", by=by, device=device, verdict=verdict.value)
        except StoreError:
            log.exception("what was tried could not be written down")

    # --- settings -------------------------------------------------------------------------------------------------------

    def settings(self) -> tuple[Setting, ...]:
        text = self._text()
        return tuple(Setting(one.key, one.title, one.kind, editing.value(text, one.key)) for one in editing.EDITABLE)

    def draft(self, key: str, typed: str) -> Draft:
        """Checked whole; nothing is changed."""
        try:
            before = self._text()
            after = editing.edited(before, key, typed)
            if self._machine.file is not None:
                taking.check(after, self._machine.file, self._machine.settings)
        except (SettingsError, OSError) as error:
            return Draft(key, typed, refused=str(error))
        return Draft(key, typed, taking.difference(before, after))

    def take(self, key: str, typed: str, who: Who) -> Draft:
        """The same, and where it can be, laid for the next start on trial."""
        draft = self.draft(key, typed)
        if draft.refused or self._machine.file is None:
            return draft
        now = self._clock.now()
        try:
            after = editing.edited(self._text(), key, typed)
            taking.take(self._machine.file, after, who.by, now.isoformat())
        except SettingsError as error:
            return msgspec.structs.replace(draft, refused=str(error))
        except OSError as error:
            return msgspec.structs.replace(draft, refused=f"写不进盘：{error.strerror}")
        self._memory.did(now, "settings_taken", by=who.by, lines=len(draft.difference))
        return draft

    def restart(self, who: Who) -> bool:
        """End the program in order, between two visits; whoever runs it starts it again."""
        if not self._stage.idle:
            return False
        self._memory.did(self._clock.now(), "restart_asked", by=who.by)
        return self._stage.between(self._machine.leave)

    def _text(self) -> str:
        if self._machine.file is None:
            raise SettingsError("这个终端不是从设置文件启动的")
        return self._machine.file.read_text("utf-8")

    # --- enrolment, bundle ----------------------------------------------------------------------------------------------

    def enrol(self, code: str, who: Who) -> Checked:
        """Errors in words; one code may be tried again until it was answered."""
        title, fault = "登记", "bad_code"
        centre = self._machine.settings.centre
        try:
            held = enrolling.enrol(centre.identity, centre.documents, self._machine.settings.terminal.id, parse(code))
            found, fault = (
                Checked(title, "passed", f"已登记，证书到 {held.until.astimezone(CHINA):%Y-%m-%d} 为止，到期前自动续"),
                "",
            )
        except BadCodeError as error:
            found = Checked(title, "failed", str(error), "核对登记码：九组，每组四个字符。")
        except RefusedError as error:
            found, fault = Checked(title, "failed", enrolling.REFUSALS[error.why]), error.why
        except FaultError as error:
            found, fault = Checked(title, "failed", str(error), faults.fault(error.code).staff), error.code
        except NotReachedError as error:
            found, fault = Checked(title, "failed", f"连不上中心：{error}"[:200], "同一个登记码可以再试。"), "not_reached"
        except OSError as error:
            found, fault = Checked(title, "failed", f"写不进盘：{error.strerror}"), "disk"
        self._memory.did(self._clock.now(), "terminal_enrolled", by=who.by, fault=fault or None)
        return found

    def bundle(self, where: Literal["here", "centre"], who: Who) -> Checked:
        found = self._support.here() if where == "here" else self._support.to_centre()
        if found.verdict == "passed":
            self._memory.did(self._clock.now(), "bundle_made", by=who.by, where=where)
        return found


_EVENTS = {
    "staff_signed_in": "登录",
    "staff_refused": "没有让登录",
    "staff_locked": "锁定时有人试",
    "staff_signed_out": "退出",
    "account_signed_in": "账号登录",
    "account_refused": "没有让账号登录",
    "account_locked": "账号锁定时有人试",
    "account_signed_out": "账号退出",
    "maintenance_began": "开始维护",
    "maintenance_ended": "结束维护",
    "device_tested": "试设备",
    "settings_taken": "采用新设置",
    "terminal_enrolled": "重新登记",
    "bundle_made": "做支持包",
    "restart_asked": "重新启动",
    "program_taken": "换程序",
}


def _told(at: str, event: str, detail: str) -> str:
    """An audit line in words. Nothing of it names a person."""
    said = msgspec.json.decode(detail)
    if "role" in said and said["role"] in set(Role):
        said["role"] = WORDS[Role(said["role"])]
    more = "，".join(str(value) for value in said.values() if value not in (None, ""))
    return f"{at[:19].replace('T', ' ')}  {_EVENTS.get(event, event)}{'：' + more if more else ''}"
