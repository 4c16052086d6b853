"""Ids of queries: those that answers kept, and those that carry their query themselves.

The rows of an aggregate may be thousands, and counting is reading: so nothing is written for them, and their ids say
what they count, signed like a cursor.
"""

from __future__ import annotations

from datetime import datetime

from api.cursors import Cursors
from api.problems import CURSOR, NOT_FOUND, Problem
from connectors.errors import ConfigError
from mining import reading
from mining.reading import Query
from mining.store import Store

_WHAT = "query"
_MARK = "Q."
LONGEST = 16_000


def id_of(query: Query, cursors: Cursors) -> str:
    """An id that carries the query."""
    return _MARK + cursors.made(_WHAT, query.spec())


def recall(store: Store, id_: str, cursors: Cursors) -> tuple[Query, int | None, datetime | None]:
    """The query of an id; what an answer said that it counted, and when.

    Raises:
        Problem: no answer and no aggregate of this workspace gave the id.
    """
    if id_.startswith(_MARK):
        try:
            return Query.from_spec(cursors.read(_WHAT, id_[len(_MARK) :])), None, None
        except Problem as error:
            raise Problem(CURSOR, "The query is none that an aggregate gave here.") from error
    try:
        return reading.recall(store, id_)
    except ConfigError as error:
        raise Problem(NOT_FOUND, "No answer here carries this query.", error.hint) from error
