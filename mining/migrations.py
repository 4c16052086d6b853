"""Forward-only migrations: functions whose names are the log, in one transaction with the rows that record them.

A released function is never changed. A schema change is a new function below the last one, with its own DDL written
out, and the table in :mod:`mining.schema` brought up to it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
    text,
)

from connectors.errors import OverheardError
from mining import schema
from mining.database import told


def m001_create_tables(connection: Connection) -> None:
    """The first tables."""
    schema.metadata.create_all(connection)


def m002_create_corrections(connection: Connection) -> None:
    """What people say against the models' labels."""
    tables = MetaData()
    Table(
        "corrections",
        tables,
        Column("feedback_id", schema.Name, primary_key=True),
        Column("digest", schema.Name, primary_key=True),
        Column("start", Integer, primary_key=True, autoincrement=False),
        Column("task", schema.Name, primary_key=True),
        Column("end", Integer, nullable=False),
        Column("mention_id", schema.Name),
        Column("value", schema.Name, nullable=False),
        Column("by", schema.Name, nullable=False),
        Column("at", schema.UtcDateTime, nullable=False),
        Column("note", Text, nullable=False),
        Column("was", schema.Name),
        Column("model", schema.Name),
        Column("model_score", Float),
        Column("model_by", schema.Name),
        Index("corrections_mention", "mention_id"),
    )
    tables.create_all(connection)


def m003_create_names(connection: Connection) -> None:
    """Which of the company's names mentions hold, and by which catalogue that was found."""
    tables = MetaData()
    Table(
        "names",
        tables,
        Column("mention_id", schema.Name, primary_key=True),
        Column("start", Integer, primary_key=True, autoincrement=False),
        Column("end", Integer, nullable=False),
        Column("kind", schema.Name, nullable=False),
        Column("name", schema.Name, nullable=False),
        Index("names_name", "kind", "name"),
    )
    Table(
        "named",
        tables,
        Column("feedback_id", schema.Name, primary_key=True),
        Column("by", schema.Name, nullable=False),
    )
    tables.create_all(connection)


def m004_create_themes(connection: Connection) -> None:
    """Themes and what they are told by, edits of people, lineage, and which feedback repeats which."""
    tables = MetaData()
    Table(
        "theme_vectors",
        tables,
        Column("mention_id", schema.Name, primary_key=True),
        Column("by", schema.Name, nullable=False),
        Column("vector", LargeBinary, nullable=False),
    )
    Table(
        "mention_themes",
        tables,
        Column("mention_id", schema.Name, primary_key=True),
        Column("side", schema.Name, nullable=False),
        Column("found", schema.Name),
        Column("score", Float, nullable=False),
        Column("margin", Float, nullable=False),
        Column("theme", schema.Name),
        Index("mention_themes_theme", "theme"),
    )
    Table(
        "themes",
        tables,
        Column("id", schema.Name, primary_key=True),
        Column("side", schema.Name, nullable=False),
        Column("names", JSON, nullable=False),
        Column("keywords", JSON, nullable=False),
        Column("touchpoint", schema.Name),
        Column("by", schema.Name, nullable=False),
        Column("centre", LargeBinary, nullable=False),
        Column("reach", Float, nullable=False),
        Column("made_at", schema.UtcDateTime, nullable=False),
        Column("retired_at", schema.UtcDateTime),
    )
    Table(
        "theme_edits",
        tables,
        Column("id", Integer, primary_key=True),
        Column("at", schema.UtcDateTime, nullable=False),
        Column("by", schema.Name, nullable=False),
        Column("action", schema.Name, nullable=False),
        Column("payload", JSON, nullable=False),
        Column("undone_at", schema.UtcDateTime),
        Column("undone_by", schema.Name),
    )
    Table(
        "theme_lineage",
        tables,
        Column("id", Integer, primary_key=True),
        Column("at", schema.UtcDateTime, nullable=False),
        Column("event", schema.Name, nullable=False),
        Column("theme", schema.Name, nullable=False),
        Column("others", JSON, nullable=False),
        Column("note", Text, nullable=False),
        Index("theme_lineage_theme", "theme"),
    )
    Table(
        "theme_state",
        tables,
        Column("key", schema.Name, primary_key=True),
        Column("value", JSON, nullable=False),
    )
    Table(
        "copies",
        tables,
        Column("feedback_id", schema.Name, primary_key=True),
        Column("by", schema.Name, nullable=False),
        Column("sketch", LargeBinary, nullable=False),
        Column("first", schema.Name, nullable=False),
    )
    tables.create_all(connection)


def m005_create_facts(connection: Connection) -> None:
    """What counting needs of every mention, by day; all days with feedback have to be made."""
    tables = MetaData()
    facts = Table(
        "facts",
        tables,
        Column("day", Integer, primary_key=True, autoincrement=False),
        Column("stamp", BigInteger, nullable=False),
        Column("made", BigInteger),
        Column("rows", LargeBinary),
        Column("ids", LargeBinary),
    )
    Table(
        "fact_words",
        tables,
        Column("day", Integer, primary_key=True, autoincrement=False),
        Column("stamp", BigInteger, nullable=False),
        Column("words", LargeBinary, nullable=False),
    )
    Table(
        "fact_codes",
        tables,
        Column("id", Integer, primary_key=True),
        Column("kind", schema.Name, nullable=False),
        Column("value", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    tables.create_all(connection)
    found = connection.execute(text("SELECT DISTINCT date(said_at) FROM feedback")).scalars()
    epoch = date(1970, 1, 1)
    days = sorted((date.fromisoformat(str(one)) - epoch).days for one in found)
    if days:
        connection.execute(insert(facts), [{"day": day, "stamp": 0} for day in days])


def m006_create_threads(connection: Connection) -> None:
    """What each conversation asked last."""
    tables = MetaData()
    Table(
        "threads",
        tables,
        Column("id", schema.Name, primary_key=True),
        Column("spec", JSON, nullable=False),
        Column("at", schema.UtcDateTime, nullable=False),
        Index("threads_at", "at"),
    )
    tables.create_all(connection)


def m007_index_freshness(connection: Connection) -> None:
    """When each source was last read is told with every answer: without this all feedback would be gone through."""
    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS feedback_fetched ON feedback (source, fetched_at)")


def m008_create_answers(connection: Connection) -> None:
    """Answers that were posted, and what people said of them."""
    tables = MetaData()
    Table(
        "answers",
        tables,
        Column("id", schema.Name, primary_key=True),
        Column("at", schema.UtcDateTime, nullable=False),
        Column("by", schema.Name, nullable=False),
        Column("place", schema.Name, nullable=False),
        Column("text", Text, nullable=False),
        Column("status", schema.Name, nullable=False),
        Column("spec", JSON, nullable=False),
        Index("answers_at", "at"),
    )
    Table(
        "verdicts",
        tables,
        Column("answer_id", schema.Name, primary_key=True),
        Column("by", schema.Name, primary_key=True),
        Column("good", Boolean, nullable=False),
        Column("reason", Text, nullable=False),
        Column("at", schema.UtcDateTime, nullable=False),
        Index("verdicts_at", "at"),
    )
    tables.create_all(connection)


def m009_create_watches(connection: Connection) -> None:
    """What people want to be told regularly, and each time that it was due."""
    tables = MetaData()
    Table(
        "watches",
        tables,
        Column("id", schema.Name, primary_key=True),
        Column("kind", schema.Name, nullable=False),
        Column("by", schema.Name, nullable=False),
        Column("to", schema.Name, nullable=False),
        Column("text", Text, nullable=False),
        Column("spec", JSON, nullable=False),
        Column("schedule", schema.Name, nullable=False),
        Column("zone", schema.Name, nullable=False),
        Column("language", schema.Name, nullable=False),
        Column("made_at", schema.UtcDateTime, nullable=False),
        Column("muted_until", schema.UtcDateTime),
        Column("ended_at", schema.UtcDateTime),
    )
    Table(
        "runs",
        tables,
        Column("watch_id", schema.Name, primary_key=True),
        Column("due_at", schema.UtcDateTime, primary_key=True),
        Column("claimed_by", schema.Name, nullable=False),
        Column("claimed_at", schema.UtcDateTime, nullable=False),
        Column("done_at", schema.UtcDateTime),
        Column("outcome", schema.Name),
        Column("note", Text, nullable=False),
        Index("runs_claimed", "claimed_at"),
    )
    tables.create_all(connection)


def m010_create_chats(connection: Connection) -> None:
    """What reached us by chat, our messages there, and how people want to be spoken to."""
    tables = MetaData()
    Table(
        "events",
        tables,
        Column("id", schema.Name, primary_key=True),
        Column("at", schema.UtcDateTime, nullable=False),
        Column("payload", JSON, nullable=False),
        Column("answered_at", schema.UtcDateTime),
        Column("note", Text, nullable=False),
        Index("events_at", "at"),
    )
    Table(
        "posts",
        tables,
        Column("channel", schema.Name, primary_key=True),
        Column("ts", schema.Name, primary_key=True),
        Column("thread", schema.Name, nullable=False),
        Column("answer_id", schema.Name),
        Column("at", schema.UtcDateTime, nullable=False),
        Index("posts_thread", "channel", "thread"),
        Index("posts_at", "at"),
    )
    Table(
        "people",
        tables,
        Column("id", schema.Name, primary_key=True),
        Column("language", schema.Name),
        Column("zone", schema.Name),
        Column("context", JSON, nullable=False),
        Column("at", schema.UtcDateTime, nullable=False),
    )
    tables.create_all(connection)


def m011_create_sweeps(connection: Connection) -> None:
    """Each time that a source was read, and when items were asked for again."""
    tables = MetaData()
    counts = ("pages", "seen", "new", "changed", "unchanged", "deleted", "refused", "rejected")
    Table(
        "sweeps",
        tables,
        Column("id", Integer, primary_key=True),
        Column("source", schema.Name, nullable=False),
        Column("key", schema.Name, nullable=False),
        Column("kind", schema.Name, nullable=False),
        Column("since", schema.UtcDateTime),
        Column("until", schema.UtcDateTime),
        Column("started_at", schema.UtcDateTime, nullable=False),
        Column("ended_at", schema.UtcDateTime),
        *(Column(name, Integer, nullable=False) for name in counts),
        Column("outcome", schema.Name),
        Column("says", Text, nullable=False),
        Column("hint", Text, nullable=False),
        Column("next_attempt_at", schema.UtcDateTime),
        Column("attempt", Integer, nullable=False),
        Index("sweeps_source", "source", "id"),
        sqlite_autoincrement=True,
    )
    Table(
        "rechecks",
        tables,
        Column("feedback_id", schema.Name, primary_key=True),
        Column("at", schema.UtcDateTime, nullable=False),
    )
    tables.create_all(connection)


def m012_create_keys_and_jobs(connection: Connection) -> None:
    """Keys of programs that ask over HTTP, and what was handed in there."""
    tables = MetaData()
    Table(
        "api_keys",
        tables,
        Column("id", schema.Name, primary_key=True),
        Column("name", schema.Name, nullable=False),
        Column("hash", schema.Name, nullable=False),
        Column("scopes", JSON, nullable=False),
        Column("made_at", schema.UtcDateTime, nullable=False),
        Column("expires_at", schema.UtcDateTime),
        Column("revoked_at", schema.UtcDateTime),
        Column("used_at", schema.UtcDateTime),
    )
    Table(
        "jobs",
        tables,
        Column("id", schema.Name, primary_key=True),
        Column("at", schema.UtcDateTime, nullable=False),
        Column("by", schema.Name, nullable=False),
        Column("source", schema.Name, nullable=False),
        Column("digest", schema.Name, nullable=False),
        Column("received", Integer, nullable=False),
        Column("rejects", JSON, nullable=False),
        Column("ids", JSON, nullable=False),
        Column("waits", JSON(none_as_null=True)),
        Column("stored", JSON(none_as_null=True)),
        Column("stored_at", schema.UtcDateTime),
        Index("jobs_at", "at"),
    )
    tables.create_all(connection)


# Any number: all processes that migrate the same PostgreSQL server ask for it.
_LOCK = 731_202

STEPS: tuple[Callable[[Connection], None], ...] = (
    m001_create_tables,
    m002_create_corrections,
    m003_create_names,
    m004_create_themes,
    m005_create_facts,
    m006_create_threads,
    m007_index_freshness,
    m008_create_answers,
    m009_create_watches,
    m010_create_chats,
    m011_create_sweeps,
    m012_create_keys_and_jobs,
)


def migrate(engine: Engine) -> list[str]:
    """Bring a database up to today's schema, wholly or not at all; returns the names of the steps taken.

    Raises:
        OverheardError: the database was written by a newer version of Overheard.
    """
    with engine.connect() as connection:
        if not _missing(connection):
            return []
    with engine.begin() as connection:
        _be_alone(connection)
        schema.migrations.metadata.create_all(connection)
        # Another process may have taken the same steps while we waited for it.
        steps = _missing(connection)
        for step in steps:
            step(connection)
            connection.execute(insert(schema.migrations).values(name=step.__name__, applied_at=datetime.now(UTC)))
    return [step.__name__ for step in steps]


def pending(engine: Engine) -> list[str]:
    """Names of the steps that a database still lacks.

    Raises:
        OverheardError: as :func:`migrate`.
    """
    with told(), engine.connect() as connection:
        return [step.__name__ for step in _missing(connection)]


def _missing(connection: Connection) -> list[Callable[[Connection], None]]:
    kept = inspect(connection).has_table(schema.migrations.name)
    done = set(connection.scalars(select(schema.migrations.c.name))) if kept else set()
    if newer := sorted(done.difference(step.__name__ for step in STEPS)):
        raise OverheardError(
            f"this workspace was written by a newer Overheard (it has {newer[-1]})",
            hint="upgrade Overheard, or name another workspace with --home",
        )
    return [step for step in STEPS if step.__name__ not in done]


def _be_alone(connection: Connection) -> None:
    """Until the transaction ends nobody else migrates; on SQLite this also makes CREATE TABLE part of it."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
