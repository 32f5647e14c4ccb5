"""Asking a reader until it answers, and knowing when it does not: silence is *mute*, nothing but damage a bad line."""

from __future__ import annotations

from collections.abc import Callable

from devices.idcard.exchange import STATUS, Answer, Command, Exchange, NoAnswerError
from devices.idcard.meaning import LINE_DAMAGED, Cure, meaning
from devices.supervisor import DeviceFaultError

ATTEMPTS = 3
"""Of sending a request the module says it did not get whole."""
MISSES = 3
"""Questions in a row without a usable answer after which the reader counts as mute, or its line as damaged."""


class Asker:
    """``alive`` is called for each answer; ``stopping`` ends a wait. ``OSError`` when the line goes away, from every method."""

    def __init__(self, exchange: Exchange, alive: Callable[[], None], stopping: Callable[[], bool]) -> None:
        self._exchange = exchange
        self._alive = alive
        self._stopping = stopping
        self._silences = 0
        self.misses = 0
        self.silent = False
        """Whether not one byte came the last time there was no answer."""

    def ask(self, command: Command) -> Answer | None:
        """The answer; ``None`` when there was no usable one. That :data:`MISSES` times in a row is ``TimeoutError`` (not a word)
        or :class:`DeviceFaultError` (nothing but damage).
        """
        for _ in range(ATTEMPTS):
            try:
                answer = self._exchange.ask(command)
            except NoAnswerError as error:
                self._missed(error)
                return None
            self.misses = self._silences = 0
            self._alive()
            if meaning(answer.sw3).cure is not Cure.RESEND:
                return answer
        return answer

    def ask_twice(self, command: Command) -> Answer | None:
        """As :meth:`ask`; once more where the answer says that this may help."""
        answer = self.ask(command)
        return self.ask(command) if answer is not None and meaning(answer.sw3).cure is Cure.ONCE else answer

    def insist(self, command: Command) -> Answer:
        """An answer, or what :meth:`ask` raises."""
        while (answer := self.ask(command)) is None:
            if self._stopping():
                raise TimeoutError("stopping")
        return answer

    def make_sure_it_talks(self) -> None:
        """After a read that brought nothing whole: damage is the line's, silence may be the reader's end."""
        if self.silent:
            self.insist(STATUS)
        self.misses = self._silences = 0

    def _missed(self, error: NoAnswerError) -> None:
        self.misses += 1
        self._silences += error.silent
        self.silent = error.silent
        if self.misses < MISSES or self._stopping():
            return
        if self._silences:
            raise TimeoutError(str(error)) from error
        raise DeviceFaultError(LINE_DAMAGED) from error
