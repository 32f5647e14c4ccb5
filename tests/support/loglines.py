"""Every line the product can log, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGES = ("domain", "kiosk", "devices", "ui", "mqtt", "fleet")
_LEVELS = ("debug", "info", "warning", "error", "exception", "critical", "log")
_LOGGERS = ("log", "_log", "logger")
_ROOT = Path(__file__).parents[2]


@cache
def lines() -> dict[str, dict[str, str]]:
    """Module → what is said → the expressions it is said with, as they stand in the source.

    A line that is not ``log.level("text", expressions…)`` (a text put together first, a logger of another name) stands there as
    it is written, so that nobody logs past this list.
    """
    return {module: dict(sorted(_of(tree))) for module, tree in _modules() if any(_of(tree))}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((_ROOT / package).rglob("*.py")):
            yield ".".join(path.relative_to(_ROOT).with_suffix("").parts), ast.parse(path.read_bytes())


def _of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _LEVELS:
            continue
        said = list(node.args)
        whose = ast.unparse(node.func.value)
        if whose.rsplit(".", 1)[-1] not in _LOGGERS and not whose.startswith(("logging", "current_app")):
            continue
        if node.func.attr == "log":
            said = said[1:]
        first = said[0] if said else None
        text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ast.unparse(node)
        level = "" if node.func.attr != "exception" else " + traceback"
        yield text, ", ".join(ast.unparse(one) for one in said[1:]) + level
