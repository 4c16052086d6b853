"""``GET /v1/themes`` and ``GET /v1/themes/{id}``: what all is said about, under names."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.parts import Parts
from api.problems import NOT_FOUND, Problem
from api.said import said
from api.schemas.themes import ThemeInFull, ThemesQuery, ThemesResponse
from mining import reading
from mining.keys import Scope
from mining.themes import counted
from mining.themes.counted import Counted, Themes

_LIST = "themes"
_WEEKS = 12
_QUOTES = 5
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Id = Annotated[str, Path(min_length=1, max_length=200, description="As `GET /v1/themes` lists it.",
    examples=["card_declined_at_checkout"])]  # fmt: skip


def router(parts: Parts) -> APIRouter:
    """The routes."""
    routes = parts.door.router(Scope.READ, "Themes")

    @routes.get("/themes", response_model=ThemesResponse, response_description="A page of themes.")
    def themes(asked: Annotated[ThemesQuery, Query()]) -> Response:
        """All that people complain of, wish for or praise, over all time: pinned themes first, then the largest pain.

        A theme has one id and a name in each language, however people put it. `pain` is the score that themes are
        ranked by, with the parts that it is made of.
        """
        found = _counted(parts)
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
                "few": list(found.few),
                "next_cursor": parts.cursors.made(_LIST, _place(page[-1])) if more else None,
            }
        )

    @routes.get("/themes/{id}", response_model=ThemeInFull, response_description="The theme.")
    def theme(id: Id) -> Response:
        """One theme: its names, what its score is made of, its last twelve weeks, and what people said."""
        one = next((one for one in _counted(parts).themes if one.theme.id == id), None)
        if one is None:
            raise Problem(NOT_FOUND, "No theme with mentions has this id.", "GET /v1/themes lists them.")
        return said({**one.as_json(), "weeks": _weeks(parts, one), "quotes": _quotes(parts, one)})

    return routes


def _counted(parts: Parts) -> Themes:
    return counted.every(parts.where.store, parts.where.searcher.corpus(meaning=False).facts)


def _place(one: Counted) -> list[Any]:
    return [not one.pinned, *one.score.rank, one.theme.id]


def _weeks(parts: Parts, one: Counted) -> list[dict[str, Any]]:
    begins = parts.where.settings.locale.week_start or "monday"
    return one.weeks(parts.where.asker().zone, _DAYS.index(begins), _WEEKS)


def _quotes(parts: Parts, one: Counted) -> list[dict[str, str]]:
    """What different people said of it, the surest first."""
    heard = reading.by_ids(parts.where.store, one.surest(4 * _QUOTES))
    different = {row.first or row.feedback_id: row for row in reversed(heard)}
    return [
        {"mention_id": row.mention_id, "text": row.text, "language": row.language}
        for row in list(different.values())[::-1][:_QUOTES]
    ]
