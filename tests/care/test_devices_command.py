"""``tongban devices``: finds what speaks, touches nothing that is held or excluded, and suggests settings that load."""

from __future__ import annotations

import json
import os
import pty
import re
import socket
import threading
import tomllib
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hands_bench import Bench, bench, run

from devices.idcard.exchange import FLOOD
from devices.protocols import frames, sdt
from devices.survey import BAUDS, SILENT, Certainty, Found, Kind, ask_printer, holders, probe, without
from devices.transports.serial import SerialLine
from devices.virtual.idcard import VirtualReader
from devices.virtual.port import VirtualDevice
from kiosk import settings as conf
from kiosk.care.attached import suggestion


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("devices")) as running:
        yield running


def listed(one: Bench, *arguments: str) -> dict[str, dict[str, Any]]:
    result = run("devices", "--json", "--folder", str(one.layout.hardware), *arguments, moves={})
    assert result.code == 0, result.err
    return {Path(found["address"]).name: found for found in json.loads(result.out)}


@contextmanager
def plugged(device: VirtualDevice) -> Iterator[None]:
    device.start()
    try:
        yield
    finally:
        device.stop()


@contextmanager
def line(answers: dict[bytes, bytes], *, echo: bool = False) -> Iterator[tuple[str, bytearray]]:
    """A tty whose other end answers each of these questions, and what it was sent."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    heard = bytearray()

    def play() -> None:
        while True:
            try:
                data = os.read(master, 4096)
            except OSError:
                return
            heard.extend(data)
            try:
                for question, answer in answers.items():
                    if question in data:
                        os.write(master, answer)
                if echo:
                    os.write(master, data)
            except OSError:  # nobody reads any more
                return

    player = threading.Thread(target=play, daemon=True)
    player.start()
    try:
        yield os.ttyname(slave), heard
    finally:
        os.close(slave)
        player.join(5)
        os.close(master)


def test_the_virtual_terminal_is_found_and_the_settings_take_what_is_suggested(one: Bench, tmp_path: Path) -> None:
    result = run("devices", "--folder", str(one.layout.hardware), "--settings", str(one.settings), moves={})
    assert result.code == 0, result.err
    suggested = tomllib.loads(result.out[result.out.index("# ----") :])["devices"]
    was = tomllib.loads(one.settings.read_text())["devices"]
    assert suggested["idcard"]["path"] == was["idcard"]["path"]
    (identity,) = re.findall(r'^# identity = "(05\.01-[^"]+)"$', result.out, re.MULTILINE)
    assert (suggested["printer"]["host"], suggested["printer"]["port"]) == ("127.0.0.1", was["printer"]["port"])
    assert suggested["camera"]["socket"] == was["camera"]["socket"]
    assert "rating" not in suggested
    assert f'# path = "{was["rating"]["path"]}"' in result.out
    assert one.rig.printer().papers() == []
    suggested["idcard"]["identity"] = identity
    (tmp_path / "new.toml").write_text(tomli_w.dumps(tomllib.loads(one.settings.read_text()) | {"devices": suggested}))
    assert conf.load(tmp_path / "new.toml").devices.idcard.identity == identity


def test_sure_is_only_what_answered_and_a_pad_stays_unknown(one: Bench) -> None:
    found = listed(one)
    assert (found["idcard"]["certainty"], found["idcard"]["device"], found["idcard"]["baud"]) == ("sure", "idcard", 115200)
    assert (found["rating"]["certainty"], found["rating"]["device"]) == ("unknown", None)
    assert "评价器" in found["rating"]["note"]


def test_only_a_line_that_was_asked_and_kept_silent_is_suggested_as_a_pad() -> None:
    silent, held, unasked = (Found(Kind.SERIAL, f"/dev/{note}", note=note) for note in (SILENT, "别的程序正占着，没有试", ""))
    assert silent.address in suggestion([silent, held, unasked])
    assert "别的程序" not in suggestion([held, unasked])


def test_a_port_that_somebody_holds_is_not_touched(one: Bench) -> None:
    held = SerialLine(one.rig.device("idcard").address, 115200)
    try:
        found = listed(one, "--skip", one.rig.device("rating").address)["idcard"]
    finally:
        held.close()
    assert (found["certainty"], "占着" in found["note"]) == ("unknown", True)


def test_an_excluded_port_is_not_even_listed(one: Bench) -> None:
    skipped = [part for name in ("idcard", "rating") for part in ("--skip", one.rig.device(name).address)]
    assert not {"idcard", "rating"} & set(listed(one, *skipped))


def test_a_port_is_excluded_by_any_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "port").touch()
    (tmp_path / "link").symlink_to(tmp_path / "port")
    assert without([Found(Kind.SERIAL, str(tmp_path / "link"))], [str(tmp_path / "port")]) == []


def test_without_probing_not_a_byte_is_sent(one: Bench, tmp_path: Path) -> None:
    with line({}) as (path, heard):
        (tmp_path / "port").symlink_to(path)
        result = run("devices", "--json", "--no-probe", "--folder", str(tmp_path), moves={})
    assert [found["certainty"] for found in json.loads(result.out) if found["address"] == str(tmp_path / "port")] == ["unknown"]
    assert heard == b""


def test_a_line_that_echoes_is_nothing_known() -> None:
    with line({}, echo=True) as (path, _):
        port = SerialLine(path, 115200)
        try:
            assert ask_printer(port) is None
        finally:
            port.close()


def test_a_printer_on_a_serial_line_is_asked_and_told_to_drop_what_it_did_not_understand() -> None:
    with line({b"\x10\x04\x01": b"\x16", b"\x10\x04\x04": b"\x12", b"\x1dIC": b"_TB-80\x00"}) as (path, heard):
        found = probe(Found(Kind.SERIAL, path))
    assert (found.device, found.certainty, found.identity, found.baud) == ("printer", Certainty.SURE, "TB-80", BAUDS[0])
    assert b"\x1b@" in heard
    assert b"\xaa\xaa\xaa\x96\x69" not in heard


def test_a_reader_that_does_not_tell_its_number_is_a_reader_all_the_same(tmp_path: Path) -> None:
    device = VirtualReader(tmp_path / "reader")
    with plugged(device):
        assert probe(Found(Kind.SERIAL, device.address)).device == "idcard"


@pytest.mark.parametrize("printer", [{"serial": "/dev/none", "baud": 9600}, {"usb": "/dev/none"}, {"host": "127.0.0.1", "port": 9}])
def test_settings_with_every_device_are_read(one: Bench, tmp_path: Path, printer: dict[str, object]) -> None:
    tree = tomllib.loads(one.settings.read_text())
    tree["devices"] |= {"printer": printer, "a4": {"printer": "ipp://127.0.0.1/ipp/print", "cups": "/run/none"}}
    (tmp_path / "all.toml").write_text(tomli_w.dumps(tree))
    result = run("devices", "--json", "--settings", str(tmp_path / "all.toml"), "--printer", "192.168..1", moves={})
    assert result.code == 0, result.err
    found = {one["address"]: one for one in json.loads(result.out)}
    assert ("127.0.0.1:9" in found) is ("host" in printer)
    assert found["192.168..1:9100"]["note"]
    readers = [one for one in found.values() if one["kind"] == Kind.PCSC]
    assert readers, "the settings name a pcscd of their own"
    assert {one["device"] for one in readers} == {"smartcard"}


def test_a_printer_s_port_that_is_none_is_said_to_be(one: Bench) -> None:
    result = run("devices", "--printer", "127.0.0.1:x", moves={})
    assert result.code != 0
    assert "主机:端口" in result.err


def test_what_babbles_on_a_line_is_a_note_not_an_error() -> None:
    with line({sdt.SAM_STATUS: b"\xaa\xaa\xaa\x96" * 4 * FLOOD}) as (path, _):
        found = probe(Found(Kind.SERIAL, path))
    assert (found.certainty, bool(found.note)) == (Certainty.UNKNOWN, True)


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", frames.refusal(1, frames.Why.NO_CAMERA)])
def test_whatever_answers_at_the_camera_s_socket_is_a_note_not_an_error(tmp_path: Path, said: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "camera"))
        listener.listen()

        def play() -> None:
            end, _ = listener.accept()
            with end:
                end.recv(4096)
                end.sendall(said)
                end.recv(1)

        player = threading.Thread(target=play)
        player.start()
        found = probe(Found(Kind.CAMERA, str(tmp_path / "camera")))
        player.join(5)
    assert (found.certainty, bool(found.note)) == (Certainty.UNKNOWN, True)


def test_nobody_listening_is_a_note_not_an_error(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for found in (Found(Kind.TCP, f"127.0.0.1:{port}"), Found(Kind.CAMERA, str(tmp_path / "none"))):
        answer = probe(found)
        assert (answer.certainty, bool(answer.note)) == (Certainty.UNKNOWN, True)


def test_a_program_that_has_a_port_open_is_named(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "port").touch()
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()", tmp_path / "port"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        (name,) = holders(str(tmp_path / "port"))
        assert str(child.pid) in name
        child.communicate()
    assert holders(str(tmp_path / "port")) == ()


def test_noise_is_no_printer() -> None:
    class Noise:
        def write(self, data: bytes) -> object:
            return None

        def read(self, seconds: float) -> bytes:
            return bytes(range(256))

    assert ask_printer(Noise()) is None
