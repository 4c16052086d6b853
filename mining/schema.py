"""The tables. SQL is the truth: everything else (the vector index, a digest) can be rebuilt from here.

There are no status columns. What a stage still has to do is what is missing from the next table: feedback without a
cut by today's splitter, mentions without labels of today's taggers, mentions without a vector of today's model.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from mining.columns import Name, UtcDateTime

__all__ = ["Name", "UtcDateTime"]


# What the first version made: its migration creates all of these, so a table that came later has metadata of its own.
metadata = MetaData()
later = MetaData()

feedback = Table(
    "feedback",
    metadata,
    Column("id", Name, primary_key=True),
    Column("source", Name, nullable=False),
    Column("native_id", Name, nullable=False),
    Column("channel", Name, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Name),
    Column("url", Text),
    Column("rating", Float),
    Column("language", Name),
    # One [speaker, length, start_s, end_s] per turn; the words are cut from ``text``, so they are stored once.
    Column("turns", JSON, nullable=False),
    Column("product", Name),
    Column("segment", JSON, nullable=False),
    Column("solicited", Boolean, nullable=False),
    Column("parent", Name),
    Column("extra", JSON, nullable=False),
    # Hash of all that was said, so not of fetched_at and of where the record lay: an edit is a changed digest.
    Column("digest", Name, nullable=False),
    Index("feedback_said_at", "said_at"),
    Index("feedback_author", "author"),
    # Came later, see m007: a new workspace has it from the first step on.
    Index("feedback_fetched", "source", "fetched_at"),
)

mentions = Table(
    "mentions",
    metadata,
    Column("id", Name, primary_key=True),
    Column("feedback_id", Name, nullable=False),
    Column("text", Text, nullable=False),
    Column("speaker", Name, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("language", Name, nullable=False),
    Index("mentions_feedback", "feedback_id"),
)

# Who cut a feedback into its mentions. A feedback without a word ("...") has no mention, but it was cut.
cuts = Table(
    "cuts",
    metadata,
    Column("feedback_id", Name, primary_key=True),
    Column("by", Name, nullable=False),
)

labels = Table(
    "labels",
    metadata,
    Column("mention_id", Name, primary_key=True),
    Column("task", Name, primary_key=True),
    Column("value", Name, nullable=False),
    Column("score", Float, nullable=False),
    Column("by", Name, nullable=False),
    # Five rows a mention: kept in the order of their key, half the file and a third of the time to write.
    sqlite_with_rowid=False,
)

# What the vector index holds, so that "what is missing there" and "what is stale there" are questions to SQL.
vectors = Table(
    "vectors",
    metadata,
    Column("mention_id", Name, primary_key=True),
    Column("by", Name, nullable=False),
)

rejects = Table(
    "rejects",
    metadata,
    Column("source", Name, primary_key=True),
    Column("where", Name, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
)

# How a source was last pulled: its cursor, and the settings that ``rejects --retry`` needs to read a record again.
pulls = Table(
    "pulls",
    metadata,
    Column("key", Name, primary_key=True),
    Column("source", Name, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("cursor", JSON, nullable=False),
    Column("finished_at", UtcDateTime),
)

# A deleted item leaves its id, so that a later backfill cannot bring the words back.
tombstones = Table(
    "tombstones",
    metadata,
    Column("id", Name, primary_key=True),
    Column("deleted_at", UtcDateTime, nullable=False),
)

# The query behind each figure that was shown: what to run again, and what it said.
queries = Table(
    "queries",
    metadata,
    Column("id", Name, primary_key=True),
    Column("spec", JSON, nullable=False),
    Column("value", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
)

# What people said a mention means: laid over the models' labels, which are kept here for the day it is taken back.
# A place is a stretch of words of one feedback. The words themselves are not kept: when they are edited away, only
# their digest is left. ``mention_id`` is empty while no mention says exactly these words.
corrections = Table(
    "corrections",
    later,
    Column("feedback_id", Name, primary_key=True),
    Column("digest", Name, primary_key=True),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("task", Name, primary_key=True),
    Column("end", Integer, nullable=False),
    Column("mention_id", Name),
    Column("value", Name, nullable=False),
    Column("by", Name, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False),
    # What the model said when the person spoke, and the label that it gives today.
    Column("was", Name),
    Column("model", Name),
    Column("model_score", Float),
    Column("model_by", Name),
    Index("corrections_mention", "mention_id"),
)

# The company's names that mentions hold: start and end are signs of the mention's text.
names = Table(
    "names",
    later,
    Column("mention_id", Name, primary_key=True),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("end", Integer, nullable=False),
    Column("kind", Name, nullable=False),
    Column("name", Name, nullable=False),
    Index("names_name", "kind", "name"),
)

# By which catalogue a feedback was looked through: one that holds no name was looked through too.
named = Table(
    "named",
    later,
    Column("feedback_id", Name, primary_key=True),
    Column("by", Name, nullable=False),
)

# What a theme is told by of each customer's mention: its vector, brought to the space of themes, in one byte a number.
theme_vectors = Table(
    "theme_vectors",
    later,
    Column("mention_id", Name, primary_key=True),
    Column("by", Name, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

# The theme of each mention that complains, wishes or praises: what was found, and what it is after people's edits.
# Without a theme it is listed as unthemed. ``side`` is pain or praise: opposite feelings share no theme.
mention_themes = Table(
    "mention_themes",
    later,
    Column("mention_id", Name, primary_key=True),
    Column("side", Name, nullable=False),
    Column("found", Name),
    Column("score", Float, nullable=False),
    Column("margin", Float, nullable=False),
    Column("theme", Name),
    Index("mention_themes_theme", "theme"),
)

# Themes that were found in the data. Those that ship are files, those that people add are edits. An id is never given
# again, so rows stay when a theme has gone. ``centre`` and ``reach`` say which new mentions belong to it.
themes = Table(
    "themes",
    later,
    Column("id", Name, primary_key=True),
    Column("side", Name, nullable=False),
    Column("names", JSON, nullable=False),
    Column("keywords", JSON, nullable=False),
    Column("touchpoint", Name),
    Column("by", Name, nullable=False),
    Column("centre", LargeBinary, nullable=False),
    Column("reach", Float, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)

# What people said of themes, one row each; what holds is all of them that were not undone, in their order.
theme_edits = Table(
    "theme_edits",
    later,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Name, nullable=False),
    Column("action", Name, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("undone_at", UtcDateTime),
    Column("undone_by", Name),
)

# What became of themes: new, merged, split, renamed, retired, back.
theme_lineage = Table(
    "theme_lineage",
    later,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("event", Name, nullable=False),
    Column("theme", Name, nullable=False),
    Column("others", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Index("theme_lineage_theme", "theme"),
)

# By which rules and data the themes were last brought up to date, and how much had been sorted anew then.
theme_state = Table(
    "theme_state",
    later,
    Column("key", Name, primary_key=True),
    Column("value", JSON, nullable=False),
)

# Which feedback repeats which: the sketch that tells, and the first of those that say the same.
copies = Table(
    "copies",
    later,
    Column("feedback_id", Name, primary_key=True),
    Column("by", Name, nullable=False),
    Column("sketch", LargeBinary, nullable=False),
    Column("first", Name, nullable=False),
)

# What counting needs of every customer's mention, by day, so that no question has to join the tables above. It is
# made of them and can be thrown away: ``rows`` is empty where a day has to be made (again), see
# :mod:`mining.facts_marks`. Whatever changes a day's mentions gives it a new ``stamp`` in the same transaction, and
# ``made`` is the stamp that it was made under.
facts = Table(
    "facts",
    later,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("stamp", BigInteger, nullable=False),
    Column("made", BigInteger),
    Column("rows", LargeBinary),
    Column("ids", LargeBinary),
)

# The texts of a day's mentions in lower case, in the order of ``facts.rows``: what phrases are looked for in. A day
# that has to be made has none; a theme that moves leaves them as they are.
fact_words = Table(
    "fact_words",
    later,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("stamp", BigInteger, nullable=False),
    Column("words", LargeBinary, nullable=False),
)

# The numbers that stand for words in ``facts.rows``; none is ever given again.
fact_codes = Table(
    "fact_codes",
    later,
    Column("id", Integer, primary_key=True),
    Column("kind", Name, nullable=False),
    Column("value", Text, nullable=False),
    sqlite_autoincrement=True,
)

# What each conversation asked last, for the follow-up: a meaning and ids, none of the words that were answered with.
threads = Table(
    "threads",
    later,
    Column("id", Name, primary_key=True),
    Column("spec", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("threads_at", "at"),
)

# Answers that were posted somewhere, so that a button below one can find its question again: the meaning, ids of rows,
# ids and values of figures; none of the words that were answered with.
answers = Table(
    "answers",
    later,
    Column("id", Name, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Name, nullable=False),
    Column("place", Name, nullable=False),
    Column("text", Text, nullable=False),
    Column("status", Name, nullable=False),
    Column("spec", JSON, nullable=False),
    Index("answers_at", "at"),
)

# What people said of an answer: one verdict a person and answer, the last one counts.
verdicts = Table(
    "verdicts",
    later,
    Column("answer_id", Name, primary_key=True),
    Column("by", Name, primary_key=True),
    Column("good", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("verdicts_at", "at"),
)

# What somebody wants to be told regularly, or when something happens.
watches = Table(
    "watches",
    later,
    Column("id", Name, primary_key=True),
    Column("kind", Name, nullable=False),
    Column("by", Name, nullable=False),
    Column("to", Name, nullable=False),
    Column("text", Text, nullable=False),
    Column("spec", JSON, nullable=False),
    Column("schedule", Name, nullable=False),
    Column("zone", Name, nullable=False),
    Column("language", Name, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("muted_until", UtcDateTime),
    Column("ended_at", UtcDateTime),
)

# Each time that a watch was due: whoever inserts the row is the one who sends, and ``done_at`` says that it ended.
runs = Table(
    "runs",
    later,
    Column("watch_id", Name, primary_key=True),
    Column("due_at", UtcDateTime, primary_key=True),
    Column("claimed_by", Name, nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("outcome", Name),
    Column("note", Text, nullable=False),
    Index("runs_claimed", "claimed_at"),
)

# What reached us by chat: the key of an event, so that one sent again is known, and what it takes to answer it after
# a crash. ``answered_at`` is empty until it was.
events = Table(
    "events",
    later,
    Column("id", Name, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("note", Text, nullable=False),
    Index("events_at", "at"),
)

# Our own messages in a chat: where we speak already, and which answer a message shows.
posts = Table(
    "posts",
    later,
    Column("channel", Name, primary_key=True),
    Column("ts", Name, primary_key=True),
    Column("thread", Name, nullable=False),
    Column("answer_id", Name),
    Column("at", UtcDateTime, nullable=False),
    Index("posts_thread", "channel", "thread"),
    Index("posts_at", "at"),
)

# How a person wants to be spoken to; empty where nothing was said.
people = Table(
    "people",
    later,
    Column("id", Name, primary_key=True),
    Column("language", Name),
    Column("zone", Name),
    Column("context", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Keys of programs that ask over HTTP: what they may do, and the hash that one who shows a key is known by.
api_keys = Table(
    "api_keys",
    later,
    Column("id", Name, primary_key=True),
    Column("name", Name, nullable=False),
    Column("hash", Name, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("used_at", UtcDateTime),
)

# What was handed in over HTTP. The items in ``waits`` are masked, and stay here until the one run that may write has
# stored them; then it is empty and ``stored`` says what became of them. ``ids`` are of the feedback, in its order.
jobs = Table(
    "jobs",
    later,
    Column("id", Name, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Name, nullable=False),
    Column("source", Name, nullable=False),
    Column("digest", Name, nullable=False),
    Column("received", Integer, nullable=False),
    Column("rejects", JSON, nullable=False),
    Column("ids", JSON, nullable=False),
    Column("waits", JSON(none_as_null=True)),
    Column("stored", JSON(none_as_null=True)),
    Column("stored_at", UtcDateTime),
    Index("jobs_at", "at"),
)

# Each time that a source was read: what came, how it ended and when it may be asked again. ``ended_at`` is empty while
# it runs, or since it was killed. ``key`` is that of the cursor; ``since`` and ``until`` are what was asked for.
sweeps = Table(
    "sweeps",
    later,
    Column("id", Integer, primary_key=True),
    Column("source", Name, nullable=False),
    Column("key", Name, nullable=False),
    Column("kind", Name, nullable=False),
    Column("since", UtcDateTime),
    Column("until", UtcDateTime),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("pages", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("deleted", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("outcome", Name),
    Column("says", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("next_attempt_at", UtcDateTime),
    # How often in a row it could not be reached.
    Column("attempt", Integer, nullable=False),
    Index("sweeps_source", "source", "id"),
    sqlite_autoincrement=True,
)

# When an item was last asked for again at its source, whether or not it had changed.
rechecks = Table(
    "rechecks",
    later,
    Column("feedback_id", Name, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

migrations = Table(
    "migrations",
    MetaData(),
    Column("name", Name, primary_key=True),
    Column("applied_at", UtcDateTime, nullable=False),
)
