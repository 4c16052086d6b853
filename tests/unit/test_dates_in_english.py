"""Times as they are named in English, each with its exact days."""

from __future__ import annotations

from datetime import date

import pytest

from tests.named_times import clock, left, named, parts, spans

NAMED = {
    # weekdays and weekends
    "complaints last Tuesday": "2026-11-17 2026-11-17",
    "what came in on Monday": "2026-11-16 2026-11-16",
    "on Sunday": "2026-11-22 2026-11-22",
    "last Sunday": "2026-11-15 2026-11-15",
    "since Monday": "2026-11-16 2026-11-22",
    "since last Thursday": "2026-11-19 2026-11-22",
    "next Monday": "2026-11-23 2026-11-23 future",
    "last fri": "2026-11-20 2026-11-20",
    "Monday of last week": "2026-11-09 2026-11-09",
    "Monday 16 November": "2026-11-16 2026-11-16",
    "between Monday and Wednesday": "2026-11-16 2026-11-18",
    "last weekend": "2026-11-14 2026-11-15",
    "this weekend": "2026-11-21 2026-11-22",
    "over the weekend": "2026-11-21 2026-11-22",
    # days
    "the day before yesterday": "2026-11-20 2026-11-20",
    "on the 15th": "2026-11-15 2026-11-15",
    "since the 25th": "2026-10-25 2026-11-22",
    "from the 1st to the 15th": "2026-11-01 2026-11-15",
    "between the 1st and the 15th of November": "2026-11-01 2026-11-15",
    "November 1-15": "2026-11-01 2026-11-15",
    "11/22/2026": "2026-11-22 2026-11-22",
    "22/11/2026": "2026-11-22 2026-11-22",
    "2026-10-01 - 2026-10-31": "2026-10-01 2026-10-31",
    "between Oct 1 and Oct 31, 2026": "2026-10-01 2026-10-31",
    "from 1 October to 15 October 2025": "2025-10-01 2025-10-15",
    # weeks
    "the week of 2 November": "2026-11-02 2026-11-08",
    "in the week of 2026-11-05": "2026-11-02 2026-11-08",
    "w/c 2 Nov": "2026-11-02 2026-11-08",
    "week ending Nov 8": "2026-11-02 2026-11-08",
    "the week before last": "2026-11-02 2026-11-08",
    "a week ago": "2026-11-09 2026-11-15",
    "the past fortnight": "2026-11-09 2026-11-22",
    "a fortnight ago": "2026-11-02 2026-11-08",
    # counted back
    "last 3 months": "2026-08-22 2026-11-22",
    "past 12 months": "2025-11-22 2026-11-22",
    "last 6mo": "2026-05-22 2026-11-22",
    "over the last month": "2026-10-22 2026-11-22",
    "in the past year": "2025-11-22 2026-11-22",
    "past half year": "2026-05-22 2026-11-22",
    "last half year": "2026-05-22 2026-11-22",
    "half a year ago": "2026-05-01 2026-05-31",
    "a year ago": "2025-01-01 2025-12-31",
    # months, quarters, halves, years
    "last month": "2026-10-01 2026-10-31",
    "last October": "2026-10-01 2026-10-31",
    "last November": "2025-11-01 2025-11-30",
    "this October": "2026-10-01 2026-10-31",
    "this December": "2026-12-01 2026-12-31 future",
    "next March": "2027-03-01 2027-03-31 future",
    "October last year": "2025-10-01 2025-10-31",
    "last year's October": "2025-10-01 2025-10-31",
    "October a year ago": "2025-10-01 2025-10-31",
    "so far this month": "2026-11-01 2026-11-22 partial",
    "quarter to date": "2026-10-01 2026-11-22 partial",
    "Q4 last year": "2025-10-01 2025-12-31",
    "the last quarter of 2025": "2025-10-01 2025-12-31",
    "last 3 months of 2025": "2025-10-01 2025-12-31",
    "the first half of 2026": "2026-01-01 2026-06-30",
    "H2 2025": "2025-07-01 2025-12-31",
    "H2": "2026-07-01 2026-11-22 partial",
    "second half of last year": "2025-07-01 2025-12-31",
    "first half of October": "2026-10-01 2026-10-15",
    "second half of October": "2026-10-16 2026-10-31",
    "jan to mar": "2026-01-01 2026-03-31",
    "from December to February": "2025-12-01 2026-02-28",
    # pieces
    "end of October": "2026-10-21 2026-10-31",
    "mid-October": "2026-10-11 2026-10-20",
    "early November": "2026-11-01 2026-11-10",
    "late September": "2026-09-21 2026-09-30",
    "early 2026": "2026-01-01 2026-04-30",
    "end of Q3": "2026-09-01 2026-09-30",
    "the first week of October": "2026-10-01 2026-10-07",
    "last two weeks of October": "2026-10-18 2026-10-31",
    "first 10 days of November": "2026-11-01 2026-11-10",
    "last day of October": "2026-10-31 2026-10-31",
    # from and to
    "since mid-October": "2026-10-11 2026-11-22",
    "since the start of October": "2026-10-01 2026-11-22",
    "since last quarter": "2026-07-01 2026-11-22",
    "October onwards": "2026-10-01 2026-11-22",
    "after September": "2026-10-01 2026-11-22",
    "before October": "1970-01-01 2026-09-30",
    "up to October": "1970-01-01 2026-10-31",
    "until last week": "1970-01-01 2026-11-15",
    "until the end of October": "1970-01-01 2026-10-31",
    "since 1 September until 15 October": "2026-09-01 2026-10-15",
    "since last Tuesday until Friday": "2026-11-17 2026-11-20",
    # events
    "since the price increase": "2026-09-15 2026-11-22",
    "since we raised prices": "2026-09-15 2026-11-22",
    "following the price hike": "2026-09-15 2026-11-22",
    "after the 4.2 release": "2026-10-26 2026-11-22",
    "since version 4.2": "2026-10-26 2026-11-22",
    "after the update": "2026-10-26 2026-11-22",
    "before the price increase": "2026-07-08 2026-09-14",
    "between the price increase and the 4.2 release": "2026-09-15 2026-10-26",
    "since the price increase and before the 4.2 release": "2026-09-15 2026-10-25",
    "until the 4.2 release": "1970-01-01 2026-10-26",
    "two weeks after the price increase": "2026-09-15 2026-09-28",
    "the month before the 4.2 release": "2026-09-26 2026-10-25",
    "the week of the price increase": "2026-09-14 2026-09-20",
    "since the update on 26 October": "2026-10-26 2026-11-22",
    "in the run-up to the price increase": "2026-07-08 2026-09-14",
    "since 10/26": "2026-10-26 2026-11-22",
    "the three months to October": "2026-08-01 2026-10-31",
    "quarter ending September": "2026-07-01 2026-09-30",
    "since early this year": "2026-01-01 2026-11-22",
    # several
    "compare Q3 to Q2": "2026-07-01 2026-09-30; 2026-04-01 2026-06-30",
    "compare this week to last week": "2026-11-16 2026-11-22; 2026-11-09 2026-11-15",
    "YTD 2026 vs 2025": "2026-01-01 2026-11-22 partial; 2025-01-01 2025-12-31",
    "month over month for the last 6 months": "2026-05-22 2026-11-22; 2026-05-22 2026-11-22",
    "this month vs last month": "2026-11-01 2026-11-22 partial; 2026-10-01 2026-10-31",
    "last 7 days vs the previous 7 days": "2026-11-16 2026-11-22; 2026-11-09 2026-11-15",
    "last 3 months vs the 3 months before": "2026-08-22 2026-11-22; 2026-05-22 2026-08-21",
    "last week compared to the week before": "2026-11-09 2026-11-15; 2026-11-02 2026-11-08",
    "October vs the previous month": "2026-10-01 2026-10-31; 2026-09-01 2026-09-30",
    "this quarter vs the same period last year": ("2026-10-01 2026-11-22 partial; 2025-10-01 2025-11-22 like_for_like"),
    "last week vs same week last year": "2026-11-09 2026-11-15; 2025-11-10 2025-11-16",
    "same period last year": "2025-10-24 2025-11-22",
    "this month vs a year ago": "2026-11-01 2026-11-22 partial; 2025-11-01 2025-11-22 like_for_like",
    "October compared to last year": "2026-10-01 2026-10-31; 2025-10-01 2025-10-31",
    "Q3 vs Q4 2025": "2025-07-01 2025-09-30; 2025-10-01 2025-12-31",
    "October vs October 2025": "2026-10-01 2026-10-31; 2025-10-01 2025-10-31",
    "October MoM": "2026-10-01 2026-10-31; 2026-09-01 2026-09-30",
    "Q3 YoY": "2026-07-01 2026-09-30; 2025-07-01 2025-09-30",
    "in may": "2026-05-01 2026-05-31",
    "since May": "2026-05-01 2026-11-22",
    "complaints in march": "2026-03-01 2026-03-31",
    # nothing that there is
    "31 September": "none",
    "Monday 17 November 2026": "none",
    "week 60": "none",
    "03/11/2026": "none",
    "Oct '25": "none",
    "last 2000 years": "none",
    "since next month": "none",
}


@pytest.mark.parametrize("said", NAMED)
def test_a_time_in_english_is_read_to_the_day(said: str) -> None:
    assert spans(said, "en") == NAMED[said]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("September and October", ["2026-09-01 2026-09-30", "2026-10-01 2026-10-31"]),
        ("March and October", ["2026-03-01 2026-03-31", "2026-10-01 2026-10-31"]),
        ("from September to October", ["2026-09-01 2026-09-30", "2026-10-01 2026-10-31"]),
        ("month over month", ["2026-11-01 2026-11-22 partial", "2026-10-01 2026-10-22 like_for_like"]),
        ("week over week", ["2026-11-16 2026-11-22", "2026-11-09 2026-11-15"]),
        ("complaints QoQ", ["2026-10-01 2026-11-22 partial", "2026-07-01 2026-08-22 like_for_like"]),
        ("complaints YoY", ["2026-01-01 2026-11-22 partial", "2025-01-01 2025-11-22 like_for_like"]),
        ("before and after the 4.2 release", ["2026-09-28 2026-10-25", "2026-10-26 2026-11-22"]),
        ("before the 4.2 release vs after", ["2026-09-28 2026-10-25", "2026-10-26 2026-11-22"]),
        ("30 days before and after the price increase", ["2026-08-16 2026-09-14", "2026-09-15 2026-10-14"]),
        ("the week before vs the week after the price increase", ["2026-09-08 2026-09-14", "2026-09-15 2026-09-21"]),
        ("jan, feb and mar", ["2026-01-01 2026-01-31", "2026-02-01 2026-02-28", "2026-03-01 2026-03-31"]),
    ],
)
def test_a_time_that_names_several_windows_gives_each_of_them(said: str, expected: list[str]) -> None:
    assert parts(said, "en") == expected


@pytest.mark.parametrize(
    "said",
    [
        "what may be wrong",
        "you may see this",
        "what may we do about it",
        "march on",
        "the second complaint",
        "complaints about same day delivery",
        "next day delivery",
        "day-to-day problems",
        "the month to month plan",
        "wow, that is bad",
        "is this a present for my mom",
        "every Monday at 9",
        "complaints on Black Friday",
        "the last 48 hours",
        "last 3 weekends",
        "Nowruz",
        "3/11/26",
        "how did the price increase affect complaints",
        "what is wrong with 4.2",
        "2000 complaints",
        "the top 10",
        "weekly",
        "orders came early and left late",
        "24/7 support",
        "on 3/4 of the calls",
        "first things first",
    ],
)
def test_words_that_only_sound_like_a_time_are_none(said: str) -> None:
    assert spans(said, "en") == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("complaints on Black Friday", ["black friday"]),
        ("last 48 hours", ["hours"]),
        ("last 3 weekends", ["weekends"]),
        ("last summer", ["summer"]),
        ("since Nowruz", ["since", "nowruz"]),
        ("3/11/26", ["3/11/26"]),
        ("complaints last week", []),
        ("what may be wrong", []),
    ],
)
def test_what_was_said_of_time_and_not_understood_is_told(said: str, words: list[str]) -> None:
    assert left(said, "en") == words


def test_a_time_is_told_with_what_kind_of_period_it_is() -> None:
    def kind(said: str) -> tuple[str | None, int, bool, str | None, str | None]:
        window = named(said, "en")[0].window
        assert window
        return window.unit, window.count, window.rolling, window.event, window.week_start

    assert kind("last 6 months") == ("month", 6, True, None, None)
    assert kind("last month") == ("month", 1, False, None, None)
    assert kind("this week") == ("week", 1, False, None, "monday")
    assert kind("from August to October") == ("month", 3, False, None, None)
    assert kind("since the price rise") == ("event", 1, False, "price increase", None)
    assert kind("last Tuesday") == ("day", 1, False, None, None)
    assert kind("H1") == ("half", 1, False, None, None)


def test_what_is_reckoned_from_another_time_says_so() -> None:
    beside, reckoned = named("last week against the week before", "en")
    assert (beside.relative, reckoned.relative) == (False, True)
    assert not named("the previous week", "en")[0].relative


def test_times_come_in_the_order_of_the_text_with_their_prepositions() -> None:
    text = "complaints in october about the app over the last 7 days"
    assert [text[one.start : one.end] for one in named(text, "en")] == ["in october", "over the last 7 days"]


@pytest.mark.parametrize(
    ("today", "said", "expected"),
    [
        ("2026-11-18", "last weekend", "2026-11-14 2026-11-15"),  # a Wednesday
        ("2026-11-21", "this weekend", "2026-11-21 2026-11-21 partial"),
        ("2026-03-31", "last 1 months", "2026-02-28 2026-03-31"),
        ("2028-02-29", "last 2 years", "2026-02-28 2028-02-29"),
        ("2026-03-30", "month over month", "2026-03-01 2026-03-30 partial"),
        ("2026-01-03", "Q4", "2025-10-01 2025-12-31"),
        ("2026-01-03", "on the 15th", "2025-12-15 2025-12-15"),
        ("2026-11-20", "from 20 November to 25 November", "2026-11-20 2026-11-20 partial"),
    ],
)
def test_any_day_can_be_today(today: str, said: str, expected: str) -> None:
    assert spans(said, "en", clock("en", date.fromisoformat(today))) == expected
