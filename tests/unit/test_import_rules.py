"""Who may import whom (docs/decisions/rooms-and-imports.md). Read from the source, so that a lazy import counts as well."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("domain", "kiosk", "devices", "ui", "mqtt", "fleet")

KINDS = ("a4", "camera", "idcard", "printer", "rating", "reading", "smartcard")

# module prefix → prefixes of ours it may import; the longest matching rule holds.
RULES: dict[str, tuple[str, ...]] = {
    "domain": ("domain",),
    "devices": ("devices",),
    "devices.protocols": ("devices.protocols",),
    "mqtt": ("mqtt",),
    # Acts are written once, in the regulation's words; the contract says how they travel.
    "mqtt.casework": ("mqtt", "domain.case", "domain.calendar"),
    "fleet": ("fleet", "domain", "mqtt"),
    "ui": ("ui", "domain", "kiosk.visit"),
    # Behind the door for staff: what staff may see of a terminal, and do to it.
    "ui.technician": ("ui.technician", "ui.secret_body", "domain", "kiosk.staff.port"),
    # Clerks come in by badge as well, at the same door's other side.
    "ui.clerk": ("ui", "domain", "kiosk.visit", "kiosk.staff.port"),
    "kiosk": ("kiosk", "domain", "devices.port", "mqtt"),
    "kiosk.visit": ("kiosk.visit", "domain", "devices.port"),
    # Options are declared beside each driver; the settings know those, and nothing else of a driver.
    "kiosk.settings": ("kiosk", "domain", "mqtt", *(f"devices.{kind}.options" for kind in KINDS)),
    # The command and the composition roots may know everything on their side.
    "kiosk.terminal": ("kiosk", "domain", "devices", "mqtt", "ui"),
    "kiosk.serving": ("kiosk", "domain", "devices.camera.codes", "ui"),
    # What stands on the screen while there is no terminal.
    "kiosk.waiting": ("kiosk", "domain", "ui.waiting"),
    "kiosk.equipment": ("kiosk", "devices"),
    "kiosk.care": ("kiosk", "domain", "devices", "mqtt"),
    "kiosk.setup": ("kiosk", "domain", "devices", "mqtt"),
    "kiosk.demo": ("kiosk", "domain", "devices", "mqtt", "ui"),
    "kiosk.enrolment.command": ("kiosk", "domain", "devices.camera.codes", "mqtt"),
    "kiosk.staff.command": ("kiosk", "domain", "devices"),
}
ROOTS = ("kiosk.terminal", "kiosk.serving", "kiosk.equipment", "kiosk.care", "kiosk.demo")
LEFT_OUT = ("devices.tape", "devices.virtual", "kiosk.demo", "ui.bench")
"""Developers' own, not in the wheel (pyproject's ``exclude``)."""
MAY_NAME_ROOTS = ("kiosk.cli", "kiosk.terminal", "kiosk.care", "kiosk.setup", "kiosk.demo")


def modules() -> list[tuple[str, Path]]:
    found = []
    for package in OURS:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def under(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_module_imports_only_what_its_room_allows(module: str, path: Path) -> None:
    rule = max((r for r in RULES if under(module, r)), key=len)
    for name in imports(path):
        if name.split(".")[0] in OURS:
            assert any(under(name, allowed) for allowed in RULES[rule]), f"{module} imports {name}"
            if any(under(name, root) for root in ROOTS):
                assert any(under(module, m) for m in MAY_NAME_ROOTS), f"{module} imports a composition root"


def test_nothing_that_is_shipped_needs_what_the_wheel_leaves_out() -> None:
    for module, path in modules():
        if not any(under(module, each) for each in LEFT_OUT):
            assert not [name for name in imports(path) if any(under(name, each) for each in LEFT_OUT)], module


def test_protocols_use_nothing_but_the_standard_library() -> None:
    import sys

    for module, path in modules():
        if under(module, "devices.protocols"):
            for name in imports(path):
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names or top == "devices", f"{module} imports {name}"


def test_the_cameras_process_uses_the_standard_library_picamera2_and_the_framing_and_nothing_else() -> None:
    """It runs in the system's Python, where our environment is not."""
    import sys

    allowed = ("devices.camera.process", "devices.camera.memory", "devices.protocols.frames")
    for module, path in modules():
        if under(module, "devices.camera.process"):
            for name in imports(path):
                top = name.split(".")[0]
                known = top in sys.stdlib_module_names or top in ("numpy", "picamera2", "libcamera")
                assert known or any(under(name, each) for each in allowed), f"{module} imports {name}"


def test_no_module_script_or_style_sheet_is_longer_than_five_hundred_lines() -> None:
    found = (path for name in OURS for kind in ("js", "css") for path in (ROOT / name).rglob(f"*.{kind}"))
    written = [path for path in found if "vendor" not in path.parts]
    assert len(written) > 40
    for path in (*(path for _, path in modules()), *written):
        assert len(path.read_text("utf-8").splitlines()) <= 500, path
