"""Alerts, their rules, maintenance windows and channels."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fleet.alerts import acts, book, maintenance, reading, rules, telling, words
from fleet.alerts.acts import ActError
from fleet.alerts.maintenance import Planned, Window, WindowError
from fleet.alerts.means import Means
from fleet.alerts.preview import Preview, preview
from fleet.alerts.reading import AlertLine, Asked, MessageLine
from fleet.alerts.rules import Rule, RuleError, Saved, Where
from fleet.alerts.sites import of_known
from fleet.api.frame import Api, Call, Name, Page, Paged, Write, absent, paged
from fleet.people import record
from fleet.people.rights import Act
from mqtt.wire import Code, Terminal

Number = Annotated[int, Meta(ge=1, le=2**53)]


class AlertsAsked(Paged, frozen=True, forbid_unknown_fields=True):
    """``state``: of these only; those that stand where nothing else is asked. ``terminal``: that it is or was in."""

    state: Literal["unresolved", "open", "acknowledged", "resolved", "all"] = "unresolved"
    severity: Literal["critical", "major", "minor"] | None = None
    party: Code | None = None
    code: Code | None = None
    terminal: Terminal | None = None


class AlertMember(Struct, frozen=True):
    """``ended`` null: it stands. ``spells``: how often it came and went. ``planned``: under maintenance now."""

    terminal: str
    place: str
    first: float
    ended: float | None
    spells: int
    detail: str
    planned: bool


class AlertStep(Struct, frozen=True):
    """``by`` empty: the centre's clock."""

    at: float
    kind: str
    count: int
    by: str
    why: str
    told: tuple[str, ...]


class AlertTold(Struct, frozen=True):
    """``members``: at most 500; ``left_out``: how many more there are."""

    alert: AlertLine
    members: tuple[AlertMember, ...]
    left_out: int
    timeline: tuple[AlertStep, ...]


class Assign(Write, frozen=True, forbid_unknown_fields=True):
    to: Name


class RuleSet(Write, frozen=True, forbid_unknown_fields=True):
    """``base``: the version it was made from: one somebody saved since is not written over."""

    base: Annotated[int, Meta(ge=0, le=2**53)]
    rules: Annotated[tuple[Rule, ...], Meta(max_length=rules.MOST_RULES)]


class RuleTried(Write, frozen=True, forbid_unknown_fields=True):
    """``rule`` stands for the one of its id, or before all others."""

    rule: Rule


class Maintenance(Write, frozen=True, forbid_unknown_fields=True):
    """Seconds since 1970; ``begins`` null: now."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    where: Where
    ends: Annotated[float, Meta(ge=0, le=4e9)]
    begins: Annotated[float, Meta(ge=0, le=4e9)] | None = None


class Made(Struct, frozen=True):
    number: int


class ChannelTold(Struct, frozen=True):
    """``kind``: what it is and which host; its address is told to nobody. ``party`` null: the centre's."""

    id: str
    name: str
    kind: str
    party: str | None


class Tested(Struct, frozen=True):
    """``message``: its id among the messages."""

    message: str


def routes(api: Api) -> None:
    for error in (ActError, RuleError, WindowError):
        api.refuses(error)

    @api.get("/alerts", Act.SEE)
    def alerts(call: Call, ask: AlertsAsked) -> Page[AlertLine]:
        """Alerts of one's parties, newest first."""
        wanted = Asked(ask.state, ask.severity or "", ask.party or "", ask.code or "", ask.terminal or "")

        def read(after: int | None, most: int) -> list[AlertLine]:
            return reading.after(call.db, _means(call).known(call.db), wanted, call.now, call.only(Act.SEE), after, most)

        return paged(ask, int, read, lambda one: one.number)

    @api.get("/alerts/<number>", Act.SEE)
    def alert(call: Call, number: Number) -> AlertTold:
        """One of them with its members and everything that happened."""
        means = _means(call)
        sites = means.sites(call.db)
        planned = Planned(maintenance.recent(call.db, call.now), sites, call.now)
        away = frozenset(t for t in sites if planned.counts_from(t, call.now) is None)
        found = reading.shown(call.db, number, words.Names(sites, means.parties), away, call.now, call.only(Act.SEE))
        if found is None:
            absent()
        members = tuple(
            AlertMember(one.terminal, one.place, one.member.first, one.member.ended, one.member.spells, one.detail, one.planned)
            for one in found.members
        )
        steps = tuple(AlertStep(one.at, one.kind, one.count, one.by, one.why, one.channels) for one in found.timeline)
        return AlertTold(found.line, members, found.left_out, steps)

    @api.post("/alerts/<number>/acknowledge", Act.STEER)
    def acknowledge_alert(call: Call, number: Number, body: Write) -> None:
        """Somebody looks after it: it is neither repeated nor escalated until another terminal joins."""
        acts.acknowledge(call.db, _theirs(call, number), call.who, body.why, call.now)

    @api.post("/alerts/<number>/assign", Act.STEER)
    def assign_alert(call: Call, number: Number, body: Assign) -> None:
        """To somebody who may steer its party."""
        acts.assign(call.db, _theirs(call, number), body.to, call.who, body.why, call.now)

    @api.post("/alerts/<number>/comment", Act.STEER)
    def comment_alert(call: Call, number: Number, body: Write) -> None:
        """``why`` is the comment; nothing about anybody at a terminal belongs there."""
        acts.comment(call.db, _theirs(call, number), call.who, body.why, call.now)

    @api.post("/alerts/<number>/escalate", Act.STEER)
    def escalate_alert(call: Call, number: Number, body: Write) -> None:
        """Tell those its rule escalates to, now."""
        acts.escalate(call.db, _theirs(call, number), call.who, body.why, call.now, _means(call).channels)

    @api.post("/alerts/<number>/resolve", Act.STEER)
    def resolve_alert(call: Call, number: Number, body: Write) -> None:
        """Close it by hand; while it stands, for a day at most."""
        acts.resolve(call.db, _theirs(call, number), call.who, body.why, call.now, _means(call).channels)

    @api.post("/alerts/<number>/reopen", Act.STEER)
    def reopen_alert(call: Call, number: Number, body: Write) -> None:
        """One that was closed while it stood."""
        acts.reopen(call.db, _theirs(call, number), call.who, body.why, call.now, _means(call).channels)

    @api.get("/alert-rules", Act.SEE)
    def alert_rules(call: Call) -> Saved:
        """The rules as they are; version 0 is what is shipped."""
        return rules.current(call.db)

    @api.post("/alert-rules", Act.STEER, whole=True)
    def save_alert_rules(call: Call, body: RuleSet) -> Made:
        """A new version of all of them, in their order."""
        return Made(rules.save(call.db, body.rules, body.base, _means(call).entries, call.who, body.why, call.now))

    @api.post("/alert-rules/preview", Act.STEER, whole=True)
    def preview_alert_rule(call: Call, body: RuleTried) -> Preview:
        """What a rule would have told in the last seven days; nothing is saved."""
        held = rules.current(call.db).rules
        after = tuple(body.rule if one.id == body.rule.id else one for one in held)
        after = after if body.rule in after else (body.rule, *held)
        rules.check(after, _means(call).entries)
        names = _means(call).known(call.db)
        return preview(call.db, after, body.rule, names, maintenance.recent(call.db, call.now), call.now)

    @api.get("/maintenance", Act.SEE)
    def maintenance_windows(call: Call) -> tuple[Window, ...]:
        """Of one's terminals: those that have not ended, then the last two hundred that have."""
        sites, only = _means(call).sites(call.db), call.only(Act.SEE)
        found = maintenance.listed(call.db, call.now)
        return tuple(
            one for one in found if only is None or any(sites[t].party in only for t in maintenance.covered(one.where, sites))
        )

    @api.post("/maintenance", Act.STEER, status=201)
    def begin_maintenance(call: Call, body: Maintenance) -> Made:
        """Planned times of terminals: nothing is told of them meanwhile."""
        begins = call.now if body.begins is None else body.begins
        sites, only = _means(call).sites(call.db), call.only(Act.STEER)
        made = maintenance.begin(
            call.db, body.name, body.where, begins, body.ends, call.who, body.why, call.now, sites=sites, only=only
        )
        return Made(made)

    @api.post("/maintenance/<number>/end", Act.STEER)
    def end_maintenance(call: Call, number: Number, body: Write) -> None:
        """Before its time; one that did not begin is called off."""
        found = maintenance.find(call.db, number)
        if found is None or not maintenance.within(found.where, _means(call).sites(call.db), call.only(Act.STEER)):
            absent()
        maintenance.end(call.db, number, call.who, body.why, call.now)

    @api.get("/alert-channels", Act.SEE)
    def alert_channels(call: Call) -> tuple[ChannelTold, ...]:
        """Where one's alerts are told."""
        means, only = _means(call), call.only(Act.SEE)
        if means.teller is None:
            return ()
        seen = (one for one in means.teller.channels.values() if only is None or one.entry.party in only)
        return tuple(ChannelTold(one.id, one.entry.name, one.masked(), one.entry.party) for one in seen)

    @api.post("/alert-channels/<channel>/test", Act.STEER)
    def test_alert_channel(call: Call, channel: Name, body: Write) -> Tested:
        """Have a test message told; what became of it stands with the channel at the console."""
        means, only = _means(call), call.only(Act.STEER)
        if means.teller is None or channel not in means.entries or (only is not None and means.entries[channel].party not in only):
            absent()
        record.write(call.db, call.now, call.who, "channel.test", channel, body.why)
        return Tested(telling.put_test(call.db, channel, call.now))

    @api.get("/alert-messages", Act.SEE)
    def alert_messages(call: Call, ask: Paged) -> Page[MessageLine]:
        """What was told to one's channels, newest first."""
        means, only = _means(call), call.only(Act.SEE)
        seen = [id_ for id_, entry in means.entries.items() if only is None or entry.party in only]

        def read(after: tuple[float, str] | None, most: int) -> list[MessageLine]:
            return reading.messages_after(call.db, seen, after, most)

        return paged(ask, tuple[float, str], read, lambda one: (one.at, one.id))


def _means(call: Call) -> Means:
    if call.site.alerts is not None:
        return call.site.alerts
    return Means(sites=lambda _db: of_known(call.site.known), parties=call.site.known.parties)


def _theirs(call: Call, number: int) -> int:
    found, only = book.one(call.db, number), call.only(Act.STEER)
    if found is None or (only is not None and found.cause.party not in only):
        absent()
    return number
