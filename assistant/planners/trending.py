"""How something moves: a measure for each day, week or month, of how many, and whether it moves at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant import periods
from assistant.answer import Answer, Row
from assistant.measures import Cell, Figure, Mean, Measure, Net, Share
from assistant.planners import slices
from mining.statistics import Drift, drift

if TYPE_CHECKING:
    from assistant.desk import Desk
    from assistant.planners.slices import Slice

_SURE = 0.05
# What is drawn and tested of each metric.
_KEYS = {"net_sentiment": "net", "negative_share": "share", "positive_share": "share", "rating": "rating"}
_STARS_SPREAD = 1.5


def plan(desk: Desk) -> Answer:
    """Tell how a measure moves over the steps of the window."""
    question, words = desk.question, desk.words
    window = question.window
    if window is None or not len(desk.select(desk.filters)):
        return desk.nothing(desk.filters)
    metric = question.metric or "net_sentiment"
    grain = question.grain or periods.grain(window)
    parts = slices.steps(desk, window, grain)
    points = [slices.of_time(desk, step, desk.base) for step in parts]
    rows = tuple(_row(desk, one, metric) for one in points)
    moves = direction(rows, parts, _KEYS.get(metric, "feedback"))
    key = _KEYS.get(metric, "feedback")
    told = [row for row in rows if _value(row[key]) is not None]
    frame = {
        "metric": words.say(f"metrics.{metric if metric in _KEYS else 'items'}"),
        "scope": words.scope(question),
        "window": words.timed(question),
        "grain": words.say(f"grains.{grain}"),
    }
    how = _how(moves)
    headline = words.say(f"headline.trend_{how}", **frame)
    said = []
    if told:
        first, last = told[0], told[-1]
        said.append(
            words.say(
                "trend_ends",
                first=first.title,
                before=words.measure(first[key]),
                last=last.title,
                after=words.measure(last[key]),
            )
        )
    said.append(
        words.say(f"trend_test_{'sure' if how in ('up', 'down') else 'unsure'}", points=words.number(moves.points))
    )
    notes = [words.say("partial_note")] if any(step.partial for step in parts) else []
    return desk.answered(
        headline, rows, counted=desk.filters, whole=desk.whole, said=tuple(said), notes=notes,
        chart=desk.chart("lines", key),
    )  # fmt: skip


def _row(desk: Desk, one: Slice, metric: str) -> Row:
    chosen = desk.select(one.filters)
    items = desk.cell("feedback", desk.of(chosen.counts(), one.filters))
    key = _KEYS.get(metric)
    marks = (desk.words.say("marks.partial"),) if one.window and one.window.partial else ()
    if key is None:
        extra = (desk.cell("authors", desk.of(chosen.counts(), one.filters, "authors")),)
        return Row(one.id, one.title, (items, *extra), marks=marks)
    measure = desk.measure(metric, one.filters, chosen)
    return Row(one.id, one.title, (Cell(key, desk.words.say(f"cells.{key}"), measure), items), marks=marks)


def direction(rows: tuple[Row, ...], steps: list[periods.Window], key: str) -> Drift:
    """Whether the points of a series move one way."""
    measures = [row[key] for row in rows]
    sums, weights, variance = _sums(measures, steps)
    return drift(np.array(sums, float), np.array(weights, float), variance)


def _sums(measures: list[Measure], steps: list[periods.Window]) -> tuple[list[float], list[float], float]:
    """Sums, weights and the variance of a weight, see :func:`mining.statistics.drift`."""
    if all(isinstance(one, Share) for one in measures):
        shares = [one for one in measures if isinstance(one, Share)]
        part, whole = sum(one.part.value for one in shares), sum(one.whole.value for one in shares)
        p = part / whole if whole else 0.0
        return [one.part.value for one in shares], [one.whole.value for one in shares], p * (1 - p)
    if all(isinstance(one, Net) for one in measures):
        nets = [one for one in measures if isinstance(one, Net)]
        up, down = sum(one.positive.value for one in nets), sum(one.negative.value for one in nets)
        whole = sum(one.whole.value for one in nets)
        mean = (up - down) / whole if whole else 0.0
        variance = (up + down) / whole - mean**2 if whole else 0.0
        return [one.positive.value - one.negative.value for one in nets], [one.whole.value for one in nets], variance
    if all(isinstance(one, Mean) for one in measures):
        means = [one for one in measures if isinstance(one, Mean)]
        # The variance of single ratings is not at hand: 1.5 stars around the mean is wide, so few pass for moving.
        sums = [(one.value or 0.0) * one.whole.value for one in means]
        return sums, [one.whole.value for one in means], _STARS_SPREAD**2
    counts = [one.value if isinstance(one, Figure) else 0 for one in measures]
    days = [step.days for step in steps]
    return [float(count) for count in counts], [float(day) for day in days], sum(counts) / max(sum(days), 1)


def _how(moves: Drift) -> str:
    if moves.points < 3:
        return "few"
    if moves.p > _SURE:
        return "flat"
    return "up" if moves.slope > 0 else "down"


def _value(measure: Measure) -> float | None:
    if isinstance(measure, Share):
        return measure.value if measure.whole.value else None
    return measure.value
