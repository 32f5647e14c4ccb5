"""Steering: roll-outs of commands and publications, in waves."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from domain.program.manifest import Version
from fleet.api.frame import Api, Call, Page, Paged, Refused, Write, absent
from fleet.items.published import Shelf
from fleet.people.rights import ALL, Act
from fleet.rollout import acts, asking, audience, bodies, deeds, reading, steered
from fleet.rollout.audience import Preview
from fleet.rollout.bodies import SETTINGS, NoBodyError
from fleet.rollout.book import COMMAND, LISTED, Given, NoRolloutError
from fleet.rollout.deeds import NoDeedError
from fleet.rollout.reading import Detail, Summary
from mqtt.commands import LONGEST, Operation
from mqtt.wire import Digest, Terminal, Time

Number = Annotated[int, Meta(ge=1, le=2**53)]
Target = Annotated[str, Meta(max_length=80)]
"""``*``, ``@party:…``, ``@group``; ``#`` for terminals by name."""
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Minutes = Annotated[int, Meta(ge=1, le=LONGEST // 60)]
Setting = Annotated[str, Meta(max_length=80)]
NoticeText = Annotated[str, Meta(min_length=1, max_length=603)]
"""Chinese, and behind a | English: :func:`bodies.notices`."""


class How(Struct, frozen=True, forbid_unknown_fields=True):
    """``waves``: ``once``; ``shares``, growing percentages up to 100; ``rings``, groups in their order. Times in minutes;
    ``failed``: percent of a wave that may fail. ``begins`` and ``ends``: something is given between them only (Beijing).
    """

    waves: Literal["once", "shares", "rings"] = "once"
    shares: Annotated[tuple[Annotated[int, Meta(ge=1, le=100)], ...], Meta(max_length=8)] = (1, 10, 50, 100)
    rings: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=8)] = ()
    within: Minutes = 30
    failed: Annotated[int, Meta(ge=0, le=50)] = 10
    soak: Annotated[int, Meta(ge=0, le=7 * 24 * 60)] = 0
    begins: Clock | None = None
    ends: Clock | None = None

    def fields(self) -> dict[str, str]:
        told = msgspec.to_builtins(self)
        lists = {name: " ".join(map(str, told.pop(name))) for name in ("shares", "rings")}
        return {**{name: str(value) for name, value in told.items() if value is not None}, **lists, "life": str(self.within)}


class Whom(Write, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``terminals``: where ``to`` is ``#``."""

    to: Target = LISTED
    terminals: Annotated[tuple[Terminal, ...], Meta(max_length=5000)] = ()
    how: How = How()


class CommandMany(Whom, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A command to many; ``how.within``: minutes it may wait for its terminals."""

    do: Operation


class Publish(Whom, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``sha256``: of a body that was kept before."""

    what: Literal["catalogue", "settings", "notices", "program"]
    sha256: Digest


class KeepSettings(Write, frozen=True, forbid_unknown_fields=True):
    """By name: phone, complaint, query, visit.total …; what is not named is each terminal's own again."""

    values: dict[Setting, Setting]


class KeepNotices(Write, frozen=True, forbid_unknown_fields=True):
    """No text: all notices are withdrawn."""

    texts: Annotated[tuple[NoticeText, ...], Meta(max_length=bodies.MOST_NOTICES)] = ()
    since: Time | None = None
    until: Time | None = None


class KeepProgram(Write, frozen=True, forbid_unknown_fields=True):
    """``version``: of a program the centre has taken from its publisher; null: the one terminals came with."""

    version: Version | None


class Kept(Struct, frozen=True):
    what: str
    sha256: str
    title: str


class Begun(Struct, frozen=True):
    """``excluded``: terminals it would be of no use to, with why."""

    id: int
    given: int
    excluded: tuple[audience.Line, ...]


class Shown(Paged, frozen=True, forbid_unknown_fields=True):
    """``show``: those that hold it up, all, or those that stand so; ``page``: from 0."""

    show: Literal["holding", "all", "done", "failed", "given", "waiting", "left-out"] = "holding"
    page: Annotated[int, Meta(ge=0, le=1000)] = 0


class LeaveOut(Write, frozen=True, forbid_unknown_fields=True):
    terminals: Annotated[tuple[Terminal, ...], Meta(min_length=1, max_length=5000)]


class TakenBack(Struct, frozen=True):
    """``rollouts``: that give back what was before; ``kept``: terminals that had nothing of the kind, and keep what they have."""

    rollouts: tuple[int, ...]
    kept: tuple[str, ...]


class ActsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    by: Annotated[str, Meta(max_length=64)] = ""
    kind: Literal["", "command", "catalogue", "settings", "notices", "program"] = ""
    terminal: Annotated[str, Meta(max_length=64)] = ""
    before: float = 2e12


def routes(api: Api) -> None:
    api.refuses(NoRolloutError, 409)
    api.refuses(NoBodyError)
    api.refuses(NoDeedError)

    @api.get("/rollouts", Act.SEE)
    def rollouts(call: Call) -> Page[Summary]:
        """Those under way first, then the newest; counting terminals of one's parties."""
        return Page(tuple(reading.listed(call.db, _only(call))))

    @api.get("/rollouts/<rollout>", Act.SEE)
    def rollout(call: Call, rollout: Number, ask: Shown) -> Detail:
        """One of them: who has it, who holds it up and why, and what happened."""
        site = call.site
        places, groups = site.known.places, site.known.groups
        found = reading.one(call.db, rollout, _only(call), places, groups, site.hearing(), call.now, ask.show, ask.page)
        return found if found is not None else absent()

    @api.post("/rollouts/commands", Act.STEER, status=201)
    def command_many(call: Call, body: CommandMany) -> Begun:
        """A command to many, each in its turn."""
        title = deeds.title(body.do)
        return _begin(call, body, Given(COMMAND, title, do=body.do), body.do)

    @api.post("/rollouts/publications", Act.STEER, status=201)
    def publish(call: Call, body: Publish) -> Begun:
        """Roll a kept body out."""
        return _begin(call, body, bodies.kept(_shelf(call), body.what, body.sha256), None)

    @api.post("/rollouts/<rollout>/pause", Act.STEER)
    def pause(call: Call, rollout: Number, body: Write) -> None:
        """Nobody is given it any more, until it is resumed."""
        acts.pause(call.db, _steered(call, rollout), call.who, body.why, call.now)

    @api.post("/rollouts/<rollout>/resume", Act.STEER)
    def resume(call: Call, rollout: Number, body: Write) -> None:
        """It goes on; whoever failed has another turn."""
        acts.resume(call.db, _steered(call, rollout), call.who, body.why, call.now)

    @api.post("/rollouts/<rollout>/end", Act.STEER)
    def end(call: Call, rollout: Number, body: Write) -> None:
        """Whoever has not been given it is left out."""
        acts.end(call.db, _steered(call, rollout), call.who, body.why, call.now)

    @api.post("/rollouts/<rollout>/leave-out", Act.STEER)
    def leave_out(call: Call, rollout: Number, body: LeaveOut) -> None:
        """These are not waited for any more."""
        acts.leave_out(call.db, _steered(call, rollout), body.terminals, call.who, body.why, call.now)

    @api.post("/rollouts/<rollout>/take-back", Act.STEER)
    def take_back(call: Call, rollout: Number, body: Write) -> TakenBack:
        """Whoever was given it is given what it had before."""
        kept = _shelf(call).bodies
        assert kept is not None
        begun, without = acts.take_back(
            call.db, kept, call.site.known.groups, _steered(call, rollout), call.who, body.why, call.now
        )
        return TakenBack(tuple(begun), tuple(without))

    @api.post("/bodies/settings", Act.STEER, status=201)
    def keep_settings(call: Call, body: KeepSettings) -> Kept:
        """Checked and kept; nothing is published yet."""
        strange = sorted(set(body.values) - set(SETTINGS))
        if strange:
            raise NoBodyError(f"没有设置 {strange[0]}")
        return _kept(call, bodies.settings(body.values))

    @api.post("/bodies/notices", Act.STEER, status=201)
    def keep_notices(call: Call, body: KeepNotices) -> Kept:
        """Checked and kept; nothing is published yet."""
        since, until = (deeds.moment(text) if text else None for text in (body.since, body.until))
        return _kept(call, bodies.notices(body.texts, since, until))

    @api.post("/bodies/program", Act.STEER, status=201)
    def keep_program(call: Call, body: KeepProgram) -> Kept:
        """Kept as its publisher signed it; nothing is published yet."""
        programs = _shelf(call).programs
        if programs is None:
            raise Refused(503, "no-bodies", "这里没有程序")
        return _kept(call, bodies.program(body.version or "", programs))

    @api.get("/steering/acts", Act.SEE)
    def steering_acts(call: Call, ask: ActsAsked) -> Page[reading.Act]:
        """What staff did to terminals: who, what, to whom, why, and how it ended; newest first."""
        return Page(tuple(reading.acts(call.db, _only(call), ask.by, ask.kind, ask.terminal, ask.before)))


def _only(call: Call) -> set[str] | None:
    return None if ALL in call.parties(Act.SEE) else set(call.terminals(Act.SEE))


def _steered(call: Call, rollout: int) -> int:
    """Its number, where whoever asks may steer all of it; else as if it did not exist."""
    if not steered.all_of_it(call.db, rollout, call.site.known, call.parties(Act.STEER)):
        absent()
    return rollout


def _shelf(call: Call) -> Shelf:
    if call.site.shelf is None or call.site.shelf.bodies is None:
        raise Refused(503, "no-bodies", "这里不能发布")
    return call.site.shelf


def _kept(call: Call, made: bodies.Body) -> Kept:
    kept = _shelf(call).bodies
    assert kept is not None
    given = bodies.keep(kept, made)
    return Kept(made.what, given.sha256, made.title)


def _begin(call: Call, body: Whom, given: Given, do: Operation | None) -> Begun:
    site, places = call.site, call.terminals(Act.STEER)
    offered = audience.choices(site.known.places, site.known.groups, site.known.parties, call.parties(Act.STEER))
    choice = audience.chosen(body.to, body.terminals, places, site.known.groups, offered)
    if choice is None:
        absent()
    found: Preview = audience.preview(call.db, choice.terminals, places, do, site.identity, site.hearing(), call.now)
    fields = body.how.fields()
    rules = asking.rules(fields, call.now, command=do is not None)
    waves = asking.waves(fields, found.chosen, found.here, site.known.groups, f"{call.now}")
    target = LISTED if do is not None else choice.target
    id_ = acts.begin(call.db, given, target, waves, rules, call.who, body.why, call.now)
    return Begun(id_, len(found.chosen), found.excluded)
