"""Only so many requests are counted at a time; who comes then waits for a turn, in the order of coming.

Python runs one thread at a time, and a thread that has let go of it, to read from the database or to add up numbers,
gets it back only when another gives it up, after 5 ms. Twenty that count at once hold each other up far longer than
twenty that stand in line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

AT_ONCE = 2
"""One counts while another reads."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Turns:
    """One line of a server."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._limiter = CapacityLimiter(at_once)

    def taken(self, endpoint: Callable[_P, _T]) -> Callable[_P, Awaitable[_T]]:
        """The endpoint, run in a thread of its own when it has its turn."""

        @wraps(endpoint)
        async def waiting(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            return await to_thread.run_sync(partial(endpoint, *args, **kwargs), limiter=self._limiter)

        return waiting
