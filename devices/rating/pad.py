"""Driver of a rating pad (评价器) on a serial line.

Most pads only talk: they never answer, so their proof of life is the last frame they sent, and an idle one has none. One that
is polled and answers also when idle is called mute when it stops. Each question takes the first key pressed after it was asked
and nothing else. A key that repeats without a pause is held down or stuck: it is one press, it answers no later question, and
staff are told when it goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from devices.port import RatingKey
from devices.protocols import rating
from devices.rating.profile import Profile, profiles
from devices.supervisor import Pace, Supervised
from devices.transports.serial import SerialLine

PRESS_APART = 0.3
"""Seconds between two presses; frames closer together are one key held down (pads repeat every 50 to 200 ms)."""
STUCK_AFTER = 5.0
"""Seconds of one press after which the key is called stuck."""
SILENT_AFTER = 2.0
"""Seconds without an answer after which a polled pad is mute, at least; one that is asked seldom has three questions' time."""
CHECK_EVERY = 1.0
"""Seconds between two looks whether the line is still there."""


class SerialPad(Supervised[str | None]):
    """:class:`devices.port.RatingPad` on ``path``; ``profile`` is a name in ``pads.toml`` (else ``ValueError``) or one."""

    def __init__(
        self,
        path: str,
        profile: str | Profile,
        *,
        name: str = "rating",
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, pace=pace, clock=clock)
        self._path = path
        self._profile = profile if isinstance(profile, Profile) else _named(profile)
        # One that only talks can prove nothing; one that is polled answers, or is mute soon.
        self.proof_within = 10.0 if self._profile.shape.idle else None
        self._line: SerialLine | None = None
        self._receiver = rating.Receiver(self._profile.shape)
        self._question: str | None = None
        self._down_since = self._down_last = float("-inf")
        self._poll_at = self._heard_at = self._counts_from = float("-inf")
        self._apart = max(PRESS_APART, 2 * self._profile.every)
        self._silent_after = max(SILENT_AFTER, 3 * self._profile.every)

    def ask(self, question: str) -> None:
        self.leave(question)

    def withdraw(self) -> None:
        self.leave(None)

    def open(self) -> None:
        self._line = SerialLine(self._path, self._profile.baud)
        self._line.discard()
        self._receiver.clear()
        self._line.write(self._profile.wake)
        if self._question is not None:
            self._line.write(self._profile.ask)
        self._heard_at = self.now()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def identify(self) -> str | None:
        """One that answers when idle is ready only once it did."""
        line = self._line
        assert line is not None
        opened = self._heard_at
        while self._profile.shape.idle and self._heard_at == opened and not self.stopping:
            self.wait(self._poll(line), *self.readable())
            self._listen(line)
        return self._profile.name

    def readable(self) -> tuple[int, ...]:
        return () if self._line is None else (self._line.fileno(),)

    def decline(self, note: str | None) -> None:
        """A question may be asked while the pad is away: it counts once it is back."""
        self._question = note

    def turn(self) -> float | None:
        assert self._line is not None
        self._listen(self._line)
        for note in self.notes():
            if note is not None:
                self._receiver.clear()
                self._line.write(self._profile.ask)
                # A polled pad may still hold a key pressed before the question, and tells it at the next poll.
                self._counts_from = self.now() + 2 * self._profile.every
            self._question = note
        self._line.check()
        if self.now() - self._down_last >= self._apart:
            self.ready()
        elif self._down_last - self._down_since >= STUCK_AFTER:
            self.ready(warning="pad_key_stuck")
        return self._poll(self._line) if self._profile.poll else CHECK_EVERY

    def _poll(self, line: SerialLine) -> float:
        now = self.now()
        if self._profile.shape.idle and now - self._heard_at >= self._silent_after:
            raise TimeoutError("the pad does not answer")
        if now >= self._poll_at:
            self._poll_at = now + self._profile.every
            line.write(self._profile.poll)
        return self._poll_at - now

    def _listen(self, line: SerialLine) -> None:
        self._receiver.receive_data(line.read(0))
        while (event := self._receiver.next_event()) is not None:
            if isinstance(event, rating.Garbage):
                continue
            self._heard_at = self.now()
            if isinstance(event, rating.Key):
                self._key(event.level)
            else:
                self.alive(self._heard_at)

    def _key(self, level: int) -> None:
        now = self.now()
        self.alive(now)
        fresh = now - self._down_last >= self._apart
        self._down_last = now
        if not fresh:
            return
        self._down_since = now
        if self._question is not None and now >= self._counts_from:
            self.emit(RatingKey(self._question, level))
            self._question = None


def _named(name: str) -> Profile:
    known = profiles()
    if name not in known:
        raise ValueError(f"no rating pad {name!r}; there are {', '.join(known)}")
    return known[name]
