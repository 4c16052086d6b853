"""Side by side: volume, negative share and net sentiment of each side, and the themes that make the difference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant import suggestions
from assistant.answer import Answer, Row, Status
from assistant.desk import NOTHING
from assistant.meaning import narrowed
from assistant.measures import Cell, Share
from assistant.planners import slices
from assistant.planners.ranking import side_of
from assistant.planners.slices import Slice
from mining.facts import Facts, Scored, scored
from mining.pain import SMALL
from mining.statistics import benjamini_hochberg, different_shares

if TYPE_CHECKING:
    from assistant.desk import Desk

_SURE = 0.05
_MOST_SIDES = 8
_MOVERS = 5
_QUOTES = 1
_FEW = SMALL


def plan(desk: Desk) -> Answer:
    """Compare."""
    question, words = desk.question, desk.words
    sides = _sides(desk)
    if len(sides) < 2:
        return desk.clarify("compare")
    if not any(len(desk.select(one.filters)) for one in sides):
        when = words.say("when", window=words.timed(question)) if question.window else ""
        told = words.listed([one.title for one in sides])
        headline = words.say("headline.compare_nothing", sides=told, scope=words.scope(question), when=when)
        return desk.unanswered(Status.NO_DATA, headline, suggestions.instead(desk), freshness=desk.freshness)
    totals = [_total(desk, one) for one in sides]
    themes = _themes(desk, sides)
    headline = _headline(desk, sides, totals)
    notes = [words.say("like_for_like")] if any(one.window and one.window.like_for_like for one in sides) else []
    missing = [one.title for one in sides if not len(desk.select(one.filters))]
    if missing:
        notes.append(words.say("side_empty", sides=words.listed(missing)))
    said = (words.say("indexed_note"),) if any(row.marks for row in themes) else ()
    return desk.answered(
        headline, (*totals, *themes), counted=None, said=said, notes=notes,
        chart=desk.chart("pairs", "share_1", beside="share_2") if themes and len(sides) == 2
        else desk.chart("bars", "negative_share" if question.sentiment != "positive" else "positive_share"),
    )  # fmt: skip


def _sides(desk: Desk) -> list[Slice]:
    """What stands side by side, without the feeling asked about."""
    question = desk.question
    compare = question.compare
    if compare is None:
        return []
    base = replace(desk.base, sentiment=())
    if compare.dim == "time":
        return [slices.of_time(desk, window, base) for window in compare.windows]
    within = desk.within(base)
    if compare.dim == "theme":
        found = [(value, desk.resolved(value)) for value in compare.values]
        return [
            Slice(f"topic:{value}", value, narrowed(within, **topic.conditions))
            for value, topic in found
        ]  # fmt: skip
    if compare.values:
        return [slices.of_value(desk, compare.dim, value, within) for value in compare.values]
    return slices.by(desk, within, compare.dim)[:_MOST_SIDES]


def _total(desk: Desk, side: Slice) -> Row:
    """A side's volume, negative share and net sentiment."""
    chosen = desk.select(side.filters)
    feeling = "positive" if desk.question.sentiment == "positive" else "negative"
    return Row(
        side.id, side.title,
        (
            desk.cell("feedback", desk.of(chosen.counts(), side.filters)),
            desk.cell(f"{feeling}_share", desk.felt(side.filters, feeling, chosen)),
            desk.cell("net", desk.net(side.filters, chosen)),
            desk.cell("authors", desk.of(chosen.counts(), side.filters, "authors")),
        ),
        group=desk.words.say("groups.sides"),
        small=chosen.counts().feedback < _FEW,
    )  # fmt: skip


def _themes(desk: Desk, sides: list[Slice]) -> tuple[Row, ...]:
    """Themes with their share of each side's remarks of the feeling; the largest of all, those that differ marked."""
    question, words = desk.question, desk.words
    side = side_of(desk)
    feeling = ("positive",) if side == "praise" else ("negative", "mixed")
    felt = [replace(one.filters, sentiment=feeling) for one in sides]
    chosen = [desk.select(filters) for filters in felt]
    ranked = [_by_theme(desk, facts, side) for facts in chosen]
    wholes = [facts.counts().feedback for facts in chosen]
    every = {theme for found in ranked for theme in found}
    counts = {theme: [found[theme].counts.feedback if theme in found else 0 for found in ranked] for theme in every}
    q = _different(counts, wholes)
    if question.sentiment is None:
        # Nobody asked for a ranking: what moved most.
        order = sorted(every, key=lambda theme: (sum(counts[theme]) < _FEW, -_spread(counts[theme], wholes), theme))[
            : question.n or _MOVERS
        ]
    else:
        order = sorted(
            every, key=lambda theme: (sum(counts[theme]) < _FEW, -max(_shares(counts[theme], wholes)), theme)
        )[: question.lines]
    rows = []
    for rank, theme in enumerate(order, start=1):
        cells = []
        for place, (filters, found) in enumerate(zip(felt, ranked, strict=True), start=1):
            told = replace(filters, theme=(theme,))
            one = found.get(theme)
            part = desk.of(one.counts if one else NOTHING, told)
            label = words.say("cells.share_of", side=sides[place - 1].title)
            cells.append(Cell(f"share_{place}", label, Share(part, desk.of(chosen[place - 1].counts(), filters))))
        best = max(range(len(sides)), key=lambda place: _shares(counts[theme], wholes)[place])
        marks = (words.say("marks.over", side=sides[best].title),) if q.get(theme, 1.0) <= _SURE else ()
        known = desk.themes[theme]
        quoted = ranked[best].get(theme)
        rows.append(
            Row(
                known.id, known.name(words.language), tuple(cells), rank=rank, titles=known.names, marks=marks,
                group=words.say(f"groups.{'movers' if question.sentiment is None else side}"),
                small=sum(counts[theme]) < _FEW,
                quotes=desk.quotes(quoted.facts, _QUOTES) if quoted else (),
            )
        )  # fmt: skip
    return tuple(rows)


def _by_theme(desk: Desk, chosen: Facts, side: str) -> dict[str, Scored]:
    ranked = scored(chosen, side, known=desk.themes)
    return {one.theme: one for one in ranked if one.theme and one.theme not in desk.hidden}


def _different(counts: dict[str, list[int]], wholes: list[int]) -> dict[str, float]:
    """For each theme how likely so different shares are by chance, all themes considered (Benjamini-Hochberg)."""
    if len(wholes) != 2 or not counts:
        return {}
    themes = sorted(counts)
    p = [different_shares(counts[theme][0], wholes[0], counts[theme][1], wholes[1]) for theme in themes]
    return dict(zip(themes, benjamini_hochberg(np.array(p)).tolist(), strict=True))


def _shares(counts: list[int], wholes: list[int]) -> list[float]:
    return [count / whole if whole else 0.0 for count, whole in zip(counts, wholes, strict=True)]


def _spread(counts: list[int], wholes: list[int]) -> float:
    shares = _shares(counts, wholes)
    return max(shares) - min(shares)


def _headline(desk: Desk, sides: list[Slice], totals: list[Row]) -> str:
    question, words = desk.question, desk.words
    feeling = "positive" if question.sentiment == "positive" else "negative"
    shares = [row[f"{feeling}_share"] for row in totals]
    told = [
        words.say(
            "side", title=side.title, percent=words.percent(share.value or 0.0), count=words.number(row.figure().value)
        )
        for side, share, row in zip(sides, shares, totals, strict=True)
    ]
    when = words.say("when", window=words.timed(question)) if question.window else ""
    frame = {"sides": words.listed(told), "scope": words.scope(question), "when": when}
    verdict = "several"
    empty = any(not row.figure().value for row in totals)
    if len(sides) == 2 and not empty and all(isinstance(share, Share) for share in shares):
        first, second = (share for share in shares if isinstance(share, Share))
        p = different_shares(first.part.value, first.whole.value, second.part.value, second.whole.value)
        verdict = "same" if p > _SURE else "differ"
    return words.say(f"headline.compare_{feeling}_{verdict}", **frame)
