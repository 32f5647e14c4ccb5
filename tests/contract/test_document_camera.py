"""What the terminal may rely on at the camera's socket, shown on every source there is: the virtual camera, the camera's own
process on a double of picamera2, and the same process on the real picamera2 (libcamera's virtual pipeline, ``make camera-test``).
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from support.heard import Heard, first_preview
from support.pi.rig import Process, RealProcess, ask, leave

from devices.camera.driver import FrameCamera, Times
from devices.camera.link import CameraLink
from devices.camera.page import find_page
from devices.camera.scan import picture_of
from devices.port import PageRefused, PageTaken
from devices.protocols import frames
from devices.protocols.frames import Frame, Receiver, Refusal, Why
from devices.virtual.camera import VirtualCamera
from devices.virtual.desk import STILL, Scene

PATIENT = replace(Times(), hello=2.0, preview=3.0, still=8.0, between_hellos=0.2)
"""Longer than the process's own deadlines, with room for a busy machine: it is to say itself what is wrong."""


class Source(ABC):
    """Something that answers at a camera's socket, with the page ``residence`` under it."""

    socket: str
    scene: Scene

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def inject(self, fault: str) -> None:
        """``frozen`` or ``no camera``."""

    @abstractmethod
    def clear(self) -> None: ...

    @abstractmethod
    def vanish(self) -> None:
        """Without a word; ``start`` brings it back."""


class Virtual(Source):
    def __init__(self, folder: Path) -> None:
        self._camera = VirtualCamera(folder / "camera.sock")
        self.socket = self._camera.address

    def start(self) -> None:
        self._camera.clear()
        self._camera.start()
        self._camera.lay("residence")
        assert self._camera._scene is not None
        self.scene = self._camera._scene

    def stop(self) -> None:
        self._camera.stop()

    def inject(self, fault: str) -> None:
        self._camera.inject(fault)

    def clear(self) -> None:
        self._camera.clear()

    def vanish(self) -> None:
        self._camera.inject("unplug")


class Pi(Source):
    kind = Process

    def __init__(self, folder: Path) -> None:
        self._process = self.kind(folder)
        self.socket = str(self._process.socket)
        self.scene = self._process.scene

    def start(self) -> None:
        self._process.start()

    def stop(self) -> None:
        leave(self._process)

    def inject(self, fault: str) -> None:
        self._process.inject(fault)
        if fault == "no camera":  # found out when it is opened
            child = self._process.child()
            assert child is not None
            child.kill()

    def clear(self) -> None:
        self._process.clear()

    def vanish(self) -> None:
        self._process.kill()


class Picamera2(Pi):
    kind = RealProcess


SOURCES = [
    pytest.param(Virtual, id="virtual"),
    pytest.param(Pi, id="process"),
    pytest.param(Picamera2, id="picamera2", marks=pytest.mark.long),
]


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest, memory: Path) -> Iterator[Source]:
    made: Source = request.param(memory)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def driven(source: Source) -> Iterator[tuple[FrameCamera, Heard]]:
    driver, heard = FrameCamera(source.socket, times=PATIENT), Heard()
    driver.start(heard)
    try:
        heard.ready()
        yield driver, heard
    finally:
        driver.stop()


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = max(float(np.mean((one.astype(np.float32) - other.astype(np.float32)) ** 2)), 1e-6)
    return float(10 * np.log10(255**2 / error))


def frame(source: Source, question: str) -> Frame:
    """The answer to ``question``, once the camera is open."""
    link, gap = CameraLink(source.socket), threading.Event()
    try:
        while (answer := ask(lambda: getattr(link, question)(20.0))) is Why.NOT_YET:
            gap.wait(0.02)
    finally:
        link.close()
    assert isinstance(answer, Frame), answer
    return answer


def test_a_still_is_what_lies_on_the_desk_full_range_and_in_colour(source: Source) -> None:
    still = picture_of(frame(source, "still"))
    assert (still.width, still.height) == STILL
    assert psnr(still.luma, source.scene.luma) >= 40
    assert psnr(still.chroma, source.scene.chroma) >= 40


def test_a_preview_shows_the_same_field_as_a_still(source: Source) -> None:
    small = picture_of(frame(source, "preview"))
    page = find_page(small)
    assert page is not None
    assert source.scene.corners is not None
    found = np.array(page.corners) * STILL[0] / small.width
    ways = [np.abs(np.roll(found, turn, axis=0) - source.scene.corners).max() for turn in range(4)]
    assert min(ways) <= 0.004 * STILL[0]  # whichever corner is called the first


def test_a_page_is_found_in_its_perspective_and_straightened(source: Source) -> None:
    with driven(source) as (driver, heard):
        driver.watch()
        first_preview(driver)
        driver.take("the page")
        taken = heard.answer("the page")
        assert isinstance(taken, PageTaken)
        assert abs(taken.width / taken.height - 210 / 297) < 0.02
        assert taken.findings == ()
        assert taken.format == "a4"


def test_a_page_may_be_taken_again_and_again(source: Source) -> None:
    with driven(source) as (driver, heard):
        driver.watch()
        for request in ("one", "two", "three"):
            driver.take(request)
            assert isinstance(heard.answer(request), PageTaken)


def test_a_frozen_camera_is_said_to_be_every_page_is_answered_and_it_comes_back_by_itself(source: Source) -> None:
    with driven(source) as (driver, heard):
        driver.watch()
        first_preview(driver)
        before = heard.so_far
        source.inject("frozen")
        heard.fault("camera_frozen", since=before)
        assert driver.live() is None
        driver.take("while frozen")
        assert heard.answer("while frozen") == PageRefused("while frozen", "camera_frozen")
        frozen_at = heard.so_far
        source.clear()
        heard.ready(since=frozen_at)
        driver.take("again")
        assert isinstance(heard.answer("again"), PageTaken)


def test_a_loose_ribbon_is_absent_and_back_when_it_is_pushed_in(source: Source) -> None:
    with driven(source) as (driver, heard):
        driver.watch()
        first_preview(driver)
        before = heard.so_far
        source.inject("no camera")
        heard.fault("absent", since=before)
        gone_at = heard.so_far
        source.clear()
        heard.ready(since=gone_at)
        assert first_preview(driver)


def test_a_process_that_is_gone_is_absent_and_ready_when_it_is_back(source: Source) -> None:
    with driven(source) as (driver, heard):
        driver.watch()
        first_preview(driver)
        before = heard.so_far
        source.vanish()
        heard.fault("absent", since=before)
        gone_at = heard.so_far
        source.start()
        heard.ready(since=gone_at)
        driver.take("back")
        assert isinstance(heard.answer("back"), PageTaken)


def test_an_unknown_question_is_refused_in_words_of_the_protocol(source: Source) -> None:
    link = CameraLink(source.socket)
    link._stream.send(frames.HEADER.pack(frames.MAGIC, 1, 42, 0, 5, 0, 0, 0, 0), 10**9)
    receiver: Receiver = link._receiver
    while (answer := receiver.next_event()) is None:
        receiver.receive_data(link._stream.receive(receiver.wanted, 10**9))
    link.close()
    assert answer == Refusal(5, Why.UNKNOWN_REQUEST)
