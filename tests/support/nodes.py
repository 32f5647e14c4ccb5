"""Brokers of several nodes as Debian 13 has them (RabbitMQ 4.0, ejabberd 24.12), each in a network of its own that can be cut.

A :class:`World` is a process nobody sees from outside: its own networks, mounts and process numbers, so that names clash with
nobody's and all of it is gone with it. Needs root, as making the Debian root does (``support/machine/root.py``).
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.machine import root

PACKAGES = {"rabbitmq-server", "ejabberd", "mosquitto"}
NET = "10.77.0"
_ENTER = """\
set -e
mount --bind {home}/lib {root}/var/lib/{service}
mount --bind {log} {root}/var/log/{service}
mount --bind {home}/etc {root}/etc/{service}
mount -t tmpfs tongban {root}/run
ulimit -n 20000
exec chroot {root} setpriv --reuid {service} --regid {service} --clear-groups \\
  env HOME=/var/lib/{service} RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='+S 2:2' ERL_OPTIONS='+S 2:2' "$@"
"""
"""A node's own view of the root: the folders it writes to are its own."""
OUTSIDE = f"{NET}.254"
"""Where everything that is no node has its address."""
PORT = 8883


def host(number: int) -> str:
    return f"{NET}.{number}"


class World:
    """``count`` networks, joined by a bridge; ``folder`` is for what runs in it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.memory = Path(tempfile.mkdtemp(prefix="tongban-nodes-", dir="/dev/shm"))
        self.memory.chmod(0o755)
        self._started: list[subprocess.Popen[bytes]] = []
        self._outer = subprocess.Popen(
            ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sleep", "infinity"],
            start_new_session=True,
        )
        self.leader = _child(self._outer.pid)
        self.debian = root.made("brokers", PACKAGES, arch=root.own_arch())
        made = ["ip link set lo up", f"mkdir -p {self.root} {folder}/overlay /run/netns"]
        made += [f"mount -t tmpfs tongban {folder}/overlay", "mount -t tmpfs tongban /run/netns"]
        made += [f"mkdir {folder}/overlay/upper {folder}/overlay/work"]
        layers = f"lowerdir={self.debian},upperdir={folder}/overlay/upper,workdir={folder}/overlay/work"
        made += [f"mount -t overlay tongban {self.root} -o {layers}"]
        made += [f"mount -t proc proc {self.root}/proc", f"mount --rbind /dev {self.root}/dev"]
        made += ["ip link add bridge type bridge", f"ip address add {OUTSIDE}/24 dev bridge", "ip link set bridge up"]
        for n in range(1, count + 1):
            made += [f"ip netns add node{n}", f"ip link add to{n} type veth peer name eth0 netns node{n}"]
            made += [f"ip link set to{n} master bridge up", f"ip -n node{n} address add {host(n)}/24 dev eth0"]
            made += [f"ip -n node{n} link set eth0 up", f"ip -n node{n} link set lo up"]
        self.run("set -e\n" + "\n".join(made))

    def inside(self, *words: str) -> list[str]:
        """``words`` as a command line that runs in here."""
        return ["nsenter", "--target", str(self.leader), "--net", "--mount", "--pid", "--", *words]

    def run(self, shell: str, patience: float = 60.0, *, check: bool = True) -> str:
        done = subprocess.run(
            self.inside("sh", "-c", shell), capture_output=True, text=True, timeout=patience, check=False, errors="replace"
        )
        assert done.returncode == 0 or not check, f"{shell}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def start(self, name: str, *words: str) -> None:
        """In the background; its number in here is remembered under ``name``, what it says goes to ``{name}.log``."""
        number = self.folder / f"{name}.pid"
        number.unlink(missing_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            self._started.append(
                subprocess.Popen(
                    self.inside("sh", "-c", f'echo $$ > {number}; exec "$@"', "sh", *words),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )
        until(lambda: number.exists() and number.read_text().strip(), f"{name} starts", 20)

    def alive(self, name: str) -> bool:
        number = self.folder / f"{name}.pid"
        return number.exists() and self.run(f"kill -0 {number.read_text().strip()} && echo y || true", check=False) == "y"

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        self.run(f"kill -{how.value} {(self.folder / f'{name}.pid').read_text().strip()} || true")

    def cut(self, number: int) -> None:
        """The node's cable is pulled."""
        self.run(f"ip link set to{number} down")

    def mend(self, number: int) -> None:
        self.run(f"ip link set to{number} up")

    def close(self) -> None:
        """With the first process of the world, everything in it ends."""
        os.kill(self.leader, signal.SIGKILL)
        for process in (self._outer, *self._started):
            process.wait(20)
        shutil.rmtree(self.memory, ignore_errors=True)


@dataclass
class Node:
    """``kind`` on the network ``number``; ``files``: what is laid into its folder of settings."""

    world: World
    number: int
    kind: str
    files: Path

    def __post_init__(self) -> None:
        for folder in (self.home / "lib", self.home / "etc", self.log):
            folder.mkdir(parents=True, exist_ok=True)
        if self.kind == "ejabberd":
            shutil.copy(self.world.debian / "etc" / "ejabberd" / "inetrc", self.home / "etc")
        (self.home / "enter").write_text(_ENTER.format(root=self.world.root, home=self.home, log=self.log, service=self.kind))
        self.lay()

    @property
    def home(self) -> Path:
        """In memory, which outlives a kill as a disk does: what others do with the disk of this machine is no part of it."""
        return self.world.memory / f"{self.kind}{self.number}"

    @property
    def log(self) -> Path:
        return self.world.folder / f"{self.kind}{self.number}.logs"

    def lay(self) -> None:
        """The settings as they are now."""
        shutil.copytree(self.files, self.home / "etc", dirs_exist_ok=True)
        cookie = self.home / "lib" / ".erlang.cookie"
        cookie.unlink(missing_ok=True)
        shutil.copy(self.files / "erlang.cookie", cookie)
        cookie.chmod(0o400)
        self.world.run(f"chown -R $(chroot {self.world.root} id -u {self.kind}) {self.home} {self.log}")

    def start(self) -> None:
        rabbit = self.kind == "rabbitmq"
        what = ("/usr/lib/rabbitmq/bin/rabbitmq-server",) if rabbit else ("/usr/sbin/ejabberdctl", "foreground")
        self.world.start(f"{self.kind}{self.number}", *self._within(*what))

    def control(self, *words: str, patience: float = 60.0, check: bool = True) -> str:
        """By ``rabbitmqctl`` or ``ejabberdctl``."""
        rabbit = self.kind == "rabbitmq"
        program = ("/usr/lib/rabbitmq/bin/rabbitmqctl", "-q") if rabbit else ("/usr/sbin/ejabberdctl",)
        return self.world.run(shlex.join(self._within(*program, *words)), patience, check=check)

    def kill(self) -> None:
        """SIGKILL to the machine that runs it (BEAM) and to nothing else."""
        self.world.run(
            f'for p in $(ip netns pids node{self.number}); do case "$(readlink /proc/$p/exe)" in *beam.smp) kill -9 $p;; esac; done'
        )

    @property
    def listens(self) -> bool:
        return self.world.run(f"ip netns exec node{self.number} ss -Hltn 'sport = :{PORT}'", check=False) != ""

    def _within(self, *words: str) -> tuple[str, ...]:
        return ("ip", "netns", "exec", f"node{self.number}", "unshare", "--mount", "sh", str(self.home / "enter"), *words)


def cluster(world: World, kind: str, folders: Sequence[Path]) -> list[Node]:
    """One node a folder, started and joined."""
    nodes = [Node(world, number, kind, folder) for number, folder in enumerate(folders, 1)]
    for node in nodes:
        node.start()
    for node in nodes:
        until(lambda node=node: node.listens, f"node {node.number} listens", 120)  # type: ignore[misc]
    if kind == "rabbitmq":
        until(lambda: _running(nodes[0]) == len(nodes), "one", 60)
        nodes[0].control("enable_feature_flag", "--opt-in", "khepri_db", patience=180)
    else:
        for node in nodes:  # it listens before all of it is there, and who joins too early keeps tables of its own
            until(lambda node=node: "is running" in node.control("status", check=False), "it runs", 60)  # type: ignore[misc]
        for node in nodes[1:]:
            node.control("join_cluster", f"ejabberd@{host(1)}")
            until(lambda node=node: "is running" in node.control("status", check=False), "it runs again", 60)  # type: ignore[misc]
        until(lambda: nodes[0].control("list_cluster", check=False).count("ejabberd@") == len(nodes), "one", 60)
        for node in nodes:  # who joins begins anew
            until(lambda node=node: node.listens, f"node {node.number} listens again", 60)  # type: ignore[misc]
    return nodes


def _running(node: Node) -> int:
    status = json.loads(node.control("--formatter", "json", "cluster_status", check=False) or "{}")
    return len(status.get("running_nodes", ()))


def until(true: Callable[[], object], what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"still waiting: {what}"
        time.sleep(0.25)


def _child(outer: int) -> int:
    children = Path(f"/proc/{outer}/task/{outer}/children")
    until(lambda: children.read_text().split(), "a world", 20)
    leader = int(children.read_text().split()[0])
    until(lambda: Path(f"/proc/{leader}/comm").read_text().strip() == "sleep", "its first process", 20)
    return leader
