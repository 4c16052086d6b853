"""Verdicts by week, and the questions behind the bad ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.commands import quality as command
from assistant import kept
from assistant.kept import Kept
from assistant.quality import quality
from assistant.slack.reasons import LONGEST, REASONS, parted, reason
from mining import answered
from mining.answered import Answered
from mining.store import Store
from mining.taxonomy import shipped
from tests.answers import asked
from tests.fakes import fresh_store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Jerusalem")


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_store() as one:
        yield one


def judged(store: Store, at: datetime, good: bool, why: str = "", by: str = "U1") -> None:
    """An answer that somebody judged."""
    id_ = f"a{at.timestamp():.0f}{by}"
    question = asked("he")
    figures = [{"value": 12, "unit": "feedback", "query": "q0123456789ab"}]
    spec = {**kept.as_json(Kept(question, ("late",), question)), "figures": figures}
    answered.keep(store, Answered(id_, at, by, "C1", question.text, "answered", spec))
    answered.judge(store, id_, by, good, at, why)


def test_each_week_counts_what_was_said_in_it_in_the_zone_of_the_workspace(store: Store) -> None:
    # Sunday evening in London is Monday, and another week, in Jerusalem.
    judged(store, datetime(2026, 11, 8, 22, 30, tzinfo=UTC), True)
    judged(store, datetime(2026, 11, 8, 21, 30, tzinfo=UTC), False, "numbers: too many")
    judged(store, datetime(2026, 11, 18, 9, tzinfo=UTC), False, "misread", "U2")
    judged(store, datetime(2026, 11, 19, 9, tzinfo=UTC), False, by="U2")
    found = quality(store, shipped(), NOW, ZONE, 3)
    assert [(week.first, week.good, week.bad, week.people) for week in found.weeks] == [
        (date(2026, 11, 2), 0, 1, 1),
        (date(2026, 11, 9), 1, 0, 1),
        (date(2026, 11, 16), 0, 2, 1),
    ]
    assert [week.share for week in found.weeks] == [0.0, 1.0, 0.0]
    assert [dict(week.reasons) for week in found.weeks] == [{"numbers": 1}, {}, {"misread": 1}]


def test_what_was_said_before_the_weeks_asked_for_is_left_out(store: Store) -> None:
    judged(store, NOW - timedelta(days=30), False)
    found = quality(store, shipped(), NOW, ZONE, 2)
    assert [(week.good, week.bad, week.share) for week in found.weeks] == [(0, 0, None), (0, 0, None)]
    assert found.disliked == ()


def test_a_disliked_answer_can_be_asked_again_from_what_is_told(store: Store) -> None:
    judged(store, NOW - timedelta(hours=3), False, "numbers: 12 is too many")
    judged(store, NOW - timedelta(hours=1), False, by="U2")
    last, first = quality(store, shipped(), NOW, ZONE, 1).disliked
    assert (last.reason, last.own_words) == ("", "")
    assert (first.reason, first.own_words) == ("numbers", "12 is too many")
    assert first.text == asked("he").text
    assert first.question == asked("he").as_json()
    assert first.filters["touchpoint"] == ["delivery"]
    assert [figure["query"] for figure in first.figures] == ["q0123456789ab"]


def test_an_answer_that_is_gone_or_unreadable_is_still_told(store: Store) -> None:
    answered.judge(store, "gone", "U1", False, NOW, "other: bah")
    answered.keep(store, Answered("odd", NOW, "U1", "C1", "what?", "answered", {"v": 99, "figures": "none"}))
    answered.judge(store, "odd", "U1", False, NOW)
    found = {one.answer_id: one for one in quality(store, shipped(), NOW, ZONE, 1).disliked}
    assert found["gone"].text is None
    assert found["odd"].text == "what?"
    assert found["odd"].question is None
    assert found["odd"].figures == ()
    assert quality(store, shipped(), NOW, ZONE, 1).as_json()["disliked"]


def test_no_week_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="0 weeks"):
        quality(store, shipped(), NOW, ZONE, 0)


@given(st.sampled_from([*REASONS, "", "numbers: ", "<!here>"]), st.text(max_size=2 * LONGEST))
def test_a_reason_comes_apart_as_it_was_put_together(chosen: str, own: str) -> None:
    key, told = parted(reason(chosen, own))
    assert key in REASONS
    assert told == " ".join(own[:LONGEST].split())


def test_words_of_people_cannot_act_on_the_terminal() -> None:
    assert "\x1b" not in command._shown("\x1b[31mred\x1b[0m")
    assert command._shown(["a\nb", "c"]) == "a b|c"
