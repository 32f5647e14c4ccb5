"""Who is given a certificate, over real HTTPS; curl and openssl are the independent client."""

from __future__ import annotations

import base64
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.authority import NAMES, authority, enrolled
from support.fleet import OTHER_TERMINAL, TERMINAL, Fleet

from fleet.authority.authority import CODE_LIFE, Authority, Connect, RefusedError
from fleet.authority.ca import BadRequestError, requested_key
from fleet.authority.keys import Folder
from fleet.settings import SettingsError
from kiosk.enrolment.files import IdentityFiles, request_for
from mqtt.enrolment import ENROL, IDENTITY, RENEW, Standing
from mqtt.tls import Tls, context


class Hand:
    """The clock of the books."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return datetime.now(UTC).timestamp() + self.ahead


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return authority(tmp_path / "authority")


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def books(folder: Folder, hand: Hand) -> Iterator[Authority]:
    opened = Authority(folder, (TERMINAL, OTHER_TERMINAL), hand)
    yield opened
    opened.close()


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def why(books: Authority, terminal: str, secret: str, request: bytes) -> str:
    with pytest.raises(RefusedError) as refused:
        books.enrol(terminal, secret, request)
    return refused.value.why


def test_the_name_comes_from_the_register_and_not_from_the_request(books: Authority) -> None:
    mine = key()
    given = books.enrol(TERMINAL, books.new_code(TERMINAL).secret, request_for(mine, "fleet"))
    assert given.subject.rfc4514_string() == f"CN={TERMINAL}"
    assert given.public_key() == mine.public_key()
    assert given.not_valid_after_utc - given.not_valid_before_utc == timedelta(days=30, hours=1)
    usage = given.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    given.verify_directly_issued_by(books.ca.certificate)


def test_a_code_used_twice_serves_the_first_key_only_and_gives_it_the_same_certificate(books: Authority) -> None:
    secret, mine = books.new_code(TERMINAL).secret, request_for(key(), TERMINAL)
    first = books.enrol(TERMINAL, secret, mine)
    assert books.enrol(TERMINAL, secret, mine) == first
    assert why(books, TERMINAL, secret, request_for(key(), TERMINAL)) == "used_code"


def test_a_code_is_for_its_terminal_and_its_day(books: Authority, hand: Hand) -> None:
    secret, mine = books.new_code(TERMINAL).secret, request_for(key(), TERMINAL)
    assert why(books, OTHER_TERMINAL, secret, mine) == "wrong_code"
    assert why(books, "fleet", secret, mine) == "wrong_code"
    hand.ahead = CODE_LIFE + 1
    assert why(books, TERMINAL, secret, mine) == "expired_code"


def test_a_new_code_makes_an_unused_one_void(books: Authority) -> None:
    first = books.new_code(TERMINAL).secret
    books.new_code(TERMINAL)
    assert why(books, TERMINAL, first, request_for(key(), TERMINAL)) == "wrong_code"


@pytest.mark.parametrize("name", ["fleet", "host", "nobody", "../x"])
def test_no_code_for_a_name_that_is_not_registered(folder: Folder, name: str) -> None:
    books = Authority(folder, (TERMINAL, "fleet", "host"))
    with pytest.raises(ValueError, match="没有登记"):
        books.new_code(name)
    books.close()


def test_guessing_is_slowed_and_fills_no_disk_and_keeps_the_right_code_from_nobody(books: Authority) -> None:
    secret, mine = books.new_code(TERMINAL).secret, request_for(key(), TERMINAL)
    answers = [why(books, TERMINAL, "X" * 16, mine) for _ in range(50)]
    assert (answers[0], answers[-1]) == ("wrong_code", "slow_down")
    assert len(books.audit()) < 35
    assert books.enrol(TERMINAL, secret, mine)


def test_the_secret_is_nowhere_on_the_disk(books: Authority, folder: Folder) -> None:
    secret = books.new_code(TERMINAL).secret
    books.enrol(TERMINAL, secret, request_for(key(), TERMINAL))
    for path in folder.path.iterdir():
        assert secret.encode() not in path.read_bytes(), path


def test_two_at_the_same_time_with_one_code_one_gets_it(books: Authority) -> None:
    secret, outcomes = books.new_code(TERMINAL).secret, []
    start = threading.Barrier(4)

    def one() -> None:
        request = request_for(key(), TERMINAL)
        start.wait()
        try:
            books.enrol(TERMINAL, secret, request)
            outcomes.append("issued")
        except RefusedError as error:
            outcomes.append(error.why)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["issued", "used_code", "used_code", "used_code"]


def test_only_a_p256_key_whose_holder_signed_is_certified(books: Authority) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, TERMINAL)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    for other in (ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)):
        with pytest.raises(BadRequestError, match="P-256"):
            requested_key(builder.sign(other, hashes.SHA256()).public_bytes(Encoding.DER))
    good = bytearray(request_for(key(), TERMINAL))
    good[-1] ^= 1
    with pytest.raises(BadRequestError):
        requested_key(bytes(good))


@given(st.one_of(st.binary(max_size=600), st.integers(0, 150).map(lambda n: request_for(_KEY, TERMINAL)[:n])))
def test_no_bytes_of_a_request_are_more_than_refused(request: bytes) -> None:
    with pytest.raises(BadRequestError):
        requested_key(request)


_KEY = key()
_GOOD = request_for(_KEY, TERMINAL)


@given(st.integers(0, len(_GOOD) - 1), st.integers(1, 255))
def test_a_request_changed_anywhere_is_refused(place: int, change: int) -> None:
    wrong = bytearray(_GOOD)
    wrong[place] ^= change
    with pytest.raises(BadRequestError):
        requested_key(bytes(wrong))


def test_renewing_gives_a_new_certificate_and_asking_again_the_same(books: Authority) -> None:
    first = books.enrol(TERMINAL, books.new_code(TERMINAL).secret, request_for(key(), TERMINAL))
    shown, following = first.public_bytes(Encoding.DER), request_for(key(), "somebody")
    second = books.renew(shown, following)
    assert (second.subject, second.serial_number == first.serial_number) == (first.subject, False)
    assert books.renew(shown, following) == second
    assert books.standing(shown).terminal == TERMINAL  # the old one holds until its end


def test_what_is_revoked_is_refused_everywhere_until_a_new_code(books: Authority, folder: Folder) -> None:
    given = books.enrol(TERMINAL, books.new_code(TERMINAL).secret, request_for(key(), TERMINAL))
    shown, unused = given.public_bytes(Encoding.DER), books.new_code(TERMINAL).secret
    assert books.revoke(TERMINAL) == 1
    for refused in (lambda: books.standing(shown), lambda: books.renew(shown, _GOOD)):
        with pytest.raises(RefusedError, match="revoked"):
            refused()
    assert why(books, TERMINAL, unused, _GOOD) == "wrong_code"
    assert books.barred() == {TERMINAL}
    listed = x509.load_pem_x509_crl(folder.revoked.read_bytes())
    assert [entry.serial_number for entry in listed] == [given.serial_number]
    assert listed.is_signature_valid(books.ca.certificate.public_key())
    books.enrol(TERMINAL, books.new_code(TERMINAL).secret, _GOOD)
    assert books.barred() == set()


def test_what_another_process_revokes_or_gives_anew_counts_at_once(books: Authority, folder: Folder) -> None:
    command = Authority(folder, (TERMINAL, OTHER_TERMINAL))
    for terminal in (TERMINAL, OTHER_TERMINAL):
        books.enrol(terminal, books.new_code(terminal).secret, request_for(key(), terminal))
    assert books.barred() == set()
    command.revoke(TERMINAL)
    assert books.barred() == {TERMINAL}
    books.revoke(OTHER_TERMINAL)
    assert books.barred() == command.barred() == {TERMINAL, OTHER_TERMINAL}
    assert books.barred() is books.barred()
    command.enrol(TERMINAL, command.new_code(TERMINAL).secret, request_for(key(), TERMINAL))
    assert books.barred() == {OTHER_TERMINAL}
    command.close()


def test_a_terminal_taken_from_the_register_is_refused_with_a_good_certificate(folder: Folder, books: Authority) -> None:
    given = books.enrol(TERMINAL, books.new_code(TERMINAL).secret, _GOOD)
    fewer = Authority(folder, (OTHER_TERMINAL,))
    with pytest.raises(RefusedError, match="unknown_terminal"):
        fewer.standing(given.public_bytes(Encoding.DER))
    fewer.close()


def test_everything_done_and_refused_is_written_down_and_stays(books: Authority) -> None:
    secret = books.new_code(TERMINAL).secret
    given = books.enrol(TERMINAL, secret, _GOOD)
    books.renew(given.public_bytes(Encoding.DER), request_for(key(), TERMINAL))
    why(books, TERMINAL, secret, request_for(key(), TERMINAL))
    books.revoke(TERMINAL)
    assert [row[1] for row in books.audit()] == ["code_made", "enrolled", "renewed", "refused", "revoked"]
    with pytest.raises(Exception, match="audit"):
        books._books._write("DELETE FROM audit")


def test_a_run_that_comes_back_after_another_means_two_machines(books: Authority) -> None:
    for bd, boot in enumerate(("a", "a", "b", "b", "c")):
        books.births([Connect(TERMINAL, boot, bd)])
    books.births([Connect(TERMINAL, "b", 3)])  # delivered again by a broker that was killed
    assert not books.identity(TERMINAL).cloned
    books.births([Connect(TERMINAL, "b", 4)])
    assert books.identity(TERMINAL).cloned
    books.enrol(TERMINAL, books.new_code(TERMINAL).secret, _GOOD)
    assert not books.identity(TERMINAL).cloned


def test_in_the_authoritys_last_months_nothing_is_made_anew_again_and_again(folder: Folder) -> None:
    """What it would give ends when it ends itself: each look would make keys that last no longer."""
    ca = folder.load()
    late = ca.certificate.not_valid_after_utc - timedelta(days=60)
    assert folder.keep_servers(ca, NAMES, late)
    assert folder.keep_orders(ca, late)
    assert not folder.keep_servers(ca, NAMES, late + timedelta(days=1))
    assert not folder.keep_orders(ca, late + timedelta(days=1))


def test_a_second_authority_in_one_place_is_refused(folder: Folder) -> None:
    with pytest.raises(SettingsError, match="已经有签发机构"):
        folder.make(NAMES, datetime.now(UTC))


def test_a_making_that_was_broken_off_is_done_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "authority")
    folder.make(NAMES, datetime.now(UTC))
    folder.authority.unlink()
    folder.make(NAMES, datetime.now(UTC))
    assert folder.load().certificate.subject


@pytest.mark.parametrize("damage", ["missing", "garbage", "another", "open"])
def test_an_authority_that_cannot_be_used_says_so_in_a_line(folder: Folder, tmp_path: Path, damage: str) -> None:
    match damage:
        case "missing":
            folder.key.unlink()
        case "garbage":
            folder.key.write_bytes(b"\x00" * 100)
        case "another":
            folder.key.write_bytes(authority(tmp_path / "other").key.read_bytes())
        case "open":
            folder.key.chmod(0o640)
    with pytest.raises(SettingsError) as said:
        Authority(folder, ())
    assert "\n" not in str(said.value)


def test_the_key_may_be_encrypted(tmp_path: Path) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("correct horse")
    phrase.chmod(0o600)
    folder = Folder(tmp_path / "authority", phrase)
    folder.make(NAMES, datetime.now(UTC))
    assert b"ENCRYPTED" in folder.key.read_bytes()
    assert folder.load().certificate.subject
    with pytest.raises(SettingsError, match="不能用"):
        Folder(tmp_path / "authority").load()


def test_servers_outside_its_names_are_believed_by_nobody(folder: Folder, tmp_path: Path) -> None:
    ca = folder.load()
    for name, holds in (("127.0.0.1", True), ("evil.example", False), ("10.0.0.1", False)):
        leaf = tmp_path / "leaf.pem"
        leaf.write_bytes(ca.server([name], _KEY.public_key(), datetime.now(UTC)).public_bytes(Encoding.PEM))
        checked = subprocess.run(
            ["openssl", "verify", "-CAfile", str(folder.authority), str(leaf)], capture_output=True, check=False
        )
        assert (checked.returncode == 0) == holds, name


# --- over HTTPS ---


def test_a_certificate_is_revoked_also_on_a_connection_that_is_open(fleet: Fleet) -> None:
    with fleet.api() as api:
        assert msgspec.json.decode(api.get(IDENTITY).content, type=Standing).terminal == TERMINAL
        fleet.centre.authority.revoke(TERMINAL)
        answer = api.get(IDENTITY)
        assert (answer.status_code, answer.json()) == (403, {"refused": "revoked"})
        assert api.put(f"/v1/documents/{'0' * 64}", content=b"x").status_code == 403


def test_nobody_without_a_certificate_of_ours_is_let_in(fleet: Fleet, tmp_path: Path) -> None:
    with fleet.api(None) as api:
        assert api.get(IDENTITY).json() == {"refused": "unknown_certificate"}
        assert api.post(RENEW, content=base64.b64encode(_GOOD)).status_code == 403
    foreign = IdentityFiles(tmp_path / "foreign")
    enrolled(authority(tmp_path / "other"), TERMINAL, foreign)
    tls = Tls(str(fleet.broker.authority.authority), str(foreign.current))
    with httpx.Client(base_url=fleet.centre.api_address, verify=context(tls)) as api, pytest.raises(httpx.TransportError):
        api.get(IDENTITY)


def test_the_centre_s_own_certificate_is_no_terminal_s(fleet: Fleet) -> None:
    with httpx.Client(base_url=fleet.centre.api_address, verify=context(fleet.broker.tls("fleet"))) as api:
        assert api.get(IDENTITY).json() == {"refused": "unknown_certificate"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(base64.b64encode)))
def test_no_body_of_an_enrolment_is_more_than_refused(fleet: Fleet, body: bytes) -> None:
    code = fleet.centre.authority.new_code(TERMINAL)
    with fleet.api(None) as anybody:
        answer = anybody.post(ENROL, content=body, auth=(TERMINAL, code.secret))
    assert answer.json() in ({"refused": "bad_request"}, {"refused": "slow_down"})


def test_curl_and_openssl_enrol_and_renew_by_est(fleet: Fleet, tmp_path: Path) -> None:
    """RFC 7030 by hand: cacerts, simpleenroll with the code as password, simplereenroll with the certificate."""
    api = f"{fleet.centre.api_address}/.well-known/est"
    secret = fleet.centre.authority.new_code(OTHER_TERMINAL).secret

    def shell(command: str) -> None:
        subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path, check=True, capture_output=True, timeout=20)

    shell(f"curl -sfk {api}/cacerts | base64 -d | openssl pkcs7 -inform DER -print_certs -out ca.pem")
    assert x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes()) == fleet.centre.authority.ca.certificate
    for name in ("first", "second"):
        shell(
            f"openssl ecparam -genkey -noout -name prime256v1 -out {name}.key && "
            f"openssl req -new -key {name}.key -subj /O=Acme/CN=whatever -outform DER | base64 > {name}.b64"
        )
    post = "curl -sf --cacert ca.pem -H 'Content-Type: application/pkcs10' -H 'Content-Transfer-Encoding: base64'"
    taken = "base64 -d | openssl pkcs7 -inform DER -print_certs -out"
    shell(f"{post} -u {OTHER_TERMINAL}:{secret} --data-binary @first.b64 {api}/simpleenroll | {taken} first.pem")
    shell(f"{post} --cert first.pem --key first.key --data-binary @second.b64 {api}/simplereenroll | {taken} second.pem")
    shell("openssl verify -CAfile ca.pem -purpose sslclient first.pem second.pem")
    second = x509.load_pem_x509_certificate((tmp_path / "second.pem").read_bytes())
    assert second.subject.rfc4514_string() == f"CN={OTHER_TERMINAL}"
    shell(f"curl -sf --cacert ca.pem --cert second.pem --key second.key {fleet.centre.api_address}{IDENTITY}")


def test_tls_1_2_is_refused(fleet: Fleet) -> None:
    refused = subprocess.run(["curl", "-sk", "--tls-max", "1.2", fleet.centre.api_address], capture_output=True, check=False)
    assert refused.returncode == 35
