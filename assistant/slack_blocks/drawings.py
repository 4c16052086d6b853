"""A chart that Slack draws itself: ``data_visualization``.

Source: docs.slack.dev, "Data visualization block": a title of at most 50 signs, 1 to 6 series (12 by newer accounts) of
different names, at most 20 categories, labels of at most 20 signs, and one finite value of each series for each
category; a message holds two charts at most (github.com/vercel/chat/pull/696).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from assistant.directions import harmless
from assistant.slack_blocks.blocks import Block
from assistant.slack_blocks.texts import clean, cut

_TITLE, _LABEL, _AXIS = 50, 20, 50
_MOST_SERIES, _FEWEST, _MOST_CATEGORIES = 6, 2, 20


def label(text: str) -> str:
    """A category or a series: it stands alone, so that it needs no marks of direction."""
    return cut(harmless(clean(text)), _LABEL) or "–"


def chart(
    mark: str, title: str, categories: Sequence[str], series: Mapping[str, Sequence[float | None]], axis: str
) -> Block | None:
    """A chart (``bar`` or ``line``); None where Slack would refuse it or it would not show what was measured."""
    names = [label(name) for name in categories]
    lines = {label(name): values for name, values in series.items()}
    values = [value for some in lines.values() for value in some]
    fits = _FEWEST <= len(names) <= _MOST_CATEGORIES and 0 < len(lines) <= _MOST_SERIES
    different = len(set(names)) == len(names) and len(lines) == len(series)
    there = [value for value in values if value is not None and isfinite(value)]
    if not (fits and different and len(there) == len(values) == len(names) * len(lines)):
        return None
    return {
        "type": "data_visualization",
        "title": cut(harmless(clean(title)), _TITLE) or "–",
        "chart": {
            "type": mark,
            "series": [
                {
                    "name": name,
                    "data": [{"label": one, "value": value} for one, value in zip(names, some, strict=True)],
                }
                for name, some in lines.items()
            ],
            "axis_config": {"categories": names, "y_label": cut(harmless(clean(axis)), _AXIS) or "–"},
        },
    }
