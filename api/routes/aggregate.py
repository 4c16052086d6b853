"""``POST /v1/aggregate``: exact counts by up to three dimensions and a step of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Response

from api.asked import filters_of, zone_of
from api.parts import Parts
from api.said import said
from api.schemas.searching import AggregateRequest, AggregateResponse
from mining.aggregate import Aggregate, Group, Part, aggregate
from mining.keys import Scope
from mining.replay import packed

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def router(parts: Parts) -> APIRouter:
    """The route."""
    routes = parts.door.router(Scope.READ, "Find and count")

    @routes.post("/aggregate", response_model=AggregateResponse, response_description="Rows and their sum.")
    def count(asked: AggregateRequest) -> Response:
        """Count what customers said, by up to three dimensions and by day, week, month, quarter or year.

        Counted are customers' mentions, and in each row the feedback, people and unique items that they are of. Every
        count carries a query: `GET /v1/queries/{query}` lists exactly its rows. A mention may hold several names, so
        rows by product, competitor or platform may add up to more than the whole.
        """
        begins = asked.week_start or parts.where.settings.locale.week_start or "monday"
        table = aggregate(
            parts.where.store,
            Aggregate(
                filters_of(parts.where, asked.filters), asked.by, asked.grain, zone_of(parts.where, asked.zone),
                _DAYS.index(begins), asked.limit,
            ),
            parts.where.searcher.corpus(meaning=False).facts,
        )  # fmt: skip
        now = parts.clock()
        rows = [_shown(group, now) for group in table.groups]
        return said({"rows": rows, "count": table.count, "whole": _shown(table.whole, now)})

    return routes


def _shown(group: Group, now: datetime) -> dict[str, Any]:
    period = None
    if group.period is not None and group.until is not None:
        last = group.until - timedelta(days=1)
        period = {"first": group.period.isoformat(), "last": last.isoformat()}

    def figure(part: Part) -> dict[str, Any]:
        return {"value": part.value, "query": packed(part.query, part.value, now)}

    net = None
    if group.positive is not None and group.negative is not None:
        value = _rounded(group.net)
        net = {"value": value, "positive": figure(group.positive), "negative": figure(group.negative)}
    return {
        "values": dict(group.values),
        "period": period,
        **{unit: group.counts.of(unit) for unit in ("feedback", "mentions", "authors", "unique")},
        "share": round(group.share, 4),
        "net": net,
        "rating": {"mean": _rounded(group.mean_rating), "rated": figure(group.rated)},
        "query": packed(group.query, group.counts.feedback, now),
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
