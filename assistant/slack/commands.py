"""``/overheard``: any question, help, the digest, watches, and how somebody wants to be spoken to.

What comes back is seen by whoever typed it alone, with a button to share it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt import BoltResponse

from assistant.slack.answering import Asked

if TYPE_CHECKING:
    from slack_bolt import Ack, App, BoltContext

    from assistant.slack.parts import Parts

COMMAND = "/overheard"


def register(app: App, parts: Parts) -> None:
    """Listen to the command."""
    answering = parts.answering

    def heard(context: BoltContext, command: Mapping[str, Any], next: Callable[[], Any]) -> BoltResponse | None:
        asked = asked_by(parts, command)
        if not answering.take(asked):
            return BoltResponse(status=200, body="")
        context["asked"] = asked
        next()
        return None

    @app.command(COMMAND, middleware=[heard])
    def typed(ack: Ack, context: BoltContext) -> None:
        ack()
        answering.start(context["asked"])


def asked_by(parts: Parts, command: Mapping[str, Any]) -> Asked:
    """The question in a command; a command has no message and no thread."""
    return Asked(
        str(command.get("team_id") or parts.team),
        str(command.get("channel_id") or ""),
        str(command.get("user_id") or ""),
        " ".join(str(command.get("text") or "").split()),
        "", "", "command", command.get("channel_name"), command.get("response_url"),
        id=f"slack:command:{command.get('trigger_id')}",
    )  # fmt: skip
