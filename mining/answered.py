"""Answers that were posted where people can press a button below them, and what people said of each.

An answer is kept as its meaning, ids of rows, and ids and values of figures: it is made again from these. No words of
customers are kept, so an erasure has nothing to look for here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select

from mining.database import upsert
from mining.rows import storable_text
from mining.schema import answers, verdicts
from mining.store import Store


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it is kept: who asked ``text`` where, and ``spec``, from which it can be made again (JSON)."""

    id: str
    at: datetime
    by: str
    place: str
    text: str
    status: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody said of an answer; ``answered`` is None once it was let go of."""

    answer_id: str
    by: str
    good: bool
    reason: str
    at: datetime
    answered: Answered | None


def keep(store: Store, answered: Answered) -> None:
    """Keep an answer that is about to be posted; one with its id is replaced."""
    row = {
        "id": answered.id, "at": answered.at, "by": storable_text(answered.by), "place": storable_text(answered.place),
        "text": storable_text(answered.text), "status": answered.status, "spec": dict(answered.spec),
    }  # fmt: skip
    with store.transaction() as connection:
        upsert(connection, answers, [row])


def recall(store: Store, answer_id: str) -> Answered | None:
    """An answer by its id; None where none is kept."""
    with store.transaction() as connection:
        row = connection.execute(select(answers).where(answers.c.id == answer_id)).one_or_none()
    return _answered(row) if row else None


def last_of(store: Store, by: str) -> Answered | None:
    """What somebody asked last that was answered; None where nothing is kept."""
    wanted = select(answers).where(answers.c.by == by, answers.c.status == "answered")
    with store.transaction() as connection:
        row = connection.execute(wanted.order_by(answers.c.at.desc(), answers.c.id).limit(1)).one_or_none()
    return _answered(row) if row else None


def judge(store: Store, answer_id: str, by: str, good: bool, at: datetime, reason: str = "") -> None:
    """Keep what somebody said of an answer, in place of what the same person said of it before."""
    row = {"answer_id": answer_id, "by": by, "good": good, "reason": storable_text(reason), "at": at}
    with store.transaction() as connection:
        upsert(connection, verdicts, [row])


def verdict_of(store: Store, answer_id: str, by: str) -> tuple[bool, str] | None:
    """What somebody said of an answer so far: whether it was good, and the reason; None where they said nothing."""
    wanted = select(verdicts.c.good, verdicts.c.reason).where(verdicts.c.answer_id == answer_id, verdicts.c.by == by)
    with store.transaction() as connection:
        row = connection.execute(wanted).one_or_none()
    return (row.good, row.reason) if row else None


def verdicts_between(store: Store, since: datetime, until: datetime) -> list[Verdict]:
    """What was said of answers from a moment up to another one (not itself), oldest first."""
    wanted = (
        select(verdicts, *(column.label(f"asked_{column.name}") for column in answers.c))
        .select_from(verdicts.outerjoin(answers, answers.c.id == verdicts.c.answer_id))
        .where(verdicts.c.at >= since, verdicts.c.at < until)
        .order_by(verdicts.c.at, verdicts.c.answer_id, verdicts.c.by)
    )
    with store.transaction() as connection:
        return [_verdict(row) for row in connection.execute(wanted)]


def forget_before(store: Store, at: datetime) -> int:
    """Let go of answers posted earlier, but not of those that somebody judged; returns how many went."""
    judged = select(verdicts.c.answer_id)
    with store.transaction() as connection:
        return connection.execute(delete(answers).where(answers.c.at < at, answers.c.id.not_in(judged))).rowcount


def _answered(row: Row[Any], prefix: str = "") -> Answered:
    held = row._mapping
    return Answered(**{column.name: held[f"{prefix}{column.name}"] for column in answers.c})


def _verdict(row: Row[Any]) -> Verdict:
    answered = _answered(row, "asked_") if row.asked_text is not None else None
    return Verdict(row.answer_id, row.by, row.good, row.reason, row.at, answered)
