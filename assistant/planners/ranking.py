"""Top pain points and top praise: themes of a selection, the largest first, with shares, growth and quotes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.answer import Answer, Row
from assistant.measures import Figure, Share
from assistant.planners import slices
from mining.facts import Facts, Scored, scored
from mining.filters import Filters
from mining.pain import Score

if TYPE_CHECKING:
    from assistant.desk import Desk

# Growth below a fifth of a doubling is said to be none.
_MOVED = 0.2
_QUOTES = 3
_ROW_QUOTES_IN_GROUPS = 1


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows of a selection; ``hidden`` themes were left out, ``waiting`` mentions were not looked at for a theme."""

    rows: tuple[Row, ...]
    chosen: Facts
    hidden: int
    waiting: int


def plan(desk: Desk) -> Answer:
    """Rank what hurts or delights."""
    question, words = desk.question, desk.words
    side = side_of(desk)
    filters = desk.filters
    if not len(desk.select(filters)):
        return desk.nothing(filters)
    if question.group_by:
        return _grouped(desk, filters, side)
    ranking = ranked(desk, filters, side, question.lines)
    shown = tuple(row.id for row in ranking.rows)
    others = replace(filters, not_theme=shown)
    rest = desk.figure(others) if shown else desk.figure(filters)
    kind = f"top_{'pain_points' if side == 'pain' else 'praise'}"
    counted = words.number(ranking.chosen.counts().feedback)
    frame = {"scope": words.scope(question), "window": words.timed(question), "counted": counted}
    if ranking.rows and question.offset:
        places = {"first": words.number(question.offset + 1), "last": words.number(question.offset + len(ranking.rows))}
        headline = words.say("headline.more", **places, **frame)
    elif ranking.rows:
        first = ranking.rows[0]
        headline = words.say(f"headline.{kind}", title=first.title, count=words.number(first.figure().value), **frame)
    else:
        headline = words.say(f"unnamed_only.{kind}", **frame)
    return desk.answered(
        headline,
        ranking.rows,
        counted=filters,
        whole=desk.whole,
        unnamed=rest if rest.value else None,
        notes=notes(desk, ranking),
        chart=desk.chart("bars", "feedback") if ranking.rows else None,
    )


def side_of(desk: Desk) -> str:
    """Pain or praise."""
    return "praise" if desk.question.sentiment == "positive" else "pain"


def ranked(
    desk: Desk, filters: Filters, side: str, most: int, group: str | None = None, quotes: int = _QUOTES
) -> Ranking:
    """The largest themes of a selection as rows."""
    chosen = desk.select(filters)
    every = scored(chosen, side, _before(desk, filters), known=desk.themes)
    named = [one for one in every if one.theme]
    hidden = [one for one in named if one.theme in desk.hidden]
    begin = desk.question.offset if group is None else 0
    shown = [one for one in named if one.theme not in desk.hidden][begin : begin + most]
    whole = desk.of(chosen.counts(), filters)
    rows = tuple(
        # In groups only the first row of each is quoted: there are many.
        row(desk, one, filters, whole, rank, group=group, quotes=quotes if group is None or rank == 1 else 0)
        for rank, one in enumerate(shown, start=begin + 1)
    )
    waiting = int((~chosen.known).sum())
    return Ranking(rows, chosen, len(hidden), waiting)


def row(
    desk: Desk,
    one: Scored,
    filters: Filters,
    whole: Figure,
    rank: int | None,
    *,
    group: str | None = None,
    quotes: int = _QUOTES,
) -> Row:
    """A theme as a row."""
    theme = desk.themes[str(one.theme)]
    told = replace(filters, theme=(theme.id,))
    counts = {unit: desk.of(one.counts, told, unit) for unit in ("feedback", "unique", "authors")}
    return Row(
        id=theme.id,
        title=theme.name(desk.words.language),
        titles=theme.names,
        rank=rank,
        group=group,
        cells=(
            desk.cell("feedback", counts["feedback"]),
            desk.cell("share", Share(counts["feedback"], whole)),
            desk.cell("unique", counts["unique"]),
            desk.cell("authors", counts["authors"]),
        ),
        marks=marks(desk, one.score),
        pain=one.score,
        small=one.score.small,
        quotes=desk.quotes(one.facts, quotes) if quotes else (),
    )


def marks(desk: Desk, score: Score) -> tuple[str, ...]:
    """Whether it is said more or less than in the time before."""
    if abs(score.growth) < _MOVED:
        return ()
    return (desk.words.say("marks.growing" if score.growth > 0 else "marks.shrinking"),)


def notes(desk: Desk, ranking: Ranking) -> list[str]:
    """What has to be known of a ranking."""
    words, found = desk.words, []
    if any(row.small for row in ranking.rows):
        found.append(words.say("small_note"))
    if ranking.rows and len(ranking.rows) < desk.question.lines:
        found.append(
            words.say("fewer_note", count=words.number(len(ranking.rows)), asked=words.number(desk.question.lines))
        )
    if ranking.hidden:
        found.append(words.say("hidden_note", count=words.number(ranking.hidden)))
    if ranking.waiting:
        found.append(words.say("waiting_note", count=words.number(ranking.waiting)))
    owner = desk.owner((*desk.scope.touchpoint, *desk.scope.stage))
    if owner:
        found.append(words.say("owner", name=owner))
    return found


def _grouped(desk: Desk, filters: Filters, side: str) -> Answer:
    """A ranking for each value of a dimension; what holds nothing is shown empty."""
    question, words = desk.question, desk.words
    dimension = question.group_by[0]
    parts = slices.by(desk, filters, dimension)
    rows: list[Row] = []
    for part in parts:
        found = ranked(desk, part.filters, side, question.lines, group=part.title, quotes=_ROW_QUOTES_IN_GROUPS).rows
        rows += found or (empty(desk, part),)
    largest = max(parts, key=lambda part: desk.select(part.filters).counts().feedback, default=None)
    headline = words.say(
        f"headline.grouped_{side}",
        dimension=words.dimensions((dimension,)),
        scope=words.scope(question),
        window=words.timed(question),
        title=largest.title if largest else "",
        count=words.number(desk.select(largest.filters).counts().feedback) if largest else words.number(0),
    )
    more = [words.say("ungrouped", dimensions=words.dimensions(question.group_by[1:]))] if question.group_by[1:] else []
    return desk.answered(
        headline, rows, counted=filters, whole=desk.whole, notes=more, chart=desk.chart("bars", "feedback")
    )


def empty(desk: Desk, part: slices.Slice) -> Row:
    """The row of a group in which there is nothing."""
    return Row(
        id=f"{part.id}:none",
        title=desk.words.say("no_rows"),
        group=part.title,
        cells=(desk.cell("feedback", desk.figure(part.filters)),),
    )


def _before(desk: Desk, filters: Filters) -> Facts | None:
    """What the time before held; None without a start, or where nothing was collected then."""
    if not filters.since or not filters.until or filters.since.year < 1971:
        return None
    length = filters.until - filters.since
    start = desk.first_said
    if start is None or start > filters.since - length:
        return None
    return desk.select(replace(filters, since=filters.since - length, until=filters.since))
