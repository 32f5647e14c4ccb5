"""What ``tongban centre broker-config`` promises, asked of a real mosquitto by its own clients, which share no code with us."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from support.authority import authority, enrolled, identity
from support.broker import MOSQUITTO, RunningBroker, running_broker, wait_until

from fleet.authority.authority import Authority
from fleet.authority.broker import take_over, tell
from kiosk.enrolment.files import IdentityFiles, private_pem
from mqtt.tls import Tls

TERMINAL, OTHER = "rs-hall-01", "rs-hall-02"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    with running_broker(tmp_path, TERMINAL, OTHER) as running:
        yield running


def ask(broker: RunningBroker, program: str, tls: Tls, *more: str, given: str = "") -> subprocess.CompletedProcess[str]:
    shown = ["--cert", tls.identity, "--key", tls.identity] if tls.identity else []
    where = ["-V", "5", "-h", "127.0.0.1", "-p", str(broker.port), "--cafile", tls.ca]
    return subprocess.run([program, *where, *shown, *more], input=given, capture_output=True, text=True, timeout=30, check=False)


def comes_in(broker: RunningBroker, tls: Tls, *more: str, name: str = TERMINAL) -> bool:
    return ask(broker, "mosquitto_pub", tls, "-t", f"k1/{name}/st", "-m", "{}", "-q", "1", *more).returncode == 0


@contextmanager
def listening(broker: RunningBroker, tls: Tls) -> Iterator[subprocess.Popen[bytes]]:
    """``mosquitto_sub``; it tries for ever to come back."""
    shown = ["--cafile", tls.ca, "--cert", str(tls.identity), "--key", str(tls.identity)]
    where = ["-V", "5", "-h", "127.0.0.1", "-p", str(broker.port)]
    live = subprocess.Popen(["mosquitto_sub", *where, *shown, "-t", f"k1/{TERMINAL}/dn/#"], stderr=subprocess.DEVNULL)
    try:
        yield live
    finally:
        live.kill()
        live.wait()


def test_who_shows_a_certificate_of_the_fleet_comes_in(broker: RunningBroker) -> None:
    assert comes_in(broker, broker.tls(TERMINAL))


def test_nobody_comes_in_without_one_or_with_a_password(broker: RunningBroker) -> None:
    nobody = Tls(broker.authority.authority.as_posix())
    assert not comes_in(broker, nobody)
    assert not comes_in(broker, nobody, "-u", TERMINAL, "-P", "secret")


def test_a_certificate_of_another_authority_does_not_come_in(broker: RunningBroker, tmp_path: Path) -> None:
    foreign = IdentityFiles(tmp_path / "foreign")
    enrolled(authority(tmp_path / "other" / "authority"), TERMINAL, foreign)
    assert not comes_in(broker, Tls(str(broker.authority.authority), str(foreign.current)))


def test_a_certificate_out_of_date_does_not_come_in(broker: RunningBroker, tmp_path: Path) -> None:
    ca, key = broker.authority.load(), ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "expired.pem"
    for age, holds in ((timedelta(days=31), False), (timedelta(days=29), True)):
        certificate = ca.terminal(TERMINAL, key.public_key(), datetime.now(UTC) - age)
        path.write_bytes(private_pem(key) + certificate.public_bytes(Encoding.PEM))
        assert comes_in(broker, Tls(str(broker.authority.authority), str(path))) is holds


def test_a_server_s_certificate_is_no_terminal_s(broker: RunningBroker, tmp_path: Path) -> None:
    both = tmp_path / "server.pem"
    both.write_bytes(broker.authority.server_key.read_bytes() + broker.authority.server.read_bytes())
    assert not comes_in(broker, Tls(str(broker.authority.authority), str(both)))


@pytest.mark.parametrize(("version", "holds"), [("-tls1_3", True), ("-tls1_2", False)])
def test_tls_1_3_it_is(broker: RunningBroker, version: str, holds: bool) -> None:
    where = ["-connect", f"127.0.0.1:{broker.port}", "-CAfile", str(broker.authority.authority), "-verify_return_error"]
    shown = ["-cert", str(broker.tls(TERMINAL).identity)]
    asked = subprocess.run(["openssl", "s_client", version, *where, *shown], input="", capture_output=True, text=True, check=False)
    assert (asked.returncode == 0) is holds, asked.stderr


def test_the_name_in_the_certificate_is_client_and_user_whatever_is_said(broker: RunningBroker) -> None:
    forged = ["-i", OTHER, "-u", OTHER, "-P", "x", "-t", f"k1/{OTHER}/st", "-m", "{}", "-q", "1"]
    assert "Not authorized" in ask(broker, "mosquitto_pub", broker.tls(TERMINAL), *forged).stderr
    log = (broker.folder / "mosquitto.log").read_text()
    assert f"as {TERMINAL} (" in log
    assert f"as {OTHER} (" not in log


def test_a_revoked_certificate_does_not_come_back_and_its_live_session_ends(broker: RunningBroker) -> None:
    tls = broker.tls(TERMINAL)
    log = broker.folder / "mosquitto.log"
    with listening(broker, tls) as live:
        wait_until(lambda: f"as {TERMINAL} (" in log.read_text(), "connected")
        assert comes_in(broker, broker.tls(OTHER), name=OTHER)
        books = Authority(broker.authority, (TERMINAL, OTHER))
        books.revoke(TERMINAL)
        books.revoke(OTHER)
        assert tell(broker.settings())
        wait_until(lambda: not comes_in(broker, broker.tls(OTHER), name=OTHER), "the list is read")
        assert live.poll() is None
        assert "already connected" not in log.read_text()  # mosquitto keeps who is connected: verified, and why we take over
        assert take_over(broker.settings(), TERMINAL, broker.authority.borrowed(books.ca, TERMINAL, datetime.now(UTC)))
        books.close()
        wait_until(lambda: f"Client {TERMINAL} already connected, closing old connection" in log.read_text(), "ended")
        assert not comes_in(broker, tls)


def test_a_renewed_identity_comes_in_under_the_same_name(broker: RunningBroker, tmp_path: Path) -> None:
    files = IdentityFiles(tmp_path / "again")
    enrolled(broker.authority, TERMINAL, files)
    assert comes_in(broker, files.tls())
    assert comes_in(broker, identity(broker.authority, TERMINAL))


def test_five_thousand_messages_to_a_consumer_that_is_away_are_all_delivered(broker: RunningBroker) -> None:
    """Debian 12's default queue of 1,000 answers "Success" 5,000 times and drops 4,000."""
    session = ["-i", "fleet", "-c", "-x", "3600", "-q", "1", "-t", "k1/+/up/ev"]
    assert ask(broker, "mosquitto_sub", broker.tls("fleet"), *session, "-E").returncode == 0
    lines = "".join(f"{n}\n" for n in range(5000))
    sent = ask(broker, "mosquitto_pub", broker.tls(TERMINAL), "-q", "1", "-t", f"k1/{TERMINAL}/up/ev", "-l", given=lines)
    assert sent.returncode == 0, sent.stderr
    got = ask(broker, "mosquitto_sub", broker.tls("fleet"), *session, "-C", "5000", "-W", "20")
    assert got.stdout == lines


def test_a_message_larger_than_the_contract_s_is_refused(broker: RunningBroker) -> None:
    big = ["-t", f"k1/{TERMINAL}/up/ev", "-q", "1", "-s"]
    assert "too large" in ask(broker, "mosquitto_pub", broker.tls(TERMINAL), *big, given="x" * 70_000).stderr
    assert ask(broker, "mosquitto_pub", broker.tls(TERMINAL), *big, given="x" * 60_000).stderr == ""


def test_a_damaged_revocation_list_lets_nobody_in_and_is_whole_again_after_the_command(broker: RunningBroker) -> None:
    broker.authority.revoked.write_bytes(b"-----BEGIN X509 CRL-----\nrust\n-----END X509 CRL-----\n")
    broker.stop()
    refused = subprocess.run([MOSQUITTO, "-c", str(broker.configuration)], capture_output=True, timeout=20, check=False)
    assert refused.returncode != 0
    books = Authority(broker.authority, (TERMINAL,))
    books.write_revoked()
    books.close()
    broker.start()
    assert comes_in(broker, broker.tls(TERMINAL))
