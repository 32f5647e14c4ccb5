"""The screen's browser: how it is called, and when it is started anew."""

from __future__ import annotations

import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from kiosk.screen import browser
from kiosk.screen.compositor import turns
from kiosk.screen.judge import AGAIN, START, SURE, Judge, Told, Verdict
from kiosk.visit.pulse import GlassState

ALIVE, AWAITED = Told(GlassState.ALIVE, 0.5, visit=False), Told(GlassState.AWAITED, None, visit=False)
BROKEN = [Told(state, 9.0, visit=False) for state in GlassState if state not in (GlassState.ALIVE, GlassState.AWAITED)]


class Seconds:
    """A judge that looks once a second, from when the browser was started."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.judge = Judge(self.now)

    def see(self, told: Told | None, seconds: float = 1) -> Verdict:
        """The first that is not fine, or fine after ``seconds``."""
        verdict = Verdict.FINE
        for _ in range(int(seconds)):
            self.now += 1
            if (verdict := self.judge.look(told, self.now)) is not Verdict.FINE:
                break
        return verdict


@pytest.mark.parametrize("broken", BROKEN, ids=lambda told: told.state.value)
def test_a_page_that_stops_proving_itself_ends_its_browser_within_seconds(broken: Told) -> None:
    screen = Seconds()
    assert screen.see(ALIVE, 5) is Verdict.FINE
    before = screen.now
    assert screen.see(broken, 60) is Verdict.BROKEN
    assert screen.now - before == SURE


@pytest.mark.parametrize("broken", BROKEN, ids=lambda told: told.state.value)
def test_what_is_known_of_the_browser_before_is_not_laid_at_the_door_of_the_new_one(broken: Told) -> None:
    screen = Seconds()
    assert screen.see(broken, START - 1) is Verdict.FINE
    assert screen.see(ALIVE) is Verdict.FINE


def test_the_last_beats_of_the_browser_before_are_not_taken_for_the_new_ones() -> None:
    """It was killed a second ago: the service calls the glass alive until it has missed three beats, and silent then."""
    screen = Seconds()
    for second in range(6):
        assert screen.see(Told(GlassState.ALIVE, 1.5 + second, visit=False)) is Verdict.FINE
    assert screen.see(Told(GlassState.SILENT, 8.0, visit=False), 15) is Verdict.FINE
    assert screen.see(ALIVE) is Verdict.FINE
    assert screen.see(Told(GlassState.SILENT, 8.0, visit=False), 15) is Verdict.BROKEN


@pytest.mark.parametrize("told", [*BROKEN, AWAITED], ids=lambda told: told.state.value)
def test_a_browser_that_never_shows_the_page_is_ended(told: Told) -> None:
    assert Seconds().see(told, START + SURE) is Verdict.BROKEN


def test_a_service_that_does_not_answer_says_nothing_about_the_browser() -> None:
    screen = Seconds()
    assert screen.see(ALIVE) is Verdict.FINE
    assert screen.see(None, 3600) is Verdict.FINE


def test_a_service_that_comes_back_has_heard_of_no_page_yet_and_a_page_that_never_finds_it_is_ended() -> None:
    screen = Seconds()
    for absent in (3, 0):  # also one so quick that it was not missed
        assert screen.see(ALIVE, 2) is Verdict.FINE
        assert screen.see(None, absent) is Verdict.FINE
        assert screen.see(AWAITED, AGAIN - 1) is Verdict.FINE
    assert screen.see(AWAITED, SURE + 1) is Verdict.BROKEN


def test_a_compositor_that_stands_is_ended_though_its_page_goes_on() -> None:
    """The browser paints on, for nobody."""
    screen = Seconds()
    assert [screen.judge.turns(turns, screen.now) for turns in (False, False, False, True, False)] == [Verdict.FINE] * 5
    assert screen.judge.turns(False, screen.now) is Verdict.BROKEN


def test_a_compositor_that_never_comes_up_is_ended() -> None:
    screen = Seconds()
    assert screen.judge.turns(False, screen.now + START) is Verdict.FINE
    assert screen.judge.turns(False, screen.now + START + 1) is Verdict.BROKEN


class Compositor:
    """Takes one client, reads its request and sends ``answer``, one byte at a time."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.heard = b""
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._listener, self._listener.accept()[0] as client:
            self.heard = client.recv(64)
            with suppress(OSError):  # who has heard enough hangs up
                for byte in self._answer:
                    client.send(bytes([byte]))

    def ended(self) -> bytes:
        self._thread.join(5)
        return self.heard


def test_a_round_trip_is_what_a_compositor_answers(tmp_path: Path) -> None:
    """Wayland's wire: wl_display.sync with a new id, wl_callback.done for it."""
    one = Compositor(tmp_path / "wayland-0", bytes.fromhex("02000000 00000c00 2a000000"))
    assert turns(tmp_path / "wayland-0", 5)
    assert one.ended() == bytes.fromhex("01000000 00000c00 02000000")


@pytest.mark.parametrize("answer", ["", "0200", "01000000 00001400 01000000 00000000 00000000"])
def test_silence_a_closed_line_and_an_error_are_no_round_trip(tmp_path: Path, answer: str) -> None:
    one = Compositor(tmp_path / "wayland-0", bytes.fromhex(answer))
    assert not turns(tmp_path / "wayland-0", 0.5)
    one.ended()
    assert not turns(tmp_path / "nobody", 0.5)


def test_a_new_browser_at_night_waits_until_nobody_stands_there() -> None:
    screen = Seconds()
    screen.judge.worn = True
    assert screen.see(Told(GlassState.ALIVE, 0.5, visit=True), 600) is Verdict.FINE
    assert screen.see(ALIVE) is Verdict.WORN


def test_all_the_browser_writes_lies_in_the_folder_in_memory(tmp_path: Path) -> None:
    command = browser.session(tmp_path, "http://127.0.0.1:8600/")
    written = [word.partition("=")[2] for word in command if word.startswith(("--user-data-dir", "--disk-cache-dir"))]
    assert len(written) == 2
    assert all(Path(path).is_relative_to(tmp_path) for path in written)
    assert command[:3] == ["cage", "--", "chromium"]  # no -s: nobody changes to another console
    assert "--app=http://127.0.0.1:8600/" in command


def test_the_browser_knows_every_flag() -> None:
    """One it does not know is skipped in silence."""
    names = {word.partition("=")[0].removeprefix("--") for word in browser.session(Path("/run/x"), "x")[3:]}
    found = subprocess.run(
        ["grep", "-aozxF", "-e", "\n".join(names), "/usr/lib/chromium/chromium"],
        capture_output=True,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        check=True,
        timeout=60,
    )
    assert names - set(found.stdout.decode().split("\0")) == set()


@pytest.mark.parametrize(
    ("kernel", "degrees"),
    [("root=/dev/x tongban.rotate=90 quiet", "90"), ("tongban.rotate=270", "270"), ("quiet", None), ("tongban.rotate=45", None)],
)
def test_the_kernels_line_says_how_the_screen_hangs(kernel: str, degrees: str | None) -> None:
    assert browser.turned(kernel) == degrees


def test_every_output_is_turned() -> None:
    listed = 'HDMI-A-1 "Some Panel"\n  Enabled: yes\n  Modes:\n    1920x1080 px\nHDMI-A-2 "Other"\n  Enabled: no\n'
    assert browser.turning(listed, "90") == [
        ["wlr-randr", "--output", "HDMI-A-1", "--transform", "90"],
        ["wlr-randr", "--output", "HDMI-A-2", "--transform", "90"],
    ]


@pytest.mark.parametrize(
    ("drivers", "told"),
    [
        ((), {"WLR_RENDERER": "pixman"}),
        (("virtio-pci",), {"WLR_RENDERER": "pixman"}),
        (("v3d",), {}),
        (("virtio-pci", "i915"), {}),
    ],
    ids=["no graphics device", "a virtual one", "a Raspberry Pi's", "a real one beside it"],
)
def test_without_a_graphics_processor_the_compositor_does_not_play_one(
    tmp_path: Path, drivers: tuple[str, ...], told: dict[str, str]
) -> None:
    for number, driver in enumerate(drivers):
        (tmp_path / "drivers" / driver).mkdir(parents=True)
        device = tmp_path / "drm" / f"renderD{128 + number}" / "device"
        device.mkdir(parents=True)
        (device / "driver").symlink_to(tmp_path / "drivers" / driver)
    assert browser.drawing(tmp_path / "drm") == told
