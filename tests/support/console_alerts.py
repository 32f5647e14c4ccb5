"""Alerts at the console as an operator finds them in the morning: one place lost, a printer, one somebody looks after, one that is
over, a maintenance window, and what was told of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.alerting import secret_file
from support.console_board import KNOWN
from support.receivers import webhook

from fleet.alerts import acts, maintenance, rules
from fleet.alerts.alerting import Alerting
from fleet.alerts.clock import AlertClock
from fleet.alerts.rules import Where
from fleet.alerts.settings import AlertSettings, ChannelEntry
from fleet.alerts.sites import Site, of_known
from fleet.board.conditions import Condition, Grade, settle
from fleet.presence import Hearing
from fleet.store import Store

PAGES = ("/alerts", "/alerts/3", "/alerts/rules", "/alerts/rules/lost", "/alerts/windows", "/alerts/channels")
STREETS = ("保宁", "沙溪", "七里", "江南", "文成", "老观", "水观", "金垭", "洪山", "石龙", "千佛", "天宫")
SITES = dict(of_known(KNOWN)) | {
    f"t-lz-{n:03}": Site("langzhong", f"阆中市{STREETS[n % 12]}便民服务中心 {n // 12 + 1} 号机", f"lz-{n % 12}")
    for n in range(100, 162)
}


def alerting(store: Store, folder: Path, now: Callable[[], float], hook: str = "json://127.0.0.1:9/nobody") -> Alerting:
    """With three channels, none of which reaches anybody."""
    entries = (
        ChannelEntry("duty", "值班群", secret_file(folder, "duty", hook)),
        ChannelEntry("chief", "负责人邮箱", secret_file(folder, "chief", "mailtos://u:p@smtp.example.cn?to=chief@example.cn")),
        ChannelEntry("langzhong", "阆中市运维群", secret_file(folder, "langzhong", "wecombot://0a1b2c3d4e5f"), "langzhong"),
    )
    return Alerting(store, AlertSettings(entries), SITES, KNOWN.parties, lambda: Hearing(0.0), folder, now)


def seed_alerts(store: Store, folder: Path, now: float) -> None:
    """What there is at ``now``; the outbox lies in ``folder``. In a new store the numbers of the alerts are always the same."""
    with webhook() as hook:
        at = [now - 5 * 3600]
        made = alerting(store, folder, lambda: at[0], hook.url)
        for name in ("chief", "langzhong"):
            made.teller.channels.pop(name)  # nothing of a test leaves this machine
        looks = AlertClock(store, made.sites, KNOWN.parties, lambda: Hearing(0.0), made.teller, now=lambda: at[0])

        def stand(code: str, subject: str = "", detail: str = "", *terminals: str, ended: bool = False) -> None:
            found = () if ended else (Condition(code, Grade.BAD, subject, detail),)
            with store.transaction() as db:
                for terminal in terminals:
                    settle(db, terminal, {code}, found, at[0])

        def look(until: float) -> None:
            while at[0] < until:
                at[0] += 60
                looks.tick()
                while made.teller.one():
                    pass

        with store.transaction() as db:
            shipped = rules.shipped()
            rules.save(db, (*shipped[1:3], shipped[0], *shipped[3:]), 0, (), "li", "帮忙的排到前面", at[0])
        stand("lost", "", "", "t-mz-01")
        look(now - 4 * 3600)
        stand("lost", "", "", "t-mz-01", ended=True)
        stand("device", "printer", "cutter_jam", "t-cd-02")
        look(now - 2 * 3600)
        with store.transaction() as db:
            maintenance.begin(
                db,
                "机房换交换机",
                Where(parties=("renshou",)),
                now - 3600,
                now + 7200,
                "li",
                "县电子政务外网割接",
                at[0],
                sites=SITES,
            )
            acts.acknowledge(db, _number(store, "device"), "wang", "已叫维修，下午到", at[0])
        look(now - 1500)
        for n in range(100, 162):
            at[0] += 0.8
            stand("lost", "", "", f"t-lz-{n}")
        look(now - 300)
        stand("lost", "", "", *(f"t-lz-{n}" for n in range(100, 110)), ended=True)
        stand("paper-out", "printer", "paper_out", "t-mz-02")
        at[0] = now
        looks.tick()
    made.teller.stop()


def _number(store: Store, code: str) -> int:
    with store.reading() as db:
        (number,) = db.execute("SELECT id FROM alerts WHERE code = ? AND state = 'open'", (code,)).fetchone()
    return int(number)
