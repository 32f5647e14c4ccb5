"""The chip card reader is there, and not for us: another program holds the card, or pcscd does not let us in."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingUnixStreamServer

from card_rig import folder, slot
from serial_rig import Events, until

from devices.port import CardFailed
from devices.smartcard.reader import SmartcardReader
from devices.smartcard.social import SocialCard

OTHER = """
import sys
from devices.transports.pcsc import Context
context = Context(sys.argv[1])
context.enter()
reader = context.readers()[0]
while not context.look(reader).present:
    pass
with context.card(reader):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def another_program(service: str) -> Iterator[None]:
    """It holds the card until this ends."""
    other = subprocess.Popen([sys.executable, "-c", OTHER, service], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdin is not None
    assert other.stdout is not None
    try:
        assert other.stdout.readline() == b"held\n"
        yield
    finally:
        other.stdin.close()
        other.wait()
        other.stdout.close()


def test_a_card_another_program_holds_is_told_and_the_reader_serves_again_when_it_is_let_go() -> None:
    with slot(armed=False) as rig:
        rig.device.lay("social-2")
        with another_program(rig.device.address):
            rig.driver.arm()
            assert rig.events.first(CardFailed).fault == "smartcard_held"
            since = rig.events.changes()
            rig.events.fault("smartcard_held", since)
        rig.events.fault(None, since + 1)
        rig.device.lift()
        rig.device.lay("social-1")
        assert rig.read().generation == "1"


class Refusal(BaseRequestHandler):
    """As pcscd does with whom polkit does not let in: the connection is closed without a word."""

    def handle(self) -> None:
        self.request.recv(1)


def test_a_pcscd_that_turns_us_away_again_and_again_is_told_as_that() -> None:
    (folder() / "pcscd.comm").unlink(missing_ok=True)
    events = Events()
    driver = SmartcardReader(SocialCard(), service=str(folder() / "pcscd.comm"))
    with ThreadingUnixStreamServer(str(folder() / "pcscd.comm"), Refusal) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        driver.start(events)
        try:
            until(lambda: driver.state().fault == "smartcard_refused")
        finally:
            driver.stop()
            server.shutdown()
            thread.join()
