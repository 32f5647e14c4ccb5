"""A one-time code need not be typed: its QR code, on paper or a telephone, is laid under the document camera."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import tomli_w
from click.testing import CliRunner
from support.fleet import TERMINAL, Fleet
from support.hall import prepared

from devices.camera.codes import read_code
from devices.virtual.camera import VirtualCamera
from kiosk.demo.layout import Layout, Ports
from kiosk.enrolment.command import enrol
from kiosk.enrolment.files import IdentityFiles


@pytest.fixture
def camera(memory: Path) -> Iterator[VirtualCamera]:
    device = VirtualCamera(str(memory / "camera"))
    device.start()
    yield device
    device.stop()


def test_a_code_laid_under_the_camera_enrols_the_terminal(
    fleet: Fleet, camera: VirtualCamera, tmp_path: Path, memory: Path
) -> None:
    prepared(Layout(tmp_path, memory, Ports(9600)), signed=True)
    settings = tmp_path / "terminal.toml"
    tree = msgspec.toml.decode(settings.read_bytes())
    tree["terminal"]["id"] = TERMINAL
    tree["devices"]["camera"]["socket"] = camera.address
    tree["centre"] |= {"documents": fleet.centre.api_address, "identity": str(tmp_path / "identity")}
    settings.write_text(tomli_w.dumps(tree), "utf-8")
    camera.lay_code(str(fleet.centre.authority.new_code(TERMINAL)))
    result = CliRunner().invoke(enrol, [str(settings), "--camera"])
    assert result.exit_code == 0, result.output
    assert f"终端 {TERMINAL} 已登记" in result.output
    held = IdentityFiles(tmp_path / "identity").held()
    assert held is not None
    assert held.terminal == TERMINAL


def test_another_code_on_the_desk_is_passed_over(camera: VirtualCamera) -> None:
    camera.lay_code("https://example.invalid/progress/x")
    assert read_code(camera.address, 2.0, lambda text: text.startswith("ABCD")) is None


def test_a_camera_that_is_away_and_comes_back_is_waited_for(camera: VirtualCamera) -> None:
    camera.lay_code("ABCD")
    camera.inject("half a frame")
    assert read_code(camera.address, 1.5, lambda text: True) is None
    camera.clear()
    assert read_code(camera.address, 20.0, lambda text: True) == "ABCD"


def test_no_camera_at_all_is_no_code(tmp_path: Path) -> None:
    assert read_code(str(tmp_path / "nobody"), 0.6, lambda text: True) is None
