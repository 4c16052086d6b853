"""Corrections under the pipeline: they are laid over the models' labels, and wait while no mention says their words.

A correction belongs to a stretch of words of one feedback, so it outlives re-tagging, re-cutting and re-reading.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, select, text, update
from sqlalchemy.exc import OperationalError

from mining import schema
from mining.database import slices

if TYPE_CHECKING:
    from mining.mention import Mention

HUMAN = "human:"
"""What ``by`` of a person's label begins with; the name follows."""
LAST = "\U0010ffff"
"""Behind every sign that a text may go on with: ``beginning <= text < beginning + LAST``."""

_TABLE = schema.corrections
# Any number: all processes that change what is meant, on the same PostgreSQL server, ask for it.
_LOCK = 731_203
_PATIENCE_MS = 50

_PLACE = (_TABLE.c.feedback_id, _TABLE.c.digest, _TABLE.c.start, _TABLE.c.task)
_MOVE = (
    update(_TABLE)
    .where(*(column == bindparam(f"old_{column.name}") for column in _PLACE))
    .values(
        {name: bindparam(f"new_{name}") for name in ("mention_id", "start", "end", "model", "model_score", "model_by")}
    )
)


def alone(connection: Connection) -> None:
    """Until the transaction ends nobody else cuts or labels, so that a correction and a run cannot cross."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    elif not getattr(connection.connection.dbapi_connection, "in_transaction", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def alone_if_free(connection: Connection) -> bool:
    """As :func:`alone`, at once or not at all: False while somebody else writes, or where nobody may."""
    if connection.dialect.name == "postgresql":
        return bool(connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}))
    waits = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if any(sign in str(error.orig) for sign in ("locked", "readonly")):
            return False
        raise
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={waits}")
    return True


def let_wait(connection: Connection, feedback_ids: Sequence[str]) -> None:
    """The mentions of some feedback go: what people said of them waits until a mention says the same words."""
    for part in slices(feedback_ids):
        connection.execute(update(_TABLE).where(_TABLE.c.feedback_id.in_(part)).values(mention_id=None))


def forget(connection: Connection, feedback_ids: Sequence[str]) -> int:
    """Some feedback is deleted: so is what people said of it. Returns how many corrections there were."""
    count = 0
    for part in slices(feedback_ids):
        count += connection.execute(delete(_TABLE).where(_TABLE.c.feedback_id.in_(part))).rowcount
    _forget_moves(connection, set(feedback_ids))
    return count


def _forget_moves(connection: Connection, feedback_ids: set[str]) -> None:
    """A mention's move to another theme keeps a digest of its words: only that something was moved is left."""
    edits = schema.theme_edits
    for row in connection.execute(select(edits.c.id, edits.c.payload).where(edits.c.action == "move")).all():
        if row.payload.get("feedback") in feedback_ids:
            left = {"theme": row.payload.get("theme"), "erased": True}
            connection.execute(update(edits).where(edits.c.id == row.id).values(payload=left))


def is_human(by: ColumnElement[str]) -> ColumnElement[bool]:
    """The SQL condition that a label is a person's."""
    return and_(by >= HUMAN, by < HUMAN + LAST)


def lay_over(
    connection: Connection, mentions: Sequence[Mention], labels: Sequence[dict[str, Any]]
) -> Sequence[dict[str, Any]]:
    """Rows of ``labels`` with what people said of the same words in the place of the models' labels.

    ``mentions`` are all those of some feedback, newly cut; the corrections are tied to them, in this transaction.
    """
    pairs = list(_pairs(connection, mentions))
    if not pairs:
        return labels
    corrected = {(mention.id, said.task) for said, mention in pairs}
    model = {key: row for row in labels if (key := (row["mention_id"], row["task"])) in corrected}
    connection.execute(_MOVE, [_move(said, mention, model.get((mention.id, said.task))) for said, mention in pairs])
    human = [human_label(mention.id, said._asdict()) for said, mention in pairs]
    return [row for row in labels if (row["mention_id"], row["task"]) not in corrected] + human


def _pairs(connection: Connection, mentions: Sequence[Mention]) -> Iterator[tuple[Row[Any], Mention]]:
    """Each correction beside the mention that says its words, if one does."""
    said: defaultdict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for part in slices(list(dict.fromkeys(mention.feedback_id for mention in mentions))):
        for row in connection.execute(select(_TABLE).where(_TABLE.c.feedback_id.in_(part))):
            said[row.feedback_id, row.digest].append(row)
    if not said:
        return
    of_interest = {feedback_id for feedback_id, _ in said}
    cut: defaultdict[tuple[str, str], dict[int, Mention]] = defaultdict(dict)
    for mention in mentions:
        if mention.feedback_id in of_interest:
            cut[mention.feedback_id, digest_of(mention.text)][mention.start] = mention
    for key, rows in said.items():
        places = _placed({row.start for row in rows}, cut[key])
        yield from ((row, places[row.start]) for row in rows if row.start in places)


def _placed(starts: Iterable[int], here: Mapping[int, Mention]) -> dict[int, Mention]:
    """Where the same words stand now: in the same place if they do, else in the order of the text."""
    stayed = {start: here[start] for start in starts if start in here}
    free = (here[start] for start in sorted(here) if start not in stayed)
    return {**stayed, **dict(zip(sorted(set(starts) - set(stayed)), free, strict=False))}


def _move(said: Row[Any], mention: Mention, label: Mapping[str, Any] | None) -> dict[str, Any]:
    model = label or {"value": None, "score": None, "by": None}
    now = {"mention_id": mention.id, "start": mention.start, "end": mention.end}
    now |= {"model": model["value"], "model_score": model["score"], "model_by": model["by"]}
    old = {f"old_{column.name}": said._mapping[column.name] for column in _PLACE}
    return {**old, **{f"new_{name}": value for name, value in now.items()}}


def digest_of(text: str) -> str:
    """What is kept of the words."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def human_label(mention_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of ``labels`` that a correction makes."""
    return {"mention_id": mention_id, "task": row["task"], "value": row["value"], "score": 1.0, "by": HUMAN + row["by"]}


def model_of(said: Row[Any] | None, label: Row[Any] | None) -> dict[str, Any]:
    """The model's label, whether it is shown now or lies below an earlier correction."""
    if said is not None:
        return {"model": said.model, "model_score": said.model_score, "model_by": said.model_by}
    if label is not None:
        return {"model": label.value, "model_score": label.score, "model_by": label.by}
    return {"model": None, "model_score": None, "model_by": None}


def model_label(row: Row[Any]) -> dict[str, Any]:
    """The row of ``labels`` that the model gives where a correction is taken back."""
    model = {"value": row.model, "score": row.model_score, "by": row.model_by}
    return {"mention_id": row.mention_id, "task": row.task, **model}
