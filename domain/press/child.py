"""The process that sets one form: a JSON line saying what, then the data, on stdin; the document on stdout. It ends with it.

Typst takes 130 MB and more while it sets; a process that ends gives them back, and one that hangs can be killed. What it is given
holds a person: it stands in this process's memory and in two pipes, nowhere else.
"""

from __future__ import annotations

import io
import os
import resource
import sys
from pathlib import Path

import msgspec
import typst
from PIL import Image

from domain.press.order import Order

TEMPLATES = Path(__file__).with_name("templates")
FONTS = tuple(
    Path(folder)
    for folder in (
        "/usr/share/fonts/opentype/noto",
        "/usr/share/fonts/truetype/hanazono",
        "/usr/share/fonts/truetype/tibetan",
        "/usr/share/fonts/truetype/nuosusil",
    )
)
"""Where Debian's fonts-noto-cjk, fonts-hanazono, fonts-ddc-uchen and fonts-sil-nuosusil lie."""
MOST_PAGES = 12
_MEMORY = 1536 * 1024 * 1024
"""Bytes of address space: fonts are mapped whole."""
_SECONDS = 60


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(_set(msgspec.json.decode(head, type=Order), data.decode()))


def _set(order: Order, data: str) -> bytes:
    compiler = typst.Compiler(
        str(TEMPLATES / f"{order.template}.typ"),
        root=str(TEMPLATES),
        font_paths=[str(folder) for folder in FONTS if folder.is_dir()],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
    )
    if order.to == "pdf":
        return _pages(compiler.compile(format="pdf", pdf_standards=["a-2u"]))[0]
    made = _pages(compiler.compile(format="png", ppi=order.ppi))
    pages = [Image.open(io.BytesIO(page)).convert("L") for page in made[:MOST_PAGES]]
    paper = Image.new("L", (pages[0].width, sum(page.height for page in pages)), 255)
    top = 0
    for page in pages:
        paper.paste(page, (0, top))
        top += page.height
    out = io.BytesIO()
    paper.save(out, "PNG")
    return out.getvalue()


def _pages(made: bytes | list[bytes] | None) -> list[bytes]:
    return made if isinstance(made, list) else [made or b""]


if __name__ == "__main__":
    main()
