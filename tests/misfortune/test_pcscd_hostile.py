"""Something else listens where pcscd should: it is mute, hangs up, or says anything at all. libpcsclite has to live with it.

In a process of its own, since libpcsclite takes the name of its socket once and might not survive.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import json, os, socket, sys, threading, time
from devices.smartcard.reader import SmartcardReader
from devices.smartcard.social import SocialCard

SAID = {
    "nothing": lambda end: time.sleep(60),
    "the end": lambda end: None,
    "noise": lambda end: [end.sendall(os.urandom(4096)) for _ in iter(int, 1)],
    "zeros": lambda end: [end.sendall(bytes(4096)) for _ in iter(int, 1)],
    "echo": lambda end: [end.sendall(asked[8:]) for asked in iter(lambda: end.recv(4096), b"")],
}
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
met = threading.Semaphore(0)

def play(end):
    try:
        SAID[sys.argv[2]](end)
    except OSError:
        pass
    end.close()

def serve():
    while True:
        end, _ = listener.accept()
        met.release()
        threading.Thread(target=play, args=(end,), name="hostile", daemon=True).start()

threading.Thread(target=serve, name="hostile", daemon=True).start()
faults = []
reader = SmartcardReader(SocialCard(None), service=sys.argv[1], patience=0.3)
reader.start(lambda event: faults.append(event.state.fault))
reader.arm()
for _ in range(6):
    met.acquire()
ours = sum(thread.name != "hostile" for thread in threading.enumerate())
reader.stop()
print(json.dumps({"faults": faults, "threads": ours, "life": reader.state().life}))
"""


@pytest.mark.parametrize("says", ["nothing", "the end", "noise", "zeros", "echo"])
def test_it_is_a_named_fault_nothing_grows_and_the_driver_can_be_stopped(tmp_path: Path, says: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WATCHED, str(tmp_path / "pcscd.comm"), says], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert set(told["faults"]) <= {None, "absent", "mute", "smartcard_refused"}
    assert {"absent", "mute"} & set(told["faults"])
    assert told["threads"] <= 3, "the main one, the reader's and its watch"
    assert told["life"] == "absent"
    assert "Traceback" not in ended.stderr
