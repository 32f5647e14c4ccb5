"""What the terminal may rely on of the reader of pages, shown with the real process, the real library and its real models."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from support.dense import character_error, dense
from support.reading import Rig, drawn, jpeg, reading, until

from devices.port import PageRead, PageUnread
from devices.reading.options import Options
from devices.reading.reader import MOST_WAITING
from devices.virtual.pages import RESIDENCE

STRIP = np.ascontiguousarray(dense(1).page[180:420])
"""Three lines of a dense page: what costs a second."""


LINE = np.ascontiguousarray(STRIP[:80, :500])
"""Part of one."""


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with reading() as one:
        assert one.text("warm", jpeg(LINE))
        yield one


def test_a_page_is_read_with_places_and_scores(rig: Rig) -> None:
    answer = rig.read("residence", drawn(RESIDENCE))
    assert isinstance(answer, PageRead)
    text = "".join(line.text for line in answer.lines).replace(" ", "")
    assert "居住证明" in text
    assert "510100********0157" in text
    title = next(line for line in answer.lines if "证明" in line.text)
    left, top, right, bottom = title.box
    assert 2500 < left < right < 7500
    assert 500 < top < bottom < 2000
    assert all(0 <= line.score <= 1 for line in answer.lines)
    assert "刘试安" not in repr(answer)


def test_small_dense_print_is_read_to_the_letter(rig: Rig) -> None:
    assert character_error(rig.text("strip", jpeg(STRIP)), "".join(dense(1).lines[:3])) <= 0.02


def test_a_page_upside_down_is_read_as_well(rig: Rig) -> None:
    line = np.ascontiguousarray(STRIP[:100])
    assert character_error(rig.text("turned", jpeg(cv2.rotate(line, cv2.ROTATE_180))), dense(1).lines[0]) <= 0.05


def test_a_picture_is_read_as_its_orientation_tag_turns_it(rig: Rig) -> None:
    line = np.ascontiguousarray(STRIP[:100])
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turned clockwise when shown
    Image.fromarray(cv2.rotate(line, cv2.ROTATE_90_COUNTERCLOCKWISE)).save(written, "JPEG", quality=90, exif=exif)
    assert character_error(rig.text("tagged", written.getvalue()), dense(1).lines[0]) <= 0.05


def bomb() -> bytes:
    """A whole JPEG whose header says 65,500 × 65,500."""
    data = bytearray(jpeg(np.zeros((64, 64, 3), np.uint8)))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = (65_500).to_bytes(2, "big") * 2
    return bytes(data)


NOISE = np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8)
HOSTILE = {
    "nothing": (b"", "reading_no_picture"),
    "no picture": (b"%PDF-1.7 hello" * 100, "reading_no_picture"),
    "a PNG": (bytes(cv2.imencode(".png", NOISE)[1]), "reading_no_picture"),
    "a JPEG cut off": (jpeg(NOISE)[:8_000], "reading_no_picture"),
    "a JPEG of garbage": (jpeg(NOISE)[:700] + bytes(range(256)) * 40 + b"\xff\xd9", None),
    "a header and nothing behind it": (b"\xff\xd8\xff\xe0\x00\x02" + b"\xff\xd9", "reading_no_picture"),
    "lengths of nothing": (b"\xff\xd8" + b"\xff\xe1\x00\x00" * 4000 + b"\xff\xd9", "reading_no_picture"),
    "a bomb": (bomb(), "reading_too_large"),
    "a picture wider than any page": (jpeg(np.zeros((100, 4000), np.uint8)), "reading_too_large"),
    "a picture of more pixels than a page has": (jpeg(np.zeros((3300, 3300), np.uint8)), "reading_too_large"),
    "a picture of one pixel": (jpeg(np.zeros((1, 1), np.uint8)), "reading_too_small"),
    "a thread": (jpeg(np.full((32, 3500), 255, np.uint8)), None),
    "noise": (jpeg(NOISE), None),
    "black": (jpeg(np.zeros((320, 240, 3), np.uint8)), None),
    "white, in grey": (jpeg(np.full((320, 240), 255, np.uint8)), None),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_picture_is_answered_by_name_and_the_next_page_is_read_by_the_same_process(rig: Rig, what: str) -> None:
    before = rig.process().pid
    picture, fault = HOSTILE[what]
    answer = rig.read(what, picture)
    if fault is None:
        assert isinstance(answer, PageRead) or answer.fault in ("reading_no_picture", "reading_failed")
    else:
        assert answer == PageUnread(what, fault)
    assert rig.process().pid == before
    assert rig.reader.fault is None


def test_it_can_reach_no_network_write_no_file_and_leave_no_core(rig: Rig) -> None:
    rig.read("any", jpeg(LINE))
    process = rig.process()
    network = [line.split(":")[0].strip() for line in Path(f"/proc/{process.pid}/net/dev").read_text().splitlines()[2:]]
    assert network in (["lo"], [])
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert limits.split("Max file size")[1].split()[:2] == ["0", "0"]
    assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]
    assert all(file.mode == "r" for file in process.open_files())


FENCED = """
import os, pathlib, socket, sys
"x".encode("idna")  # loaded while it can be
from devices.reading.process.fence import confine
if sys.argv[3] == "nobody" and os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
confine(400)
def refused(action):
    try:
        action()
    except OSError:
        return True
    return False
tries = (
    lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1),
    lambda: socket.getaddrinfo("example.invalid", 80),
    lambda: pathlib.Path(sys.argv[2]).write_text("x"),
    lambda: os.fork(),
    lambda: os.execv("/bin/true", ["true"]),
)
print([refused(one) for one in tries])
try:
    bytearray(700 << 20)
except MemoryError:
    print("bounded")
"""


@pytest.mark.parametrize("who", ["root, if it is", "nobody"])
def test_what_the_fence_forbids_is_refused(tmp_path: Path, free_port: int, who: str) -> None:
    command = (sys.executable, "-c", FENCED, str(free_port), str(tmp_path / "kept"), who)
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.splitlines() == [str([True] * 5), "bounded"]
    assert not (tmp_path / "kept").exists() or not (tmp_path / "kept").read_bytes()


@pytest.fixture
def free_port() -> Iterator[int]:
    """Somebody listens there, so that a connection would come about."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_it_ends_when_no_page_has_come_for_a_while_and_is_started_again_for_the_next() -> None:
    with reading(Options(page=80, idle=0.005)) as rig:
        assert rig.text("one", jpeg(LINE))
        until(lambda: rig.reader.pid is None)
        assert rig.text("two", jpeg(LINE))


def test_forgotten_pages_are_held_nowhere_and_never_told_of(rig: Rig) -> None:
    process = rig.process()
    for name in ("secret 1", "secret 2", "secret 3"):
        rig.reader.read(name, jpeg(STRIP))
    assert rig.reader.holding() == 3
    rig.reader.forget()
    assert rig.reader.holding() == 0
    until(lambda: not process.is_running())
    assert rig.text("after", jpeg(LINE))
    assert not any(name.startswith("secret") for name in rig.told)


def test_a_page_nobody_wants_any_more_is_not_told_of(rig: Rig) -> None:
    rig.reader.read("kept", jpeg(LINE))
    rig.reader.read("dropped", jpeg(LINE))
    rig.reader.drop("dropped")
    rig.answer("kept")
    rig.read("later", jpeg(LINE))
    assert "dropped" not in rig.told


def test_more_pages_than_may_wait_are_unread_at_once(rig: Rig) -> None:
    names = [f"crowd {n}" for n in range(MOST_WAITING + 3)]
    for name in names:
        rig.reader.read(name, jpeg(LINE))
    answers = [rig.answer(name) for name in names]
    unread = [answer for answer in answers if isinstance(answer, PageUnread)]
    assert {answer.fault for answer in unread} == {"reading_crowded"}
    assert 2 <= len(unread) <= 3
