"""What the first screen says when nobody has touched it for a while: in every language at once, to be read in passing."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup
from msgspec import Struct

from kiosk.visit.snapshot import Glass
from ui.words import SOURCE, _, counted, language, languages, speaking, told

_SHOWN = 6
"""Services that are named; how many there are is said."""


class Idle(Struct, frozen=True):
    """The same in one ``language``. ``facts``: what it is about, and what is so."""

    language: str
    title: str
    heading: str
    items: tuple[Markup, ...]
    facts: tuple[tuple[str, Markup], ...]
    notices: tuple[Markup, ...]
    touch: str


def idle(glass: Glass, hours: Callable[[], str]) -> tuple[Idle, ...]:
    """``hours``: when the window is open, in the language that is spoken. None where somebody chose a language:
    whoever did stands there, and the choice is forgotten before this is shown."""
    if language() != SOURCE:
        return ()
    halves = []
    for code, _name in languages():
        with speaking(code, glass.hall, glass.catalogue):
            halves.append(_half(glass, code, hours()))
    return tuple(halves)


def _half(glass: Glass, code: str, hours: str) -> Idle:
    names = [told(item.short_name) for item in glass.catalogue.listed()]
    more = [Markup(counted("等 %(num)s 项", len(names)))] if len(names) > _SHOWN else []  # noqa: S704 (ours)
    facts = [(_("带什么"), told(_("本人身份证件原件；要什么材料，先看看再来")))]
    if hours:
        facts.append((_("什么时候"), told(_("%(hours)s，有工作人员", hours=hours))))
    return Idle(
        language=code,
        title=_("外地的事，在这里就近办"),
        heading=_("现在可以办"),
        items=(*names[:_SHOWN], *more),
        facts=tuple(facts),
        notices=tuple(map(told, glass.hall.notices)),
        touch=_("点一下屏幕，就开始"),
    )
