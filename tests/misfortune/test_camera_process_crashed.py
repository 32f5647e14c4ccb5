"""The camera's parent is killed, or started twice: nothing holds the camera afterwards, and its socket is taken over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
from support.pi.rig import Process, camera_process

from devices.protocols.frames import Camera


def second(process: Process) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(process._command(), env=process._environment(), capture_output=True, timeout=30, check=False)


def test_killed_it_takes_its_child_along_and_the_next_takes_over_the_socket_left_behind(memory: Path) -> None:
    with camera_process(memory) as process:
        link, child = process.opened(), process.child()
        assert child is not None
        process.inject("hang capture_request")
        process.kill()
        link.close()
        psutil.wait_procs([child], timeout=20)
        assert not child.is_running()
        assert process.socket.exists()
        process.clear()
        process.start()
        process.proven()


def test_a_second_one_says_so_and_leaves_the_first_alone(memory: Path) -> None:
    with camera_process(memory) as process:
        told = second(process)
        assert told.returncode == 1
        assert "另一个高拍仪进程正在用这个套接字" in told.stderr.decode()
        assert isinstance(process.hello(), Camera)


def test_a_file_in_the_sockets_place_is_not_touched(memory: Path) -> None:
    process = Process(memory)
    process.socket.write_text("somebody's")
    told = second(process)
    assert told.returncode == 1
    assert "不是套接字" in told.stderr.decode()
    assert process.socket.read_text() == "somebody's"


def test_stopped_it_leaves_no_socket(memory: Path) -> None:
    with camera_process(memory) as process:
        assert process.stop() == 0
        assert not process.socket.exists()


def test_the_command_runs_in_the_systems_python_with_nothing_of_our_environment() -> None:
    command = [str(Path(sys.executable).with_name("tongban")), "camera", "--help"]
    told = subprocess.run(command, env={**os.environ, "PYTHONPATH": "/nonexistent"}, capture_output=True, timeout=30, check=True)
    assert "独占摄像头" in told.stdout.decode()


def test_without_picamera2_it_says_what_to_install(memory: Path) -> None:
    process = Process(memory)
    bare = {name: value for name, value in process._environment().items() if name != "PYTHONPATH"}
    told = subprocess.run(process._command(), env=bare, capture_output=True, timeout=30, check=False)
    assert told.returncode == 78
    assert "python3-picamera2" in told.stderr.decode()
