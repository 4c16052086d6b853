"""What is watched: proposals from words and from questions, what they say, and what is sent when they are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete

from assistant import kept, watch
from assistant.answer import Answer
from assistant.engine import Engine
from assistant.meaning import Asker, Kind, Question
from assistant.watch import Proposal
from assistant.watches import meaning
from assistant.watches.rule import Rule
from connectors.errors import ConfigError
from mining import watches as stored
from mining.database import open_engine
from mining.schema import runs, watches
from mining.store import Store
from tests.backed import numbers
from tests.engine_store import ASKER, DECLINED, NOW, TODAY, engine_of, late, on, saying
from tests.fakes import keep

Proposing = Callable[..., Proposal]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(open_engine(f"sqlite:///{tmp_path_factory.mktemp('shop') / 'overheard.db'}")).open()
    keep(store, *late(9, said_at=on(17)), stage="purchase")
    keep(store, *saying(DECLINED, 4, said_at=on(10)), stage="purchase", touchpoint="checkout")
    yield store
    store.close()


@pytest.fixture(scope="module")
def engine(shop: Store) -> Engine:
    return engine_of(shop)


@pytest.fixture
def sqlite(shop: Store) -> Store:
    """The shop's store, with nothing watched."""
    with shop.transaction() as connection:
        connection.execute(delete(watches))
        connection.execute(delete(runs))
    return shop


@pytest.fixture
def propose(sqlite: Store, engine: Engine) -> Proposing:
    def make(text: str | None = None, **given: Any) -> Proposal:
        wanted = {"to": "#cx", "by": "me", "now": NOW, "text": text, **given}
        return watch.propose(sqlite, engine, ASKER, **wanted)

    return make


# --- proposals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "schedule", "language"),
    [
        ("top pain points in purchase stage last week", "answer", "0 9 * * MON", "en"),
        ("every Friday at 16:30: top pain points last week", "answer", "30 16 * * FRI", "en"),
        ("send me the top pain points every weekday at 8", "answer", "0 8 * * MON-FRI", "en"),
        ("top pain points every friday", "answer", "0 9 * * FRI", "en"),
        ("every Tuesday: how many complaints about delivery yesterday", "answer", "0 9 * * TUE", "en"),
        ("complaints about delivery by week, weekly", "answer", "0 9 * * MON", "en"),
        ("مهم‌ترین مشکلات هر دوشنبه", "answer", "0 9 * * MON", "fa"),
        ("send me the digest every Monday at 8", "digest", "0 8 * * MON", "en"),
        ("alert me when complaints about delivery pass 20 a day", "alert", "0 8 * * *", "en"),
        ("notify me when complaints about delivery are unusual", "alert", "0 8 * * *", "en"),
        ("שלחו לי כל יום ראשון ב-9 את נקודות הכאב בשלב הרכישה", "answer", "0 9 * * SUN", "he"),
        ("הודיעו לי כשיש יותר מ-20 תלונות על משלוחים ביום", "alert", "0 8 * * *", "he"),
        ("هر دوشنبه ساعت ۹ مهم‌ترین مشکلات خرید را برایم بفرست", "answer", "0 9 * * MON", "fa"),
        ("وقتی شکایت‌های تحویل غیرعادی شد خبرم کن", "alert", "0 8 * * *", "fa"),
    ],
)
def test_words_say_what_is_watched_and_when(
    propose: Proposing, text: str, kind: str, schedule: str, language: str
) -> None:
    made = propose(text).watch
    assert (made.kind, made.schedule, made.language) == (kind, schedule, language)
    assert (made.to, made.by, made.zone, made.made_at) == ("#cx", "me", "UTC", NOW)
    if kind != "digest":
        assert made.text == text


def test_nothing_is_saved_by_proposing(sqlite: Store, propose: Proposing) -> None:
    proposal = propose("top pain points last week")
    assert watch.listed(sqlite) == []
    assert watch.save(sqlite, proposal) == proposal.watch
    assert watch.listed(sqlite, by="me", to="#cx") == [proposal.watch]
    assert watch.mute(sqlite, proposal.watch.id, NOW)
    assert watch.end(sqlite, proposal.watch.id, NOW)
    assert watch.listed(sqlite) == []


def test_what_is_given_goes_over_what_the_words_say(propose: Proposing) -> None:
    made = propose(
        "every Friday: top pain points", schedule="0 7 * * 1", zone="Asia/Tehran", language="he", kind="section"
    ).watch
    assert (made.kind, made.schedule, made.language) == ("section", "", "he")
    made = propose("every Friday: top pain points", schedule="0 7 * * 1", zone="Asia/Tehran", language="he").watch
    assert (made.kind, made.schedule, made.zone, made.language) == ("answer", "0 7 * * MON", "Asia/Tehran", "he")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("what is the weather", {}),
        ("hello", {}),
        ("delivery", {}),
        ("send me this every Monday", {}),
        ("create a ticket for late delivery", {}),
        ("pain points on 2026-02-31", {}),
        ("what will our revenue be", {}),
        ("who is the customer that wrote the most", {}),
        ("", {}),
        (None, {}),
        ("top pain points", {"to": "cx"}),
        ("top pain points", {"to": "mailto:nobody"}),
        ("top pain points", {"to": "file:/tmp/x.exe"}),
        ("top pain points", {"to": "file:/tmp/x.html"}),
        ("top pain points", {"schedule": "* * * * *"}),
        ("top pain points", {"zone": "Nowhere/City"}),
        ("top pain points", {"kind": "letter"}),
        ("top pain points", {"kind": "answer", "rule": Rule()}),
        ("Android, in Hebrew", {"kind": "digest", "template": "yearly"}),
        ("why do people complain", {"kind": "digest"}),
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_refused_with_a_hint(
    propose: Proposing, text: str | None, given: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError) as refused:
        propose(text, **given)
    assert refused.value.hint


def test_a_bare_topic_makes_an_alert_though_it_is_no_question(propose: Proposing) -> None:
    made = propose("delivery", kind="alert").watch
    assert made.kind == "alert"
    assert made.spec["ask"]["question"]["scope"]["touchpoint"] == ["delivery"]


@pytest.mark.parametrize("language", ["en", "he", "fa"])
@pytest.mark.parametrize(
    "given",
    [
        {"text": "top pain points last week"},
        {"text": "top pain points", "kind": "section"},
        {"kind": "digest"},
        {"text": "complaints about delivery", "rule": Rule.of("count")},
        {"text": "complaints about delivery", "rule": Rule.of("count", kind="threshold", value=8.0)},
        {"text": "share of complaints", "rule": Rule.of("share", kind="threshold", value=0.15, period="week")},
        {"text": "delivery", "kind": "alert", "rule": Rule.of("net_sentiment", direction="below")},
    ],
    ids=["answer", "section", "digest", "unusual", "limit", "share", "balance"],
)
def test_every_proposal_is_said_in_every_language(propose: Proposing, given: dict[str, Any], language: str) -> None:
    proposal = propose(language=language, **given)
    assert proposal.says[0] == watch.describe(proposal.watch)
    assert all("{" not in line and line.strip() for line in proposal.says)
    assert (proposal.back_test is not None) == (proposal.watch.kind == "alert")
    if proposal.back_test:
        assert proposal.back_test.says in proposal.says
    if language != "en":
        told = " ".join(proposal.says).replace("top pain points last week", "").replace("top pain points", "")
        for text in (str(given.get("text")), "#cx", "UTC"):
            told = told.replace(text, "")
        assert not any("a" <= sign.lower() <= "z" for sign in told), told


def test_a_proposal_says_when_it_comes_first_and_what_it_would_say_now(propose: Proposing) -> None:
    says = propose("top pain points last week", zone="Asia/Jerusalem").says
    assert "every Monday at 09:00 (⁨Asia/Jerusalem⁩)" in says[0]
    assert says[1] == "First on 23 Nov 2026 at 09:00."
    assert "declined" in says[2]


def test_a_time_that_stands_still_is_said_to(propose: Proposing) -> None:
    assert not any("same days each time" in line for line in propose("top pain points last month").says)
    assert any("same days each time" in line for line in propose("top pain points in October 2026").says)


# --- questions on another day ---------------------------------------------------------------------------------------

TEXTS = (
    "top pain points last week", "top pain points in purchase stage", "why did complaints rise last week",
    "how has sentiment about delivery changed over the last 3 months", "compare last week and the week before",
    "how many complaints since 1 September", "top pain points yesterday", "new themes this month",
    "journey overview last quarter", "נקודות הכאב המובילות בשבוע שעבר", "כמה תלונות על משלוחים היו אתמול?",
    "مهم‌ترین مشکلات هفته گذشته چیست؟", "در ماه گذشته چند شکایت دربارهٔ تحویل بود؟",
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_watch_asks_on_another_day_what_its_words_ask_there(engine: Engine, text: str) -> None:
    question = engine.read(text, ASKER)
    told = meaning.spec(question, engine, ASKER)
    for days in (0, 1, 7, 40, 300):
        later = replace(ASKER, today=TODAY + timedelta(days=days))
        again = meaning.again(told, text, engine, later)
        asked = engine.read(text, later)
        assert (again.window, again.baseline, again.compare) == (asked.window, asked.baseline, asked.compare)
        assert (again.kind, again.scope, again.sentiment, again.theme) == (
            asked.kind,
            asked.scope,
            asked.sentiment,
            asked.theme,
        )


def test_an_answer_is_about_the_time_at_which_it_was_due(sqlite: Store, engine: Engine, propose: Proposing) -> None:
    made = propose("top pain points last week").watch
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    found = watch.content(made, engine, ASKER, store=sqlite, due_at=monday)
    assert isinstance(found, Answer)
    assert found.window is not None
    assert (found.window.first, found.window.last) == (date(2026, 11, 16), date(2026, 11, 22))
    asker = replace(ASKER, today=monday.date(), zone=ZoneInfo("UTC"))
    assert found == engine.ask("top pain points last week", asker)


def test_the_day_is_that_of_the_zone(sqlite: Store, engine: Engine, propose: Proposing) -> None:
    made = propose("top pain points yesterday", zone="Asia/Jerusalem").watch
    late_evening = datetime(2026, 11, 17, 22, 30, tzinfo=UTC)
    found = watch.content(made, engine, ASKER, store=sqlite, due_at=late_evening)
    assert isinstance(found, Answer)
    assert found.window is not None
    assert found.window.first == date(2026, 11, 17)


def test_a_follow_up_can_be_watched_as_it_was_meant(sqlite: Store, engine: Engine, propose: Proposing) -> None:
    engine.ask("top pain points last week", ASKER, "thread")
    answer = engine.ask("just in purchase stage", ASKER, "thread")
    made = propose(question=answer.question).watch
    found = watch.content(made, engine, ASKER, store=sqlite, due_at=datetime(2026, 11, 30, 9, tzinfo=UTC))
    assert isinstance(found, Answer)
    assert found.question.kind is Kind.TOP_PAIN_POINTS
    assert found.question.scope.stage == ("purchase",)
    assert found.window is not None
    assert found.window.first == date(2026, 11, 23)


def test_a_wish_in_a_thread_is_about_what_was_asked_before(engine: Engine, propose: Proposing) -> None:
    engine.ask("top pain points in purchase stage", ASKER, "thread")
    wish = engine.ask("send me this every Tuesday at 10", ASKER, "thread")
    made = propose(question=wish.question).watch
    assert (made.kind, made.schedule) == ("answer", "0 10 * * TUE")
    assert made.spec["ask"]["question"]["scope"]["stage"] == ["purchase"]


def test_an_answer_in_another_language_counts_the_same(sqlite: Store, engine: Engine, propose: Proposing) -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    english, hebrew = (
        watch.content(propose("top pain points last week", language=one).watch, engine, ASKER, store=sqlite, due_at=at)
        for one in ("en", "he")
    )
    assert isinstance(english, Answer)
    assert isinstance(hebrew, Answer)
    assert hebrew.question.language == "he"
    assert [row.figure().value for row in hebrew.rows] == [row.figure().value for row in english.rows]
    assert not any("a" <= sign.lower() <= "z" for sign in hebrew.headline)


def test_what_is_sent_late_says_when_it_was_due(sqlite: Store, engine: Engine, propose: Proposing) -> None:
    made = propose("top pain points last week", zone="Asia/Jerusalem").watch
    due_at = datetime(2026, 11, 23, 7, tzinfo=UTC)
    found = watch.content(made, engine, ASKER, store=sqlite, due_at=due_at, late=True)
    assert isinstance(found, Answer)
    assert found.notes[-1].startswith("This was due on 23 Nov 2026 at 09:00 and is sent late")
    assert set(numbers(found.notes[-1])) == {"23", "2026", "09", "00"}


def test_what_another_version_kept_is_refused_in_words(sqlite: Store, engine: Engine, propose: Proposing) -> None:
    made = propose("top pain points last week").watch
    question = {**made.spec["ask"]["question"], "mood": "bad"}
    odd = replace(made, spec={**made.spec, "ask": {**made.spec["ask"], "question": question}})
    with pytest.raises(ConfigError, match="cannot be read any more"):
        watch.content(odd, engine, ASKER, store=sqlite, due_at=NOW)


# --- digests --------------------------------------------------------------------------------------------------------


def test_a_digest_holds_the_sections_that_its_place_watches(sqlite: Store, engine: Engine, propose: Proposing) -> None:
    from assistant.digest import Digest

    section = propose("every week: top pain points in purchase stage", kind="section")
    assert any("No digest goes to" in line for line in section.says)
    watch.save(sqlite, section)
    watch.save(sqlite, propose("top praise", kind="section", to="#elsewhere"))
    digest = watch.save(sqlite, propose(kind="digest", language="he", template="manager_weekly"))
    found = watch.content(digest, engine, ASKER, store=sqlite, due_at=datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert isinstance(found, Digest)
    assert (found.plan.language, found.window.first) == ("he", date(2026, 11, 15))
    assert [(one.title, one.answer.question.scope.stage) for one in found.sections if one.key == "watched"] == [
        ("every week: top pain points in purchase stage", ("purchase",))
    ]


def test_a_digest_is_about_its_words(sqlite: Store, propose: Proposing) -> None:
    assert propose("purchase stage", kind="digest").watch.spec["filters"]["stage"] == ["purchase"]


def test_what_is_kept_of_a_question_survives_the_store(sqlite: Store, engine: Engine, propose: Proposing) -> None:
    made = watch.save(sqlite, propose("top pain points last week"))
    back = stored.get(sqlite, made.id)
    assert back is not None
    question: Question | None = kept.question_from(back.spec["ask"]["question"], ASKER.taxonomy)
    assert question == engine.read("top pain points last week", ASKER)


def test_an_asker_of_another_zone_is_not_the_watch(sqlite: Store, engine: Engine) -> None:
    far = Asker(TODAY, datetime(2026, 1, 1, tzinfo=UTC).tzinfo or UTC)
    made = watch.propose(sqlite, engine, far, to="#cx", by="me", now=NOW, text="top pain points", zone="Asia/Tehran")
    assert made.watch.zone == "Asia/Tehran"
