"""Why something changed: first whether it did, then the parts that the change is made of, which add up to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from assistant.answer import Answer, Row
from assistant.meaning import FEELINGS
from assistant.measures import Figure, Mean, Measure, Net, Points, Share
from assistant.planners import slices
from mining.change import Change, Metric, Observation, parts
from mining.facts import Facts
from mining.statistics import different_means, different_rates, different_shares

if TYPE_CHECKING:
    from assistant.desk import Desk
    from assistant.planners.slices import Slice

_SURE = 0.05
_DIMENSIONS = ("theme", "stage", "channel")
_ROWS = 4
_QUOTES = 1
_METRICS = {
    "net_sentiment": Metric.NET_SENTIMENT,
    "negative_share": Metric.NEGATIVE_SHARE,
    "positive_share": Metric.NEGATIVE_SHARE,
    "rating": Metric.MEAN_RATING,
}
_STARS_SPREAD = 1.5


def plan(desk: Desk) -> Answer:
    """Check the premise, then take the change apart."""
    question, words = desk.question, desk.words
    metric = question.metric or "net_sentiment"
    if question.window is None or question.baseline is None:
        return desk.clarify("time")
    sides = [slices.of_time(desk, window, desk.base) for window in (question.baseline, question.window)]
    before, after = sides
    if not len(desk.select(after.filters)):
        return desk.nothing(after.filters)
    if not len(desk.select(before.filters)):
        return _no_baseline(desk, before, after, metric)
    measures = [_measure(desk, one, metric) for one in sides]
    verdict = _verdict(question.premise, measures, sides)
    frame = {
        "metric": words.say(f"metrics.{metric if metric in _METRICS else 'count'}"),
        "before": words.measure(measures[0]),
        "after": words.measure(measures[1]),
        "baseline": words.dates(question.baseline),
        "window": words.dates(question.window),
        "scope": words.scope(question),
    }
    headline = words.say(f"headline.why_{verdict}", **frame)
    rows: list[Row] = []
    for dimension in _DIMENSIONS:
        rows += _parts(desk, before, after, metric, dimension)
    notes = [words.say("arithmetic_note")]
    if question.baseline.like_for_like:
        notes.append(words.say("like_for_like"))
    more = (desk.cell("before", measures[0]), desk.cell("after", measures[1]))
    return desk.answered(
        headline, rows, counted=after.filters, whole=desk.within(replace(desk.scope, intent=())),
        more=more, notes=notes,
        chart=desk.chart("bars", "part") if rows else None,
    )  # fmt: skip


def _measure(desk: Desk, one: Slice, metric: str) -> Measure:
    """The metric of a side; volume is counted in mentions, because these add up over themes and stages."""
    if metric in _METRICS and metric not in ("negative_share", "positive_share"):
        return desk.measure(metric, one.filters)
    if metric in _METRICS:
        told = replace(one.filters, sentiment=FEELINGS[metric.removesuffix("_share")])
        return Share(desk.figure(told, "mentions"), desk.figure(one.filters, "mentions"))
    return desk.figure(one.filters, "mentions")


def _verdict(premise: str | None, measures: list[Measure], sides: list[Slice]) -> str:
    """Whether it moved as was said: drop, rise, noise (too little to tell), or the other way round."""
    old, new = (_number(one) for one in measures)
    if old is None or new is None:
        return "noise"
    if _chance(measures, sides) > _SURE:
        return "noise"
    moved = "rise" if new > old else "drop"
    if premise in (None, "change", moved):
        return moved
    return f"not_{premise}"


def _number(measure: Measure) -> float | None:
    return measure.value


def _chance(measures: list[Measure], sides: list[Slice]) -> float:
    """How likely so large a difference is by chance."""
    match measures:
        case [Net() as old, Net() as new]:
            return different_means(
                old.value or 0.0, _spread(old), old.whole.value, new.value or 0.0, _spread(new), new.whole.value
            )
        case [Share() as was, Share() as now]:
            return different_shares(was.part.value, was.whole.value, now.part.value, now.whole.value)
        case [Mean() as past, Mean() as present]:
            spread = _STARS_SPREAD**2
            return different_means(
                past.value or 0.0, spread, past.whole.value, present.value or 0.0, spread, present.whole.value
            )
        case [Figure() as few, Figure() as many]:
            days = [one.window.days if one.window else 1 for one in sides]
            return different_rates(few.value, days[0], many.value, days[1])
    return 1.0


def _spread(net: Net) -> float:
    if not net.whole.value:
        return 0.0
    return (net.positive.value + net.negative.value) / net.whole.value - (net.value or 0.0) ** 2


def _parts(desk: Desk, before: Slice, after: Slice, metric: str, dimension: str) -> list[Row]:
    """The largest parts of the change by one dimension, and the others in one row, so that they add up."""
    words = desk.words
    old, new = (desk.select(one.filters).by(dimension) for one in (before, after))
    kept = _METRICS.get(metric, Metric.VOLUME)
    sides = [(desk.select(one.filters), groups) for one, groups in ((before, old), (after, new))]
    was, now = (_observed(whole, groups, metric) for whole, groups in sides)
    change = parts(was, now, kept)
    if not change.parts or change.total is None:
        return []
    shown = [part for part in change.parts if part.group][:_ROWS]
    rows = []
    for part in shown:
        value = _key(part.group)
        measures = [
            _of_group(desk, one, dimension, value, groups, metric) for one, groups in ((before, old), (after, new))
        ]
        points = Points(float(part.total), float(part.rate), float(part.mix), *measures)
        theme = desk.themes.get(value) if dimension == "theme" else None
        quoted = new.get(value)
        rows.append(
            Row(
                id=value if theme else f"{dimension}:{value}",
                title=slices.named(desk, dimension, value) if value != "none" else words.say(f"none.{dimension}"),
                titles=theme.names if theme else {},
                group=words.say("groups.parts", dimension=words.dimensions((dimension,))),
                cells=(desk.cell("part", points),),
                quotes=desk.quotes(quoted, _QUOTES) if theme and quoted is not None and len(quoted) else (),
            )
        )  # fmt: skip
    rest = _rest(desk, change, [part.group for part in shown], before, after, metric, dimension, old, new)
    return [*rows, *([rest] if rest else [])]


def _rest(
    desk: Desk, change: Change, shown: list[str], before: Slice, after: Slice, metric: str, dimension: str,
    old: Mapping[str | None, Facts], new: Mapping[str | None, Facts],
) -> Row | None:  # fmt: skip
    """All other groups together."""
    words = desk.words
    others = [part for part in change.parts if part.group not in shown]
    if not others:
        return None
    total, rate, mix = (sum((getattr(part, name) for part in others), Fraction()) for name in ("total", "rate", "mix"))
    points = Points(
        float(total), float(rate), float(mix), _measure(desk, before, metric), _measure(desk, after, metric)
    )
    return Row(
        id=f"{dimension}:others",
        title=words.say("all_others", count=words.number(len(others))),
        group=words.say("groups.parts", dimension=words.dimensions((dimension,))),
        cells=(desk.cell("part", points),),
    )


def _observed(whole: Facts, groups: Mapping[str | None, Facts], metric: str) -> list[Observation]:
    """What each group weighs and is worth: mentions, except that a rating is the feedback's, shared by its mentions."""
    if metric == "rating":
        return _ratings(whole, groups)
    found = []
    for value, facts in groups.items():
        by = facts.by("sentiment") if metric in _METRICS else {None: facts}
        for feeling, some in by.items():
            found.append(Observation(value or "", Fraction(len(some)), _worth(metric, feeling)))
    return found


def _ratings(whole: Facts, groups: Mapping[str | None, Facts]) -> list[Observation]:
    """Stars by group; each mention of a feedback carries an equal part of its weight."""
    feedback, mentions = np.unique(whole.feedback, return_counts=True)
    found = []
    for value, facts in groups.items():
        rated = facts.where(~np.isnan(facts.rating))
        among = mentions[np.searchsorted(feedback, rated.feedback)]
        stars, which = np.unique(rated.rating, return_inverse=True)
        most = int(among.max(initial=0)) + 1
        codes, counts = np.unique(which * most + among, return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            worth = 1 + 4 * Fraction(float(stars[code // most])).limit_denominator(1000)
            found.append(Observation(value or "", Fraction(count, code % most), worth))
    return found


def _worth(metric: str, feeling: str | None) -> Fraction | None:
    if metric == "net_sentiment":
        return Fraction({"positive": 1, "negative": -1}.get(feeling or "", 0))
    if metric in ("negative_share", "positive_share"):
        return Fraction(int(feeling in FEELINGS[metric.removesuffix("_share")]))
    return None


def _key(group: str) -> str:
    return group or "none"


def _of_group(
    desk: Desk, one: Slice, dimension: str, value: str, groups: Mapping[str | None, Facts], metric: str
) -> Measure:
    """A group's own measure on one side."""
    told = slices.of_value(desk, dimension, value, one.filters)
    return _measure(desk, replace(told, window=one.window), metric)


def _no_baseline(desk: Desk, before: Slice, after: Slice, metric: str) -> Answer:
    words = desk.words
    measure = _measure(desk, after, metric)
    headline = words.say(
        "headline.why_no_baseline",
        metric=words.say(f"metrics.{metric if metric in _METRICS else 'count'}"),
        after=words.measure(measure),
        window=after.title,
        baseline=before.title,
        scope=words.scope(desk.question),
    )
    return desk.answered(headline, counted=after.filters, more=(desk.cell("after", measure),))
