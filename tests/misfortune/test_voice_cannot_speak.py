"""Spoken guidance by real espeak-ng into a virtual loudspeaker: heard, cut off by what comes next, and its faults are told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from support.hall import until

from kiosk.settings import VoiceSettings
from kiosk.voice import FAILED, MISSING, Speaker

LONG = "请把身份证件平放在读卡处，不要动，看到提示再拿走。"


def loudspeaker(folder: Path, *more: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "devices.virtual.loudspeaker", str(folder), *more)


@contextmanager
def speaker(settings: VoiceSettings, news: Callable[[], None] = lambda: None) -> Iterator[Speaker]:
    one = Speaker(settings, news)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def speaking() -> list[str]:
    """Command lines of what makes or plays a voice for this process now."""
    lines = []
    for one in psutil.Process().children():
        with suppress(psutil.Error):
            lines.append(" ".join(one.cmdline()))
    return [line for line in lines if "espeak-ng" in line or "loudspeaker" in line]


def heard(folder: Path) -> list[int]:
    """Bytes of each sentence that was heard, the header left out."""
    return [path.stat().st_size - 44 for path in sorted(folder.glob("*.wav"), key=lambda path: int(path.stem))]


def test_a_sentence_is_heard_once_and_no_command_line_shows_it(tmp_path: Path) -> None:
    with speaker(VoiceSettings(player=loudspeaker(tmp_path))) as voice:
        voice.say(("请稍候",), "zh-CN")
        voice.say(("请稍候",), "zh-CN")
        until(lambda: heard(tmp_path) and heard(tmp_path)[0] > 0, "it speaks")
        assert not [line for line in speaking() if "请稍候" in line]
        until(lambda: not speaking(), "it has spoken")
        assert len(heard(tmp_path)) == 1
        assert heard(tmp_path)[0] > 22050  # more than half a second of 16 bits at 22,050 Hz
        voice.again()
        until(lambda: len(heard(tmp_path)) == 2, "once more")


def test_what_comes_next_cuts_off_what_was_being_said_and_a_hush_all_of_it(tmp_path: Path) -> None:
    with speaker(VoiceSettings(player=loudspeaker(tmp_path))) as voice:
        voice.say((LONG, LONG, LONG), "zh-CN")
        until(lambda: heard(tmp_path) and heard(tmp_path)[0] > 0, "it speaks")
        voice.say(("Please wait",), "en")
        until(lambda: len(heard(tmp_path)) == 2 and heard(tmp_path)[1] > 0, "the next")
        assert heard(tmp_path)[0] < 15 * 44100
        voice.hush()
        until(lambda: not speaking(), "silence")
        assert voice.fault is None  # cut off is no fault


def test_no_program_is_a_fault_and_so_is_no_sound_card_until_it_speaks_again(tmp_path: Path) -> None:
    told: list[str | None] = []
    for settings, fault in (
        (VoiceSettings(chinese=("/nowhere/espeak-ng",)), MISSING),
        (VoiceSettings(player=("/nowhere/aplay",)), MISSING),
        (VoiceSettings(chinese=("false",), player=("cat",)), FAILED),
        (VoiceSettings(player=loudspeaker(tmp_path, "broken")), FAILED),
    ):
        with speaker(settings, lambda: told.append("news")) as voice:
            voice.say(("请稍候",), "zh-CN")
            until(lambda voice=voice, fault=fault: voice.fault == fault, fault)  # type: ignore[misc]
    assert len(told) == 4


def test_it_is_as_loud_as_was_wished_and_as_before_for_the_next(tmp_path: Path) -> None:
    """The louder word is the same word: more of it is far from the middle."""
    with speaker(VoiceSettings(player=loudspeaker(tmp_path))) as voice:
        for step, wanted in ((0, 1), (1, 2)):
            voice.louder(step) if step else voice.say(("请",), "zh-CN")
            until(lambda wanted=wanted: len(heard(tmp_path)) == wanted, "spoken")  # type: ignore[misc]
            until(lambda: not speaking(), "to its end")
        voice.hush()
        voice.say(("请",), "zh-CN")
        until(lambda: len(heard(tmp_path)) == 3, "spoken")
        until(lambda: not speaking(), "to its end")
    first, louder, next_ = (peak(tmp_path / f"{n}.wav") for n in (1, 2, 3))
    assert louder > 1.2 * first
    assert next_ == first


def peak(path: Path) -> int:
    sound = path.read_bytes()[44:]
    return max(abs(int.from_bytes(sound[at : at + 2], "little", signed=True)) for at in range(0, len(sound) - 1, 2))
