"""What goes with each picture of the desk: the outline to draw, and one thing to read, with a picture for whoever does not.

Told beside the screen, not in it: it changes faster than a screen may while somebody reads it or reaches for a button.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from kiosk.visit.snapshot import Advice, Desk, Edge, Sight
from kiosk.visit.state import Hold
from ui.words import N_, _


class Words(NamedTuple):
    """``title`` in large letters, ``text`` below, ``picture`` of ``static/img/desk-*.svg``."""

    title: str
    text: str
    picture: str


WORDS: dict[Advice, Words] = {
    Advice.DARK: Words(N_("太暗了"), N_("请不要挡住灯光"), "dark"),
    Advice.NO_PAGE: Words(N_("请放上材料"), N_("平放在台面中间，有字的朝上"), "lay"),
    Advice.HAND: Words(N_("请把手拿开"), N_("纸放平，手不要挡在上面"), "hand"),
    Advice.TWO_PAGES: Words(N_("一次只放一页"), N_("请先拿走多出来的那一页"), "two"),
    Advice.CUT_OFF: Words(N_("纸没有放全"), N_("请往中间挪，四个角都露出来"), "cut"),
    Advice.TOO_SMALL: Words(N_("太小了，看不清"), N_("请把纸展开，平放在中间"), "small"),
    Advice.MOVING: Words(N_("纸在动"), N_("请放平，松开手，不要动"), "moving"),
    Advice.GLARE: Words(N_("这里反光"), N_("请把纸转一转、挪一挪，躲开白光"), "glare"),
    Advice.BLURRED: Words(N_("看不清字"), N_("请把纸压平，拿开手，等一等"), "blurred"),
}
_NEXT = Words(N_("请换下一页"), N_("都拍完了，点“这份拍完了”"), "next")
_OTHER = Words(N_("请换上这份材料"), N_("上一份拍好了，请收好"), "next")
_LAY_NEXT = Words(N_("请放下一页"), N_("都拍完了，点“这份拍完了”"), "lay")
FRONT, BACK = 1, 2
_FRONT = Words(N_("请放正面"), N_("有照片的一面朝上"), "front")
_BACK = Words(N_("请翻过来，放背面"), N_("另一面朝上"), "back")
_COUNTING = Words(N_("放好了，不要动"), N_("马上自动拍照"), "good")
_BY_HAND = Words(N_("放好了"), N_("请点“拍照”"), "good")
_HELD = Words(N_("放好了，请点“拍照”"), N_("挪一挪纸，会再自动拍"), "good")
_LOOKING = Words(N_("看到纸了"), N_("请放平，不要动"), "look")
_OUT = {
    Edge.TOP: N_("上边出了画面，请往下挪一挪"),
    Edge.RIGHT: N_("右边出了画面，请往左挪一挪"),
    Edge.BOTTOM: N_("下边出了画面，请往上挪一挪"),
    Edge.LEFT: N_("左边出了画面，请往右挪一挪"),
}
"""Where to push a page that runs over this side."""


def words(desk: Desk) -> Words:
    """The one thing to read now, as keys."""
    sight, taken = desk.picture.sight, desk.hold is Hold.CHANGE
    if desk.side == FRONT and sight.advice is Advice.NO_PAGE and not taken:
        return _FRONT
    if desk.side == BACK and (sight.advice is Advice.NO_PAGE or (sight.advice is None and taken)):
        return _BACK
    if sight.advice is Advice.NO_PAGE and taken and not desk.first:
        return _LAY_NEXT
    if sight.advice is Advice.CUT_OFF and len(sight.edges) == 1:
        (edge,) = sight.edges
        return Words(WORDS[Advice.CUT_OFF].title, _OUT[edge], f"cut-{edge.value}")
    if sight.advice is not None:
        return WORDS[sight.advice]
    if desk.count is not None:
        return _COUNTING
    if taken:
        return _OTHER if desk.first else _NEXT
    if not sight.still:
        return _LOOKING
    return _HELD if desk.unasked else _BY_HAND


def told(desk: Desk) -> dict[str, Any]:
    """As the page's script takes it. ``tone``: ``good``, ``mind`` or ``plain``. ``left``: seconds of the count; ``share``: of its
    whole.
    """
    picture, said = desk.picture, words(desk)
    return {
        "serial": picture.serial,
        "size": (picture.width, picture.height),
        "outline": picture.sight.outline,
        "where": picture.sight.where,
        "tone": _tone(picture.sight, desk),
        "title": _(said.title),
        "text": _(said.text),
        "picture": said.picture,
        "left": None if desk.count is None else math.ceil(desk.count),
        "share": None if desk.count is None else round(desk.count / desk.whole, 3),
    }


def _tone(sight: Sight, desk: Desk) -> str:
    if sight.advice is not None:
        return "plain" if sight.advice is Advice.NO_PAGE else "mind"
    return "good" if sight.still and desk.hold is not Hold.CHANGE else "plain"
