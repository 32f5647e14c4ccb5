"""A root started by systemd-nspawn, systemd as its first process, on an overlay in memory: what a test does to it is gone with it.

What is real: dpkg, sysusers, the order of units, notifications, watchdogs, mount namespaces, system call filters, capabilities,
credentials. What is not: udev, consoles, a screen; memory limits and address filters where control groups do not reach inside.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from support.machine.root import NoMachineError

PATIENCE = 90.0
"""Seconds for what must happen; a boot takes three on a machine at rest."""
LOOK = PATIENCE / 2
"""Seconds a look may take: ``nsenter`` stops for good where all inside are stopped before they are ended, as by a soft reboot."""
_NAMESPACES = ("-m", "-p", "-n", "-i", "-u", "-C")


class Shell(ABC):
    """Whatever runs a line of shell as root inside a machine, and what is asked of every such."""

    pause = 0.2
    """Seconds between two looks whether something has happened."""

    @abstractmethod
    def shell(self, command: str, patience: float) -> tuple[int, str]:
        """Its exit code, and what it wrote; 124 when it was not done within ``patience``, as of ``timeout``."""

    def run(self, command: str, *, check: bool = True, patience: float = PATIENCE) -> str:
        """What it wrote. ``AssertionError`` with all of it when it fails and ``check``."""
        code, wrote = self.shell(command, patience)
        assert code == 0 or not check, f"{command}\n{wrote}"
        return wrote.strip()

    def write(self, path: str, content: str, mode: str = "644", owner: str = "root") -> None:
        self.run(f"install -D -m {mode} -o {owner} -g {owner} /dev/stdin {path} <<'.'\n{content}\n.")

    def state(self, unit: str) -> str:
        return self.run(f"systemctl is-active {unit}", check=False)

    def journal(self, *units: str) -> str:
        named = " ".join(f"-u {shlex.quote(unit)}" for unit in units)
        return self.run(f"journalctl --no-pager -o cat -n 60 {named}", check=False)

    def until(self, command: str, what: str, *units: str, patience: float = PATIENCE, pause: float = 0.0) -> str:
        """Until ``command`` succeeds; what it wrote. Of ``units`` the journal is shown when it never does. ``pause``: seconds
        between two looks, if others than this machine's.
        """
        deadline = time.monotonic() + patience
        while True:
            said = self.run(f"{{ {command}\n}} && echo .done", check=False, patience=min(patience, LOOK))
            if said.endswith(".done"):
                return said.removesuffix(".done").strip()
            assert time.monotonic() < deadline, f"never: {what}\n{said}\n{self.journal(*units)}"
            time.sleep(pause or self.pause)

    def get(self, address: str) -> int:
        """The status of a page, asked from inside; 0: nobody answers."""
        program = (
            "import sys, urllib.request, urllib.error\n"
            "try: print(urllib.request.urlopen(sys.argv[1], timeout=5).status)\n"
            "except urllib.error.HTTPError as error: print(error.code)\n"
            "except OSError: print(0)\n"
        )
        return int(self.run(f"python3 -c {shlex.quote(program)} {shlex.quote(address)}"))


class Machine(Shell):
    """``leader``: the process number, outside, of its first process."""

    def __init__(self, leader: int) -> None:
        self.leader = leader

    def shell(self, command: str, patience: float) -> tuple[int, str]:
        enter = ("nsenter", "-t", str(self.leader), *_NAMESPACES)
        clean = ("env", "-i", "PATH=/usr/sbin:/usr/bin", "LANG=C.UTF-8", "HOME=/root")
        try:
            done = subprocess.run(
                [*enter, *clean, "sh", "-c", command],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=patience,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            return 124, (late.output or b"").decode(errors="replace") + "\n.late"
        return done.returncode, done.stdout.decode(errors="replace")


@contextmanager
def booted(root: Path, name: str, *, options: Sequence[str] = (), kernel: Sequence[str] = (), **folders: Path) -> Iterator[Machine]:
    """``folders``: of this machine, to be read at ``/NAME`` inside; ``options``: more of systemd-nspawn's; ``kernel``: words of its
    command line. ``NoMachineError``: none can be started here."""
    groups = _control_groups(f"{name}-{os.getpid()}")
    binds = [f"--bind-ro={path}:/{inside}" for inside, path in folders.items()]
    # Without the first, systemd 257 hangs without a word where version 1 of control groups is mounted.
    command = [
        "env",
        "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
        "systemd-nspawn",
        "--register=no",
        "--keep-unit",
        "--quiet",
        f"--directory={root}",
    ]
    command += [f"--machine={name}", "--volatile=overlay", "--private-network", "--console=read-only", *binds, *options]
    command += ["--boot", *kernel]
    enter = "".join(f"echo 0 >{group}/cgroup.procs; " for group in groups)
    # The console goes to a file: a pipe nobody reads is full after a few starts, and then systemd itself waits with it.
    with tempfile.TemporaryFile() as console:
        process = subprocess.Popen(
            ["sh", "-c", f'{enter}exec "$@"', "sh", *command], stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT
        )
        try:
            machine = Machine(_leader(process, console))
            machine.until("case $(systemctl is-system-running) in running|degraded) ;; *) false ;; esac", "systemd is up inside")
            yield machine
        finally:
            # Nobody inside has anything to lose; but nspawn's own end would leave all of them running.
            for group in groups:
                _end(group)
            process.kill()
            process.wait()


def _leader(process: subprocess.Popen[bytes], console: IO[bytes]) -> int:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            for child in map(int, children.read_text().split()):
                # nspawn's first child becomes the leader when it has its namespaces and has started systemd.
                if Path(f"/proc/{child}/comm").read_text().strip() in ("systemd", "init"):
                    return child
        except OSError:
            pass
        if process.poll() is not None:
            console.seek(0)
            raise NoMachineError(f"容器没有启动：{console.read().decode(errors='replace')[-2000:]}")
        time.sleep(0.05)
    raise NoMachineError("容器没有启动")


def _control_groups(name: str) -> list[Path]:
    """A group of its own in each hierarchy systemd looks at: version 2's, and systemd's own where version 1 is mounted."""
    made = []
    for line in Path("/proc/mounts").read_text().splitlines():
        _, where, kind, options, *_ = line.split()
        if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(",")):
            made.append(Path(where) / name)
            made[-1].mkdir(exist_ok=True)
    return made


def _end(group: Path) -> None:
    """Whatever runs in it and the groups inside it is ended, and they are removed. ``AssertionError``: something will not end."""
    deadline = time.monotonic() + PATIENCE
    while group.exists():
        for folder in sorted((group, *(path for path in group.rglob("*") if path.is_dir())), key=lambda path: -len(path.parts)):
            with suppress(OSError):
                for number in (folder / "cgroup.procs").read_text().split():
                    with suppress(ProcessLookupError):
                        os.kill(int(number), signal.SIGKILL)
                folder.rmdir()
        assert time.monotonic() < deadline, f"{group} does not end"
        time.sleep(0.05)
