"""Which mentions of :mod:`mining.facts` a :class:`mining.filters.Filters` selects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from mining import facts_held, schema
from mining.database import slices
from mining.facts_codes import Codes
from mining.facts_made import TASKS, Array, hashed
from mining.filters import Filters, says, segment_key

if TYPE_CHECKING:
    from mining.facts import Facts

# So many candidates are asked for by their ids; beyond that all texts are looked through.
_FEW = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def among(facts: Facts, dimension: str, values: Iterable[str]) -> Array:
    """True where a column holds one of some values."""
    codes = facts.frame.codes
    return _among(facts.column(dimension), [codes.of(dimension, value) for value in values], codes)


def mask_of(facts: Facts, filters: Filters) -> Array | None:
    """True where all conditions hold but that of a phrase; None where there are none."""
    mask: Array | None = None
    for one in _masks(facts, filters):
        mask = one if mask is None else mask & one
    return mask


def _masks(facts: Facts, filters: Filters) -> Iterator[Array]:
    codes = facts.frame.codes
    if filters.since:
        yield facts.said_at >= (filters.since - _EPOCH) // _MICROSECOND
    if filters.until:
        yield facts.said_at < (filters.until - _EPOCH) // _MICROSECOND
    for name in (*TASKS, "theme", "channel", "source", "language"):
        if values := getattr(filters, name):
            yield among(facts, name, values)
    if filters.not_theme:
        yield ~among(facts, "theme", filters.not_theme)
    for kind in ("product", "competitor", "platform"):
        if values := getattr(filters, kind):
            yield _named(facts, kind, values)
    if filters.not_competitor:
        yield ~_named(facts, "competitor", filters.not_competitor)
    for dimension in filters.without:
        yield lacking(facts, dimension)
    if filters.leaving is not None:
        yield facts.churning == filters.leaving
    if filters.rating_min is not None:
        yield facts.rating >= filters.rating_min
    if filters.rating_max is not None:
        yield facts.rating <= filters.rating_max
    if filters.solicited is not None:
        yield facts.solicited == filters.solicited
    for key, value in filters.segment.items():
        alike = [code for code in codes.all_of("segment") if codes.parsed(code).get(key) == value]
        yield _among(facts.column("segment"), alike, codes)


def _named(facts: Facts, kind: str, values: tuple[str, ...]) -> Array:
    codes = facts.frame.codes
    named: Array = among(facts, "product", values) | _among(
        facts.column("names"), _naming(codes, kind, set(values)), codes
    )
    return named


def lacking(facts: Facts, dimension: str) -> Array:
    """True where a mention has nothing of a dimension; see :class:`mining.filters.Filters`."""
    codes = facts.frame.codes
    if dimension in (*TASKS, "theme"):
        nothing: Array = facts.column(dimension) == 0
        return nothing
    if dimension in ("product", "competitor", "platform"):
        held = [code for code in codes.all_of("names") if any(of == dimension for of, _ in codes.parsed(code))]
        nameless: Array = ~_among(facts.column("names"), held, codes)
        return nameless & (facts.column("product") == 0) if dimension == "product" else nameless
    key = segment_key(dimension)
    told = [code for code in codes.all_of("segment") if codes.parsed(code).get(key) is not None]
    return ~_among(facts.column("segment"), told, codes)


def _naming(codes: Codes, kind: str, values: set[str]) -> list[int]:
    """Numbers of the sets of names that hold one of these."""
    return [
        code for code in codes.all_of("names") if any(of == kind and name in values for of, name in codes.parsed(code))
    ]


def _among(column: Array, numbers: Iterable[int | None], codes: Codes) -> Array:
    wanted = [number for number in numbers if number is not None]
    if len(wanted) == 1:
        alone: Array = column == wanted[0]
        return alone
    table = np.zeros(codes.size, bool)
    table[wanted] = True
    return table[column]


def saying(facts: Facts, phrase: str) -> Array:
    """True where a mention says the phrase, in any letter case."""
    told, frame = np.zeros(len(facts), bool), facts.frame
    rows = np.arange(len(frame))[facts.rows]
    ends = np.searchsorted(rows, frame.starts)
    places = [place for place, (begin, end) in enumerate(pairwise(ends)) if end > begin]
    held = facts_held.words(facts.store, [frame.chunks[place].day for place in places])
    needle = phrase.lower().encode()
    others = []
    for place in places:
        begin, end = ends[place], ends[place + 1]
        words = held.get(frame.chunks[place].day)
        if words is None or words.stamp != frame.chunks[place].made:
            others.append(np.arange(begin, end))
            continue
        told[begin:end] = words.holding(needle)[rows[begin:end] - frame.starts[place]]
    if others:
        # Days that somebody changes just now.
        asked = np.concatenate(others)
        told[asked] = _asked(facts.where(asked), phrase)
    return told


def _asked(facts: Facts, phrase: str) -> Array:
    """The same, as the database says."""
    mentions = schema.mentions
    wanted = select(mentions.c.id).where(says(phrase), mentions.c.speaker == "customer")
    with facts.store.transaction() as connection:
        if len(facts) <= _FEW:
            ids = facts.ids()
            found = [id_ for part in slices(ids) for id_ in connection.scalars(wanted.where(mentions.c.id.in_(part)))]
        else:
            found = list(connection.scalars(wanted))
    hits = np.sort(hashed(found))
    if not len(hits):
        return np.zeros(len(facts), bool)
    place = np.minimum(np.searchsorted(hits, facts.mention), len(hits) - 1)
    told: Array = hits[place] == facts.mention
    return told
