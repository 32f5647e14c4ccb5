"""One device tried at a time on a running terminal, by somebody at the screen or over SSH; what it reports comes here meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from devices.port import BadgeReader, Device, DeviceChanged, DeviceEvent, PrintEnded
from kiosk.care.examining import NOTHING, steps
from kiosk.care.exercises import JOB, NAMES
from kiosk.care.station import LeftError, Station
from kiosk.staff.port import Checked, Question, Test
from kiosk.verdict import Outcome, Verdict, worst

log = logging.getLogger(__name__)


class Screen:
    """The person before a screen (``kiosk.care.hands.Hands``): told there, and asked there."""

    there = True

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self._news = threading.Condition()
        self._number = 0
        self._asked: tuple[str, float] | None = None
        self._answer: bool | None = None
        self.said = ""

    def tell(self, text: str) -> None:
        self.said = text
        self._changed()

    def agrees(self, question: str, seconds: float) -> bool | None:
        end = time.monotonic() + seconds
        with self._news:
            self._number += 1
            self._asked, self._answer = (question, end), None
            self._changed()
            self._news.wait_for(lambda: self._answer is not None or not self.there, seconds)
            self._asked = None
        self._changed()
        return self._answer

    def answer(self, number: int, yes: bool) -> None:
        """To the question of that number; one that is over is answered no more."""
        with self._news:
            if self._asked is not None and number == self._number:
                self._answer = yes
                self._news.notify_all()

    def leave(self) -> None:
        with self._news:
            self.there = False
            self._news.notify_all()

    @property
    def question(self) -> Question | None:
        asked, number = self._asked, self._number
        return Question(number, asked[0], max(0, round(asked[1] - time.monotonic()))) if asked else None


class Trying:
    """``ended`` is told of each test that came to its end: device and verdict, from the test's thread."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        badges: Mapping[str, BadgeReader],
        ended: Callable[[str, Verdict], None] = lambda _device, _verdict: None,
    ) -> None:
        self._devices = devices
        self._badges = badges
        self._ended = ended
        self._lock = threading.Lock()
        self._station: Station | None = None
        self._screen = Screen()
        self._thread: threading.Thread | None = None
        self._test: Test | None = None

    @property
    def test(self) -> Test | None:
        test, screen = self._test, self._screen
        if test is None or test.verdict is not None:
            return test
        return Test(test.device, test.title, test.steps, screen.said, screen.question)

    def begin(self, device: str, known: Mapping[str, Outcome] = NOTHING, screen: Screen | None = None) -> bool:
        """False: another lasts, or there is no such device."""
        with self._lock:
            if (self._thread is not None and self._thread.is_alive()) or device not in self._devices:
                return False
            self._screen = screen or Screen()
            self._station = Station(self._devices[device], self._badges.get(device))
            self._test = Test(device, NAMES.get(device, device))
            self._thread = threading.Thread(target=self._run, args=(self._station, self._screen, known), name="test", daemon=True)
            self._thread.start()
            return True

    def hear(self, device: str, event: DeviceEvent) -> bool:
        """What a device reports; whether it was the test's alone, and nobody else's."""
        if isinstance(event, PrintEnded) and event.job.startswith(JOB) and self._station is None:
            return True  # a slip that came out after whoever tried had gone
        station = self._station
        if station is None or station.device.name != device:
            return False
        station.hear(event)
        return not isinstance(event, DeviceChanged)

    def answer(self, number: int, yes: bool) -> None:
        self._screen.answer(number, yes)

    def stop(self) -> None:
        """Break off; when this returns nothing is armed any more, or the device does not let go."""
        station, thread = self._station, self._thread
        if station is not None:
            station.leave()
        self._screen.leave()
        if thread is not None:
            thread.join(5.0)

    def _run(self, station: Station, screen: Screen, known: Mapping[str, Outcome]) -> None:
        test = self._test
        assert test is not None
        verdicts: list[Verdict] = []
        shown: tuple[Checked, ...] = ()
        try:
            for found in steps(station, screen, known):
                verdicts.append(found.verdict)
                remedy = found.remedy if found.verdict is not Verdict.PASSED else ""
                shown = (*shown, Checked(found.title, found.verdict.value, found.says, remedy))
                screen.said = ""
                self._test = Test(test.device, test.title, shown)
        except LeftError:
            verdicts.append(Verdict.UNKNOWN)
            shown = (*shown, Checked("试到一半", "unknown", "中途退出了，没有试完"))
        except Exception:
            log.exception("a test failed")
            verdicts.append(Verdict.UNKNOWN)
            shown = (*shown, Checked("试到一半", "unknown", "程序出错，没有试完", "把日志发给技术支持。"))
        verdict = worst(verdicts)
        self._station = None
        self._test = Test(test.device, test.title, shown, verdict=verdict.value)
        self._ended(test.device, verdict)
