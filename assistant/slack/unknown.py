"""What no other handler knows: a button of an earlier version, or something that somebody made up. Registered last."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from assistant.slack.pressing import Press, reply, work

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from slack_sdk import WebClient

    from assistant.slack.parts import Parts

log = logging.getLogger(__name__)

_ANYTHING = re.compile(".*")
_LOGGED = 80
# These are pressed for what they open, and for nothing of ours.
_LINKS = frozenset({"workflow_button"})


def register(app: App, parts: Parts) -> None:
    """Acknowledge every other action, log its id, and say that it does nothing any more."""

    @app.action(_ANYTHING)
    def pressed(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        press = Press.of(body)
        log.warning("nobody knows what to do with this action: %s", press.action_id[:_LOGGED])
        action: dict[str, Any] = next(iter(body.get("actions") or ()), {})
        if action.get("url") or action.get("type") in _LINKS:
            return
        work(parts, client, press, lambda person: reply(client, press, person.language, "unknown"))
