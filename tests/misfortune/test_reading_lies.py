"""The process that reads pages says what nobody asked for, or nonsense: it is killed, and nothing it said is believed."""

from __future__ import annotations

import sys

import pytest
from support.reading import reading
from test_reading_killed import LINE

from devices.port import PageUnread

LIAR = """
import socket, sys
from devices.protocols import reading
from devices.protocols.reading import Line
end = socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1]))
end.sendall(reading.ready("a liar"))
page = b""
while not page.endswith(b"\\xff\\xd9"):
    page += end.recv(1 << 20)
serial = int.from_bytes(page[8:12], "little")
line = Line("居住证明", (0, 0, 1, 1), 0.9)
end.sendall({
    "garbage": b"Segmentation fault",
    "another page's lines": reading.lines(serial + 1, [line]),
    "a second hello": reading.ready("a liar"),
    "lines for ever": reading.HEADER.pack(reading.MAGIC, 1, 130, 0, serial, 2**32 - 1),
    "a page": reading.page_header(serial, 4) + b"page",
    "half an answer": reading.lines(serial, [line])[:-2],
}[sys.argv[1]])
if sys.argv[1] != "half an answer":
    end.recv(1)
"""


@pytest.mark.parametrize("lie", ["garbage", "another page's lines", "a second hello", "lines for ever", "a page", "half an answer"])
def test_what_it_says_is_not_believed(lie):
    with reading(command=(sys.executable, "-P", "-c", LIAR, lie)) as rig:
        assert rig.read("one", LINE) == PageUnread("one", "reading_failed")


def test_one_that_ends_before_it_is_ready_has_failed():
    with reading(command=(sys.executable, "-P", "-c", "")) as rig:
        assert rig.read("one", LINE) == PageUnread("one", "reading_failed")


def test_one_that_starts_with_an_answer_has_failed():
    early = "import socket, sys; from devices.protocols import reading; end = socket.socket(fileno=int(sys.argv[2])); "
    early += "end.sendall(reading.refusal(1, reading.Why.FAILED)); end.recv(1)"
    with reading(command=(sys.executable, "-P", "-c", early)) as rig:
        assert rig.read("one", LINE) == PageUnread("one", "reading_failed")
