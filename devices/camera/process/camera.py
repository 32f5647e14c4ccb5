"""What is asked of picamera2, and how (0.3.38; read in its source where its manual is silent).

- NV12 everywhere: every Pi's pipeline offers it. Preview and still configurations are sYCC, that is full range; a video
  configuration would not be. Sizes and strides are read back from each request's configuration, for libcamera may adjust.
- The preview is ``lores`` beside a ``main`` of half the sensor: asked for alone, a small size may choose a sensor mode that
  sees only the middle of the desk.
- ``wait=<seconds>`` raises ``TimeoutError`` but leaves its job in the queue; ``cancel_all_and_flush`` takes it out.
- ``configure`` replaces all controls, and after a change of mode the lens takes some frames to arrive: what the preview
  focused on is carried into the still as a manual position, and frames are dropped before the shot.
- Without a word about it the lens stands still (``AfMode`` manual); enumerations are given as libcamera's numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from libcamera import Transform
from picamera2 import Picamera2

from devices.camera.process.times import Times
from devices.protocols.frames import MAX_FRAME, Why

log = logging.getLogger(__name__)

PREVIEW_WIDTH = 1152
MANUAL, CONTINUOUS = 0, 2
FOCUSED = 2
FLICKER_MANUAL, MAINS = 1, 10_000
"""50 Hz mains: light comes in waves of 10 000 µs."""
DROPPED = 4
"""Frames after a change of mode until exposure and lens are what was asked for."""
STILL_BUFFERS = 2
"""Of 18 MB each; with one, every frame dropped would cost two."""
PREVIEW_BUFFERS = 2
"""Of 5.6 MB each, of which one is held for as long as its copy takes."""

Answer = TypeVar("Answer")


class RefusedError(Exception):
    """There is no picture to give; ``why`` goes to whoever asked."""

    def __init__(self, why: Why, text: str) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True)
class Wishes:
    """``focus``: dioptres (1 / metres) of a fixed lens, ``None``: autofocus. ``upside_down``: turned by 180° in the sensor."""

    number: int = 0
    focus: float | None = None
    upside_down: bool = False
    times: Times = field(default_factory=Times)


@dataclass(frozen=True, slots=True)
class Shot:
    """NV12, full range, as in ``devices/protocols/frames.py``."""

    width: int
    height: int
    stride: int
    data: memoryview = field(repr=False)


class Camera:
    """An open camera that streams previews. :class:`RefusedError` from every call; after one it can only be closed."""

    def __init__(self, wishes: Wishes) -> None:
        self._times = wishes.times
        self._focus = wishes.focus
        self._camera = _opened(wishes.number)
        try:
            self._configure(Transform(hflip=wishes.upside_down, vflip=wishes.upside_down))
        except Exception:
            self.close()
            raise

    @property
    def model(self) -> str:
        return str(self._camera.camera_properties.get("Model", "?"))

    def preview(self) -> Shot:
        return self._take(lambda: self._camera.capture_request(wait=self._times.call), "lores")

    def still(self) -> Shot:
        config = {**self._still, "controls": {**self._still["controls"], **self._lens()}}
        return self._take(
            lambda: self._camera.switch_mode_and_capture_request(config, wait=self._times.shot, delay=DROPPED), "main"
        )

    def close(self) -> None:
        """Twice is harmless. The buffers, in which the last pictures lie, go with it."""
        self._camera.close()

    def _configure(self, transform: Any) -> None:
        camera = self._camera
        sensor = camera.sensor_resolution
        self.still_size = _within(sensor)
        half = _even(sensor[0] / 2, sensor[1] / 2)
        self.preview_size = _even(PREVIEW_WIDTH, PREVIEW_WIDTH * sensor[1] / sensor[0])
        controls = self._light() | self._preview_lens()
        self._still = camera.create_still_configuration(
            main={"size": self.still_size, "format": "NV12"},
            transform=transform,
            buffer_count=STILL_BUFFERS,
            controls=controls,
        )
        camera.configure(
            camera.create_preview_configuration(
                main={"size": half, "format": "NV12"},
                lores={"size": self.preview_size, "format": "NV12"},
                transform=transform,
                buffer_count=PREVIEW_BUFFERS,
                controls=controls,
            )
        )
        self.preview_size = tuple(camera.camera_configuration()["lores"]["size"])
        camera.start()

    def _light(self) -> dict[str, Any]:
        if "AeFlickerPeriod" not in self._camera.camera_controls:
            return {}
        return {"AeFlickerMode": FLICKER_MANUAL, "AeFlickerPeriod": MAINS}

    def _preview_lens(self) -> dict[str, Any]:
        if "LensPosition" not in self._camera.camera_controls:
            return {}
        return {"AfMode": CONTINUOUS} if self._focus is None else {"AfMode": MANUAL, "LensPosition": self._focus}

    def _lens(self) -> dict[str, Any]:
        """Where the lens shall stand for the still: where the preview is sharp. Not found: where it is, and the page's
        sharpness is judged afterwards."""
        if self._focus is not None or "LensPosition" not in self._camera.camera_controls:
            return {}
        seen = self._metadata()
        focused = int(seen.get("AfState", -1)) == FOCUSED
        if not focused:
            focused = bool(self._patiently(lambda: self._camera.autofocus_cycle(wait=self._times.focus)))
            seen = self._metadata()
        position = seen.get("LensPosition")
        log.info("lens at %s dioptres, %s", position, "focused" if focused else "not focused")
        return {} if position is None else {"AfMode": MANUAL, "LensPosition": float(position)}

    def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = self._patiently(lambda: self._camera.capture_metadata(wait=self._times.call))
        return found

    def _take(self, capture: Callable[[], Any], stream: str) -> Shot:
        request = self._patiently(capture)
        try:
            config = request.config[stream]
            width, height = config["size"]
            if config["format"] != "NV12":
                raise RefusedError(Why.NO_FRAME, f"{stream} came as {config['format']}")
            data = memoryview(request.make_buffer(stream)).cast("B")
        finally:
            request.release()
        length = height * 3 // 2 * config["stride"]
        if len(data) < length:
            raise RefusedError(Why.NO_FRAME, f"{stream} of {width} × {height} in {len(data)} bytes")
        return Shot(width, height, config["stride"], data[:length])

    def _patiently(self, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except TimeoutError:
            self._camera.cancel_all_and_flush()
            raise RefusedError(Why.NO_FRAME, "no frame came") from None


def _opened(number: int) -> Any:
    if number >= len(Picamera2.global_camera_info()):
        raise RefusedError(Why.NO_CAMERA, f"no camera number {number}")
    try:
        return Picamera2(number)
    except RuntimeError as error:
        cause = error.__cause__ or error
        busy = "acquire" in str(cause) or "busy" in str(cause).lower()
        raise RefusedError(Why.IN_USE if busy else Why.NO_CAMERA, f"{error} {cause}") from None


def _within(size: tuple[int, int]) -> tuple[int, int]:
    """``size``, halved until a frame of it may travel."""
    width, height = _even(*size)
    while width * height * 3 // 2 > MAX_FRAME:
        width, height = _even(width / 2, height / 2)
    return width, height


def _even(width: float, height: float) -> tuple[int, int]:
    return int(width) & ~1, int(height) & ~1
