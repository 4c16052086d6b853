"""Taggers: raw scores in, labels out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from connectors import plugins
from embeddings.base import Reader
from embeddings.readers import fast
from mining.language import detect
from mining.taggers.base import Label, load_all, softmax
from mining.training.rows import TASKS

NAMES = plugins.names("mining.taggers")
SCORES = arrays(np.float32, st.tuples(st.integers(0, 6), st.just(3)), elements=st.floats(-50, 50, width=32))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return fast.plugin()


def test_there_is_a_tagger_for_every_task_of_the_reader(reader: Reader) -> None:
    assert [tagger.name for tagger in load_all(reader)] == list(reader.classes)
    assert set(NAMES) == set(TASKS) == set(reader.classes)
    assert dict(reader.classes) == dict(TASKS)


@pytest.mark.parametrize("name", NAMES)
@given(scores=SCORES)
def test_a_tagger_keeps_order_and_length(name: str, scores: np.ndarray) -> None:
    tagger = plugins.load("mining.taggers", name)(classes=("none", "b", "c"), scores_version="3")
    labels = tagger.labels(scores, ["en"] * len(scores))
    assert len(labels) == len(scores)
    for row, label in zip(scores, labels, strict=True):
        assert label.value == ("none", "b", "c")[int(row.argmax())]
        assert 1 / 3 - 1e-6 <= label.score <= 1 + 1e-6
        assert label.by == f"{name}@1.3"


def test_an_unsure_label_says_least() -> None:
    tagger = plugins.load("mining.taggers", "sentiment")(
        classes=("neutral", "negative", "positive"), scores_version="1", unsure=0.6
    )
    unsure, sure = tagger.labels(np.array([[0, 0.1, 0.05], [0, 9, 0]], np.float32), ["en", "he"])
    assert unsure.value == "neutral"
    assert unsure.score < 0.4
    assert sure == Label("negative", sure.score, "sentiment@1.1")
    assert sure.score == pytest.approx(0.9997, abs=1e-3)


def test_each_language_has_its_own_temperature() -> None:
    tagger = plugins.load("mining.taggers", "stage")(
        classes=("none", "b"), scores_version="1", temperatures={"he": 2.0, "*": 0.5}
    )
    english, hebrew = tagger.labels(np.array([[0, 1], [0, 1]], np.float32), ["en", "he"])
    assert english.score == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-4)
    assert hebrew.score == pytest.approx(1 / (1 + np.exp(-0.5)), abs=1e-4)


def test_a_language_that_the_models_do_not_know_gets_no_confident_label() -> None:
    tagger = plugins.load("mining.taggers", "intent")(classes=("statement", "churn"), scores_version="1")
    german, english = tagger.labels(np.array([[0, 9], [0, 9]], np.float32), ["de", "en"])
    assert (german.value, german.score) == ("statement", 0.0)
    assert english.value == "churn"


@given(SCORES)
def test_chances_add_up_to_one(scores: np.ndarray) -> None:
    np.testing.assert_allclose(softmax(scores).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("settings", [{"temperatures": {"en": 0}}, {"unsure": 2}, {"colour": "red"}])
def test_wrong_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        plugins.load("mining.taggers", "stage")(classes=("none",), scores_version="1", **settings)


PLAIN = [
    ("my card was declined at checkout twice", "purchase", "negative"),
    ("the checkout page keeps crashing when I try to pay", "purchase", "negative"),
    ("I love it, works perfectly", "experience", "positive"),
    ("הכרטיס שלי נדחה בקופה כשניסיתי לשלם", "purchase", "negative"),
    ("השירות היה מעולה, תודה רבה", "experience", "positive"),
    ("موقع پرداخت کارتم رد شد", "purchase", "negative"),
    ("خیلی عالی بود، راضی هستم", "experience", "positive"),
]


@pytest.mark.parametrize(("text", "stage", "sentiment"), PLAIN)
def test_plain_remarks_are_understood_in_three_languages(reader: Reader, text: str, stage: str, sentiment: str) -> None:
    read = reader.read([text])
    labels = {
        tagger.name: tagger.labels(read.scores[tagger.name], [detect(text)])[0].value for tagger in load_all(reader)
    }
    assert (labels["stage"], labels["sentiment"]) == (stage, sentiment)
