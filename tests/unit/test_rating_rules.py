"""好差评: the official levels and tags as data of an edition, what a rating is, and that silence is none."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.rights import State
from domain.rating import levels, service, words
from domain.rating.service import Given, Service, Unrated
from domain.rating.words import BadWordsError, Words

THIS = Service("C1", "intake")
OTHERS = (
    Service("C1", "delivery"),
    Service("C1", "delivery", "home"),
    Service("C1", "correction", "intake", "aa"),
    Service("C2", "intake"),
)


def test_there_are_five_levels_and_forty_tags_eight_each_three_of_them_shown_at_once() -> None:
    assert [(one.satisfaction, one.name) for one in levels.edition().levels] == [
        (5, "非常满意"),
        (4, "满意"),
        (3, "基本满意"),
        (2, "不满意"),
        (1, "非常不满意"),
    ]
    for one in levels.edition().levels:
        assert (len(one.tags), sum(tag.default_shown for tag in one.tags)) == (8, 3)
        assert one.is_bad == one.reason_required == levels.is_bad(one.satisfaction) == (one.satisfaction < 3)
    codes = {tag.code for one in levels.edition().levels for tag in one.tags}
    assert codes == {*range(510, 518), *range(406, 414), *range(307, 315), *range(207, 215), *range(108, 116)}


def test_an_edition_has_a_day_and_is_found_by_its_name() -> None:
    (only,) = levels.editions()
    assert levels.edition(date(2026, 11, 26)) == levels.named(only.edition) == only
    with pytest.raises(levels.RatingError):
        levels.named("1999")


@pytest.mark.parametrize(("tags", "said"), [((), ""), ((510,), ""), ((108, 108), ""), ((), "   "), ((108,), "长" * 151)])
def test_a_bad_rating_wants_a_tag_of_its_own_level_or_words_and_few(tags: tuple[int, ...], said: str) -> None:
    with pytest.raises(levels.RatingError):
        levels.check(1, tags, said)


@pytest.mark.parametrize(
    ("level", "tags", "said"), [(1, (108,), ""), (1, (), "等了一上午"), (2, (), "慢" * 150), (5, (), ""), (3, (307, 314), "")]
)
def test_a_tag_or_words_are_enough_and_another_level_needs_neither(level: int, tags: tuple[int, ...], said: str) -> None:
    levels.check(level, tags, said)


@given(st.lists(st.tuples(st.sampled_from((THIS, *OTHERS)), st.integers(1, 5)), max_size=12))
@settings(max_examples=60)
def test_what_nobody_rated_is_unrated_whatever_else_was_and_a_service_has_one_first_and_one_follow_up(
    said: list[tuple[Service, int]],
) -> None:
    kept: list[Given] = []
    for of, level in said:
        turn = service.next_round(sum(one.service == of for one in kept))
        if turn is not None:
            kept.append(Given(of, turn, level))
    for of in (THIS, *OTHERS):
        own = [one for one in kept if one.service == of]
        assert [one.round for one in own] == [1, 2][: len(own)]
        assert [one.level for one in own] == [level for who, level in said if who == of][:2]
        assert service.standing(of, kept) == (own[-1] if own else Unrated())


def test_a_department_is_rated_only_once_it_has_decided() -> None:
    assert {State.DECIDED, State.NOT_ACCEPTED, State.DELIVERED} <= service.SETTLED
    assert not service.SETTLED & {State.SUBMITTED, State.ACCEPTED, State.CORRECTION, State.WITHDRAWN, State.TRANSFERRED}


def test_who_wants_to_be_called_back_leaves_a_name_and_a_telephone_and_nobody_has_to() -> None:
    assert words.contact_errors("", "") == words.contact_errors("刘试安", "13800001234") == {}
    assert set(words.contact_errors("刘试安", "")) == {"phone"}
    assert set(words.contact_errors("", "13800001234")) == {"name"}
    assert set(words.contact_errors("刘试安", "1")) == {"phone"}


def test_words_come_back_as_they_were_and_their_size_tells_nothing() -> None:
    long = Words(text="慢" * 150, name="刘试安", phone="13800001234")
    assert words.decode(words.encode(long)) == long
    assert len(words.encode(long)) == len(words.encode(Words(text="慢")))
    assert (long.named, Words(text="慢").named, Words().empty) == (True, False, True)
    assert "刘试安" not in repr(long)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@settings(max_examples=60)
def test_no_bytes_are_an_exception_of_another_kind(plain: bytes) -> None:
    with suppress(BadWordsError):
        words.decode(plain)
