"""What people say a mention means: it wins over every model, see :mod:`mining.overlay` for how it stays so.

The row in ``labels`` carries the human value, with score 1 and ``by`` = ``human:NAME``, so that whatever counts or
lists labels needs to know nothing of this. The model's own label is kept for the day the correction is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, delete, select

from connectors.errors import ConfigError
from mining import facts_marks, schema, taxonomy
from mining.database import slices, upsert
from mining.overlay import HUMAN, LAST, alone, digest_of, human_label, model_label, model_of
from mining.rows import storable_text
from mining.taxonomy import Taxonomy

if TYPE_CHECKING:
    from mining.store import Store

NOBODY = "someone"
SHORTEST = 6
"""So many signs of a mention's id must be given at least, unless it is given whole."""

_SHOWN = 5
# So much of a feedback tells its language, which its pieces have unless they clearly have another.
_SAMPLE = 2_000
# Feedback, digest of the words, and where they begin.
Place = tuple[str, str, int]
_TABLE = schema.corrections


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one label: ``before`` and ``after`` are values, None where there is no label; ``by`` as stored."""

    task: str
    before: str | None
    after: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """A correction from a file: the mention by id and, where the file has it, by its words."""

    id: str
    values: Mapping[str, str]
    text: str | None = None
    by: str = NOBODY
    at: datetime | None = None
    note: str = ""
    was: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corrected:
    """All that people said of one mention. ``by``, ``at`` and ``note`` are of the last word said.

    One that ``waits`` has no mention now: its id is ``FEEDBACK@START``, and its text None where the words have gone.
    """

    id: str
    text: str | None
    language: str | None
    labels: Mapping[str, str]
    was: Mapping[str, str | None]
    by: str
    at: datetime
    note: str
    waits: bool

    def as_json(self) -> dict[str, Any]:
        """The form of labelled files such as gold/dev.jsonl, with where the labels come from."""
        about = {"id": self.id, "language": self.language, "text": self.text}
        return {
            **about, **self.labels, "was": dict(self.was), "by": self.by, "at": self.at.isoformat(), "note": self.note
        }  # fmt: skip


# --- what may be said -----------------------------------------------------------------------------------------------


def allowed(task: str, known: Taxonomy | None = None) -> tuple[str, ...]:
    """The values that a task has in a taxonomy, the shipped one where none is given, in its order.

    Raises:
        ConfigError: there is no such task.
    """
    if task not in taxonomy.TASKS:
        raise ConfigError(f"there is no task {task!r}", hint=f"known: {', '.join(taxonomy.TASKS)}")
    return (known or taxonomy.shipped()).values(task)


def checked(values: Mapping[str, str], known: Taxonomy | None = None) -> dict[str, str]:
    """The same values by task, spelled as the taxonomy does; see :func:`allowed`.

    Raises:
        ConfigError: an unknown task or value.
    """
    made = {}
    for given_task, given in values.items():
        task, value = given_task.strip().lower(), given.strip().lower()
        if value not in (there := allowed(task, known)):
            raise ConfigError(f"there is no {task} {given!r}", hint=f"known: {', '.join(there)}")
        made[task] = value
    return made


def found(store: Store, beginning: str) -> str:
    """The id of the one mention whose id is this or, from :data:`SHORTEST` signs on, begins so.

    Raises:
        ConfigError: none does, or several do.
    """
    column = schema.mentions.c.id
    near = select(column).where(column >= beginning, column < beginning + LAST).order_by(column).limit(_SHOWN + 1)
    with store.transaction() as connection:
        ids: list[str] = list(connection.scalars(near))
    if beginning in ids:
        return beginning
    if len(beginning) < SHORTEST:
        hint = f"give the whole id, or at least its first {SHORTEST} signs"
        raise ConfigError(f"{beginning!r} is no id of a mention", hint=hint)
    if not ids:
        hint = "ids stand beside each mention that overheard search or overheard show lists"
        raise ConfigError(f"no mention has an id that begins with {beginning!r}", hint=hint)
    if len(ids) > 1:
        more = ", …" if len(ids) > _SHOWN else ""
        raise ConfigError(f"several mentions begin with {beginning!r}", hint=", ".join(ids[:_SHOWN]) + more)
    return ids[0]


# --- saying it and taking it back -----------------------------------------------------------------------------------


def correct(
    store: Store, mention_id: str, values: Mapping[str, str], by: str, note: str = "", known: Taxonomy | None = None
) -> list[Change]:
    """Put a person's values in the place of the model's; a value said before is said anew.

    Raises:
        ConfigError: an unknown task or value, or the mention has gone.
    """
    given = Given(mention_id, checked(values, known), by=by, note=note)
    with store.transaction() as connection:
        alone(connection)
        mention = _mention(connection, given)
        if mention is None:
            raise ConfigError(f"there is no mention {mention_id!r} any more", hint="overheard search finds its words")
        return _say(connection, mention, given)


def bring_in(store: Store, given: Sequence[Given]) -> list[list[Change] | None]:
    """Take in corrections from a file: for each what it changed, or None where no mention says these words.

    What was said here later than in the file stays.
    """
    made: list[list[Change] | None] = []
    for start in range(0, len(given), 500):
        with store.transaction() as connection:
            alone(connection)
            for one in given[start : start + 500]:
                mention = _mention(connection, one)
                made.append(None if mention is None else _say(connection, mention, one))
    return made


def take_back(store: Store, id_: str, tasks: Sequence[str] = ()) -> list[Change]:
    """Take corrections of a mention back, of all tasks or of some, so that today's model's labels return.

    ``id_`` may be that of one that waits, ``FEEDBACK@START``. Harmless where nothing was corrected.

    Raises:
        ConfigError: an unknown task.
    """
    for task in tasks:
        allowed(task)
    feedback_id, _, start = id_.rpartition("@")
    meant = _TABLE.c.mention_id == id_
    if start.isdecimal() and len(start) < 10:
        waits = and_(_TABLE.c.mention_id.is_(None), _TABLE.c.feedback_id == feedback_id, _TABLE.c.start == int(start))
        meant = meant | waits
    meant = and_(meant, _TABLE.c.task.in_(tasks or taxonomy.TASKS))
    labels = schema.labels
    with store.transaction() as connection:
        alone(connection)
        said = connection.execute(select(_TABLE).where(meant)).all()
        connection.execute(delete(_TABLE).where(meant))
        for row in said:
            if row.mention_id is not None:
                mine = and_(labels.c.mention_id == row.mention_id, labels.c.task == row.task)
                connection.execute(delete(labels).where(mine))
        upsert(connection, labels, [model_label(row) for row in said if row.mention_id and row.model is not None])
        facts_marks.touch_mentions(connection, [row.mention_id for row in said if row.mention_id])
    changes = [Change(row.task, row.value, row.model, row.model_by) for row in said]
    return sorted(changes, key=lambda change: taxonomy.TASKS.index(change.task))


def _mention(connection: Connection, given: Given) -> Row[Any] | None:
    """The mention of this id if it says these words, else another one of the same feedback that does."""
    mentions = schema.mentions
    named = connection.execute(select(mentions).where(mentions.c.id == given.id)).one_or_none()
    if given.text is None or (named is not None and named.text == given.text):
        return named
    feedback_id = max(given.id.rpartition("#")[0], given.id.rpartition("@")[0], key=len)
    same = select(mentions).where(mentions.c.feedback_id == feedback_id, mentions.c.text == given.text)
    return connection.execute(same.order_by(mentions.c.start).limit(1)).one_or_none()


def _say(connection: Connection, mention: Row[Any], given: Given) -> list[Change]:
    labels, at = schema.labels, given.at or datetime.now(UTC)
    here = connection.execute(select(labels).where(labels.c.mention_id == mention.id))
    label = {row.task: row for row in here}
    said = {row.task: row for row in connection.execute(select(_TABLE).where(_TABLE.c.mention_id == mention.id))}
    by = _who(given.by)
    values = {task: value for task, value in given.values.items() if given.at is None or _is_newer(at, said.get(task))}
    place = {"feedback_id": mention.feedback_id, "digest": digest_of(mention.text), "mention_id": mention.id}
    place |= {"start": mention.start, "end": mention.end}
    rows = []
    for task, value in values.items():
        model = model_of(said.get(task), label.get(task))
        word = {"task": task, "value": value, "was": given.was.get(task, model["model"])}
        rows.append({**place, **word, **model, "by": by, "at": at, "note": storable_text(given.note)})
    upsert(connection, _TABLE, rows)
    upsert(connection, labels, [human_label(mention.id, row) for row in rows])
    facts_marks.touch_mentions(connection, [mention.id])
    before = {task: row.value for task, row in label.items()}
    return [Change(task, before.get(task), value, HUMAN + by) for task, value in values.items()]


def _who(name: str) -> str:
    return " ".join(storable_text(name).split())[:100] or NOBODY


def _is_newer(at: datetime, said: Row[Any] | None) -> bool:
    return said is None or said.at < at


# --- what was said --------------------------------------------------------------------------------------------------


def listed(store: Store, since: datetime | None = None) -> list[Corrected]:
    """All corrections, or those of a time on, one for each mention, by feedback and place."""
    mentions = schema.mentions
    joined = _TABLE.outerjoin(mentions, mentions.c.id == _TABLE.c.mention_id)
    wanted = select(_TABLE, mentions.c.text, mentions.c.language).select_from(joined)
    wanted = wanted.order_by(_TABLE.c.feedback_id, _TABLE.c.start, _TABLE.c.digest)
    if since is not None:
        wanted = wanted.where(_TABLE.c.at >= since)
    by_place: dict[Place, list[Row[Any]]] = {}
    with store.transaction() as connection:
        for row in connection.execute(wanted):
            by_place.setdefault(_place(row), []).append(row)
        words = _waiting_words(connection, [rows[0] for rows in by_place.values() if rows[0].mention_id is None])
    return [_corrected(rows, words.get(place)) for place, rows in by_place.items()]


def corrected(store: Store) -> list[Corrected]:
    """The corrections whose words are still stored: labelled rows with ``id``, ``text``, ``language``, ``labels``."""
    return [one for one in listed(store) if one.text is not None]


def _waiting_words(connection: Connection, rows: Sequence[Row[Any]]) -> dict[Place, tuple[str, str]]:
    """Text and language of what no mention says now, though the feedback still does."""
    from mining.language import detect

    feedback, found = schema.feedback, dict[Place, tuple[str, str]]()
    stored: dict[str, Any] = {}
    for part in slices(list({row.feedback_id for row in rows})):
        wanted = select(feedback.c.id, feedback.c.text, feedback.c.language).where(feedback.c.id.in_(part))
        stored.update((row.id, row) for row in connection.execute(wanted))
    for row in rows:
        if said := stored.get(row.feedback_id):
            text = said.text[row.start : row.end]
            if digest_of(text) == row.digest:
                found[_place(row)] = text, detect(text, detect(said.text[:_SAMPLE], said.language))
    return found


def _place(row: Row[Any]) -> Place:
    return row.feedback_id, row.digest, row.start


def _corrected(rows: Sequence[Row[Any]], words: tuple[str, str] | None) -> Corrected:
    last = max(rows, key=lambda row: (row.at, taxonomy.TASKS.index(row.task)))
    waits = last.mention_id is None
    text, language = (words or (None, None)) if waits else (last.text, last.language)
    by_task = {row.task: row for row in rows}
    tasks = [task for task in taxonomy.TASKS if task in by_task]
    return Corrected(
        id=f"{last.feedback_id}@{last.start}" if waits else last.mention_id,
        text=text,
        language=language,
        labels={task: by_task[task].value for task in tasks},
        was={task: by_task[task].was for task in tasks},
        by=last.by,
        at=last.at,
        note=last.note,
        waits=waits,
    )
