"""Memory of pictures, which are large and few."""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3
"""``mallopt(3)``, glibc."""
LARGE = 2**20


def give_back_at_once() -> None:
    """What is larger than :data:`LARGE` bytes goes back to the system when it is let go, in this process from now on. By itself
    glibc learns from each picture that such sizes are usual, and keeps up to twice a still's 18 MB for the next one."""
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE)
