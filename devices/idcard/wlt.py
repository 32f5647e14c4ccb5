"""The one place that calls a vendor's photo library. Run as a process of its own: ``python -I -S wlt.py LIBRARY VENDOR``.

Standard input: the 1024 bytes of a chip's photo (WLT). Standard output: what the library made of them. Exit 0 only then.

Believed of the libraries (libwlt2bmp.so and its kin, closed; programs that use them, no vendor's sheet, none ever tried here)::

    int unpack(const unsigned char *wlt, unsigned char *out, int vendor);      1: done; others: refused or not licensed

``out`` is 102 × 126 pixels, either raw BGR (38556 bytes) or a BMP (38862). A library with another shape is adapted here.

This process may crash or hang: its parent takes that as no photo. It limits itself, so that one whose parent died ends too.
It imports nothing of the product, writes no file, and leaves no core.
"""

import ctypes
import resource
import signal
import sys

WLT = 1024
RAW = 102 * 126 * 3
BMP = 54 + 126 * 308
ROOM = 64 * 1024
"""Bytes given to the library: what writes past a picture's end must not reach our own."""
MEMORY = 256 * 1024 * 1024
SECONDS = 3


def main(library: str, vendor: int) -> int:
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
    ):
        resource.setrlimit(limit, (most, most))
    signal.alarm(SECONDS)
    photo = sys.stdin.buffer.read(WLT + 1)
    if len(photo) != WLT:
        return 2
    unpack = ctypes.CDLL(library).unpack
    unpack.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int)
    unpack.restype = ctypes.c_int
    out = ctypes.create_string_buffer(ROOM)
    if unpack(photo, out, vendor) != 1:
        return 3
    sys.stdout.buffer.write(out.raw[: BMP if out.raw.startswith(b"BM") else RAW])
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
