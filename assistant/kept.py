"""What a conversation keeps of its last question: the meaning as JSON, and the ids of the rows that were shown.

Titles, figures and quotes are not kept: they would be customers' words, and an erasure does not come here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from assistant.answer import Answer, Row, Status
from assistant.carried import named
from assistant.follow import merged
from assistant.meaning import TIMED, Kind, Question
from mining import threads
from mining.store import Store
from mining.taxonomy import Taxonomy

VERSION = 1
"""Of the JSON: another one is no previous question."""

DAYS = 90
"""A conversation that asked nothing for so long is let go of."""

# Kinds that a follow-up can follow; a thank-you or a poem leaves the question before them where it is.
_FOLLOWED = (TIMED - {Kind.UNANSWERABLE}) | {Kind.DRILLDOWN}
_MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """The last ``question`` as it was answered, and ``shown``, the ids of the rows that a rank may name, in order.

    ``listed`` is the question whose answer showed these rows: another one once a row was looked into.
    """

    question: Question
    shown: tuple[str, ...]
    listed: Question


def last(store: Store, thread: str, taxonomy: Taxonomy) -> Kept | None:
    """What a conversation asked last; None where nothing was asked, or what is kept cannot be read any more.

    Raises:
        ConfigError: the thread's id is empty or too long.
    """
    spec = threads.recall(store, thread)
    return from_json(spec, taxonomy) if spec else None


def followed(before: Kept | None, new: Question) -> Question:
    """A question that was read, joined with what its conversation asked before: see :func:`assistant.follow.merged`."""
    if before is None:
        return merged(None, (), new)
    if new.kind is Kind.SUBSCRIBE and _says_nothing(new):
        # "Send me this every Monday": what was asked before.
        new = replace(new, inherit=True)
    return merged(before.question, before.shown, new, before.listed)


def _says_nothing(question: Question) -> bool:
    about = replace(question.scope, speaker=None).spec() or question.theme or question.sentiment or question.metric
    return not about


def keep(store: Store, thread: str, before: Kept | None, answer: Answer, at: datetime) -> None:
    """Keep an answer's question for the follow-up, if it is one that can be followed; old conversations go.

    Raises:
        ConfigError: as :func:`last`.
    """
    if not _can_be_followed(answer):
        return
    threads.forget_before(store, at - timedelta(days=DAYS))
    threads.remember(store, thread, as_json(_after(before, answer)), at)


def _can_be_followed(answer: Answer) -> bool:
    question = answer.question
    if answer.status in (Status.REFUSED, Status.OUT_OF_SCOPE) or question.kind not in _FOLLOWED:
        return False
    # Asked back for something that the question lacks: the one before it is still the one to go on from.
    if question.unread_time or set(question.clarify) - {"kind"}:
        return False
    return question.kind is not Kind.AMBIGUOUS or bool(named(question))


def _after(before: Kept | None, answer: Answer) -> Kept:
    question = answer.question
    if before and question.inherit and (question.rank is not None or not answer.rows):
        # One row was looked into, or nothing was listed: "#3" still means the list.
        return Kept(question, before.shown, before.listed)
    first = before.shown if before and question.offset else ()
    return Kept(question, _ids(answer.rows, first)[:_MOST_ROWS], question)


def _ids(rows: Sequence[Row], first: Sequence[str]) -> tuple[str, ...]:
    """The ids of rows in the order in which a rank counts them, behind those of the ``first`` lines.

    Where rows show a number, that number counts: the sides of a comparison stand above its numbered themes. Of rows of
    several groups with one number the first is meant.
    """
    numbered = {row.rank: row.id for row in reversed(rows) if row.rank}
    if not numbered:
        return (*first, *(row.id for row in rows))
    known = dict(enumerate(first, start=1)) | numbered
    return tuple(known.get(rank, "") for rank in range(1, min(max(known), _MOST_ROWS) + 1))


# --- as JSON --------------------------------------------------------------------------------------------------------


def as_json(kept: Kept) -> dict[str, Any]:
    """The form that is stored; :func:`from_json` reads it back."""
    listed = None if kept.listed == kept.question else question_json(kept.listed)
    return {"v": VERSION, "question": question_json(kept.question), "shown": list(kept.shown), "listed": listed}


def from_json(spec: Mapping[str, Any], taxonomy: Taxonomy) -> Kept | None:
    """Read back what :func:`as_json` gave, whatever became of it; None where it is not wholly understood."""
    shown = spec.get("shown")
    if spec.get("v") != VERSION or not isinstance(shown, list) or not all(isinstance(one, str) for one in shown):
        return None
    question = question_from(spec.get("question"), taxonomy)
    listed = question if spec.get("listed") is None else question_from(spec["listed"], taxonomy)
    return Kept(question, tuple(shown), listed) if question and listed else None


def question_json(question: Question) -> dict[str, Any]:
    """Every field of a question but the taxonomy, which belongs to the workspace."""
    plain: dict[str, Any] = {name: _plain(getattr(question, name)) for name in _model().model_fields}
    return {**plain, "zone": _zone_name(question.zone)}


def question_from(spec: object, taxonomy: Taxonomy) -> Question | None:
    """Read back what :func:`question_json` gave; None where a field or a value is unknown today."""
    try:
        given = dict(spec)  # type: ignore[call-overload]  # whatever was stored: judged here
        zone = _zone(given.pop("zone"))
        read = _model().model_validate_json(json.dumps(given))
    except (TypeError, ValueError, KeyError, RecursionError, ValidationError):
        return None
    question = Question(zone=zone, taxonomy=taxonomy, **{name: getattr(read, name) for name in _model().model_fields})
    # A field within a field that is not known today would have been passed over.
    return question if _holds(question_json(question), given) else None


@cache
def _model() -> type[BaseModel]:
    """A question's fields as pydantic judges them: strictly, and none that is not known."""
    hints = get_type_hints(Question)
    given: dict[str, Any] = {
        item.name: (hints[item.name], ...) for item in fields(Question) if item.name not in ("zone", "taxonomy")
    }
    return create_model("KeptQuestion", __config__=ConfigDict(strict=True, extra="forbid"), **given)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, tuple):
        return [_plain(held) for held in value]
    return value.value if isinstance(value, Kind) else value


def _holds(whole: Any, part: Any) -> bool:
    """Whether all that is in a part of some JSON is in the whole as well."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _holds(whole[key], held) for key, held in part.items())
    return bool(whole == part) and type(whole) is type(part)


def _zone_name(zone: tzinfo) -> str:
    if isinstance(zone, ZoneInfo) and zone.key:
        return zone.key
    offset = zone.utcoffset(None) or timedelta()
    return f"{offset.total_seconds():+.0f}"


def _zone(name: object) -> tzinfo:
    if not isinstance(name, str):
        raise ValueError(f"no zone: {name!r}")
    try:
        return timezone(timedelta(seconds=int(name))) if name[:1] in ("+", "-") else ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"no zone: {name!r}") from error
