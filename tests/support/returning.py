"""Somebody who comes back to the terminal of a whole hall: by card, by the receipt under the camera."""

from __future__ import annotations

from support.citizen import Citizen, Upstream
from support.hall import GlassByHttp, Hall, until


def asked(one: Hall, by: str) -> GlassByHttp:
    return one.glass().see("welcome").do("begin-followup").do("choose-how", by=by)


def shown(one: Hall, text: str) -> GlassByHttp:
    glass = asked(one, "receipt")
    assert glass.screen == "show"
    one.rig.camera().lay_code(text)
    glass.see("cases")
    until(lambda: glass.look() and "正在查" not in glass.html, "an answer")
    one.rig.camera().clear_desk()
    return glass


def with_card(one: Hall, card: str) -> GlassByHttp:
    glass = asked(one, "card")
    assert glass.screen == "notice"
    glass.do("agree")
    reader = one.rig.reader()
    seen = reader.looks  # type: ignore[attr-defined]
    until(lambda: reader.looks >= seen + 2, "the reader looks")  # type: ignore[attr-defined]
    reader.lay(card)
    glass.see("cases")
    reader.lift()
    until(lambda: glass.look() and "正在查" not in glass.html, "an answer")
    return glass


def nothing(one: Hall, card: str) -> None:
    """This card finds nothing to do."""
    glass = with_card(one, card)
    assert "没有要您办的" in glass.html
    glass.do("end").see("welcome")


def again(one: Hall, glass: GlassByHttp, screen: str) -> None:
    """kill -9, and the terminal is where it was."""
    glass.see(screen)
    one.kill("terminal")
    one.start("terminal")
    glass.see(screen)


def taken_in(one: Hall) -> tuple[str, str]:
    """Number and token of a case of 刘试安, whole at the centre."""
    citizen = Citizen(one).submitted().took_receipt()
    citizen.glass.do("next")
    citizen.left()
    rows = until(lambda: Upstream(one).rows("SELECT number, token FROM cases"), "the case at the centre")
    until(lambda: len(Upstream(one).rows("SELECT 1 FROM documents")) == 3, "its documents")
    number, token = rows[0]  # type: ignore[index]
    return str(number), str(token)
