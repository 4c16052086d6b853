"""What a question sets side by side: two times, two products, ourselves and a competitor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from assistant import names
from assistant.meaning import US, Compare
from assistant.names import Value
from assistant.periods import Window

_DIMENSIONS = (
    *("product", "platform", "channel", "feedback_language", "stage", "touchpoint", "source"),
    *("region", "segment", "theme"),
)


def compared(
    text: str,
    values: Mapping[str, Sequence[Value]],
    windows: Sequence[Window],
    groups: Sequence[str],
    language: str,
) -> Compare | None:
    """What is compared; None where that is not said.

    ``values`` are those named in the question by dimension, in its order; ``groups`` the dimensions named without any
    ("compare channels").
    """
    if len(windows) > 1:
        return Compare("time", windows=tuple(windows))
    rivals = _different(values.get("competitor", ()))
    if len(rivals) > 1 or (rivals and _speaks_of_us(text, language)):
        return Compare("competitor", (*((US,) if _speaks_of_us(text, language) else ()), *rivals))
    several = {dim: found for dim in _DIMENSIONS if len(_different(found := values.get(dim, ()))) > 1}
    if several:
        nearest = min(several, key=lambda dim: (_gap(several[dim]), _DIMENSIONS.index(dim)))
        return Compare(nearest, _different(several[nearest]))
    if rivals:
        return Compare("competitor", (US, *rivals))
    known = [group for group in groups if group in _DIMENSIONS]
    return Compare(known[0]) if known else None


def _different(values: Sequence[Value]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.value for one in sorted(values, key=lambda one: one.span)))


def _gap(values: Sequence[Value]) -> int:
    spans = sorted({one.span for one in values})
    return min((after[0] - before[1] for before, after in pairwise(spans)), default=0)


def _speaks_of_us(text: str, language: str) -> bool:
    return bool(names.says(text, names.lexicon(language)["us"]["words"], language))
