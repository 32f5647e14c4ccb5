"""Answers at the socket: one client at a time, one question at a time, never waiting for the camera or for the client.

The newest client wins: the terminal that has just been started again is served, the connection its dead self left is not.
"""

from __future__ import annotations

import logging
import select
import socket
import time
from collections import deque
from collections.abc import Callable

from devices.camera.process.door import Door
from devices.camera.process.keeper import Keeper
from devices.protocols import frames
from devices.protocols.frames import Ask, Frame, FrameError, Receiver, Request, Why

log = logging.getLogger("camera.server")


class Client:
    """One connection. ``OSError`` or ``FrameError`` from any method: it is of no more use."""

    def __init__(self, end: socket.socket, unread: float, clock: Callable[[], float]) -> None:
        self._end = end
        self._unread = unread
        self._clock = clock
        self._receiver = Receiver(largest=0)
        self._out: deque[memoryview] = deque()
        self._owed = False
        self._moved_at = clock()

    def fileno(self) -> int:
        return self._end.fileno()

    @property
    def events(self) -> int:
        return select.POLLIN | (select.POLLOUT if self._out else 0)

    def asked(self) -> Request | None:
        """What it asks. A second question before the first is answered is no client of ours."""
        try:
            data = self._end.recv(4096)
        except BlockingIOError:
            return None
        if not data:
            raise ConnectionResetError("the client hung up")
        self._receiver.receive_data(data)
        message = self._receiver.next_event()
        if message is None:
            return None
        if self._owed or not isinstance(message, Request) or self._receiver.next_event() is not None:
            raise FrameError("one question at a time")
        self._owed = True
        return message

    def answer(self, *parts: bytes | memoryview) -> None:
        self._out.extend(memoryview(part) for part in parts)
        self._moved_at = self._clock()
        self.flush()

    def flush(self) -> None:
        """Send what the connection takes now. ``TimeoutError`` when it has taken nothing for too long."""
        while self._out:
            try:
                sent = self._end.send(self._out[0])
            except BlockingIOError:
                if self._clock() - self._moved_at >= self._unread:
                    raise TimeoutError("the client does not read") from None
                return
            self._moved_at = self._clock()
            self._out[0] = self._out[0][sent:]
            if not self._out[0]:
                self._out.popleft()
                self._owed = bool(self._out)

    def close(self) -> None:
        self._end.close()
        self._out.clear()


class Server:
    """``run`` until ``bell`` becomes readable, or until somebody comes and this program is ``outdated``: an update starts the
    terminal anew and nobody else, so by its knock the camera's process learns of it. Does not close ``door``, nor end ``keeper``.
    """

    def __init__(
        self,
        door: Door,
        keeper: Keeper,
        bell: socket.socket,
        unread: float,
        outdated: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._keeper = keeper
        self._bell = bell
        self._unread = unread
        self._outdated = outdated
        self._clock = clock
        self._client: Client | None = None

    def run(self) -> None:
        while True:
            ready = self._wait(self._keeper.turn())
            if self._bell.fileno() in ready:
                break
            if self._client is not None:
                self._serve(self._client, ready.get(self._client.fileno(), 0))
            if self._door.fileno() in ready:
                if self._outdated():
                    log.info("another program is in place: ending, to be started as that")
                    break
                self._welcome()
        self._drop("the end")

    def _wait(self, seconds: float | None) -> dict[int, int]:
        poll = select.poll()
        for file in (self._bell.fileno(), self._door.fileno(), self._keeper.fileno()):
            if file is not None:
                poll.register(file, select.POLLIN)
        if self._client is not None:
            poll.register(self._client.fileno(), self._client.events)
            if self._client.events & select.POLLOUT:
                seconds = self._unread if seconds is None else min(seconds, self._unread)
        return dict(poll.poll(None if seconds is None else seconds * 1000))

    def _welcome(self) -> None:
        end = self._door.accept()
        if end is not None:
            self._drop("a newer client came")
            self._client = Client(end, self._unread, self._clock)

    def _serve(self, client: Client, ready: int) -> None:
        try:
            client.flush()
            if ready & ~select.POLLOUT and (request := client.asked()) is not None:
                self._answer(client, request)
        except (OSError, FrameError) as error:
            self._drop(str(error))

    def _answer(self, client: Client, request: Request) -> None:
        match request.ask:
            case Ask.HELLO:
                known = self._keeper.hello()
                if isinstance(known, Why):
                    client.answer(frames.refusal(request.serial, known))
                else:
                    client.answer(frames.camera(request.serial, known.model, known.still, known.preview))
            case Ask.PREVIEW | Ask.STILL:
                self._keeper.ask(Ask(request.ask), lambda answer: self._hand_over(client, request.serial, answer))
            case _:
                client.answer(frames.refusal(request.serial, Why.UNKNOWN_REQUEST))

    def _hand_over(self, client: Client, serial: int, answer: Frame | Why) -> None:
        """To whoever asked, if that is still who is served."""
        if client is not self._client:
            return
        try:
            if isinstance(answer, Why):
                client.answer(frames.refusal(serial, answer))
            else:
                client.answer(frames.frame_header(serial, answer.width, answer.height, answer.stride), answer.data)
        except OSError as error:
            self._drop(str(error))

    def _drop(self, why: str) -> None:
        """Nobody looks any more: the camera rests at once, and no picture is kept for anybody."""
        client, self._client = self._client, None
        if client is not None:
            log.debug("client dropped: %s", why)
            client.close()
            self._keeper.rest()
