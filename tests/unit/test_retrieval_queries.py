"""The judged queries that searching is measured by are what their guideline says, and so are the two figures."""

from __future__ import annotations

from collections import Counter
from math import log2

import pytest

from benchmarks.retrieval import read, scored
from mining.language import normalise

QUERIES = read()


def test_there_are_fifty_queries_in_each_language_and_no_two_alike() -> None:
    assert Counter(query.language for query in QUERIES) == {"en": 50, "he": 50, "fa": 50}
    assert len({query.id for query in QUERIES}) == 150
    assert len({normalise(query.query) for query in QUERIES}) == 150


def test_every_query_has_something_that_answers_it_in_full() -> None:
    assert [query.id for query in QUERIES if 2 not in query.relevant.values()] == []
    assert {grade for query in QUERIES for grade in query.relevant.values()} == {1, 2}


def test_a_third_of_the_queries_or_more_look_for_what_is_said_in_other_languages() -> None:
    assert sum(query.cross for query in QUERIES) >= 50


def test_half_of_each_language_is_held_back_from_choosing_weights() -> None:
    assert Counter(query.language for query in QUERIES if not query.odd) == {"en": 25, "he": 25, "fa": 25}


def test_a_ranking_with_the_best_first_scores_one() -> None:
    assert scored(["a", "b", "c"], {"a": 2, "b": 1, "c": 1}) == (1.0, 1.0)


def test_what_stands_behind_the_tenth_place_counts_for_nothing() -> None:
    assert scored([*"0123456789", "a"], {"a": 2}) == (0.0, 0.0)


def test_more_than_ten_relevant_remarks_can_all_be_recalled_by_ten() -> None:
    relevant = dict.fromkeys("abcdefghijklmnop", 1)
    assert scored(list("abcdefghij"), relevant) == (1.0, 1.0)
    assert scored(list("abcde"), relevant)[0] == 0.5


def test_a_full_answer_weighs_three_times_a_part_and_less_the_lower_it_stands() -> None:
    recall, gain = scored(["part", "none", "full"], {"full": 2, "part": 1})
    assert recall == 1.0
    assert gain == pytest.approx((1 + 3 / log2(4)) / (3 + 1 / log2(3)))
