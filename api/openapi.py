"""The description of the API, OpenAPI 3.1: what FastAPI reads from the routes, and what it cannot know.

That is the problems that each route can answer with, the shape of an item that is looked at by itself, and examples.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import problems
from api.problems import MEDIA_TYPE, Kind
from api.schemas.handing_in import Item
from api.schemas.problem import Problem

SUMMARY = "Ask what customers say unasked: search it, count it, and hand in more."

DESCRIPTION = """
What customers say in calls, chats, posts and reviews, cut into **mentions** that carry one opinion each, labelled, and
sorted into **themes**. All of it can be searched, counted and asked about in English, Hebrew and Persian.

* **Mentions are what is found, feedback is what is counted.** A call with five mentions is one item of feedback.
* **Every number can be opened.** A figure carries a `query`; `GET /v1/queries/{query}` lists exactly its rows.
* **Keys.** As long as none was ever made, requests from this machine are answered without. `overheard keys create NAME
  --scope read` makes one; send it as `Authorization: Bearer oh_…` or in `X-API-Key`, never in a URL.
* **Pages.** Where there is a `next_cursor`, send it back for the next page, all else as it was.
* **Problems** are documents of RFC 9457: `detail` says what happened, `hint` what to do, `request_id` where to look.
"""

TAGS = [
    {"name": "Find and count", "description": "Search mentions; count them by anything. Scope `read`."},
    {"name": "Ask", "description": "Questions in words, answers that can be checked. Scope `read`."},
    {"name": "Themes", "description": "The same pain or praise under one name. Scope `read`."},
    {"name": "Look closer", "description": "One mention; the rows behind a figure. Scope `read`."},
    {"name": "Hand in", "description": "Bring feedback in from a program. Scope `ingest`."},
    {"name": "Health", "description": "For whoever watches the server. No key."},
]  # fmt: skip

_KEYED = (problems.KEY_MISSING, problems.SCOPE)
_ALWAYS = (problems.MALFORMED, problems.INVALID, problems.FAILED, problems.UNAVAILABLE)
_WITH_A_BODY = (problems.TOO_LARGE, problems.MEDIA)


def install(app: FastAPI) -> None:
    """Have an application give this description of itself."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # what FastAPI's own documentation says to do


def _described(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title, version=app.version, summary=SUMMARY, description=DESCRIPTION.strip(), tags=TAGS,
        routes=app.routes, license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    _put_schemas(described)
    for path, operations in described["paths"].items():
        for operation in operations.values():
            _put_problems(operation, path)
            _put_examples(operation)
    return described


def _put_schemas(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for model in (Item, Problem):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, below in {**schema.pop("$defs", {}), model.__name__: schema}.items():
            if schemas.setdefault(name, below) != below:
                raise ValueError(f"two schemas are called {name}")


def _put_problems(operation: dict[str, Any], path: str) -> None:
    kinds: list[Kind] = [*_ALWAYS, *(_KEYED if operation.get("security") else ())]
    kinds += _WITH_A_BODY if "requestBody" in operation else ()
    kinds += [problems.NOT_FOUND] if "{" in path else []
    kinds += [problems.BUSY]
    responses = operation["responses"]
    responses.pop("422", None)
    for kind in sorted(kinds, key=lambda kind: kind.status):
        responses[str(kind.status)] = _problem(kind)
    if operation.get("security"):
        challenge = {"description": "What is missing (RFC 6750).", "schema": {"type": "string"}}
        for status in ("401", "403"):
            responses[status]["headers"] = {"WWW-Authenticate": challenge}


def _problem(kind: Kind) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": kind.type, "title": kind.title, "status": kind.status, "detail": f"{kind.title}.",
        "hint": kind.meaning, "request_id": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    }  # fmt: skip
    if kind is problems.INVALID:
        wrong = "query: at most 1,000 characters"
        example |= {"detail": wrong, "errors": [{"pointer": "#/query", "detail": wrong}]}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": kind.title + ".", "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}


def _put_examples(operation: dict[str, Any]) -> None:
    told = examples().get(operation["operationId"], {})
    if "requests" in told:
        operation["requestBody"]["content"]["application/json"]["examples"] = told["requests"]
    if "responses" in told:
        status = next(status for status in operation["responses"] if status.startswith("2"))
        operation["responses"][status]["content"]["application/json"]["examples"] = told["responses"]


@cache
def examples() -> Mapping[str, Mapping[str, Any]]:
    """By operation: ``requests`` and ``responses``, each a mapping of names to OpenAPI's examples."""
    found = files("api.examples")
    paths = sorted((path for path in found.iterdir() if path.name.endswith(".json")), key=lambda path: path.name)
    return {path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8")) for path in paths}
