"""Windows of time: how they are named in three languages, and what holds of every one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from assistant import dates
from assistant.names import lexicon
from assistant.periods import EVER, Clock, Window, default_window, last_n, months, period
from mining.language import normalise

# persiantools carries no types.
_jalali: Any = JalaliDate
TODAY = date(2026, 11, 22)  # a Sunday, 1 Azar 1405
LANGUAGES = ("en", "he", "fa")
DAYS = st.dates(date(1990, 1, 1), date(2095, 12, 31))
UNITS = st.sampled_from(["day", "week", "month", "quarter", "year"])
CALENDARS = st.sampled_from(["gregorian", "jalali"])


def clock(language: str, today: date = TODAY, week_start: str | None = None) -> Clock:
    return Clock.of(today, language, week_start, lexicon(language)["time"].get("calendar", "gregorian"))


def found(said: str, language: str, at: Clock | None = None) -> Window | None:
    words = lexicon(language)
    there = dates.find(normalise(said), words["time"], words["numbers"]["words"], at or clock(language))
    return there[0] if there else None


def span(said: str, language: str, at: Clock | None = None) -> str | None:
    window = found(said, language, at)
    return f"{window.first} {window.last}" if window else None


ENGLISH = {
    "today": "2026-11-22 2026-11-22",
    "yesterday": "2026-11-21 2026-11-21",
    "this week": "2026-11-16 2026-11-22",
    "last week": "2026-11-09 2026-11-15",
    "the previous week": "2026-11-09 2026-11-15",
    "two weeks ago": "2026-11-02 2026-11-08",
    "a month ago": "2026-10-01 2026-10-31",
    "this month": "2026-11-01 2026-11-22",
    "this month so far": "2026-11-01 2026-11-22",
    "month to date": "2026-11-01 2026-11-22",
    "last month": "2026-10-01 2026-10-31",
    "the past month": "2026-10-22 2026-11-22",
    "the past week": "2026-11-16 2026-11-22",
    "this quarter": "2026-10-01 2026-11-22",
    "last quarter": "2026-07-01 2026-09-30",
    "this year": "2026-01-01 2026-11-22",
    "ytd": "2026-01-01 2026-11-22",
    "last year": "2025-01-01 2025-12-31",
    "the last 7 days": "2026-11-16 2026-11-22",
    "past three weeks": "2026-11-02 2026-11-22",
    "the last couple of months": "2026-09-22 2026-11-22",
    "the last few weeks": "2026-11-02 2026-11-22",
    "last 2 quarters": "2026-05-22 2026-11-22",
    "last 2 years": "2024-11-22 2026-11-22",
    "in October": "2026-10-01 2026-10-31",
    "October 2025": "2025-10-01 2025-10-31",
    "in December": "2025-12-01 2025-12-31",
    "november": "2026-11-01 2026-11-22",
    "2026-09": "2026-09-01 2026-09-30",
    "in 2025": "2025-01-01 2025-12-31",
    "Q3": "2026-07-01 2026-09-30",
    "q4 2025": "2025-10-01 2025-12-31",
    "2026 Q1": "2026-01-01 2026-03-31",
    "the third quarter of 2026": "2026-07-01 2026-09-30",
    "week 45": "2026-11-02 2026-11-08",
    "week 50": "2025-12-08 2025-12-14",
    "week 53 of 2020": "2020-12-28 2021-01-03",
    "2026-W45": "2026-11-02 2026-11-08",
    "2026-11-03": "2026-11-03 2026-11-03",
    "3 November": "2026-11-03 2026-11-03",
    "on the 3rd of November, 2025": "2025-11-03 2025-11-03",
    "November 3": "2026-11-03 2026-11-03",
    "December 25": "2025-12-25 2025-12-25",
    "from 1 to 15 October": "2026-10-01 2026-10-15",
    "October 1 to October 15": "2026-10-01 2026-10-15",
    "from 15 December to 10 January": "2025-12-15 2026-01-10",
    "between 2026-10-05 and 2026-10-12": "2026-10-05 2026-10-12",
    "from 2026-10-12 to 2026-10-05": "2026-10-05 2026-10-12",
    "from 20 November to 25 November": "2026-11-20 2026-11-22",
    "from August to October": "2026-08-01 2026-10-31",
    "September and October": "2026-09-01 2026-10-31",
    "from November to January 2026": "2025-11-01 2026-01-31",
    "since September": "2026-09-01 2026-11-22",
    "since the start of September": "2026-09-01 2026-11-22",
    "since the beginning of this year": "2026-01-01 2026-11-22",
    "since last month": "2026-10-01 2026-11-22",
    "since yesterday": "2026-11-21 2026-11-22",
    "since 2025": "2025-01-01 2026-11-22",
    "since 2026-09-15": "2026-09-15 2026-11-22",
    "all time": "1970-01-01 2026-11-22",
}
HEBREW = {
    "היום": "2026-11-22 2026-11-22",
    "אתמול": "2026-11-21 2026-11-21",
    "השבוע": "2026-11-22 2026-11-22",
    "בשבוע שעבר": "2026-11-15 2026-11-21",
    "בשבוע האחרון": "2026-11-16 2026-11-22",
    "לפני שבוע": "2026-11-15 2026-11-21",
    "לפני שבועיים": "2026-11-08 2026-11-14",
    "לפני 3 שבועות": "2026-11-01 2026-11-07",
    "ביומיים האחרונים": "2026-11-21 2026-11-22",
    "בשבועיים האחרונים": "2026-11-09 2026-11-22",
    "בחודשיים האחרונים": "2026-09-22 2026-11-22",
    "בשנתיים האחרונות": "2024-11-22 2026-11-22",
    "ב-30 הימים האחרונים": "2026-10-24 2026-11-22",
    "בשלושת החודשים האחרונים": "2026-08-22 2026-11-22",
    "בשבועות האחרונים": "2026-11-02 2026-11-22",
    "החודש": "2026-11-01 2026-11-22",
    "בחודש הזה": "2026-11-01 2026-11-22",
    "בחודש שעבר": "2026-10-01 2026-10-31",
    "ברבעון הנוכחי": "2026-10-01 2026-11-22",
    "ברבעון שעבר": "2026-07-01 2026-09-30",
    "ברבעון השלישי": "2026-07-01 2026-09-30",
    "רבעון 4 2025": "2025-10-01 2025-12-31",
    "השנה": "2026-01-01 2026-11-22",
    "בשנה שעברה": "2025-01-01 2025-12-31",
    "באוקטובר": "2026-10-01 2026-10-31",
    "בדצמבר": "2025-12-01 2025-12-31",
    "בספטמבר 2025": "2025-09-01 2025-09-30",
    "בשנת 2025": "2025-01-01 2025-12-31",
    "שבוע 45": "2026-11-02 2026-11-08",
    "ב-3 בנובמבר": "2026-11-03 2026-11-03",
    "3.11.2026": "2026-11-03 2026-11-03",
    "ב-2026-11-03": "2026-11-03 2026-11-03",
    "בין 1 ל-15 באוקטובר": "2026-10-01 2026-10-15",
    "מ-2026-10-05 עד 2026-10-12": "2026-10-05 2026-10-12",
    "מאוגוסט עד אוקטובר": "2026-08-01 2026-10-31",
    "בספטמבר ובאוקטובר": "2026-09-01 2026-10-31",
    "מאז ספטמבר": "2026-09-01 2026-11-22",
    "מתחילת השנה": "2026-01-01 2026-11-22",
    "מאז החודש שעבר": "2026-10-01 2026-11-22",
    "מאז 2026-09-15": "2026-09-15 2026-11-22",
    "מכל הזמנים": "1970-01-01 2026-11-22",
}
PERSIAN = {
    "امروز": "2026-11-22 2026-11-22",
    "دیروز": "2026-11-21 2026-11-21",
    "این هفته": "2026-11-21 2026-11-22",
    "هفتهٔ گذشته": "2026-11-14 2026-11-20",
    "هفته‌ی پیش": "2026-11-14 2026-11-20",
    "دو هفته پیش": "2026-11-07 2026-11-13",
    "در دو هفتهٔ اخیر": "2026-11-09 2026-11-22",
    "۷ روز گذشته": "2026-11-16 2026-11-22",
    "این ماه": "2026-11-22 2026-11-22",
    "ماه گذشته": "2026-10-23 2026-11-21",
    "ماه اخیر": "2026-10-22 2026-11-22",
    "سه ماه اخیر": "2026-08-22 2026-11-22",
    "فصل جاری": "2026-09-23 2026-11-22",
    "فصل گذشته": "2026-06-22 2026-09-22",
    "تابستان": "2026-06-22 2026-09-22",
    "زمستان ۱۴۰۴": "2025-12-22 2026-03-20",
    "سه‌ماههٔ دوم": "2026-06-22 2026-09-22",
    "امسال": "2026-03-21 2026-11-22",
    "پارسال": "2025-03-21 2026-03-20",
    "سال گذشته": "2025-03-21 2026-03-20",
    "در مهر": "2026-09-23 2026-10-22",
    "مهرماه": "2026-09-23 2026-10-22",
    "آبان ۱۴۰۴": "2025-10-23 2025-11-21",
    "دی": "2025-12-22 2026-01-20",
    "اسفند ۱۴۰۳": "2025-02-19 2025-03-20",
    "در سال ۱۴۰۴": "2025-03-21 2026-03-20",
    "در سال ۲۰۲۵": "2025-01-01 2025-12-31",
    "اکتبر": "2026-10-01 2026-10-31",
    "سپتامبر ۲۰۲۵": "2025-09-01 2025-09-30",
    "۱۴۰۵/۰۸": "2026-10-23 2026-11-21",
    "۳ آبان": "2026-10-25 2026-10-25",
    "۱۵ مهر ۱۴۰۴": "2025-10-07 2025-10-07",
    "۱۴۰۵/۰۸/۰۳": "2026-10-25 2026-10-25",
    "2026-10-25": "2026-10-25 2026-10-25",
    "از ۱ تا ۱۵ مهر": "2026-09-23 2026-10-07",
    "از ۱۴۰۵/۰۷/۱۰ تا ۱۴۰۵/۰۷/۲۰": "2026-10-02 2026-10-12",
    "از تیر تا شهریور": "2026-06-22 2026-09-22",
    "مهر و آبان": "2026-09-23 2026-11-21",
    "از اول مهر تا حالا": "2026-09-23 2026-11-22",
    "از ابتدای سال": "2026-03-21 2026-11-22",
    "از دیروز": "2026-11-21 2026-11-22",
    "همهٔ زمان‌ها": "1970-01-01 2026-11-22",
}
SAID = [
    (language, said) for language, table in zip(LANGUAGES, (ENGLISH, HEBREW, PERSIAN), strict=True) for said in table
]


@pytest.mark.parametrize(("language", "said"), SAID)
def test_a_time_is_read_as_it_is_meant(language: str, said: str) -> None:
    table = {"en": ENGLISH, "he": HEBREW, "fa": PERSIAN}[language]
    assert span(said, language) == table[said]


@settings(deadline=None, max_examples=30)
@given(DAYS)
def test_no_window_ends_after_today_unless_it_begins_after_it(today: date) -> None:
    for language, said in SAID:
        if window := found(said, language, clock(language, today)):
            assert window.first <= window.last
            assert window.future == (window.first > today)
            assert window.future or window.last <= today
            assert not (window.future and window.partial)


@given(DAYS, UNITS, st.sampled_from(LANGUAGES), st.sampled_from([None, "monday", "sunday", "saturday", "wednesday"]))
def test_periods_lie_side_by_side_and_today_is_in_the_current_one(
    today: date, unit: str, language: str, week_start: str | None
) -> None:
    at = clock(language, today, week_start)
    before, current, after = (period(at, unit, offset) for offset in (-1, 0, 1))
    assert current.first <= today <= current.last
    assert before.last + timedelta(days=1) == current.first
    assert current.last + timedelta(days=1) == after.first


@given(CALENDARS, st.integers(1370, 1470), st.integers(-30, 30))
def test_months_follow_each_other_over_the_ends_of_years(calendar: str, year: int, month: int) -> None:
    year = year if calendar == "jalali" else year + 621
    assert months(calendar, year, month).last + timedelta(days=1) == months(calendar, year, month + 1).first
    assert months(calendar, year, month, 12).last == months(calendar, year + 1, month).first - timedelta(days=1)


@given(DAYS, st.integers(1, 400))
def test_the_last_n_days_are_n_days_ending_today(today: date, n: int) -> None:
    window = found(f"last {n} days", "en", clock("en", today))
    assert window
    assert (window.last, (window.last - window.first).days + 1) == (today, n)


@given(DAYS, st.integers(1, 60), st.sampled_from(["month", "quarter", "year"]), st.sampled_from(LANGUAGES))
def test_the_last_n_months_grow_with_n_and_end_today(today: date, n: int, unit: str, language: str) -> None:
    shorter, longer = (last_n(clock(language, today), count, unit) for count in (n, n + 1))
    assert shorter
    assert longer
    assert longer.first < shorter.first <= today == shorter.last == longer.last
    # The same day of an earlier month, or the last day of a shorter one.
    assert 27 * n <= (shorter.last - shorter.first).days <= 366 * n


@given(DAYS)
def test_a_date_written_in_figures_comes_back(day: date) -> None:
    for language in LANGUAGES:
        assert span(f"on {day.isoformat()}", language, clock(language, day)) == f"{day} {day}"


@given(DAYS)
def test_a_jalali_date_in_persian_digits_comes_back(day: date) -> None:
    shown = _jalali.to_jalali(day)
    figures = f"{shown.year}/{shown.month:02}/{shown.day:02}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    names = [names[0] for names in lexicon("fa")["time"]["jalali_months"]]
    for said in (figures, f"{shown.day} {names[shown.month - 1]} {shown.year}"):
        assert span(said, "fa", clock("fa", day)) == f"{day} {day}"


@given(DAYS)
def test_a_named_day_without_a_year_is_the_latest_one(day: date) -> None:
    today = day + timedelta(days=200)
    name = lexicon("en")["time"]["months"][day.month - 1][0]
    window = found(f"{day.day} {name}", "en", clock("en", today))
    # 29 February is no day of every year; then no other day is taken instead.
    assert (
        window == Window(day, day, expr=f"{day.day} {name}", unit="day") if window else (day.month, day.day) == (2, 29)
    )


@pytest.mark.parametrize(
    ("language", "first"), [("en", "2026-11-16"), ("he", "2026-11-22"), ("fa", "2026-11-21"), ("de", "2026-11-16")]
)
def test_weeks_start_as_the_language_has_it(language: str, first: str) -> None:
    assert period(Clock.of(TODAY, language, None), "week", 0).first.isoformat() == first


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_week_start_of_the_workspace_wins(language: str) -> None:
    assert period(Clock.of(TODAY, language, "wednesday"), "week", 0).first == date(2026, 11, 18)


@pytest.mark.parametrize(
    ("language", "said", "partial"),
    [
        ("en", "this month", True),
        ("en", "this year", True),
        ("en", "this week", False),  # today is its last day
        ("he", "השבוע", True),
        ("fa", "این ماه", True),
        ("en", "november", True),
        ("en", "Q4", True),
        ("en", "last month", False),
        ("en", "last 30 days", False),
        ("en", "since September", False),
        ("en", "today", False),
        ("en", "from 20 November to 25 November", True),
    ],
)
def test_a_period_that_runs_on_is_partial(language: str, said: str, partial: bool) -> None:
    window = found(said, language)
    assert window
    assert (window.partial, window.last) == (partial, TODAY if partial else window.last)


@pytest.mark.parametrize(
    ("language", "said", "first", "last"),
    [
        ("en", "next month", "2026-12-01", "2026-12-31"),
        ("en", "in December 2026", "2026-12-01", "2026-12-31"),
        ("en", "tomorrow", "2026-11-23", "2026-11-23"),
        ("en", "2027-01-05", "2027-01-05", "2027-01-05"),
        ("he", "בשנה הבאה", "2027-01-01", "2027-12-31"),
        ("fa", "ماه آینده", "2026-12-22", "2027-01-20"),
        ("fa", "بهمن ۱۴۰۵", "2027-01-21", "2027-02-19"),
    ],
)
def test_a_window_in_the_future_keeps_its_dates_and_says_so(language: str, said: str, first: str, last: str) -> None:
    window = found(said, language)
    assert window
    assert window.future
    assert not window.partial
    assert (window.first.isoformat(), window.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "2026-02-31"),
        ("en", "2026-13-01"),
        ("en", "31 September 2026"),
        ("en", "since 2026-02-30"),
        ("en", "last 0 days"),
        ("en", "week 60"),
        ("en", "week 53 of 2025"),
        ("en", "since 2027-01-01"),
        ("he", "31.9.2026"),
        ("fa", "۱۴۰۵/۱۲/۳۰"),  # 1405 is no leap year
        ("fa", "۳۱ آبان"),
        ("fa", "۱۴۰۵/۱۳"),
        ("en", "March and October"),  # not next to each other
    ],
)
def test_a_date_that_does_not_exist_is_no_window(language: str, said: str) -> None:
    assert found(said, language) is None


@pytest.mark.parametrize(
    ("today", "language", "said", "expected"),
    [
        ("2028-02-29", "en", "last year", "2027-01-01 2027-12-31"),
        ("2028-02-29", "en", "the past year", "2027-02-28 2028-02-29"),
        ("2028-02-29", "en", "this month", "2028-02-01 2028-02-29"),
        ("2026-03-31", "en", "the past month", "2026-02-28 2026-03-31"),
        ("2026-01-01", "en", "last month", "2025-12-01 2025-12-31"),
        ("2026-01-01", "en", "this week", "2025-12-29 2026-01-01"),
        ("2026-01-01", "en", "week 1", "2025-12-29 2026-01-01"),
        ("2026-03-20", "fa", "این ماه", "2026-02-20 2026-03-20"),  # the last day of 1404
        ("2026-03-21", "fa", "این ماه", "2026-03-21 2026-03-21"),  # Nowruz
        ("2026-03-21", "fa", "ماه گذشته", "2026-02-20 2026-03-20"),
        ("2026-03-21", "fa", "امسال", "2026-03-21 2026-03-21"),
        ("2026-03-21", "fa", "پارسال", "2025-03-21 2026-03-20"),
        ("2025-03-20", "fa", "این ماه", "2025-02-19 2025-03-20"),  # 30 Esfand of the leap year 1403
        ("2026-03-21", "fa", "زمستان", "2025-12-22 2026-03-20"),
    ],
)
def test_any_day_can_be_today(today: str, language: str, said: str, expected: str) -> None:
    assert span(said, language, clock(language, date.fromisoformat(today))) == expected


def test_the_default_is_the_last_thirty_days() -> None:
    assert default_window(TODAY) == Window(date(2026, 10, 24), TODAY, default=True)
    assert (TODAY - default_window(TODAY).first).days == 29


def test_a_time_is_told_without_its_preposition_and_taken_out_of_the_text() -> None:
    words = lexicon("en")
    there = dates.find(
        "complaints over the last 6 months, please", words["time"], words["numbers"]["words"], clock("en")
    )
    assert there
    assert there[0]
    assert there[0].expr == "last 6 months"
    assert there[1].split() == ["complaints", ",", "please"]


def test_an_event_of_the_workspace_is_a_day_to_count_from() -> None:
    at = replace(clock("en"), events={"price increase": date(2026, 9, 15), "relaunch": date(2027, 1, 1)})
    assert span("since the price increase", "en", at) == "2026-09-15 2026-11-22"
    assert found("since the relaunch", "en", at) is None
    assert found("since the price increase", "en") is None


def test_all_time_begins_where_computers_count_from() -> None:
    assert (window := found("ever", "en"))
    assert window.first == EVER


@pytest.mark.parametrize("said", ["what may be wrong", "march on", "top pain points", "", "in the app 4.2", "5 stars"])
def test_words_that_only_look_like_a_time_are_none(said: str) -> None:
    window = found(said, "en")
    assert window is None or (said, window.expr) == ("march on", "march")
