"""Whether the compositor still turns: a round trip over its socket.

The page cannot tell: with the compositor stopped the browser paints on, into buffers that nobody shows (seen with cage 0.2 and
Chromium 156), while the picture on the panel stands.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

_SYNC = struct.pack("=III", 1, 12 << 16 | 0, 2)
"""wl_display.sync (object 1, request 0, 12 bytes): answer on a new object, 2."""
_DONE = struct.pack("=II", 2, 12 << 16 | 0)
"""wl_callback.done (object 2, event 0, 12 bytes), the header of it. Wayland protocol, "Wire Format" and core interfaces."""


def turns(path: Path, patience: float) -> bool:
    """Whether it answers at ``path`` within ``patience`` seconds."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(patience)
            line.connect(str(path))
            line.sendall(_SYNC)
            heard = b""
            while len(heard) < len(_DONE) and (more := line.recv(64)):
                heard += more
            return heard.startswith(_DONE)
    except OSError:
        return False
