"""Whether the server lives, and whether it can do its work. Neither needs a key."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from api.parts import Parts
from api.problems import UNAVAILABLE, Problem
from api.readiness import Readiness
from api.said import said
from api.schemas.health import Alive, Ready


def router(parts: Parts, readiness: Readiness) -> APIRouter:
    """``GET /healthz`` and ``GET /readyz``."""
    routes = APIRouter(tags=["Health"])

    @routes.get("/healthz", response_model=Alive, response_description="It lives.")
    def healthz() -> Response:
        """Is it alive: it answers, and can read its store. To be restarted where it does not."""
        parts.where.store.holds_feedback()
        return said({"ok": True})

    @routes.get("/readyz", response_model=Ready, response_description="It is ready.")
    def readyz() -> Response:
        """Is it ready: store, schema, models and index. To be sent no requests where it answers 503."""
        checks = readiness.checks()
        if wrong := [one for one in checks if not one.ok]:
            raise Problem(
                UNAVAILABLE, "; ".join(f"{one.check} {one.says}" for one in wrong) + ".",
                "Wait a minute; if it stays so, run: overheard doctor",
                errors=[{"detail": f"{one.check} {one.says}"} for one in wrong],
            )  # fmt: skip
        return said({"ok": True, "checks": [asdict(one) for one in checks]})

    return routes
