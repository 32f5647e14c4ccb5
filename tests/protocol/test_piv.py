"""The commands of a PIV card, against the virtual one and against any bytes at all."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.protocols import piv
from devices.protocols.apdu import MAX_TOTAL, Answer, CardAnswerError, Command, encode, exchange
from devices.protocols.piv import BadPinError, CompressedError, DataObject, Key, PinState
from devices.virtual.badges import Office
from devices.virtual.piv import VirtualPiv

BADGE = Office().badge()


def card() -> VirtualPiv:
    laid = VirtualPiv(BADGE)
    exchange(piv.select_piv(), laid.transmit)
    return laid


def test_the_bytes_are_those_of_the_standard() -> None:
    assert piv.select_piv().encode().hex() == "00a404000ba0000003080000100001000" + "0"
    assert piv.get_data(DataObject.AUTHENTICATION_CERTIFICATE).encode().hex() == "00cb3fff055c035fc10500"
    assert piv.get_data(DataObject.DISCOVERY).encode().hex() == "00cb3fff035c017e00"
    assert piv.verify_status().encode().hex() == "00200080"
    assert piv.verify(b"123456").encode().hex() == "0020008008313233343536ffff"
    assert piv.sign(bytes(32)).encode().hex() == "0087119a267c2482008120" + "00" * 32 + "00"


def test_a_certificate_comes_whole_in_pieces_of_256() -> None:
    answer = exchange(piv.get_data(DataObject.AUTHENTICATION_CERTIFICATE), card().transmit)
    assert piv.certificate(answer) == BADGE.certificate
    assert len(BADGE.certificate) > 256


def test_asking_for_the_tries_spends_none() -> None:
    laid = card()
    for _ in range(5):
        assert piv.pin_state(exchange(piv.verify_status(), laid.transmit)) == PinState(False, 3)
    assert piv.pin_state(exchange(piv.verify(b"111111"), laid.transmit)) == PinState(False, 2)
    assert piv.pin_state(exchange(piv.verify(b"246810"), laid.transmit)) == PinState(True, None)
    assert piv.pin_state(exchange(piv.verify_status(), laid.transmit)) == PinState(True, None)


def test_a_card_reset_has_forgotten_its_pin() -> None:
    laid = card()
    exchange(piv.verify(b"246810"), laid.transmit)
    assert piv.signature(exchange(piv.sign(bytes(32)), laid.transmit))
    laid.reset()
    exchange(piv.select_piv(), laid.transmit)
    assert piv.signature(exchange(piv.sign(bytes(32)), laid.transmit)) is None
    assert piv.signature(exchange(piv.sign(bytes(32), Key.CARD_AUTHENTICATION), laid.transmit))


@pytest.mark.parametrize("pin", [b"", b"12345", b"123456789", b"12345\xff", b"12 456", "一二三四五六".encode()])
def test_what_cannot_be_a_pin_is_not_sent_and_not_shown(pin: bytes) -> None:
    with pytest.raises(BadPinError) as refused:
        piv.verify(pin)
    assert not pin or pin.decode("utf-8", "replace") not in str(refused.value)


def test_no_repr_shows_a_pin() -> None:
    assert "123456" not in repr(piv.verify(b"123456"))
    assert "313233" not in repr(piv.verify(b"123456"))


def test_a_compressed_certificate_is_refused_by_name_and_a_missing_one_is_none() -> None:
    laid = card()
    laid.inject("compressed certificate")
    with pytest.raises(CompressedError):
        piv.certificate(exchange(piv.get_data(DataObject.AUTHENTICATION_CERTIFICATE), laid.transmit))
    laid.inject("no certificate")
    assert piv.certificate(exchange(piv.get_data(DataObject.AUTHENTICATION_CERTIFICATE), laid.transmit)) is None


@pytest.mark.parametrize("fault", ["hostile length", "endless", "no signature", "silent"])
def test_a_hostile_card_is_a_named_error_and_reserves_nothing(fault: str) -> None:
    laid = card()
    exchange(piv.verify(b"246810"), laid.transmit)
    laid.inject(fault)
    with pytest.raises(CardAnswerError):
        _certificate_and_signature(laid)


@given(st.binary(max_size=400), st.integers(0, 0xFFFF))
def test_any_answer_is_a_certificate_or_a_named_error(data: bytes, sw: int) -> None:
    for wrapped in (data, encode(0x53, data), encode(0x53, encode(0x70, data) + encode(0x71, data[:1])), encode(0x7C, data)):
        answer = Answer(wrapped, sw)
        with contextlib.suppress(CardAnswerError):
            der = piv.certificate(answer)
            assert der is None or 0 < len(der) <= piv.MAX_CERTIFICATE
        with contextlib.suppress(CardAnswerError):
            signature = piv.signature(answer)
            assert signature is None or 8 <= len(signature) <= 72
        state = piv.pin_state(answer)
        assert state.verified == (sw == 0x9000)


@given(st.lists(st.binary(max_size=260), min_size=60, max_size=60))
def test_any_bytes_from_a_card_end(answers: list[bytes]) -> None:
    given_out = iter(answers)
    with contextlib.suppress(CardAnswerError):
        assert len(exchange(piv.get_data(DataObject.CHUID), lambda _command: next(given_out)).data) <= MAX_TOTAL


@given(st.binary(max_size=300))
def test_no_command_upsets_the_virtual_card(command: bytes) -> None:
    laid = card()
    for whole in (command, b"\x00\xcb\x3f\xff" + command, b"\x00\x87\x11\x9a" + command):
        assert len(laid.transmit(whole)) >= 2


def test_a_card_that_was_not_selected_says_nothing() -> None:
    laid = VirtualPiv(BADGE)
    assert exchange(Command(0, 0xCB, 0x3F, 0xFF, b"\x5c\x01\x7e", 256), laid.transmit).sw == 0x6D00


def _certificate_and_signature(laid: VirtualPiv) -> None:
    piv.certificate(exchange(piv.get_data(DataObject.AUTHENTICATION_CERTIFICATE), laid.transmit))
    piv.signature(exchange(piv.sign(bytes(32)), laid.transmit))
