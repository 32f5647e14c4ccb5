from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import example, given
from hypothesis import strategies as st
from support.staff import AGE, NOW

from devices.virtual.badges import AUTHENTICATION, CARD_AUTHENTICATION, Office
from domain.staff.roles import Right, Role, may
from kiosk.staff.trust import Anchor, BadAnchorError, Holder, Refused, signed

OFFICE = Office(now=NOW)
ANCHOR = Anchor(OFFICE.pem)
LIST = OFFICE.revocation()
GOOD = OFFICE.badge()


def fault(der: bytes, revocation: bytes | None = LIST, *, at: timedelta = timedelta(0)) -> str:
    judged = ANCHOR.judge(der, revocation, AGE, NOW + at)
    assert isinstance(judged, Refused)
    return judged.fault


@pytest.mark.parametrize("role", list(Role))
def test_a_good_badge_gives_its_role_and_serial(role: Role) -> None:
    badge = OFFICE.badge(role)
    judged = ANCHOR.judge(badge.certificate, LIST, AGE, NOW)
    assert isinstance(judged, Holder)
    assert (judged.role, judged.serial) == (role, f"{badge.serial:x}")


def test_a_badge_of_another_authority_is_refused_and_its_words_are_not_believed() -> None:
    judged = ANCHOR.judge(Office(now=NOW).badge().certificate, LIST, AGE, NOW)
    assert judged == Refused("badge_foreign")


def test_the_certificate_of_the_slot_without_a_pin_does_not_serve_in_the_one_with() -> None:
    assert fault(GOOD.card_certificate) == "badge_unfit"
    assert fault(OFFICE.badge(purposes=CARD_AUTHENTICATION).certificate) == "badge_unfit"
    assert fault(OFFICE.badge(purposes=AUTHENTICATION + CARD_AUTHENTICATION).certificate) == "badge_unfit"


def test_a_certificate_for_nothing_or_for_another_use_or_on_another_curve_is_refused() -> None:
    assert fault(OFFICE.badge(purposes=()).certificate) == "badge_unfit"
    assert fault(OFFICE.badge(signing=False).certificate) == "badge_unfit"
    assert fault(OFFICE.badge(curve=ec.SECP384R1()).certificate) == "badge_unfit"


def test_the_authoritys_own_certificate_is_no_badge() -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    assert fault(OFFICE.certificate.public_bytes(Encoding.DER)) == "badge_unfit"


def test_validity_is_held_at_both_ends() -> None:
    assert fault(OFFICE.badge(ends=timedelta(hours=-0.5)).certificate) == "badge_expired"
    assert fault(OFFICE.badge(begins=timedelta(hours=1)).certificate) == "badge_not_yet"
    assert fault(GOOD.certificate, at=timedelta(days=5000)) == "badge_authority_expired"


@pytest.mark.parametrize("units", [[], ["technician"], ["tongban:god"], ["tongban:technician", "tongban:clerk"], ["tongban:"]])
def test_a_badge_without_exactly_one_known_role_opens_nothing(units: list[str]) -> None:
    assert fault(OFFICE.badge(units=units).certificate) == "badge_without_role"


def test_a_revoked_badge_is_refused_by_its_serial() -> None:
    judged = ANCHOR.judge(GOOD.certificate, OFFICE.revocation([GOOD.serial]), AGE, NOW)
    assert judged == Refused("badge_revoked", f"{GOOD.serial:x}", Role.TECHNICIAN)


def test_without_a_fresh_list_of_the_same_authority_nobody_comes_in() -> None:
    assert fault(GOOD.certificate, None) == "revocation_missing"
    assert fault(GOOD.certificate, b"nonsense") == "revocation_damaged"
    assert fault(GOOD.certificate, Office(now=NOW).revocation()) == "revocation_damaged"
    assert fault(GOOD.certificate, LIST[:200] + LIST[210:]) == "revocation_damaged"
    assert fault(GOOD.certificate, OFFICE.revocation(age=AGE + timedelta(seconds=1))) == "revocation_stale"
    assert fault(GOOD.certificate, OFFICE.revocation(age=timedelta(days=2), lasts=timedelta(days=1))) == "revocation_stale"


def test_a_list_from_our_future_means_that_our_clock_is_wrong() -> None:
    assert fault(GOOD.certificate, OFFICE.revocation(age=timedelta(hours=-1))) == "staff_clock_untrusted"


def test_only_the_certificates_own_key_signs() -> None:
    holder = ANCHOR.judge(GOOD.certificate, LIST, AGE, NOW)
    assert isinstance(holder, Holder)
    digest = bytes(range(32))
    prehashed = ec.ECDSA(Prehashed(hashes.SHA256()))
    signature = GOOD.key.sign(digest, prehashed)
    assert signed(holder, digest, signature)
    assert not signed(holder, bytes(32), signature)
    assert not signed(holder, digest, GOOD.card_key.sign(digest, prehashed))
    assert not signed(holder, digest, b"")


def test_the_pinned_file_holds_one_authority_and_nothing_else() -> None:
    for wrong in (b"", OFFICE.pem + Office().pem, OFFICE.pem[:100], LIST):
        with pytest.raises(BadAnchorError):
            Anchor(wrong)


@given(st.binary(max_size=600))
def test_no_bytes_upset_the_judge(data: bytes) -> None:
    assert isinstance(ANCHOR.judge(data, data, AGE, NOW), Refused)


@example(15, 128)  # a serial number below zero
@given(st.integers(0, len(GOOD.certificate) - 1), st.integers(1, 255))
def test_a_certificate_changed_in_one_byte_is_never_good(at: int, by: int) -> None:
    changed = bytearray(GOOD.certificate)
    changed[at] ^= by
    assert isinstance(ANCHOR.judge(bytes(changed), LIST, AGE, NOW), Refused)


@pytest.mark.parametrize("bits", range(1, 8))
def test_a_signature_is_whole_bytes(bits: int) -> None:
    """Where its last bits happen to be none, a count of unused bits would make another certificate of the same signature."""
    changed = bytearray(GOOD.certificate)
    changed[-len(x509.load_der_x509_certificate(GOOD.certificate).signature) - 1] = bits
    assert isinstance(ANCHOR.judge(bytes(changed), LIST, AGE, NOW), Refused)


def test_each_role_has_its_own_rights() -> None:
    assert may(Role.TECHNICIAN, Right.MAINTAIN)
    assert not may(Role.TECHNICIAN, Right.SERVE_WINDOW)
    assert not may(Role.CLERK, Right.CONFIGURE)
    assert all(may(role, Right.SEE_STATUS) for role in Role)
