"""The real picamera2 on libcamera's virtual pipeline, with a pretend lens of a Camera Module 3, and misfortunes.

Needs libcamera ≥ 0.7 built with that pipeline (Debian's is; 0.4 stalls now and then), and ``fakedma.so`` preloaded. What is
pretended: controls and metadata of lens, exposure and crop. What is real: everything else.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import libcamera
import misfortune
import picamera2.picamera2 as module
from libcamera import controls as lc
from picamera2 import Picamera2
from picamera2.allocators import Allocator, LibcameraAllocator
from picamera2.request import CompletedRequest

SCAN = 0.05
"""Seconds the lens takes."""
LENS_FOUND = 3.3


def _info(low: object, high: object, default: object) -> SimpleNamespace:
    return SimpleNamespace(min=low, max=high, default=default)


CONTROLS = {
    "AfMode": (lc.AfMode, _info(0, 2, 0)),
    "AfTrigger": (lc.AfTrigger, _info(0, 1, 0)),
    "LensPosition": (lc.LensPosition, _info(0.0, 15.0, 1.0)),
    "ExposureTime": (lc.ExposureTime, _info(1, 66666, 20000)),
    "AnalogueGain": (lc.AnalogueGain, _info(1.0, 16.0, 1.0)),
    "ScalerCrop": (lc.ScalerCrop, _info((0, 0, 64, 64), (0, 0, 4608, 2592), (0, 0, 4608, 2592))),
}


class PretendRequest(CompletedRequest):
    def make_buffer(self, name: str) -> Any:
        misfortune.before("make_buffer")
        return super().make_buffer(name)

    def get_metadata(self) -> dict[str, Any]:
        return {**super().get_metadata(), **self.picam2.pretended()}


module.CompletedRequest = PretendRequest


def _told(name: str) -> Any:
    """The method ``name`` of Picamera2, by way of :func:`misfortune.before`."""

    def method(self: VirtualPicamera2, *args: Any, **named: Any) -> Any:
        misfortune.before(name)
        if name != "close" and "frozen" in misfortune.happening():
            self.freeze()
        return getattr(Picamera2, name)(self, *args, **named)

    return method


class VirtualPicamera2(Picamera2):
    """The virtual pipeline offers no raw stream, and wants two planes a buffer, which only libcamera's own allocator makes."""

    def __init__(self, camera_num: int = 0) -> None:
        misfortune.before("open")
        self._lens, self._mode, self._scanning_since = 1.0, 0, None
        super().__init__(camera_num, allocator=Allocator())
        self.allocator = LibcameraAllocator(self.camera)

    @staticmethod
    def global_camera_info() -> list[Any]:
        misfortune.before("global_camera_info")
        return [] if "no camera" in misfortune.happening() else Picamera2.global_camera_info()

    def _get_raw_modes(self) -> list[dict[str, Any]]:
        size = self.camera.generate_configuration([libcamera.StreamRole.StillCapture]).at(0).size
        return [{"format": "SRGGB10_CSI2P", "size": (size.width, size.height)}]

    @property
    def camera_ctrl_info(self) -> dict[str, Any]:
        return self._ctrl_info

    @camera_ctrl_info.setter
    def camera_ctrl_info(self, value: dict[str, Any]) -> None:  # picamera2 fills it anew at every configure
        lens = "no lens" not in misfortune.happening()
        pretended = {name: info for name, info in CONTROLS.items() if lens or not name.startswith(("Af", "Lens"))}
        self._ctrl_info = {**pretended, **value}

    configure = _told("configure")
    start = _told("start")
    stop = _told("stop")
    close = _told("close")
    capture_request = _told("capture_request")
    capture_metadata = _told("capture_metadata")
    switch_mode_and_capture_request = _told("switch_mode_and_capture_request")
    autofocus_cycle = _told("autofocus_cycle")
    cancel_all_and_flush = _told("cancel_all_and_flush")

    # --- the pretend lens ---------------------------------------------------------------------------------------------

    def set_controls(self, controls: Any) -> None:
        super().set_controls(controls)  # refuses what is not advertised
        if not isinstance(controls, dict):
            return
        self._mode = int(controls.get("AfMode", self._mode))
        if controls.get("AfTrigger") is not None:
            self._scanning_since = time.monotonic() if self._mode == 1 and int(controls["AfTrigger"]) == 0 else None
        if "LensPosition" in controls and self._mode == 0:
            self._lens = float(controls["LensPosition"])

    def pretended(self) -> dict[str, Any]:
        told: dict[str, Any] = {"ExposureTime": 19998, "AnalogueGain": 1.1, "ScalerCrop": (0, 0, *self.sensor_resolution)}
        if "LensPosition" in self._ctrl_info:
            told |= {"AfState": self._af_state(), "LensPosition": self._lens}
        return told

    def _af_state(self) -> int:
        if self._scanning_since is None:
            return 0
        if time.monotonic() - self._scanning_since < SCAN:
            return 1
        if "no focus" in misfortune.happening():
            return 3
        self._lens = LENS_FOUND
        return 2

    # --- the ribbon comes loose ---------------------------------------------------------------------------------------

    def freeze(self) -> None:
        """No frame arrives any more; whatever is queued stays where it is."""
        if not hasattr(self.camera, "frozen"):
            self.camera = _Frozen(self.camera)


class _Frozen:
    frozen = True

    def __init__(self, camera: Any) -> None:
        self._camera = camera
        self._kept: list[Any] = []  # freeing a request at once would race libcamera's own thread

    def __getattr__(self, name: str) -> Any:
        return getattr(self._camera, name)

    def queue_request(self, request: Any) -> int:
        self._kept.append(request)
        return 0
