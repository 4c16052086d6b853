"""What feedback cannot answer is not answered, and no answer says a number that nothing stands behind."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from assistant.answer import Answer, Status
from assistant.engine import Engine
from assistant.meaning import Asker, Kind
from benchmarks.workspace import fill
from benchmarks.workspace_words import NAMES
from connectors import plugins
from mining import facts_held, reading
from mining.database import open_engine
from mining.store import Store
from tests.backed import numbers, unbacked
from tests.engine_store import NOW, TODAY

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "tests/fixtures/questions"
UNANSWERABLE = [
    json.loads(line) for line in (QUESTIONS / "unanswerable.jsonl").read_text(encoding="utf-8").split("\n") if line
]
ASKED = tomllib.loads((ROOT / "benchmarks/asking.toml").read_text(encoding="utf-8"))
EVERY = [ASKED[kind.value][language] for kind in Kind for language in ("en", "he", "fa")]
_NAMED: dict[str, dict[str, tuple[str, ...]]] = {kind: {name: () for name in names} for kind, names in NAMES.items()}
ASKER = Asker(TODAY, products=_NAMED["product"], competitors=_NAMED["competitor"], platforms=_NAMED["platform"])
ALL_NAMES = [name for names in NAMES.values() for name in names]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    held = Store(open_engine(f"sqlite:///{tmp_path_factory.mktemp('honest') / 'overheard.db'}")).open()
    fill(held, 500)
    facts_held.bring_up(held)
    yield held
    held.close()


@pytest.fixture(scope="module")
def engine(store: Store) -> Engine:
    embedder = plugins.load("embeddings.models", "static")()
    return Engine(store, lambda: NOW, lambda: embedder)


@pytest.fixture(scope="module")
def days(store: Store) -> list[date]:
    with store.transaction() as connection:
        said = connection.scalars(text("SELECT DISTINCT date(said_at) FROM feedback")).all()
    return [date.fromisoformat(day) for day in said]


def _backed(answer: Answer, days: list[date]) -> None:
    # The nearest day, and the first day of a theme, are told where nothing was said and where something is new.
    tells_days = answer.status is Status.NO_DATA or answer.question.kind is Kind.EMERGING
    missing = unbacked(answer, days if tells_days else (), ALL_NAMES)
    if answer.question.kind is Kind.EMERGING:
        missing = [one for one in missing if one[1] not in _about_themes(answer)]
    assert missing == []


def _about_themes(answer: Answer) -> list[str]:
    """Sentences with numbers of themes tested and of what was expected, which are no counts of feedback."""
    return [answer.headline, *answer.said, *(mark for row in answer.rows for mark in row.marks)]


def test_digits_of_every_writing_are_read() -> None:
    assert numbers("۱۲٬۳۴۵ و ۳٫۵، ٪۱۰۰ “۷ روز” ٣ 1,234 of 5,5") == ["12345", "3.5", "100", "3", "1234", "5", "5"]


@pytest.mark.parametrize("asked", UNANSWERABLE, ids=lambda one: one["q"][:40])
def test_what_feedback_cannot_tell_is_not_answered_with_a_number(
    asked: dict[str, str], engine: Engine, store: Store
) -> None:
    answer = engine.ask(asked["q"], ASKER)
    assert answer.question.language == asked["lang"]
    assert answer.status in (Status.NO_DATA, Status.REFUSED, Status.OUT_OF_SCOPE)
    assert (answer.rows, answer.every_quote, answer.counted) == ((), [], None)
    # What can be told instead is about the last 30 days, by the asker's calendar.
    assert unbacked(answer, (TODAY, date(2026, 10, 24))) == []
    for figure in answer.figures:
        query, *_ = reading.recall(store, figure.query)
        assert reading.counts(reading.heard(store, query)).of(figure.unit) == figure.value


def test_there_are_twenty_of_them_in_three_languages() -> None:
    assert len({asked["q"] for asked in UNANSWERABLE}) == 20
    assert {asked["lang"] for asked in UNANSWERABLE} == {"en", "he", "fa"}


@pytest.mark.parametrize("question", EVERY)
def test_each_number_of_an_answer_of_each_kind_is_backed(question: str, engine: Engine, days: list[date]) -> None:
    _backed(engine.ask(question, ASKER), days)


PIECES = st.sampled_from(
    [
        *EVERY, *(word for question in EVERY for word in question.split()), *ALL_NAMES,
        "17", "۳", "2,500", "3.5", "²", "٤", "0", "-1", "99%", "all time", "since 2025", "last 7 weeks", "#3",
        "by stage", "by month", "4 stars", "[q123456789abc]", "“12”", "12:30", "2026-10-01", "half", "twelve",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=9).map(" ".join) | st.text(max_size=80)


@settings(deadline=None, max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))
@given(asked=TEXTS)
def test_whatever_is_asked_each_number_of_the_answer_is_backed(asked: str, engine: Engine, days: list[date]) -> None:
    answer = engine.ask(asked, ASKER)
    _backed(answer, days)
    assert answer.status is not Status.ANSWERED or answer.figures or answer.question.kind is Kind.CHITCHAT
