"""The parts that themes are made with: space, neighbours, words, groups, names and claims, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mining.language import normalise
from mining.themes import grams, naming
from mining.themes.catalogue import SIDES, Theme, catalogue, of_side
from mining.themes.claims import Added, Claimer, Claims
from mining.themes.clusters import Clusters, clusters, worth
from mining.themes.held import Remarks
from mining.themes.naming import Background, Naming
from mining.themes.near import means, neighbours
from mining.themes.space import WIDTH, read, space_of
from tests.fakes import HashingEmbedder, unit

Floats = NDArray[np.float32]
rule = settings(max_examples=25, deadline=None)
EMBEDDER = HashingEmbedder(dimensions=256)
SPACE = space_of(EMBEDDER)


def encode(texts: Sequence[str]) -> Floats:
    return SPACE.of(EMBEDDER.encode(list(texts)))


def drawn(seed: int, rows: int, width: int, spread: float = 0) -> Floats:
    """Rows of unit length; with a spread some places weigh many times as much as others."""
    random = np.random.default_rng(seed)
    made = random.standard_normal((rows, width)) * np.exp(spread * random.standard_normal((rows, width)))
    return unit(made.astype(np.float32))


# --- space ----------------------------------------------------------------------------------------------------------


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


# --- neighbours -----------------------------------------------------------------------------------------------------


def compared(vectors: Floats, k: int, rows: int | None = None) -> tuple[NDArray[np.int64], Floats]:
    """The first rows compared with all: the nearest first, of equally near ones the first."""
    near = vectors[:rows] @ vectors.T
    np.fill_diagonal(near, -2)
    near = near.round(4)
    places = np.argsort(-near, axis=1, kind="stable")[:, :k]
    return places, np.maximum(np.take_along_axis(near, places, axis=1), 0)


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


# --- words ----------------------------------------------------------------------------------------------------------


def alike(*texts: str) -> list[list[float]]:
    count = len(texts)
    first, second = np.repeat(np.arange(count), count), np.tile(np.arange(count), count)
    said = grams.alike(grams.rows(texts), first, second)
    return [[round(float(one), 4) for one in row] for row in said.reshape(count, count)]


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


# --- groups ---------------------------------------------------------------------------------------------------------

TOPICS, EACH = 18, 12


def planted(odd: int = 30) -> tuple[Floats, list[str], NDArray[np.int64]]:
    """Vectors around the middles of topics, beside odd ones far from all; texts that share no word; the topics."""
    random = np.random.default_rng(11)
    topics, middles = np.repeat(np.arange(TOPICS), EACH), drawn(10, TOPICS, 128)
    near = middles[topics] + 0.03 * random.standard_normal((TOPICS * EACH, 128))
    far = random.standard_normal((odd, 128))
    far -= far @ np.linalg.pinv(middles) @ middles
    vectors = unit(np.concatenate([near, far]).astype(np.float32))
    return vectors, [f"remark{row}" for row in range(len(vectors))], np.concatenate([topics, np.full(odd, -1)])


def members(found: Clusters) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(found.of == number).tolist()) for number in range(len(found))}


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


# --- names ----------------------------------------------------------------------------------------------------------

EMPTY = sorted(word for word in naming.empty_words() if " " not in word)
THINGS = ["courier", "parcel", "fridge", "sleeve", "משלוח", "ארנק", "بسته", "کارتن", "Acme", "globex", "ACME's"]
BRANDS = frozenset({"acme", "globex"})


def named(texts: Sequence[str], language: str = "en", side: str = "pain", **more: Any) -> Naming:
    centre = unit(encode(texts).sum(axis=0, keepdims=True))[0]
    background = Background(**more)
    background.add(texts)
    return naming.name(texts, [language] * len(texts), centre, side, background, encode)


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


def test_the_name_is_what_many_of_the_group_say_and_others_do_not() -> None:
    texts = ["my loyalty card vanished", "where is the loyalty card", "loyalty card!", "they forgot the loyalty card"]
    background = Background()
    background.add([*texts, *["the card vanished, they forgot it"] * 20])
    made = naming.name(texts, ["en"] * 4, encode(texts).mean(axis=0), "pain", background, encode)
    assert made.names["en"] == made.keywords[0] == "loyalty card"


@pytest.mark.parametrize(
    ("text", "language", "side", "name"),
    [
        ("postcode", "en", "pain", "problems with postcode"),
        ("postcode", "en", "praise", "praise for postcode"),
        ("המיקוד", "he", "pain", "בעיות עם המיקוד"),
        ("המיקוד", "he", "praise", "שבחים על המיקוד"),
        ("کدپستی", "fa", "pain", "مشکل با کدپستی"),
        ("کدپستی", "fa", "praise", "تعریف از کدپستی"),
        ("late postcode", "en", "pain", "late postcode"),
    ],
)
def test_a_single_word_is_said_in_full(text: str, language: str, side: str, name: str) -> None:
    assert named([text], language, side).names[language] == name


def test_a_language_that_enough_speak_has_its_own_phrase_and_the_others_an_entry_with_the_name_behind() -> None:
    texts = [*["courier lost parcel"] * 5, *["שליח איבד חבילה"] * 3, "بسته گم شد"]
    languages = [*["en"] * 5, *["he"] * 3, "fa"]
    made = naming.name(texts, languages, encode(texts).mean(axis=0), "pain", Background(), encode)
    assert made.names["en"] == "courier lost parcel"
    assert made.names["he"] == "שליח איבד חבילה"
    entry, behind = made.names["fa"].split(" (", 1)
    assert entry in naming.lexicon()["fa"]
    assert behind == "courier lost parcel)"


@pytest.mark.parametrize("language", ["he", "fa"])
def test_right_to_left_names_keep_their_letters_and_hold_no_marks_of_direction(language: str) -> None:
    text = {"he": "חבילה פגומה מהמחסן", "fa": "بسته‌ی خراب انبار"}[language]
    made = named([text] * 6, language)
    assert made.names[language] == text
    assert not any(mark in name for name in made.names.values() for mark in "\u200e\u200f\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize(
    "text", ["😀😀", "?!", "", "12345", "สินค้าไม่ดี", "ਮਾੜਾ", "ⵜⴰⵎ", "\U0001f1ee\U0001f1f1", "a", "\u202e\u200f"]
)
def test_texts_that_no_word_is_known_of_do_not_break_naming(text: str) -> None:
    made = named([text] * 7, "und")
    assert {"en", "he", "fa", "und"} == set(made.names)
    assert all(made.names.values())


def test_two_groups_are_not_called_the_same_if_another_phrase_is_there() -> None:
    background = Background()
    texts = ["courier lost parcel"] * 4
    first, second = (
        naming.name(texts, ["en"] * 4, encode(texts)[0], "pain", background, encode).names["en"] for _ in range(2)
    )
    assert first != second


class Model:
    """Encoders that look alike: what was asked of one must not be answered with another's vectors."""

    def __init__(self, dimensions: int) -> None:
        self.embedder = HashingEmbedder(dimensions=dimensions)

    def __hash__(self) -> int:
        return 1

    def __call__(self, texts: Sequence[str]) -> Floats:
        return self.embedder.encode(texts)


def test_entries_of_the_lexicon_are_compared_in_the_space_of_the_model_that_asks() -> None:
    for dimensions in (64, 128):
        model = Model(dimensions)
        centre = model(["late parcel"])[0]
        assert naming.name(["late parcel"], ["en"], centre, "pain", Background(), model).names["en"] == "late parcel"


# --- claims ---------------------------------------------------------------------------------------------------------

WORDS = sorted({word for theme in catalogue().values() for text in theme.examples["en"] for word in text.split()})
SAID = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
REMARK = st.tuples(SAID, st.sampled_from([*SIDES, "none"]), st.sampled_from(["app", "delivery", "none", None]))
EXAMPLES = [
    (theme.id, theme.side, text) for theme in catalogue().values() for said in theme.examples.values() for text in said
]


@pytest.fixture(scope="module")
def claimer() -> Claimer:
    return Claimer(SPACE, encode)


def claims(claimer: Claimer, *remarks: tuple[str, str, str | None]) -> Claims:
    texts, sides, touchpoints = zip(*remarks, strict=True)
    return claimer.claims(Remarks(encode(texts), sides, touchpoints, texts))


@rule
@given(remarks=st.lists(REMARK, min_size=1, max_size=6), random=st.randoms(use_true_random=False))
def test_what_claims_a_remark_depends_on_no_other_remark_and_on_no_order(
    claimer: Claimer, remarks: list[tuple[str, str, str | None]], random: Any
) -> None:
    together = claims(claimer, *remarks)
    order = random.sample(range(len(remarks)), len(remarks))
    shuffled = claims(claimer, *(remarks[row] for row in order))
    assert shuffled.themes == [together.themes[row] for row in order]
    assert shuffled.scores == pytest.approx(together.scores[order], abs=1e-5)
    for row, remark in enumerate(remarks):
        alone = claims(claimer, remark)
        assert alone.themes == [together.themes[row]]
        assert alone.scores == pytest.approx(together.scores[row : row + 1], abs=1e-5)
        assert alone.margins == pytest.approx(together.margins[row : row + 1], abs=1e-5)


@rule
@given(remarks=st.lists(REMARK, min_size=1, max_size=15))
def test_sides_never_mix(claimer: Claimer, remarks: list[tuple[str, str, str | None]]) -> None:
    found = claims(claimer, *remarks)
    for (_, side, _), theme in zip(remarks, found.themes, strict=True):
        assert theme is None or catalogue()[theme].side == side
    assert (found.margins >= 0).all()
    assert (found.margins <= found.scores + 1e-6).all()


def test_what_the_catalogue_gives_as_an_example_is_claimed_by_its_own_theme(claimer: Claimer) -> None:
    found = claims(claimer, *((text, side, None) for _, side, text in EXAMPLES))
    own = [theme == id_ for theme, (id_, _, _) in zip(found.themes, EXAMPLES, strict=True)]
    assert np.mean(own) > 0.98


def test_where_it_happens_speaks_for_a_theme(claimer: Claimer) -> None:
    theme = of_side("pain")[0]
    [text, *_] = theme.examples["en"]
    found = claims(claimer, (text, "pain", "none"), (text, "pain", theme.touchpoints[0]))
    assert found.scores[1] == pytest.approx(found.scores[0] + 0.06, abs=1e-5)


def squeak(id_: str = "squeak", side: str = "pain", within: str | None = None, **more: Any) -> Added:
    examples = {"any": tuple(more.pop("examples", ()))}
    return Added(Theme(id_, side, {"en": id_}, examples=examples, origin="added"), within=within, **more)


def test_what_people_added_comes_before_the_catalogue_and_the_last_word_holds() -> None:
    by_word, by_example = squeak("a", words=("crashes",)), squeak("b", examples=("app crashes as soon as I open it",))
    remark, other = (
        ("app crashes as soon as I open it", "pain", "app"),
        ("it crashes on start since yesterday", "pain", "app"),
    )
    assert claims(Claimer(SPACE, encode), remark).themes == ["app_crashes"]
    assert claims(Claimer(SPACE, encode, [by_word]), remark, other).themes == ["a", "a"]
    assert claims(Claimer(SPACE, encode, [by_word, by_example]), remark).themes == ["b"]
    assert claims(Claimer(SPACE, encode, [by_example, by_word]), remark).themes == ["a"]
    found = claims(Claimer(SPACE, encode, [by_word]), remark)
    assert (found.scores.tolist(), found.margins.tolist()) == ([1], [1])


@pytest.mark.parametrize(
    ("word", "text", "claimed"),
    [
        ("squeaky hinge", "It has a SQUEAKY,  hinge!", True),
        ("squeak", "it is squeaky", False),
        ("it's late", "It’s late again", True),
        ("كيف", "کیف پاره شد", True),
        ("ציר", "הציר חורק", False),
        ("ציר", "יש כאן ציר.", True),
        ("!!", "late!!", False),
        ("", "anything", False),
    ],
)
def test_words_are_looked_for_as_they_stand_in_one_spelling(word: str, text: str, claimed: bool) -> None:
    made = Claimer(SPACE, encode, [squeak(words=(word,))], catalogue=False)
    assert claims(made, (text, "pain", None)).themes == ["squeak" if claimed else None]


def test_an_added_theme_claims_nothing_of_the_other_side() -> None:
    made = Claimer(SPACE, encode, [squeak(words=("door",), examples=("the door",))], catalogue=False)
    found = claims(made, ("the door", "praise", None), ("the door", "pain", None), ("the door", "none", None))
    assert found.themes == [None, "squeak", None]


def parted(
    added: list[Added], *remarks: tuple[str, str, str | None], vectors: dict[str, Any] | None = None
) -> list[str | None]:
    """The themes of remarks once what was split off is taken out of what claims them."""
    claimer = Claimer(SPACE, encode, added, vectors)
    texts, sides, touchpoints = map(list, zip(*remarks, strict=True))
    said = Remarks(encode(texts), sides, touchpoints, texts)
    return claimer.parted(said, claimer.claims(said).themes, lambda theme: theme)


def test_what_was_split_from_a_theme_claims_nothing_else() -> None:
    remark = ("app crashes as soon as I open it", "pain", "app")
    elsewhere = ("my order is a week late and still nothing", "pain", "delivery")
    part = squeak(words=("open it", "still nothing"), within="app_crashes")
    deeper = squeak("deeper", words=("as soon as", "a week"), within="squeak")
    assert claims(Claimer(SPACE, encode), remark, elsewhere).themes == ["app_crashes", "late_delivery"]
    assert parted([part], remark, elsewhere) == ["squeak", "late_delivery"]
    assert parted([part, deeper], remark, elsewhere) == ["deeper", "late_delivery"]
    assert parted([deeper, part], remark) == ["squeak"]


def test_remarks_come_to_an_added_theme_by_nearness_to_its_members() -> None:
    part = squeak(members=("shop:1#0", "shop:gone#0"), within="app_crashes")
    vectors = {"shop:1#0": encode(["app crashes as soon as I open it"])[0]}
    near = ("app crashes as soon as I open it", "pain", "app")
    far = ("keeps closing by itself every few minutes", "pain", "app")
    assert parted([part], near, far, vectors=vectors) == ["squeak", "app_crashes"]
    assert parted([part], near) == ["app_crashes"]


def test_without_the_catalogue_and_additions_nothing_is_claimed() -> None:
    found = claims(Claimer(SPACE, encode, catalogue=False), *((text, side, None) for _, side, text in EXAMPLES[:50]))
    assert found.themes == [None] * 50


def test_another_version_says_that_all_has_to_be_claimed_anew() -> None:
    versions = [
        Claimer(SPACE, encode),
        Claimer(SPACE, encode, catalogue=False),
        Claimer(SPACE, encode, [squeak(words=("a",))]),
        Claimer(SPACE, encode, [squeak(words=("b",))]),
        Claimer(SPACE, encode, [squeak(examples=("a",))]),
        Claimer(SPACE, encode, [squeak(words=("a",), within="app_crashes")]),
        Claimer(SPACE, encode, [squeak(words=("a",), side="praise")]),
        Claimer(SPACE, encode, [squeak(words=("a",)), squeak("b", words=("b",))]),
        Claimer(SPACE, encode, [squeak("b", words=("b",)), squeak(words=("a",))]),
        Claimer(space_of(HashingEmbedder("another@1", 256)), encode),
    ]
    assert len({one.version for one in versions}) == len(versions)
    assert Claimer(SPACE, encode, [squeak(words=("a",))]).version == versions[2].version
