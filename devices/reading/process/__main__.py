"""``python -m devices.reading.process --fd N …``: says *ready*, then answers one page after another until nobody asks any more.

It says nothing anywhere else: its standard output and error are closed by whoever starts it, because a library's words about a page
could be a person's.
"""

from __future__ import annotations

import argparse
import socket
import sys

from devices.protocols import reading
from devices.protocols.reading import MAX_PICTURE, Page, Receiver, Why
from devices.reading.process import fence
from devices.reading.process.engine import Engine, RefusedError

CHUNK = 1 << 18
EX_UNAVAILABLE = 69
"""Exit status when library or models are not there (sysexits.h)."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--memory", type=int, required=True)
    given = parser.parse_args()
    fence.confine(given.memory)
    try:
        engine = Engine(given.threads)
    except (ImportError, OSError):
        return EX_UNAVAILABLE
    with socket.socket(fileno=given.fd) as end:
        end.sendall(reading.ready(engine.name))
        serve(end, engine)
    return 0


def serve(end: socket.socket, engine: Engine) -> None:
    receiver = Receiver(MAX_PICTURE)
    while data := end.recv(CHUNK):
        receiver.receive_data(data)
        while (message := receiver.next_event()) is not None:
            assert isinstance(message, Page), "the terminal only asks"
            end.sendall(answer(message, engine))


def answer(page: Page, engine: Engine) -> bytes:
    try:
        return reading.lines(page.serial, engine.read(page.jpeg))
    except RefusedError as error:
        return reading.refusal(page.serial, error.why)
    except MemoryError:
        return reading.refusal(page.serial, Why.NO_MEMORY)
    except Exception as error:  # the library raises what it likes, and wraps what it heard in text
        lacking = "bad_alloc" in str(error) or "Failed to allocate" in str(error) or "Insufficient memory" in str(error)
        return reading.refusal(page.serial, Why.NO_MEMORY if lacking else Why.FAILED)


if __name__ == "__main__":
    sys.exit(main())
