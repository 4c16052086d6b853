"""What is missing, and filling it: each stage asks here what it still has to do, so that any run can be stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from connectors.record import Feedback, Speaker
from mining import facts_marks, overlay, schema
from mining.database import insert_many, slices, upsert
from mining.mention import Mention
from mining.names import Catalogue, Name
from mining.rows import from_row
from mining.store import Store, forget_meaning
from mining.taggers.base import Label


@dataclass(frozen=True, slots=True)
class Mined:
    """What some feedback means: mentions, for each its labels by task, its vector (n, d) and the names that it holds.

    ``named_by`` is the catalogue's version, "" where there is no catalogue; then there are no names. ``kept`` is what
    themes need of each vector, in the space ``kept_by``; there may be none, and then it is made later.
    """

    feedback_ids: Sequence[str]
    mentions: Sequence[Mention]
    labels: Sequence[Mapping[str, Label]]
    vectors: NDArray[np.float32]
    names: Sequence[Sequence[Name]] = ()
    named_by: str = ""
    kept: Sequence[bytes] = ()
    kept_by: str = ""


def to_mine(store: Store, splitter: str, taggers: Mapping[str, str]) -> list[str]:
    """Ids of feedback that was not cut yet, or that was cut or labelled by other versions than today's; sorted.

    ``splitter`` is the splitter's version, ``taggers`` maps each task to its tagger's version (``stage@1``). A label
    that a person gave is never out of date.
    """
    table, mentions, labels, cuts = schema.feedback, schema.mentions, schema.labels, schema.cuts
    human = overlay.is_human(labels.c.by)
    today = or_(*(and_(labels.c.task == task, or_(labels.c.by == by, human)) for task, by in taggers.items()))
    labelled = (
        select(labels.c.mention_id).where(today).group_by(labels.c.mention_id).having(func.count() == len(taggers))
    )
    cut = select(cuts.c.feedback_id).where(cuts.c.by == splitter)
    unfinished = select(mentions.c.feedback_id).where(mentions.c.id.not_in(labelled))
    wanted = select(table.c.id).where(or_(table.c.id.not_in(cut), table.c.id.in_(unfinished)))
    with store.transaction() as connection:
        return list(connection.scalars(wanted.order_by(table.c.id)))


def feedback(store: Store, ids: Sequence[str]) -> list[Feedback]:
    """Feedback by id, in the order of the ids; those that have gone meanwhile are left out."""
    table, found = schema.feedback, dict[str, Feedback]()
    with store.transaction() as connection:
        for part in slices(ids):
            found.update(
                (row.id, from_row(row)) for row in connection.execute(select(table).where(table.c.id.in_(part)))
            )
    return [found[id_] for id_ in ids if id_ in found]


def put_mined(store: Store, mined: Mined, splitter: str) -> None:
    """Replace mentions and labels of some feedback, all or nothing; what people said of them stays."""
    rows = [
        {
            "id": mention.id,
            "feedback_id": mention.feedback_id,
            "text": mention.text,
            "speaker": mention.speaker.value,
            "start": mention.start,
            "end": mention.end,
            "language": mention.language,
        }
        for mention in mined.mentions
    ]
    labels = [
        {"mention_id": mention.id, "task": task, "value": label.value, "score": label.score, "by": label.by}
        for mention, by_task in zip(mined.mentions, mined.labels, strict=True)
        for task, label in by_task.items()
    ]
    with store.transaction() as connection:
        forget_meaning(connection, mined.feedback_ids)
        upsert(connection, schema.cuts, [{"feedback_id": id_, "by": splitter} for id_ in mined.feedback_ids])
        insert_many(connection, schema.mentions, rows)
        insert_many(connection, schema.labels, overlay.lay_over(connection, mined.mentions, labels))
        _put_names(connection, mined)
        _put_kept(connection, mined)
        # The index may hold these from the moment it is written to, even if we die before that is noted.
        _note_vectors(connection, [mention.id for mention in mined.mentions], by="")


def _put_names(connection: Connection, mined: Mined) -> None:
    if not mined.named_by:
        return
    insert_many(connection, schema.names, _name_rows([mention.id for mention in mined.mentions], mined.names))
    upsert(connection, schema.named, [{"feedback_id": id_, "by": mined.named_by} for id_ in mined.feedback_ids])


def _put_kept(connection: Connection, mined: Mined) -> None:
    pairs = zip(mined.mentions, mined.kept, strict=True) if mined.kept else ()
    rows = [
        {"mention_id": mention.id, "by": mined.kept_by, "vector": vector}
        for mention, vector in pairs
        if mention.speaker is Speaker.CUSTOMER
    ]
    insert_many(connection, schema.theme_vectors, rows)


def keep_vectors(store: Store, ids: Sequence[str], by: str, kept: Sequence[bytes]) -> int:
    """Keep vectors of the space ``by`` of those customers' mentions among some that have none; returns how many."""
    mentions, held = schema.mentions, schema.theme_vectors
    made = dict(zip(ids, kept, strict=True))
    has = select(held.c.mention_id).where(held.c.by == by)
    lacking = select(mentions.c.id).where(mentions.c.speaker == Speaker.CUSTOMER.value, mentions.c.id.not_in(has))
    with store.transaction() as connection:
        overlay.alone(connection)
        told = [id_ for part in slices(ids) for id_ in connection.scalars(lacking.where(mentions.c.id.in_(part)))]
        for part in slices(told):
            connection.execute(delete(held).where(held.c.mention_id.in_(part)))
        insert_many(connection, held, [{"mention_id": id_, "by": by, "vector": made[id_]} for id_ in told])
        # Whoever searches holds the vectors of a day for as long as the day is as it was.
        facts_marks.touch_mentions(connection, told)
    return len(told)


def _name_rows(mention_ids: Sequence[str], names: Sequence[Sequence[Name]]) -> list[dict[str, Any]]:
    return [
        {"mention_id": id_, "start": name.start, "end": name.end, "kind": name.kind, "name": name.name}
        for id_, of_one in zip(mention_ids, names, strict=True)
        for name in of_one
    ]


def to_name(store: Store, catalogue: str) -> list[str]:
    """Ids of feedback that was cut, but looked through for names by another catalogue's version than this; sorted.

    Without a catalogue ("") these are the ones that still carry names of an earlier one.
    """
    cuts, named = schema.cuts, schema.named
    wanted = select(named.c.feedback_id)
    if catalogue:
        done = select(named.c.feedback_id).where(named.c.by == catalogue)
        wanted = select(cuts.c.feedback_id).where(cuts.c.feedback_id.not_in(done))
    with store.transaction() as connection:
        return sorted(connection.scalars(wanted))


def rename(store: Store, feedback_ids: Sequence[str], catalogue: Catalogue) -> int:
    """Find the names of some feedback again, all or nothing; mentions and labels stay. Returns how many mentions."""
    mentions, names, named, count = schema.mentions, schema.names, schema.named, 0
    with store.transaction() as connection:
        overlay.alone(connection)
        facts_marks.touch(connection, feedback_ids)
        for part in slices(feedback_ids):
            of_these = mentions.c.feedback_id.in_(part)
            held = names.c.mention_id.in_(select(mentions.c.id).where(of_these))
            connection.execute(delete(names).where(held))
            connection.execute(delete(named).where(named.c.feedback_id.in_(part)))
            if not catalogue:
                continue
            rows = connection.execute(select(mentions.c.id, mentions.c.text).where(of_these)).all()
            found = catalogue.find([row.text for row in rows])
            insert_many(connection, names, _name_rows([row.id for row in rows], found))
            cut = list(connection.scalars(select(schema.cuts.c.feedback_id).where(schema.cuts.c.feedback_id.in_(part))))
            upsert(connection, named, [{"feedback_id": id_, "by": catalogue.version} for id_ in cut])
            count += len(rows)
    return count


def unindexed(store: Store, model: str) -> list[tuple[str, str]]:
    """Ids and texts of mentions that the index lacks a vector of ``model`` for; by id."""
    mentions, vectors = schema.mentions, schema.vectors
    has = select(vectors.c.mention_id).where(vectors.c.by == model)
    wanted = select(mentions.c.id, mentions.c.text).where(mentions.c.id.not_in(has)).order_by(mentions.c.id)
    with store.transaction() as connection:
        return [(row.id, row.text) for row in connection.execute(wanted)]


def stale_vectors(store: Store) -> list[str]:
    """Ids that the index may still hold though their mention has gone."""
    vectors, mentions = schema.vectors, schema.mentions
    wanted = select(vectors.c.mention_id).where(vectors.c.mention_id.not_in(select(mentions.c.id)))
    with store.transaction() as connection:
        return list(connection.scalars(wanted.order_by(vectors.c.mention_id)))


def mark_indexed(store: Store, ids: Sequence[str], model: str) -> None:
    """Note that the index holds vectors of ``model`` for these mentions; call it after the index has them."""
    with store.transaction() as connection:
        _note_vectors(connection, ids, by=model)


def _note_vectors(connection: Connection, ids: Sequence[str], by: str) -> None:
    vectors, mentions = schema.vectors, schema.mentions
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for part in slices(ids):
        there = select(mentions.c.id, literal(by)).where(mentions.c.id.in_(part))
        noted = make(vectors).from_select(["mention_id", "by"], there)
        keys = ["mention_id"]
        connection.execute(noted.on_conflict_do_update(index_elements=keys, set_={"by": noted.excluded["by"]}))


def mark_unindexed(store: Store, ids: Sequence[str] | None = None) -> None:
    """Note that the index has to be given these mentions again, or all of them."""
    vectors = schema.vectors
    with store.transaction() as connection:
        if ids is None:
            connection.execute(update(vectors).values(by=""))
            return
        for part in slices(ids):
            connection.execute(update(vectors).where(vectors.c.mention_id.in_(part)).values(by=""))


def forget_vectors(store: Store, ids: Sequence[str]) -> None:
    """Note that the index has let go of these; call it after it has."""
    vectors = schema.vectors
    with store.transaction() as connection:
        for part in slices(ids):
            connection.execute(delete(vectors).where(vectors.c.mention_id.in_(part)))


def indexed(store: Store, model: str) -> set[str]:
    """Ids that the index should hold vectors of ``model`` for."""
    vectors = schema.vectors
    with store.transaction() as connection:
        return set(connection.scalars(select(vectors.c.mention_id).where(vectors.c.by == model)))
