"""The parts of a change: a worked example, and the rules of a decomposition, all of them exact."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.change import Change, Metric, Observation, Part, parts, weights

MEANS = [metric for metric in Metric if metric is not Metric.VOLUME]
F = Fraction
WEIGHTS = st.fractions(0, 3, max_denominator=12)
VALUES = st.none() | st.fractions(-5, 5, max_denominator=6)
SIDES = st.lists(st.builds(Observation, st.sampled_from("abcde"), WEIGHTS, VALUES), max_size=12)
METRICS = st.sampled_from(list(Metric))
rule = settings(max_examples=60, deadline=None)


def side(**groups: tuple[int, int]) -> list[Observation]:
    """group=(of weight 1 with value 1, with value 0)"""
    return [
        Observation(group, F(1), F(value))
        for group, (ones, zeros) in groups.items()
        for value in [1] * ones + [0] * zeros
    ]


def by_group(change: Change) -> dict[str, Part]:
    return {part.group: part for part in change.parts}


def test_a_worked_example_parts_into_rate_and_mix() -> None:
    change = parts(side(app=(2, 6), shop=(1, 1)), side(app=(3, 3), shop=(2, 2)), Metric.NEGATIVE_SHARE)
    assert (change.before, change.after, change.total) == (F(3, 10), F(1, 2), F(1, 5))
    found = by_group(change)
    # app: shares 0.8 -> 0.6, means 0.25 -> 0.5, of all 0.3 -> 0.5
    assert (found["app"].rate, found["app"].mix) == (F(7, 10) * F(1, 4), F(-1, 5) * (F(3, 8) - F(2, 5)))
    # shop: shares 0.2 -> 0.4, mean 0.5 on both sides
    assert (found["shop"].rate, found["shop"].mix) == (F(0), F(1, 5) * (F(1, 2) - F(2, 5)))
    assert [part.group for part in change.parts] == ["app", "shop"]
    assert (found["app"].weight_before, found["app"].weight_after) == (F(8), F(6))


def test_volume_parts_into_growth_and_mix() -> None:
    change = parts(side(app=(0, 6), shop=(0, 2)), side(app=(0, 6), shop=(0, 6)), Metric.VOLUME)
    assert (change.before, change.after, change.total) == (F(8), F(12), F(4))
    found = by_group(change)
    assert (found["app"].rate, found["app"].mix, found["app"].total) == (F(5, 2), F(-5, 2), F(0))
    assert (found["shop"].rate, found["shop"].mix, found["shop"].total) == (F(3, 2), F(5, 2), F(4))
    assert (found["shop"].before, found["shop"].after) == (F(2), F(6))


@rule
@given(SIDES, SIDES, METRICS)
def test_parts_sum_to_the_change_exactly(before: list[Observation], after: list[Observation], metric: Metric) -> None:
    change = parts(before, after, metric)
    if change.total is None:
        assert change.parts == ()
        return
    assert sum(part.total for part in change.parts) == change.total
    assert all(part.total == part.rate + part.mix for part in change.parts)


@rule
@given(SIDES, SIDES, METRICS)
def test_exchanging_before_and_after_negates_every_part(
    before: list[Observation], after: list[Observation], metric: Metric
) -> None:
    forth, back = parts(before, after, metric), parts(after, before, metric)
    assert (forth.before, forth.after) == (back.after, back.before)
    assert forth.left_out == back.left_out
    negated = tuple(
        Part(p.group, -p.rate, -p.mix, p.after, p.before, p.weight_after, p.weight_before) for p in back.parts
    )
    assert forth.parts == negated


@rule
@given(SIDES, SIDES, METRICS)
def test_merged_groups_have_the_sum_of_their_totals(
    before: list[Observation], after: list[Observation], metric: Metric
) -> None:
    def merged(observations: list[Observation]) -> list[Observation]:
        return [replace(seen, group="ab" if seen.group in "ab" else seen.group) for seen in observations]

    apart, together = parts(before, after, metric), parts(merged(before), merged(after), metric)
    assert (apart.before, apart.after) == (together.before, together.after)
    one = sum(part.total for part in apart.parts if part.group in "ab")
    assert one == sum(part.total for part in together.parts if part.group == "ab")
    rest = {group: part for group, part in by_group(apart).items() if group not in "ab"}
    assert rest == {group: part for group, part in by_group(together).items() if group != "ab"}


@rule
@given(SIDES, SIDES, METRICS)
def test_all_in_one_group_is_the_whole_change(
    before: list[Observation], after: list[Observation], metric: Metric
) -> None:
    def one(observations: list[Observation]) -> list[Observation]:
        return [replace(seen, group="all") for seen in observations]

    change = parts(one(before), one(after), metric)
    assert [(part.rate, part.mix) for part in change.parts] == ([] if change.total is None else [(change.total, F(0))])


@rule
@given(SIDES, SIDES, METRICS, st.randoms(use_true_random=False))
def test_the_order_of_observations_changes_nothing(
    before: list[Observation], after: list[Observation], metric: Metric, lots: object
) -> None:
    shuffle: Callable[[list[Observation]], None] = lots.shuffle  # type: ignore[attr-defined]  # hypothesis' Random
    expected = parts(before, after, metric)
    shuffle(before)
    shuffle(after)
    assert parts(iter(before), iter(after), metric) == expected


@rule
@given(SIDES, SIDES, METRICS)
def test_parts_come_largest_first_and_ties_by_group(
    before: list[Observation], after: list[Observation], metric: Metric
) -> None:
    order = [(-abs(part.total), part.group) for part in parts(before, after, metric).parts]
    assert order == sorted(order)


@rule
@given(SIDES, METRICS)
def test_nothing_changes_between_a_selection_and_itself(selection: list[Observation], metric: Metric) -> None:
    assert all(part.rate == part.mix == 0 for part in parts(selection, selection, metric).parts)


@pytest.mark.parametrize("metric", MEANS)
def test_a_group_on_one_side_only_is_all_mix(metric: Metric) -> None:
    gone = parts(side(app=(1, 1), shop=(2, 0)), side(app=(1, 1)), metric)
    shop = by_group(gone)["shop"]
    assert shop.rate == 0
    assert shop.mix == F(-1, 2) * (1 - (F(3, 4) + F(1, 2)) / 2)
    assert (shop.before, shop.after, shop.weight_after) == (F(1), None, F(0))


@pytest.mark.parametrize("metric", list(Metric))
def test_an_empty_side_has_no_value_and_gives_no_parts(metric: Metric) -> None:
    some = side(app=(1, 1))
    assert parts([], some, metric).before is None
    assert parts(some, [], metric).after is None
    for change in (parts([], some, metric), parts(some, [], metric), parts([], [], metric)):
        assert change.parts == ()
        assert change.total is None
        assert change.as_json()["total"] is change.as_json()["total_exact"] is None


def test_unknown_values_are_left_out_of_means_and_counted_but_count_for_volume() -> None:
    before = [Observation("app", F(1), F(4)), Observation("app", F(1), None)]
    after = [Observation("app", F(1), F(5)), Observation("new", F(1), None), Observation("new", F(1), None)]
    rating = parts(before, after, Metric.MEAN_RATING)
    assert (rating.before, rating.after) == (F(4), F(5))
    assert (rating.left_out, rating.left_out_before, rating.left_out_after) == (3, 1, 2)
    assert [part.group for part in rating.parts] == ["app"]
    volume = parts(before, after, Metric.VOLUME)
    assert (volume.before, volume.after, volume.left_out) == (F(2), F(3), 0)


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="weighs -1"):
        parts([Observation("app", F(-1), F(1))], [], Metric.VOLUME)


@rule
@given(st.lists(st.sampled_from(["s:1", "s:2", "s:3", "t:1"])))
def test_volume_with_weights_is_the_number_of_distinct_feedback(feedback_ids: list[str]) -> None:
    assert sum(weights(feedback_ids)) == len(set(feedback_ids))
    assert len(weights(feedback_ids)) == len(feedback_ids)


def test_a_feedback_weighs_one_however_much_it_says() -> None:
    assert weights(["s:1", "s:2", "s:1", "s:1"]) == [F(1, 3), F(1), F(1, 3), F(1, 3)]


@rule
@given(SIDES, SIDES, METRICS)
def test_json_is_plain_and_loses_nothing_in_the_sums(
    before: list[Observation], after: list[Observation], metric: Metric
) -> None:
    change = parts(before, after, metric)
    read = json.loads(json.dumps(change.as_json()))
    assert read["metric"] == metric.value
    assert read["left_out"] == change.left_out
    if change.total is not None:
        assert F(read["total_exact"]) == change.total
        assert read["total"] == round(float(change.total), 6)
        assert sum(F(part["total_exact"]) for part in read["parts"]) == change.total
