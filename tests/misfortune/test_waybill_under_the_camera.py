"""A waybill is read by the window terminal's camera for the clerk's page; what stands in the way of it is said by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from devices.camera.codes import ALL, read_code
from devices.virtual.camera import VirtualCamera
from devices.virtual.pages import WAYBILL
from kiosk import code_reader
from kiosk.code_reader import create_code_reader, secret_of
from kiosk.settings import ReaderSettings, SettingsError

SECRET = "s" * 32
WITH = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture
def camera(memory: Path) -> Iterator[VirtualCamera]:
    device = VirtualCamera(str(memory / "camera"))
    device.start()
    yield device
    device.stop()


def reader(camera: VirtualCamera, idle: Callable[[], bool] = lambda: True) -> FlaskClient:
    return create_code_reader(partial(read_code, camera.address, formats=ALL), idle, SECRET).test_client()


def test_the_stripes_of_a_parcel_are_read(camera: VirtualCamera) -> None:
    camera.lay("waybill")
    answer = reader(camera).post("/v1/waybill", headers=WITH)
    assert (answer.status_code, answer.json) == (200, {"waybill": WAYBILL})


def test_another_code_and_an_empty_desk_are_no_waybill(camera: VirtualCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_reader, "SECONDS", 1.0)
    camera.lay_code("https://example.invalid/progress#secret")
    answer = reader(camera).post("/v1/waybill", headers=WITH)
    assert (answer.status_code, answer.data) == (204, b"")


def test_a_camera_that_is_gone_is_no_waybill(camera: VirtualCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_reader, "SECONDS", 0.8)
    camera.inject("unplug")
    assert reader(camera).post("/v1/waybill", headers=WITH).status_code == 204


def test_the_camera_is_the_citizens_while_a_visit_runs(camera: VirtualCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    camera.lay("waybill")
    assert reader(camera, lambda: False).post("/v1/waybill", headers=WITH).status_code == 409
    monkeypatch.setattr(code_reader, "SLICE", 0.3)
    camera.clear_desk()
    asked = iter([True, True])  # a visit begins while a parcel is waited for
    assert reader(camera, lambda: next(asked, False)).post("/v1/waybill", headers=WITH).status_code == 409


def test_two_do_not_wait_for_the_camera_at_one_time() -> None:
    waiting, go = threading.Event(), threading.Event()

    def read(seconds: float, wanted: Callable[[str], bool]) -> str:
        waiting.set()
        assert go.wait(10)
        return WAYBILL

    app = create_code_reader(read, lambda: True, SECRET)
    first = threading.Thread(target=lambda: app.test_client().post("/v1/waybill", headers=WITH))
    first.start()
    assert waiting.wait(10)
    assert app.test_client().post("/v1/waybill", headers=WITH).status_code == 429
    go.set()
    first.join()
    assert app.test_client().post("/v1/waybill", headers=WITH).json == {"waybill": WAYBILL}


def test_who_does_not_know_the_secret_is_told_nothing(camera: VirtualCamera) -> None:
    camera.lay("waybill")
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {SECRET}x"}, {"Authorization": "Bearer é"}):
        assert reader(camera).post("/v1/waybill", headers=headers).status_code == 401


def test_a_secret_others_can_read_keeps_the_terminal_from_starting(tmp_path: Path) -> None:
    path = tmp_path / "codes"
    path.write_text(SECRET + "\n")
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        secret_of(ReaderSettings(9000, path))
    path.chmod(0o600)
    assert secret_of(ReaderSettings(9000, path)) == SECRET
    path.write_text("short\n")
    with pytest.raises(SettingsError) as caught:
        secret_of(ReaderSettings(9000, path))
    assert "short" not in str(caught.value)
