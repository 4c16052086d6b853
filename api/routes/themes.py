"""``GET /v1/themes`` and ``GET /v1/themes/{id}``: what all is said about, under names."""

from __future__ import annotations

from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy import func, select

from api.commands.themes import QUOTES, weeks_of
from api.parts import Parts
from api.problems import NOT_FOUND, Problem
from api.said import said
from api.schemas.themes import ThemeInFull, ThemesQuery, ThemesResponse
from mining import reading
from mining.keys import Scope
from mining.schema import facts, theme_edits
from mining.store import Store
from mining.themes import listing
from mining.themes.listing import Listed, Overview

_LIST = "themes"

Id = Annotated[str, Path(min_length=1, max_length=200, description="As `GET /v1/themes` lists it.",
    examples=["card_declined_at_checkout"])]  # fmt: skip


class Overviews:
    """All themes of a store, made again once something changed: that takes a while where there is much."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._held: tuple[object, Overview] | None = None

    def now(self) -> Overview:
        """Every theme, hidden ones too, as it is now."""
        with self._lock:
            state = self._state()
            if self._held is None or self._held[0] != state:
                self._held = state, listing.overview(self._store, hidden=True)
            return self._held[1]

    def _state(self) -> object:
        """Differs whenever a mention, its labels or themes, or what people said of themes differ."""
        edits = select(func.max(theme_edits.c.id), func.count(theme_edits.c.undone_at))
        days = select(func.count(), func.sum(facts.c.stamp))
        with self._store.transaction() as connection:
            return tuple(connection.execute(edits).one()), tuple(connection.execute(days).one())


def router(parts: Parts) -> APIRouter:
    """The routes."""
    routes = parts.door.router(Scope.READ, "Themes")
    overviews = Overviews(parts.where.store)

    @routes.get("/themes", response_model=ThemesResponse, response_description="A page of themes.")
    def themes(asked: Annotated[ThemesQuery, Query()]) -> Response:
        """All that people complain of, wish for or praise, over all time: pinned themes first, then the largest pain.

        A theme has one id and a name in each language, however people put it. `pain` is the score that themes are
        ranked by, with the parts that it is made of.
        """
        found = overviews.now()
        shown = [
            one for one in found.themes if (asked.hidden or not one.hidden) and asked.side in (None, one.theme.side)
        ]
        after = parts.cursors.read(_LIST, asked.cursor) if asked.cursor else None
        rest = [one for one in shown if after is None or _place(one) > after]
        page, more = rest[: asked.limit], len(rest) > asked.limit
        return said(
            {
                "themes": [one.as_json() for one in page],
                "total": len(shown),
                "unthemed": found.unthemed,
                "waiting": found.waiting,
                "few": list(found.few),
                "next_cursor": parts.cursors.made(_LIST, _place(page[-1])) if more else None,
            }
        )

    @routes.get("/themes/{id}", response_model=ThemeInFull, response_description="The theme.")
    def theme(id: Id) -> Response:
        """One theme: its names, what its score is made of, its last twelve weeks, and what people said."""
        one = next((one for one in overviews.now().themes if one.theme.id == id), None)
        if one is None:
            raise Problem(NOT_FOUND, "No theme with mentions has this id.", "GET /v1/themes lists them.")
        return said({**one.as_json(), "weeks": weeks_of(one, parts.where), "quotes": _quotes(parts.where.store, one)})

    return routes


def _place(one: Listed) -> list[Any]:
    return [not one.pinned, *one.group.score.rank, one.theme.id]


def _quotes(store: Store, one: Listed) -> list[dict[str, str]]:
    """What different people said of it, the surest first."""
    said_by = reading.by_ids(store, [row.mention_id for row in one.group.said[: 4 * QUOTES]])
    different = {row.first or row.feedback_id: row for row in reversed(said_by)}
    return [
        {"mention_id": row.mention_id, "text": row.text, "language": row.language}
        for row in list(different.values())[::-1][:QUOTES]
    ]
