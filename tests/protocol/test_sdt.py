"""SDT frames by the shared vectors: whole, byte by byte, with garbage, cut and damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import WAYS, drain, events

from devices.protocols import sdt

DATA: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "idcard_vectors.json").read_text(encoding="utf-8"))
VECTORS = {vector["id"]: vector for vector in DATA["vectors"]}


def stream(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["stream"])


def frames(found: list[Any]) -> list[str]:
    """Frames and damage as the vectors write them; garbage is one parser's own business."""
    names = []
    for event in found:
        match event:
            case sdt.Frame(sw1, sw2, sw3, data):
                names.append(f"frame {sw1:02X}{sw2:02X}{sw3:02X} {len(data)}")
            case sdt.BadChecksum(want, got):
                names.append(f"bad_checksum {want:02X} {got:02X}")
            case sdt.BadLength(length):
                names.append(f"bad_length {length}")
    return names


def expected(name: str) -> list[str]:
    names = []
    for event in VECTORS[name]["expect"]["events"]:
        match event["event"]:
            case "frame":
                names.append(f"frame {event['sw']} {event['data_len']}")
            case "bad_checksum":
                names.append(f"bad_checksum {event['want']} {event['got']}")
            case "bad_length":
                names.append(f"bad_length {event['len']}")
    return names


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", VECTORS)
def test_every_vector_gives_its_frames_however_it_arrives(name: str, way: str) -> None:
    assert frames(events(sdt.Receiver(), WAYS[way](stream(name)))) == expected(name)


@pytest.mark.parametrize("name", VECTORS)
def test_garbage_before_a_vector_changes_nothing(name: str) -> None:
    noise = bytes(range(0x20, 0x90)) + sdt.PREAMBLE[:4]
    assert frames(events(sdt.Receiver(), [noise + stream(name)])) == expected(name)


@pytest.mark.parametrize("name", [name for name in VECTORS if not name.startswith("truncated")])
def test_a_frame_behind_a_vector_is_found_too(name: str) -> None:
    found = frames(events(sdt.Receiver(), [stream(name) + sdt.answer(sdt.Sw3.NO_CARD)]))
    assert found == [*expected(name), "frame 000080 0"]


@pytest.mark.parametrize("name", ["truncated_half", "truncated_last_byte"])
def test_after_giving_up_on_a_cut_frame_the_next_one_is_found(name: str) -> None:
    receiver = sdt.Receiver()
    found = events(receiver, [stream(name)])
    assert receiver.inside
    # The frame behind is swallowed by the cut one's length until the owner gives up.
    found += events(receiver, [] if name == "truncated_last_byte" else [sdt.answer(sdt.Sw3.NO_CARD)])
    assert frames(found) == []
    receiver.give_up()
    found = list(drain(receiver)) + events(receiver, [sdt.answer(sdt.Sw3.DONE)])
    assert frames(found)[-1] == "frame 000090 0"
    assert not receiver.inside


def test_every_request_is_built_as_the_vectors_have_it() -> None:
    built = {
        "sam_reset": sdt.SAM_RESET,
        "sam_status": sdt.SAM_STATUS,
        "sam_id": sdt.SAM_ID,
        "find": sdt.FIND,
        "select": sdt.SELECT,
        "read_base": sdt.READ_BASE,
        "read_new_address": sdt.READ_NEW_ADDRESS,
        "read_iinsndn": sdt.READ_BODY_NUMBERS,
    }
    assert {name: built[name].hex().upper() for name in built} == {name: DATA["requests"][name] for name in built}


@pytest.mark.parametrize("name", DATA["requests"])
@pytest.mark.parametrize("way", WAYS)
def test_a_reader_understands_every_request(name: str, way: str) -> None:
    raw = bytes.fromhex(DATA["requests"][name])
    (request,) = events(sdt.RequestReceiver(), WAYS[way](raw))
    assert isinstance(request, sdt.Request)
    assert sdt.frame(bytes([request.cmd, request.para]) + request.data) == raw


def test_the_sam_id_reads_as_printed_on_the_module() -> None:
    (frame,) = events(sdt.Receiver(), [stream("sam_id")])
    assert sdt.sam_id(frame.data) == VECTORS["sam_id"]["expect"]["sam_id"]
    with pytest.raises(ValueError):
        sdt.sam_id(frame.data[1:])


@given(st.lists(st.binary(max_size=600), max_size=12))
def test_no_bytes_upset_the_receiver_and_none_are_lost_count_of(pieces: list[bytes]) -> None:
    receiver = sdt.Receiver()
    counted = 0
    for piece in pieces:
        for event in events(receiver, [piece]):
            match event:
                case sdt.Garbage(count):
                    counted += count
                case sdt.Frame():
                    counted += sdt.HEAD + sdt.MIN_ANSWER + len(event.data)
    while receiver.inside:
        receiver.give_up()
        counted += sum(event.count for event in drain(receiver) if isinstance(event, sdt.Garbage))
    assert counted == sum(map(len, pieces))


@given(st.binary(max_size=40), st.integers(0, 255), st.binary(max_size=300), st.integers(1, 50))
def test_an_answer_behind_any_noise_is_found_after_giving_up(noise: bytes, sw3: int, data: bytes, size: int) -> None:
    raw = noise + sdt.answer(sw3, data)
    receiver = sdt.Receiver()
    found = events(receiver, [raw[at : at + size] for at in range(0, len(raw), size)])
    while receiver.inside:
        receiver.give_up()
        found += drain(receiver)
    assert sdt.Frame(0, 0, sw3, data) in found


def test_a_flood_is_held_within_the_buffer_and_the_last_frame_survives() -> None:
    receiver = sdt.Receiver()
    # The beginning of a longest frame, over and over: the worst that can be made to wait.
    receiver.receive_data((sdt.PREAMBLE + b"\x0a\x00\x01") * 10_000)
    receiver.receive_data(sdt.answer(sdt.Sw3.DONE))
    found = list(drain(receiver))
    while receiver.inside:
        receiver.give_up()
        found += drain(receiver)
    assert sdt.Frame(0, 0, sdt.Sw3.DONE, b"") in found
    assert isinstance(found[0], sdt.Garbage)
    assert found[0].count >= 10_000 * 8 - sdt.MAX_BUFFER
