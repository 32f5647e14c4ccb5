"""A real pcscd of one's own: its socket in a folder of the rig, the machine's pcscd and readers untouched, no root needed.

Debian's pcscd knows one place only, ``/run/pcscd``, and its virtual reader (vsmartcard-vpcd) listens on every address of the
machine for anybody's card. Both are cured by namespaces (``unshare`` of util-linux): in a user, mount, network and process
namespace of its own, ``/run/pcscd`` is the rig's folder, the reader's port exists for us alone and never collides, and all of
it ends with the process that started it. Clients come in through ``PCSCLITE_CSOCK_NAME``.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from pathlib import Path

from devices.virtual import pcscd_keeper

UNPACKED = Path(sys.prefix) / "pcsc"
"""Where ``install.sh`` unpacks Debian's packages when they are not installed on the machine."""
DRIVER = "usr/lib/pcsc/drivers/serial/libifdvpcd.so"
NAMESPACES = ("unshare", "--user", "--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
LONGEST = 107
"""Bytes of a Unix socket's path."""
PATIENCE = 5.0
"""Seconds the keeper may take for one word; the longest, starting pcscd anew, takes some 20 ms."""


class PcscdUnavailableError(OSError):
    """No private pcscd can be run here. The text is Chinese and says what is missing."""


class PrivatePcscd:
    """One pcscd. ``folder`` becomes its ``/run/pcscd``; it must exist.

    Its methods may be called from any thread, also after :meth:`stop`, when they do nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._end: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def service(self) -> Path:
        """What clients set ``PCSCLITE_CSOCK_NAME`` to."""
        return self._folder / "pcscd.comm"

    def start(self) -> None:
        """Make the namespaces; pcscd itself does not run yet. :class:`PcscdUnavailableError`."""
        if len(bytes(self.service)) > LONGEST:
            raise PcscdUnavailableError(f"套接字的路径太长：{self.service}")
        pcscd, driver = _find("usr/sbin/pcscd", "pcscd"), _find(DRIVER, "vsmartcard-vpcd")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(PATIENCE)
        with theirs:
            keeper = [sys.executable, "-I", "-S", pcscd_keeper.__file__, str(theirs.fileno())]
            self._process = subprocess.Popen(
                [*NAMESPACES, *keeper, str(self._folder.resolve()), str(pcscd), str(driver.resolve())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        self._end = ours
        with contextlib.suppress(OSError):
            if ours.recv(16) == b"ok":
                return
        why = self.stop()
        raise PcscdUnavailableError(f"这台机器不允许建立独立的命名空间：{why}")

    def stop(self) -> str:
        """End pcscd and everything around it; what it said on stderr. Twice is harmless."""
        with self._lock:
            end, self._end = self._end, None
            process, self._process = self._process, None
        if end is not None:
            end.close()
        if process is None:
            return ""
        try:
            said = process.communicate(timeout=1)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            said = process.communicate()[1]
        return said.decode(errors="replace").strip()

    def run(self, *, reader: bool = True) -> None:
        """Start pcscd, with its virtual reader or with none; returns when its socket is there. Nothing when it runs."""
        self._tell("run" if reader else "bare")

    def signal(self, name: str) -> None:
        """``TERM`` or ``KILL``: end pcscd and wait for its end. ``STOP``, ``CONT``: freeze it, let it go on."""
        self._tell(name)

    def touch(self) -> socket.socket | None:
        """A card's contacts meet the reader's: a connection to the virtual reader, ``None`` when there is none just now."""
        with self._lock:
            if self._end is None:
                return None
            try:
                self._end.send(b"card")
                answer, files, _, _ = socket.recv_fds(self._end, 16, 1)
            except OSError:
                return None
            return socket.socket(fileno=files[0]) if answer == b"ok" and files else None

    def _tell(self, word: str) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._end is not None:
                self._end.send(word.encode())
                self._end.recv(16)


def _find(path: str, package: str) -> Path:
    for root in UNPACKED, Path("/"):
        if (root / path).exists():
            return root / path
    raise PcscdUnavailableError(f"缺少 Debian 软件包 {package}")


def unavailable() -> str | None:
    """Why no private pcscd can be run here, in Chinese; ``None`` when it can."""
    try:
        _find("usr/sbin/pcscd", "pcscd")
        _find(DRIVER, "vsmartcard-vpcd")
        subprocess.run([*NAMESPACES, "true"], check=True, capture_output=True, timeout=PATIENCE)
    except PcscdUnavailableError as error:
        return str(error)
    except (OSError, subprocess.SubprocessError):
        return "这台机器不允许建立独立的命名空间"
    return None
