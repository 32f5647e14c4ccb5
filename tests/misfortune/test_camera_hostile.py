"""Whatever sits at the camera's socket answers with nonsense, or claims frames that would fill the memory."""

import socket

import pytest
from desk_camera import desk_camera, first_preview

from devices.protocols import frames
from devices.protocols.frames import Ask, FrameError, Receiver


@pytest.mark.parametrize("fault", ["nonsense", "huge frame"])
def test_nonsense_is_no_frame_and_the_camera_is_opened_anew(tmp_path, fault):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, heard):
        driver.watch()
        first_preview(driver)
        before = heard.so_far
        virtual.inject(fault)
        heard.fault("mute", since=before)
        assert driver.live() is None
        virtual.clear()
        assert first_preview(driver)


def test_a_hostile_client_costs_the_camera_only_its_own_connection(tmp_path):
    with desk_camera(tmp_path, page="residence") as (virtual, driver, _heard):
        driver.watch()
        with socket.socket(socket.AF_UNIX) as hostile:
            hostile.settimeout(10)
            hostile.connect(virtual.address)
            hostile.sendall(frames.HEADER.pack(frames.MAGIC, 1, Ask.STILL, 0, 1, 0, 0, 0, 2**32 - 1))
            assert hostile.recv(1) == b""
        assert first_preview(driver)
        assert driver.state().fault is None


def test_an_unknown_request_is_refused_in_words_of_the_protocol(tmp_path):
    with desk_camera(tmp_path) as (virtual, _driver, _heard), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(virtual.address)
        client.sendall(frames.HEADER.pack(frames.MAGIC, 1, 42, 0, 5, 0, 0, 0, 0))
        receiver = Receiver()
        while (answer := receiver.next_event()) is None:
            receiver.receive_data(client.recv(receiver.wanted))
        assert answer == frames.Refusal(5, frames.Why.UNKNOWN_REQUEST)


def test_a_driver_at_a_socket_of_something_else_says_mute(tmp_path):
    with desk_camera(tmp_path) as (virtual, _driver, heard):
        before = heard.so_far
        virtual.inject("nonsense")
        heard.fault("mute", since=before)
    with pytest.raises(FrameError):
        Receiver().receive_data(b"SSH-2.0-OpenSSH_9.2p1\r\n")
