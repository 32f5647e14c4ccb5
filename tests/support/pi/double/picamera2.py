"""A double of picamera2's documented surface (0.3.38), as far as the camera's process uses it. No code of ours is imitated.

The picture is a still's NV12 planes in the file ``TONGBAN_PICTURE`` (uint8, 3888 rows of 4608). What the real one does and
this one does too: refuses what it refuses by the same exceptions, leaves a timed-out job queued until it is flushed, gives
no frame before ``start``, replaces controls at ``configure``, moves the lens only where a lens is.
"""

from __future__ import annotations

import os
import time
from typing import Any

import misfortune
import numpy as np

SENSOR = (4608, 2592)
LENS = {"AfMode": (0, 2, 0), "AfTrigger": (0, 1, 0), "LensPosition": (0.0, 15.0, 1.0)}
FRAME = 1 / 30
FOCUSED, FAILED = 2, 3


class Request:
    def __init__(self, config: dict[str, Any], metadata: dict[str, Any]) -> None:
        self.config = config
        self._metadata = metadata

    def make_buffer(self, name: str) -> np.ndarray:
        misfortune.before("make_buffer")
        width, height = self.config[name]["size"]
        stride = self.config[name]["stride"]
        planes = np.fromfile(os.environ["TONGBAN_PICTURE"], np.uint8).reshape(SENSOR[1] * 3 // 2, SENSOR[0])
        luma, chroma = planes[: SENSOR[1]], planes[SENSOR[1] :].reshape(SENSOR[1] // 2, SENSOR[0] // 2, 2)
        step = SENSOR[0] // width
        rows = np.zeros((height * 3 // 2, stride), np.uint8)
        rows[:height, :width] = luma[::step, ::step][:height, :width]
        rows[height:, :width] = chroma[::step, ::step][: height // 2, : width // 2].reshape(height // 2, width)
        if "short buffer" in misfortune.happening():
            return rows.reshape(-1)[: rows.size // 2]
        if "stride that lies" in misfortune.happening():
            self.config[name]["stride"] = width // 2
        return rows.reshape(-1)

    def get_metadata(self) -> dict[str, Any]:
        return self._metadata

    def release(self) -> None:
        misfortune.before("release")


class Picamera2:
    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        misfortune.before("global_camera_info")
        if "no camera" in misfortune.happening():
            return []
        return [{"Model": "imx708", "Location": 2, "Rotation": 180, "Id": "/base/soc/i2c0mux/imx708@1a", "Num": 0}]

    def __init__(self, camera_num: int = 0) -> None:
        misfortune.before("open")
        if camera_num >= len(self.global_camera_info()):
            raise RuntimeError(f"No camera number {camera_num} found")
        if "in use" in misfortune.happening():
            busy = RuntimeError("Failed to acquire camera: Device or resource busy")
            raise RuntimeError("Camera __init__ sequence did not complete.") from busy
        self.camera_properties = {"Model": "imx708", "PixelArraySize": SENSOR}
        self.camera_controls = {
            "FrameDurationLimits": (100, 83333, 33333),
            "AeFlickerMode": (0, 1, 0),
            "AeFlickerPeriod": (100, 10**6, 0),
        }
        if "no lens" not in misfortune.happening():
            self.camera_controls |= LENS
        self.sensor_resolution = SENSOR
        self.started = False
        self.is_open = True
        self._config: dict[str, Any] = {}
        self._controls: dict[str, Any] = {}
        self._af_state = 0
        self._queued = 0

    def create_preview_configuration(self, main: Any, lores: Any = None, buffer_count: int = 4, **more: Any) -> dict[str, Any]:
        return self._make(main, lores, buffer_count=buffer_count, **more)

    def create_still_configuration(self, main: Any, lores: Any = None, buffer_count: int = 1, **more: Any) -> dict[str, Any]:
        return self._make(main, lores, buffer_count=buffer_count, **more)

    def configure(self, config: dict[str, Any]) -> None:
        misfortune.before("configure")
        if self.started:
            raise RuntimeError("Camera must be stopped before configuring")
        self._config = {**config}
        for name in ("main", "lores"):
            if config[name] is not None:
                self._config[name] = self._adjusted(config[name])
        self._controls = {}
        self.set_controls(config["controls"])

    def camera_configuration(self) -> dict[str, Any]:
        return self._config

    def start(self) -> None:
        misfortune.before("start")
        if not self._config:
            raise RuntimeError("Camera has not been configured")
        self.started = True

    def stop(self) -> None:
        misfortune.before("stop")
        self.started = False

    def close(self) -> None:
        misfortune.before("close")
        self.stop()
        self.is_open = False

    def set_controls(self, controls: dict[str, Any]) -> None:
        for name, value in controls.items():
            if name not in self.camera_controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")
            self._controls[name] = value

    def capture_request(self, wait: float) -> Request:
        misfortune.before("capture_request")
        return self._frame(wait)

    def capture_metadata(self, wait: float) -> dict[str, Any]:
        misfortune.before("capture_metadata")
        return self._frame(wait).get_metadata()

    def switch_mode_and_capture_request(self, camera_config: dict[str, Any], wait: float, delay: int = 0) -> Request:
        misfortune.before("switch_mode_and_capture_request")
        before, self.started = self._config, False
        self.configure(camera_config)
        self.start()
        for _ in range(delay + 1):
            request = self._frame(wait)
        self.started = False
        self.configure(before)
        self.start()
        return request

    def autofocus_cycle(self, wait: float) -> bool:
        misfortune.before("autofocus_cycle")
        self.set_controls({"AfMode": 1, "AfTrigger": 0})
        self._frame(wait)
        self._af_state = FAILED if "no focus" in misfortune.happening() else FOCUSED
        return self._af_state == FOCUSED

    def cancel_all_and_flush(self) -> None:
        misfortune.before("cancel_all_and_flush")
        self._queued = 0

    def _frame(self, wait: float) -> Request:
        if not self.is_open or not self.started:
            raise RuntimeError("Camera has not been started")
        if self._queued:
            raise AssertionError("a job that timed out is still queued: cancel_all_and_flush was forgotten")
        if "frozen" in misfortune.happening():
            self._queued += 1
            time.sleep(wait)
            raise TimeoutError
        time.sleep(FRAME)
        metadata: dict[str, Any] = {"ExposureTime": 19998}
        if "LensPosition" in self.camera_controls:
            metadata |= {"AfState": self._af_state, "LensPosition": 3.3 if self._af_state == FOCUSED else 1.0}
        config = {name: value and {**value} for name, value in self._config.items() if name in ("main", "lores")}
        return Request(config, metadata)

    def _make(self, main: Any, lores: Any, **more: Any) -> dict[str, Any]:
        for stream in (main, lores):
            if stream is not None and any(side % 2 for side in stream["size"]):
                raise RuntimeError("width and height should be even")
        return {"main": main, "lores": lores, "raw": {}, "controls": {}, **more}

    def _adjusted(self, stream: dict[str, Any]) -> dict[str, Any]:
        """libcamera gives what it can: rows aligned to 64 bytes, and now and then another size or format."""
        width, height = stream["size"]
        now = misfortune.happening()
        if "another size" in now:
            width, height = width // 2, height // 2
        if "odd size" in now:
            width, height = width - 1, height - 1
        form = "YUV420" if "another format" in now else stream["format"]
        return {**stream, "format": form, "size": (width, height), "stride": -(-width // 64) * 64 + 64}
