"""The questions of a digest are questions that anybody can ask: each is read as exactly what is counted."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import periods
from assistant.digests.asking import Asking
from assistant.digests.phrases import phrases
from assistant.engine import Engine
from assistant.meaning import Asker, Kind
from assistant.periods import Clock, Window
from mining.database import open_engine
from mining.filters import Filters
from mining.store import Store
from tests.digests import LANGUAGES, TODAY
from tests.engine_store import EMBEDDER, NOW

KEYS = tuple(
    tomllib.loads((files("assistant") / "phrasing" / "digest_en.toml").read_text(encoding="utf-8"))["digest"]["ask"]
)
KINDS = {
    "count": Kind.COUNT, "negative": Kind.COUNT,
    "compare": Kind.COMPARE, "why": Kind.WHY_CHANGE, "emerging": Kind.EMERGING,
    "emerging_pain": Kind.EMERGING, "pains": Kind.TOP_PAIN_POINTS, "praise": Kind.TOP_PRAISE,
    "pains_by_stage": Kind.TOP_PAIN_POINTS, "praise_by_stage": Kind.TOP_PRAISE, "journey": Kind.JOURNEY_OVERVIEW,
    "churn": Kind.CHURN_RISK, "effort": Kind.TOP_PAIN_POINTS, "quotes": Kind.QUOTES,
    "quotes_of_complaints": Kind.QUOTES, "by_source": Kind.COUNT, "by_day": Kind.TREND, "net_by_week": Kind.TREND,
    "negative_by_week": Kind.TREND,
}  # fmt: skip
COUNTED = {
    "compare",
    "pains",
    "praise",
    "pains_by_stage",
    "praise_by_stage",
    "effort",
    "quotes",
    "quotes_of_complaints",
}
SCOPES = {
    "platform": Filters(platform=("Android",), language=("he",)),
    "stage": Filters(stage=("purchase",)),
    "touchpoint": Filters(touchpoint=("delivery",), channel=("call",)),
    "product": Filters(product=("Acme Pro",)),
    "source": Filters(source=("shop",)),
}
# Where the words of the condition themselves ask for something else, in one language or another.
NOT_IN_WORDS = {"rating": Filters(rating_max=0.25), "region": Filters(segment={"region": "Atlantis"})}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    store = Store(open_engine("sqlite://")).open()
    yield Engine(store, lambda: NOW, lambda: EMBEDDER)
    store.close()


def asker(**more: object) -> Asker:
    return Asker(
        TODAY, products={"Acme Pro": ()}, platforms={"Android": ("אנדרואיד", "اندروید")}, sources=("shop",), **more  # type: ignore[arg-type]
    )  # fmt: skip


def windows(unit: str, back: int, start: str, language: str) -> tuple[Window, Window]:
    """A whole time of its kind and the one before it."""
    if unit == "range":
        last = TODAY - timedelta(days=back)
        window = Window(last - timedelta(days=27), last, unit="range")
        return window, Window(window.first - timedelta(days=56), window.first - timedelta(days=1), unit="range")
    calendar = "jalali" if language == "fa" and back % 2 else "gregorian"
    clock = Clock.of(TODAY, language, start, calendar)
    window = periods.period(clock, unit, -1 - back)
    return window, periods.before(window, clock)


def asked(engine: Engine, language: str, key: str, unit: str, back: int, scope: Filters, start: str = "monday") -> None:
    window, baseline = windows(unit, back, start, language)
    asking = Asking(engine, asker(week_start=start), phrases(language), scope)
    beside = baseline if key in ("compare", "why") else None
    found = asking.ask(key, window, beside, n=4 if key in COUNTED else None)
    question = found.answer.question
    assert question.kind is KINDS[key], found.text
    assert question.language == language
    assert found.exact, found.text
    for name in ("platform", "product", "source", "touchpoint", "channel", "language"):
        assert getattr(question.scope, name) == getattr(scope, name), found.text
    if key == "compare":
        assert question.compare
        assert [(one.first, one.last) for one in question.compare.windows] == [
            (one.first, one.last) for one in (window, baseline)
        ]
    else:
        assert question.window
        assert (question.window.first, question.window.last) == (window.first, window.last), found.text
    if key == "why":
        assert question.baseline
        assert (question.baseline.first, question.baseline.last) == (baseline.first, baseline.last)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    unit=st.sampled_from(("day", "week", "month", "range")), back=st.integers(0, 40),
    start=st.sampled_from(("monday", "sunday", "saturday")),
)  # fmt: skip
def test_each_question_of_a_digest_is_read_as_it_is_meant(
    engine: Engine, language: str, key: str, unit: str, back: int, start: str
) -> None:
    if key == "why" and unit == "range":
        unit = "week"  # nobody asks it of a range: what is before it is another matter
    asked(engine, language, key, unit, back, Filters(), start)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_conditions_are_said_as_they_are_read(engine: Engine, language: str, scope: str) -> None:
    for key in KEYS:
        asked(engine, language, key, "week", 0, SCOPES[scope])


@pytest.mark.parametrize("name", NOT_IN_WORDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_condition_without_words_is_kept_all_the_same(engine: Engine, language: str, name: str) -> None:
    window, _ = windows("week", 0, "monday", language)
    scope = NOT_IN_WORDS[name]
    found = Asking(engine, asker(), phrases(language), scope).ask("by_day", window)
    question = found.answer.question
    assert question.kind is Kind.TREND
    assert (question.scope.rating_max, dict(question.scope.segment)) == (scope.rating_max, dict(scope.segment))
    assert question.window
    assert (question.window.first, question.window.last) == (window.first, window.last)


def test_a_month_has_its_name_in_the_calendar_that_it_is_of() -> None:
    october, aban = periods.months("gregorian", 2026, 10), periods.months("jalali", 1405, 8)
    assert [phrases(language).when(october, "period") for language in LANGUAGES] == [
        "Oct 2026", "אוקטובר 2026", "اکتبر ۲۰۲۶",
    ]  # fmt: skip
    assert phrases("fa").when(aban, "period") == "آبان ۱۴۰۵"
    half = Window(date(2026, 11, 1), date(2026, 11, 22), unit="month", partial=True)
    assert phrases("en").when(half) == "in Nov 2026"
