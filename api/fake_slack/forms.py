"""Where a press happens, what a form holds, and what an app answers to it."""

from __future__ import annotations

from typing import Any

from api.fake_slack.events import public
from api.fake_slack.interactions import NotPossible, form_state
from api.fake_slack.limits import findings
from api.fake_slack.methods_views import as_sent, new_view, replace
from api.fake_slack.record import Json, Problem
from api.fake_slack.state import APP, RESPONSE_LIVES, Channel, ResponseUrl, User, View, message_of_bot, with_ids
from api.fake_slack.web_api import Desk


class Forms:
    """Views and response addresses, from the person's side."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def place(self, who: User, where: str, channel: Channel | None) -> tuple[Json, list[Any]]:
        """Where somebody presses something: the payload's part that says so, and the blocks there."""
        view = self.desk.workspace.views.get(where)
        if view is not None:
            shown = as_sent(view)
            return {"view": shown, "container": {"type": "view", "view_id": view.id}}, view.view["blocks"]
        if channel is None:
            raise NotPossible(f"there is no view {where}; for a message its channel is needed too")
        message = self.desk.workspace.message(channel.id, where)
        hidden = self.desk.workspace.ephemeral(channel.id, where)
        found = message or hidden
        if found is None:
            raise NotPossible(f"there is no message {where} in {channel.id}")
        until = self.desk.workspace.clock() + RESPONSE_LIVES
        thread = found.get("thread_ts") or ""
        response = ResponseUrl(channel.id, who.id, until, where, ephemeral=message is None, thread_ts=thread)
        container: Json = {"type": "message", "message_ts": where, "channel_id": channel.id}
        container |= {"is_ephemeral": message is None} | ({"thread_ts": thread} if thread else {})
        about = {"id": channel.id, "name": channel.name or "directmessage"}
        place: Json = {"container": container, "channel": about, "response": response}
        place["state"] = {"values": {}}
        if message is not None:
            place["message"] = public(message) | {"app_id": APP}
        return place, found.get("blocks") or []

    def choose(self, view_id: str, block: Json, element: Json, what: Json) -> None:
        """Remember a choice in a view's state."""
        if element["type"] in ("button", "overflow"):
            return
        kept = {key: value for key, value in what.items() if key not in ("action_id", "block_id", "action_ts")}
        self.desk.workspace.views[view_id].state.setdefault(block["block_id"], {})[element["action_id"]] = kept

    def _open(self, who: User, view_id: str) -> View:
        view = self.desk.workspace.views.get(view_id)
        if view is None or view_id not in (self.desk.workspace.stacks.get(who.id) or ()):
            raise NotPossible(f"{who.name} has no modal {view_id} open")
        return view

    def submission(self, who: User, view_id: str, values: Any) -> Json:
        """The payload of a sent form."""
        view = self._open(who, view_id)
        view.state = form_state(view.view["blocks"], values, view.state)
        return {"type": "view_submission", "view": as_sent(view), "response_urls": []}

    def resubmission(self, who: User, view_id: str) -> Json:
        """The payload of a form that was sent already, for sending it twice."""
        return {"type": "view_submission", "view": as_sent(self.desk.workspace.views[view_id]), "response_urls": []}

    def after_submission(self, who: User, view_id: str, body: Any) -> None:
        """Do with the modals what the app's answer says: nothing means that this one closes."""
        answer = body if isinstance(body, dict) else {}
        if answer:
            found = findings("response_action", answer)
            self.desk.record.note("view_submission", found, self.desk.workspace.clock())
        view = self.desk.workspace.views[view_id]
        stack = self.desk.workspace.stacks.get(who.id) or []
        action = answer.get("response_action")
        if action == "errors":
            self._show_errors(view, answer.get("errors") or {})
        elif action == "clear":
            stack.clear()
        elif action == "update":
            replace(self.desk.workspace, view, answer["view"])
        elif action == "push":
            stack.append(new_view(self.desk.workspace, who.id, answer["view"], view).id)
        elif view_id in stack:
            stack.remove(view_id)
        self.desk.workspace.touch()

    def _show_errors(self, view: View, errors: Json) -> None:
        blocks = {block["block_id"] for block in view.view["blocks"] if block["type"] == "input"}
        for unknown in sorted(set(errors) - blocks):
            what = f"errors names {unknown}, which is no input of the view"
            self.desk.record.problems.append(Problem("view_submission", what, "invalid_arguments"))
        view.errors = {block: str(text) for block, text in errors.items() if block in blocks}

    def close(self, who: User, view_id: str, *, cleared: bool) -> View:
        """Close a modal, or all of them."""
        view = self._open(who, view_id)
        stack = self.desk.workspace.stacks[who.id]
        if cleared or view.view.get("clear_on_close"):
            stack.clear()
        else:
            stack.remove(view_id)
        self.desk.workspace.touch()
        return view

    def respond(self, given: ResponseUrl, body: Json) -> str:
        """What was sent to a response address, or answered to a command: shown, replaced or deleted.

        Gives Slack's error, empty when all is well.
        """
        found = findings("response_url", body)
        self.desk.record.note("response_url", found, self.desk.workspace.clock())
        if refused := next((one.error for one in found if one.error), ""):
            return refused
        if body.get("delete_original") or body.get("replace_original"):
            return self._change_original(given, body)
        workspace = self.desk.workspace
        blocks = with_ids(workspace, body.get("blocks") or ()) or None
        text = str(body.get("text") or body.get("markdown_text") or "")
        thread = body.get("thread_ts") or given.thread_ts or None
        message = message_of_bot(workspace.next_ts(), text, blocks=blocks, thread_ts=thread)
        if body.get("response_type") == "in_channel":
            workspace.post(given.channel, message)
        else:
            with workspace.lock:
                workspace.hidden.append(message | {"channel": given.channel, "to": given.user})
            workspace.touch()
        return ""

    def _change_original(self, given: ResponseUrl, body: Json) -> str:
        workspace = self.desk.workspace
        with workspace.lock:
            message = workspace.message(given.channel, given.ts)
            hidden = workspace.ephemeral(given.channel, given.ts)
            if body.get("delete_original"):
                if hidden is not None:
                    workspace.hidden.remove(hidden)
                elif message is not None:
                    workspace.posts[given.channel].remove(message)
            elif (original := hidden or message) is not None:
                original["text"] = str(body.get("text") or "")
                original["blocks"] = with_ids(workspace, body.get("blocks") or ())
        workspace.touch()
        return ""
