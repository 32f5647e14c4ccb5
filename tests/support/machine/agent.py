#!/usr/bin/python3
"""The test's hand inside a virtual machine: runs what it is told over a virtio port, and carries connections on.

In the test's image, in no package. A line is a JSON object: {"sh": line of shell, "patience": seconds} is
answered by {"rc": exit code, "out": what it wrote}; {"camera": port} joins the document camera's socket to that port of the
machine outside, where the virtual camera is. Whoever comes to port 18600 reaches the citizen's page.
"""

import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import stream

PORT = Path("/dev/virtio-ports/tongban-test")
OUTSIDE = "10.0.2.2"
CAMERA = Path("/run/tongban-camera/camera")
PAGE = ("127.0.0.1", 8600)


def camera(port):
    CAMERA.parent.mkdir(parents=True, exist_ok=True)
    CAMERA.unlink(missing_ok=True)
    listener = stream.listening(CAMERA)
    for path in (CAMERA.parent, CAMERA):
        shutil.chown(path, "tongban-camera", "tongban-camera")
        path.chmod(0o770)
    stream.Carried(listener, (OUTSIDE, port))
    return 0, ""


def shell(line, patience):
    try:
        done = subprocess.run(
            ["sh", "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=patience
        )
    except subprocess.TimeoutExpired as late:
        return 124, (late.output or b"").decode(errors="replace") + "\n.late"
    return done.returncode, done.stdout.decode(errors="replace")


def keep_time():
    """The machine's own clock goes by what the processor did and falls behind under load; its battery clock is the one outside."""
    battery = Path("/sys/class/rtc/rtc0/since_epoch")
    while True:
        if abs((now := int(battery.read_text())) - time.time()) > 5:
            time.clock_settime(time.CLOCK_REALTIME, now)
        threading.Event().wait(5)


def answer(told):
    code, out = camera(told["camera"]) if "camera" in told else shell(told["sh"], told["patience"])
    return json.dumps({"rc": code, "out": out}).encode() + b"\n"


def main():
    os.environ.update(PATH="/usr/sbin:/usr/bin", LANG="C.UTF-8", HOME="/root")
    stream.Carried(stream.listening(("", 18600)), PAGE)
    threading.Thread(target=keep_time, daemon=True).start()
    while not PORT.exists():
        threading.Event().wait(0.2)
    line = os.open(PORT, os.O_RDWR)
    os.write(line, b'{"rc": 0, "out": "up"}\n')
    heard = b""
    while True:
        piece = os.read(line, 65536)
        if not piece:  # nobody outside
            threading.Event().wait(0.2)
        heard += piece
        while b"\n" in heard:
            one, heard = heard.split(b"\n", 1)
            said = memoryview(answer(json.loads(one)))
            while said:
                said = said[os.write(line, said) :]


if __name__ == "__main__":
    main()
