"""The pain score: by hand, within the bounds that its formula sets, and as an order that does not waver."""

from __future__ import annotations

from dataclasses import replace
from math import log2, sqrt
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from mining.pain import SMALL, Heed, Score, ranked, score, share_of

rule = settings(max_examples=150, deadline=None)
SIDES = ("pain", "praise")
# Growth's factor at its ends: twice as often or more, half as often or less.
TWICE, HALF = 2**0.25, 2**-0.25


@st.composite
def heeds(draw: st.DrawFn, least: int = 1) -> Heed:
    """What can be counted of a theme: a feedback item has one mention or more, an author one item or more."""
    unique = draw(st.integers(least, 60))
    feedback = unique + draw(st.integers(0, 20))
    mentions = feedback + draw(st.integers(0, 20))
    authors = draw(st.integers(min(1, feedback), feedback))
    negative = draw(st.integers(0, mentions))
    return Heed(
        mentions=mentions,
        feedback=feedback,
        unique=unique,
        authors=authors,
        anonymous=draw(st.integers(0, unique)),
        negative=negative,
        mixed=draw(st.integers(0, mentions - negative)),
        high_effort=draw(st.integers(0, feedback)),
        churn=draw(st.integers(0, feedback)),
        before=draw(st.none() | st.floats(0, 200)),
    )


# --- the formula ----------------------------------------------------------------------------------------------------


def test_a_theme_without_any_sign_but_its_volume() -> None:
    told = score(Heed(mentions=9, feedback=9, unique=9, authors=3, anonymous=1))
    assert (told.volume, told.people, told.value) == (6, 4, 3)  # the root of 9 x 4; half, as nothing is negative


def test_every_part_of_the_formula_by_hand() -> None:
    heed = Heed(
        mentions=20, feedback=16, unique=15, authors=12, anonymous=3,
        negative=8, mixed=8, high_effort=4, churn=8, before=2.5,
    )  # fmt: skip
    told = score(heed)
    assert (told.volume, told.negativity, told.effort, told.churn, told.growth) == (15, 0.6, 0.25, 0.5, 1)
    assert told.value == pytest.approx(15 * 0.8 * 1.125 * 1.5 * 1.189207115)
    assert score(heed, "praise").value == pytest.approx(15 * 1.189207115)


def test_the_example_of_the_documentation() -> None:
    heed = Heed(
        mentions=12, feedback=9, unique=9, authors=4, negative=10, mixed=2, high_effort=3, churn=1, before=4
    )  # fmt: skip
    told = score(heed)
    parts = (told.volume, told.negativity, told.effort, told.churn, told.growth)
    assert parts == pytest.approx((6, 11 / 12, 3 / 9, 1 / 9, 0.441), abs=1e-3)
    assert told.value == pytest.approx(8.05, abs=0.006)
    assert score(Heed(40, 40, 40, 1)).volume == pytest.approx(6.3, abs=0.05)


@pytest.mark.parametrize(
    ("unique", "before", "growth"),
    [
        (5, 5, 0), (30, 10, 1), (10, 30, -1), (95, 0, 1), (0, 1000, -1), (1, 0, log2(11 / 10)), (10, 5, log2(20 / 15)),
    ],
)  # fmt: skip
def test_growth_counts_doublings_and_one_item_after_none_is_no_explosion(
    unique: int, before: float, growth: float
) -> None:
    told = score(Heed(mentions=unique, feedback=unique, unique=unique, authors=unique, before=before))
    assert told.growth == pytest.approx(growth)


@given(heeds())
def test_without_an_earlier_time_a_theme_is_taken_for_steady(heed: Heed) -> None:
    alone = score(replace(heed, before=None))
    assert alone.growth == 0
    assert alone.value == score(replace(heed, before=heed.unique)).value


@pytest.mark.parametrize("side", SIDES)
def test_a_theme_that_nobody_speaks_of_hurts_nobody(side: str) -> None:
    told = score(Heed(0, 0, 0, 0), side)
    assert (told.value, told.negativity, told.effort, told.churn, told.small) == (0, 0, 0, 0, True)


@rule
@given(heeds(), st.sampled_from(SIDES))
def test_a_score_can_be_counted_again_from_its_parts(heed: Heed, side: str) -> None:
    told = score(heed, side)
    again = told.volume * 2 ** (told.growth / 4)
    if side == "pain":
        again *= (0.5 + 0.5 * told.negativity) * (1 + 0.5 * told.effort) * (1 + told.churn)
    assert told.value == pytest.approx(again)
    assert told.volume == pytest.approx(sqrt(told.unique * told.people))


@given(heeds())
def test_a_delight_is_weighed_by_volume_and_growth_alone(heed: Heed) -> None:
    plain = Heed(heed.mentions, heed.feedback, heed.unique, heed.authors, heed.anonymous, before=heed.before)
    assert score(heed, "praise").value == score(plain, "praise").value


@given(heeds())
def test_a_mixed_mention_counts_half_a_negative_one(heed: Heed) -> None:
    assume(heed.mixed >= 2)
    other = replace(heed, mixed=heed.mixed - 2, negative=heed.negative + 1)
    assert score(other).value == pytest.approx(score(heed).value)


# --- its bounds -----------------------------------------------------------------------------------------------------


@rule
@given(heeds(), st.integers(0, 30), st.integers(0, 30), st.sampled_from(SIDES))
def test_more_people_never_lower_it(heed: Heed, authors: int, anonymous: int, side: str) -> None:
    more = replace(heed, authors=heed.authors + authors, anonymous=heed.anonymous + anonymous)
    assert score(more, side).value >= score(heed, side).value


@rule
@given(heeds(), st.sampled_from(["negative", "mixed", "high_effort", "churn"]), st.data())
def test_more_of_a_sign_never_lowers_it_and_at_most_doubles_it(heed: Heed, sign: str, data: st.DataObject) -> None:
    cleared = {"mixed": 0} if sign == "negative" else {"negative": 0} if sign == "mixed" else {}
    most = heed.mentions if cleared else heed.feedback
    few, many = sorted(data.draw(st.tuples(st.integers(0, most), st.integers(0, most))))
    less, more = (score(replace(heed, **cleared, **{sign: count})).value for count in (few, many))
    assert less <= more <= 2 * less * (1 + 1e-9)


@rule
@given(heeds(), st.sampled_from(SIDES))
def test_growth_moves_it_by_a_fifth_at_most(heed: Heed, side: str) -> None:
    still = score(replace(heed, before=None), side).value
    assert (
        0.8 * still <= HALF * still * (1 - 1e-9) <= score(heed, side).value <= TWICE * still * (1 + 1e-9) <= 1.2 * still
    )


@rule
@given(heeds(), st.floats(0, 500), st.floats(0, 500), st.integers(4, 9), st.sampled_from(SIDES))
def test_four_times_the_volume_outweighs_any_growth(
    heed: Heed, before: float, other: float, times: int, side: str
) -> None:
    more = {"unique": times * heed.unique, "authors": times * heed.authors, "anonymous": times * heed.anonymous}
    people = replace(heed, **more, before=before)
    assert score(people, side).value >= score(replace(heed, before=other), side).value * (1 - 1e-9)


@rule
@given(heeds(), st.sampled_from(["negative", "high_effort", "churn"]), st.data())
def test_four_times_the_volume_outweighs_any_one_sign(heed: Heed, sign: str, data: st.DataObject) -> None:
    heed = replace(heed, mixed=0)
    most = heed.mentions if sign == "negative" else heed.feedback
    less, more = (replace(heed, **{sign: data.draw(st.integers(0, most))}) for _ in range(2))
    people = replace(less, unique=4 * heed.unique, authors=4 * heed.authors, anonymous=4 * heed.anonymous)
    assert score(people).value >= score(more).value * (1 - 1e-9)


@rule
@given(heeds())
def test_all_signs_together_stay_within_what_the_weights_allow(heed: Heed) -> None:
    told = score(heed)
    assert 0.5 * HALF * told.volume * (1 - 1e-9) <= told.value <= 3 * TWICE * told.volume * (1 + 1e-9)


# --- the order ------------------------------------------------------------------------------------------------------


def told(value: float, unique: int = 10, *, small: bool = False) -> Score:
    return Score(value, value, unique, unique, 0, 0, 0, 0, small)


def test_small_themes_come_behind_all_others_whatever_they_score() -> None:
    scored = [
        ("loud", told(90, 4, small=True)),
        ("quiet", told(1)),
        ("still", told(0)),
        ("low", told(8, 3, small=True)),
    ]
    assert [id_ for id_, _ in ranked(scored)] == ["quiet", "still", "loud", "low"]


@pytest.mark.parametrize(("unique", "small"), [(0, True), (SMALL - 1, True), (SMALL, False), (SMALL + 1, False)])
def test_what_is_small_is_told_by_unique_items(unique: int, small: bool) -> None:
    assert score(Heed(mentions=50, feedback=50, unique=unique, authors=50)).small is small


def test_of_equal_scores_the_one_with_more_unique_items_is_first_then_the_id_decides() -> None:
    scored = [("c", told(2)), ("a", told(2)), ("b", told(2, 11)), ("d", told(2 + 1e-9))]
    assert [id_ for id_, _ in ranked(scored)] == ["b", "a", "c", "d"]  # a billionth is no difference


@rule
@given(st.lists(heeds(least=0), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_themes_does_not_depend_on_how_they_come(counted: list[Heed], random: Any) -> None:
    scored = [(f"theme {place % 7}-{place}", score(heed)) for place, heed in enumerate(counted)]
    shuffled = random.sample(scored, len(scored))
    order = ranked(scored)
    assert ranked(shuffled) == order
    values = [round(one.value, 6) for _, one in order if not one.small]
    assert values == sorted(values, reverse=True)
    assert [one.small for _, one in order] == sorted(one.small for _, one in order)


def test_what_is_shown_is_rounded_and_says_every_part() -> None:
    shown = score(Heed(3, 3, 3, 2, high_effort=1)).as_json()
    assert shown == {
        "score": 1.4289, "volume": 2.4495, "negativity": 0, "effort": 0.3333, "churn": 0, "growth": 0,
        "unique": 3, "people": 2, "small": True,
    }  # fmt: skip


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_has_its_wilson_interval(found: tuple[int, int]) -> None:
    part, whole = found
    share, interval = share_of(part, whole)
    other = stats.binomtest(part, whole).proportion_ci(0.95, method="wilson")
    assert share == part / whole
    assert (interval.low, interval.high) == pytest.approx((other.low, other.high), abs=1e-4)


def test_a_share_of_nothing_is_nothing_and_may_be_anything() -> None:
    share, interval = share_of(0, 0)
    assert (share, interval.low, interval.high) == (0, 0, 1)
