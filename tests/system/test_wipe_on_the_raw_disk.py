"""The disk itself, sector by sector: deleted files, the file system's journal and slack included, after visits that ended in every
way and a power cut in the middle of one.

The hall's files lie on an ext4 image of their own, mounted so that file contents go through the journal as well: stricter than a
terminal's disk. Root is needed to mount; everything else is the hall of the other tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.citizen import SIGNATURE, Citizen, Upstream
from support.hall import Hall, hall, until
from support.planted import search_raw, strokes

ADDRESS, PHONE = "四川省示范戊县埋名乡藏踪村九组", "13987654321"
CONTROL = "这一行写下又删了，搜得到才算数"
MB = 2**20

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting an image needs root"),
]


@contextmanager
def disk(folder: Path) -> Iterator[tuple[Path, Path]]:
    """(image, where it is mounted)."""
    image, mounted = folder / "disk.img", folder / "disk"
    mounted.mkdir()
    with image.open("wb") as file:
        file.truncate(768 * MB)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    subprocess.run(["mount", "-o", "loop,data=journal", image, mounted], check=True)
    try:
        yield image, mounted
    finally:
        subprocess.run(["umount", "--lazy", mounted], check=True)


def as_cut_off(image: Path, to: Path) -> Path:
    """The sectors as they would be found after the plug was pulled now: what was synced, nothing tidied up."""
    os.sync()
    shutil.copyfile(image, to)
    return to


def test_nothing_of_a_person_is_in_any_sector(tmp_path: Path) -> None:
    with disk(tmp_path) as (image, mounted):
        control = mounted / "control"
        control.write_text(CONTROL, "utf-8")
        os.sync()
        control.unlink()
        with hall(mounted / "hall", "broker", "centre", "desk-demo-jia", "terminal") as one:
            text = next(c for c in one.rig.reader().people() if c.id == "liu").text
            secrets = [text.name, text.number, text.address, ADDRESS, PHONE, strokes(SIGNATURE)]
            visits(one)
            # And the plug is pulled in the middle of one, with everything of a person on the screen.
            Citizen(one, card="liu").reviewed(post=(ADDRESS, PHONE))
            for name in ("terminal", "centre", "broker", "desk-demo-jia"):
                one.kill(name)
            found = as_cut_off(image, tmp_path / "cut.img")
    assert search_raw(found, [CONTROL]), "a search that does not find what was deleted shows nothing"
    assert search_raw(found, secrets) == []


def visits(one: Hall) -> None:
    handed_in = Citizen(one, card="liu")
    handed_in.reviewed(post=(ADDRESS, PHONE)).glass.do("submit").see("receipt")
    handed_in.took_receipt().glass.do("rate", level="5")
    handed_in.left()
    until(lambda: len(Upstream(one).rows("SELECT 1 FROM documents")) == 3, "the case and its documents at the centre")
    thought_better = Citizen(one, card="liu")
    thought_better.reviewed(post=(ADDRESS, PHONE))
    thought_better.left()
    restarted = Citizen(one, card="liu")
    restarted.reviewed(post=(ADDRESS, PHONE))
    one.kill("terminal")
    one.start("terminal")
    restarted.glass.see("review")
    restarted.left()
