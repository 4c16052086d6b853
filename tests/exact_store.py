"""A varied store, counts of it by SQL that is written here, and random questions: what is exact is told by these."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from assistant.meaning import Asker, Compare, Kind, Question
from assistant.periods import Window
from benchmarks.workspace import fill
from benchmarks.workspace_words import NAMES, SEGMENTS
from mining import facts_held, facts_marks, schema
from mining.database import open_engine
from mining.filters import Filters
from mining.store import Store
from mining.taxonomy import values

FEEDBACK = 1500
ZONE = ZoneInfo("Asia/Jerusalem")
TODAY = date(2026, 11, 22)
ASKER = Asker(TODAY, ZONE, competitors={name: () for name in NAMES["competitor"]})
# A local day that has 23 hours, one that has 25, and the one after each.
ODD_DAYS = (date(2026, 3, 27), date(2026, 3, 28), date(2026, 10, 25), date(2026, 10, 26))
PHRASES = ("globex", "GLOBEX", "100%", "a_b", "ärger", "%", "the", "לא", "nowhere to be found", "it's")
_TWISTS = ("It's 100% a_b.", "ÄRGER, ärger.", "50 100 % aXb", "line\nbreak GLOBEX")


# --- the store ------------------------------------------------------------------------------------------------------


def made(path: Path) -> Path:
    """A database with varied feedback: some of it at the edges of local days, with odd words, names and segments."""
    store = Store(open_engine(f"sqlite:///{path}")).open()
    fill(store, FEEDBACK)
    with closing(sqlite3.connect(path)) as beside:
        _twist(beside, Random(5))
        beside.commit()
    with store.transaction() as connection:
        connection.execute(schema.facts.delete())
        facts_marks.enter_all(connection)
    facts_held.bring_up(store)
    store.close()
    return path


def _twist(held: sqlite3.Connection, lot: Random) -> None:
    ids = [id_ for (id_,) in held.execute("SELECT id FROM feedback ORDER BY id")]
    for id_ in lot.sample(ids, 400):
        held.execute("UPDATE feedback SET said_at = ? WHERE id = ?", (_edge(lot), id_))
    for id_ in lot.sample(ids, 200):
        twist = lot.choice(_TWISTS)
        held.execute("UPDATE mentions SET text = text || ' ' || ? WHERE feedback_id = ?", (twist, id_))
    for id_ in lot.sample(ids, 120):
        held.execute("UPDATE feedback SET product = ? WHERE id = ?", (lot.choice(("Globex", "iPhone", "")), id_))
    for id_ in lot.sample(ids, 120):
        told = lot.choice(('{"it\'s.": "ש", "plan": "pro"}', '{"plan": ""}', "{}"))
        held.execute("UPDATE feedback SET segment = ? WHERE id = ?", (told, id_))
    # Some mentions have no label of a task, or were not looked at for a theme.
    held.execute("DELETE FROM labels WHERE task = 'sentiment' AND mention_id LIKE '%37#1'")
    held.execute("DELETE FROM mention_themes WHERE mention_id LIKE '%9#0'")


def _edge(lot: Random) -> str:
    day = lot.choice((*ODD_DAYS, date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1), TODAY))
    begins = datetime.combine(day, time(), ZONE).astimezone(UTC)
    at = begins + lot.choice((timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1), timedelta(hours=23)))
    return at.replace(tzinfo=None).isoformat(" ", timespec="microseconds")


# --- counting -------------------------------------------------------------------------------------------------------

_LISTS = {
    "channel": "f.channel IN ({})",
    "source": "f.source IN ({})",
    "language": "m.language IN ({})",
    "theme": "(SELECT t.theme FROM mention_themes t WHERE t.mention_id = m.id) IN ({})",
    "not_theme": "coalesce((SELECT t.theme FROM mention_themes t WHERE t.mention_id = m.id) IN ({}), 0) = 0",
    "not_competitor": "coalesce(f.product IN ({0}), 0) = 0 AND m.id NOT IN "
    "(SELECT n.mention_id FROM names n WHERE n.kind = 'competitor' AND n.name IN ({0}))",
    **{
        task: f"m.id IN (SELECT l.mention_id FROM labels l WHERE l.task = '{task}' AND l.value IN ({{}}))"
        for task in ("stage", "touchpoint", "intent", "sentiment", "effort")
    },
    **{
        kind: "(coalesce(f.product IN ({0}), 0) OR m.id IN "
        f"(SELECT n.mention_id FROM names n WHERE n.kind = '{kind}' AND n.name IN ({{0}})))"
        for kind in ("product", "competitor", "platform")
    },
}
_VALUES = {
    "since": "f.said_at >= {}",
    "until": "f.said_at < {}",
    "phrase": "instr(folded(m.text), {}) > 0",
    "rating_min": "f.rating >= {}",
    "rating_max": "f.rating <= {}",
    "solicited": "f.solicited = {}",
    "first_day": "local_day(f.said_at) >= {}",
    "last_day": "local_day(f.said_at) <= {}",
}
_LEAVING = (
    "m.feedback_id {} (SELECT b.feedback_id FROM mentions b JOIN labels l ON l.mention_id = b.id "
    "WHERE b.speaker = 'customer' AND l.task = 'intent' AND l.value = 'churn')"
)
_COUNTS = (
    "SELECT count(DISTINCT f.id), count(*), count(DISTINCT f.author), count(DISTINCT coalesce(c.first, f.id)) "
    "FROM mentions m JOIN feedback f ON f.id = m.feedback_id LEFT JOIN copies c ON c.feedback_id = f.id "
    "WHERE m.speaker = 'customer'"
)
UNITS = ("feedback", "mentions", "authors", "unique")


def opened(path: Path) -> sqlite3.Connection:
    """The database as it is now, in memory and with the indexes that these counts need; read by nothing of ours."""
    held = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(path)) as kept:
        kept.backup(held)
    held.execute("CREATE INDEX said ON labels (task, value, mention_id)")
    held.execute("CREATE INDEX themed ON mention_themes (mention_id, theme)")
    held.create_function("folded", 1, str.lower, deterministic=True)
    held.create_function("local_day", 1, _local_day, deterministic=True)
    return held


def _local_day(said: str) -> str:
    return datetime.fromisoformat(said).replace(tzinfo=UTC).astimezone(ZONE).date().isoformat()


def condition(spec: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """SQL behind WHERE, and what it takes, of conditions by name as :meth:`Filters.spec` writes them."""
    parts: list[str] = []
    taken: list[Any] = []
    for name, value in spec.items():
        if name in _LISTS:
            template = _LISTS[name]
            parts.append(template.format(", ".join("?" * len(value))))
            taken += [*value] * max(1, template.count("{0}"))
        elif name in _VALUES:
            parts.append(_VALUES[name].format("?"))
            taken.append(_plain(name, value))
        elif name == "leaving":
            parts.append(_LEAVING.format("IN" if value else "NOT IN"))
        elif name == "segment":
            for key, said in value.items():
                parts.append("EXISTS (SELECT 1 FROM json_each(f.segment) j WHERE j.key = ? AND j.value = ?)")
                taken += [key, said]
        else:
            assert (name, value) == ("speaker", "customer")
    return "".join(f" AND {part}" for part in parts), taken


def _plain(name: str, value: Any) -> Any:
    if name in ("since", "until"):
        at = datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
        return at.isoformat(" ", timespec="microseconds")
    return value.lower() if name == "phrase" else value


def counts(held: sqlite3.Connection, spec: Mapping[str, Any]) -> dict[str, int]:
    """Feedback, mentions, authors and unique feedback, by unit."""
    where, taken = condition(spec)
    return dict(zip(UNITS, held.execute(_COUNTS + where, taken).fetchone(), strict=True))


def stars(held: sqlite3.Connection, spec: Mapping[str, Any]) -> float | None:
    """The mean rating of the feedback selected, in stars of five."""
    where, taken = condition(spec)
    rated = f"SELECT DISTINCT f.id, f.rating FROM mentions m JOIN feedback f ON f.id = m.feedback_id WHERE 1 {where}"
    mean: float | None = held.execute(f"SELECT 1 + 4 * avg(rating) FROM ({rated})", taken).fetchone()[0]
    return mean


# --- questions ------------------------------------------------------------------------------------------------------

_TIMES = (
    Window(date(1970, 1, 1), TODAY),
    Window(date(2026, 10, 24), TODAY, default=True),
    Window(date(2026, 10, 1), date(2026, 10, 31), unit="month"),
    Window(date(2026, 6, 1), TODAY, unit="month", count=6, rolling=True),
    Window(date(2026, 3, 23), date(2026, 3, 29), unit="week"),
    *(Window(day, day, unit="day") for day in ODD_DAYS),
    Window(date(2025, 1, 1), date(2025, 12, 31), unit="year"),
)
_GROUPS: Mapping[Kind, tuple[str, ...]] = {
    Kind.COUNT: ("stage", "channel", "feedback_language", "theme", "month", "region", "competitor"),
    Kind.SHARE: ("stage", "channel", "source", "segment", "week"),
    Kind.TOP_PAIN_POINTS: ("stage", "channel", "touchpoint", "product"),
    Kind.TOP_PRAISE: ("stage", "platform", "feedback_language"),
}
_FIELDS = {"region": "segment", "feedback_language": "language", "month": "", "week": ""}
_METRICS: Mapping[Kind, tuple[str | None, ...]] = {
    Kind.COUNT: ("count", "mentions", "distinct_authors"),
    Kind.SHARE: ("share", "negative_share", "positive_share", "churn_share"),
    Kind.TREND: ("net_sentiment", "negative_share", "positive_share", "rating", "count"),
    Kind.WHY_CHANGE: ("net_sentiment", "negative_share", "positive_share", "rating", "count"),
    Kind.UNANSWERABLE: ("nps", "revenue"),
}
_COMPARED = (
    Compare("channel", ("review", "call")), Compare("competitor", ("Globex", "us")), Compare("platform"),
    Compare("product", ("Acme One", "Acme Pro", "Acme Go")), Compare("feedback_language", ("en", "he")),
    Compare("region"), Compare("stage", ("purchase", "loyalty")), Compare("time", windows=(_TIMES[2], _TIMES[1])),
)  # fmt: skip
_FEELINGS = (None, None, "negative", "positive", "neutral")
KINDS = (
    Kind.TOP_PAIN_POINTS, Kind.TOP_PRAISE, Kind.COMPARE, Kind.TREND, Kind.WHY_CHANGE, Kind.QUOTES, Kind.DRILLDOWN,
    Kind.CHURN_RISK, Kind.COUNT, Kind.SHARE, Kind.EMERGING, Kind.JOURNEY_OVERVIEW, Kind.AMBIGUOUS, Kind.UNANSWERABLE,
)  # fmt: skip


def _some(lot: Random, of: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(lot.sample(sorted(of), min(len(of), lot.choice((1, 1, 2, 3)))))


def scope(lot: Random, themes: list[str]) -> Filters:
    """Up to three conditions of any kind."""
    drawn: Mapping[str, Any] = {
        "channel": lambda: _some(lot, ("review", "social", "chat", "call", "survey")),
        "source": lambda: _some(lot, ("app-store", "play-store", "forum", "live-chat", "nps", "nobody")),
        "language": lambda: _some(lot, ("en", "he", "fa")),
        "product": lambda: _some(lot, (*NAMES["product"], "Globex")),
        "competitor": lambda: _some(lot, NAMES["competitor"]),
        "not_competitor": lambda: _some(lot, NAMES["competitor"]),
        "platform": lambda: _some(lot, NAMES["platform"]),
        **{
            task: lambda task=task: _some(lot, values(task))
            for task in ("stage", "touchpoint", "intent", "sentiment", "effort")
        },
        "theme": lambda: _some(lot, [*themes, "gone"]),
        "not_theme": lambda: _some(lot, themes),
        "phrase": lambda: lot.choice(PHRASES),
        "rating_min": lambda: lot.choice((0.0, 0.25, 0.5, 1.0)),
        "rating_max": lambda: lot.choice((0.0, 0.25, 0.5, 0.75)),
        "solicited": lambda: lot.random() < 0.5,
        "leaving": lambda: lot.random() < 0.7,
        "segment": lambda: lot.choice(
            ({"plan": lot.choice(SEGMENTS["plan"])}, {"plan": "pro", "region": "north"}, {"it's.": "ש"}, {"plan": ""})
        ),
    }
    chosen = lot.sample(sorted(drawn), lot.choice((0, 1, 1, 2, 2, 3)))
    return Filters(**{name: drawn[name]() for name in chosen})


def question(lot: Random, kind: Kind, themes: list[str]) -> Question:
    """A random question of a kind."""
    language = lot.choice(("en", "he", "fa"))
    window = lot.choice(_TIMES)
    if kind is Kind.TREND and window.days > 400:
        window = replace(window, first=date(2026, 1, 1), last=TODAY)
    group = lot.choice(_GROUPS[kind]) if kind in _GROUPS and lot.random() < 0.6 else None
    if group == "week" and window.days > 100:
        group = "month"
    compare = lot.choice(_COMPARED) if kind is Kind.COMPARE else None
    asked_about = compare.dim if compare else group
    held = scope(lot, themes)
    # Whoever splits by something has not asked for one value of it.
    for name in {asked_about, _FIELDS.get(asked_about or "", asked_about), "stage" if "journey" in kind else None}:
        if name in Filters.__slots__:
            held = replace(held, **{name: type(getattr(Filters(), name))()})
    if kind is Kind.CHURN_RISK:
        held = replace(held, intent=("churn",))
    feeling = {Kind.TOP_PAIN_POINTS: "negative", Kind.TOP_PRAISE: "positive"}.get(kind) or lot.choice(_FEELINGS)
    may_feel = kind in _GROUPS or kind in (Kind.QUOTES, Kind.COMPARE, Kind.EMERGING, Kind.DRILLDOWN)
    return Question(
        "…", language, kind, replace(held, sentiment=()),
        None if compare and compare.dim == "time" else window,
        ZONE,
        sentiment=feeling if may_feel else None,
        n=lot.choice((None, 1, 3, 10)),
        group_by=("stage",) if kind is Kind.JOURNEY_OVERVIEW else (group,) if group else (),
        metric=lot.choice(_METRICS.get(kind, (None,))),
        grain=lot.choice(("week", "month")) if kind is Kind.TREND else None,
        compare=compare,
        baseline=Window(date(2026, 8, 1), date(2026, 9, 30)) if kind is Kind.WHY_CHANGE else None,
        premise=lot.choice((None, "drop", "rise", "change")) if kind is Kind.WHY_CHANGE else None,
        offset=lot.choice((0, 0, 3)) if kind is Kind.TOP_PAIN_POINTS and not group else 0,
    )  # fmt: skip
