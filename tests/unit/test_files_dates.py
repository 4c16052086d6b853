"""Dates: every way in which they are written, and which ones are refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from connectors.base import Page, Window
from connectors.errors import ConfigError
from connectors.sources.files import plugin
from connectors.tabular.dates import Reading, moment
from tests.pages import notes, split

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOVEMBER_5 = datetime(2026, 11, 5, tzinfo=UTC)


def read(folder: Path, content: str, **settings: Any) -> list[Page]:
    path = folder / "reviews.csv"
    path.write_text(content, encoding="utf-8")
    return list(plugin(name="shop", path=path, clock=lambda: NOW, **settings).pull({}, Window()))


def table(*dates: str) -> str:
    return "text;date\n" + "".join(f"remark {n} of these;{date}\n" for n, date in enumerate(dates))


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-05",
        "2026-11-05T00:00:00Z",
        "2026-11-05T00:00:00z",
        "2026-11-05 00:00:00+00",
        "2026-11-05 02:00:00.000+02:00",
        "2026-11-05 00:00 UTC",
        "20261105",
        "20261105000000",
        "20261105T000000Z",
        "2026-11-05 00:00:00 +0000 UTC",
        "Thursday, November 5, 2026 at 2:00:00\u202fAM GMT+2",
        "1793836800",
        "1793836800000",
        "1793836800.0",
        "Thu, 05 Nov 2026 02:00:00 +0200 (IST)",
        "Thu Nov 05 00:00:00 +0000 2026",
        "Thu Nov 05 2026 02:00:00 GMT+0200 (Israel Standard Time)",
        "05/11/2026",
        "5.11.2026",
        "5-11-26",
        "05/11/2026 12:00 AM",
        "00:00 05/11/2026",
        "Nov 5, 2026",
        "5th of November 2026",
        "05-Nov-26",
        "5 בנובמבר 2026",
        "5 נובמבר 2026, 00:00",
        "1405/08/14",
        "۱۴۰۵/۰۸/۱۴",
        "14/08/1405",
        "14050814",
        "۱۴ آبان ۱۴۰۵",
        "پنج‌شنبه ۱۴ آبان ۱۴۰۵ ساعت ۰۰:۰۰",
        "٢٠٢٦-١١-٠٥",
    ],
)
def test_a_day_is_the_same_however_it_is_written(written: str) -> None:
    assert moment(written, Reading()) == NOVEMBER_5


@pytest.mark.parametrize(
    "value", [1793836800, 1793836800.0, 1793836800000, date(2026, 11, 5), datetime.fromisoformat("2026-11-05")]
)
def test_values_of_json_and_parquet_are_dates_too(value: object) -> None:
    assert moment(value, Reading()) == NOVEMBER_5


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("20261", "the year 20261"),
        ("20261-01-05", "the year 20261"),
        ("0001-01-01", "the year 1,"),
        ("1989-12-31", "outside 1990 to 2100"),
        ("2101-01-01", "outside 1990 to 2100"),
        ("2026", "only a year"),
        ("2026-13-05", "no calendar has"),
        ("31/02/2026", "no calendar has"),
        ("1405/12/31", "no calendar has"),
        ("5 Nov 1405", "two calendars"),
        ("2026-11-05 25:00", "no clock shows"),
        ("2026-11-05 13:00 PM", "no clock shows"),
        ("2026-11-05T00:00:00+25:00", "no zone has"),
        ("2 days ago", "not a date"),
        ("2026/11", "not a date"),
        ("my order 05/11/2026 is late", "not a date"),
        ("12", "not a date"),
        ("", "not a date"),
        ("9" * 400, "not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(written: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        moment(written, Reading())


@given(
    st.datetimes(datetime.fromisoformat("1990-01-02"), datetime.fromisoformat("2100-12-30")),
    st.sampled_from(["UTC", "Asia/Tehran", "America/New_York"]),
)
def test_a_naive_time_is_one_in_the_zone_that_was_set(naive: datetime, zone: str) -> None:
    found = moment(naive.isoformat(), Reading(ZoneInfo(zone)))
    assert found == naive.replace(tzinfo=ZoneInfo(zone))
    assert found.utcoffset() == timedelta(0)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_jalali_day_is_the_gregorian_day_that_it_was(day: date) -> None:
    jalali = JalaliDate(day)  # type: ignore[no-untyped-call]  # the library has annotations in parts only
    for written in (f"{jalali.year}/{jalali.month:02}/{jalali.day:02}", f"{jalali.day}-{jalali.month}-{jalali.year}"):
        assert moment(written, Reading()).date() == day


@given(st.text(max_size=40))
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert moment(text, Reading()).tzinfo is UTC


def test_one_date_past_the_twelfth_decides_for_the_column(tmp_path: Path) -> None:
    feedback, _ = split(read(tmp_path, table("05/08/2026", "08/25/2026")))
    assert [(item.said_at.month, item.said_at.day) for item in feedback] == [(5, 8), (8, 25)]
    feedback, _ = split(read(tmp_path, table("05/08/2026", "25/08/2026")))
    assert [(item.said_at.month, item.said_at.day) for item in feedback] == [(8, 5), (8, 25)]


def test_the_deciding_date_may_stand_at_the_end_of_a_long_file(tmp_path: Path) -> None:
    pages = read(tmp_path, table(*["05/08/2026"] * 1500, "08/25/2026"))
    assert split(pages)[0][0].said_at.month == 5
    assert "dates in date are read month first, as its other dates show" in notes(pages)


def test_where_nothing_decides_the_day_comes_first_and_that_is_said(tmp_path: Path) -> None:
    pages = read(tmp_path, table("05/08/2026", "01/02/2026"))
    assert split(pages)[0][0].said_at.month == 8
    assert "no date in date tells the day from the month; read day first" in notes(pages)


@pytest.mark.parametrize("told", [{"language": "en-US"}, {"timezone": "America/New_York"}])
def test_in_the_united_states_the_month_comes_first(tmp_path: Path, told: dict[str, str]) -> None:
    assert split(read(tmp_path, table("05/08/2026"), **told))[0][0].said_at.month == 5


def test_dots_are_written_where_the_day_comes_first(tmp_path: Path) -> None:
    assert split(read(tmp_path, table("5.8.2026"), language="en-US"))[0][0].said_at.month == 8


def test_a_format_that_was_told_is_the_only_one_read(tmp_path: Path) -> None:
    feedback, rejects = split(read(tmp_path, table("05/08/2026", "2026-08-05", "12/31/1404"), date_format="%m/%d/%Y"))
    assert [item.said_at.month for item in feedback] == [5]
    assert ["does not fit date_format" in reject.reason for reject in rejects] == [True, True]


def test_a_jalali_day_that_only_iran_has_fits_a_format(tmp_path: Path) -> None:
    feedback, _ = split(read(tmp_path, table("31/02/1405"), date_format="%d/%m/%Y"))
    assert feedback[0].said_at == datetime(2026, 5, 21, tzinfo=UTC)


def test_naive_dates_are_in_the_zone_that_was_set(tmp_path: Path) -> None:
    feedback, _ = split(read(tmp_path, table("2026-11-05", "2026-11-05T10:00:00Z"), timezone="Asia/Jerusalem"))
    assert feedback[0].said_at == datetime(2026, 11, 4, 22, tzinfo=UTC)
    assert feedback[1].said_at == datetime(2026, 11, 5, 10, tzinfo=UTC)


def test_a_date_more_than_two_days_ahead_is_a_reject(tmp_path: Path) -> None:
    feedback, rejects = split(read(tmp_path, table("2026-11-24", "2026-11-25")))
    assert len(feedback) == 1
    assert rejects[0].reason == "the date '2026-11-25' lies in the future"


def test_an_empty_date_is_a_reject_unless_a_date_was_set(tmp_path: Path) -> None:
    content = table("2026-11-05", "", "N/A")
    feedback, rejects = split(read(tmp_path, content))
    assert (len(feedback), [reject.where for reject in rejects]) == (1, ["reviews.csv:3", "reviews.csv:4"])
    feedback, rejects = split(read(tmp_path, content, said_at="2026-10-01"))
    assert not rejects
    assert [item.extra.get("said_at_from") for item in feedback] == [None, "config", "config"]
    assert feedback[1].said_at == datetime(2026, 10, 1, tzinfo=UTC)


def test_a_file_without_dates_lends_its_own_and_says_so(tmp_path: Path) -> None:
    pages = read(tmp_path, "text\nremarks without any date\n")
    item = split(pages)[0][0]
    assert item.extra["said_at_from"] == "file"
    assert item.said_at <= NOW
    assert "the file's own date is used" in notes(pages)


def test_a_wrong_date_in_the_settings_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ConfigError, match="said_at"):
        plugin(name="shop", path="nowhere.csv", said_at="yesterday")


def test_a_reason_never_repeats_words_from_a_wrongly_mapped_column(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("text,words\nfine and good,my name is Ann\n", encoding="utf-8")
    pages = list(plugin(name="shop", path=path, map={"text": "text", "said_at": "words"}).pull({}, Window()))
    assert "Ann" not in split(pages)[1][0].reason
