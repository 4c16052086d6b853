"""Who is let in: by a key that holds the scope of the route, or, as long as no key was ever made, from this machine.

A web page that somebody on this machine has open can send requests here too. Without a key it is kept out by three
things: nothing is shared across origins, a body has to be ``application/json``, which a page may not send elsewhere
unasked, and a name that was pointed at this machine (DNS rebinding) is refused by its ``Host``.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from api.problems import KEY_MISSING, KEY_REFUSED, MALFORMED, MEDIA, NOT_LOCAL, SCOPE, Problem
from api.strict_json import parse
from api.turns import Turns
from connectors.errors import OverheardError
from mining import keys
from mining.keys import Key, Scope
from mining.store import Store

log = logging.getLogger(__name__)

_HINT = "overheard keys create NAME --scope read"
_NOTED_EVERY = timedelta(minutes=1)
_LONG_BODY = 64 * 1024
_SCHEMES: tuple[Any, ...] = (
    HTTPBearer(auto_error=False, scheme_name="bearer", description="`Authorization: Bearer oh_…`"),
    APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="header", description="`X-API-Key: oh_…`"),
)


class Door:
    """Lets requests in to one store. ``clock`` gives aware times."""

    def __init__(self, store: Callable[[], Store], clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._clock = clock
        self._keys_are_used = False
        self._noted: dict[str, datetime] = {}
        self._turns = Turns()

    def let_in(self, request: Request, scope: Scope) -> Key | None:
        """The key that opens a route of a scope; None where none is needed.

        Raises:
            Problem: 401, 403, or 400 where two keys are shown.
        """
        token = _shown(request)
        if token is None:
            self._without_key(request)
            return None
        key = keys.known(self._store(), token)
        state = key.state(self._clock()) if key else "unknown"
        if key is None or state != "live":
            raise _refused(_WHY[state].format(at=key.expires_at if key else None))
        if not key.may(scope):
            challenge = f'Bearer realm="overheard", error="insufficient_scope", scope="{scope}"'
            raise Problem(
                SCOPE, f"This takes the scope {scope}; the key has {', '.join(key.scopes)}.",
                f"overheard keys create NAME --scope {scope}", headers={"WWW-Authenticate": challenge},
            )  # fmt: skip
        return key

    def note(self, key: Key) -> None:
        """Keep that a key was used, at most once a minute: no answer waits for it."""
        now = self._clock()
        if now - self._noted.get(key.id, datetime.min.replace(tzinfo=UTC)) < _NOTED_EVERY:
            return
        self._noted[key.id] = now
        try:
            keys.note_use(self._store(), {key.id: now})
        except OverheardError as error:
            log.warning("the use of key %s could not be noted: %s", key.id, error.message)

    def router(self, scope: Scope, tag: str, turns: Turns | None = None) -> APIRouter:
        """A router below ``/v1`` whose routes take a scope, and JSON read strictly.

        Routes that read take turns, with all others that do, or in a line of their own where ``turns`` is given.
        """
        needed = [Security(scheme) for scheme in _SCHEMES]
        line = (turns or self._turns) if scope is Scope.READ else None
        return APIRouter(prefix="/v1", tags=[tag], dependencies=needed, route_class=_guarded(self, scope, line))

    def _without_key(self, request: Request) -> None:
        # Once there was a key nobody is let in without one, not even when all are revoked.
        self._keys_are_used = self._keys_are_used or keys.any_made(self._store())
        if self._keys_are_used:
            challenge = {"WWW-Authenticate": 'Bearer realm="overheard"'}
            raise Problem(KEY_MISSING, "No key was sent.", f"{KEY_MISSING.meaning} {_HINT}", headers=challenge)
        if not is_local(request.client.host if request.client else ""):
            raise Problem(NOT_LOCAL, "Without keys only this machine is answered.", _HINT)
        if not is_local(_host(request)):
            raise Problem(NOT_LOCAL, "Without keys only localhost is answered, by that name.", _HINT)


_WHY = {
    "unknown": "The key is not known here, or mistyped.",
    "revoked": "The key was revoked.",
    "expired": "The key expired at {at:%Y-%m-%d %H:%M} UTC.",
}


def is_local(host: str) -> bool:
    """Whether an address or a name means this machine and nothing else."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(detail: str) -> Problem:
    challenge = f'Bearer realm="overheard", error="invalid_token", error_description="{detail}"'
    return Problem(KEY_REFUSED, detail, _HINT, headers={"WWW-Authenticate": challenge})


def _host(request: Request) -> str:
    host = request.headers.get("host", "")
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _shown(request: Request) -> str | None:
    """The key that a request shows.

    Raises:
        Problem: two different ones, or credentials that are no key.
    """
    told = request.headers.getlist("x-api-key")
    for line in request.headers.getlist("authorization"):
        scheme, _, value = line.partition(" ")
        if scheme.lower() != "bearer":
            raise _refused("Only keys are taken, as Bearer.")
        told.append(value.strip())
    if len(set(told)) > 1:
        raise Problem(MALFORMED, "Two different keys were sent.", "Send one.")
    return told[0] if told else None


class _Strict(Request):
    async def json(self) -> Any:
        """The body, see :mod:`api.strict_json`; a long one is read beside the loop."""
        body = await self.body()
        return await run_in_threadpool(parse, body) if len(body) > _LONG_BODY else parse(body)


def _guarded(door: Door, scope: Scope, turns: Turns | None) -> type[APIRoute]:
    """A route that reads nothing of a request before it is let in."""

    class Guarded(APIRoute):
        def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
            super().__init__(path, turns.taken(endpoint) if turns else endpoint, **settings)

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                key = await run_in_threadpool(door.let_in, request, scope)
                request.state.by = key.id if key else ""
                if self.body_field is not None:
                    _see_that_it_is_json(request)
                response = await handler(_Strict(request.scope, request.receive))
                if key is not None and response.background is None:
                    response.background = BackgroundTask(door.note, key)
                return response

            return guarded

    return Guarded


def _see_that_it_is_json(request: Request) -> None:
    kind, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charset = next((one.partition("=")[2].strip('"') for one in parameters if one.startswith("charset=")), "utf-8")
    if kind != "application/json" or charset not in ("utf-8", "utf8"):
        raise Problem(MEDIA, "The body is not said to be JSON in UTF-8.", MEDIA.meaning)
