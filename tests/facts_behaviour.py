"""What counting must do on every database: histories of writes, and three things that hold after any of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy import text

from connectors.record import Channel, Feedback, Speaker
from mining import copies_held, corrections, facts, facts_check, facts_held, reading, schema, work
from mining.facts import Facts, select
from mining.filters import Filters
from mining.mention import VERSION, Mention
from mining.names import Catalogue
from mining.reading import Counts, Query
from mining.store import Pull, Store
from mining.taggers.base import Label
from mining.themes import listing, table
from mining.themes.editor import Editor
from mining.work import Mined
from tests.fakes import NOON, said

DIMENSIONS = ("stage", "touchpoint", "intent", "sentiment", "effort", "theme", "channel", "source", "language")
NAMED = ("product", "competitor", "platform")
PAINS = ("account_locked", "address_form_refuses", "late_delivery")
CATALOGUES = (
    Catalogue({"product": {"Acme Pro": []}, "competitor": {"Globex": []}}),
    Catalogue({"competitor": {"Acme Pro": []}, "platform": {"Globex": ["parcel"]}}),
    Catalogue(),
)
TEXTS = (
    "The parcel came late, again. Globex is quicker, as I told your agent on the phone last week.",
    "Acme Pro broke twice\nin 100% of its trips with the parcel. Acme Pro is no good.",
    "ÄRGER mit der Rechnung. Nobody_answers the PHONE.",
    "אני רוצה החזר. Globex Globex!",
    "ok. fine.",
)
VALUES: Mapping[str, tuple[str, ...]] = {
    "stage": ("purchase", "loyalty"),
    "touchpoint": ("delivery", "none"),
    "intent": ("complaint", "churn", "praise"),
    "sentiment": ("negative", "mixed", "positive"),
    "effort": ("high", "none"),
}
TIMES = tuple(NOON + timedelta(hours=hours) for hours in (0, -1, 11.999, 12, 36, -800, 9_000))


def lots_of(many: int) -> settings:
    """So many histories, the same in every run."""
    ignored = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(deadline=None, max_examples=many, suppress_health_check=ignored, derandomize=True)


# --- what is written ------------------------------------------------------------------------------------------------

items = st.builds(
    said,
    st.sampled_from("abcdef"),
    st.sampled_from(TEXTS),
    source=st.sampled_from(("shop", "calls")),
    channel=st.sampled_from((Channel.REVIEW, Channel.CALL)),
    author=st.sampled_from((None, "a1:x", "a1:y")),
    said_at=st.sampled_from(TIMES),
    rating=st.sampled_from((None, 0.0, 0.25, 1.0)),
    product=st.sampled_from((None, "Acme Pro", "Globex", "")),
    segment=st.sampled_from(({}, {"plan": "gold"}, {"plan": "free", "it's.": "ש"})),
    solicited=st.booleans(),
)
lots = st.integers(0, 1 << 32).map(Random)


def mined(lot: Any, *of: Feedback, catalogue: Catalogue = CATALOGUES[0]) -> Mined:
    """Each text cut behind its first sentence, the second half of it said by whoever; some labels of each."""
    mentions = []
    for item in of:
        cut = item.text.index(".") + 1
        for place, (start, end) in enumerate(((0, cut), (cut + 1, len(item.text)))):
            speaker = Speaker.CUSTOMER if place == 0 else lot.choice(list(Speaker))
            language = lot.choice(("en", "he"))
            mentions.append(Mention(f"{item.id}#{place}", item.id, item.text[start:end], speaker, start, end, language))
    labels = [
        {
            task: Label(lot.choice(values), lot.choice((0.3, 0.5, 0.9)), f"{task}@1")
            for task, values in VALUES.items()
            if lot.random() < 0.8
        }
        for _ in mentions
    ]
    names = catalogue.find([one.text for one in mentions])
    return Mined([one.id for one in of], mentions, labels, np.zeros((0, 4), np.float32), names, catalogue.version)


def put(store: Store, lot: Any, *of: Feedback) -> None:
    store.put_page(Pull("shop|", "shop", {}), of, {})
    held = work.feedback(store, [item.id for item in of])
    work.put_mined(store, mined(lot, *held), VERSION)


def sort_into_themes(store: Store, lot: Any) -> None:
    """Some of those that have no theme's row get one, as an update writes them."""
    with store.transaction() as connection:
        places = [one for one in table.places(connection) if not one.known and lot.random() < 0.7]
        rows = [
            {
                "mention_id": one.mention_id,
                "side": one.side,
                "found": lot.choice((*PAINS, None)) if one.side == "pain" else None,
                "score": lot.choice((0.0, 0.1234, 0.9)),
                "margin": 0.1,
            }
            for one in places
        ]
        table.put(connection, rows)


def _a_mention(store: Store, lot: Any) -> str | None:
    with store.transaction() as connection:
        ids = list(connection.scalars(text("SELECT id FROM mentions ORDER BY id")))
    return lot.choice(ids) if ids else None


def _tag_again(store: Store, lot: Any) -> None:
    with store.transaction() as connection:
        ids = list(connection.scalars(text("SELECT id FROM feedback ORDER BY id")))
    some = work.feedback(store, [id_ for id_ in ids if lot.random() < 0.5])
    work.put_mined(store, mined(lot, *some), VERSION)


def _correct(store: Store, lot: Any) -> None:
    if id_ := _a_mention(store, lot):
        task = lot.choice(list(VALUES))
        corrections.correct(store, id_, {task: lot.choice(VALUES[task])}, "dana")


def _take_back(store: Store, lot: Any) -> None:
    if id_ := _a_mention(store, lot):
        corrections.take_back(store, id_)


def _delete(store: Store, lot: Any) -> None:
    gone = said(lot.choice("abcdef"), source=lot.choice(("shop", "calls")), deleted=True)
    store.put_page(Pull("shop|", "shop", {}), [gone], {})


def _rename(store: Store, lot: Any) -> None:
    catalogue = lot.choice(CATALOGUES)
    work.rename(store, work.to_name(store, catalogue.version), catalogue)


def _edit_themes(store: Store, lot: Any) -> None:
    editor, first = Editor(store, "dana"), lot.randrange(len(PAINS))
    with store.transaction() as connection:
        held = [one for one, side, *_ in table.belonging(connection) if side == "pain"]
        merged = connection.scalar(text("SELECT count(*) FROM theme_edits WHERE undone_at IS NULL"))
    if merged:
        editor.undo()
    elif held and lot.random() < 0.5:
        editor.move(lot.choice(held), lot.choice((*PAINS, None)))
    else:
        editor.merge(PAINS[first], PAINS[first - 1])


def _forget_themes(store: Store, lot: Any) -> None:
    with store.transaction() as connection:
        table.forget(connection, table.without_side(connection))


WRITES: Mapping[str, Callable[[Store, Any], Any]] = {
    "tag again": _tag_again,
    "correct": _correct,
    "take back": _take_back,
    "delete": _delete,
    "erase": lambda store, lot: store.erase("a1:x"),
    "rename": _rename,
    "sort": sort_into_themes,
    "edit": _edit_themes,
    "forget": _forget_themes,
    "copies": lambda store, lot: copies_held.bring_up(store),
}
begun = st.lists(items, min_size=1, max_size=5)
more = st.lists(st.sampled_from(list(WRITES)) | st.sampled_from(list(WRITES)) | items, min_size=1, max_size=6)
histories = st.builds(lambda first, later: [*first, "sort", *later], begun, more)


def written(store: Store, every: Sequence[Feedback | str], lot: Any) -> None:
    """Write from nothing; what is read in between is what was so then."""
    emptied(store)
    for left, step in zip(range(len(every) - 1, -1, -1), every, strict=True):
        if not left or lot.random() < 0.6:
            facts_held.bring_up(store)  # what is made must be noticed to be no longer so
        if isinstance(step, str):
            WRITES[step](store, lot)
        else:
            put(store, lot, step)


def emptied(store: Store) -> None:
    """Everything goes, behind everybody's back."""
    with store.transaction() as connection:
        for metadata in (schema.metadata, schema.later):
            for held in metadata.tables.values():
                connection.execute(held.delete())


# --- what is so -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One mention of a customer, read by plain SQL."""

    id: str
    feedback: str
    text: str
    at: datetime
    author: str | None
    first: str
    rating: float | None
    solicited: bool
    segment: Mapping[str, str]
    values: Mapping[str, str | None]
    names: frozenset[tuple[str, str]]
    unsure: frozenset[str]
    theme_score: float
    known: bool
    churning: bool

    def of(self, kind: str) -> set[str]:
        """The names of a kind that it holds."""
        return {name for other, name in self.names if other == kind}


_ROWS = text(
    "SELECT m.id, m.feedback_id, m.text, m.language, f.said_at, f.author, c.first AS copied, f.channel, f.source, "
    "f.product, f.rating, f.solicited, CAST(f.segment AS TEXT) AS segment, t.theme, t.score, t.mention_id AS sorted "
    "FROM mentions m JOIN feedback f ON f.id = m.feedback_id LEFT JOIN copies c ON c.feedback_id = f.id "
    "LEFT JOIN mention_themes t ON t.mention_id = m.id WHERE m.speaker = 'customer'"
)
_CHURNING = text(
    "SELECT DISTINCT m.feedback_id FROM mentions m JOIN labels l ON l.mention_id = m.id "
    "WHERE m.speaker = 'customer' AND l.task = 'intent' AND l.value = 'churn'"
)


def rows_of(store: Store) -> list[Row]:
    labels: defaultdict[str, dict[str, tuple[str, float]]] = defaultdict(dict)
    names: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    with store.transaction() as connection:
        for one in connection.execute(text("SELECT mention_id, task, value, score FROM labels")):
            labels[one.mention_id][one.task] = one.value, one.score
        for one in connection.execute(text("SELECT mention_id, kind, name FROM names")):
            names[one.mention_id].add((one.kind, one.name))
        leaving = set(connection.scalars(_CHURNING))
        return [_row(one, labels[one.id], names[one.id], leaving) for one in connection.execute(_ROWS)]


def _row(one: Any, labels: Mapping[str, tuple[str, float]], names: set[tuple[str, str]], leaving: set[str]) -> Row:
    at = datetime.fromisoformat(one.said_at) if isinstance(one.said_at, str) else one.said_at
    values: dict[str, str | None] = {task: labels[task][0] if task in labels else None for task in VALUES}
    values |= {"theme": one.theme, "channel": one.channel, "source": one.source, "language": one.language}
    unsure = frozenset(task for task, (_, score) in labels.items() if score < 0.5)
    return Row(
        one.id, one.feedback_id, one.text, at.replace(tzinfo=UTC), one.author, one.copied or one.feedback_id,
        one.rating, bool(one.solicited), json.loads(one.segment), {**values, "product": one.product},
        frozenset(names), unsure, one.score or 0.0, one.sorted is not None, one.feedback_id in leaving,
    )  # fmt: skip


def holds(filters: Filters, row: Row) -> bool:
    """Whether filters select a mention, said in plain Python."""
    plain = all(
        not getattr(filters, name) or row.values[name] in getattr(filters, name) for name in DIMENSIONS
    ) and not (filters.not_theme and row.values["theme"] in filters.not_theme)
    named = all(
        not (wanted := set(getattr(filters, kind))) or row.values["product"] in wanted or row.of(kind) & wanted
        for kind in NAMED
    )
    return (
        plain
        and named
        and (filters.since is None or row.at >= filters.since)
        and (filters.until is None or row.at < filters.until)
        and (filters.rating_min is None or (row.rating is not None and row.rating >= filters.rating_min))
        and (filters.rating_max is None or (row.rating is not None and row.rating <= filters.rating_max))
        and not (filters.not_competitor and row.values["product"] in filters.not_competitor)
        and not row.of("competitor") & set(filters.not_competitor)
        and (filters.leaving is None or row.churning == filters.leaving)
        and (filters.solicited is None or row.solicited == filters.solicited)
        and all(row.segment.get(key) == value for key, value in filters.segment.items())
        and (not filters.phrase or filters.phrase.lower() in row.text.lower())
    )


def counted(rows: Sequence[Row]) -> Counts:
    """Counts by sets."""
    authors = {row.author for row in rows if row.author}
    return Counts(len({row.feedback for row in rows}), len(rows), len(authors), len({row.first for row in rows}))


def grouped(rows: Sequence[Row], dimension: str) -> dict[str | None, list[Row]]:
    """Mentions by value, those of none under None."""
    groups: defaultdict[str | None, list[Row]] = defaultdict(list)
    named = {name for row in rows for name in row.of(dimension)} if dimension in NAMED else set()
    if dimension == "product":
        named |= {row.values["product"] for row in rows if row.values["product"] is not None}
    for row in rows:
        if dimension.startswith("segment."):
            groups[row.segment.get(dimension.removeprefix("segment."))].append(row)
        elif dimension in NAMED:
            about = {row.values["product"]} & named
            for name in (row.of(dimension) | about) or {None}:
                groups[name].append(row)
        else:
            groups[row.values[dimension]].append(row)
    return dict(groups)


def spelled(of: Facts) -> list[tuple[Any, ...]]:
    """Every column, with the words that its codes stand for, by mention."""
    words = [[of.value_of(code) for code in of.column(name)] for name in (*DIMENSIONS, "product", "segment", "names")]
    numbers = [of.said_at, of.mention, of.feedback, of.author, of.first, np.nan_to_num(of.rating, nan=-1)]
    numbers += [of.theme_score, of.solicited, of.known, of.churning]
    return sorted(zip(of.ids(), *words, *(one.tolist() for one in numbers), strict=True))


_SOME = {
    "channel": ("review", "call"), "source": ("shop", "calls", "else"), "language": ("en", "he"),
    "product": ("Acme Pro", "Globex", ""), "competitor": ("Acme Pro", "Globex"), "platform": ("Globex", "Wolt"),
    "not_competitor": ("Acme Pro", "Globex"), "theme": (*PAINS, "gone"), "not_theme": PAINS, **VALUES,
}  # fmt: skip
filters = st.builds(
    Filters,
    since=st.none() | st.sampled_from(TIMES),
    until=st.none() | st.sampled_from(TIMES),
    phrase=st.sampled_from((None, None, "parcel", "PARCEL", "ärger", "100%", "y_a", "החזר", "globex", "\n", "nowhere")),
    rating_min=st.sampled_from((None, None, 0.0, 0.25)),
    rating_max=st.sampled_from((None, None, 0.0, 0.3)),
    solicited=st.sampled_from((None, None, True, False)),
    leaving=st.sampled_from((None, None, True, False)),
    segment=st.sampled_from(({}, {}, {"plan": "gold"}, {"plan": "free", "it's.": "ש"}, {"no": "such"})),
    **{
        name: st.just(()) | st.just(()) | st.lists(st.sampled_from(some), max_size=2, unique=True).map(tuple)
        for name, some in _SOME.items()
    },
)


def is_what_plain_sql_says(store: Store, every: Sequence[Feedback | str], lot: Any, wanted: Sequence[Filters]) -> None:
    written(store, every, lot)
    rows = rows_of(store)
    for one in (Filters(), *wanted):
        chosen, told = [row for row in rows if holds(one, row)], select(store, one)
        assert sorted(told.ids()) == sorted(row.id for row in chosen), one
        assert told.counts() == counted(chosen)
        assert sorted(row.mention_id for row in reading.heard(store, Query(one))) == sorted(told.ids())
        assert Filters.from_spec(one.spec()) == one
    _grouped_alike(store, wanted[0], [row for row in rows if holds(wanted[0], row)])


def _grouped_alike(store: Store, wanted: Filters, rows: Sequence[Row]) -> None:
    told = select(store, wanted)
    for dimension in (*DIMENSIONS, *NAMED, "segment.plan", "segment.it's.", "segment.none"):
        groups, expected = told.by(dimension), grouped(rows, dimension)
        assert {value: sorted(one.ids()) for value, one in groups.items()} == {
            value: sorted(row.id for row in group) for value, group in expected.items()
        }, dimension
        assert {value: one.counts() for value, one in groups.items()} == {
            value: counted(group) for value, group in expected.items()
        }
    for task in VALUES:
        assert told.unsure(task) == reading.unsure_share(store, wanted, task)


def is_as_if_made_anew(store: Store, every: Sequence[Feedback | str], lot: Any) -> None:
    written(store, every, lot)
    facts_held.bring_up(store)
    kept = spelled(select(store, Filters()))
    assert facts_check.compared(store).wrong == ()
    facts_held.rebuild(store)
    assert spelled(select(store, Filters())) == kept
    held = sorted((row.id, row.theme_score, row.known, row.churning) for row in rows_of(store))
    assert held == [(one[0], round(one[-4], 4), one[-2], one[-1]) for one in kept]


def is_scored_as_it_is_listed(store: Store, every: Sequence[Feedback | str], lot: Any, wanted: Filters) -> None:
    written(store, every, lot)
    earlier = listing._before(store, wanted) if wanted.since and wanted.until else None
    before = None
    if earlier is not None and wanted.since and wanted.until:
        begins = wanted.since - (wanted.until - wanted.since)
        before = select(store, replace(wanted, since=begins, until=wanted.since))
    known = listing.names(store)
    for side in ("pain", "praise"):
        listed = listing.grouped(store, wanted, side)
        groups = [*listed.themes, *([listed.rest] if listed.rest else [])]
        told = facts.scored(select(store, wanted), side, before, known)
        assert {one.theme: (one.score, one.counts, sorted(one.facts.ids())) for one in told} == {
            group.theme.id if group.theme else None: (
                group.score, group.counts, sorted(row.mention_id for row in group.said)
            )
            for group in groups
        }  # fmt: skip
        ranked = [one.theme for one in told if one.theme]
        assert ranked == [group.theme.id for group in listed.themes if group.theme]
