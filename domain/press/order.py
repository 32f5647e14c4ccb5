"""What is to be set: the line before the data. Apart from the child, so that the terminal's own process never loads Typst."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Order(Struct, frozen=True):
    """``template``: a file's name without ``.typ``; ``to``: a PDF/A for the desk, or one long picture for the screen."""

    template: str
    to: Literal["pdf", "png"]
    ppi: int = 132
