"""The centre's answer to a birth, and to every whole report (``topics.greetings``)."""

from __future__ import annotations

from msgspec import Struct


class Greeting(Struct, frozen=True, omit_defaults=True):
    """The centre hears this terminal. ``again``: it has not heard the birth of this connect; it is to be said again."""

    v: int
    again: bool = False
