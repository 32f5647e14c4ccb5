"""``tongban doctor``: every device tried as a technician would, step by step, the data's disk and
the lock of the machine's root; 通过, 不通过 or 不清楚, and what to do.

Exit codes: 0 all passed · 1 something failed · 2 nothing failed, something is unknown · 64 wrong command line · 69 the
terminal is running and holds the devices · 78 the settings are wrong · 130 interrupted.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from devices.port import Device, PrintOutcome
from devices.watchdog import Watchdog
from kiosk import equipment
from kiosk import settings as conf
from kiosk.care.examining import steps
from kiosk.care.exercises import NAMES
from kiosk.care.hands import Hands, Nobody, Person
from kiosk.care.station import Station
from kiosk.health.data_disk import ABSENT, UNREADABLE, DataDisk, amiss
from kiosk.health.kernel import Kernel
from kiosk.health.lock import Lock
from kiosk.health.watch import Check
from kiosk.store.files import alone
from kiosk.verdict import WORDS, DeviceFindings, Finding, Report, Verdict, worst

VERSION = 1
"""Of the JSON report."""
EX_USAGE, EX_UNAVAILABLE, EX_CONFIG, EX_INTERRUPTED = 64, 69, 78, 130
CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.UNKNOWN: 2}
_MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✕", Verdict.UNKNOWN: "?"}


class InUseError(Exception):
    """The devices are a running terminal's; the text (Chinese) says what to do."""


class NoJournal:
    """A test slip is no receipt: what becomes of it is nobody's record."""

    def sending(self, job: str, attempt: int) -> None: ...

    def ended(self, job: str, attempt: int, outcome: PrintOutcome, cause: str | None) -> None: ...


class _Command(click.Command):
    """Wrong words on the command line end with 64: 2 has a meaning here."""

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as error:
            error.show()
            raise click.exceptions.Exit(EX_USAGE) from None


@click.command(cls=_Command)
@click.argument("settings", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--only", metavar="设备,设备", help="只试这些设备，如 idcard,printer")
@click.option("--unattended", is_flag=True, help="旁边没有人：只做不用动手的，其余记为“不清楚”")
@click.option("--json", "as_json", is_flag=True, help="结果按 JSON 输出，提示走标准错误")
def doctor(settings: Path, only: str | None, unattended: bool, as_json: bool) -> None:
    """逐个试终端的设备：放卡、打印、按键、拍照。SETTINGS 是终端的设置文件。

    试之前请停下终端。退出码：0 全部通过，1 有不通过的，2 有不清楚的。
    """
    if amiss(settings) in (ABSENT, UNREADABLE):  # with the settings on it
        machine(partial(click.echo, err=True), settings)
        sys.exit(CODES[Verdict.FAILED])
    try:
        wanted = conf.load(settings)
        stations = stations_of(wanted, only)
    except (conf.SettingsError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    except LookupError as error:
        click.echo(error.args[0], err=True)
        sys.exit(EX_USAGE)
    hands: Hands = Nobody() if unattended else Person(quiet=as_json)
    try:
        with in_hand(stations, wanted.paths.data):
            tell = _hush if as_json else click.echo
            found = tuple(examine(station, hands, tell) for station in stations) + (
                () if only else (machine(tell, wanted.paths.data),)
            )
    except InUseError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_UNAVAILABLE)
    except KeyboardInterrupt:
        click.echo("中断了，没有试完。", err=True)
        sys.exit(EX_INTERRUPTED)
    verdict = worst(device.verdict for device in found)
    now = datetime.now().astimezone().isoformat("T", "seconds")
    report = Report(VERSION, wanted.terminal.id, now, not unattended, verdict, found)
    click.echo(msgspec.json.format(msgspec.json.encode(report)).decode() if as_json else _summary(report))
    sys.exit(CODES[verdict])


@contextmanager
def in_hand(stations: Sequence[Station], data: Path) -> Iterator[None]:
    """The devices started and watched, and the terminal kept from starting. :class:`InUseError`: it runs already."""
    with ExitStack() as running:
        try:
            if data.is_dir():  # where no terminal ever ran, nothing is made either
                running.enter_context(alone(data))
        except OSError as error:
            hint = "设备正由它占着，请先停下终端（停止服务，或在运行 tongban run 的窗口按 Ctrl-C）再试。"
            raise InUseError(f"{error}。\n{hint}" if error.errno is None else str(error)) from None
        root = logging.getLogger()
        running.callback(root.setLevel, root.level)
        root.setLevel(logging.ERROR)  # what devices say is told step by step
        watchdog = Watchdog([station.device for station in stations])
        for station in stations:
            station.device.start(station.hear)
            running.callback(station.device.stop)
        watchdog.start()
        running.callback(watchdog.stop)
        yield


def examine(station: Station, hands: Hands, tell: Any) -> DeviceFindings:
    """All steps of one device. A device that cannot serve is not tried further: the rest of its steps is unknown."""
    name = station.device.name
    return _told(name, NAMES.get(name, name), steps(station, hands), tell, lambda: station.device.state().identity)


def machine(tell: Any, data: Path, kernel: Kernel | None = None) -> DeviceFindings:
    """Of the machine what holds while no terminal runs; the rest is the running one's to say (``kiosk/health``)."""
    kernel = kernel or Kernel()
    checks: tuple[Check, ...] = (DataDisk(kernel, data), Lock(kernel))
    looked = ((check, check.look()) for check in checks)
    found = (Finding(check.code, check.title, one.verdict, one.fault, one.says, one.remedy) for check, one in looked)
    return _told("machine", "主机", found, tell)


def _told(
    code: str, name: str, steps: Iterable[Finding], tell: Any, identity: Callable[[], str | None] = lambda: None
) -> DeviceFindings:
    tell(f"\n{name}（{code}）")
    found = []
    for finding in steps:
        tell(f"  {_MARKS[finding.verdict]} {finding.title}：{WORDS[finding.verdict]}{'，' + finding.says if finding.says else ''}")
        if finding.remedy and finding.verdict is not Verdict.PASSED:
            tell(f"      怎么办：{finding.remedy}")
        found.append(finding)
    return DeviceFindings(code, name, identity(), worst(step.verdict for step in found), tuple(found))


def stations_of(wanted: conf.Settings, only: str | None = None) -> tuple[Station, ...]:
    """``LookupError`` when ``only`` names what is not there."""
    built = equipment.build(wanted.devices, NoJournal())
    devices: dict[str, Device] = {d.name: d for d in built.all()}
    names = [name.strip() for name in only.split(",")] if only else list(devices)
    if strange := [name for name in names if name not in devices]:
        raise LookupError(f"设置里没有设备“{'、'.join(strange)}”，有：{'、'.join(devices)}")
    badges = {built.smartcard.name: built.badge} if built.smartcard else {}
    return tuple(Station(devices[name], badges.get(name)) for name in dict.fromkeys(names))


def _summary(report: Report) -> str:
    lines = [f"{WORDS[device.verdict]:　<3} {device.name}" for device in report.devices]
    return "\n".join(["", "结果", *(f"  {line}" for line in lines), f"合计：{WORDS[report.verdict]}"])


def _hush(text: str) -> None:
    """The report says it all."""
