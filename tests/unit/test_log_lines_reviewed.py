"""Whatever the product can log was looked at once: no line says who somebody is. A new line, or another expression in an old one,
fails here until it stands in ``data/log_lines.toml`` as well; whoever writes it there answers for it.

Tracebacks name exceptions, and those of ours name rules and places, never what was given (``test_no_repr_tells.py``); that nothing
slips through all the same is searched for after real visits (``system/test_wipe.py``).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from support.loglines import lines

REVIEWED = Path(__file__).parent / "data" / "log_lines.toml"
_PERSONAL = ("applicant", "identity.n", "address", "phone", "answers", "payload", "body", "form[", "content.answers")


def reviewed() -> dict[str, dict[str, str]]:
    return tomllib.loads(REVIEWED.read_text())


def test_every_line_is_reviewed_and_nothing_else_stands_on_the_list() -> None:
    found, known = lines(), reviewed()
    new = [f"{m}: {t!r} with {a!r}" for m, said in found.items() for t, a in said.items() if known.get(m, {}).get(t) != a]
    gone = [f"{m}: {t!r}" for m, said in known.items() for t in said if t not in found.get(m, {})]
    assert (new, gone) == ([], [])


def test_no_line_is_said_with_what_belongs_to_a_person() -> None:
    said = [(module, text, with_) for module, of in lines().items() for text, with_ in of.items()]
    assert len(said) > 50
    assert [one for one in said if any(word in one[2] for word in _PERSONAL)] == []


def test_no_line_is_put_together_before_it_is_logged() -> None:
    """A text made with ``%`` or an f-string would carry values past the list."""
    assert [text for of in lines().values() for text in of if text.startswith(("log.", "_log.", "logging.", "current_app."))] == []
