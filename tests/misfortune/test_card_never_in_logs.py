"""Nothing a card says may reach a log or the repr of an event, whatever goes wrong."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from serial_rig import polls, reader

from devices.port import CardFailed, CardRead


def test_no_log_line_and_no_repr_tells_who_laid_a_card(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with reader(tmp_path, card="liu") as rig:
        read = rig.events.first(CardRead)
        for fault in ("impossible layout", "card pulled away", "unplug"):
            rig.device.lift()
            polls(rig, 2)
            rig.device.inject(fault)
            if fault == "unplug":
                rig.events.fault("absent")
            else:
                failures = len(rig.events.of(CardFailed))
                rig.device.lay("liu")
                rig.events.after(failures, CardFailed)
            rig.device.clear()
    secrets = [
        getattr(read.document, name)
        for name in read.document.__slots__
        if len(getattr(read.document, name) or "") > 2 and name != "kind"
    ]
    told = caplog.text + repr(read)
    assert caplog.text
    assert not [secret for secret in secrets if secret in told]
