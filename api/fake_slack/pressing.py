"""People give commands, press buttons, choose in menus and fill in forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.fake_slack import events
from api.fake_slack.doing import TOKEN, Doing, Done
from api.fake_slack.interactions import NotPossible, action, find_element, options_of
from api.fake_slack.limits import findings
from api.fake_slack.methods_views import as_sent
from api.fake_slack.record import Ack, Json
from api.fake_slack.state import APP, RESPONSE_LIVES, TEAM, TEAM_NAME, ResponseUrl

PRIVATE_NAMES: Final = {"group": "privategroup", "im": "directmessage"}
"""What a command calls a channel that is not public."""


class Pressing(Doing):
    """What people do with what the app shows them."""

    def command(self, user: str, channel: str, command: str, text: str = "") -> Done:
        """Type a slash command; what the app answers in its acknowledgement is shown to that person."""
        who, where = self._user(user), self._channel(channel)
        given = ResponseUrl(where.id, who.id, self.desk.workspace.clock() + RESPONSE_LIVES)
        payload: Json = {
            "token": TOKEN,
            "team_id": TEAM,
            "team_domain": TEAM_NAME.lower(),
            "channel_id": where.id,
            "channel_name": where.name if where.kind == "channel" else PRIVATE_NAMES[where.kind],
            "user_id": who.id,
            "user_name": who.name,
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self._response_url(given),
            "trigger_id": self.desk.workspace.new_trigger(who.id),
        }
        if reason := self.desk.manifest.refuses_command(command):
            return self._never("command", reason, payload)
        ack = self.desk.courier.once("command", payload)
        self._show_answer(ack, given)
        return Done("", (ack,), (), payload["trigger_id"], payload["response_url"])

    def _show_answer(self, ack: Ack, given: ResponseUrl) -> None:
        if isinstance(ack.body, dict) and (ack.body.get("text") or ack.body.get("blocks")):
            self._forms.respond(given, ack.body)

    def shortcut(self, user: str, callback_id: str, message: str | None = None, channel: str | None = None) -> Done:
        """Use a shortcut: on a message (its time and channel), or a global one."""
        who = self._user(user)
        where = self._channel(channel, who) if channel else None
        payload = self._about(who, where) | {"callback_id": callback_id, "action_ts": self.desk.workspace.next_ts()}
        payload["trigger_id"] = self.desk.workspace.new_trigger(who.id)
        if where is None or message is None:
            payload["type"] = "shortcut"
            reason = self.desk.manifest.refuses_shortcut(callback_id, "global")
        else:
            post = self.desk.workspace.message(where.id, message)
            if post is None:
                raise NotPossible(f"there is no message {message} in {channel}")
            given = ResponseUrl(where.id, who.id, self.desk.workspace.clock() + RESPONSE_LIVES, post["ts"])
            payload |= {"type": "message_action", "message_ts": message, "message": events.public(post)}
            payload["response_url"] = self._response_url(given)
            reason = self.desk.manifest.refuses_shortcut(callback_id, "message")
        if reason:
            return self._never("shortcut", reason, payload)
        ack = self.desk.courier.once("interaction", payload)
        return Done("", (ack,), (), payload["trigger_id"], payload.get("response_url", ""))

    def press(
        self, user: str, where: str, action_id: str, value: Any = None, channel: str | None = None, forge: bool = False
    ) -> Done:
        """Press a button or choose in a menu, in a message (its time, with ``channel``) or a view (its id).

        With ``forge`` the element need not be there: an old message, or an app that sends what it never showed.
        """
        who = self._user(user)
        place, blocks = self._forms.place(who, where, self._channel(channel) if channel else None)
        response = place.pop("response", None)
        block, element = _forged(action_id, value) if forge else find_element(blocks, action_id, value)
        what = action(block, element, value, self.desk.workspace.next_ts())
        in_view = place.get("view", {}).get("id", "")
        payload = self._about(who, None) | place | {"type": "block_actions", "actions": [what]}
        payload["trigger_id"] = self.desk.workspace.new_trigger(who.id, in_view)
        if in_view:
            self._forms.choose(in_view, block, element, what)
        if response is not None:
            payload["response_url"] = self._response_url(response)
        if reason := self.desk.manifest.refuses_interaction():
            return self._never("interaction", reason, payload)
        ack = self.desk.courier.once("interaction", payload)
        return Done("", (ack,), (), payload["trigger_id"], payload.get("response_url", ""))

    def suggest(self, user: str, where: str, action_id: str, query: str, channel: str | None = None) -> list[Json]:
        """The options that the app offers in a menu of its own (``external_select``) for what was typed so far."""
        who = self._user(user)
        place, blocks = self._forms.place(who, where, self._channel(channel) if channel else None)
        block, element = find_element(blocks, action_id)
        place.pop("response", None)
        asked = {"type": "block_suggestion", "action_id": action_id, "block_id": block["block_id"], "value": query}
        ack = self.desk.courier.once("interaction", self._about(who, None) | place | asked)
        answer = ack.body if isinstance(ack.body, dict) else {}
        self.desk.record.note("block_suggestion", findings("block_suggestion", answer), self.desk.workspace.clock())
        return options_of(answer | {"type": element["type"]})

    def submit(self, user: str, view_id: str, values: Mapping[str, Any] | None = None) -> Done:
        """Send a modal with what was typed, by block id or action id. Errors that the app names stay on the view."""
        who = self._user(user)
        payload = self._forms.submission(who, view_id, values or {}) | self._about(who, None)
        payload["trigger_id"] = self.desk.workspace.new_trigger(who.id, view_id)
        if reason := self.desk.manifest.refuses_interaction():
            return self._never("interaction", reason, payload)
        ack = self.desk.courier.once("interaction", payload)
        if ack.acked:
            self._forms.after_submission(who, view_id, ack.body)
        return Done("", (ack,), (), payload["trigger_id"])

    def close_view(self, user: str, view_id: str, cleared: bool = False) -> Done:
        """Close a modal; the app hears of it if the view asks for that (``notify_on_close``)."""
        who = self._user(user)
        view = self._forms.close(who, view_id, cleared=cleared)
        if not view.view.get("notify_on_close"):
            return Done()
        payload = self._about(who, None) | {"type": "view_closed", "view": as_sent(view), "is_cleared": cleared}
        return Done("", (self.desk.courier.once("interaction", payload),))


def _forged(action_id: str, value: Any) -> tuple[Json, Json]:
    """A button that nobody was shown."""
    text = {"type": "plain_text", "text": "forged"}
    button = {"type": "button", "action_id": action_id, "value": value, "text": text}
    return {"type": "actions", "block_id": "forged"}, button
