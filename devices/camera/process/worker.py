"""The child: owns the camera, answers one question at a time on the socket pair, and ends with its parent.

Hello opens the camera and looks once, so that the answer is proof; rest closes it. SIGTERM keeps its default: a call that
never returns must not be able to hold it off.
"""

from __future__ import annotations

import argparse
import ctypes
import logging
import signal
import socket
from pathlib import Path

if __package__ in (None, ""):  # started by its path; behind the system's own packages, for ours stand beside another numpy
    import sys

    sys.path.append(str(Path(__file__).parents[3]))

from devices.camera.memory import give_back_at_once
from devices.camera.process.camera import Camera, RefusedError, Shot, Wishes
from devices.camera.process.times import Times
from devices.protocols import frames
from devices.protocols.frames import Ask, Receiver, Request, Why

log = logging.getLogger("camera.worker")

PR_SET_PDEATHSIG = 1


class Worker:
    """``serve`` until the parent hangs up."""

    def __init__(self, end: socket.socket, wishes: Wishes) -> None:
        self._end = end
        self._wishes = wishes
        self._camera: Camera | None = None
        self._hello = b""

    def serve(self) -> None:
        receiver = Receiver(largest=0)
        while data := self._end.recv(4096):
            receiver.receive_data(data)
            while (message := receiver.next_event()) is not None:
                assert isinstance(message, Request), "the parent only asks"
                self._answer(message)
        self._rest()

    def _answer(self, request: Request) -> None:
        try:
            match request.ask:
                case Ask.HELLO:
                    camera = self._opened()
                    camera.preview()
                    self._send(frames.camera(request.serial, camera.model, camera.still_size, camera.preview_size))
                case Ask.PREVIEW:
                    self._send_frame(request.serial, self._opened().preview())
                case Ask.STILL:
                    self._send_frame(request.serial, self._opened().still())
                case Ask.REST:
                    self._rest()
                    self._send(frames.refusal(request.serial, Why.NOT_YET))
                case _:
                    self._send(frames.refusal(request.serial, Why.UNKNOWN_REQUEST))
        except RefusedError as error:
            log.warning("%s", error)
            self._send(frames.refusal(request.serial, error.why))
        except OSError:
            raise
        except Exception:  # picamera2 raises what it likes; the parent starts another
            log.exception("the camera failed")
            self._send(frames.refusal(request.serial, Why.NO_FRAME))

    def _opened(self) -> Camera:
        if self._camera is None:
            self._camera = Camera(self._wishes)
        return self._camera

    def _rest(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    def _send_frame(self, serial: int, shot: Shot) -> None:
        self._send(frames.frame_header(serial, shot.width, shot.height, shot.stride))
        self._send(shot.data)

    def _send(self, data: bytes | memoryview) -> None:
        self._end.sendall(data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--camera", type=int, required=True)
    parser.add_argument("--focus", type=float)
    parser.add_argument("--upside-down", action="store_true")
    parser.add_argument("--slow", type=float, required=True)
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    give_back_at_once()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("picamera2").setLevel(logging.WARNING)  # it tells of every opening and every change of mode
    wishes = Wishes(given.camera, given.focus, given.upside_down, Times().slowed(given.slow))
    with socket.socket(fileno=given.fd) as end:
        Worker(end, wishes).serve()


if __name__ == "__main__":
    main()
