"""The console's navigation: every page that stands in it, as data. Who may not do what a page is for does not see it there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from fleet.people.rights import ALL, Act, Grant, may


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the navigation. ``endpoint``: of the page itself; it is also marked while another view of the same blueprint
    is shown. ``whole``: only for who may do it for all parties.
    """

    group: str
    name: str
    endpoint: str
    act: Act
    whole: bool = False


PLACES = (
    Place("运行", "总览", "board.page", Act.SEE),
    Place("运行", "报警", "alerts.page", Act.SEE),
    Place("运行", "命令与发布", "steering.overview", Act.SEE),
    Place("业务", "收件与消息", "work", Act.SEE),
    Place("业务", "差评工单", "tickets.everything", Act.READ_TICKETS),
    Place("业务", "好差评统计", "statistics.page", Act.SEE),
    Place("业务", "报表", "reports.first", Act.SEE),
    Place("业务", "事项管理", "items.index", Act.SEE),
    Place("业务", "分批公布", "batches.listed", Act.APPROVE_ITEMS, whole=True),
    Place("业务", "事项纠错", "corrections.listed", Act.SEE),
    Place("业务", "寄递费用", "postage.page", Act.SEE),
    Place("管理", "人员", "people.everybody", Act.MANAGE_PEOPLE),
    Place("管理", "工作人员", "clerks.everybody", Act.MANAGE_PEOPLE),
    Place("管理", "我的账号", "account.page", Act.SEE),
    Place("管理", "操作记录", "people.kept", Act.READ_RECORD, whole=True),
    Place("管理", "留存", "kept.page", Act.READ_RECORD, whole=True),
)
"""In the order they are shown; lines of one group stand together."""


def navigation(grants: Iterable[Grant]) -> list[tuple[str, list[Place]]]:
    """Group → its lines, for who has these grants."""
    held = tuple(grants)
    shown = (place for place in PLACES if may(held, place.act, ALL if place.whole else None))
    return [(group, list(places)) for group, places in groupby(shown, lambda place: place.group)]


def current(endpoint: str | None) -> Place | None:
    """The line that is marked while ``endpoint`` is shown."""
    if endpoint is None:
        return None
    exact = (place for place in PLACES if place.endpoint == endpoint)
    blueprint = endpoint.rpartition(".")[0]
    near = (place for place in PLACES if blueprint and place.endpoint.startswith(f"{blueprint}."))
    return next(exact, None) or next(near, None)
