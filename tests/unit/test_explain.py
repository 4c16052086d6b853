"""Why a label: what is quoted stands in the text, and words that carry a label are found, and no others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.base import Encoded, Part
from mining import cues
from mining.explain import PAIRS_UP_TO, STRONG, Explained, Remark, Span, explain
from mining.language import normalise
from mining.taxonomy import TASKS, values
from tests.fakes import HashingEmbedder, HashingReader

WORDS = {
    "en": ["parcel", "Don't", "late", "re-read", "naïve", "courier", "COUPON", "3rd", "[phone]", "and"],
    "he": ["החבילה", "שָׁלוֹם", "דו״ח", 'צה"ל', "צ'ק", "בית־ספר", "מאחרת", "נדחה", "לא", "וכשהחבילה"],
    "fa": ["بسته‌ام", "نمی‌رسد", "خیلی", "دیر", "ك", "مُهر", "۱۲", "کارت", "نشد", "درگاهشون"],
}
BETWEEN = [" ", "  ", "\n", ", ", "، ", "... ", "! ", "؟", " 😡😡 ", "👍🏽", " :( ", "\u200f ", " - ", "/", "\t"]
POINT = re.compile(r"[\u0300-\u036f\u05b0-\u05bd\u064b-\u0652]")
# A remark is read some dozens of times.
some = settings(max_examples=30, deadline=None)


def remarks() -> st.SearchStrategy[Remark]:
    """Texts of words and what stands between them, in each of the languages; and any text at all."""

    def of(language: str) -> st.SearchStrategy[Remark]:
        pieces = st.lists(st.tuples(st.sampled_from(WORDS[language]), st.sampled_from(BETWEEN)), max_size=12)
        made = pieces.map(lambda parts: "".join(word + between for word, between in parts))
        return st.builds(Remark, st.one_of(made, st.text(max_size=40)), st.just(language), st.none() | st.floats(0, 1))

    return st.sampled_from(sorted(WORDS)).flatmap(of)


class WordReader(HashingReader):
    """Raw scores are sums over the words of a text: word -> task -> value -> logits; a word said twice counts once."""

    def __init__(self, weights: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
        super().__init__(HashingEmbedder())
        self._weights = weights
        self.parts: Sequence[Part] = ()

    def read(self, texts: Sequence[str]) -> Encoded:
        scores = {task: np.zeros((len(texts), len(names)), np.float32) for task, names in self.classes.items()}
        for row, text in enumerate(texts):
            for word in set(re.findall(r"[\w‌']+", normalise(text, zwnj="‌"))) & set(self._weights):
                for task, by_value in self._weights[word].items():
                    for value, logits in by_value.items():
                        scores[task][row, self.classes[task].index(value)] += logits
        return Encoded(np.zeros((len(texts), self.dimensions), np.float32), scores)


def spans(found: Explained) -> list[Span]:
    """All spans of an explanation."""
    whys = found.tasks.values()
    return [span for why in whys for span in (*why.carried, why.against, why.flip) if span is not None]


# --- what is quoted stands in the text ------------------------------------------------------------------------------


@some
@given(remarks())
def test_every_span_gives_its_words_back_and_is_no_part_of_a_word(remark: Remark) -> None:
    found = explain(HashingReader(), remark)
    for span in spans(found):
        assert remark.text[span.start : span.end] == span.text != ""
        assert span.text.strip() == span.text
        before, after = remark.text[: span.start][-1:], remark.text[span.end :][:1]
        assert not (before.isalnum() and span.text[0].isalnum())
        assert not (after.isalnum() and span.text[-1].isalnum())
        assert not POINT.match(after) or not span.text[-1].isalnum(), "points stay on their letter"
    assert list(found.tasks) == list(TASKS)


@some
@given(remarks())
def test_spans_for_a_label_are_strong_ordered_and_apart_and_those_against_it_are_below_zero(remark: Remark) -> None:
    for why in explain(HashingReader(), remark).tasks.values():
        drops = [span.drop for span in why.carried]
        assert drops == sorted(drops, reverse=True)
        assert len(drops) <= 3
        assert all(STRONG <= drop <= why.largest for drop in drops)
        assert why.against is None or why.against.drop <= -STRONG
        places = sorted((span.start, span.end) for span in why.carried)
        assert all(one[1] <= other[0] for one, other in pairwise(places))
        assert why.nearly is None or (
            why.nearly.value != why.label.value and why.nearly.chance <= why.label.score + 1e-4
        )


@some
@given(remarks())
def test_the_same_remark_has_the_same_explanation(remark: Remark) -> None:
    assert explain(HashingReader(), remark) == explain(HashingReader(), remark)


@some
@given(remarks())
def test_the_words_of_a_cue_say_it_and_are_in_the_text(remark: Remark) -> None:
    classes = {"touchpoint": values("touchpoint")}
    hits = cues.hits(remark.text, remark.language, classes)
    scores = {"touchpoint": np.zeros((1, len(classes["touchpoint"])), np.float32)}
    heeded = cues.heeded(scores, classes, [remark.text], [remark.language], [None])["touchpoint"][0]
    assert {classes["touchpoint"].index(hit.value): hit.weight for hit in hits} == {
        int(at): float(heeded[at]) for at in np.flatnonzero(heeded)
    }
    for hit in hits:
        alone = cues.hits(remark.text[hit.start : hit.end], remark.language, classes)
        assert hit.value in {one.value for one in alone}


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("The COURIER never rang", "en", "COURIER"),
        ("all of it at the check-out.", "en", "check-out"),
        ("הגיעה סוף סוף, וכשהחֲבילה נפתחה", "he", "וכשהחֲבילה"),
        ("دیروز «بسته‌ام» خیس بود", "fa", "بسته‌ام"),
    ],
)
def test_a_cue_is_quoted_as_it_is_spelled(text: str, language: str, words: str) -> None:
    [hit] = cues.hits(text, language, {"touchpoint": values("touchpoint")})
    assert text[hit.start : hit.end] == words


# --- words that carry a label are found -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("It was all fine until the Refused note came.", "en", "Refused"),
        ("הכול היה בסדר, אבל סירבו לקבל אותי", "he", "סירבו"),
        ("همه چیز خوب بود ولی نمی‌شود گفت عالی", "fa", "نمی‌شود"),
        ("all\u200f fine\n\n😡 refused 😡", "en", "refused"),
    ],
)
def test_a_label_that_hangs_on_one_word_is_explained_by_exactly_that_word(text: str, language: str, word: str) -> None:
    reader = WordReader({normalise(word, zwnj="‌"): {"stage": {"purchase": 3.0}}})
    why = explain(reader, Remark(text, language)).tasks["stage"]
    assert why.label.value == "purchase"
    assert [span.text for span in why.carried] == [word]
    assert why.carried[0].drop == pytest.approx(why.label.score - 1 / 7, abs=1e-3) == why.largest
    assert why.against is None
    assert why.nearly is not None
    assert why.nearly.value == reader.classes["stage"][0]
    assert why.flip == why.carried[0], "without it the first value would be the label"


def test_neighbours_that_are_strong_become_one_span_with_its_own_drop() -> None:
    reader = WordReader({word: {"stage": {"purchase": 1.0}} for word in ("card", "was", "declined")})
    why = explain(reader, Remark("so my card was declined again", "en")).tasks["stage"]
    assert [span.text for span in why.carried] == ["card was declined"]
    assert why.carried[0].drop == pytest.approx(why.label.score - 1 / 7, abs=1e-3)


def test_words_that_say_the_same_twice_count_as_a_pair_only_side_by_side() -> None:
    reader = WordReader({"late": {"sentiment": {"negative": 4.0}}})
    beside = explain(reader, Remark("it was late, late as ever", "en")).tasks["sentiment"]
    assert [span.text for span in beside.carried] == ["late, late"]
    apart = explain(reader, Remark("late it was, as ever late", "en")).tasks["sentiment"]
    assert apart.label.value == "negative"
    assert apart.carried == ()
    assert apart.largest < STRONG
    assert apart.flip is None


def test_what_speaks_against_a_label_is_told() -> None:
    reader = WordReader({"late": {"sentiment": {"negative": 2.0}}, "lovely": {"sentiment": {"positive": 1.5}}})
    why = explain(reader, Remark("the lovely parcel came late", "en")).tasks["sentiment"]
    assert (why.label.value, [span.text for span in why.carried]) == ("negative", ["late"])
    assert why.against is not None
    assert why.against.text == "lovely"
    assert why.against.drop < 0
    assert why.nearly is not None
    assert (why.nearly.value, why.flip) == ("positive", why.carried[0])


def test_emoji_and_marks_can_carry_a_label() -> None:
    class Shouting(WordReader):
        def read(self, texts: Sequence[str]) -> Encoded:
            read = super().read(texts)
            for row, text in enumerate(texts):
                read.scores["sentiment"][row, self.classes["sentiment"].index("negative")] = 4 * ("😡" in text)
                read.scores["intent"][row, self.classes["intent"].index("question")] = 4 * ("?" in text)
            return read

    found = explain(Shouting({}), Remark("and now??? 😡😡😡 ok", "en")).tasks
    assert [span.text for span in found["sentiment"].carried] == ["😡😡😡"]
    assert [span.text for span in found["intent"].carried] == ["???"]


def test_the_ratings_part_is_what_the_label_would_lose_without_it() -> None:
    reader = WordReader({"fine": {"sentiment": {"positive": 1.0}}})
    rated = explain(reader, Remark("fine", "en", 0.0)).tasks
    why, bare = rated["sentiment"], explain(reader, Remark("fine", "en")).tasks["sentiment"]
    assert (why.label.value, bare.label.value) == ("negative", "positive")
    assert why.unrated is not None
    assert why.unrated.value == "positive"
    assert why.unrated.chance == pytest.approx(bare.label.score, abs=1e-4)
    assert why.rating > 0.5
    assert (bare.unrated, bare.rating) == (None, 0.0)
    assert all(rated[task].unrated is None for task in TASKS if task != "sentiment")
    assert explain(reader, Remark("fine", "en", 0.5)).tasks["sentiment"].unrated is None, "half the stars say nothing"


def test_chances_are_after_the_temperature_of_the_language() -> None:
    reader = WordReader({"late": {"stage": {"purchase": 2.0}}})
    reader.temperatures = {"stage": {"he": 2.0, "*": 0.5}}
    for language, temperature in (("en", 0.5), ("he", 2.0)):
        why = explain(reader, Remark("late", language), ["stage"]).tasks["stage"]
        power = np.exp(2 / temperature)
        assert why.temperature == temperature
        assert why.top[0].chance == pytest.approx(power / (power + 6), abs=1e-4) == round(why.label.score, 4)


# --- odd remarks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", "...", "😡", "👨‍👩‍👧🇮🇱", "\x00", "x" * 50_000, "?" * 10_000])
def test_odd_texts_are_explained_without_a_fuss(text: str) -> None:
    found = explain(HashingReader(), Remark(text, "und"))
    assert found.supported
    assert found.words <= 1
    assert all(len(why.top) >= 2 for why in found.tasks.values())


def test_halves_of_signs_reach_a_reader_that_takes_any_text() -> None:
    assert explain(WordReader({}), Remark("\ud800 parcel \udfff", "en")).words == 1


def test_a_long_remark_is_left_out_in_stretches_that_find_the_word_still() -> None:
    reader = WordReader({"refused": {"stage": {"purchase": 4.0}}})
    text = "well and so " * 1_700 + "refused " + "it went on " * 1_600
    found = explain(reader, Remark(text, "en"), ["stage"])
    [span] = found.tasks["stage"].carried
    assert found.words > 9_900
    assert found.together > 1
    assert "refused" in span.text.split()
    assert len(span.text.split()) <= found.together


def test_a_remark_of_many_words_is_read_without_pairs() -> None:
    reader = WordReader({"late": {"stage": {"purchase": 4.0}}})
    few, many = "late late" + " word" * (PAIRS_UP_TO - 2), "late late" + " word" * (PAIRS_UP_TO - 1)
    assert [span.text for span in explain(reader, Remark(few, "en")).tasks["stage"].carried] == ["late late"]
    assert explain(reader, Remark(many, "en")).tasks["stage"].carried == ()


def test_where_labels_are_not_given_in_the_language_nothing_is_explained() -> None:
    remark = Remark("spät", "de", 0.0)
    found = explain(WordReader({"spät": {"stage": {"purchase": 4.0}}}), remark)
    assert not found.supported
    assert explain(HashingReader(), replace(remark, language="und")).supported
    for why in found.tasks.values():
        assert (why.label.score, why.top, why.carried, why.against, why.nearly) == (0.0, (), (), None, None)


def test_only_the_tasks_asked_for_are_explained() -> None:
    found = explain(HashingReader(), Remark("the courier was late", "en"), ["intent", "stage"])
    assert set(found.tasks) == {"stage", "intent"}
    assert found.cues == ()
