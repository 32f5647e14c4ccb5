"""What is wrong while a terminal is set up; each text is Chinese, for who stands before it."""

from __future__ import annotations


class AnswerError(ValueError):
    """An answer that cannot be used: it is asked for again, or named with its line."""


class SetupError(Exception):
    """It does not go on; ``code``: exit code."""

    def __init__(self, said: str, code: int) -> None:
        super().__init__(said)
        self.code = code
