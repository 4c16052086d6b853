"""What a change between two selections of feedback is made of, group by group, in exact fractions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

_HALF = Fraction(1, 2)


class Metric(StrEnum):
    """What is compared. ``volume`` is a sum of weights, each of the others a mean of values over weights."""

    VOLUME = "volume"
    NEGATIVE_SHARE = "negative_share"  # value 1 for negative, 0 for others
    NET_SENTIMENT = "net_sentiment"  # +1, 0, -1
    MEAN_RATING = "mean_rating"
    CHURN_SHARE = "churn_share"  # 1 or 0


@dataclass(frozen=True, slots=True)
class Observation:
    """A mention: the group it belongs to, what it weighs (see ``weights``), and its value for a mean.

    A value of None says "not known": such an observation is left out of means, and counted as left out.
    """

    group: str
    weight: Fraction
    value: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One group's part of a change: ``rate`` + ``mix`` = ``total``.

    For a mean, ``rate`` is the rate effect (the group's own mean moved) and ``mix`` the mix effect (a group above or
    below the whole gained or lost share). For volume, ``rate`` is the growth effect (its share of the growth of all)
    and ``mix`` what its own share gained or lost. ``before`` and ``after`` are the group's mean (None on a side where
    it does not occur), or its volume; ``weight_before`` and ``weight_after`` its sum of weights.
    """

    group: str
    rate: Fraction
    mix: Fraction
    before: Fraction | None
    after: Fraction | None
    weight_before: Fraction
    weight_after: Fraction

    @property
    def total(self) -> Fraction:
        """The group's part of the change."""
        return self.rate + self.mix

    def as_json(self) -> dict[str, object]:
        """Floats to 6 digits; ``total_exact`` is the fraction in full, so that sums can be checked."""
        names = ("rate", "mix", "total", "before", "after", "weight_before", "weight_after")
        numbers = {name: _rounded(getattr(self, name)) for name in names}
        return {"group": self.group, **numbers, "total_exact": str(self.total)}


@dataclass(frozen=True, slots=True)
class Change:
    """A metric before and after, and the parts its change is made of: they sum to ``total`` exactly.

    A side without anything to measure has the value None; then there is no total and there are no parts. ``left_out``
    counts the observations without a value on either side, ``left_out_before`` and ``left_out_after`` on each.
    """

    metric: Metric
    before: Fraction | None
    after: Fraction | None
    parts: tuple[Part, ...] = ()
    left_out_before: int = 0
    left_out_after: int = 0

    @property
    def total(self) -> Fraction | None:
        """After less before."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def left_out(self) -> int:
        """Observations without a value, on both sides together."""
        return self.left_out_before + self.left_out_after

    def as_json(self) -> dict[str, object]:
        """Floats to 6 digits; ``total_exact`` is the fraction in full."""
        return {
            "metric": str(self.metric),
            "before": _rounded(self.before),
            "after": _rounded(self.after),
            "total": _rounded(self.total),
            "total_exact": None if self.total is None else str(self.total),
            "left_out": self.left_out,
            "left_out_before": self.left_out_before,
            "left_out_after": self.left_out_after,
            "parts": [part.as_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class _Side:
    """Sums of one selection: weight, and weight times value, by group and of all. No group has weight 0."""

    weights: Mapping[str, Fraction]
    values: Mapping[str, Fraction]
    weight: Fraction
    value: Fraction
    left_out: int

    def share(self, group: str) -> Fraction:
        return self.weights.get(group, Fraction()) / self.weight


def weights(feedback_ids: Sequence[str]) -> list[Fraction]:
    """For each mention of a selection, given the ids of their feedback: 1 / how many mentions that feedback has in it.

    So a feedback item weighs 1 however much it says, and volume is exactly the number of distinct feedback items.
    """
    mentions = Counter(feedback_ids)
    return [Fraction(1, mentions[feedback]) for feedback in feedback_ids]


def parts(before: Iterable[Observation], after: Iterable[Observation], metric: Metric) -> Change:
    """The change of a metric from one selection to another, in parts by group, largest first, ties by group.

    Means, by the symmetric midpoint decomposition, with a group's shares of the weight s, its means r and the means of
    all R, 0 before and 1 after: rate effect (s0+s1)/2 * (r1-r0), mix effect (s1-s0) * ((r0+r1)/2 - (R0+R1)/2). A group
    on one side only is taken to have the same mean on the other, so all of its part is mix. Volume, with the group's
    volumes n and those of all N: growth effect (N1-N0) * (s0+s1)/2, mix effect (s1-s0) * (N0+N1)/2.
    Parts sum to the change exactly; before and after exchanged, every part is negated; two groups merged into one have
    the sum of their two totals (though not of their rate effects). Observations may weigh nothing but not less:
    ValueError. Every observation counts for volume, with a value or without.

    This is arithmetic: it says which groups a change lies in. It is no cause, and a part is no effect of anything.
    Source: T. L. Bennet, "The theory of measurement of changes in cost of living", JRSS 83 (1920) 455.
    """
    first, last = _side(before, metric), _side(after, metric)
    whole = _volumes if metric is Metric.VOLUME else _means
    part = _volume_part if metric is Metric.VOLUME else _mean_part
    old, new = whole(first), whole(last)
    found: list[Part] = []
    if old is not None and new is not None:
        groups = {**first.weights, **last.weights}
        found = sorted((part(group, first, last) for group in groups), key=lambda part: (-abs(part.total), part.group))
    return Change(metric, old, new, tuple(found), first.left_out, last.left_out)


def _side(observations: Iterable[Observation], metric: Metric) -> _Side:
    weight: dict[str, Fraction] = defaultdict(Fraction)
    value: dict[str, Fraction] = defaultdict(Fraction)
    left_out = 0
    for seen in observations:
        if seen.weight < 0:
            raise ValueError(f"an observation of {seen.group!r} weighs {seen.weight}")
        if metric is not Metric.VOLUME and seen.value is None:
            left_out += 1
        elif seen.weight:
            weight[seen.group] += seen.weight
            value[seen.group] += seen.weight * (seen.value or 0)
    return _Side(weight, value, sum(weight.values(), Fraction()), sum(value.values(), Fraction()), left_out)


def _volumes(side: _Side) -> Fraction | None:
    return side.weight or None


def _means(side: _Side) -> Fraction | None:
    return side.value / side.weight if side.weight else None


def _volume_part(group: str, first: _Side, last: _Side) -> Part:
    was, now = (side.weights.get(group, Fraction()) for side in (first, last))
    s0, s1 = first.share(group), last.share(group)
    growth = (last.weight - first.weight) * (s0 + s1) * _HALF
    mix = (s1 - s0) * (first.weight + last.weight) * _HALF
    return Part(group, growth, mix, was, now, was, now)


def _mean_part(group: str, first: _Side, last: _Side) -> Part:
    means = [side.values[group] / side.weights[group] for side in (first, last) if group in side.weights]
    r0, r1 = means[0], means[-1]  # of a group on one side only: its mean there, twice
    s0, s1 = first.share(group), last.share(group)
    middle = (first.value / first.weight + last.value / last.weight) * _HALF
    rate = (s0 + s1) * _HALF * (r1 - r0)
    mix = (s1 - s0) * ((r0 + r1) * _HALF - middle)
    was, now = (side.weights.get(group, Fraction()) for side in (first, last))
    return Part(group, rate, mix, r0 if was else None, r1 if now else None, was, now)


def _rounded(number: Fraction | None) -> float | None:
    return None if number is None else round(float(number), 6)
