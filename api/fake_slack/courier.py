"""Bringing events, commands and interactions to the app, and bringing events again when nobody acknowledges."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from threading import RLock, Timer
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from api.fake_slack.manifest import Manifest
from api.fake_slack.record import Ack, Delivery, Json, Record, Undelivered
from api.fake_slack.socket_mode import Sockets
from api.fake_slack.state import APP, BOT_USER, TEAM, Workspace

logger = logging.getLogger(__name__)

RESEND_AFTER: Final = (0.0, 60.0, 300.0)
"""Slack sends an event up to three times more: almost at once, after a minute, after five."""

ENVELOPES: Final = {"event": "events_api", "command": "slash_commands", "interaction": "interactive"}


def sign(secret: str, body: bytes, timestamp: str) -> str:
    """The v0 signature of a request (docs.slack.dev/authentication/verifying-requests-from-slack)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class Courier:
    """Takes everything to the app, over sockets or, when ``request_url`` is set, over signed HTTP."""

    def __init__(
        self,
        manifest: Manifest,
        workspace: Workspace,
        record: Record,
        sockets: Sockets,
        secret: str,
        *,
        ack_timeout: float = 3.0,
        resend_after: Sequence[float] = RESEND_AFTER,
    ) -> None:
        self.manifest = manifest
        self.request_url: str | None = None
        self.ack_timeout = ack_timeout
        self.resend_after = tuple(resend_after)
        self._workspace = workspace
        self._record = record
        self._sockets = sockets
        self._secret = secret
        self._sent: dict[str, Json] = {}
        self._timers: list[Timer] = []
        self._pending: set[Future[tuple[str, Ack]]] = set()
        self._closed = False
        self._lock = RLock()
        self._behind = ThreadPoolExecutor(8, thread_name_prefix="fake-slack-events")
        self._http = httpx.Client(trust_env=False)

    def close(self) -> None:
        """Send nothing any more."""
        with self._lock:
            self._closed = True
            timers, self._timers = self._timers, []
        for timer in timers:
            timer.cancel()
        self._behind.shutdown(wait=True, cancel_futures=True)
        self._http.close()

    def event(self, subscription: str, event: Json) -> tuple[str, Ack]:
        """Bring an event once and wait; further attempts happen behind. Gives the event's id too."""
        if reason := self.manifest.refuses_event(subscription):
            self._record.undelivered.append(Undelivered(subscription, reason, event))
            return "", Ack(False, 0.0, reason=reason)
        body = self._wrapped(event)
        self._sent[body["event_id"]] = body
        return body["event_id"], self._bring_event(body, 0, "")

    def event_behind(self, subscription: str, event: Json) -> None:
        """Bring an event without waiting for it."""
        with suppress(RuntimeError), self._lock:
            bringing = self._behind.submit(self.event, subscription, event)
            self._pending.add(bringing)
            bringing.add_done_callback(self._pending.discard)

    def settle(self, timeout: float) -> bool:
        """Wait until everything that is brought without waiting was brought; whether it was, in time."""
        until = time.monotonic() + timeout
        while pending := list(self._pending):
            if not wait(pending, timeout=max(0.0, until - time.monotonic())).done:
                return False
        return True

    def redeliver(self, event_id: str, attempt: int = 1, reason: str = "http_timeout") -> Ack:
        """Bring the very same event again."""
        return self._try("event", self._sent[event_id], attempt, reason)

    def once(self, kind: str, payload: Json) -> Ack:
        """Bring a ``command`` or an ``interaction``: these come once only."""
        return self._try(kind, payload, 0, "")

    def _wrapped(self, event: Json) -> Json:
        event_id = self._workspace.new_id("Ev")
        return {
            "token": "verification-token-of-the-fake",
            "team_id": TEAM,
            "context_team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self._workspace.clock()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
        }

    def _bring_event(self, body: Json, attempt: int, reason: str) -> Ack:
        ack = self._try("event", body, attempt, reason)
        if ack.acked:
            return ack
        if attempt < len(self.resend_after):
            self._later(self.resend_after[attempt], lambda: self._bring_event(body, attempt + 1, _retry_reason(ack)))
        else:
            self._record.undelivered.append(Undelivered("event", f"given up: {ack.reason}", body["event"]))
        return ack

    def _later(self, seconds: float, what: Callable[[], object]) -> None:
        with self._lock:
            if self._closed:
                return
            timer = Timer(seconds, what)
            timer.daemon = True
            self._timers = [one for one in self._timers if one.is_alive()]
            self._timers.append(timer)
            timer.start()

    def _try(self, kind: str, payload: Json, attempt: int, reason: str) -> Ack:
        at = self._workspace.clock()
        if self._closed:
            return Ack(False, 0.0, reason="closed")
        if self.request_url:
            ack = self._over_http(kind, payload, attempt, reason)
        else:
            ack = self._over_socket(kind, payload, attempt, reason)
        identity = payload.get("event_id") or payload.get("trigger_id") or ""
        self._record.deliveries.append(Delivery(kind, identity, attempt, at, ack, payload))
        if kind != "event" and not ack.acked:
            self._record.undelivered.append(Undelivered(kind, ack.reason, payload))
        self._workspace.touch()
        return ack

    def _over_socket(self, kind: str, payload: Json, attempt: int, reason: str) -> Ack:
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": ENVELOPES[kind],
            "payload": payload,
            "accepts_response_payload": kind != "event",
        }
        if kind == "event":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        return self._sockets.deliver(envelope, self.ack_timeout)

    def _over_http(self, kind: str, payload: Json, attempt: int, reason: str) -> Ack:
        body, headers = encoded(kind, payload)
        timestamp = str(int(self._workspace.clock()))
        headers |= {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": sign(self._secret, body, timestamp)}
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        begun = time.monotonic()
        try:
            answer = self._http.post(str(self.request_url), content=body, headers=headers, timeout=self.ack_timeout)
        except httpx.TimeoutException:
            return Ack(False, time.monotonic() - begun, reason="timeout")
        except httpx.HTTPError:
            return Ack(False, time.monotonic() - begun, reason="connection_failed")
        taken = time.monotonic() - begun
        acked = answer.status_code == httpx.codes.OK
        return Ack(acked, taken, _body(answer), answer.status_code, "" if acked else "http_error")


def encoded(kind: str, payload: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A request's body and headers: events are JSON, commands a form, interactions a form with one JSON field."""
    if kind == "event":
        return json.dumps(payload).encode(), {"Content-Type": "application/json"}
    form = payload if kind == "command" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def _body(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    if answer.headers.get("content-type", "").startswith("application/json"):
        with suppress(ValueError):
            return answer.json()
    return {"text": answer.text}


def _retry_reason(ack: Ack) -> str:
    return {"timeout": "http_timeout", "http_error": "http_error"}.get(ack.reason, "connection_failed")
