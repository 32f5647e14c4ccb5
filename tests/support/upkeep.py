"""A terminal's door for staff and what is behind it: real door, record, settings, pages; visits by the test's word."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from support.door import OFFICE, DirectReader, TestClock
from support.hall import prepared
from support.orders import Floor
from support.printing import TCP, TYPESETTER, Journal
from support.staff import AGE, KEY, TERMINAL, a_book

from devices.port import Device, DeviceEvent
from devices.printer.driver import EscposPrinter
from devices.virtual.badges import Badge
from devices.virtual.piv import VirtualPiv
from devices.virtual.printer import VirtualPrinter
from domain.catalogue.catalogue import load
from kiosk import settings as conf
from kiosk.care.support import Support
from kiosk.care.upkeep import Machine, Upkeep
from kiosk.demo.layout import Layout, Ports
from kiosk.program.updating import Updater
from kiosk.staff.door import Door, Rules
from kiosk.staff.entrance import Entrance
from kiosk.staff.memory import Memory
from kiosk.staff.trust import Anchor
from kiosk.standing import Parts
from ui.guard import protect
from ui.technician.pages import create_technician

HERE = {"Origin": "http://localhost"}
PATIENCE = 20.0
BADGE = OFFICE.badge()


def until(happened: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


@dataclass
class Place:
    """``left``: how often the program was asked to end; ``said``: its log."""

    floor: Floor
    clock: TestClock
    reader: DirectReader
    memory: Memory
    parts: Parts
    upkeep: Upkeep
    entrance: Entrance
    app: Flask
    file: Path
    left: list[int]
    said: list[str]

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def lay(self, badge: Badge = BADGE, *faults: str) -> VirtualPiv:
        card = VirtualPiv(badge)
        for fault in faults:
            card.inject(fault)
        until(lambda: self.reader.asked, "badges are looked for")
        self.reader.lay(card)
        return card

    def at(self, where: str) -> None:
        until(lambda: self.entrance.entry().at == where, f"the door stands at {where}, not {self.entrance.entry()}")

    def sign_in(self, badge: Badge = BADGE) -> FlaskClient:
        """A browser that is inside."""
        browser = self.browser()
        browser.get("/staff/")
        self.lay(badge)
        self.at("pin")
        assert browser.post("/staff/pin", data=badge.pin.encode(), headers=HERE).status_code == 204
        self.at("open")
        return browser

    def audit(self) -> list[str]:
        return [event for _, event, _ in self.memory.lines()]


@contextmanager
def place(
    folder: Path, printer: VirtualPrinter | None = None, *, idle: bool = True, updater: Updater | None = None
) -> Iterator[Place]:
    """With ``printer`` its driver runs as the terminal's only device."""
    made, file = folder / "made.toml", folder / "terminal.toml"
    if not made.exists():
        prepared(Layout(folder, folder / "memory", Ports(9600)))
        file.rename(made)
    shutil.copyfile(made, file)
    settings = conf.load(file)
    clock, reader, floor = TestClock(), DirectReader(), Floor(busy=not idle)
    memory = Memory(folder / "staff.db")
    (folder / "staff.crl").write_bytes(OFFICE.revocation())
    (folder / "test.book").write_bytes(a_book())
    rules = Rules(TERMINAL, Anchor(OFFICE.pem), folder / "staff.crl", AGE, KEY.public, folder / "test.book")
    parts = Parts(settings, load())
    left: list[int] = []
    said: list[str] = []
    driver = EscposPrinter(TCP.connect(printer), Journal(), typesetter=TYPESETTER) if printer is not None else None
    devices: dict[str, Device] = {driver.name: driver} if driver is not None else {}
    machine = Machine(
        settings,
        file,
        devices,
        {},
        lambda: {name: device.state() for name, device in devices.items()},
        lambda: (None, "clock_wrong"),
        lambda: (("与中心的连接", "断开"),),
        lambda: left.append(1),
        lambda: "\n".join(said),
        lambda: (("程序", "tongban 1"),),
        updater=updater,
    )

    def offline() -> str:
        raise OSError("ConnectError")

    support = Support(folder / "support", TERMINAL, lambda: b"zip", offline, clock.now)
    upkeep = Upkeep(machine, floor, parts, memory, support, clock)
    entrance = Entrance(lambda stands: Door(rules, memory, clock, reader, stands), reader, upkeep)
    reader.hear = entrance.hear

    def from_device(event: DeviceEvent) -> None:
        assert driver is not None
        upkeep.hear(driver.name, event)

    app = Flask("test")
    protect(app)
    app.register_blueprint(create_technician(entrance, upkeep, "示范大厅", "boot"))
    if driver is not None:
        driver.start(from_device)
    entrance.start()
    try:
        yield Place(floor, clock, reader, memory, parts, upkeep, entrance, app, file, left, said)
    finally:
        entrance.stop()
        if driver is not None:
            driver.stop()
        memory.close()
