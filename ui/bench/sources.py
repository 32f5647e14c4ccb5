"""Where the bench's page takes what it shows from: the virtual hardware's interface, and what the demonstration has beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

State = Mapping[str, Any]


def _nothing() -> list[dict[str, str]]:
    return []


@dataclass(frozen=True, slots=True)
class Sources:
    """All are only read. What is done goes to the hardware's interface (``/api``), the same that tests and the command line use.

    ``state``, ``wire``: as ``GET /api/state`` and ``/api/wire`` answer; ``papers``: as ``/api/<printer>/papers``.
    ``heard``: where the loudspeaker leaves what it played. ``account``: login, password and present one-time codes at the centre.
    ``clerks``: at the window and the desks, each ``place``, ``login``, ``name``, ``duties``, ``password`` and present ``code``.
    ``phone``: messages on applicants' telephones, newest first, each ``to`` and ``text``. ``screen``: address of the terminal's
    screen as it may be framed, ``links``: the demonstration's other pages by their names. ``opened``: called when somebody opens
    the page, for what is made only then.
    """

    state: Callable[[], State] = lambda: {"devices": []}
    wire: Callable[[], Sequence[Mapping[str, Any]]] = _nothing
    papers: Callable[[str], Sequence[Mapping[str, Any]]] = lambda printer: []
    heard: Path | None = None
    account: Callable[[], Mapping[str, str]] | None = None
    clerks: Callable[[], list[dict[str, str]]] | None = None
    phone: Callable[[], list[dict[str, str]]] | None = None
    screen: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    opened: Callable[[], object] = lambda: None
