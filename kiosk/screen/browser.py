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
CARDS = Path("/sys/class/drm")
_EMULATED = frozenset({"virtio-pci", "virtio_gpu", "vgem", "vkms"})
"""Drivers of graphics devices that have no processor of their own to draw with."""
_TURNS = ("90", "180", "270")
_ROTATE = re.compile(r"(?:^|\s)tongban\.rotate=(\S+)")


def session(folder: Path, address: str) -> list[str]:
    """The compositor with the browser in it. All the browser writes lies in ``folder``, in memory; ``address``: its one page."""
    own = (f"--user-data-dir={folder / 'profile'}", f"--disk-cache-dir={folder / 'cache'}", f"--app={address}")
    return ["cage", "--", "chromium", *FLAGS, *own]


def drawing(cards: Path = CARDS) -> dict[str, str]:
    """What the compositor is told of drawing, in its environment (wlroots, docs/env_vars.md). Without a graphics processor it is to
    use pixman: left alone it has Mesa play one, which took it four times the work at a start.
    """
    drivers = {(node / "device" / "driver").resolve().name for node in cards.glob("renderD*")}
    return {} if drivers - _EMULATED else {"WLR_RENDERER": "pixman"}


def turned(kernel: str) -> str | None:
    """By how many degrees, clockwise, the picture is turned; ``kernel``: its command line, where touch is turned as well."""
    found = _ROTATE.search(kernel)
    return found[1] if found is not None and found[1] in _TURNS else None


def turning(listed: str, degrees: str) -> list[list[str]]:
    """Commands that turn every output; ``listed``: what ``wlr-randr`` says there is."""
    outputs = re.findall(r"^(\S+) ", listed, re.MULTILINE)
    return [["wlr-randr", "--output", output, "--transform", degrees] for output in outputs]
