"""Who comes to the socket of the camera's process: hostile ones, two at once, one that does not read, one that leaves mid-still."""

from __future__ import annotations

import contextlib
import grp
import os
import socket
import stat
from pathlib import Path

import pytest
from support.pi.rig import Process, ask, camera_process

from devices.protocols import frames
from devices.protocols.frames import Ask, Camera, Frame


def came(process: Process) -> socket.socket:
    end = socket.socket(socket.AF_UNIX)
    end.settimeout(20)
    end.connect(str(process.socket))
    return end


HOSTILE = {
    "another protocol": b"GET / HTTP/1.1\r\n\r\n",
    "a length of 4 GB": frames.HEADER.pack(frames.MAGIC, 1, Ask.STILL, 0, 1, 0, 0, 0, 2**32 - 1),
    "a frame of its own": frames.frame_header(1, 4608, 2592, 4608),
    "an answer": frames.refusal(1, frames.Why.NO_FRAME),
    "two questions at once": frames.request(Ask.HELLO, 1) + frames.request(Ask.HELLO, 2),
    "a flood": frames.request(Ask.STILL, 1) * 5000,
}


def test_a_hostile_client_loses_its_connection_and_costs_nothing(memory: Path) -> None:
    with camera_process(memory) as process:
        before = process.parent.memory_info().rss
        for what, hostile in HOSTILE.items():
            with came(process) as end:
                with contextlib.suppress(ConnectionError):
                    end.sendall(hostile)
                    while end.recv(4096):
                        pass
            assert isinstance(process.hello(), Camera), what
        assert process.parent.memory_info().rss - before < 4 * 2**20


def test_the_newest_client_is_served_and_the_older_one_hung_up_on(memory: Path) -> None:
    with camera_process(memory) as process:
        older = process.opened()
        newer = process.opened()
        with pytest.raises(OSError):
            older.preview(5)
        older.close()
        assert isinstance(newer.preview(5), Frame)
        newer.close()


def test_a_client_that_does_not_read_its_still_is_dropped_and_the_camera_closed(memory: Path) -> None:
    with camera_process(memory, slow=0.5) as process:
        process.opened().close()
        with came(process) as lazy:
            process.until(lambda: process_opened(lazy), "the camera is open")
            calls = len(process.calls())
            lazy.sendall(frames.request(Ask.STILL, 9))
            process.until(lambda: "close" in process.calls()[calls:], "the camera is closed")


def process_opened(end: socket.socket) -> bool:
    end.sendall(frames.request(Ask.PREVIEW, 1))
    receiver = frames.Receiver()
    while (answer := receiver.next_event()) is None:
        receiver.receive_data(end.recv(receiver.wanted))
    return isinstance(answer, Frame)


def test_a_question_before_the_last_one_is_answered_ends_the_connection(memory: Path) -> None:
    with camera_process(memory) as process:
        link = process.opened()
        calls = len(process.calls())
        link._stream.send(frames.request(Ask.STILL, 77), 10**9)
        process.until(lambda: "switch_mode_and_capture_request" in process.calls()[calls:], "the still began")
        with pytest.raises(OSError):
            link.hello(5)
        link.close()


def test_a_client_that_leaves_mid_still_leaves_no_open_camera(memory: Path) -> None:
    with camera_process(memory) as process:
        link = process.opened()
        calls = len(process.calls())
        link._stream.send(frames.request(Ask.STILL, 77), 10**9)
        process.until(lambda: "switch_mode_and_capture_request" in process.calls()[calls:], "the still began")
        link.close()
        process.until(lambda: "close" in process.calls()[calls:], "the camera is closed")
        assert isinstance(process.hello(), Camera)


def test_a_camera_nobody_looks_at_is_closed_and_opened_when_somebody_does(memory: Path) -> None:
    with camera_process(memory, slow=0.5) as process:
        link = process.opened()
        calls = len(process.calls())
        process.until(lambda: "close" in process.calls()[calls:], "the camera is closed")
        assert isinstance(ask(lambda: link.hello(5)), Camera)
        process.until(lambda: isinstance(ask(lambda: link.preview(5)), Frame), "a preview")
        link.close()


def test_the_socket_is_the_users_own_or_a_groups(memory: Path) -> None:
    with camera_process(memory) as process:
        assert stat.S_IMODE(process.socket.stat().st_mode) == 0o600
    own = grp.getgrgid(os.getegid()).gr_name
    with camera_process(memory, "--group", own) as process:
        assert stat.S_IMODE(process.socket.stat().st_mode) == 0o660
        assert process.socket.stat().st_gid == os.getegid()


def test_nothing_the_camera_saw_is_written_anywhere(memory: Path) -> None:
    with camera_process(memory) as process:
        link = process.opened()
        link.still(20)
        child = process.child()
        assert child is not None
        written = {each.path for one in (child, process.parent) for each in one.open_files()}
        assert written <= {str(memory / "log"), str(memory / "camera.sock.lock")}
        link.close()


def test_the_first_who_comes_after_an_update_ends_the_old_program(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unit starts the new one; the terminal comes again by itself."""
    monkeypatch.setenv("TONGBAN_PROGRAMS", str(memory))
    current = memory / "current"
    current.symlink_to("1.0.0")
    with camera_process(memory) as process:
        assert isinstance(process.hello(), Camera)
        current.unlink()
        current.symlink_to("1.1.0")
        with contextlib.suppress(OSError):
            process.hello()
        assert process.ended() == 0
