"""The citizen's templates as Python: compiled once, not at every start, where some ten milliseconds each add up to half a second.

In an installed program they are modules beside this one (:data:`PLACE`), made by ``systemd/deb/tree.py`` from the very templates
and compiled to bytecode like every other module. Where there are none, in a developer's tree, each is compiled once a process,
whatever number of applications it builds from them.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import BaseLoader, BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined
from jinja2.bccache import Bucket

from domain.names import pieces
from ui.words import install

HERE = Path(__file__).parent
PLACE = HERE / "made"
SOURCES = (HERE / "templates", HERE / "technician" / "templates")


class Compiled(BytecodeCache):
    """In memory. For environments of one configuration only: what a template compiles to depends on it."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._kept.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = Compiled()


def configure(pages: Environment, place: Path = PLACE) -> None:
    """How the citizen's templates are written; ``place``: where their modules are, if they were made."""
    pages.undefined = StrictUndefined
    pages.filters["pieces"] = pieces
    pages.trim_blocks = True
    pages.lstrip_blocks = True
    install(pages)
    if place.is_dir() and isinstance(pages.loader, BaseLoader):
        pages.loader = ChoiceLoader([ModuleLoader(place), pages.loader])
    else:
        pages.bytecode_cache = _COMPILED


def make(place: Path) -> None:
    """Every template as a module in the folder ``place``, which is made."""
    pages = Flask("ui").jinja_env
    configure(pages, place)
    pages.loader = FileSystemLoader(SOURCES)
    pages.compile_templates(place, extensions=["html"], zip=None, ignore_errors=False)


def compile_all(pages: Environment) -> None:
    """What is not made yet: now, and not while the first citizen waits for a screen, up to 30 milliseconds each."""
    if isinstance(pages.loader, ChoiceLoader):
        return
    for name in pages.list_templates(extensions=("html",)):
        pages.get_template(name)
