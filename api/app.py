"""Overheard over HTTP. Routes are in ``api/routes``; what they need is given to :func:`create`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from api.routes import health, slack

if TYPE_CHECKING:
    from slack_bolt import App

    from assistant.wiring import Workspace


def create(
    where: Workspace,
    *,
    bolt: App | None = None,
    secret: str | None = None,
    alongside: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> FastAPI:
    """The application over a workspace. ``bolt`` takes what Slack, which signs with ``secret``, sends to
    ``/slack/events``.

    ``alongside`` makes what runs as long as the server does, such as the scheduler.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with alongside():
            yield

    app = FastAPI(title="Overheard", version=version("overheard"), lifespan=lifespan)
    app.include_router(health.router(where))
    if bolt is not None and secret:
        app.include_router(slack.router(bolt, secret))
    return app
