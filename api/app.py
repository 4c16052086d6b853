"""Overheard over HTTP. Routes are in ``api/routes``; what they need is given to :func:`create`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from api import openapi, problems
from api.edge import Edge
from api.parts import Parts
from api.readiness import Readiness
from api.routes import aggregate, ask, docs, health, ingest, mentions, queries, search, slack, themes

if TYPE_CHECKING:
    from slack_bolt import App

    from assistant.wiring import Workspace

_ROUTES: tuple[Callable[[Parts], APIRouter], ...] = (
    search.router, aggregate.router, ask.router, themes.router, mentions.router, queries.router, ingest.router,
)  # fmt: skip
_CAPS = {"/v1/ingest": ingest.LARGEST, slack.PATH: slack.LARGEST}


def create(
    where: Workspace,
    *,
    bolt: App | None = None,
    secret: str | None = None,
    alongside: Callable[[], AbstractContextManager[Any]] = nullcontext,
    parts: Parts | None = None,
    readiness: Readiness | None = None,
) -> FastAPI:
    """The application over a workspace. ``bolt`` takes what Slack, which signs with ``secret``, sends to
    ``/slack/events``.

    ``alongside`` makes what runs as long as the server does, such as the scheduler.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with alongside():
            yield

    app = FastAPI(
        title="Overheard",
        version=version("overheard"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
    )
    app.add_middleware(Edge, caps=_CAPS)
    problems.install(app)
    openapi.install(app)
    shared = parts or Parts(where)
    app.include_router(health.router(shared, readiness or Readiness(where)))
    for router in _ROUTES:
        app.include_router(router(shared))
    app.include_router(docs.router(app))
    if bolt is not None and secret:
        app.include_router(slack.router(bolt, secret))
    return app
