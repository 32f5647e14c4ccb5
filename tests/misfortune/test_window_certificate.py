"""The window's certificate is missing, another's or out of date, or its port is taken: the pages are closed, and it is said why."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.door import TestClock
from support.window_tls import certified, free_port

from kiosk import faults
from kiosk.settings import ClerkSettings
from kiosk.window.listener import Listener


def application(_environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]


class Now(TestClock):
    def __init__(self) -> None:
        super().__init__()
        self.time = datetime.now(UTC)


class Window:
    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.certificate, self.key = certified(folder)
        self.authority = folder / "authority" / "ca.pem"
        self.clock = Now()
        self.told: list[str | None] = []
        settings = ClerkSettings("127.0.0.1", self.port, "127.0.0.1", self.certificate, self.key)
        self.listener = Listener(
            application, settings, self.authority, 1024, self.clock, lambda: self.told.append(self.listener.fault)
        )

    def looked(self) -> str | None:
        self.listener.look()
        assert self.listener.fault is None or faults.fault(self.listener.fault).staff
        return self.listener.fault

    def answers(self) -> bool:
        try:
            trusting = ssl.create_default_context(cafile=str(self.authority))
            return httpx.get(self.listener.address or "https://127.0.0.1:1", verify=trusting, timeout=5).text == "here"
        except httpx.ConnectError:
            return False


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    one = Window(tmp_path)
    yield one
    one.listener.stop()


@contextmanager
def refused(window: Window, code: str) -> Iterator[None]:
    """Open before; closed by what happens inside; open again with a good one, without a restart."""
    window.listener.start()
    assert window.answers()
    yield
    assert window.looked() == code
    assert not window.answers()
    assert window.told[-1] == code
    window.clock.time = datetime.now(UTC)
    certified(window.certificate.parent)
    assert window.looked() is None
    assert window.answers()


def test_a_browser_that_trusts_the_fleets_authority_is_answered_over_tls_1_2_and_later_only(window: Window) -> None:
    window.listener.start()
    assert window.answers()
    old = ssl.create_default_context(cafile=str(window.authority))
    old.minimum_version, old.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_2
    assert httpx.get(window.listener.address or "", verify=old).text == "here"
    with pytest.raises(httpx.HTTPError):
        httpx.get((window.listener.address or "").replace("https", "http"), timeout=5)


def test_the_key_is_gone(window: Window) -> None:
    with refused(window, "clerk_certificate_missing"):
        window.key.unlink()


def test_the_key_is_anothers(window: Window, tmp_path: Path) -> None:
    with refused(window, "clerk_certificate_missing"):
        own = window.certificate.read_bytes()
        certified(tmp_path)
        window.certificate.write_bytes(own)


def test_another_authority_issued_it(window: Window, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with refused(window, "clerk_certificate_foreign"):
        certificate, key = certified(tmp_path / "elsewhere")
        window.certificate.write_bytes(certificate.read_bytes())
        window.key.write_bytes(key.read_bytes())


def test_it_is_for_another_name(window: Window, tmp_path: Path) -> None:
    with refused(window, "clerk_certificate_foreign"):
        certified(tmp_path, "127.0.0.2")


def test_it_ran_out(window: Window) -> None:
    with refused(window, "clerk_certificate_expired"):
        window.clock.time += timedelta(days=31)


def test_it_is_not_good_yet(window: Window) -> None:
    with refused(window, "clerk_certificate_expired"):
        window.clock.time -= timedelta(days=1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # cheroot leaves the socket it could not bind
def test_the_port_is_taken(window: Window, tmp_path: Path) -> None:
    window.listener.start()
    assert window.answers()
    (tmp_path / "other").mkdir()
    other = Window(tmp_path / "other", window.port)
    assert other.looked() == "clerk_port_taken"
    other.listener.stop()
    assert window.answers()
