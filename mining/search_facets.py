"""How many hits have each value of a dimension."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from connectors.errors import ConfigError
from mining.facts import Facts
from mining.facts_groups import NAME_KINDS
from mining.facts_made import CODED
from mining.search import FACETS, FacetValue

_SEGMENT = "segment."


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Dimensions, each once.

    Raises:
        ConfigError: one that hits cannot be counted by.
    """
    asked = tuple(dict.fromkeys(names))
    for name in asked:
        if name not in FACETS and not (name.startswith(_SEGMENT) and len(name) > len(_SEGMENT)):
            raise ConfigError(f"hits are not counted by {name!r}", hint=f"known: {', '.join((*FACETS, 'segment.KEY'))}")
    return asked


def facet(hits: Facts, name: str) -> tuple[FacetValue, ...]:
    """The values that hits have and how many have each, the most frequent first."""
    if name in NAME_KINDS or name not in CODED:
        return in_order({value: len(rows) for value, rows in hits.by(name).items()})
    counts = np.bincount(hits.column(name), minlength=1)
    return in_order({hits.value_of(code): int(counts[code]) for code in np.flatnonzero(counts).tolist()})


def in_order(counts: Mapping[str | None, int]) -> tuple[FacetValue, ...]:
    """The most frequent first, then by value, None last."""
    order = sorted(counts, key=lambda value: (-counts[value], value is None, value or ""))
    return tuple(FacetValue(value, counts[value]) for value in order)


def counted(values: Iterable[Iterable[str | None]]) -> tuple[FacetValue, ...]:
    """The same, of what each hit has."""
    return in_order(Counter(value for of_one in values for value in of_one))
