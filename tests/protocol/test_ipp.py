"""IPP as the driver of an A4 printer speaks it: what it asks, what it makes of answers, and of what is no answer."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ippserver.constants import SectionEnum, TagEnum
from ippserver.request import IppRequest

from devices.a4 import ipp
from devices.a4.ipp import Answer, Ipp, IppError, Operation
from devices.a4.status import Condition, condition


def told(state: int = 3, *reasons: str, accepting: bool = True) -> Answer:
    return Answer({"printer-state": [state], "printer-state-reasons": list(reasons), "printer-is-accepting-jobs": [accepting]})


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (told(3, "none"), Condition()),
        (told(4), Condition()),
        (told(5, "media-empty-error"), Condition("a4_paper_out")),
        (told(5, "media-empty"), Condition("a4_paper_out")),
        (told(3, "media-empty-warning"), Condition()),
        (told(4, "media-empty-warning", "media-needed-warning"), Condition("a4_paper_out")),
        (told(3, "media-empty-report"), Condition()),
        (told(5, "media-jam-error", "cover-open-error"), Condition("a4_jam")),
        (told(5, "door-open-error"), Condition("a4_cover_open")),
        (told(3, "toner-low-warning"), Condition(None, "a4_toner_low")),
        (told(3, "marker-supply-low-report"), Condition()),
        (told(5, "marker-supply-empty-error", "media-low-warning"), Condition("a4_toner_out", "a4_paper_low")),
        (told(5, "com.example-strange"), Condition("a4_error")),
        (told(3, "com.example-strange"), Condition()),
        (told(3, accepting=False), Condition("a4_error")),
        (Answer({}), None),
        (told(99), None),
        (Answer({"printer-state": ["idle"]}), None),
    ],
)
def test_what_a_printer_says_is_a_fault_a_warning_nothing_or_not_understood(answer: Answer, means: Condition | None) -> None:
    assert condition(answer) == means


@given(reasons=st.lists(st.text(max_size=30), max_size=6), state=st.integers())
def test_no_reasons_upset_it(reasons: list[str], state: int) -> None:
    condition(told(state, *reasons))


def test_a_question_begins_with_charset_and_language_and_names_its_target() -> None:
    sent = ipp._encode(Operation.GET_JOBS, 7, "ipp://a/b", [ipp.truth("my-jobs", True)])
    assert sent[:8] == struct.pack(">bbhi", 1, 1, 0x000A, 7)
    order = [sent.index(name) for name in (b"attributes-charset", b"attributes-natural-language", b"printer-uri")]
    assert order == sorted(order)
    assert b"tongban" in sent


@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_a_named_refusal(said: bytes) -> None:
    with pytest.raises(IppError):
        ipp._decode(said, 123456)


@given(st.data())
def test_a_damaged_answer_is_an_answer_or_a_named_refusal(data: st.DataObject) -> None:
    whole = bytearray(
        IppRequest(
            (1, 1),
            0,
            1,
            {
                (SectionEnum.printer, b"printer-state", TagEnum.enum): [struct.pack(">i", 3)],
                (SectionEnum.printer, b"printer-state-reasons", TagEnum.keyword): [b"media-empty", b"media-needed"],
            },
        ).to_string()
    )
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    try:
        condition(ipp._decode(bytes(whole), 1))
    except IppError:
        return


@contextmanager
def server(said: bytes) -> Iterator[str]:
    """Something at a port that answers any question with ``said``, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                asked = b""
                while not asked.endswith(b"tongban\x03"):  # a connection closed with bytes unread is reset
                    asked += client.recv(65536)
                client.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"ipp://127.0.0.1:{listener.getsockname()[1]}/ipp/print"
        thread.join()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", OSError),
        (b"SSH-2.0-OpenSSH\r\n", OSError),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", IppError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", IppError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabcd", OSError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", OSError),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (ipp.ANSWER_LIMIT + 10), IppError),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, OSError),
    ],
)
def test_whatever_else_listens_there_is_a_named_error(said: bytes, error: type[Exception]) -> None:
    with server(said) as uri, pytest.raises(error):
        Ipp(uri).ask(Operation.GET_PRINTER_ATTRIBUTES)


def test_nobody_there_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        Ipp(f"ipp://127.0.0.1:{port}/").ask(Operation.GET_PRINTER_ATTRIBUTES)
