"""A picture's memory goes back to the system when the picture is let go."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from devices.camera.memory import give_back_at_once

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

if sys.argv[1] == "at once":
    give_back_at_once()
before = resident()
for size in (18_000_000, 17_000_000):
    still = b"\\1" * size
    del still
print(resident() - before)
"""


@pytest.mark.parametrize(("how", "least", "most"), [("at once", 0, 2_000_000), ("as glibc does", 15_000_000, 40_000_000)])
def test_a_still_that_was_let_go_holds_no_memory_and_would_without_being_asked(how: str, least: int, most: int) -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True).stdout
    assert least <= int(said) <= most
