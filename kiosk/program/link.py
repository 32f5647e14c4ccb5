"""Links beside programs: ``current`` names the one that runs, ``before`` the one that stood before it. Of the standard library
alone: the screen's program asks too, and starts with nothing else in it.
"""

from __future__ import annotations

from pathlib import Path

from domain.durable import sync_folder

ASIDE = ".part"


def named(link: Path) -> str | None:
    """The version ``link`` names; ``None``: there is no such link, and the factory's program is meant."""
    try:
        return str(link.readlink())
    except OSError:
        return None


def point(link: Path, version: str | None) -> None:
    """``link`` names ``version`` from now on, also after a power cut; ``None``: there is no such link."""
    if version is None:
        link.unlink(missing_ok=True)
    else:
        aside = link.with_name(link.name + ASIDE)
        aside.unlink(missing_ok=True)
        aside.symlink_to(version)
        aside.rename(link)
    sync_folder(link.parent)
