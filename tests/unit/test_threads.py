"""Conversations: kept in the store as they were, through anything, without a customer's word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from assistant import kept
from assistant.answer import Answer, Row, Status
from assistant.engine import Engine
from assistant.kept import Kept
from assistant.meaning import Asker, Kind, Question
from connectors.errors import ConfigError
from mining import schema, threads
from mining.store import Store
from mining.taxonomy import shipped
from tests.asked import EMPTY, IN_OCTOBER, LAST_30, OCTOBER, PAINS, QUESTIONS, SMALL, TREND, asked, more
from tests.fakes import NOON, keep, said
from tests.store_behaviour import rows

# --- the store ------------------------------------------------------------------------------------------------------


def test_a_conversation_is_recalled_as_it_was_last_remembered(sqlite: Store) -> None:
    assert threads.recall(sqlite, "t") is None
    for spec in ({"v": 1, "q": "שלום \0"}, {"v": 1, "q": [None, 1.5, {"a": {}}]}):
        threads.remember(sqlite, "t", spec, NOON)
        assert threads.recall(sqlite, "t") == spec
    assert threads.recall(sqlite, "T") is None


@pytest.mark.parametrize("thread", ["", "x" * 201])
def test_an_id_that_is_none_is_refused_in_words(sqlite: Store, thread: str) -> None:
    for use in (threads.recall, threads.forget):
        with pytest.raises(ConfigError, match="200 signs"):
            use(sqlite, thread)
    with pytest.raises(ConfigError, match="200 signs"):
        threads.remember(sqlite, thread, {}, NOON)


@pytest.mark.parametrize(
    "thread", [" ", "x" * 200, "C01/172.55", "שיחה", "\ud83d", "a\0b", "'; DROP TABLE threads; --"]
)
def test_an_id_is_any_text(sqlite: Store, thread: str) -> None:
    threads.remember(sqlite, thread, {"v": 1}, NOON)
    assert threads.recall(sqlite, thread) == {"v": 1}
    assert threads.forget(sqlite, thread)
    assert not threads.forget(sqlite, thread)
    assert threads.recall(sqlite, thread) is None


def test_conversations_that_ask_nothing_any_more_are_let_go_of(sqlite: Store) -> None:
    for days in range(4):
        threads.remember(sqlite, f"t{days}", {}, NOON + timedelta(days=days))
    assert threads.forget_before(sqlite, NOON + timedelta(days=2)) == 2
    assert [row.id for row in rows(sqlite, schema.threads)] == ["t2", "t3"]


@pytest.mark.parametrize("spec", ["nonsense", "[1]", "7", "null", '"x"'])
def test_what_somebody_wrote_there_by_hand_is_no_conversation(sqlite: Store, spec: str) -> None:
    with sqlite.transaction() as connection:
        connection.execute(
            text("INSERT INTO threads VALUES ('t', :spec, :at)"), {"spec": spec, "at": "2026-11-02 12:00:00.000000"}
        )
    assert threads.recall(sqlite, "t") is None
    assert kept.last(sqlite, "t", shipped()) is None
    threads.remember(sqlite, "t", {"v": 1}, NOON)
    assert threads.recall(sqlite, "t") == {"v": 1}


# --- questions as JSON ----------------------------------------------------------------------------------------------

KEPT = st.builds(Kept, QUESTIONS, st.lists(st.text(max_size=5), max_size=4).map(tuple), QUESTIONS)


def written(kept_: Kept) -> Any:
    return json.loads(json.dumps(kept.as_json(kept_)))


@settings(deadline=None)
@given(KEPT)
def test_any_question_comes_back_exactly(one: Kept) -> None:
    assert kept.from_json(written(one), SMALL) == one
    assert kept.from_json(written(replace(one, listed=one.question)), SMALL) == replace(one, listed=one.question)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(KEPT, st.data(), JSON)
def test_whatever_became_of_what_was_kept_it_is_read_as_it_is_or_not_at_all(
    one: Kept, data: st.DataObject, instead: Any
) -> None:
    spec = written(one)
    holder: Any = data.draw(st.sampled_from([spec, spec["question"], spec["question"]["scope"]]))
    holder[data.draw(st.sampled_from(sorted(holder)))] = instead
    found = kept.from_json(spec, SMALL)
    assert found is None or kept.from_json(written(found), SMALL) == found


@pytest.mark.parametrize("spec", [{}, {"v": 2}, {"v": 1}, {"v": 1, "shown": [], "question": {}}, {"v": 1, "shown": 7}])
def test_what_another_version_wrote_is_no_previous_question(spec: dict[str, Any]) -> None:
    assert kept.from_json(spec, shipped()) is None


@pytest.mark.parametrize("place", [("question",), ("question", "scope"), ("question", "window")])
def test_a_field_that_is_not_known_today_is_no_previous_question(place: tuple[str, ...]) -> None:
    spec = written(Kept(PAINS, (), PAINS))
    holder = spec
    for name in place:
        holder = holder[name]
    holder["mood"] = "blue"
    assert kept.from_json(spec, shipped()) is None


def test_a_name_of_a_zone_that_is_gone_is_no_previous_question() -> None:
    for zone in ("Mars/Olympus", "../../etc/passwd", "+99999999", "", 7):
        spec = written(Kept(PAINS, (), PAINS))
        spec["question"]["zone"] = zone
        assert kept.from_json(spec, shipped()) is None


# --- what is kept of an answer --------------------------------------------------------------------------------------


def answer(question: Question, *ids: str, status: Status = Status.ANSWERED) -> Answer:
    return Answer(status, question, "…", rows=tuple(Row(id_, f"words of {id_}") for id_ in ids))


def after(store: Store, *answers: Answer) -> Kept | None:
    for one in answers:
        kept.keep(store, "t", kept.last(store, "t", shipped()), one, NOON)
    return kept.last(store, "t", shipped())


def test_the_last_question_and_the_ids_of_its_rows_are_kept(sqlite: Store) -> None:
    found = after(sqlite, answer(TREND), answer(PAINS, "late", "card"))
    assert found == Kept(PAINS, ("late", "card"), PAINS)


def test_no_title_and_no_figure_is_kept(sqlite: Store) -> None:
    after(sqlite, answer(PAINS, "late"))
    [row] = rows(sqlite, schema.threads)
    assert set(row.spec) == {"v", "question", "shown", "listed"}
    assert "words of" not in json.dumps(row.spec)


def test_a_row_looked_into_leaves_the_list_that_ranks_mean(sqlite: Store) -> None:
    looked = kept.followed(Kept(PAINS, ("late", "card"), PAINS), more("#2", rank=2))
    found = after(sqlite, answer(PAINS, "late", "card"), answer(looked, "channel:call", "stage:purchase"))
    assert found == Kept(looked, ("late", "card"), PAINS)
    third = kept.followed(found, more("and #1", rank=1))
    assert (third.scope.theme, third.rank) == (("late",), 1)


def test_more_lines_go_on_behind_the_first(sqlite: Store) -> None:
    first = Kept(PAINS, ("late", "card"), PAINS)
    then = kept.followed(first, more("more", want="more"))
    found = after(sqlite, answer(PAINS, "late", "card"), answer(then, "fees"))
    assert found is not None
    assert found.shown == ("late", "card", "fees")
    assert kept.followed(found, more("#3", rank=3)).scope.theme == ("fees",)


def test_a_rank_is_the_number_that_a_row_shows(sqlite: Store) -> None:
    rows_ = (Row("channel:call", "…"), Row("channel:review", "…"), Row("late", "…", rank=1), Row("card", "…", rank=2))
    found = after(sqlite, Answer(Status.ANSWERED, PAINS, "…", rows=rows_))
    assert found == Kept(PAINS, ("late", "card"), PAINS)
    then = kept.followed(found, more("more", want="more"))
    found = after(sqlite, Answer(Status.ANSWERED, then, "…", rows=(Row("fees", "…", rank=6),)))
    assert found is not None
    assert found.shown == ("late", "card", "", "", "", "fees")
    assert kept.followed(found, more("#4", rank=4)).clarify == ("rank",)
    assert kept.followed(found, more("#6", rank=6)).scope.theme == ("fees",)
    assert kept.followed(found, more("evidence", want="evidence")).scope.theme == ("late", "card", "fees")
    groups = tuple(Row(id_, "…", rank=rank, group=id_[0]) for id_, rank in (("a1", 1), ("a2", 2), ("b1", 1)))
    found = after(sqlite, Answer(Status.ANSWERED, PAINS, "…", rows=groups))
    assert found is not None
    assert found.shown == ("a1", "a2")


def test_an_answer_without_rows_leaves_the_list_and_a_question_of_its_own_does_not(sqlite: Store) -> None:
    quotes = kept.followed(Kept(PAINS, ("late",), PAINS), more("quotes", want="quotes"))
    found = after(sqlite, answer(PAINS, "late"), answer(quotes))
    assert found == Kept(quotes, ("late",), PAINS)
    assert after(sqlite, answer(IN_OCTOBER)) == Kept(IN_OCTOBER, (), IN_OCTOBER)


@pytest.mark.parametrize(
    "said_",
    [
        answer(asked(Kind.CHITCHAT, "thanks", None)),
        answer(asked(Kind.OUT_OF_SCOPE, "a poem", None), status=Status.OUT_OF_SCOPE),
        answer(asked(Kind.UNANSWERABLE, "our NPS"), status=Status.REFUSED),
        answer(asked(Kind.SUBSCRIBE, "every Monday", None)),
        answer(asked(Kind.ACTION, "export that", None)),
        answer(asked(Kind.AMBIGUOUS, "how are we doing?", clarify=("kind",)), status=Status.CLARIFY),
        answer(replace(PAINS, clarify=("rank",)), status=Status.CLARIFY),
        answer(replace(PAINS, clarify=("previous",)), status=Status.CLARIFY),
        answer(replace(PAINS, unread_time=("nowruz",), clarify=("time",)), status=Status.CLARIFY),
    ],
)
def test_what_cannot_be_followed_leaves_the_last_question_where_it_is(sqlite: Store, said_: Answer) -> None:
    assert after(sqlite, answer(TREND), said_) == Kept(TREND, (), TREND)


def test_a_bare_topic_can_be_gone_on_from(sqlite: Store) -> None:
    shipping = asked(Kind.AMBIGUOUS, "what about shipping", touchpoint=("delivery",), clarify=("kind",))
    assert after(sqlite, answer(shipping, status=Status.CLARIFY)) == Kept(shipping, (), shipping)


def test_what_is_not_used_for_months_goes_with_the_next_question(sqlite: Store) -> None:
    kept.keep(sqlite, "old", None, answer(PAINS), NOON)
    kept.keep(sqlite, "new", None, answer(PAINS), NOON + timedelta(days=kept.DAYS + 1))
    assert [row.id for row in rows(sqlite, schema.threads)] == ["new"]


# --- through the engine ---------------------------------------------------------------------------------------------


def engine(store: Store) -> Engine:
    def none() -> Any:
        raise AssertionError("no model is needed for this")

    return Engine(store, lambda: datetime(2026, 11, 22, 9, tzinfo=UTC), none)


def test_a_conversation_goes_on_through_the_engine_and_through_a_restart(sqlite: Store) -> None:
    keep(sqlite, *(said(str(n), said_at=NOON) for n in range(6)))
    keep(sqlite, said("call", said_at=NOON - timedelta(days=20)))
    asker = Asker(date(2026, 11, 22))
    first = engine(sqlite).ask("how many complaints in November?", asker, "t")
    then = engine(sqlite).ask("and last month?", asker, "t")
    assert (first.question.kind, then.question.kind) == (Kind.COUNT, Kind.COUNT)
    assert first.counted
    assert then.counted
    assert (first.counted.value, then.counted.value) == (6, 1)
    assert then.question.window
    assert (then.question.window.first, then.question.window.last) == (OCTOBER.first, OCTOBER.last)
    alone = engine(sqlite).ask("and last month?", asker, "another")
    assert (alone.status, alone.question.clarify) == (Status.CLARIFY, ("previous",))


def test_an_erasure_finds_no_customers_word_in_a_conversation(sqlite: Store) -> None:
    keep(sqlite, *(said(str(n), f"unmistakable grievance {n}", author="a1:dana", said_at=NOON) for n in range(6)))
    asker = Asker(date(2026, 11, 22))
    for question in ("top complaints", "show me the evidence", "how many complaints?"):
        engine(sqlite).ask(question, asker, "t")
        assert rows(sqlite, schema.threads)
        assert "unmistakable" not in json.dumps([row.spec for row in rows(sqlite, schema.threads)])
    sqlite.erase("a1:dana")
    assert kept.last(sqlite, "t", shipped()) is not None


def test_an_empty_follow_up_is_the_last_question() -> None:
    found = kept.followed(Kept(PAINS, (), PAINS), EMPTY)
    assert (found.kind, found.scope, found.window) == (PAINS.kind, PAINS.scope, LAST_30)
