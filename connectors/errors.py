"""Errors that a person can act on, grouped by what to do about them.

::

    OverheardError        says what happened and what to do; the doors print it, exit 1, no traceback
    ├── ConfigError       a setting, argument or file of the user's is wrong: mend it, run again
    ├── AuthFailed        the source refused our key: this source stops, the hint names the variable
    ├── RateLimited       too many requests: wait ``retry_after`` seconds
    ├── Unreachable       the other side did not answer: tried, then reported
    └── Busy              another run holds the workspace: wait for it

Anything else that is raised is a bug and keeps its traceback.
"""

from __future__ import annotations


class OverheardError(Exception):
    """Something a person can act on: ``message`` says what happened, ``hint`` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(OverheardError):
    """A setting, an argument or a file of the user's is wrong."""


class AuthFailed(OverheardError):
    """The source refused our credentials."""


class RateLimited(OverheardError):
    """The source asks us to wait ``retry_after`` seconds."""

    def __init__(self, message: str, hint: str = "", *, retry_after: float) -> None:
        super().__init__(message, hint)
        self.retry_after = retry_after


class Unreachable(OverheardError):
    """The other side did not answer."""


class Busy(OverheardError):
    """Another run is writing to this workspace."""
