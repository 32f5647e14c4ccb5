"""What was read, as the citizen is asked to look at it: 请确认. Never what stands on the paper itself: others may stand behind."""

from __future__ import annotations

from domain.case.advice import open_questions
from domain.case.content import Advice
from kiosk.visit.state import Collected, ShownPage
from ui.words import N_, _

TEXTS: dict[tuple[str, str], str] = {
    ("title", "no"): N_("没有认出这份材料的名称，是要交的这一份吗？"),
    ("title", "unsure"): N_("名称没有认准，是要交的这一份吗？"),
    ("holder", "no"): N_("没有认出您的姓名或证件号码，是您的材料吗？"),
    ("holder", "unsure"): N_("姓名或证件号码没有认准，是您的材料吗？"),
    ("validity", "no"): N_("上面写的有效期好像已经过了。"),
    ("validity", "unsure"): N_("有效期没有认准，请看看过了没有。"),
    ("credit_code", "no"): N_("上面的信用代码好像不对，也可能是机器认错了。"),
    ("credit_code", "unsure"): N_("信用代码没有认准。"),
}
"""By question and answer; to a *yes* there is nothing to say."""


def of_page(shown: ShownPage) -> tuple[str, ...]:
    """Of the page on the screen alone. Whose it is may stand on the next one, so that is asked at the end only."""
    told = shown.reading.advice if shown.reading else ()
    return _texts(tuple(advice for advice in told if advice.question != "holder"))


def of_material(collected: Collected) -> tuple[str, ...]:
    """Of all its pages that were read."""
    return _texts(open_questions(page.reading.advice for page in collected.pages if page.reading))


def _texts(told: tuple[Advice, ...]) -> tuple[str, ...]:
    found = (TEXTS.get((advice.question, advice.answer), "") for advice in told)
    return tuple(dict.fromkeys(_(text) for text in found if text))
