"""The person before the terminal: told what to do, asked what was seen, and not waited for longer than announced."""

from __future__ import annotations

import os
import select
import sys
import time
from typing import Protocol

import click

YES, NO = frozenset({"y", "yes", "是", "有", "好"}), frozenset({"n", "no", "否", "没有", "不"})


class Hands(Protocol):
    @property
    def there(self) -> bool:
        """Somebody is there to lay, press and look."""

    def tell(self, text: str) -> None: ...

    def agrees(self, question: str, seconds: float) -> bool | None:
        """The answer; ``None`` when none came in time."""


class Nobody:
    """``--unattended``."""

    there = False

    def tell(self, text: str) -> None: ...

    def agrees(self, question: str, seconds: float) -> bool | None:
        return None


class Person:
    """At standard input. Prompts go to standard error with ``quiet``, so that standard output holds nothing but JSON."""

    def __init__(self, *, quiet: bool) -> None:
        self._err = quiet
        self._rest = b""
        self.there = True

    def tell(self, text: str) -> None:
        click.echo(f"    ▶ {text}", err=self._err)
        (sys.stderr if self._err else sys.stdout).flush()

    def agrees(self, question: str, seconds: float) -> bool | None:
        self._forget()
        self.tell(f"{question}（y 是，n 否，{seconds:.0f} 秒内回答）")
        end = time.monotonic() + seconds
        while (line := self._line(end)) is not None:
            answer = line.strip().lower()
            if answer in YES:
                return True
            if answer in NO:
                return False
            self.tell("请输入 y 或 n，再按回车。")
        return None

    def _forget(self) -> None:
        """What was typed before a question was no answer to it."""
        self._rest = b""
        while self.there and select.select([0], [], [], 0)[0]:
            self._take()

    def _line(self, end: float) -> str | None:
        while b"\n" not in self._rest:
            left = end - time.monotonic()
            if left <= 0 or not self.there or not select.select([0], [], [], left)[0]:
                return None
            self._take()
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace")

    def _take(self) -> None:
        data = os.read(0, 4096)
        self._rest = (self._rest + data)[-4096:]
        if not data:  # the end of the input: nobody will answer any more
            self.there = False
