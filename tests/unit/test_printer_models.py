"""The table of printer models: every mistake in it is named; every model prints within its paper."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.printing import receipt

from devices.printer.model import Model, models, parse
from devices.printer.slip import Typesetter

GOOD = 'about = "样机"\ndots = 576\n'
PRESENTER = '[x.presenter]\npresent = "1D65"\nretract = "1D66"\nstatus = true\nafter = 30\n'


@pytest.mark.parametrize("model", models().values(), ids=models())
def test_a_receipt_fits_the_paper_of_every_model(model: Model) -> None:
    picture = Typesetter(width=model.dots).render(receipt())
    box = picture.point(lambda dot: 255 - dot).getbbox()
    assert box is not None
    assert picture.width == model.dots
    assert (box[0] >= 7, box[2] <= model.dots - 7) == (True, True)
    assert any("\u4e00" <= character <= "\u9fff" for character in model.about)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("dots = 576", "about is missing"),
        ('about = "样机"', "dots is missing"),
        ('about = "样机"\ndots = 575', "384 to 576 in steps of 8"),
        ('about = "样机"\ndots = "576"', "384 to 576"),
        (GOOD + "buffer = 10", "buffer"),
        (GOOD + 'text = "big5"', "gb2312 or gbk"),
        (GOOD + "near_end = 1", "near_end"),
        (GOOD + "colour = 1", "unknown colour"),
        (GOOD + "presenter = 1", "x: "),
        (GOOD + PRESENTER.replace("1D65", "1D6"), "x: "),
        (GOOD + PRESENTER.replace("30", "600"), "5 to 120"),
        (GOOD + PRESENTER.replace("status = true", ""), "status is missing"),
    ],
)
def test_a_mistake_is_told_with_the_model_s_name(table: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as error:
        parse(f"[x]\n{table}")
    assert "x" in str(error.value)


def test_what_is_not_said_is_the_commonest() -> None:
    model = parse(f"[x]\n{GOOD}{PRESENTER}")["x"]
    assert (model.buffer, model.text, model.near_end) == (4096, None, True)
    assert model.presenter is not None
    assert model.presenter.present == b"\x1de"


@given(
    st.dictionaries(
        st.sampled_from(["about", "dots", "buffer", "text", "near_end"]), st.sampled_from(['"x"', "1", "576", "true", "[]"])
    )
)
def test_any_table_is_a_model_or_a_named_mistake(table: dict[str, str]) -> None:
    with suppress(ValueError):
        assert set(parse("[x]\n" + "\n".join(f"{key} = {value}" for key, value in table.items()))) == {"x"}
