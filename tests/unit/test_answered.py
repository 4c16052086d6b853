"""Answers that were posted are kept as long as somebody judged them, and each person's last word on one counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mining import answered
from mining.answered import Answered
from mining.store import Store
from tests.fakes import fresh_store

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    with fresh_store() as one:
        yield one


def one(id_: str = "a1", at: datetime = AT, text: str = "top pain points") -> Answered:
    return Answered(id_, at, "slack:T1:U1", "slack:T1:C1:1.0", text, "answered", {"v": 1, "figures": [1, 2]})


def test_an_answer_comes_back_as_it_was_kept(store: Store) -> None:
    answered.keep(store, one())
    assert answered.recall(store, "a1") == one()
    assert answered.recall(store, "a2") is None


def test_an_answer_kept_again_replaces_the_one_before(store: Store) -> None:
    answered.keep(store, one())
    answered.keep(store, one(text="top praise"))
    found = answered.recall(store, "a1")
    assert found is not None
    assert found.text == "top praise"


def test_the_last_word_of_a_person_counts_and_that_of_another_stands_beside_it(store: Store) -> None:
    answered.keep(store, one())
    assert answered.verdict_of(store, "a1", "U1") is None
    answered.judge(store, "a1", "U1", False, AT)
    answered.judge(store, "a1", "U1", False, AT, "numbers: 12 is too many")
    assert answered.verdict_of(store, "a1", "U1") == (False, "numbers: 12 is too many")
    answered.judge(store, "a1", "U1", True, AT)
    answered.judge(store, "a1", "U2", False, AT, "other")
    assert answered.verdict_of(store, "a1", "U1") == (True, "")
    assert answered.verdict_of(store, "a1", "U2") == (False, "other")


def test_verdicts_come_with_their_answers_oldest_first_and_none_beyond_the_time(store: Store) -> None:
    answered.keep(store, one())
    for hours in (3, 1, 2, 24):
        answered.judge(store, "a1" if hours == 1 else f"gone{hours}", "U1", True, AT + timedelta(hours=hours))
    found = answered.verdicts_between(store, AT, AT + timedelta(hours=24))
    assert [(said.answer_id, said.answered) for said in found] == [("a1", one()), ("gone2", None), ("gone3", None)]


def test_old_answers_go_but_not_those_that_somebody_judged(store: Store) -> None:
    answered.keep(store, one("old"))
    answered.keep(store, one("judged"))
    answered.keep(store, one("new", AT + timedelta(days=2)))
    answered.judge(store, "judged", "U1", True, AT)
    assert answered.forget_before(store, AT + timedelta(days=1)) == 1
    assert [bool(answered.recall(store, id_)) for id_ in ("old", "judged", "new")] == [False, True, True]


def test_half_a_surrogate_in_what_people_write_is_no_error(store: Store) -> None:
    answered.keep(store, one(text="half \ud800 of one"))
    answered.judge(store, "a1", "U1", False, AT, "other: \udfff")
    assert answered.verdict_of(store, "a1", "U1") is not None
