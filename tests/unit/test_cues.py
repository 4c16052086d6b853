"""Cues and ratings add to raw scores as the data says, and leave everything else as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining import cues

CLASSES = {"touchpoint": ("none", "delivery", "checkout"), "sentiment": ("negative", "neutral", "positive")}


def _scores(rows: int) -> dict[str, np.ndarray]:
    return {task: np.zeros((rows, len(values)), np.float32) for task, values in CLASSES.items()}


@pytest.mark.parametrize(
    ("text", "language", "touchpoint"),
    [
        ("The COURIER never rang", "en", "delivery"),
        ("my card was declined", "en", "checkout"),
        ("וכשהחבילה הגיעה היא היתה קרועה", "he", "delivery"),
        ("הכרטיס נדחה שוב", "he", "checkout"),
        ("بسته‌ام خیس بود", "fa", "delivery"),
        ("درگاهشون باز نمیشه", "fa", "checkout"),
    ],
)
def test_a_cue_speaks_for_its_touchpoint(text: str, language: str, touchpoint: str) -> None:
    said = cues.heeded(_scores(1), CLASSES, [text], [language], [None])["touchpoint"][0]
    expected = [cues.WEIGHTS["touchpoint"] * (value == touchpoint) for value in CLASSES["touchpoint"]]
    assert said.tolist() == expected


def test_a_cue_is_a_whole_word() -> None:
    said = cues.heeded(_scores(2), CLASSES, ["a cartoon about vanity", "the tilly lamp"], ["en", "en"], [None, None])
    assert not said["touchpoint"].any()


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=6))
def test_stars_lean_from_negative_to_positive_and_no_further(ratings: list[float | None]) -> None:
    texts, languages = ["hm"] * len(ratings), ["en"] * len(ratings)
    given_scores = _scores(len(ratings))
    said = cues.heeded(given_scores, CLASSES, texts, languages, ratings)["sentiment"]
    for row, rating in zip(said, ratings, strict=True):
        lean = 0.0 if rating is None else (2 * rating - 1) * cues.RATING
        assert row.tolist() == pytest.approx([-lean, 0.0, lean], abs=1e-5)
    assert not given_scores["sentiment"].any(), "the scores given must stay as they were"


def test_tasks_without_cues_pass_through() -> None:
    scores = {"stage": np.ones((1, 2), np.float32)}
    said = cues.heeded(scores, {"stage": ("none", "purchase")}, ["courier"], ["xx"], [1.0])
    assert said["stage"].tolist() == [[1.0, 1.0]]
