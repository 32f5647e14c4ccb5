"""What a printer is asked to print: a slip of blocks, or A4 pages. Named through :mod:`devices.port`."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import Struct


class Heading(Struct, frozen=True):
    """Centred, large."""

    text: str


class Paragraph(Struct, frozen=True):
    """Running text, wrapped; ``strong`` is bold, ``large`` one size up."""

    text: str
    strong: bool = False
    large: bool = False
    centred: bool = False


class Pair(Struct, frozen=True):
    """A label and its value; the value wraps beside the label."""

    label: str
    value: str


class Rule(Struct, frozen=True):
    """A line across."""


class Code(Struct, frozen=True):
    """A QR code (ISO/IEC 18004) with a caption below."""

    content: str
    caption: str


Block = Heading | Paragraph | Pair | Rule | Code


@dataclass(frozen=True, slots=True)
class Slip:
    """One piece of paper, top to bottom. Its ``repr`` shows nothing: a slip carries a person's (masked) data."""

    blocks: tuple[Block, ...] = field(repr=False)


class PrintJob(Struct, frozen=True):
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
