"""What all exercises have in common: their order, what each needs, and when an outcome is believed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from kiosk.care.exercises import EXERCISES, Exercise
from kiosk.care.hands import Hands
from kiosk.care.station import BrokenError, Station
from kiosk.verdict import Finding, Outcome, Verdict, failed, passed, unknown

NOTHING: Mapping[str, Outcome] = {}


def steps(station: Station, hands: Hands, known: Mapping[str, Outcome] = NOTHING) -> Iterator[Finding]:
    """Every step of a device in its order; ``known``: outcomes that need no trying, by step. A device that cannot serve is not
    tried further: the rest of its steps is unknown. :class:`LeftError`: who tried has gone.
    """
    began, verdicts = time.monotonic(), dict[str, Verdict]()
    for exercise in (OPENS, *EXERCISES.get(station.device.name, (NOT_KNOWN,)), _still_answers(began)):
        if exercise is not OPENS and verdicts[OPENS.step] is not Verdict.PASSED:
            outcome = unknown("设备不能用，没有试")
        elif exercise.hands and not hands.there:
            outcome = unknown("要有人动手，没有试")
        elif exercise.needs is not None and verdicts[exercise.needs] is not Verdict.PASSED:
            outcome = unknown("前一步没有通过，没有试")
        elif exercise.step in known:
            outcome = known[exercise.step]
        else:
            outcome = _attempt(exercise, station, hands)
        verdicts[exercise.step] = outcome.verdict
        yield Finding(exercise.step, exercise.title, outcome.verdict, outcome.fault, outcome.says, outcome.remedy)


def _attempt(exercise: Exercise, station: Station, hands: Hands) -> Outcome:
    """The exercise's outcome, believed only if the device was well all the time and still is."""
    try:
        if exercise is not OPENS:
            station.begin()
        outcome = exercise.run(station, hands)
        if outcome.verdict is Verdict.PASSED and exercise is not OPENS and not station.confirm():
            return failed("unproven")
    except BrokenError as error:
        return failed(error.code)
    return outcome


def _opens(station: Station, hands: Hands) -> Outcome:
    state = station.settle()
    if not state.usable:
        return failed(state.fault) if state.fault else unknown("等了一会儿，还没有连上")
    if state.warning is not None:  # passing means that nobody needs to come back
        return failed(state.warning)
    return passed(state.identity or "")


def _still_answers(began: float) -> Exercise:
    """Of a device that gives no proof by itself, what it said while it was tried is the proof."""

    def run(station: Station, hands: Hands) -> Outcome:
        if not station.confirm():
            return failed("unproven")
        proof_at = station.device.state().proof_at
        if proof_at is None or proof_at < began:
            return unknown("线接着，但这种设备从不主动应答，要动手才知道")
        return passed()

    return Exercise("proof", "一直在应答", run, hands=False)


OPENS = Exercise("opens", "接上，打得开", _opens, hands=False)
NOT_KNOWN = Exercise("use", "用一次", lambda station, hands: unknown("还没有这种设备的试法"), hands=False)
