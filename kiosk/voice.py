"""Spoken guidance (语音提示): one program makes a voice (WAV) of text, another plays it; espeak-ng and aplay unless told otherwise.

Text goes in by a pipe, never on a command line, where ``ps`` would show it. A new sentence cuts off the one before: both programs
are killed. What cannot speak is a fault told to staff, and the screen goes on as it is.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable

from kiosk.settings import VoiceSettings

log = logging.getLogger(__name__)

NOWHERE = subprocess.DEVNULL
MISSING, FAILED = "voice_missing", "voice_failed"
LOUDNESS = (25, 50, 80, 120, 170)
"""Steps of espeak-ng's amplitude, of 200; speech starts at the third."""
START = 2
LONGEST = 90.0
"""Seconds after which whatever is being said is broken off: a player that hangs holds nobody's ear."""
MOST = 600
"""Characters said at once."""


class Speaker:
    """A :class:`kiosk.visit.voice.Voice`. ``news`` is called when :attr:`fault` has changed."""

    def __init__(self, settings: VoiceSettings, news: Callable[[], None]) -> None:
        self._settings = settings
        self._news = news
        self._changed = threading.Condition()
        self._last: tuple[str, str] | None = None
        self._wanted: tuple[str, str] | None = None
        self._turn = 0
        self._step = START
        self._playing: list[subprocess.Popen[bytes]] = []
        self._open = True
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self.fault: str | None = None
        """Code of what stands in the way, since the last try."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._open = False
            self._want(None)
        self._thread.join(5)

    def say(self, sentences: tuple[str, ...], language: str) -> None:
        asked = ("\n".join(sentences)[:MOST], language)
        with self._changed:
            if asked != self._last:
                self._last = asked
                self._want(asked)

    def again(self) -> None:
        with self._changed:
            self._want(self._last)

    def aside(self, text: str, language: str) -> None:
        with self._changed:
            self._want((text[:MOST], language))

    def louder(self, by: int) -> None:
        with self._changed:
            self._step = max(0, min(len(LOUDNESS) - 1, self._step + by))
            self._want(self._last)

    def hush(self) -> None:
        with self._changed:
            self._step = START
            if self._last is not None or self._playing:
                self._last = None
                self._want(None)

    def _want(self, what: tuple[str, str] | None) -> None:
        """Under the lock: this instead of anything else."""
        self._wanted = what if what is not None and what[0].strip() else None
        self._turn += 1
        for one in self._playing:
            one.kill()
        self._changed.notify_all()

    def _run(self) -> None:
        done = 0
        while True:
            with self._changed:
                while self._turn == done and self._open:
                    self._changed.wait()
                if not self._open:
                    return
                done, wanted, loud = self._turn, self._wanted, LOUDNESS[self._step]
            if wanted is not None:
                self._speak(done, *wanted, loud)

    def _speak(self, turn: int, text: str, language: str, loud: int) -> None:
        speaks = [word.replace("{loud}", str(loud)) for word in self._settings.speaks(language)]
        try:
            made = subprocess.Popen(speaks, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=NOWHERE)
        except OSError as error:
            self._told(MISSING, error.strerror)
            return
        assert made.stdin is not None
        assert made.stdout is not None
        both = [made]
        with made, made.stdout, made.stdin:
            try:
                both.append(subprocess.Popen(self._settings.player, stdin=made.stdout, stdout=NOWHERE, stderr=NOWHERE))
            except OSError as error:
                made.kill()
                self._told(MISSING, error.strerror)
                return
            made.stdout.close()  # the player's alone: when it ends, the other is told
            self._hear_out(turn, text, both)

    def _hear_out(self, turn: int, text: str, both: list[subprocess.Popen[bytes]]) -> None:
        made, played = both
        with self._changed:
            self._playing = both
            if self._turn != turn:  # something else was wanted meanwhile
                for one in both:
                    one.kill()
        late = False
        try:
            made.communicate(text.encode(), LONGEST)
            played.wait(LONGEST)
        except subprocess.TimeoutExpired:
            late = True
            for one in both:
                one.kill()
        ended = [one.wait() for one in both]
        with self._changed:
            self._playing = []
            cut_off = self._turn != turn
        if late:
            self._told(FAILED, "it did not end")
        elif not cut_off:
            self._told(FAILED if any(ended) else None, f"exit status {ended[0]} and {ended[1]}")

    def _told(self, fault: str | None, why: str | None) -> None:
        if fault is not None and fault != self.fault:
            log.warning("nothing can be said aloud: %s", why)
        changed, self.fault = fault != self.fault, fault
        if changed:
            self._news()
