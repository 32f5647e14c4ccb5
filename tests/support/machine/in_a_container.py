"""A hall whose terminal is the installed package in a container on a data partition that forgets: power cuts at a real
processor's pace.

systemd, the units with their fences, launcher, program, ext4 and its journal are the real ones; the kernel is this machine's, so a
driver, udev and a graphics device are not part of it (:mod:`support.machine.place` has those).
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import tomli_w
from support.hall import Hall, command
from support.machine.booted import Machine, booted
from support.machine.disk import Disk, Pulled
from support.machine.image import installed
from support.machine.mounted import data_partition, mounted, written_out
from support.machine.over_http import OverHttp
from support.machine.root import own_arch
from support.machine.stream import Carried, into, listening
from support.setting_up import given

from kiosk.demo import files

PAGE = 8600
PROCESSES = ("broker", "centre", "desk-demo-jia")
HEADLESS = "[Service]\nEnvironment=WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 WLR_RENDERER=pixman\n"
"""No card in this machine: the compositor draws into memory. Everything else of the screen's unit is as it is."""
NO_SCREEN = "systemd.mask=tongban-screen.service"
QUIET = ("systemd.mask=NetworkManager.service", "systemd.mask=NetworkManager-wait-online.service", "systemd.mask=cups.service")


class ContainerPlace(OverHttp):
    """What a :class:`support.citizen.Citizen` calls a hall. ``disk``: the data partition."""

    patience = 120.0

    def __init__(self, hall: Hall, folder: Path) -> None:
        self.hall = hall
        self.layout, self.rig = hall.layout, hall.rig
        self.folder = folder
        self.root = installed(own_arch())
        self.disk = Disk(data_partition(folder / "data.img"))
        self._lines = folder / "lines"
        self._lines.mkdir()
        self._shared = folder / "shared"
        self._shared.mkdir()
        (self._shared / "headless.conf").write_text(HEADLESS)
        ports = hall.layout.ports
        self._inside = (ports.broker, ports.api, ports.printer)
        self._carried = [Carried(listening(self._lines / f"in-{port}"), ("127.0.0.1", port)) for port in self._inside]

    @contextmanager
    def on(self, *, screen: bool = False, kernel: Sequence[str] = ()) -> Iterator[Machine]:
        """From the kernel's taking up the disk to the end, by whatever it comes."""
        tty = os.path.realpath(self.layout.hardware / "idcard")
        os.chmod(tty, 0o666)  # noqa: PTH101
        (self.layout.hardware / "camera").chmod(0o777)
        self.layout.hardware.chmod(0o755)
        self.layout.runtime.chmod(0o755)
        self.layout.runtime.parent.chmod(0o755)
        with mounted(self.disk, self.folder / "mounted") as data:
            options = [f"--bind={data}:/var/lib/tongban", f"--bind={tty}:/hardware-idcard"]
            options += [f"--bind={self.layout.hardware}:/hardware", f"--bind-ro={self._shared}:/shared"]
            options += [f"--bind-ro={self._shared}/headless.conf:/etc/systemd/system/tongban-screen.service.d/headless.conf"]
            words = [*QUIET, *kernel, *(() if screen else (NO_SCREEN,))]
            with booted(self.root, f"pull-{os.getpid()}", options=options, kernel=words) as machine:
                for old in self._lines.glob("out-*"):
                    old.unlink()
                bridge = into(machine.leader, self._lines, self._inside, (PAGE,))
                over = httpx.HTTPTransport(uds=str(self._lines / f"out-{PAGE}"))
                page = f"http://127.0.0.1:{PAGE}"
                try:
                    with httpx.Client(base_url=page, timeout=30, headers={"Origin": page}, transport=over) as self._browser:
                        yield machine
                finally:
                    bridge.kill()
                    bridge.communicate()

    def pull(self, chance: random.Random) -> Pulled:
        """The power goes; now and then just when the kernel was writing."""
        if chance.random() < 0.5:
            written_out(self.folder / "mounted" / "data")
        return self.disk.pull(chance)

    def set_up(self, machine: Machine) -> None:
        """As a technician does it by a file."""
        settings = str(self.layout.base / "centre.toml")
        (self.layout.base / "given.toml").write_text(tomli_w.dumps(given(self.layout.base / "terminal.toml")), "utf-8")
        to = self._shared / "profile.toml"
        command("centre", "profile", settings, "--with", str(self.layout.base / "given.toml"), "--to", str(to))
        told = {
            "profile": "/shared/profile.toml",
            "id": files.TERMINAL,
            "code": "K01",
            "diagonal": 21.5,
            "time": "",
            "devices": f"idcard=/hardware-idcard printer=127.0.0.1:{self.layout.ports.printer} camera=/hardware/camera",
            "enrol": command("centre", "enrol-code", settings, files.TERMINAL, "--plain").strip(),
        }
        (self._shared / "setup.toml").write_text(tomli_w.dumps(told), "utf-8")
        said = machine.run("tongban setup --answers /shared/setup.toml 2>&1 || true", patience=300)
        assert "✓ 登记" in said, said
        self.rig.printer().tear()

    def close(self) -> None:
        for one in self._carried:
            one.close()
        self.disk.close()


@contextmanager
def place() -> Iterator[ContainerPlace]:
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tongban-c-")))
        runtime = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm", prefix="tongban-c-")))
        one = Hall(base / "hall", runtime)
        stack.callback(one.close)
        one.rig.start()
        one.start(*PROCESSES)
        whole = ContainerPlace(one, base)
        stack.callback(whole.close)
        yield whole
