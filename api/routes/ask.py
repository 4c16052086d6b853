"""``POST /v1/ask``: a question in words, and its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from api.asked import zone_of
from api.parts import Parts
from api.said import said
from api.schemas.asking import AnswerResponse, AskRequest
from api.turns import Turns
from mining.keys import Scope

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.meaning import Asker


def router(parts: Parts) -> APIRouter:
    """The route."""
    # An answer keeps its queries, and may have to wait for another process that writes: no search waits behind it.
    routes = parts.door.router(Scope.READ, "Ask", Turns(1))

    @routes.post("/ask", response_model=AnswerResponse, response_description="The answer.")
    def ask(asked: AskRequest, request: Request) -> Response:
        """Ask in English, Hebrew or Persian; the answer comes in the language of the question.

        It is the JSON of `overheard ask --json`: counted exactly, quoted literally, and it says when it does not know.
        Each figure carries its query: `GET /v1/queries/{query}` lists the rows behind it. With a `thread` a question
        may go on from the one before it.
        """
        by = request.state.by or "local"
        thread = f"api:{by}:{asked.thread}" if asked.thread else None
        return said(shown(parts.where.engine.ask(asked.question, _asker(parts, asked), thread)))

    return routes


def shown(answer: Answer) -> dict[str, Any]:
    """An answer as ``overheard ask --json`` prints it."""
    from assistant import charts

    return answer.as_json(chart=charts.specification(answer))


def _asker(parts: Parts, asked: AskRequest) -> Asker:
    everybody = parts.where.asker(asked.as_of)
    zone = zone_of(parts.where, asked.zone)
    return replace(everybody, zone=zone, today=asked.as_of or parts.clock().astimezone(zone).date())
