"""Bring the themes up to date: claim what is new, join it to what was found, group what is left, and log what changed.

What was found stays: a mention keeps its theme until the unclaimed remainder has grown by a quarter since it was last
grouped as a whole (``_GROWN``), or until somebody asks for it. Then it is grouped anew, from all of it at once, so that
the order of arrival is forgotten; groups that hold the same mentions as a theme did keep its id.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Concatenate, ParamSpec

import numpy as np
from sqlalchemy import Connection, select

from embeddings.base import Embedder
from mining import copies_held, schema, unhurried
from mining.language import normalise
from mining.store import Store
from mining.themes import edits as edits_
from mining.themes import naming, table
from mining.themes.catalogue import SIDES, Theme
from mining.themes.claims import Claimer, Claims
from mining.themes.clusters import Clusters, clusters, worth
from mining.themes.edits import Edits
from mining.themes.fallback import is_fallback, theme_id
from mining.themes.held import Held, Remarks
from mining.themes.space import Floats, Space, read, space_of
from mining.themes.table import Found

# With fewer distinct remarks that nothing claims there is no grouping: they go to their touchpoint.
FEW = 50
# A theme needs the remarks of so many feedback items.
LEAST = 5
# What was found is grouped anew when the unclaimed remainder is so much larger than when it was last grouped.
_GROWN = 1.25
# A new group has a theme's id if at least this share of the smaller of the two is in both.
_SAME = 0.5
# A theme was split or merged where so much of it went to, or came from, another one.
_PART = 0.25
# Up to so many words go on about what the same feedback says beside them.
_FEW_WORDS = 8
# A theme that claims another mention of the same feedback needs no more than this to claim one more.
_LIKELY_BESIDE = 0.05
_MOST_PRODUCTS = 10_000
_ENCODED_AT_ONCE = 1_000
_CLAIMED_AT_ONCE = 20_000
# Distinct remarks that a name is made from, the nearest to the middle.
_TOLD_BY = 200

RULES = 1


@dataclass(slots=True)
class Updated:
    """What a run did: mentions looked at, those with a theme today, and what became of themes; ``few`` are the sides
    with too few remarks to find themes in, which were grouped by catalogue and touchpoint alone."""

    looked_at: int = 0
    new: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    few: list[str] = field(default_factory=list)
    grouped_anew: list[str] = field(default_factory=list)


Progress = Callable[[str, int, int], None]
_P = ParamSpec("_P")


def update(
    store: Store,
    embedder: Embedder,
    *,
    anew: bool = False,
    catalogue: bool = True,
    brands: Collection[str] = (),
    on_progress: Progress = lambda _stage, _done, _of: None,
    now: datetime | None = None,
) -> Updated:
    """Give every mention that complains, wishes or praises its theme, or none.

    ``anew`` groups the whole unclaimed remainder again; ``catalogue=False`` finds every theme in the data alone.
    ``brands`` are names that make no theme's name by themselves. Stops between two batches of vectors lose nothing.
    """
    run = _Run(store, embedder, catalogue, brands, on_progress, now or datetime.now(UTC))
    return run.done(anew=anew)


class _Run:
    """One bringing up to date."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        catalogue: bool,
        brands: Collection[str],
        on_progress: Progress,
        now: datetime,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._catalogue = catalogue
        self._brands = frozenset(word for name in brands for word in normalise(name).split())
        self._progress = on_progress
        self._now = now
        self._space: Space = space_of(embedder)
        self._report = Updated()
        self._gone: list[Found] = []
        self._used: set[str] = set()
        self._split: dict[str, str] = {}
        self._writes: list[Callable[[Connection], object]] = []

    def done(self, *, anew: bool) -> Updated:
        """Vectors and copies in steps that can be stopped, then all else in one transaction."""
        self._brands |= self._products()
        self._fill_vectors()
        copies_held.bring_up(self._store, lambda done, of: self._progress("copies", done, of))
        unhurried.done(self._store, lambda connection: self._worked_out(connection, anew=anew), self._written, _state)
        return self._report

    def _worked_out(self, connection: Connection, *, anew: bool) -> Edits:
        """Where every mention belongs before people's edits, and what is then to be written; writes nothing."""
        self._report, self._gone, self._used, self._split, self._writes = Updated(), [], set(), {}, []
        edits = edits_.holding(connection)
        self._bring_up(connection, edits, anew=anew)
        return edits

    def _written(self, connection: Connection, edits: Edits) -> None:
        for write in self._writes:
            write(connection)
        edits_.lay_over(connection, edits)
        self._retire(connection, edits)

    def _then(self, write: Callable[Concatenate[Connection, _P], object], *args: _P.args, **kwargs: _P.kwargs) -> None:
        """Have something written when all is worked out."""
        self._writes.append(lambda connection: write(connection, *args, **kwargs))

    def _products(self) -> frozenset[str]:
        """Words of what feedback is about, as its sources say: names of products make no theme's name either."""
        product = schema.feedback.c.product
        with self._store.transaction() as connection:
            named = connection.scalars(select(product).where(product.is_not(None)).distinct().limit(_MOST_PRODUCTS))
            return frozenset(word for name in named for word in normalise(name).split())

    def _encode(self, texts: Sequence[str]) -> Floats:
        return self._space.of(self._embedder.encode(list(texts)))

    def _fill_vectors(self) -> None:
        with self._store.transaction() as connection:
            missing = table.without_vector(connection, self._space.by)
        for at in range(0, len(missing), _ENCODED_AT_ONCE):
            part = missing[at : at + _ENCODED_AT_ONCE]
            kept = self._space.kept(self._embedder.encode([text for _, text in part]))
            with self._store.transaction() as connection:
                table.put_vectors(connection, [id_ for id_, _ in part], self._space.by, kept)
            self._progress("themes", at + len(part), len(missing))

    # --- claiming and joining ---------------------------------------------------------------------------------------

    def _bring_up(self, connection: Connection, edits: Edits, *, anew: bool) -> None:
        claimer = self._claimer(connection, edits)
        state = table.state(connection)
        version = f"{RULES}/{claimer.version}"
        changed = state.get("version") != version
        self._then(table.forget, table.without_side(connection))
        held = Held(connection)
        alive = table.found(connection)
        self._gone = table.gone(connection, self._space.by)
        self._split = {id_: one.within for id_, one in edits.everything.items() if one.within}
        space = f"{self._space.by}/{self._space.learnt}"
        foreign = state.get("space") != space
        if foreign:
            # Vectors of another space cannot be compared with the middles of this one.
            alive = {id_: one for id_, one in alive.items() if one.by == self._space.by}
        rows = held.rows() if changed or anew else held.with_neighbours(held.rows(known=False))
        self._claim(held, claimer, rows, alive)
        self._report.looked_at = len(rows)
        grouped = {} if foreign else dict(state.get("grouped", {}))
        for side in SIDES:
            if rows or anew:
                grouped[side] = self._remainder(connection, side, held, edits, alive, grouped.get(side), anew=anew)
        self._part(held, claimer, edits)
        self._then(held.keep)
        few = self._report.few if rows or anew else state.get("few", [])
        self._then(table.put_state, {"version": version, "space": space, "grouped": grouped, "few": few})

    def _claimer(self, connection: Connection, edits: Edits) -> Claimer:
        members = sorted({id_ for one in edits.added.values() for id_ in one.members})
        kept = table.vectors(connection, members)
        ids = sorted(kept)
        vectors = dict(zip(ids, read([kept[id_] for id_ in ids]), strict=True))
        return Claimer(self._space, self._encode, list(edits.added.values()), vectors, catalogue=self._catalogue)

    def _claim(self, held: Held, claimer: Claimer, rows: Sequence[int], alive: Mapping[str, Found]) -> None:
        done = 0
        for part in held.parts(rows, _CLAIMED_AT_ONCE):
            remarks = held.remarks(part)
            claims = claimer.claims(remarks)
            inherited = _inherited(held, part, remarks, claims)
            joined = self._joined(held, part, remarks, inherited, alive)
            for row, theme, score, margin in zip(part, joined, claims.scores, claims.margins, strict=True):
                held.place(row, theme, float(score), float(margin))
            done += len(part)
            self._progress("claims", done, len(rows))

    def _part(self, held: Held, claimer: Claimer, edits: Edits) -> None:
        """Take out what people split off, of all that stands in, or counts under, a theme that was split."""
        parents = edits.parents
        if not parents:
            return
        rows = [row for row in range(len(held)) if not parents.isdisjoint(edits.under(held.found[row]))]
        for at in range(0, len(rows), _CLAIMED_AT_ONCE):
            part = rows[at : at + _CLAIMED_AT_ONCE]
            themes = claimer.parted(held.remarks(part), [held.found[row] for row in part], edits.under)
            for row, theme in zip(part, themes, strict=True):
                held.found[row] = theme

    def _joined(
        self,
        held: Held,
        rows: Sequence[int],
        remarks: Remarks,
        claimed: Sequence[str | None],
        alive: Mapping[str, Found],
    ) -> list[str | None]:
        """What nobody claims keeps the theme that it was found in, or joins the nearest within reach."""
        themes = list(claimed)
        for side in SIDES:
            near = [one for one in alive.values() if one.theme.side == side]
            near += [one for one in self._gone if one.theme.side == side]
            free = []
            for place, row in enumerate(rows):
                if remarks.sides[place] == side and claimed[place] is None:
                    before = self._origin(held.found[row])
                    if before in alive or is_fallback(before):
                        themes[place] = before
                    else:
                        free.append(place)
            if not near or not free:
                continue
            cosines = (remarks.vectors[free] @ np.stack([one.centre for one in near]).T).round(4)
            cosines[cosines < np.array([one.reach for one in near], np.float32).round(4)] = -1
            best = cosines.argmax(axis=1)
            for place, theme, cosine in zip(free, best, cosines[np.arange(len(free)), best], strict=True):
                themes[place] = near[theme].theme.id if cosine > 0 else None
        return themes

    def _origin(self, theme: str | None) -> str | None:
        """The theme that one was split from: without the split its mentions stand there."""
        while theme in self._split:
            theme = self._split[theme]
        return theme

    # --- what nobody claimed ----------------------------------------------------------------------------------------

    def _remainder(
        self,
        connection: Connection,
        side: str,
        held: Held,
        edits: Edits,
        alive: Mapping[str, Found],
        grouped: int | None,
        *,
        anew: bool,
    ) -> int | None:
        """Group what no theme claims; returns how large the remainder was when it was last grouped as a whole."""
        free = {id_: one for id_, one in alive.items() if one.theme.side == side and id_ not in edits.held}
        rows = [row for row in held.rows(side) if held.found[row] in free or _is_loose(held.found[row])]
        if not (anew or grouped is None or len(rows) > _GROWN * grouped):
            self._group_loose(connection, side, held, [row for row in rows if _is_loose(held.found[row])])
            return grouped
        remarks = held.remarks(rows)
        if len(set(remarks.texts)) < FEW:
            self._to_touchpoints(side, held, rows)
            return None
        self._group_anew(connection, side, held, rows, remarks, free)
        self._report.grouped_anew.append(side)
        return len(rows)

    def _to_touchpoints(self, side: str, held: Held, rows: Sequence[int]) -> None:
        for row in rows:
            touchpoint = held.places[row].touchpoint
            if _is_loose(held.found[row]) and touchpoint not in (None, "none"):
                held.found[row] = theme_id(str(touchpoint), side)
        if rows:
            self._report.few.append(side)

    def _group_loose(self, connection: Connection, side: str, held: Held, rows: Sequence[int]) -> None:
        """New themes among what is in none, between two groupings."""
        if len(rows) < LEAST:
            return
        remarks = held.remarks(rows)
        found = clusters(remarks.vectors, remarks.texts, least=LEAST)
        background = naming.Background(brands=self._brands, given=_given(connection, side))
        background.add(remarks.texts)
        for number in _worth(held, rows, remarks, found):
            self._make(connection, side, held, rows, remarks, found, number, background)

    def _group_anew(
        self,
        connection: Connection,
        side: str,
        held: Held,
        rows: Sequence[int],
        remarks: Remarks,
        old: Mapping[str, Found],
    ) -> None:
        self._progress("groups", 0, 1)
        found = clusters(remarks.vectors, remarks.texts, least=LEAST)
        keep = _worth(held, rows, remarks, found)
        was = [held.found[row] if held.found[row] in old else None for row in rows]
        groups = {number: np.flatnonzero(found.of == number).tolist() for number in keep}
        same = _same({number: [was[place] for place in places] for number, places in groups.items()}, was)
        for row in rows:
            held.found[row] = None
        background = naming.Background(brands=self._brands, given=_given(connection, side))
        background.add(remarks.texts)
        ids: dict[int, str] = {}
        for done, number in enumerate(keep, start=1):
            if number in same:
                id_ = same[number]
                centre, reach = found.centres[number], float(found.reach[number])
                self._then(table.put_found, [replace(old[id_], by=self._space.by, centre=centre, reach=reach)])
                for place in groups[number]:
                    held.found[rows[place]] = id_
            else:
                id_ = self._make(connection, side, held, rows, remarks, found, number, background)
            ids[number] = id_
            self._progress("groups", done, len(keep))
        self._log_moves({ids[one]: [was[place] for place in groups[one]] for one in keep}, old)

    def _log_moves(self, came_from: Mapping[str, Sequence[str | None]], old: Mapping[str, Found]) -> None:
        """Tell which themes flowed into others, and which fell apart."""
        sizes = Counter(theme for themes in came_from.values() for theme in themes if theme)
        for id_ in sorted(old):
            went = Counter({new: sum(theme == id_ for theme in themes) for new, themes in came_from.items()})
            parts = [new for new, count in went.items() if count >= max(_PART * sizes[id_], 1) and sizes[id_]]
            others = [new for new in parts if new != id_]
            if id_ not in came_from and len(parts) == 1:
                self._then(table.log, self._now, "merged", id_, parts, "most of it is in another group now")
                self._report.merged.append(id_)
            elif others:
                self._then(table.log, self._now, "split", id_, others, "its remarks fall into several groups now")
                self._report.split.append(id_)

    # --- themes -----------------------------------------------------------------------------------------------------

    def _make(
        self,
        connection: Connection,
        side: str,
        held: Held,
        rows: Sequence[int],
        remarks: Remarks,
        found: Clusters,
        number: int,
        background: naming.Background,
    ) -> str:
        """Make a theme of a group, name it, and put its mentions there."""
        places: list[int] = np.flatnonzero(found.of == number).tolist()
        centre = found.centres[number]
        near = (remarks.vectors[places] @ centre).round(4)
        told: dict[str, str] = {}
        for _, place in sorted(zip((-near).tolist(), places, strict=True)):
            told.setdefault(remarks.texts[place], remarks.languages[place])
        nearest = list(told.items())[:_TOLD_BY]
        named = naming.name(
            [text for text, _ in nearest], [of for _, of in nearest], centre, side, background, self._encode
        )
        id_ = self._new_id(connection, side, [held.places[rows[place]].mention_id for place in places])
        touchpoint = _mostly(remarks.touchpoints[place] for place in places)
        theme = Theme(
            id_, side, named.names, (touchpoint,) if touchpoint else (), origin="found", keywords=named.keywords
        )
        self._then(table.put_found, [Found(theme, self._space.by, centre, float(found.reach[number]), self._now)])
        for place in places:
            held.found[rows[place]] = id_
        self._then(table.log, self._now, "new", id_, note=f"found in {len(places)} mentions")
        self._report.new.append(id_)
        return id_

    def _new_id(self, connection: Connection, side: str, mention_ids: Sequence[str]) -> str:
        """An id from the mentions that a theme was first found in; one that was ever given is not given again."""
        self._used = self._used or set(table.found(connection, retired=True))
        first = hashlib.blake2b("\n".join(sorted(mention_ids)).encode(), digest_size=5).hexdigest()
        ids = (f"{side}_{first}" if not again else f"{side}_{first}_{again}" for again in count())
        id_ = next(id_ for id_ in ids if id_ not in self._used)
        self._used.add(id_)
        return id_

    def _retire(self, connection: Connection, edits: Edits) -> None:
        """A theme that was found and has no mention any more is retired; one that has mentions again is back."""
        held = table.with_mentions(connection)
        for one in table.found(connection, retired=True).values():
            id_ = one.theme.id
            if one.retired_at is None and id_ not in held and id_ not in edits.pinned:
                table.put_found(connection, [replace(one, retired_at=self._now)])
                table.log(connection, self._now, "retired", id_, note="no mention belongs to it any more")
                self._report.retired.append(id_)
            elif one.retired_at is not None and id_ in held:
                table.put_found(connection, [replace(one, retired_at=None)])
                table.log(connection, self._now, "back", id_, note="mentions belong to it again")
                self._report.back.append(id_)


def _inherited(held: Held, rows: Sequence[int], remarks: Remarks, claims: Claims) -> list[str | None]:
    """What nothing claims by itself often goes on about what was said beside it: "Same again today, with my other one."

    Of the themes that claim another mention of the same feedback and side it takes the likeliest, if that is likely at
    all; a few words take that of the nearest.
    """
    place = {row: number for number, row in enumerate(rows)}
    themes = list(claims.themes)
    for number, row in enumerate(rows):
        if themes[number] is not None:
            continue
        beside = [claims.themes[place[other]] for other in held.beside(row) if other in place]
        near = [theme for theme in beside if theme]
        if not near:
            continue
        side = remarks.sides[number]
        likeliest = max(near, key=lambda theme: claims.of(number, side, theme) if side in claims.told else 0.0)
        if side in claims.told and claims.of(number, side, likeliest) >= _LIKELY_BESIDE:
            themes[number] = likeliest
        elif len(remarks.texts[number].split()) <= _FEW_WORDS:
            themes[number] = near[0]
    return themes


def _state(connection: Connection) -> object:
    """What a run hangs on beside mentions, their labels and their themes."""
    return edits_.every(connection), table.state(connection), table.last_logged(connection)


def _worth(held: Held, rows: Sequence[int], remarks: Remarks, found: Clusters) -> list[int]:
    vectors = remarks.vectors if remarks.alone is None else remarks.alone
    ids = [held.places[row].feedback_id for row in rows]
    return worth(found, vectors, remarks.texts, remarks.languages, ids, LEAST)


def _given(connection: Connection, side: str) -> set[str]:
    """The names that themes found in the data have."""
    return {
        name for one in table.found(connection).values() if one.theme.side == side for name in one.theme.names.values()
    }


def _is_loose(found: str | None) -> bool:
    return found is None or is_fallback(found)


def _mostly(values: Iterable[str | None]) -> str | None:
    """Where most of it happens, if half of it or more happens in one place."""
    told = Counter(values)
    most, count = max(told.items(), key=lambda item: (item[1], item[0] or ""))
    return most if most not in (None, "none") and count >= 0.5 * told.total() else None


def _same(groups: Mapping[int, Sequence[str | None]], before: Sequence[str | None]) -> dict[int, str]:
    """Which new group continues which theme: the pairs with most mentions in common first, each side once."""
    sizes = Counter(filter(None, before))
    shared = [
        (-count, theme, number)
        for number, was in groups.items()
        for theme, count in Counter(filter(None, was)).items()
        if count >= _SAME * min(len(was), sizes[theme])
    ]
    found: dict[int, str] = {}
    for _, theme, number in sorted(shared):
        if number not in found and theme not in found.values():
            found[number] = theme
    return found
