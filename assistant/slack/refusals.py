"""What Slack says when it does not take something, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.slack.lanes import Later
from connectors.errors import AuthFailed, OverheardError, RateLimited, Unreachable

# Nobody can be reached there, now or later, until a person does something about it.
UNDELIVERABLE = frozenset({
    "channel_not_found", "is_archived", "not_in_channel", "account_inactive", "user_not_found", "cannot_dm_bot",
    "messages_tab_disabled", "restricted_action", "restricted_action_thread_locked", "user_disabled",
    "restricted_action_read_only_channel", "restricted_action_non_threadable_channel", "cannot_reply_to_message",
    "thread_not_found", "is_inactive", "user_not_in_channel",
})  # fmt: skip
BAD_TOKEN = frozenset({
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "missing_scope", "not_allowed_token_type",
    "no_permission", "org_login_required", "access_denied", "ekm_access_denied", "team_access_not_granted",
})  # fmt: skip
# What Slack says of a message that it does not take in this form.
BAD_FORM = frozenset({
    "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "markdown_text_conflict",
    "invalid_attachments", "too_many_attachments", "invalid_arguments", "invalid_metadata_format",
})  # fmt: skip
_LONGEST_S = 600.0


class Undeliverable(OverheardError):
    """A message that cannot reach its channel; ``reason`` is Slack's word for it."""

    def __init__(self, channel: str, reason: str) -> None:
        super().__init__(
            f"Slack takes no message for {channel}: {reason}",
            hint="invite the app into the channel (/invite), or name another channel",
        )
        self.reason = reason


def reason_of(error: BaseException) -> str:
    """Slack's word for what is wrong, else the kind of error: nothing that anybody wrote."""
    response: Any = getattr(error, "response", None)
    told = response.get("error") if hasattr(response, "get") else None
    return str(told or type(error).__name__)


def retry_after(error: BaseException) -> float | None:
    """The seconds that Slack asks us to wait; None where it does not."""
    response = getattr(error, "response", None)
    if response is None or reason_of(error) not in ("ratelimited", "rate_limited", "message_limit_exceeded"):
        return None
    headers: Mapping[str, Any] = getattr(response, "headers", None) or {}
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), 1)
    try:
        return min(max(float(given), 0.0), _LONGEST_S)
    except (TypeError, ValueError):
        return 1.0


def meant(error: BaseException, channel: str, attempt: int, tries: int) -> Exception:
    """What to raise for a call that failed: :class:`Later` while another attempt may help.

    A word of Slack's that we do not know is a bug of ours, and stays the error it is.
    """
    reason = reason_of(error)
    if reason in UNDELIVERABLE:
        return Undeliverable(channel, reason)
    if reason in BAD_TOKEN:
        return AuthFailed(f"Slack refuses our token: {reason}", hint="docs/slack.md lists tokens and scopes")
    wait = retry_after(error)
    if wait is not None:
        told = RateLimited("Slack asks us to slow down", hint="try again later", retry_after=wait)
        return told if attempt >= tries else Later(wait)
    if _may_pass(error, reason):
        told_off = Unreachable("Slack did not answer", hint="check the network and status.slack.com")
        return told_off if attempt >= tries else Later(min(0.5 * 2**attempt, 30.0))
    return error if isinstance(error, Exception) else RuntimeError(reason)


def _may_pass(error: BaseException, reason: str) -> bool:
    """Whether it is Slack or the network that is not well."""
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", 0)
    return (
        isinstance(error, OSError)
        or reason in ("internal_error", "fatal_error", "service_unavailable")
        or (isinstance(status, int) and status >= 500)
    )
