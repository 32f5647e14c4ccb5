"""A hall whose terminal is a virtual machine: broker, centre, desk and the hardware here, everything else of the terminal inside.

The machine is set up as a technician does it: a profile and answers laid on the boot partition, and switched on. Its reader is on a
USB serial adapter, its receipt printer on the network, its document camera behind the agent.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import tomli_w
from support.authority import authority
from support.hall import Hall, command, free_run, until
from support.machine.disk import Disk
from support.machine.image import Image, image, partition
from support.machine.over_http import OverHttp
from support.machine.qemu import BOARDS, OUTSIDE, SLOW, Virtual, switched_on
from support.machine.stream import Carried, listening
from support.machine.vscard import CardPlace
from support.setting_up import given

from kiosk.demo import files

READER, KEYBOARD, STORAGE, CHIP = 2, 3, 4, 5
"""Sockets of the USB controller."""
NO_SCREEN = "systemd.mask=tongban-screen.service"
"""A kernel's word: no browser is started."""
PROCESSES = ("broker", "centre", "desk-demo-jia")
NAMES = ("127.0.0.1", OUTSIDE)


class Place(OverHttp):
    """What a :class:`support.citizen.Citizen` calls a hall. ``glass`` reaches whichever machine runs now."""

    patience = SLOW

    def __init__(self, hall: Hall, made: Image, folder: Path) -> None:
        self.hall = hall
        self.image = made
        self.disk = Disk(made.disk)
        self.folder = folder
        self.port = free_run(1)
        self.layout, self.rig = hall.layout, hall.rig
        self._camera = Carried(listening(("127.0.0.1", 0)), self.layout.hardware / "camera")
        self.cards = CardPlace(self.layout.runtime / "cards")
        self.chip = False
        """Whether a reader of chip cards is plugged in at the start."""

    @contextmanager
    def on(self, *, kernel: str | None = "", more: Sequence[str] = ()) -> Iterator[Virtual]:
        """Switched on, the agent there, and the camera on its desk. ``kernel``: more words for it, ``None``: GRUB's."""
        self.disk.dead = False
        with switched_on(self.image, self.disk, self.folder, self.port, kernel=kernel, more=more) as machine:
            self.plug_reader(machine)
            if self.chip:
                self.plug_chip(machine)
            machine.answers()
            machine.camera(self._camera.port)
            page = f"http://127.0.0.1:{self.port}"
            with httpx.Client(base_url=page, timeout=120, headers={"Origin": page}) as self._browser:
                yield machine

    def again(self, machine: Virtual) -> None:
        """It starts anew by itself: until the agent is there, and the camera on its desk."""
        machine.answers()
        machine.camera(self._camera.port)

    def plug_reader(self, machine: Virtual) -> None:
        """On a chardev of its own each time: unplugged, QEMU keeps the old one."""
        machine.plugged += 1
        line = f"reader{machine.plugged}"
        backend = {"type": "serial", "data": {"device": str(self.layout.hardware / "idcard")}}
        machine.qmp("chardev-add", id=line, backend=backend)
        machine.plug("usb-serial", "reader", READER, chardev=line)

    def plug_chip(self, machine: Virtual) -> None:
        """A reader of chip cards (CCID), on a chardev of its own each time."""
        machine.plugged += 1
        line = f"chip{machine.plugged}"
        address = {"type": "unix", "data": {"path": str(self.cards.path)}}
        machine.qmp("chardev-add", id=line, backend={"type": "socket", "data": {"addr": address, "server": False}})
        machine.plug("usb-ccid", "chip", CHIP)
        machine.qmp("device_add", driver="ccid-card-passthru", id=f"{line}-card", bus="chip.0", chardev=line)

    def code(self) -> str:
        """A code to join with, as the centre tells it a technician."""
        return command("centre", "enrol-code", str(self._settings), files.TERMINAL, "--plain").strip()

    def devices(self) -> str:
        """The line of what is plugged in, and of the printer on the network."""
        reader = f"/dev/tongban/tty-{BOARDS[self.image.arch].bus}-0000_00_10_0-usb-0_{READER}_1_0"
        return f"idcard={reader} printer={OUTSIDE}:{self.layout.ports.printer}" + " smartcard=CCID" * self.chip

    def lay_profile(self) -> None:
        """The centre's file on the boot partition, and nothing else: the rest is asked at the console."""
        self._lay(self._profile())

    def lay_setup(self, **answers: object) -> None:
        """Profile and answers, as ``tongban centre profile`` and a technician's computer leave them on the boot partition."""
        laid = self._profile()
        told = {"id": files.TERMINAL, "code": "K01", "diagonal": 21.5, "devices": self.devices(), "enrol": self.code()}
        (laid / "setup.toml").write_text(tomli_w.dumps(told | answers), "utf-8")
        self._lay(laid)

    def is_set_up(self, machine: Virtual) -> None:
        """Wait for it, after the answers were laid."""
        laid = "test -e /var/lib/tongban/settings/terminal.toml.setup && ! systemctl is-active --quiet tongban-setup"
        machine.until(laid, "it is set up", "tongban-setup", patience=2 * SLOW)

    @property
    def _settings(self) -> Path:
        return self.layout.base / "centre.toml"

    def _profile(self) -> Path:
        told_centre = self.layout.base / "given.toml"
        told_centre.write_text(tomli_w.dumps(given(self.layout.base / "terminal.toml")), "utf-8")
        laid = self.layout.base / "boot" / "tongban"
        laid.mkdir(parents=True, exist_ok=True)
        to = ("--host", OUTSIDE, "--to", str(laid / "profile.toml"))
        command("centre", "profile", str(self._settings), "--with", str(told_centre), *to)
        return laid

    def _lay(self, laid: Path) -> None:
        with self._boot_partition() as raw:
            subprocess.run(["mcopy", "-s", "-o", "-i", raw, laid, "::"], check=True, capture_output=True)

    @contextmanager
    def _boot_partition(self) -> Iterator[Path]:
        """In a technician's computer."""
        start, size = partition("BOOT")
        raw = self.layout.base / "boot.img"
        raw.write_bytes(self.disk.read(start, size))
        yield raw
        self.disk.write(start, raw.read_bytes())
        self.disk.flush()
        raw.unlink()

    def close(self) -> None:
        self._camera.close()
        self.cards.close()
        self.disk.close()


def alive(place: Place, patience: float = 3 * SLOW) -> None:
    """Until the page on the glass has proved to be painted."""
    until(lambda: place.painted() or time.sleep(Virtual.pause), "the page on the glass is alive", patience)


@contextmanager
def place(arch: str = "amd64") -> Iterator[Place]:
    """``arch``: the machine's processor, whatever this one's is."""
    made = image(arch)
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tongban-m-")))
        runtime = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-m-")))
        authority(base / "hall" / "authority", NAMES)
        one = Hall(base / "hall", runtime)
        stack.callback(one.close)
        _known_as(one, NAMES)
        one.rig.start()
        one.start(*PROCESSES)
        whole = Place(one, made, base / "qemu")
        stack.callback(whole.close)
        yield whole


def _known_as(hall: Hall, names: tuple[str, ...]) -> None:
    """The centre shows a certificate for the name the machine calls it by, too."""
    settings = hall.layout.base / "centre.toml"
    tree = tomllib.loads(settings.read_text("utf-8"))
    tree["authority"]["names"] = list(names)
    settings.write_text(tomli_w.dumps(tree), "utf-8")
    command("centre", "broker-config", str(settings), str(hall.layout.base / "mosquitto"), "--host", "127.0.0.1")
