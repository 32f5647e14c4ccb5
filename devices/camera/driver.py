"""The document camera: watches the desk while a citizen is asked for a page, and takes that page when told to.

The camera itself is a process behind a Unix socket (``protocols/frames.py``). This side finds, straightens and judges, and
never trusts the other to answer: each exchange has a deadline. What a failure means:

=================================  ===================================================================================
nobody listens at the socket       ``absent``; opened again until somebody does
hello is not answered              ``mute``
no frame before the deadline       ``camera_frozen``: libcamera is stuck. The connection is closed, for the other side to
                                   notice, and opened again; the device is ready again only when a frame has come
"not yet" as an answer             no fault: it opens its camera. Asked again, and ``camera_frozen`` when that takes too long
"no frame" as an answer            ``camera_frozen``: the process has seen it itself, and is starting another
"no camera" as an answer           ``absent``: the process lives, its camera does not
"in use", "stuck" as an answer     ``camera_in_use``, ``camera_stuck``
an answer outside the framing      ``mute``: what it says is of no use
=================================  ===================================================================================
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from devices.camera.advice import Watch
from devices.camera.glimpse import glimpse
from devices.camera.link import CameraLink, NoPictureError
from devices.camera.scan import live_jpeg, picture_of, scan, small_jpeg
from devices.camera.straighten import Mount
from devices.port import DeskSeen, LivePicture, PageRefused, PageTaken, Sight
from devices.protocols.frames import Camera, Frame, FrameError, Why
from devices.supervisor import DeviceFaultError, Pace, Supervised


class Times(Struct, frozen=True):
    """Seconds. The still's deadline is long because libcamera switches mode and drops frames for it."""

    hello: float = 1.0
    preview: float = 1.0
    still: float = 4.0
    between_previews: float = 0.08
    """12 pictures a second."""
    between_hellos: float = 3.0
    opening: float = 10.0
    """How long the process may say that its camera is not open yet."""
    between_tries: float = 0.1


REFUSED: dict[int, str] = {Why.NO_CAMERA: "absent", Why.IN_USE: "camera_in_use", Why.STUCK: "camera_stuck"}
"""Faults by what the process said; anything else is ``camera_frozen``."""

Answer = TypeVar("Answer")


class FrameCamera(Supervised[str]):
    """:class:`devices.port.DocumentCamera` on the frame link at ``path``; ``mount``: how the camera hangs over the desk.

    Every ``take`` is answered by exactly one PageTaken or PageRefused. One that ``rest`` overtakes, or that comes without
    ``watch``, is refused with ``page_not_found``: nobody looked. Pictures live in ``live`` only, and only until ``rest``; so does
    what the page that lies there is known by.
    """

    def __init__(
        self, path: str, *, name: str = "camera", mount: Mount | None = None, times: Times | None = None, pace: Pace | None = None
    ) -> None:
        super().__init__(name, pace=pace)
        self._path = path
        self._mount = mount or Mount()
        self._times = times or Times()
        self._link: CameraLink | None = None
        self._doubted = False
        self._opening_since: float | None = None
        self._looking = threading.Condition()
        self._watching = False
        self._kept: tuple[tuple[str, bytes], ...] = ()
        self._rested = False
        self._picture: LivePicture | None = None
        self._serial = 0
        self._watch = Watch()
        self._sight = Sight()
        self._find_due = 0.0

    # --- from any thread ----------------------------------------------------------------------------------------------

    def watch(self) -> None:
        with self._looking:
            self._watching = True
        self.wake()

    def rest(self) -> None:
        with self._looking:
            self._watching = False
            self._picture, self._rested = None, True
            self._looking.notify_all()
        self.wake()

    def live(self, after: int = 0, timeout: float = 0.0) -> LivePicture | None:
        with self._looking:
            self._looking.wait_for(
                lambda: not self._watching or (self._picture is not None and self._picture.serial != after), timeout
            )
            return self._picture

    def take(self, request: str, kept: tuple[tuple[str, bytes], ...] = ()) -> None:
        with self._looking:
            self._kept = kept
        self.leave(request)

    def stop(self) -> None:
        if (link := self._link) is not None:
            link.abort()
        super().stop()
        self.rest()

    # --- the owning thread --------------------------------------------------------------------------------------------

    def open(self) -> None:
        self._link = CameraLink(self._path)

    def identify(self) -> str:
        link = self._opened()
        camera = self._say_hello(link)
        if self._doubted:  # it says hello all the same; only a frame shows that it sees again
            self._patiently(lambda: link.preview(self._times.preview))
            self._doubted = False
        width, height = camera.still
        return f"{camera.model} {width}×{height}"

    def turn(self) -> float | None:
        try:
            return self._serve(self._opened())
        except Exception:
            self._forget()  # before anybody is told: no old picture beside a new fault
            raise

    def _serve(self, link: CameraLink) -> float:
        self._forget_if_rested()
        for request in self.notes():
            self._take(link, request)
        if self._is_watching():
            return self._look(link)
        self._say_hello(link)
        return self._times.between_hellos

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()
        self._forget()

    def readable(self) -> tuple[int, ...]:
        """Nothing is owed to us between exchanges: what becomes readable is the end of the connection."""
        return () if self._link is None else (self._link.fileno(),)

    def decline(self, note: str) -> None:
        self.emit(PageRefused(note, self.state().fault or "absent"))

    def _look(self, link: CameraLink) -> float:
        began = self.now()
        frame = self._guarded(lambda: link.preview(self._times.preview))
        self.alive()
        if frame is None:
            return self._times.between_tries
        self._show(frame, began)
        return max(self._times.between_previews - (self.now() - began), self._times.between_previews / 4)

    def _show(self, frame: Frame, at: float) -> None:
        picture = picture_of(frame)
        if at >= self._find_due:  # half of the time at most: where finding is slow, pictures come oftener than advice
            self._tell_sight(self._watch.see(glimpse(picture, self._mount.turns, at)))
            self._find_due = 2 * self.now() - at
        jpeg, width, height = live_jpeg(picture, self._mount)
        self._serial += 1
        with self._looking:
            if self._watching and not self._rested:
                self._picture = LivePicture(self._serial, jpeg, width, height, self._sight)
                self._looking.notify_all()

    def _tell_sight(self, sight: Sight) -> None:
        before, self._sight = self._sight, sight
        if (sight.advice, sight.still, sight.lay) != (before.advice, before.still, before.lay):
            self.emit(DeskSeen(sight.advice, sight.still, sight.lay))

    def _take(self, link: CameraLink, request: str) -> None:
        if not self._is_watching():
            self.emit(PageRefused(request, "page_not_found"))
            return
        self.busy()
        try:
            taken = self._patiently(lambda: scan(link.still(self._times.still), self._mount, self._kept))
        except DeviceFaultError as error:
            self.emit(PageRefused(request, error.code))
            raise
        except Exception as error:  # a mistake of ours as well: somebody waits for this page
            self.emit(PageRefused(request, "absent" if isinstance(error, OSError) else "device_error"))
            raise
        self.alive()
        if isinstance(taken, str) or not self._is_watching():
            self.emit(PageRefused(request, taken if isinstance(taken, str) else "page_not_found"))
        else:
            small = small_jpeg(taken.jpeg)
            size = taken.width, taken.height
            self.emit(PageTaken(request, taken.jpeg, *size, taken.findings, small, taken.likeness, taken.format))
        self.ready()

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        """``ask`` until the camera is open. Notes left meanwhile wait for the answer, as behind any other."""
        while (answer := self._guarded(ask)) is None:
            self.alive()
            if self.stopping:
                raise DeviceFaultError("absent")
            time.sleep(self._times.between_tries)
        return answer

    def _guarded(self, ask: Callable[[], Answer]) -> Answer | None:
        """The answer; ``None`` while the camera opens, which it may for :attr:`Times.opening`."""
        try:
            answer = ask()
        except (TimeoutError, FrameError, NoPictureError) as error:
            if isinstance(error, NoPictureError) and error.why == Why.NOT_YET and self._may_open():
                return None
            raise self._no_frame(error) from None
        self._opening_since = None
        return answer

    def _may_open(self) -> bool:
        now = self.now()
        if self._opening_since is None:
            self._opening_since = now
        return now - self._opening_since < self._times.opening

    def _no_frame(self, error: Exception) -> DeviceFaultError:
        self._doubted = True
        if isinstance(error, FrameError):
            return DeviceFaultError("mute")
        why = error.why if isinstance(error, NoPictureError) else Why.NO_FRAME
        return DeviceFaultError(REFUSED.get(why, "camera_frozen"))

    def _say_hello(self, link: CameraLink) -> Camera:
        camera = self._patiently(lambda: self._hello(link))
        self.alive()
        return camera

    def _hello(self, link: CameraLink) -> Camera:
        try:
            return link.hello(self._times.hello)
        except TimeoutError:
            raise DeviceFaultError("mute") from None

    def _forget_if_rested(self) -> None:
        with self._looking:
            rested, self._rested = self._rested, False
        if rested:
            self._forget()

    def _forget(self) -> None:
        """The picture, and the page it is known by; numbers of pages go on, so that none comes twice."""
        with self._looking:
            self._picture = None
            self._kept = ()
        self._watch = Watch(self._watch.lay)
        self._tell_sight(Sight())

    def _is_watching(self) -> bool:
        with self._looking:
            return self._watching

    def _opened(self) -> CameraLink:
        assert self._link is not None, "hooks run between open and close only"
        return self._link
