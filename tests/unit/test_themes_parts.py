"""The parts that themes are made with: space, neighbours, words, groups, names and claims, each by itself."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mining.language import normalise
from mining.themes import grams, naming
from mining.themes.catalogue import SIDES, catalogue
from mining.themes.claims import Claimer
from mining.themes.clusters import clusters, worth
from mining.themes.held import Remarks
from mining.themes.near import means, neighbours
from mining.themes.space import WIDTH, read, space_of
from tests.fakes import HashingEmbedder, unit
from tests.theme_parts import (
    BRANDS,
    EACH,
    EMPTY,
    THINGS,
    TOPICS,
    alike,
    compared,
    drawn,
    encode,
    members,
    named,
    planted,
    rule,
)


@rule
@given(st.integers(0, 10**6), st.sampled_from([8, 64, 200, 256]), st.floats(0, 2))
def test_what_is_kept_of_a_vector_gives_its_cosines_back_within_a_hundredth(
    seed: int, width: int, spread: float
) -> None:
    vectors = drawn(seed, 12, width, spread)
    space = space_of(HashingEmbedder(dimensions=width))
    kept = space.kept(vectors)
    again = read(kept)
    assert {len(row) for row in kept} == {width}
    assert (vectors * again).sum(axis=1) == pytest.approx(np.ones(12), abs=0.01)
    assert np.abs(again @ again.T - vectors @ vectors.T).max() < 0.01


def test_another_models_longer_vectors_are_turned_and_stay_as_near_as_they_were() -> None:
    space = space_of(HashingEmbedder("elsewhere@3", 640))
    middles = drawn(1, 20, 640)
    around = np.repeat(middles, 20, axis=0) + 0.04 * np.random.default_rng(2).standard_normal((400, 640))
    vectors = unit(around.astype(np.float32))
    turned = read(space.kept(vectors))
    apart = np.abs(turned @ turned.T - vectors @ vectors.T)
    assert turned.shape == (400, WIDTH)
    assert apart.mean() < 0.06
    assert apart.max() < 0.3
    assert space.kept(vectors) == space_of(HashingEmbedder("elsewhere@3", 640)).kept(vectors)
    assert space.by != space_of(HashingEmbedder("elsewhere@4", 640)).by


@pytest.mark.parametrize("dimensions", [64, 256, 640])
def test_a_text_without_a_vector_has_none_in_the_space_either(dimensions: int) -> None:
    space = space_of(HashingEmbedder(dimensions=dimensions))
    nothing = np.zeros((2, dimensions), np.float32)
    assert not space.of(nothing).any()
    assert not read(space.kept(nothing)).any()
    assert read([]).shape == (0, WIDTH)


@pytest.mark.parametrize("path", [*(files("mining") / "theme_data").glob("space-*.npz")], ids=lambda path: path.stem)  # type: ignore[attr-defined]  # a folder on disk
def test_a_space_that_ships_knows_every_theme_of_the_catalogue(path: Any) -> None:
    with np.load(path) as held:
        name, dimensions = str(held["embedder"]), int(held["turn"].shape[0] or held["layer_0"].shape[0])
    space = space_of(HashingEmbedder(name, dimensions))
    assert sorted(space.ids) == sorted([*catalogue(), "no pain", "no praise"])
    vectors = drawn(3, 30, dimensions)
    claimer = Claimer(space, lambda texts: pytest.fail("the network needs no examples"))
    remarks = Remarks(space.of(vectors), ["pain", "praise"] * 15, ["app"] * 30, ["x"] * 30)
    claims = claimer.claims(remarks)
    assert ((claims.scores >= 0) & (claims.scores <= 1)).all()
    assert {catalogue()[one].side for one in claims.themes if one} <= set(SIDES)
    for place, one in enumerate(claims.themes):
        assert one is None or catalogue()[one].side == remarks.sides[place]


@rule
@given(st.integers(0, 10**6), st.integers(2, 80), st.integers(1, 12), st.booleans())
def test_neighbours_are_those_that_comparing_all_finds_and_place_decides_between_equals(
    seed: int, rows: int, k: int, repeated: bool
) -> None:
    vectors = drawn(seed, rows, 16)
    if repeated:
        vectors = vectors[np.random.default_rng(seed).integers(0, max(rows // 4, 1), rows)]
    places, cosines = neighbours(vectors, k)
    expected, near = compared(vectors, k)
    held = min(k, rows - 1)
    assert places[:, :held].tolist() == expected[:, :held].tolist()
    assert np.abs(cosines[:, :held] - near[:, :held]).max() < 1e-6
    assert (places[:, held:] == -1).all()
    assert not cosines[:, held:].any()


def test_up_to_four_thousand_rows_no_neighbour_is_missed() -> None:
    vectors = drawn(4, 1_000, 32)
    assert (neighbours(vectors, 10)[0] == compared(vectors, 10)[0]).all()


def test_above_four_thousand_rows_nine_in_ten_neighbours_are_found() -> None:
    random = np.random.default_rng(5)
    middles = drawn(6, 120, 48)
    around = middles[random.integers(0, 120, 5_000)] + 0.12 * random.standard_normal((5_000, 48))
    vectors = unit(around.astype(np.float32))
    places, cosines = neighbours(vectors, 10)
    expected, near = compared(vectors, 10, rows=600)
    found = [len({*row} & {*other}) for row, other in zip(places[:600].tolist(), expected.tolist(), strict=True)]
    assert np.mean(found) >= 9
    assert (places != np.arange(5_000)[:, None]).all()
    assert (np.diff(cosines, axis=1) <= 0).all()
    assert (np.abs(cosines[:600, 0] - near[:, 0]) < 1e-6).mean() > 0.9


def test_another_order_of_the_rows_finds_the_same_neighbours() -> None:
    vectors, order = drawn(7, 300, 64), np.random.default_rng(8).permutation(300)
    places = neighbours(vectors, 5)[0]
    moved = neighbours(vectors[order], 5)[0]
    assert [set(row) for row in order[moved].tolist()] == [set(row) for row in places[order].tolist()]


@pytest.mark.parametrize("rows", [0, 1])
def test_who_is_alone_has_no_neighbours(rows: int) -> None:
    places, cosines = neighbours(drawn(9, rows, 8), 3)
    assert places.tolist() == [[-1, -1, -1]] * rows
    assert not cosines.any()


def test_the_mean_of_a_group_is_of_its_rows_alone() -> None:
    vectors = unit(np.array([[1, 0], [0, 1], [-1, 0], [5, 5]], np.float32))
    made = means(vectors, np.array([1, 1, 0, -1]), 3)
    assert made == pytest.approx(np.array([[-1, 0], [0.5**0.5, 0.5**0.5], [0, 0]]), abs=1e-6)


def test_texts_are_as_alike_as_the_words_that_they_share() -> None:
    # Every word is in two of three texts and weighs the same; every pair of words is in one and weighs nothing.
    assert alike("late parcel", "late train", "parcel train") == [[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]


def test_a_word_said_twice_weighs_more_and_a_rare_word_nothing() -> None:
    twice, once = 1 + np.log(2), 1
    [[_, near, far], *_] = alike("late late parcel unheard", "late parcel", "parcel only")
    # Words in two texts weigh a, in all three b; the pair "late parcel" is in two.
    a, b = np.log(4 / 3) + 1, 1.0
    first = np.array([twice * a, b, a])
    second = np.array([once * a, b, a])
    assert near == pytest.approx(first @ second / np.linalg.norm(first) / np.linalg.norm(second), abs=1e-4)
    assert far == pytest.approx(b / np.linalg.norm(first), abs=1e-4)


def test_one_spelling_is_one_word() -> None:
    assert alike("LATE كتاب", "late کتاب")[0][1] == 1
    assert grams.words("It’s  NOT “late”!") == ["it's", "not", "late"]


def test_texts_without_words_are_like_nothing() -> None:
    assert alike("", "😀 !!", "") == [[0, 0, 0]] * 3
    assert grams.rows([]).shape == (0, 0)
    assert grams.alike(grams.rows(["a"]), np.zeros(0, np.int64), np.zeros(0, np.int64)).shape == (0,)


def test_planted_groups_are_found_and_odd_remarks_are_left_out() -> None:
    vectors, texts, topics = planted()
    found = clusters(vectors, texts)
    assert members(found) >= {frozenset(np.flatnonzero(topics == topic).tolist()) for topic in range(TOPICS)}
    assert (found.of[topics < 0] < 0).sum() >= 20
    for number in range(len(found)):
        near = vectors[found.of == number] @ found.centres[number]
        assert near.min() - 0.05 <= found.reach[number] <= np.quantile(near, 0.2)
    assert np.linalg.norm(found.centres, axis=1) == pytest.approx(np.ones(len(found)), abs=1e-5)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6))
def test_any_order_of_the_remarks_gives_the_same_groups(seed: int) -> None:
    vectors, texts, _ = planted()
    order = np.random.default_rng(seed).permutation(len(texts))
    found, moved = clusters(vectors, texts), clusters(vectors[order], [texts[row] for row in order])
    assert moved.of.tolist() == found.of[order].tolist()
    assert (moved.centres.tobytes(), moved.reach.tobytes()) == (found.centres.tobytes(), found.reach.tobytes())


def test_a_text_that_many_say_alike_counts_once() -> None:
    vectors, texts, _ = planted()
    again = np.concatenate([vectors, np.repeat(vectors[:1], 90, axis=0)])
    found, more = clusters(vectors, texts), clusters(again, [*texts, *["  REMARK0 "] * 90])
    assert more.of[: len(texts)].tolist() == found.of.tolist()
    assert set(more.of[len(texts) :].tolist()) == {int(found.of[0])}
    assert more.centres.tobytes() == found.centres.tobytes()


def test_fewer_than_needed_are_no_group_however_often_they_are_repeated() -> None:
    vectors, texts, _ = planted(odd=0)
    again = np.tile(np.arange(len(texts)), 3)
    assert len(clusters(vectors[again], [texts[row] for row in again], least=EACH)) == TOPICS
    assert len(clusters(vectors[again], [texts[row] for row in again], least=EACH + 1)) == 0


def test_a_group_is_worth_a_theme_if_it_is_close_and_several_people_say_the_same_phrase() -> None:
    vectors, _, topics = planted()
    alike = [f"squeaky hinge of row{row}" for row in range(len(topics))]
    apart = [f"ganz{row} anders{row}" for row in range(len(topics))]
    people, english = [str(row) for row in range(len(topics))], ["en"] * len(topics)
    found = clusters(vectors, alike)
    chosen = {
        frozenset(np.flatnonzero(found.of == one).tolist()) for one in worth(found, vectors, alike, english, people)
    }
    assert chosen == {frozenset(np.flatnonzero(topics == topic).tolist()) for topic in range(TOPICS)}
    assert worth(found, vectors, apart, english, people) == []
    assert worth(found, vectors, alike, english, ["one and the same"] * len(topics)) == []


@pytest.mark.parametrize(
    "texts", [[], ["late"], ["late"] * 40, ["a", "b", "c", "d"], ["one", "ONE ", "one", "two", "Two"] * 9]
)
def test_too_little_said_makes_no_groups(texts: list[str]) -> None:
    found = clusters(encode(texts).reshape(len(texts), 256), texts)
    assert found.of.tolist() == [-1] * len(texts)
    assert (len(found), found.centres.shape, found.reach.shape) == (0, (0, 256), (0,))


def test_texts_of_nothing_that_a_model_knows_make_no_groups() -> None:
    texts = ["😀" * count for count in range(1, 61)]
    assert set(clusters(np.zeros((60, 16), np.float32), texts).of.tolist()) == {-1}


@rule
@given(
    st.lists(
        st.lists(st.sampled_from([*THINGS, *THINGS, *EMPTY[::40], "3", "2nd", "😀", "!", "no"]), max_size=7).map(
            " ".join
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["en", "he", "fa", "th", "und"]),
    st.sampled_from(SIDES),
)
def test_no_name_is_made_of_empty_words_numbers_or_brands_alone(texts: list[str], language: str, side: str) -> None:
    made = named(texts, language, side, brands=BRANDS)
    assert set(made.names) == {"en", "he", "fa", language}
    assert all(name.strip() == name and any(map(str.isalpha, name)) for name in made.names.values())
    assert made.keywords
    for phrase in set(made.keywords) - set(naming.lexicon().get(language, naming.lexicon()["en"])):
        words = normalise(phrase).split()
        assert len(words) <= 4
        assert not any(letter.isdigit() for letter in phrase)
        assert not {words[0], words[-1]} & naming.empty_words()
        assert any(word.removesuffix("'s") not in BRANDS for word in words if word not in naming.empty_words())
