"""Digests: every number is what a question gives, and nothing is said that the numbers do not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.answer import Answer, Status
from assistant.digest import Digest, DigestPlan, Template, clock_of, compose, named_window, plan_of
from assistant.engine import Engine
from assistant.measures import Share
from assistant.periods import Window, week
from connectors.errors import ConfigError
from connectors.record import Channel
from mining.filters import Filters
from mining.store import Store
from tests.digests import ASKER, LANGUAGES, LAST_WEEK, TODAY, VANS, day, filled, made
from tests.engine_store import NOW, ODD, engine_of, is_as_counted
from tests.fakes import keep, said

THIS_WEEK = week(date(2026, 11, 16))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with filled(tmp_path_factory.mktemp("digests")) as there:
        yield there


def figures(answer: Answer) -> list[tuple[int, str, str]]:
    return [(figure.value, figure.unit, figure.query) for figure in answer.figures]


def sections(digest: Digest) -> Iterator[tuple[str, Answer, bool]]:
    """Every question that a digest rests on, its answer, and whether its words alone give it."""
    for section in digest.sections:
        yield section.question, section.answer, section.exact
        for one in section.beside:
            yield one.text, one.answer, one.exact


def is_live(digest: Digest, engine: Engine, asker: Any) -> None:
    """Each answer of a digest is the one that a live question gives."""
    asker = replace(asker, zone=digest.plan.zone)
    for text, answer, exact in sections(digest):
        live = engine.ask(text, asker) if exact else engine.answer(answer.question, asker)
        assert figures(live) == figures(answer), text
        assert live.headline == answer.headline
        assert [row.id for row in live.rows] == [row.id for row in answer.rows]
        assert [quote.text for quote in live.every_quote] == [quote.text for quote in answer.every_quote]
    for section in digest.sections:
        known = {row.id for answer in section.answers for row in answer.rows}
        assert {row.id for row in section.rows} <= known, section.key


# --- the same as live answers -----------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    language=st.sampled_from(LANGUAGES), template=st.sampled_from(list(Template)), back=st.integers(0, 75),
    unit=st.sampled_from(("day", "week", "month")),
    scope=st.sampled_from([
        Filters(), Filters(source=("calls",)), Filters(channel=("review",), stage=("purchase",)),
        Filters(language=("he",)), Filters(rating_max=0.25), Filters(touchpoint=("delivery",)),
    ]),
    zone=st.sampled_from(["UTC", "Asia/Jerusalem", "America/New_York", "Asia/Tehran"]),
)  # fmt: skip
def test_a_digest_says_what_live_questions_say(
    engine: Engine, language: str, template: Template, back: int, unit: str, scope: Filters, zone: str
) -> None:
    asker = replace(ASKER, zone=ZoneInfo(zone), sources=("shop", "calls", "app"))
    then = TODAY - timedelta(days=back)
    stamp = {"day": f"{then}", "week": "{}-W{:02}".format(*then.isocalendar()[:2]), "month": f"{then:%Y-%m}"}[unit]
    plan = DigestPlan(template, language, asker.zone, scope)
    digest = compose(engine, asker, plan, named_window(unit, stamp, asker, language), made_at=NOW)
    is_live(digest, engine, asker)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_digest_can_be_counted_again(engine: Engine, language: str) -> None:
    digest = made(engine, language, window=THIS_WEEK)
    for _, answer, _ in sections(digest):
        is_as_counted(engine.store, answer)


@pytest.mark.parametrize("template", list(Template))
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_questions_of_the_sections_can_be_asked_as_they_stand(
    engine: Engine, language: str, template: Template
) -> None:
    digest = made(engine, language, template.value)
    assert [section.key for section in digest.sections if not section.exact] == []


# --- what they say ----------------------------------------------------------------------------------------------------


def test_a_week_is_told_beside_the_week_before(engine: Engine) -> None:
    digest = made(engine, window=THIS_WEEK)
    assert (digest.baseline.first, digest.baseline.last) == (date(2026, 11, 9), date(2026, 11, 15))
    summary = digest.section("summary")
    assert summary
    # Seven glad people, and three declined cards a day.
    assert [row.figure().value for row in summary.rows] == [28, 28]
    share = summary.rows[0]["negative_share"]
    assert isinstance(share, Share)
    assert (share.part.value, share.whole.value) == (21, 28)


def test_without_a_window_it_is_the_last_whole_one_before_today(engine: Engine) -> None:
    windows = {template.value: made(engine, template=template.value).window for template in Template}
    spans = {name: (window.first, window.last) for name, window in windows.items()}
    assert spans == {
        "executive_monthly": (date(2026, 10, 1), date(2026, 10, 31)),
        "manager_weekly": (date(2026, 11, 9), date(2026, 11, 15)),
        "operations_daily": (date(2026, 11, 21), date(2026, 11, 21)),
    }
    hebrew = made(engine, "he", asker=replace(ASKER, week_start=None))
    assert (hebrew.window.first, hebrew.window.last) == (date(2026, 11, 15), date(2026, 11, 21))
    persian = made(engine, "fa", "executive_monthly", asker=replace(ASKER, week_start=None))
    assert (persian.window.first, persian.window.last, persian.window.calendar) == (
        date(2026, 10, 23), date(2026, 11, 21), "jalali",
    )  # fmt: skip


def test_a_week_that_still_runs_is_compared_like_for_like(engine: Engine) -> None:
    asker = replace(ASKER, today=date(2026, 11, 18))
    window = named_window("week", "2026-W47", asker, "en")
    assert (window.last, window.partial) == (date(2026, 11, 18), True)
    digest = made(engine, window=window, asker=asker)
    assert (digest.baseline.first, digest.baseline.last, digest.baseline.like_for_like) == (
        date(2026, 11, 9), date(2026, 11, 11), True,
    )  # fmt: skip
    is_live(digest, engine, asker)
    assert [section.key for section in digest.sections if not section.exact] == []


def test_a_day_is_told_beside_its_weekday(engine: Engine) -> None:
    digest = made(engine, template="operations_daily")
    assert (digest.baseline.first, digest.baseline.last) == (date(2026, 11, 14), date(2026, 11, 14))
    usual = digest.section("usual")
    assert usual
    assert {date.fromisoformat(row.id[5:15]).weekday() for row in usual.rows} == {5}
    # One glad person a day, two late parcels up to the vans, three declined cards of late: 3 3 1 1 1 1 1 4, then 4.
    assert [row.figure().value for row in usual.rows] == [3, 3, 3, 1, 1, 1, 1, 4, 4]
    assert usual.lead == "4 items; a Saturday has 2.1 as a rule: within chance."


@pytest.mark.parametrize(("today", "verdict"), [(40, "more"), (12, "same"), (1, "less")])
def test_a_day_unlike_its_weekday_is_the_headline(sqlite: Store, today: int, verdict: str) -> None:
    for back, count in ((1, today), *((1 + 7 * weeks, 11 + weeks % 3) for weeks in range(1, 9))):
        keep(
            sqlite,
            *(said(f"{back}-{n}", f"{ODD} {back} {n}", author=f"{back} {n}", said_at=day(back)) for n in range(count)),
        )
    digest = made(engine_of(sqlite), template="operations_daily")
    usual = digest.section("usual")
    assert usual
    words = {"more": "more than chance would give", "less": "fewer than chance would give", "same": "within chance"}
    assert words[verdict] in usual.lead
    began = {"more": "40 items came in, usually 12.1", "less": "1 items came in, usually 12.1"}
    assert verdict == "same" or digest.headline.startswith(began[verdict])


def test_what_fell_and_stayed_low_is_fixed_and_confirmed(engine: Engine) -> None:
    asker = replace(ASKER, events={"own vans": VANS, "price increase": date(2026, 9, 1)})
    digest = made(engine, window=week(date(2026, 11, 2)), asker=asker)
    fixed = digest.section("fixed")
    assert fixed
    assert fixed.lead.startswith("“late delivery” fell and stayed low: 0 of ")
    assert fixed.said == ("Beside it in the calendar: “own vans” on 12 Oct 2026.",)
    assert fixed.beside[0].exact is False, "no words name a theme by its id"
    weeks = [row.figure().value for row in fixed.beside[0].answer.rows]
    # The first day is the 24th of August, and so 14 a week up to the 11th of October.
    assert weeks == [0, 14, 14, 14, 14, 14, 14, 14, 0, 0, 0, 0]
    without = made(engine, window=week(date(2026, 11, 2))).section("fixed")
    assert without
    assert without.said == ("No event of the calendar lies beside the fall.",)


def test_what_is_low_for_a_week_only_is_not_confirmed(engine: Engine) -> None:
    fixed = made(engine, window=week(date(2026, 10, 12))).section("fixed")
    assert fixed
    assert fixed.rows == ()
    assert fixed.lead.startswith("Nothing was confirmed as fixed")


def test_a_new_pain_is_the_headline_and_then_gone_from_it(engine: Engine) -> None:
    first = made(engine, window=week(date(2026, 11, 9)))
    assert first.headline.startswith(
        "New: “card declined at checkout”, in 21 different items in the week starting 9 Nov"
    )
    second = made(engine, window=week(date(2026, 8, 31)))
    assert second.headline.startswith("No change beyond chance: 21 items, 67% with negative remarks")


def test_quotes_are_literal_and_of_different_people(engine: Engine) -> None:
    quotes = made(engine, window=THIS_WEEK).section("quotes")
    assert quotes
    told = [quote for row in quotes.rows for quote in row.quotes]
    assert told
    assert len({quote.mention.author or quote.mention.feedback_id for quote in told}) == len(told)
    for quote in told:
        assert quote.text in quote.mention.text


# --- where there is little --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "No feedback was read in the week starting 7 Sep 2026; the last before its end is from 3 Sep 2026."),
        ("he", "לא נקרא שום משוב בשבוע שמתחיל ב-7 בספטמבר 2026; האחרון שלפני סופו הוא מ-3 בספטמבר 2026."),
        (
            "fa",
            "در هفته از ۱۶ شهریور ۱۴۰۵ هیچ بازخوردی خوانده نشد؛ آخرین بازخورد پیش از پایان آن از ۱۲ شهریور ۱۴۰۵ است.",
        ),
    ],
)
def test_an_empty_week_says_so_and_no_more(sqlite: Store, language: str, said: str) -> None:
    keep(sqlite, *saying_once(date(2026, 9, 3)), *saying_once(date(2026, 11, 20)))
    digest = made(engine_of(sqlite), language, window=week(date(2026, 9, 7)))
    assert digest.empty
    assert digest.headline == said
    assert [section.key for section in digest.sections] == ["summary"]
    is_live(digest, engine_of(sqlite), ASKER)


def saying_once(then: date) -> list[Any]:
    return [said(f"one{then}", f"{ODD} {then}", said_at=day((TODAY - then).days))]


def test_a_store_without_anything_gives_a_digest_too(sqlite: Store) -> None:
    digest = made(engine_of(sqlite))
    assert digest.empty
    assert digest.headline == "No feedback was read in the week starting 9 Nov 2026, nor at any time before."


def test_one_source_in_one_week_has_nothing_to_be_compared_with(sqlite: Store) -> None:
    keep(sqlite, *(said(f"a{n}", f"{ODD} {n}", author=f"a{n}", said_at=day(8 + n % 5)) for n in range(12)))
    engine = engine_of(sqlite)
    digest = made(engine)
    assert digest.headline == "12 items, 100% with negative remarks; there is no time before to compare with."
    assert not digest.empty
    assert digest.section("worse").lead  # type: ignore[union-attr]
    is_live(digest, engine, ASKER)


@pytest.mark.parametrize("first", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1)])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Jerusalem"])
def test_weeks_in_which_the_clock_is_changed_have_all_their_hours(sqlite: Store, first: date, zone: str) -> None:
    place = ZoneInfo(zone)
    asker = replace(ASKER, zone=place, today=date(2026, 11, 22))
    begin = first - timedelta(days=first.weekday())
    edges = [datetime.combine(begin, time(), place), datetime.combine(begin + timedelta(days=7), time(), place)]
    inside = [edges[0], edges[1] - timedelta(seconds=1)]
    keep(sqlite, *(said(f"in{n}", f"{ODD} {n}", author=f"i{n}", said_at=at) for n, at in enumerate(inside)))
    outside = [edges[0] - timedelta(seconds=1), edges[1]]
    keep(sqlite, *(said(f"out{n}", f"{ODD} {n}", author=f"o{n}", said_at=at) for n, at in enumerate(outside)))
    engine = engine_of(sqlite)
    digest = made(engine, asker=asker, window=week(begin))
    summary = digest.section("summary")
    assert summary
    assert summary.rows[0].figure().value == 2
    is_live(digest, engine, asker)


# --- whose words are shown --------------------------------------------------------------------------------------------


def test_private_sources_are_counted_but_not_quoted(engine: Engine) -> None:
    open_, closed = (made(engine, window=THIS_WEEK, private_sources=one) for one in ((), ("app",)))
    quoted = {quote.mention.source for _, answer, _ in sections(open_) for quote in answer.every_quote}
    assert "app" in quoted
    left = {quote.mention.source for _, answer, _ in sections(closed) for quote in answer.every_quote}
    shown = {quote.mention.source for one in closed.sections for row in one.rows for quote in row.quotes}
    assert "app" not in left | shown
    assert any(re.fullmatch(r"Quotes left out because their source is private: \d+\.", note) for note in closed.notes)
    assert [figures(answer) for _, answer, _ in sections(open_)] == [
        figures(answer) for _, answer, _ in sections(closed)
    ]


# --- how far to trust it ----------------------------------------------------------------------------------------------


def test_silent_sources_days_without_data_and_rejects_are_told(sqlite: Store) -> None:
    often = [said(f"a{n}", f"{ODD} {n}", author=f"a{n}", said_at=day(n), source="shop") for n in range(7, 60)]
    ended = [
        said(f"b{n}", f"{ODD} b{n}", author=f"b{n}", said_at=day(n), source="calls", channel=Channel.CALL)
        for n in range(20, 60)
    ]
    keep(sqlite, *(one for one in often if one.said_at.date() != date(2026, 11, 11)), *ended)
    notes = made(engine_of(sqlite)).notes
    assert "calls has been silent since 2 Nov 2026: 13 days; before that it never was for more than 1." in notes
    assert "Days without any feedback: 11 Nov 2026." in notes
    assert "Every record read since 9 Nov 2026 could be understood." in notes


# --- plans and times --------------------------------------------------------------------------------------------------


def test_conditions_are_read_as_those_of_a_question_are(engine: Engine) -> None:
    asker = replace(ASKER, platforms={"Android": ()}, sources=("shop",))
    plan = plan_of(engine, asker, "Android, in Hebrew, from shop", template=Template.OPERATIONS_DAILY, language="fa")
    assert plan.filters == Filters(platform=("Android",), language=("he",), source=("shop",))
    assert (plan.template, plan.language) == (Template.OPERATIONS_DAILY, "fa")


@pytest.mark.parametrize("words", ["last week", "complaints", "zxqv wklj", "Android last week", "negative"])
def test_what_is_no_condition_is_refused(engine: Engine, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        plan_of(engine, replace(ASKER, platforms={"Android": ()}), words)
    assert refused.value.hint


def test_what_is_watched_stands_in_the_digest_with_its_time(engine: Engine) -> None:
    watched = (("Cards", "top pain points in purchase stage"), ("Leaving", "how many items mention churn in October"))
    digest = made(engine, window=THIS_WEEK, watched=watched)
    cards, leaving = (section for section in digest.sections if section.key == "watched")
    assert (cards.title, cards.question) == (
        "Cards",
        "top pain points in purchase stage in the week starting 16 Nov 2026",
    )
    assert cards.answer.status is Status.ANSWERED
    assert leaving.answer.window
    assert leaving.answer.window.first == date(2026, 10, 1)
    is_live(digest, engine, ASKER)


@pytest.mark.parametrize(
    ("kind", "text", "week_start", "language", "first", "last"),
    [
        ("week", "2026-W46", "monday", "en", "2026-11-09", "2026-11-15"),
        ("week", "2026-w46", "sunday", "en", "2026-11-08", "2026-11-14"),
        ("week", "2026W46", None, "he", "2026-11-08", "2026-11-14"),
        ("week", "2026-W46", None, "fa", "2026-11-07", "2026-11-13"),
        ("week", "2026-W01", "monday", "en", "2025-12-29", "2026-01-04"),
        ("month", "2026-10", None, "fa", "2026-10-01", "2026-10-31"),
        ("month", "1405-08", None, "fa", "2026-10-23", "2026-11-21"),
        ("month", "2026-11", None, "en", "2026-11-01", "2026-11-22"),
        ("day", "2026-11-20", None, "en", "2026-11-20", "2026-11-20"),
        ("day", "1405-08-29", None, "en", "2026-11-20", "2026-11-20"),
    ],
)
def test_times_are_named_by_week_month_and_day(
    kind: str, text: str, week_start: str | None, language: str, first: str, last: str
) -> None:
    window = named_window(kind, text, replace(ASKER, week_start=week_start), language)
    assert (window.first.isoformat(), window.last.isoformat()) == (first, last)
    assert isinstance(window, Window)
    assert clock_of(ASKER, language).today == TODAY


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *(("week", text) for text in ("2026-W54", "2026-46", "W46", "2026-W", "99999-W1", "", "2026-W00", "2027-W01")),
        *(("month", text) for text in ("2026-13", "2026", "2026-10-01", "x", "-1-2", "0001-01", "2026-12")),
        *(("day", text) for text in ("2026-02-30", "2026-11", "1405-12-40", "tomorrow", "2026-11-23")),
    ],
)
def test_times_that_are_none_or_have_not_begun_are_refused(kind: str, text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        named_window(kind, text, ASKER, "en")
    assert refused.value.hint


def test_the_json_of_a_digest_keeps_its_shape(engine: Engine) -> None:
    told = made(engine, window=THIS_WEEK).as_json()
    assert set(told) == {
        "template", "language", "filters", "window", "baseline", "headline", "sections", "notes", "made_at", "empty",
    }  # fmt: skip
    assert {"key", "title", "question", "exact", "lead", "said", "shown", "answer", "beside"} == set(
        told["sections"][0]
    )
    assert (told["window"]["from"], told["window"]["to"]) == ("2026-11-16", "2026-11-22")
    assert LAST_WEEK[0].isoformat() == told["window"]["from"]
