"""Commands that ask, search, list and count; each prints JSON with --json."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from api.terminal import AsJson, Config, Home, local, out, workspace, write_json
from assistant.directions import apart
from assistant.wiring import Workspace
from connectors.errors import ConfigError
from connectors.record import Channel
from mining.filters import Filters
from mining.reading import Counts, Heard
from mining.taxonomy import values

if TYPE_CHECKING:
    from assistant.answer import Answer

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Answer as if it were this day (YYYY-MM-DD).", show_default=False),
]
Stages = Annotated[
    list[str] | None,
    typer.Option("--stage", help=f"Of: {', '.join(values('stage'))}; or one of your own.", show_default=False),
]
Touchpoints = Annotated[
    list[str] | None, typer.Option("--touchpoint", help="Such as checkout; see docs/commands.md.", show_default=False)
]
Intents = Annotated[
    list[str] | None, typer.Option("--intent", help=f"Of: {', '.join(values('intent'))}.", show_default=False)
]
Sentiments = Annotated[
    list[str] | None, typer.Option("--sentiment", help=f"Of: {', '.join(values('sentiment'))}.", show_default=False)
]
Channels = Annotated[list[Channel] | None, typer.Option("--channel", help="How it reached us.", show_default=False)]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Name of a source.", show_default=False)]
Languages = Annotated[list[str] | None, typer.Option("--language", help="Such as en, he, fa.", show_default=False)]
Products = Annotated[
    list[str] | None, typer.Option("--product", help="Named in the mention, or what it is about.", show_default=False)
]
# Nothing was heard before; later, dates of two calendars can no longer be reckoned with.
_YEARS = (1970, 2999)


def ask(
    question: Annotated[str, typer.Argument(help="In English, Hebrew or Persian.")],
    as_of: AsOf = None,
    parse_only: Annotated[bool, typer.Option("--parse-only", help="Only how the question is read.")] = False,
    thread: Annotated[
        str | None,
        typer.Option(help="Conversation id: a question may go on from the one before it.", show_default=False),
    ] = None,
    chart: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the answer: .png, .svg or .json (Vega-Lite).", show_default=False),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown instead of text.")] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Ask in words; the answer counts exactly, quotes literally, and says when it does not know.

    \b
        overheard ask "top pain points in purchase stage"
        overheard ask "על מה מתלוננים במשלוחים בספטמבר?"
        overheard ask "مهم‌ترین مشکلات مشتریان در مرحله خرید چیست؟"
    """  # fmt: skip
    where = workspace(home, config)
    asker = where.asker(day_of(as_of, "--as-of") if as_of else None)
    if parse_only:
        write_json(where.engine.read(question, asker).as_json())
        return
    answer = where.engine.ask(question, asker, thread)
    drawn = drawn_into(answer, chart) if chart or as_json else None
    if as_json:
        write_json(answer.as_json(chart=drawn))
        return
    from assistant.renderers import markdown as as_markdown
    from assistant.renderers import terminal

    render = as_markdown.plugin if markdown else terminal.plugin
    out.print(render(answer, today=asker.today), markup=False, soft_wrap=True)
    if chart and drawn:
        out.print(f"drawn: {chart}", markup=False, soft_wrap=True)


def drawn_into(answer: Answer, path: Path | None) -> dict[str, Any] | None:
    """The chart of an answer, put into a file where one is named."""
    from assistant import charts

    specification = charts.specification(answer)
    if path and specification is None:
        raise ConfigError("this answer has nothing to draw", hint="rankings, trends, comparisons and shares have")
    if path and specification:
        charts.render(specification, path)
    return specification


def day_of(text: str, option: str) -> date:
    """The day that an option names.

    Raises:
        ConfigError: it is no date, or out of reach.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"{option}: {text!r} is no date", hint="write it as 2026-11-22") from error
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise ConfigError(f"{option}: {text} is out of reach", hint=f"years {_YEARS[0]} to {_YEARS[1]}")
    return day


def search(
    words: Annotated[str, typer.Argument(help="What to look for, in any language.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many hits.")] = 10,
    stage: Stages = None,
    touchpoint: Touchpoints = None,
    intent: Intents = None,
    sentiment: Sentiments = None,
    channel: Channels = None,
    source: Sources = None,
    language: Languages = None,
    product: Products = None,
    since: Annotated[str | None, typer.Option(help="First day (YYYY-MM-DD).", show_default=False)] = None,
    until: Annotated[str | None, typer.Option(help="Last day (YYYY-MM-DD).", show_default=False)] = None,
    agents: Annotated[bool, typer.Option("--agents", help="Agents' words too.")] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Find mentions by meaning and by word, over all languages at once; filters may be repeated."""
    from mining.search import Search
    from mining.search import search as find

    where = workspace(home, config)
    filters = Filters(
        since=_start(where, since, "--since"),
        until=_start(where, until, "--until", days=1),
        stage=_known(where, "stage", stage),
        touchpoint=_known(where, "touchpoint", touchpoint),
        intent=_known(where, "intent", intent),
        sentiment=_known(where, "sentiment", sentiment),
        channel=tuple(one.value for one in channel or ()),
        source=tuple(source or ()),
        language=tuple(language or ()),
        product=tuple(product or ()),
        speaker=None if agents else "customer",
    )
    hits = find(where.searcher, Search(words, filters=filters, limit=k)).hits
    tell_scored([(hit.mention, hit.score) for hit in hits], where, as_json=as_json)


def tell_scored(hits: list[tuple[Heard, float]], where: Workspace, *, as_json: bool) -> None:
    """Print mentions with their scores, a line or a JSON object each."""
    if as_json:
        write_json([{**mention.as_json(), "score": round(score, 4)} for mention, score in hits])
        return
    for mention, score in hits:
        out.print(f"{score:.2f}  {_line(mention, where)}", markup=False, soft_wrap=True)
    if not hits:
        out.print("Nothing found.")


def _known(where: Workspace, task: str, wanted: list[str] | None) -> tuple[str, ...]:
    """Labels asked for; a misspelt one is refused rather than found nowhere."""
    known = where.taxonomy.values(task)
    for value in wanted or ():
        if value not in known:
            raise ConfigError(f"--{task}: there is no {task} {value!r}", hint=f"known: {', '.join(known)}")
    return tuple(wanted or ())


def _start(where: Workspace, text: str | None, option: str, days: int = 0) -> datetime | None:
    if text is None:
        return None
    day = day_of(text, option) + timedelta(days=days)
    return datetime.combine(day, time(), where.asker().zone).astimezone(UTC)


def _line(mention: Heard, where: Workspace) -> str:
    """A mention on a line of the terminal, with its labels and names."""
    labels = "/".join(mention.labels.get(task, "?") for task in ("stage", "touchpoint", "intent", "sentiment"))
    names = ", ".join(dict.fromkeys(f"{name.kind} {apart(name.name)}" for name in mention.names))
    about = (mention.mention_id, local(mention.said_at, where), labels, names)
    return f"{apart(mention.text)}  [{' · '.join(part for part in about if part)}]"


def show(
    query: Annotated[str, typer.Argument(metavar="QUERY_ID", help="The id beside a figure, such as q1a2b3c4d5e6.")],
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """List exactly the rows behind a figure of an answer."""
    from mining import reading

    where = workspace(home, config)
    asked, value, at = reading.recall(where.store, query)
    rows = reading.heard(where.store, asked)
    counts = reading.counts(rows)
    if as_json:
        write_json(
            {"query": query, "asked_at": at.isoformat(), "asked_value": value, "filters": asked.filters.spec(),
             "counts": _counts(counts), "rows": _by_feedback(rows)}
        )  # fmt: skip
        return
    for row in rows:
        out.print(_line(row, where), markup=False, soft_wrap=True)
    out.print(f"{counts.feedback} items ({counts.unique} unique), {counts.mentions} mentions, {counts.authors} authors")
    if counts.feedback != value:
        out.print(f"It was {value} items when asked at {local(at, where)}: feedback came, changed or went since.")


def _counts(counts: Counts) -> dict[str, int]:
    return {unit: counts.of(unit) for unit in ("feedback", "unique", "mentions", "authors")}


def _by_feedback(rows: list[Heard]) -> list[dict[str, Any]]:
    """One entry per feedback item, because that is what a figure counts, with the mentions that it counts for."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row.feedback_id, []).append(row.as_json())
    return [{"feedback_id": id_, "mentions": mentions} for id_, mentions in grouped.items()]


def stats(
    by: Annotated[
        str | None,
        typer.Option(
            help="By comma: stage, intent, sentiment, effort, touchpoint, theme, channel, source, language, product.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Count feedback, mentions, authors and names of the catalogue; --by splits. Agents' words do not count."""
    from mining import names_held, reading

    where = workspace(home, config)
    dimensions = [name.strip() for name in by.split(",") if name.strip()] if by else []
    total = reading.total(where.store, Filters())
    rows = reading.by(where.store, Filters(), dimensions) if dimensions else []
    named = names_held.by_name(where.store, Filters())
    if as_json:
        held = where.store.count_feedback()
        write_json({"feedback": held, "mentions": total.mentions, "authors": total.authors, "by": rows, "names": named})
        return
    out.print(f"{where.store.count_feedback()} items, {total.mentions} customers' mentions, {total.authors} authors")
    if dimensions:
        table = Table(*dimensions, "items", "mentions", "authors", box=None)
        for row in rows:
            table.add_row(
                *(str(row[name]) for name in dimensions), *(str(row[n]) for n in ("feedback", "mentions", "authors"))
            )
        out.print(table)
    if named:
        table = Table("name", "kind", "items", "mentions", "authors", box=None)
        for row in named:
            table.add_row(apart(row["name"]), row["kind"], *(str(row[n]) for n in ("feedback", "mentions", "authors")))
        out.print(table)
