"""Inside the namespaces of a private pcscd: mounts its world, runs it, and opens connections to its virtual reader.

Run by :class:`devices.virtual.pcscd.PrivatePcscd` as ``unshare … python pcscd_keeper.py FD FOLDER PCSCD DRIVER``, with
nothing of ours imported. ``FD`` is one end of a SOCK_SEQPACKET pair; each message is a word, each answer ``ok`` or ``no``:

==============  ====================================================================================================
``run``         start pcscd with the virtual reader; ``bare``: without any reader
``TERM KILL``   end pcscd by this signal, and wait for it; ``STOP CONT``: freeze it, let it go on
``card``        a connection to the virtual reader, passed along with ``ok``: a card touches its contacts
==============  ====================================================================================================

End of file on ``FD`` ends this process, and with it, since it is the first of its process namespace, everything in it.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

RUN = Path("/run/pcscd")
"""Where Debian's pcscd keeps its socket, compiled in."""
DRIVERS = Path("/usr/lib/pcsc/drivers")
"""Where pcscd looks for drivers of USB readers: hidden here, so that a private pcscd never takes the machine's own."""
PORT = 20000
"""Below the range of outgoing connections; free in every network namespace, since nothing else runs there."""
PATIENCE = 0.5
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def main() -> None:
    end = socket.socket(fileno=int(sys.argv[1]))
    folder, pcscd, driver = (Path(argument) for argument in sys.argv[2:])
    _furnish(folder, driver)
    daemon: subprocess.Popen[bytes] | None = None
    end.send(b"ok")
    while word := end.recv(16).decode():
        passed: socket.socket | None = None
        done = True
        match word:
            case "run" | "bare":
                daemon = daemon or _launch(pcscd, word)
            case "TERM" | "KILL" if daemon is not None:
                daemon.send_signal(signal.Signals[f"SIG{word}"])
                daemon.wait()
                daemon = None
            case "STOP" | "CONT" if daemon is not None:
                daemon.send_signal(signal.Signals[f"SIG{word}"])
            case "card":
                passed = _touch()
                done = passed is not None
        if passed is None:
            end.send(b"ok" if done else b"no")
            continue
        with passed:
            end.sendmsg([b"ok"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [passed.fileno()]))])


def _furnish(folder: Path, driver: Path) -> None:
    """A /run with the rig's folder as pcscd's, the driver where the machine's drivers cannot be seen, and a loopback."""
    os.chdir(folder)  # it may lie below /run itself, which is about to be covered
    _mount("-t", "tmpfs", "none", "/run")
    RUN.mkdir()
    _mount("--no-canonicalize", "--bind", ".", str(RUN))
    hidden = Path("/run/vpcd")
    hidden.mkdir()
    _mount("--bind", str(driver.parent), str(hidden))
    if DRIVERS.is_dir():
        _mount("-t", "tmpfs", "none", str(DRIVERS))
    for name, reader in ("run", True), ("bare", False):
        configuration = Path("/run", name)
        configuration.mkdir()
        if reader:
            (configuration / "vpcd").write_text(
                f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{PORT:04X}\n'
                f"LIBPATH {hidden / driver.name}\nCHANNELID 0x{PORT:04X}\n",
                "ascii",
            )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16xh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[0]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def _mount(*arguments: str) -> None:
    subprocess.run(["/usr/bin/mount", *arguments], check=True)


def _launch(pcscd: Path, configuration: str) -> subprocess.Popen[bytes]:
    """A killed pcscd leaves its socket and its pid behind, which keep the next from starting."""
    for left in "pcscd.comm", "pcscd.pid":
        (RUN / left).unlink(missing_ok=True)
    options = ["--foreground", "--critical", "--config", f"/run/{configuration}"]
    if b"disable-polkit" in subprocess.run([pcscd, "--help"], capture_output=True, check=False).stdout:
        options.append("--disable-polkit")
    with (RUN / "pcscd.log").open("ab") as log:
        daemon = subprocess.Popen([pcscd, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    until = time.monotonic() + 2
    while not (RUN / "pcscd.comm").exists() and daemon.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    return daemon


def _touch() -> socket.socket | None:
    with contextlib.suppress(OSError):
        return socket.create_connection(("127.0.0.1", PORT), PATIENCE)
    return None


if __name__ == "__main__":
    os.umask(0o077)
    main()
