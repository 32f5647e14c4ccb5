"""How the compositor and the browser in it are called. Checked against cage 0.2 and Chromium 156 (their own binaries)."""

from __future__ import annotations

import re
from pathlib import Path

PORT = 8600
"""Of the page on an installed terminal; the browser's policy (``systemd/chromium/policy.json``) allows this one and no other."""
SOCKET = "wayland-0"
"""What cage calls its first socket, in ``XDG_RUNTIME_DIR``."""
FLAGS = (
    "--kiosk",
    "--ozone-platform=wayland",
    "--lang=zh-CN",
    "--no-first-run",
    "--noerrdialogs",
    "--hide-crash-restore-bubble",
    "--password-store=basic",
    "--simulate-outdated-no-au=Tue, 31 Dec 2099 23:59:59 GMT",
    "--disable-component-update",
    "--disable-breakpad",
    "--disable-sync",
    "--deny-permission-prompts",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--touch-events=enabled",
    "--disk-cache-size=33554432",
)
_TURNS = ("90", "180", "270")
_ROTATE = re.compile(r"(?:^|\s)tongban\.rotate=(\S+)")


def session(folder: Path, address: str) -> list[str]:
    """The compositor with the browser in it. All the browser writes lies in ``folder``, in memory; ``address``: its one page."""
    own = (f"--user-data-dir={folder / 'profile'}", f"--disk-cache-dir={folder / 'cache'}", f"--app={address}")
    return ["cage", "--", "chromium", *FLAGS, *own]


def turned(kernel: str) -> str | None:
    """By how many degrees, clockwise, the picture is turned; ``kernel``: its command line, where touch is turned as well."""
    found = _ROTATE.search(kernel)
    return found[1] if found is not None and found[1] in _TURNS else None


def turning(listed: str, degrees: str) -> list[list[str]]:
    """Commands that turn every output; ``listed``: what ``wlr-randr`` says there is."""
    outputs = re.findall(r"^(\S+) ", listed, re.MULTILINE)
    return [["wlr-randr", "--output", output, "--transform", degrees] for output in outputs]
