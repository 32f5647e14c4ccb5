"""The public pages as files: the whole catalogue for a web server or a folder on a stick, without script (规程 Art. 7)."""

from __future__ import annotations

import shutil
from datetime import date
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from domain.catalogue.catalogue import Catalogue
from kiosk.visit.snapshot import Hall
from ui.public.book import Book
from ui.words import N_, install


def write(folder: Path, catalogue: Catalogue, phone: str, today: date) -> int:
    """Every page into ``folder``, beside ``site.css``; how many. The folder is replaced as a whole, by a rename; ``OSError``."""
    made = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    hall = Hall("", N_("您交材料的地方"), "", phone, "")
    book = Book(catalogue, hall, today)
    pages = Environment(
        loader=PackageLoader("ui"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    install(pages)
    count = 0
    for name in book.names():
        page = book.page(name)
        if page is None:
            continue
        text = pages.get_template(f"open/{page.template}.html").render(
            page=page,
            live=False,
            hall=hall,
            demo=catalogue.demo,
            version=catalogue.version,
            published=f"{today:%Y-%m-%d}",
            to=lambda name: f"{name}.html",
        )
        (made / f"{name}.html").write_text(text, "utf-8")
        count += 1
    (made / "site.css").write_bytes(resources.files("ui").joinpath("static/css/site.css").read_bytes())
    _put(made, folder)
    return count


def _put(made: Path, folder: Path) -> None:
    before = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(before, ignore_errors=True)
    if folder.exists():
        folder.rename(before)
    made.rename(folder)
    shutil.rmtree(before, ignore_errors=True)
