"""What a printer is asked to print: a slip of blocks, or A4 pages. Named through :mod:`devices.port`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heading:
    """Centred, large."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, wrapped; ``strong`` is bold, ``large`` one size up."""

    text: str
    strong: bool = False
    large: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value; the value wraps beside the label."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code (ISO/IEC 18004) with a caption below."""

    content: str
    caption: str


Block = Heading | Paragraph | Pair | Rule | Code


@dataclass(frozen=True, slots=True)
class Slip:
    """One piece of paper, top to bottom. Its ``repr`` shows nothing: a slip carries a person's (masked) data."""

    blocks: tuple[Block, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrintJob:
    """``attempt`` counts from 1; from 2 on the slip already carries 补打 第n次."""

    job: str
    attempt: int
    slip: Slip


@dataclass(frozen=True, slots=True)
class PageJob:
    """``pdf`` of ``pages`` A4 pages. ``title`` stands in the printer's own memory and on its display: nothing of a person."""

    job: str
    attempt: int
    title: str
    pages: int
    pdf: bytes = field(repr=False)
