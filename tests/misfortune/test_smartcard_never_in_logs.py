"""Nothing a chip card says may reach a log or the repr of an event, whatever goes wrong."""

from __future__ import annotations

import logging

import pytest
from card_rig import slot

from devices.port import CardFailed, SocialCardRead


def test_no_log_line_and_no_repr_tells_whose_card_it_was(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with slot(card="social-2") as rig:
        read = rig.events.first(SocialCardRead)
        rig.device.lift()
        rig.device.inject_after(9, "lying length")
        rig.device.lay("social-2")
        rig.events.first(CardFailed)
        holder = read.document.holder
        assert holder is not None
        answers = [holder.name, holder.number, holder.birth, holder.number.encode().hex()]
        told = caplog.text + repr(read) + repr(rig.device.people())
        assert caplog.text
        assert not [secret for secret in answers if secret in told and secret != holder.name]
        assert holder.name not in caplog.text + repr(read)
