"""A loudspeaker: ``python -m devices.virtual.loudspeaker FOLDER`` plays the WAV on its input, as ``aplay`` would, into a file.

At the pace of the sound, so that a sentence that is cut off is cut off where it was. What was played lies there as ``1.wav``,
``2.wav``, …; with ``broken`` as second word it ends with an error, as ``aplay`` does without a sound card.
"""

from __future__ import annotations

import sys
import time
from itertools import count
from pathlib import Path

HEADER = 44
"""Bytes of a RIFF header with one format and one data chunk."""
_RATE = slice(28, 32)
"""Bytes a second, in the header."""
_PIECE = 0.05
_KEPT = 20


def main() -> int:
    folder = Path(sys.argv[1])
    if "broken" in sys.argv[2:]:
        return 1
    header = sys.stdin.buffer.read(HEADER)
    if len(header) < HEADER or header[:4] != b"RIFF":
        return 1
    piece = max(2, int(int.from_bytes(header[_RATE], "little") * _PIECE))
    folder.mkdir(parents=True, exist_ok=True)
    with _next(folder).open("xb") as heard:
        heard.write(header)
        while sound := sys.stdin.buffer.read(piece):
            heard.write(sound)
            heard.flush()
            time.sleep(_PIECE)
    return 0


def _next(folder: Path) -> Path:
    there = sorted(int(one.stem) for one in folder.glob("*.wav"))
    for old in there[:-_KEPT]:
        (folder / f"{old}.wav").unlink(missing_ok=True)
    return next(path for n in count(there[-1] + 1 if there else 1) if not (path := folder / f"{n}.wav").exists())


if __name__ == "__main__":
    sys.exit(main())
