"""What happened so far: calls, deliveries, broken limits; and what a test wants to go wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from api.fake_slack.checks import Finding

Json = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One Web API call: what was asked, when (seconds since 1970) and what was answered."""

    method: str
    payload: Json
    at: float
    result: Json

    @property
    def ok(self) -> bool:
        """Whether the call succeeded."""
        return bool(self.result.get("ok"))


@dataclass(frozen=True)
class Problem:
    """A limit or a rule that a call broke. Slack itself refuses it when ``error`` is not empty."""

    method: str
    what: str
    error: str = ""
    at: float = 0.0

    def __str__(self) -> str:
        return f"{self.method}: {self.what}"


@dataclass(frozen=True)
class Ack:
    """What the app did with one envelope: whether it acknowledged, after how many seconds, and with what body."""

    acked: bool
    latency: float
    body: Any = None
    status: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Delivery:
    """One attempt to bring something to the app."""

    kind: str
    id: str
    attempt: int
    at: float
    ack: Ack
    payload: Json


@dataclass(frozen=True)
class Undelivered:
    """Something that the app never got, and why."""

    kind: str
    reason: str
    payload: Json


@dataclass(frozen=True)
class TooFast:
    """Two messages to a channel within less than a second."""

    channel: str
    method: str
    gap: float
    at: float


@dataclass
class _Refusal:
    error: str
    left: int
    retry_after: float | None


@dataclass
class Record:
    """Everything a test may ask about afterwards. Safe to use from several threads."""

    calls: list[Call] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    undelivered: list[Undelivered] = field(default_factory=list)
    too_fast: list[TooFast] = field(default_factory=list)
    _refusals: dict[str, list[_Refusal]] = field(default_factory=dict)
    _delays: dict[str, float] = field(default_factory=dict)
    _last_post: dict[str, float] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def note(self, method: str, found: Iterable[Finding], at: float) -> None:
        """Keep what a check of limits found."""
        self.problems += [Problem(method, str(one), one.error or "", at) for one in found]

    def refuse(self, method: str, error: str, times: int = 1, retry_after: float | None = None) -> None:
        """Answer the next ``times`` calls of ``method`` with ``error``; ``ratelimited`` becomes a 429."""
        with self._lock:
            self._refusals.setdefault(method, []).append(_Refusal(error, times, retry_after))

    def refusal(self, method: str) -> tuple[str, float | None] | None:
        """The error to answer this call with, if one was ordered; counts it."""
        with self._lock:
            for ordered in self._refusals.get(method, []):
                if ordered.left > 0:
                    ordered.left -= 1
                    return ordered.error, ordered.retry_after
        return None

    def delay(self, method: str, seconds: float) -> None:
        """Let every call of ``method`` take this much longer; 0 ends it."""
        self._delays[method] = seconds

    def delay_of(self, method: str) -> float:
        """How much longer a call of ``method`` takes, in seconds."""
        return self._delays.get(method, 0.0)

    def posted(self, channel: str, method: str, at: float, least_gap: float) -> float:
        """Note a message to a channel; gives the seconds by which it came too early, 0 when it did not."""
        with self._lock:
            before = self._last_post.get(channel)
            self._last_post[channel] = at
            if before is None or at - before >= least_gap:
                return 0.0
            self.too_fast.append(TooFast(channel, method, at - before, at))
            return least_gap - (at - before)
