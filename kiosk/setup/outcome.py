"""What setting up came to: devices, network and machine as they are now, told, printed, and kept beside the settings."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from cryptography.hazmat.primitives import hashes

from devices.port import Code, Heading, Pair, Paragraph, PrintEnded, PrintJob, PrintOutcome, ReceiptPrinter, Rule, Slip
from kiosk.care import network
from kiosk.care.doctor import examine, in_hand, stations_of
from kiosk.care.exercises import PAPER
from kiosk.care.hands import Hands
from kiosk.care.station import Station
from kiosk.care.taking import beside
from kiosk.clock import Clock
from kiosk.enrolment.files import IdentityDamagedError, IdentityFiles
from kiosk.health.clock import Kept
from kiosk.health.disk import Disk
from kiosk.health.heat import Heat
from kiosk.health.kernel import Kernel
from kiosk.health.lock import Lock
from kiosk.health.memory import Memory
from kiosk.health.power import Power
from kiosk.health.storage import Storage
from kiosk.settings import Settings
from kiosk.setup.system import owner_of
from kiosk.staff.port import Checked
from kiosk.store.files import write_durably
from kiosk.verdict import WORDS, DeviceFindings, Verdict, worst

JOB = "setup-slip"
MARKS = {"passed": "✓", "failed": "✕", "unknown": "?"}


def tried(settings: Settings, hands: Hands, tell: Callable[[str], object], *, prints: bool = True) -> tuple[Checked, ...]:
    """Every device as the doctor tries it, then network and machine, then (``prints``) the slip that says so. ``InUseError``."""
    stations = stations_of(settings)
    with in_hand(stations, settings.paths.data):
        found = [_device(examine(station, hands, tell)) for station in stations]
        found += (*network.look(settings.centre, Clock()), *network.identity(settings.centre), *machine(settings))
        if prints:
            printer = next(station for station in stations if station.device.name == "printer")
            found.append(_printed(printer, slip(settings, found)))
    return tuple(found)


def _device(tried: DeviceFindings) -> Checked:
    """Which device it is; of one that failed the first step that did, and what to do about it."""
    bad = next((step for step in tried.steps if step.verdict is Verdict.FAILED), None)
    if bad is None:
        return Checked(tried.name, tried.verdict.value, tried.identity or "")
    return Checked(tried.name, tried.verdict.value, f"{bad.title}{'：' + bad.says if bad.says else ''}", bad.remedy)


def machine(settings: Settings, kernel: Kernel | None = None) -> list[Checked]:
    """Of the supply only what is wrong: a PC has no voltmeter, and would never be all well."""
    kernel, paths = kernel or Kernel(), settings.paths
    disk = Disk(paths.data, paths.reserve * 1024 * 1024)
    checks = (Storage(kernel, paths.data), Lock(kernel), disk, Memory(kernel), Heat(kernel), Kept(Clock()))
    with owner_of(paths.data.parent / "settings"):
        paths.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        looks = [(check.title, check.look()) for check in checks]
    with TemporaryDirectory() as memory:
        power = Power(kernel, Path(memory))
        if (found := power.look()).verdict is Verdict.FAILED:
            looks.append((power.title, found))
    return [Checked(title, one.verdict.value, one.says, one.remedy) for title, one in looks]


def slip(settings: Settings, found: Sequence[Checked]) -> Slip:
    """For the technician: what was found, and who this terminal is, to be read by a telephone."""
    at = Clock().now().strftime("%Y-%m-%d %H:%M")
    head = (Heading("装机结果"), Paragraph("打印测试，不是收件凭证。", strong=True, centred=True), Rule())
    who = (Pair("终端", settings.terminal.id), Pair("大厅", settings.terminal.hall), Pair("时间", at), Rule())
    results = [Pair(one.title, WORDS[Verdict(one.verdict)]) for one in found]
    return Slip((*head, *who, *results, Rule(), Code(card(settings), "用手机扫：这台终端是谁")))


def card(settings: Settings) -> str:
    """A line each: id, place, program, certificate. No secret, and no address to follow."""
    lines = ["通办终端", f"编号 {settings.terminal.id}", f"代码 {settings.terminal.division}-{settings.terminal.code}"]
    lines += [f"大厅 {settings.terminal.hall}", f"程序 {version()}"]
    try:
        held = IdentityFiles(settings.centre.identity).held()
    except IdentityDamagedError:
        held = None
    if held is not None:
        lines.append(f"证书 {held.certificate.fingerprint(hashes.SHA256()).hex()[:16]} 到 {held.until:%Y-%m-%d}")
    return "\n".join(lines)


def version() -> str:
    try:
        return importlib.metadata.version("tongban")
    except importlib.metadata.PackageNotFoundError:
        return "?"


def verdict(found: Sequence[Checked]) -> Verdict:
    return worst(Verdict(one.verdict) for one in found)


def lines(found: Sequence[Checked]) -> list[str]:
    told = []
    for one in found:
        told.append(f"{MARKS[one.verdict]} {one.title}{'：' + one.says if one.says else ''}")
        if one.remedy and one.verdict != "passed":
            told.append(f"    怎么办：{one.remedy}")
    return told


def keep(path: Path, told: str) -> None:
    """Beside the settings at ``path``: the screen of a terminal that does not start yet shows it. ``OSError``."""
    with owner_of(path.parent):
        write_durably(beside(path, "setup"), told.encode())


def _printed(station: Station, wanted: Slip) -> Checked:
    if not station.device.state().usable:
        return Checked("装机结果单", "failed", "打印机不能用，没有打印", "修好打印机，再运行一次 tongban setup")
    station.begin()
    cast(ReceiptPrinter, station.device).print(PrintJob(JOB, 1, wanted))
    ended = station.wait(PAPER, PrintEnded)
    good = ended is not None and ended.outcome is PrintOutcome.PRINTED
    return Checked("装机结果单", "passed" if good else "failed", "已打印" if good else "没有打印完整", "" if good else "看打印机")
