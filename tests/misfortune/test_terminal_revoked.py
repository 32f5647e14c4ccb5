"""A whole terminal whose certificate is revoked while it runs, by the commands staff use; and how it comes back."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.hall import command, hall, until

from kiosk.demo.files import TERMINAL


def test_its_session_ends_both_ends_say_so_and_a_new_code_brings_it_back_without_a_restart(tmp_path: Path) -> None:
    with hall(tmp_path, "broker", "centre", "terminal") as one:
        settings, terminal = str(tmp_path / "centre.toml"), str(tmp_path / "terminal.toml")
        until(lambda: "在线" in _row(one.console()), "it is online")

        said = command("centre", "revoke", settings, TERMINAL)
        assert "已吊销" in said
        until(lambda: "identity: certificate_revoked" in one.log("terminal"), "the terminal knows why")
        assert "证书已吊销" in _row(one.console())
        assert one.glass().look() != "unreachable"  # who stands there is served on; their case waits

        command("enrol", terminal, given=command("centre", "enrol-code", settings, TERMINAL, "--plain"))
        until(lambda: "identity: in order" in one.log("terminal"), "the same process took the new identity up")
        until(lambda: "在线" in _row(one.console()) and "证书已吊销" not in _row(one.console()), "and is back")


def test_a_terminal_that_was_never_enrolled_takes_nothing_in(tmp_path: Path) -> None:
    with hall(tmp_path, "broker") as one:
        one.identity.current.unlink()
        started = subprocess.run(one.specs["terminal"].command, capture_output=True, text=True, timeout=30, check=False)
        assert (started.returncode, "还没有登记" in started.stderr) == (78, True)


def _row(console: str) -> str:
    """The terminal's row of the board."""
    return console[console.index("<tr data-id=") : console.index('id="cases"')]
