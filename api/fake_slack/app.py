"""The web server: the Web API, sockets, files, response addresses and the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.websockets import WebSocket

from api.fake_slack.forms import Forms
from api.fake_slack.page_api import page_routes
from api.fake_slack.record import Json
from api.fake_slack.state import StoredFile
from api.fake_slack.web_api import Desk, WebApi

if TYPE_CHECKING:
    from api.fake_slack.server import FakeSlack

PAGE: Final = Path(__file__).parent / "page"


def application(desk: Desk, web: WebApi, slack: FakeSlack) -> FastAPI:
    """All of it as one ASGI application."""
    app = FastAPI(title="Fake Slack", docs_url=None, redoc_url=None, openapi_url=None)

    # A page elsewhere that names this machine by another name gets nothing.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])

    @app.api_route("/api/{method}", methods=["GET", "POST"])
    async def call(method: str, request: Request) -> Response:
        payload, token = await _arguments(request)
        if payload is None:
            return JSONResponse({"ok": False, "error": "invalid_json"})
        status, result, headers = await run_in_threadpool(web.call, method, payload, token)
        return JSONResponse(result, status, headers)

    @app.websocket("/socket/{ticket}")
    async def connect(socket: WebSocket, ticket: str) -> None:
        await desk.sockets.serve(socket, ticket)

    @app.api_route("/upload/{file_id}", methods=["POST", "PUT"])
    async def upload(file_id: str, request: Request) -> Response:
        return await _upload(desk, file_id, request)

    @app.post("/response/{token}")
    async def respond(token: str, request: Request) -> Response:
        return _respond(desk, token, await request.body())

    @app.get("/files/{file_id}/{rest:path}")
    def download(file_id: str, rest: str, request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return _file(desk.workspace.files.get(file_id), allowed=given == slack.bot_token)

    @app.get("/page/files/{file_id}")
    def show(file_id: str) -> Response:
        return _file(desk.workspace.files.get(file_id), allowed=True)

    app.include_router(page_routes(slack))
    app.mount("/page", StaticFiles(directory=PAGE), name="page")

    @app.get("/")
    def index() -> HTMLResponse:
        return HTMLResponse((PAGE / "index.html").read_text("utf-8"))

    return app


async def _arguments(request: Request) -> tuple[Json | None, str]:
    """A call's arguments and token, from JSON, a form or the address; None when the JSON cannot be read."""
    payload: Json = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0]
    if kind == "application/json" and body:
        try:
            payload |= json.loads(body)
        except (ValueError, TypeError):
            return None, ""
    elif kind == "multipart/form-data":
        payload |= {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    else:
        payload |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    token = str(payload.pop("token", "") or given)
    return payload, given or token


async def _upload(desk: Desk, file_id: str, request: Request) -> Response:
    file = desk.workspace.files.get(file_id)
    if file is None:
        return Response("not found", 404)
    if request.headers.get("content-type", "").startswith("multipart/"):
        for part in (await request.form()).values():
            if not isinstance(part, str):
                file.content = await part.read()
    else:
        file.content = await request.body()
    return Response(f"OK - {len(file.content or b'')}")


def _respond(desk: Desk, token: str, raw: bytes) -> Response:
    given = desk.workspace.responses.get(token)
    body: Any = _json(raw)
    if given is None or desk.workspace.clock() > given.until:
        return JSONResponse({"ok": False, "error": "expired_url"}, 404)
    if given.left <= 0:
        return JSONResponse({"ok": False, "error": "used_url"}, 404)
    if not isinstance(body, dict):
        return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
    given.left -= 1
    error = Forms(desk).respond(given, body)
    return JSONResponse({"ok": False, "error": error}, 400) if error else Response("ok")


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _file(file: StoredFile | None, *, allowed: bool) -> Response:
    """A file's bytes. Without the right, Slack answers with its sign-in page, which is no error by its status."""
    if file is None or file.content is None:
        return Response("not found", 404)
    if not allowed:
        return HTMLResponse("<!doctype html><title>Sign in</title>")
    safe = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
    return Response(file.content, media_type=file.mimetype, headers=safe)
