"""Words to the service manager: up, still alive, how it stands (sd_notify(3), sd_watchdog_enabled(3)).

A datagram on a Unix socket. The libraries for it were looked at: python3-systemd and cysystemd bring libsystemd and a compiler,
sdnotify is of 2017 and hides every error; what there is to do is below.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import MutableMapping

log = logging.getLogger(__name__)


class Manager:
    """Whoever started this process and listens at ``address`` (a path, or ``@`` and an abstract name); without one all is said to
    nobody. ``patience``: seconds without :meth:`alive` after which the process is ended; ``None``: it is not watched.
    """

    def __init__(self, address: str | None = None, patience: float | None = None) -> None:
        self._address = address
        self.patience = patience
        self._unheard = False

    @classmethod
    def here(cls, environment: MutableMapping[str, str] = os.environ) -> Manager:
        """As the environment says, from which it is taken: what this process starts is not to speak for it."""
        address = environment.pop("NOTIFY_SOCKET", None)
        span, of = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
        watched = span.isdecimal() and of in ("", str(os.getpid()))
        return cls(address, int(span) / 1_000_000 if watched and address else None)

    @property
    def there(self) -> bool:
        return self._address is not None

    def ready(self, status: str) -> None:
        self._say(f"READY=1\nSTATUS={status}")

    def status(self, text: str) -> None:
        """One line, for staff (``systemctl status``)."""
        self._say(f"STATUS={text}")

    def alive(self) -> None:
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        """Not heard is not our end: whoever ought to hear draws its own conclusion from that."""
        if self._address is None:
            return
        where = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(1)
                line.connect(where)
                line.send(words.encode())
            self._unheard = False
        except OSError as error:
            if not self._unheard:
                log.warning("the service manager does not hear us: %s", error.strerror)
            self._unheard = True
