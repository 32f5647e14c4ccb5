"""The whole way: a terminal's line is cut at the broker, the centre hears the will, and a webhook and a mailbox are told."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from msgspec.structs import replace
from support.alerting import secret_file
from support.broker import QUICK, running_broker, wait_until
from support.centre_db import new_database
from support.fleet import TERMINAL, centre_settings, terminal_end
from support.people import page
from support.receivers import mailbox, webhook

from fleet.alerts import rules
from fleet.alerts.settings import AlertSettings, ChannelEntry
from fleet.centre import Centre
from mqtt.connection import Session
from mqtt.walk import Pace

SOON = Session(expiry=60, will_delay=1)
NEVER = Pace(keepalive=10, first=10_000, most=10_000)
RULE = rules.Rule("lost", "失联", ("lost",), hold=0, clear=0, tell=("@centre",))


def test_a_terminal_whose_line_is_cut_is_told_to_a_webhook_and_a_mailbox_and_shown_with_what_was_told(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker", TERMINAL) as broker, webhook() as hook, mailbox() as box:
        told = (
            ChannelEntry("duty", "值班群", secret_file(tmp_path, "duty", hook.url)),
            ChannelEntry("chief", "负责人邮箱", secret_file(tmp_path, "chief", box.url)),
        )
        settings = centre_settings(tmp_path / "centre", broker.settings(), broker.authority)
        new_database(settings.data / "centre.db")
        centre = Centre(replace(settings, alerts=AlertSettings(told, "https://tongban.example.cn")), QUICK)
        with centre.store.transaction() as db:
            rules.save(db, (RULE,), 0, ("duty", "chief"), "li", "马上告诉", 1.0)
        centre.start()
        try:
            wait_until(lambda: centre.ingest.hearing.since is not None, "the centre hears")
            with terminal_end(broker, session=SOON, pace=NEVER) as terminal:
                wait_until(lambda: terminal.link.state.connected and _said(centre) == "up", "both know that the terminal is there")
                live = terminal.link._connection._live
                assert live is not None
                line = live.socket()
                assert isinstance(line, socket.socket)
                line.shutdown(socket.SHUT_RDWR)
                wait_until(lambda: len(hook.taken) == 1 and len(box.taken) == 1, "both are told", 20)
            title = "【通办报警·重要】仁寿县政务大厅 1 号机（rs-hall-01）失联"
            assert hook.taken[0][1]["title"] == title
            assert box.taken[0][1]["Subject"] == title
            assert "https://tongban.example.cn/alerts/1" in hook.taken[0][1]["message"]

            def shown() -> str:
                return page(settings.data / "centre.db", centre.console_address, "/alerts/1")

            wait_until(lambda: shown().count("送到") == 2, "the console says that both were")
            assert "现有 1 台没有恢复" in shown()
        finally:
            centre.stop()
        assert not [t for t in threading.enumerate() if t.name in ("alerts", "outward")]


def _said(centre: Centre) -> str:
    with centre.store.reading() as db:
        row = db.execute("SELECT said FROM terminals WHERE terminal = ?", (TERMINAL,)).fetchone()
    return row[0] if row else ""
