"""Options of the reader of pages. Where the section is not written, pages are taken and nobody reads them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class Options(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``threads`` that compute; ``page``: seconds one page may take, start of the process included; ``idle``: minutes after which
    the process ends; ``memory``: MiB it may take, see ``process/fence.py``."""

    threads: Annotated[int, Meta(ge=1, le=8)] = 2
    page: Annotated[float, Meta(ge=1, le=300)] = 30
    idle: Annotated[float, Meta(gt=0, le=1440)] = 5
    memory: Annotated[int, Meta(ge=64, le=4096)] = 600
