"""Channels at the console: where alerts are told, a test of each, and what was told when and with which outcome."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from fleet.alerts import reading
from fleet.console.alert_hub import Answer, Hub
from fleet.people import record
from fleet.people.gate import needs, parties, session
from fleet.people.rights import Act


def add_channels(pages: Blueprint, hub: Hub) -> None:
    @pages.get("/channels")
    @needs(Act.SEE)
    def channels_page() -> Answer:
        return told()

    def told(tested: tuple[str, str] | None = None) -> Answer:
        allowed = hub.only(Act.SEE)
        seen = {id_: entry for id_, entry in hub.entries.items() if allowed is None or entry.party in allowed}
        page_number = max(1, min(request.args.get("page", type=int, default=1), 10_000))
        with hub.store.reading() as db:
            messages, more = reading.messages(db, seen, request.args.get("channel", ""), page_number)
            waits = dict(db.execute("SELECT channel, count(*) FROM alert_tellings WHERE message IS NULL GROUP BY channel"))
        outcomes = {one.id: hub.teller.entry(one.id) for one in messages} if hub.teller is not None else {}
        masked = {id_: hub.teller.channels[id_].masked() for id_ in seen} if hub.teller is not None else {}
        able = {id_: hub.may(entry.party or "", Act.STEER) and bool(parties(Act.STEER)) for id_, entry in seen.items()}
        return render_template(
            "alert_channels.html",
            channels=seen,
            masked=masked,
            waits=waits,
            able=able,
            messages=messages,
            outcomes=outcomes,
            more=more,
            page=page_number,
            asked=request.args.get("channel", ""),
            tested=tested,
            names=hub.parties,
            reason=_outcome,
        )

    @pages.post("/channels/<id>/test")
    @needs(Act.STEER)
    def test(id: str) -> Answer:
        if hub.teller is None or id not in hub.entries or not hub.may(hub.entries[id].party or "", Act.STEER):
            abort(404)
        outcome = hub.teller.test(id)
        with hub.store.transaction() as db:
            record.write(db, hub.now(), session().who.login, "channel.test", id, result=outcome or "ok")
        return told((id, _outcome(outcome) if outcome else ""))


def _outcome(code: str) -> str:
    """Why a channel did not take a message, in words."""
    if code.startswith("http_"):
        return f"对方回答 HTTP {code[5:]}"
    if code.startswith("errcode_"):
        return f"对方回答错误码 {code[8:]}"
    return {
        "unreachable": "连不上对方",
        "not_taken": "对方没有收下，或连不上",
        "address_unusable": "地址文件用不了",
        "answer_not_understood": "对方的回答看不懂",
        "too_late": "一天内没有送到，不再送",
        "no_such_channel": "设置里没有这个渠道了",
        "broke": "发送程序出错",
    }.get(code, code)
