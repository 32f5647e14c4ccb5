"""Asks the camera's process one thing at a time and waits for that answer, no longer than a deadline."""

from __future__ import annotations

import time
from typing import TypeVar

from devices.protocols.frames import Ask, Camera, Frame, FrameError, Message, Receiver, Refusal, request
from devices.transports.unix import UnixStream

Answer = TypeVar("Answer", Camera, Frame)


class NoPictureError(Exception):
    """The camera's process answered that it has no picture to give; ``why`` of :class:`devices.protocols.frames.Why`."""

    def __init__(self, why: int) -> None:
        super().__init__(f"refused, {why}")
        self.why = why


class CameraLink:
    """A connection to the camera's process. After ``TimeoutError``, ``OSError`` or :class:`FrameError` it can only be closed."""

    def __init__(self, path: str) -> None:
        self._stream = UnixStream(path)
        self._receiver = Receiver()
        self._serial = 0

    def hello(self, timeout: float) -> Camera:
        return self._ask(Ask.HELLO, Camera, timeout)

    def preview(self, timeout: float) -> Frame:
        return self._ask(Ask.PREVIEW, Frame, timeout)

    def still(self, timeout: float) -> Frame:
        return self._ask(Ask.STILL, Frame, timeout)

    def fileno(self) -> int:
        return self._stream.fileno()

    def abort(self) -> None:
        """From any thread: whoever waits for an answer gets ``ConnectionResetError`` now."""
        self._stream.abort()

    def close(self) -> None:
        self._stream.close()

    def _ask(self, ask: Ask, kind: type[Answer], timeout: float) -> Answer:
        deadline = time.monotonic() + timeout
        self._serial += 1
        self._stream.send(request(ask, self._serial), deadline)
        answer = self._next(deadline)
        if isinstance(answer, Refusal):
            raise NoPictureError(answer.why)
        if not isinstance(answer, kind) or answer.serial != self._serial:
            raise FrameError("an answer to something else")
        return answer

    def _next(self, deadline: float) -> Message:
        while (message := self._receiver.next_event()) is None:
            self._receiver.receive_data(self._stream.receive(self._receiver.wanted, deadline))
        return message
