"""Commands about themes: list them, look into one, what is in none, what is rising, and where each came from."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from api.commands import theme_edits
from api.commands.ingest import theme_missing
from api.terminal import AsJson, Config, Home, local, out, workspace, write_json
from assistant.directions import apart, harmless
from assistant.wiring import Workspace
from connectors.errors import ConfigError

if TYPE_CHECKING:
    from mining.themes.listing import Listed

app = typer.Typer(
    invoke_without_command=True,
    help="The pains and delights that people tell of, by name: list them, look into them, change them.",
)
app.add_typer(theme_edits.app, name="edit")

Members = Annotated[bool, typer.Option("--members", help="With the mentions of each.")]
Side = Annotated[
    Literal["pain", "praise"] | None, typer.Option(help="Only pains, or only delights.", show_default=False)
]
Hidden = Annotated[bool, typer.Option("--hidden", help="Those that somebody hid, too.")]
Theme = Annotated[
    str, typer.Argument(metavar="THEME", help="Id of a theme, its beginning, or its name in any language.")
]
Language = Annotated[str, typer.Option("--language", help="Language of the names shown (en, he, fa).")]

_WEEKS = 12
QUOTES = 5


@app.callback()
def themes(
    context: typer.Context,
    members: Members = False,
    side: Side = None,
    hidden: Hidden = False,
    language: Language = "en",
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """List what people complain of and praise, over all time, the largest pain first; commands below look closer.

    \b
        overheard themes --side pain
        overheard themes show "late delivery"
        overheard themes edit merge late_delivery tracking_not_updated
    """  # fmt: skip
    if context.invoked_subcommand is None:
        list_(members, side, hidden, language, as_json, home, config)


@app.command("list")
def list_(
    members: Members = False,
    side: Side = None,
    hidden: Hidden = False,
    language: Language = "en",
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """List all themes: items, unique items, people, when first and last said, and the score that they are sorted by."""
    from mining.themes import listing

    where = workspace(home, config)
    seen = listing.overview(where.store, hidden=hidden)
    chosen = [one for one in seen.themes if side in (None, one.theme.side)]
    if as_json:
        more: dict[str, Any] = {"waiting": seen.waiting} if seen.waiting else {}
        more |= {"few": list(seen.few)} if seen.few else {}
        shown = [one.as_json(members=members) for one in chosen]
        write_json({"themes": shown, "unthemed": seen.unthemed, **more})
        return
    for one in chosen:
        out.print(_line(one, language, where), soft_wrap=True)
    out.print("- pain, + praise; few: fewer than 5 unique items, sorted behind all others", soft_wrap=True)
    if seen.few:
        out.print(f"Too few remarks to find {' and '.join(seen.few)} themes in: grouped by catalogue and touchpoint.")
    out.print(f"{seen.unthemed} mentions with a feeling or a wish belong to no theme: overheard themes unthemed")
    if seen.waiting:
        out.print(f"{seen.waiting} mentions were not sorted into themes yet: overheard themes update")


def _line(one: Listed, language: str, where: Workspace) -> str:
    count, score = one.group.counts, one.group.score
    marks = [word for word, there in (("pinned", one.pinned), ("hidden", one.hidden), ("few", score.small)) if there]
    sign = "+" if one.theme.side == "praise" else "-"
    when = f"{local(one.first_seen, where)[:10]} to {local(one.last_seen, where)[:10]}"
    numbers = f"{count.feedback} items, {count.unique} unique, {count.authors} people, score {score.value:.1f}"
    told = " · ".join([one.theme.id, *marks])
    return f"{sign} {apart(one.theme.name(language))}  {numbers}, {when}  [{told}]"


@app.command()
def show(
    theme: Theme,
    members: Members = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Show one theme: its names, what its score is made of, how it went week by week, and what people said."""
    from mining import reading
    from mining.themes import editor, listing

    where = workspace(home, config)
    id_ = editor.named(where.store, theme)
    one = next((one for one in listing.overview(where.store, hidden=True).themes if one.theme.id == id_), None)
    if one is None:
        known = listing.names(where.store)[id_]
        if as_json:
            write_json({"id": id_, "titles": dict(known.names), "kind": known.side, "mentions": 0, "members": []})
            return
        out.print(f"{apart(known.name('en'))}  [{id_}]", soft_wrap=True)
        out.print("No mention belongs to it today: overheard themes lineage tells what became of it.", soft_wrap=True)
        return
    weeks = weeks_of(one, where)
    quoted = reading.by_ids(where.store, [row.mention_id for row in one.group.said[: 4 * QUOTES]])
    if as_json:
        quotes = [{"mention_id": row.mention_id, "text": row.text, "language": row.language} for row in quoted]
        write_json({**one.as_json(members=members), "weeks": weeks, "quotes": quotes[:QUOTES]})
        return
    names = ", ".join(f"{language}: {apart(name)}" for language, name in one.theme.names.items())
    out.print(f"{apart(one.theme.name('en'))}  [{id_}]", soft_wrap=True)
    out.print(f"{one.theme.side}, {one.theme.origin}; {names}", soft_wrap=True)
    about = [*one.theme.touchpoints, *([one.theme.friction] if one.theme.friction else [])]
    if about:
        out.print(f"about: {', '.join(about)}", soft_wrap=True)
    for other in one.merged:
        out.print(f"merged into it: {other}", soft_wrap=True)
    count, score = one.group.counts, one.group.score
    out.print(f"{count.feedback} items, {count.unique} unique, {count.authors} people, {count.mentions} mentions")
    out.print(
        f"score {score.value:.2f} = volume {score.volume:.2f}, negativity {score.negativity:.2f}, "
        f"effort {score.effort:.2f}, leaving {score.churn:.2f}, growth {score.growth:+.2f} (docs/pain-score.md)",
        soft_wrap=True,
    )
    table = Table("week from", "unique", "", box=None)
    most = max((week["unique"] for week in weeks), default=1)
    for week in weeks:
        table.add_row(week["from"], str(week["unique"]), "█" * round(30 * week["unique"] / max(most, 1)))
    out.print(table)
    for row in _different(quoted)[:QUOTES]:
        out.print(
            f"  {apart(f'“{harmless(row.text)}”')}  [{row.mention_id} · {local(row.said_at, where)[:10]}]",
            soft_wrap=True,
        )
    if members:
        for said in one.group.said:
            out.print(f"  {said.mention_id}  {said.score:.2f}", soft_wrap=True)


def _different(rows: list[Any]) -> list[Any]:
    """The first of those that say the same."""
    return list({row.first or row.feedback_id: row for row in reversed(rows)}.values())[::-1]


def weeks_of(one: Any, where: Workspace) -> list[dict[str, Any]]:
    """Unique items of the last weeks, a week named by its first day in the workspace's zone."""
    zone = where.asker().zone
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    begins = days.index(where.settings.locale.week_start or "monday")
    first: Counter[date] = Counter()
    seen: set[tuple[date, str]] = set()
    for row in one.group.said:
        day = row.said_at.astimezone(zone).date()
        week = day - timedelta(days=(day.weekday() - begins) % 7)
        if (week, row.first) not in seen:
            seen.add((week, row.first))
            first[week] += 1
    last = max(first)
    weeks = [last - timedelta(weeks=back) for back in range(_WEEKS - 1, -1, -1)]
    start = min(first)
    return [{"from": week.isoformat(), "unique": first[week]} for week in weeks if week >= start]


@app.command()
def unthemed(
    n: Annotated[int, typer.Option("-n", min=1, help="How many to print; --json gives all.")] = 30,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """List the mentions with a feeling or a wish that no theme fits well enough, the newest first."""
    from mining import reading
    from mining.themes import listing

    where = workspace(home, config)
    rows = listing.unthemed(where.store)
    if as_json:
        said = reading.by_ids(where.store, [row.mention_id for row in rows])
        write_json([{"mention_id": row.mention_id, "feedback_id": row.feedback_id, "text": row.text} for row in said])
        return
    for row in reading.by_ids(where.store, [row.mention_id for row in rows[:n]]):
        out.print(f"{apart(harmless(row.text))}  [{row.mention_id} · {local(row.said_at, where)[:10]}]", soft_wrap=True)
    out.print(f"{len(rows)} mentions belong to no theme")
    if rows:
        out.print("overheard themes edit move MENTION THEME puts one where it belongs; edit add makes a theme")


@app.command()
def lineage(
    theme: Annotated[
        str | None, typer.Argument(metavar="[THEME]", help="Only of this theme.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Tell what became of themes: new, merged, split, renamed, retired, back; ids are never given twice."""
    from mining.themes import editor, lineages

    where = workspace(home, config)
    id_ = editor.named(where.store, theme) if theme else None
    lines = lineages.told(where.store, id_)
    if as_json:
        write_json([line.as_json() for line in lines])
        return
    for line in lines:
        others = f" {', '.join(line.others)}" if line.others else ""
        out.print(
            f"{local(line.at, where)}  {line.event:8} {line.theme}{others}  {apart(line.name)}  {line.note}",
            soft_wrap=True,
        )
    if not lines:
        out.print("Nothing happened yet: no theme was found in the data, none was edited.")


@app.command()
def update(
    anew: Annotated[
        bool,
        typer.Option(
            "--anew", help="Group again everything that the catalogue does not claim; ids stay where groups do."
        ),
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Bring themes up to date; ingest and pull do so by themselves. What people edited stays."""
    from api.terminal import err

    where = workspace(home, config)
    with where.writing():
        done = theme_missing(where, err if as_json else out, anew=anew)
    if as_json:
        told = ("looked_at", "new", "merged", "split", "retired", "back", "few")
        write_json({name: getattr(done, name) for name in told})
        return
    out.print(f"{done.looked_at} mentions were sorted into themes" if done.looked_at else "themes are up to date")


@app.command()
def emerging(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="As if it were this day (YYYY-MM-DD).", show_default=False),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=60, help="How many days are looked at.")] = 7,
    weeks: Annotated[int, typer.Option(min=2, max=52, help="How many weeks before them are compared.")] = 8,
    language: Language = "en",
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """List themes that are new or rise beyond chance in the last days, beside the same weekdays of the weeks before.

    Many themes are tested at once; of those listed at most one in twenty is expected to be a false alarm.
    """  # fmt: skip
    from mining import emerging as tests
    from mining.themes import listing

    where = workspace(home, config)
    until = _day(as_of, where) + timedelta(days=1)
    counted, totals = listing.daily(where.store, where.asker().zone)
    totals = {day: count for day, count in totals.items() if day < until}
    names = listing.names(where.store)
    enough = bool(totals) and tests.enough(totals, until, days, weeks)
    # Every theme is tested, said today or not: leaving quiet ones out would make rises look rarer than they are.
    every = {theme: counted.get(theme, {}) for theme in counted}
    rises = tests.emerging(every, totals, until, days, weeks) if enough else []
    if as_json:
        told = [
            {**rise.as_json(), "titles": dict(names[rise.theme].names), "kind": names[rise.theme].side}
            for rise in rises
        ]
        write_json({"until": until.isoformat(), "days": days, "weeks": weeks, "enough": enough, "themes": told})
        return
    if not enough:
        out.print("Not enough feedback before these days to compare with: two weeks at least are needed.")
        return
    for rise in rises:
        what = "new" if rise.new else f"{rise.ratio:.1f} times as often"
        name = names[rise.theme]
        out.print(
            f"{'+' if name.side == 'praise' else '-'} {apart(name.name(language))}: {rise.observed} unique items, "
            f"{rise.expected:.1f} expected, {what} (q = {rise.q_value:.2g})  [{rise.theme}]",
            soft_wrap=True,
        )
    last = until - timedelta(days=1)
    out.print(f"{len(rises)} of {len(every)} themes rise in the {days} days to {last.isoformat()}")


def _day(text: str | None, where: Workspace) -> date:
    if text is None:
        return datetime.now(UTC).astimezone(ZoneInfo(where.settings.locale.timezone)).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--as-of: {text!r} is no date", hint="write it as 2026-11-22") from error
