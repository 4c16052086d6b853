"""Anybody's labelled remarks: JSON lines, JSON or CSV with ``text`` and any task; what cannot be read is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.errors import ConfigError
from connectors.languages import language_code
from connectors.tabular import readers
from connectors.tabular.events import Bad, Unreadable
from connectors.tabular.events import Row as Record
from connectors.tabular.header import Known
from connectors.tabular.layout import inspect
from mining.language import detect
from mining.rows import storable_text
from mining.training.rows import TASKS, Row

_COLUMNS = Known(frozenset({"id", "text", "language", "by", "at", "note", "was", *TASKS}), frozenset({"text"}))
_HINT = "one row a remark: text and any of stage, intent, sentiment, effort, touchpoint; language and id if known"
# So much of a wrong value is repeated: it may be a whole remark in the wrong column.
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be read: where it stands, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """The rows of a file in order, and those that could not be read."""

    rows: tuple[Row, ...]
    rejects: tuple[Unread, ...]


def read(path: Path) -> Labelled:
    """Read a labelled file. The language of a row that names none is detected.

    Raises:
        ConfigError: there is no such file, it is no table, or no row of it is labelled.
    """
    found = list(_found(path))
    made = Labelled(
        tuple(one for one in found if isinstance(one, Row)), tuple(one for one in found if isinstance(one, Unread))
    )
    if not made.rows:
        first = f"; the first: {made.rejects[0].where}: {made.rejects[0].reason}" if made.rejects else ""
        raise ConfigError(f"{path} holds no labelled remark: {len(made.rejects)} rows rejected{first}", hint=_HINT)
    return made


def _found(path: Path) -> Iterator[Row | Unread]:
    try:
        for event in readers.read(path, inspect(path), _COLUMNS):
            where = f"{path.name}:{getattr(event, 'place', '')}"
            if isinstance(event, Record):
                row = _row(event.fields, where)
                yield Unread(where, row) if isinstance(row, str) else row
            elif isinstance(event, Bad):
                yield Unread(where, event.reason)
    except Unreadable as error:
        raise ConfigError(f"{path} cannot be read: {error.reason}", hint=error.hint or _HINT) from error
    except OSError as error:
        hint = "name a labelled file with --set, or the folder of the development set in OVERHEARD_SHARED"
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint=hint) from error


def _row(fields: Mapping[str, object], where: str) -> Row | str:
    """The row, or why it cannot be used."""
    given = {name.strip().lower(): value for name, value in fields.items() if value is not None}
    text, language = given.get("text"), given.get("language")
    if not isinstance(text, str) or not text.strip():
        return "no text"
    if language is not None and not isinstance(language, str):
        return "language is no text"
    labels = {}
    for task, values in TASKS.items():
        said = given.get(task, "")
        if not isinstance(said, str):
            return f"{task} is no text"
        value = said.strip().lower()
        if value and value not in values:
            return f"there is no {task} {said.strip()[:_SHOWN]!r}; known: {', '.join(values)}"
        if value:
            labels[task] = value
    if not labels:
        return f"no label: none of {', '.join(TASKS)}"
    text = storable_text(text)
    return Row(str(given.get("id", where)), text, language_code(language) or detect(text), labels)
