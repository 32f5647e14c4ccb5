"""When a descriptor takes bytes again, told as something that becomes *readable*: all our threads wait for that one thing."""

from __future__ import annotations

import select


class Writable:
    """``fileno()`` is readable while ``file`` takes bytes (epoll(7): an epoll instance is itself pollable).

    ``OSError`` when ``file`` is none that can be waited for, such as a plain file.
    """

    def __init__(self, file: int) -> None:
        self._epoll = select.epoll()
        try:
            self._epoll.register(file, select.EPOLLOUT)
        except OSError:
            self._epoll.close()
            raise

    def fileno(self) -> int:
        return self._epoll.fileno()

    def close(self) -> None:
        self._epoll.close()
