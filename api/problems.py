"""What goes wrong over HTTP, as RFC 9457 problem documents: one shape for all, each with a hint and the request's id.

A problem is raised anywhere below a route and said once, here. Nothing that a client sent is repeated in it: it may be
a customer's words or a key.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError

from api.request_ids import current
from api.validation import told
from connectors.errors import Busy, ConfigError, OverheardError

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its name in ``type``, the status it comes with, and what it means."""

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        """The URI reference of RFC 9457: it leads to the place in ``/docs`` that explains it."""
        return f"/docs#problem-{self.slug}"


MALFORMED = Kind(
    "malformed", 400, "The request cannot be read",
    "The body is no JSON in UTF-8, gives a name twice, holds a number that JSON does not know or is nested too deeply.",
)  # fmt: skip
CURSOR = Kind(
    "cursor", 400, "The cursor is not one of ours",
    "A cursor is taken as it came with the page before, for the same question; it is not made or changed by hand.",
)  # fmt: skip
KEY_IN_URL = Kind(
    "key-in-url", 400, "A key stood in the URL",
    "URLs end in logs and histories. A key that stood in one is no secret any more: revoke it and make another.",
)  # fmt: skip
REFUSED = Kind(
    "refused", 400, "That cannot be answered", "Something that was asked for is not there or does not fit; see detail."
)
KEY_MISSING = Kind(
    "key-missing", 401, "A key is needed", "Send `Authorization: Bearer oh_…`, or the key in `X-API-Key`."
)
KEY_REFUSED = Kind("key-refused", 401, "The key is refused", "It is unknown, mistyped, expired or revoked.")
SCOPE = Kind("scope", 403, "The key may not do that", "The scope that is needed stands in `WWW-Authenticate`.")
NOT_LOCAL = Kind(
    "not-local", 403, "Only this machine is answered",
    "As long as there is no key, only requests from this machine, to a name of it, are answered.",
)  # fmt: skip
NOT_FOUND = Kind("not-found", 404, "There is no such thing", "The path, or what its id names, is not there.")
METHOD = Kind("method", 405, "Not with this method", "`Allow` lists the methods that this path takes.")
BUSY = Kind("busy", 409, "Another run is writing", "Try again when it has ended; reading goes on meanwhile.")
TOO_LARGE = Kind("too-large", 413, "The body is too large", "64 KB are read, 5 MB of an ingest.")
MEDIA = Kind("media-type", 415, "Only JSON is read", "Send `Content-Type: application/json`, not compressed.")
INVALID = Kind("invalid", 422, "The request is not valid", "`errors` says for each place what is wrong there.")
REUSED = Kind(
    "idempotency-key", 422, "The Idempotency-Key was used for another request",
    "A key names one request: the same one again is answered as the first time, another one needs another key.",
)  # fmt: skip
FAILED = Kind("failed", 500, "That is our fault", "It is in the server's log, under the request's id.")
UNAVAILABLE = Kind(
    "unavailable", 503, "Not ready to answer", "The store, the index or a model cannot be read at the moment."
)

KINDS = (
    MALFORMED, CURSOR, KEY_IN_URL, REFUSED, KEY_MISSING, KEY_REFUSED, SCOPE, NOT_LOCAL, NOT_FOUND, METHOD, BUSY,
    TOO_LARGE, MEDIA, INVALID, REUSED, FAILED, UNAVAILABLE,
)  # fmt: skip
_BY_STATUS = {404: NOT_FOUND, 405: METHOD, 413: TOO_LARGE, 415: MEDIA, 422: INVALID, 503: UNAVAILABLE}


class Problem(HTTPException):
    """Something that a client has to know: raised below a route, said by :func:`said`."""

    def __init__(
        self, kind: Kind, detail: str, hint: str = "", *, errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(kind.status, detail, dict(headers) if headers else None)
        self.kind = kind
        self.hint = hint or kind.meaning
        self.errors = errors


def body_of(problem: Problem) -> bytes:
    """The document."""
    kind = problem.kind
    document: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "hint": problem.hint,
        "request_id": current(),
    }
    if problem.errors:
        document["errors"] = [dict(one) for one in problem.errors]
    return json.dumps(document, ensure_ascii=False).encode()


def said(problem: Problem) -> Response:
    """The response."""
    headers = dict(problem.headers or {})
    return Response(body_of(problem), problem.kind.status, headers, media_type=MEDIA_TYPE)


def of_error(error: OverheardError) -> Problem:
    """What a person could act on, by what to do about it: 400, 409 or 503."""
    if isinstance(error, Busy):
        return Problem(BUSY, error.message, error.hint, headers={"Retry-After": "5"})
    if isinstance(error, ConfigError):
        return Problem(REFUSED, error.message, error.hint)
    return Problem(UNAVAILABLE, error.message, error.hint)


def install(app: FastAPI) -> None:
    """Have an application say everything that goes wrong in it like this."""

    @app.exception_handler(HTTPException)
    @app.exception_handler(404)
    @app.exception_handler(405)
    def _of_http(_request: Request, error: Any) -> Response:
        if isinstance(error, Problem):
            return said(error)
        kind = _BY_STATUS.get(error.status_code, MALFORMED)
        return said(Problem(kind, _DETAILS.get(kind.status, kind.title + "."), headers=error.headers))

    @app.exception_handler(RequestValidationError)
    def _of_validation(_request: Request, error: Any) -> Response:
        problem = told(error.errors())
        detail = f"{len(problem)} places are wrong." if len(problem) > 1 else problem[0]["detail"]
        return said(Problem(INVALID, detail, errors=problem))

    @app.exception_handler(OverheardError)
    def _of_ours(_request: Request, error: Any) -> Response:
        log.warning("refused: %s: %s", type(error).__name__, error.message)
        return said(of_error(error))


_DETAILS = {404: "Nothing is at this path.", 405: "This path does not take that method."}
