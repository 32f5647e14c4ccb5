"""``tongban enrol`` and the keeper, against a real centre and broker: from a code to a certificate that keeps itself in date."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.authority import authority, enrolled
from support.broker import wait_until
from support.fleet import OTHER_TERMINAL, TERMINAL, Fleet, rating, running_fleet, terminal_end

from fleet.authority.authority import Authority
from fleet.authority.broker import take_over, tell
from fleet.authority.ca import LIFE
from kiosk.enrolment import centre
from kiosk.enrolment.centre import FaultError, NotReachedError, RefusedError
from kiosk.enrolment.enrolling import enrol
from kiosk.enrolment.files import Held, IdentityFiles, request_for
from kiosk.enrolment.keeper import CLONED, DAMAGED, EXPIRING, Found, Keeper, Unlinked, renew
from mqtt.enrolment import OneTimeCode


@pytest.fixture
def files(tmp_path: Path) -> IdentityFiles:
    return IdentityFiles(tmp_path / "identity")


def code(fleet: Fleet, terminal: str = TERMINAL) -> OneTimeCode:
    return fleet.centre.authority.new_code(terminal)


def look(fleet: Fleet, files: IdentityFiles) -> Found:
    return Keeper(files, fleet.centre.api_address, Unlinked(), lambda _fault: None).look()


def aged(fleet: Fleet, files: IdentityFiles, age: timedelta) -> Held:
    """An identity that was issued so long ago."""
    books = Authority(fleet.broker.authority, (TERMINAL,), lambda: time.time() - age.total_seconds())
    key, _ = files.prepared(files.pending)
    held = Held(key, books.enrol(TERMINAL, books.new_code(TERMINAL).secret, request_for(key, TERMINAL)))
    files.enrolled(held, fleet.broker.authority.authority.read_bytes())
    books.close()
    return held


def test_a_code_becomes_an_identity_that_broker_and_api_know(fleet: Fleet, files: IdentityFiles, tmp_path: Path) -> None:
    held = enrol(tmp_path / "identity", fleet.centre.api_address, TERMINAL, code(fleet))
    assert (held.terminal, look(fleet, files)) == (TERMINAL, Found(None, answered=True))
    assert [path.name for path in sorted((tmp_path / "identity").iterdir())] == ["ca.pem", "identity.pem"]
    assert files.current.stat().st_mode & 0o777 == 0o600


def test_the_key_never_leaves_the_terminal(fleet: Fleet, files: IdentityFiles, tmp_path: Path) -> None:
    enrol(tmp_path / "identity", fleet.centre.api_address, TERMINAL, code(fleet))
    key = files.current.read_text().split("-----")[2].split()[1]
    for path in fleet.broker.folder.rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes(), path


def test_a_code_for_another_terminal_is_refused_and_nothing_changes(fleet: Fleet, files: IdentityFiles, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="wrong_code"):
        enrol(tmp_path / "identity", fleet.centre.api_address, TERMINAL, code(fleet, OTHER_TERMINAL))
    assert files.held() is None


def test_somebody_in_between_never_hears_the_code(fleet: Fleet, files: IdentityFiles, tmp_path: Path) -> None:
    with running_fleet(tmp_path / "impostor") as impostor:
        with pytest.raises(FaultError, match="指纹不符") as fault:
            enrol(tmp_path / "identity", impostor.centre.api_address, TERMINAL, code(fleet))
        assert "refused" not in {row[1] for row in impostor.centre.authority.audit()}
    assert fault.value.code == centre.UNTRUSTED
    assert files.held() is None


def test_a_centre_that_is_not_there_keeps_code_and_key(fleet: Fleet, files: IdentityFiles, tmp_path: Path) -> None:
    given = code(fleet)
    with pytest.raises(NotReachedError):
        enrol(tmp_path / "identity", "https://127.0.0.1:9", TERMINAL, given)
    asked = files.pending.read_bytes()
    held = enrol(tmp_path / "identity", fleet.centre.api_address, TERMINAL, given)
    assert files.current.read_bytes().startswith(asked)
    assert held.terminal == TERMINAL


def test_renewal_comes_at_two_thirds_and_takes_a_new_key(fleet: Fleet, files: IdentityFiles) -> None:
    old = aged(fleet, files, LIFE * 0.6)
    assert look(fleet, files) == Found(None, answered=True)
    assert files.held() == old
    old = aged(fleet, files, LIFE * 0.7)
    assert look(fleet, files) == Found(None, answered=True)
    new = files.held()
    assert new is not None
    assert new.certificate.public_key() != old.certificate.public_key()
    assert new.until > old.until
    assert not files.following.exists()


def test_a_running_terminal_goes_on_with_the_new_certificate(fleet: Fleet) -> None:
    files = IdentityFiles(fleet.broker.authority.path.parent / "identities" / TERMINAL)
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.connected, "connected")
        renew(files, fleet.centre.api_address, TERMINAL)
        fleet.broker.kill()
        terminal.outbox.add(rating())
        fleet.broker.start()
        terminal.publisher.wake()
        wait_until(lambda: terminal.outbox.confirmed == [1], "stored, over the new certificate")


def test_an_answer_to_a_renewal_that_was_lost_is_asked_for_again(fleet: Fleet, files: IdentityFiles) -> None:
    old = aged(fleet, files, LIFE * 0.7)
    key, _ = files.prepared(files.following)
    lost = centre.renew(fleet.centre.api_address, files.tls(), TERMINAL, key)
    assert files.held() == old
    renew(files, fleet.centre.api_address, TERMINAL)
    found = files.held()
    assert found is not None
    assert found.certificate == lost.certificate


def test_a_renewal_nobody_answers_is_told_before_it_is_too_late(fleet: Fleet, files: IdentityFiles) -> None:
    aged(fleet, files, LIFE - timedelta(days=6))
    files.following.mkdir()  # its place is taken: the disk refuses
    assert look(fleet, files) == Found(EXPIRING, answered=True)


def test_expired_after_a_long_time_off_it_says_so_and_a_new_code_lets_the_queue_go(fleet: Fleet) -> None:
    files = IdentityFiles(fleet.broker.authority.path.parent / "identities" / TERMINAL)
    aged(fleet, files, LIFE + timedelta(days=10))
    with terminal_end(fleet.broker) as terminal:
        terminal.outbox.add(rating())
        assert look(fleet, files) == Found(centre.EXPIRED)
        assert terminal.outbox.confirmed == []
        enrol(files.current.parent, fleet.centre.api_address, TERMINAL, code(fleet))
        wait_until(lambda: terminal.outbox.confirmed == [1], "the running terminal took the new identity up and its queue went")
    assert look(fleet, files) == Found(None, answered=True)


def test_revoked_while_connected_the_session_ends_and_both_ends_say_so(fleet: Fleet) -> None:
    files = IdentityFiles(fleet.broker.authority.path.parent / "identities" / TERMINAL)
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.connected, "connected")
        fleet.centre.authority.revoke(TERMINAL)
        assert tell(fleet.broker.settings())
        borrowed = fleet.broker.authority.borrowed(fleet.centre.authority.ca, TERMINAL, datetime.now(UTC))
        assert take_over(fleet.broker.settings(), TERMINAL, borrowed)
        wait_until(lambda: not terminal.link.state.connected, "the session has ended")
        terminal.outbox.add(rating())
        assert look(fleet, files) == Found(centre.REVOKED, answered=True)
        wait_until(lambda: "证书已吊销" in page(fleet), "the board says why")
        assert terminal.outbox.confirmed == []
        enrol(files.current.parent, fleet.centre.api_address, TERMINAL, code(fleet))
        wait_until(lambda: terminal.outbox.confirmed == [1], "with a new code nothing is lost")
    wait_until(lambda: "证书已吊销" not in page(fleet), "the board says that it is over")


def test_what_a_revoked_terminal_still_sends_is_neither_stored_nor_confirmed(fleet: Fleet) -> None:
    with terminal_end(fleet.broker) as terminal:
        wait_until(lambda: terminal.link.state.connected, "connected")
        fleet.centre.authority.revoke(TERMINAL)  # the broker has not been told yet
        terminal.outbox.add(rating())
        terminal.publisher.wake()
        wait_until(lambda: "没有登记，或证书已吊销" in fleet.console(), "refused by name")
        assert terminal.outbox.confirmed == []
    with fleet.centre.store.reading() as db:
        assert db.execute("SELECT count(*) FROM events").fetchone()[0] == 0


def test_the_certificate_of_another_centre_is_a_named_fault(fleet: Fleet, files: IdentityFiles, tmp_path: Path) -> None:
    enrolled(authority(tmp_path / "other" / "authority"), TERMINAL, files)
    assert look(fleet, files) == Found(centre.UNTRUSTED)


@pytest.mark.parametrize("damage", [b"", b"rust", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_identity_is_a_named_fault_and_a_new_code_mends_it(fleet: Fleet, files: IdentityFiles, damage: bytes) -> None:
    aged(fleet, files, timedelta())
    files.current.write_bytes(damage)
    assert look(fleet, files) == Found(DAMAGED)
    enrol(files.current.parent, fleet.centre.api_address, TERMINAL, code(fleet))
    assert look(fleet, files) == Found(None, answered=True)


def test_a_centre_that_is_away_is_no_fault_of_the_terminal(fleet: Fleet, files: IdentityFiles) -> None:
    aged(fleet, files, timedelta())
    assert Keeper(files, "https://127.0.0.1:9", Unlinked(), lambda _fault: None).look() == Found(None)


def page(fleet: Fleet) -> str:
    return fleet.console("/")


@pytest.fixture
def clones(fleet: Fleet) -> Iterator[None]:
    with terminal_end(fleet.broker, boot="b1"), terminal_end(fleet.broker, boot="b2"):
        yield


@pytest.mark.usefixtures("clones")
def test_two_machines_of_one_identity_are_noticed_and_named_at_both_ends(fleet: Fleet) -> None:
    files = IdentityFiles(fleet.broker.authority.path.parent / "identities" / TERMINAL)
    wait_until(lambda: fleet.centre.authority.identity(TERMINAL).cloned, "the centre sees runs alternate")
    wait_until(lambda: "疑似被复制" in page(fleet), "the board says so")
    assert look(fleet, files) == Found(CLONED, answered=True)
    assert [row[1] for row in fleet.centre.authority.audit()].count("cloned") == 1
