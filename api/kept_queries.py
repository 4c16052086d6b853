"""Ids of queries, from outside: those that answers kept, and those that carry their query themselves."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from api.problems import MALFORMED, NOT_FOUND, Problem
from connectors.errors import ConfigError
from mining import reading
from mining.aggregate import DIMENSIONS
from mining.filters import Filters
from mining.reading import Query
from mining.store import Store

LONGEST = 4_000

# A key is asked for in quotes, within the JSON of the database.
_BREAKS_OUT = re.compile(r'["\\\x00-\x1f]')
_SEGMENT = "segment."
_FLAGS = ("solicited", "leaving")
_NUMBERS = ("rating_min", "rating_max")
_TIMES = ("since", "until")
_WORDS = ("phrase", "speaker")


def recall(store: Store, id_: str) -> tuple[Query, int, datetime]:
    """The query of an id, what was counted, and when.

    Raises:
        Problem: no answer and no aggregate gave the id.
    """
    try:
        query, value, at = reading.recall(store, id_)
    except ConfigError as error:
        raise Problem(NOT_FOUND, "No answer here carries this query.", error.hint) from error
    if not (_is_sound(query.filters) and all(isinstance(one, str) for one in query.members)):
        raise Problem(MALFORMED, "The query was made by hand.", "Query ids are copied whole from beside a figure.")
    return query, value, at


def _is_sound(filters: Filters) -> bool:
    """Whether everything is of its type: an id that carries its query may be anybody's work."""
    return all(_fits(name, getattr(filters, name)) for name in Filters.__dataclass_fields__)


def _fits(name: str, value: Any) -> bool:
    if name == "segment":
        return isinstance(value, dict) and all(_is_key(key) and _is_text(held) for key, held in value.items())
    if value is None:
        return name in (*_FLAGS, *_NUMBERS, *_TIMES, *_WORDS)
    if name in _FLAGS:
        return isinstance(value, bool)
    if name in _NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if name in _TIMES:
        return isinstance(value, datetime) and value.tzinfo is not None
    if name in _WORDS:
        return _is_text(value)
    fits = _is_dimension if name == "without" else _is_text
    return isinstance(value, tuple) and all(fits(one) for one in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\x00" not in value


def _is_key(value: Any) -> bool:
    return _is_text(value) and not _BREAKS_OUT.search(value)


def _is_dimension(value: Any) -> bool:
    if not _is_text(value):
        return False
    return value in DIMENSIONS or (value.startswith(_SEGMENT) and _is_key(value))
