from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fleet import EPOCH, TERMINAL, TIME, birth, rating

from fleet.inputs import DeadLetter, EventIn, RefusedIn
from fleet.intake import understand
from mqtt import topics, wire
from mqtt.events import CaseTaken, DocumentRef, decode_event, event
from mqtt.messages import StorageReceipt, TerminalState
from mqtt.wire import ContractError, decode, encode

FLEET = frozenset({TERMINAL})


def test_the_largest_case_the_contract_allows_fits_into_one_message() -> None:
    refs = tuple(DocumentRef("f" * 64, 16 * 1024 * 1024, "page") for _ in range(400))
    case = CaseTaken("c" * 64, "i" * 64, "名" * 120, "s" * 64, "h" * 64, "n" * 64, TIME, "t" * 64, refs)
    assert len(event(TERMINAL, EPOCH, 2**53, TIME, case)) <= wire.MAX_PAYLOAD


def test_an_event_comes_back_as_it_was() -> None:
    envelope, data = decode_event(event(TERMINAL, EPOCH, 7, TIME, rating()))
    assert (envelope.epoch, envelope.sequence, data) == (EPOCH, 7, rating())


def test_fields_a_newer_peer_adds_are_tolerated() -> None:
    raw = encode(birth(3)).replace(b'"bd":3', b'"bd":3,"colour":"blue"')
    assert decode(raw, TerminalState) == birth(3)


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "object"),
        (b"x" * (wire.MAX_PAYLOAD + 1), "larger than"),
        (encode(birth(1)).replace(b'"v":1', b'"v":2'), "version not known here"),
        (b'{"s":"up","x":' + b"[" * 20_000, "nested"),
        (b"\xff\xfe{}", "malformed"),
    ],
)
def test_a_broken_state_is_refused_by_name(payload: bytes, rule: str) -> None:
    with pytest.raises(ContractError, match=rule):
        decode(payload, TerminalState)


def test_a_refusal_never_quotes_what_the_message_said() -> None:
    raw = encode(birth(1)).replace(b'"s":"up"', '"s":"张三 510105199001011234"'.encode())
    with pytest.raises(ContractError) as refusal:
        decode(raw, TerminalState)
    assert "张三" not in str(refusal.value)
    assert "5101" not in str(refusal.value)


def test_a_broken_event_whose_place_can_be_read_becomes_a_dead_letter() -> None:
    raw = event(TERMINAL, EPOCH, 5, TIME, rating()).replace(b'"level":5', b'"level":9')
    letter = understand(topics.events(TERMINAL), raw, False, FLEET)
    assert isinstance(letter, DeadLetter)
    assert (letter.epoch, letter.sequence, letter.raw) == (EPOCH, 5, raw)


def test_an_event_that_names_another_terminal_as_its_source_is_no_event_of_this_one() -> None:
    raw = event("somebody-else", EPOCH, 5, TIME, rating())
    assert isinstance(understand(topics.events(TERMINAL), raw, False, FLEET), DeadLetter)


def test_a_message_of_a_terminal_that_is_not_registered_is_refused() -> None:
    raw = event("stranger", EPOCH, 1, TIME, rating())
    assert understand("k1/stranger/up/ev", raw, False, FLEET) == RefusedIn("k1/stranger/up/ev", "terminal is not registered here")


@given(
    topic=st.one_of(st.text(max_size=60), st.sampled_from(["k1/rs-hall-01/st", "k1/rs-hall-01/up/ev", "k1/rs-hall-01/up/hb"])),
    payload=st.binary(max_size=400),
)
def test_nothing_that_comes_in_raises(topic: str, payload: bytes) -> None:
    understand(topic, payload, False, FLEET)


@given(st.integers(0, 400), st.sampled_from([b"\x00", b'"', b"}", b"9", b"\xc3"]))
def test_an_event_with_one_byte_changed_is_an_event_or_is_refused(at: int, byte: bytes) -> None:
    raw = bytearray(event(TERMINAL, EPOCH, 5, TIME, rating()))
    raw[at % len(raw) : at % len(raw) + 1] = byte
    assert isinstance(understand(topics.events(TERMINAL), bytes(raw), False, FLEET), EventIn | DeadLetter | RefusedIn)


def test_a_storage_receipt_has_no_more_than_500_ranges() -> None:
    receipt = StorageReceipt(v=1, e=EPOCH, r=tuple((n, n) for n in range(1, 502)))
    with pytest.raises(ContractError):
        decode(encode(receipt), StorageReceipt)
