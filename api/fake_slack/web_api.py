"""The Web API: who may call what, and the way of a call from request to answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from api.fake_slack.checks import objects
from api.fake_slack.courier import Courier
from api.fake_slack.limits import findings
from api.fake_slack.manifest import Manifest
from api.fake_slack.record import Call, Json, Problem, Record
from api.fake_slack.socket_mode import Sockets
from api.fake_slack.state import Workspace


class Refused(Exception):
    """Slack says no: ``error`` is its word for it, ``more`` goes into the answer beside it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


@dataclass
class Desk:
    """What the methods work with."""

    manifest: Manifest
    workspace: Workspace
    record: Record
    sockets: Sockets
    courier: Courier
    base_url: str = ""
    refused_types: set[str] = field(default_factory=set)
    enforce_rate: bool = False
    stream_lives: float | None = None

    def need(self, args: Mapping[str, Any], name: str, error: str = "invalid_arguments") -> str:
        """A required argument as text."""
        value = args.get(name)
        if value in (None, ""):
            message = f"[ERROR] missing required field: {name}"
            raise Refused(
                error, **({"response_metadata": {"messages": [message]}} if error == "invalid_arguments" else {})
            )
        return str(value)


Handler = Callable[[Desk, Json], Json]


@dataclass(frozen=True)
class Method:
    """One method: what it does, the scopes of which any one is enough, and the kind of token."""

    run: Handler
    scopes: tuple[str, ...] = ()
    token: str = "bot"  # noqa: S105 a kind of token, not a token


JSON_FIELDS: Final = frozenset(
    {"blocks", "attachments", "metadata", "view", "chunks", "prompts", "loading_messages", "unfurls", "files"}
)
"""Arguments that a form carries as JSON in a string."""

FLAGS: Final = frozenset(
    {"include_all_metadata", "reply_broadcast", "inclusive", "unfurl_links", "unfurl_media", "return_im"}
)


def readable(payload: Mapping[str, Any]) -> Json:
    """A payload with its JSON strings and flags read, whether it came as a form or as JSON."""
    read: Json = {}
    for name, value in payload.items():
        if name in JSON_FIELDS and isinstance(value, str):
            try:
                read[name] = json.loads(value)
            except ValueError:
                raise Refused("invalid_json" if name == "view" else f"invalid_{name}") from None
        elif name in FLAGS and not isinstance(value, bool):
            read[name] = str(value).lower() in ("1", "true")
        else:
            read[name] = value
    return read


class WebApi:
    """Answers calls the way slack.com/api does."""

    def __init__(self, desk: Desk, methods: Mapping[str, Method], tokens: Mapping[str, str]) -> None:
        self.desk = desk
        self._methods = methods
        self._tokens = tokens

    def call(self, name: str, payload: Mapping[str, Any], token: str) -> tuple[int, Json, dict[str, str]]:
        """One call: its status, its answer and its headers. The call is recorded whatever comes of it."""
        record = self.desk.record
        if wait := record.delay_of(name):
            time.sleep(wait)
        at = self.desk.workspace.clock()
        status, headers = 200, {"x-oauth-scopes": ",".join(sorted(self.desk.manifest.scopes))}
        read: Json = dict(payload)
        try:
            if ordered := record.refusal(name):
                raise Refused(ordered[0], retry_after=ordered[1])
            method = self._allowed(name, token)
            read = readable(payload)
            self._check(name, read, at)
            result: Json = {"ok": True, **method.run(self.desk, read)}
        except Refused as refused:
            result = {"ok": False, "error": refused.error, **refused.more}
            retry_after = result.pop("retry_after", None)
            if refused.error == "ratelimited":
                status, headers["Retry-After"] = 429, f"{retry_after or 1:g}"
        record.calls.append(Call(name, read, at, result))
        self.desk.workspace.touch()
        return status, result, headers

    def _allowed(self, name: str, token: str) -> Method:
        method = self._methods.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        if not token:
            raise Refused("not_authed")
        kind = self._tokens.get(token)
        if kind is None:
            raise Refused("invalid_auth")
        if method.token not in (kind, "any"):
            raise Refused("not_allowed_token_type")
        if method.token == "bot" and (missing := self.desk.manifest.lacks(method.scopes)):  # noqa: S105 a kind
            self.desk.record.problems.append(Problem(name, f"missing scope {missing}", "missing_scope"))
            provided = ",".join(sorted(self.desk.manifest.scopes))
            raise Refused("missing_scope", needed=missing, provided=provided)
        return method

    def _check(self, name: str, payload: Json, at: float) -> None:
        """Note every broken limit; refuse what Slack would refuse."""
        found = findings(name, payload)
        self.desk.record.note(name, found, at)
        refused = next((one.error for one in found if one.error), "")
        if not refused:
            refused = self._unsupported(payload)
        if refused:
            messages = [f"[ERROR] {one}" for one in found if one.error] or ["[ERROR] unsupported type"]
            raise Refused(refused, response_metadata={"messages": messages})

    def _unsupported(self, payload: Json) -> str:
        """``invalid_blocks`` when a block is among those that this workspace is set to refuse."""
        holders = [payload, *objects(payload.get("chunks"))]
        blocks = [block for holder in holders for block in objects(holder.get("blocks"))]
        types = {str(block.get("type")) for block in blocks}
        return "invalid_blocks" if self.desk.refused_types & types else ""
