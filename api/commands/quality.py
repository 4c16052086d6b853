"""``overheard quality``: what people said of answers, so that whoever maintains this knows what to mend next."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from api.terminal import AsJson, Config, Home, local, out, workspace, write_json
from assistant.directions import apart, harmless

if TYPE_CHECKING:
    from assistant.quality import Disliked, Quality
    from assistant.wiring import Workspace

# So many disliked answers are printed for people; --json has them all.
_SHOWN = 20
_QUERIES = 4


def quality(
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=520, help="How many weeks, this one included.")] = 4,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Report what people said of answers: thumbs by week, reasons, and each question whose answer was not liked.

    \b
        overheard quality --weeks 8
        overheard ask "the question" --parse-only     how it is read today
        overheard show QUERY                          the rows behind a figure of the answer
    """  # fmt: skip
    from assistant import quality as reported

    where = workspace(home, config)
    found = reported.quality(where.store, where.taxonomy, datetime.now(UTC), where.asker().zone, weeks)
    if as_json:
        write_json(found.as_json())
        return
    _tell(found, where)


def _tell(found: Quality, where: Workspace) -> None:
    table = Table("week from", "good", "bad", "good of all", "people", "reasons", box=None)
    for week in found.weeks:
        share = "–" if week.share is None else f"{week.share:.0%}"
        reasons = ", ".join(f"{name} {count}" for name, count in week.reasons.items())
        table.add_row(week.first.isoformat(), str(week.good), str(week.bad), share, str(week.people), reasons)
    out.print(table)
    if not any(week.good or week.bad for week in found.weeks):
        out.print("Nobody said anything of an answer in these weeks.")
    for one in found.disliked[:_SHOWN]:
        for line in _lines(one, where):
            out.print(line, soft_wrap=True)
    if len(found.disliked) > _SHOWN:
        out.print(f"\n… and {len(found.disliked) - _SHOWN} more; --json lists all")


def _lines(one: Disliked, where: Workspace) -> list[str]:
    """An answer that somebody did not like, as it can be asked again; what people wrote stands apart."""
    asked = apart(one.text) if one.text else "(the answer is no longer kept)"
    lines = ["", f"{local(one.at, where)}  {asked}  [{harmless(one.answer_id)}]"]
    if one.reason:
        own = f": {apart(one.own_words)}" if one.own_words else ""
        lines.append(f"  why: {one.reason}{own}")
    if one.question is None:
        return lines
    read = [str(one.question["kind"]), *(f"{name}={_shown(value)}" for name, value in one.filters.items())]
    time = one.question["time"]
    if time:
        read.append(f"{time['from']} to {time['to']}")
    lines.append(f"  read as: {', '.join(read)}  ({one.status})")
    figures = [f"{figure.get('value')} {figure.get('unit')} [{figure.get('query')}]" for figure in one.figures]
    if figures:
        more = f", and {len(figures) - _QUERIES} more" if len(figures) > _QUERIES else ""
        lines.append(f"  figures: {', '.join(map(harmless, figures[:_QUERIES]))}{more}")
    return lines


def _shown(value: Any) -> str:
    """A condition on one line; words in it may be the asker's."""
    if isinstance(value, list | tuple):
        return "|".join(harmless(str(one)) for one in value)
    return apart(value) if isinstance(value, str) else harmless(str(value))
