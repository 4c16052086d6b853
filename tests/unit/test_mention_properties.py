"""Rules of mentions that hold for any text."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.record import Channel, Feedback, Speaker, Turn
from mining.mention import Mention, split

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_WORDS = """
great terrible the_food , . ... ! ? ؟ ، ؛ ; but and although 😍 :( \u200f \u200c ( ) " - • 1. 2. 4.5 e.g. Dr. https://a.b/c
אבל נהדר גרוע ת.ז. צה"ל שלום תודה ולא ولی عالی افتضاح بود و سلام ممنون می‌شود thanks hi [phone] {{x}} @me #tag ok
"""
_PIECES = st.sampled_from(_WORDS.split())
_GLUE = st.sampled_from(["", " ", " ", " ", "\n", "  "])
TEXTS = st.one_of(
    st.lists(st.tuples(_PIECES, _GLUE).map("".join), max_size=25).map("".join),
    st.text(max_size=80),
    st.lists(_PIECES, min_size=60, max_size=120).map(" ".join),
)
TURNS = st.lists(st.builds(Turn, st.sampled_from(list(Speaker)), TEXTS), max_size=4).map(tuple)
FEEDBACKS = st.builds(
    lambda number, text, turns: Feedback("s", str(number), Channel.CALL, NOW, NOW, text=text, turns=turns),
    st.integers(0, 9),
    TEXTS,
    TURNS,
)


def one(feedback: Feedback) -> list[Mention]:
    return split([feedback])[0]


@settings(max_examples=120, deadline=None)
@given(FEEDBACKS)
def test_mentions_cut_the_stored_text_in_order_without_overlap(feedback: Feedback) -> None:
    end = 0
    for number, mention in enumerate(one(feedback), start=1):
        assert mention.id == f"{feedback.id}#{number}"
        assert end <= mention.start < mention.end
        assert feedback.text[mention.start : mention.end] == mention.text
        assert mention.text == mention.text.strip()
        end = mention.end


@settings(max_examples=120, deadline=None)
@given(FEEDBACKS)
def test_no_letter_and_no_digit_is_lost(feedback: Feedback) -> None:
    covered = {place for mention in one(feedback) for place in range(mention.start, mention.end)}
    lost = [place for place, sign in enumerate(feedback.text) if sign.isalnum() and place not in covered]
    assert lost == []


@settings(max_examples=80, deadline=None)
@given(FEEDBACKS)
def test_no_mention_reaches_over_two_turns(feedback: Feedback) -> None:
    bounds, offset = [], 0
    for turn in feedback.turns:
        bounds.append((offset, offset + len(turn.text), turn.speaker))
        offset += len(turn.text) + 1
    for mention in one(feedback) if bounds else []:
        assert any(
            start <= mention.start and mention.end <= end and mention.speaker is speaker
            for start, end, speaker in bounds
        )


@settings(max_examples=50, deadline=None)
@given(st.lists(FEEDBACKS, max_size=6))
def test_a_feedback_is_cut_alike_in_any_batch(batch: list[Feedback]) -> None:
    assert split(batch) == [one(feedback) for feedback in batch]
    assert split(batch) == split(batch)


@settings(max_examples=80, deadline=None)
@given(TEXTS)
def test_no_mention_is_longer_than_eighty_words(text: str) -> None:
    mentions = one(Feedback("s", "1", Channel.REVIEW, NOW, NOW, text=text))
    words = [sum(any(map(str.isalnum, part)) for part in mention.text.split()) for mention in mentions]
    assert all(count <= 80 for count in words)
