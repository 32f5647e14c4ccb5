"""What a screen may have said aloud (语音提示): the port between the pages and whatever speaks."""

from __future__ import annotations

from typing import Protocol


class Voice(Protocol):
    """Any thread; every method returns at once."""

    def say(self, sentences: tuple[str, ...], language: str) -> None:
        """``sentences`` instead of what is being said, unless they are what was said last: then nothing happens."""

    def again(self) -> None:
        """What was said last, once more."""

    def aside(self, text: str, language: str) -> None:
        """A word between: where the hand on the keys is. What was said last stays that."""

    def louder(self, by: int) -> None:
        """By so many steps, or softer; it stays within what a hall bears, and goes back when somebody else comes."""

    def hush(self) -> None:
        """Silent at once, and as loud as at the start."""
