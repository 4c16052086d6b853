"""What the page asks for and what people do on it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, HTTPException, Response

from api.fake_slack.interactions import NotPossible
from api.fake_slack.people import Done
from api.fake_slack.record import Json
from api.fake_slack.state import BOT_USER, Channel, User

if TYPE_CHECKING:
    from api.fake_slack.server import FakeSlack

LAST: Final = 200
"""How many messages of a channel, calls and problems the page shows."""


def page_routes(slack: FakeSlack) -> APIRouter:
    """The page's own addresses."""
    routes = APIRouter(prefix="/page")

    @routes.get("/state")
    def state(user: str, since: int = -1) -> Any:
        """All that one person sees; 204 when nothing changed since that version."""
        if since == slack.workspace.version and not slack.workspace.statuses:
            return Response(status_code=204)
        return snapshot(slack, user)

    @routes.post("/do/{what}")
    def act(what: str, given: Json) -> Json:
        """Do something as a person."""
        if what not in ACTS:
            raise HTTPException(404)
        try:
            done = ACTS[what](slack, given)
        except (NotPossible, KeyError) as error:
            raise HTTPException(400, str(error)) from error
        return asdict(done) | {"acked": done.acked, "reason": done.reason}

    @routes.post("/suggest")
    def suggest(given: Json) -> list[Json]:
        """The options of a menu that asks the app."""
        it = given
        try:
            return slack.suggest(it["user"], it["where"], it["action_id"], it.get("query") or "", it.get("channel"))
        except (NotPossible, KeyError) as error:
            raise HTTPException(400, str(error)) from error

    return routes


def _say(slack: FakeSlack, given: Mapping[str, Any]) -> Done:
    files = [{"name": one["name"], "content": base64.b64decode(one["base64"])} for one in given.get("files") or ()]
    return slack.say(given["user"], given["channel"], given["text"], given.get("thread_ts"), files)


ACTS: Final[Mapping[str, Callable[[FakeSlack, Mapping[str, Any]], Done]]] = {
    "say": _say,
    "edit": lambda slack, it: slack.edit(it["user"], it["channel"], it["ts"], it["text"]),
    "delete": lambda slack, it: slack.delete(it["user"], it["channel"], it["ts"]),
    "command": lambda slack, it: slack.command(it["user"], it["channel"], it["command"], it.get("text") or ""),
    "press": lambda slack, it: slack.press(
        it["user"], it["where"], it["action_id"], it.get("value"), it.get("channel")
    ),
    "submit": lambda slack, it: slack.submit(it["user"], it["view_id"], it.get("values")),
    "close": lambda slack, it: slack.close_view(it["user"], it["view_id"]),
    "shortcut": lambda slack, it: slack.shortcut(it["user"], it["callback_id"], it.get("message"), it.get("channel")),
    "home": lambda slack, it: slack.open_home(it["user"], it.get("tab") or "home"),
    "dm": lambda slack, it: slack.open_dm(it["user"]),
    "context": lambda slack, it: slack.app_context_changed(it["user"], it.get("channel")),
    "invite": lambda slack, it: slack.invite_bot(it["user"], it["channel"]),
    "kick": lambda slack, it: slack.kick_bot(it["channel"], it["user"]),
}


def snapshot(slack: FakeSlack, user: str) -> Json:
    """All that one person sees, and what a developer wants to know."""
    workspace = slack.workspace
    with workspace.lock:
        who = workspace.find_user(user)
        if who is None:
            raise HTTPException(404, "nobody is called so")
        return {
            "version": workspace.version,
            "me": who.id,
            "app": {"name": slack.manifest.name, "user": BOT_USER, "connected": slack.sockets.count},
            "users": {one.id: {"name": one.name, "real_name": one.real_name} for one in workspace.users.values()},
            "channels": [_channel(slack, one, who) for one in workspace.visible_to(who.id)],
            "commands": list(slack.manifest.commands),
            "shortcuts": list(slack.manifest.shortcuts),
            "modals": [slack.view(one) for one in workspace.stacks.get(who.id) or ()],
            "home": slack.home(who.id),
            "has_home": slack.manifest.has_home,
            "developer": _developer(slack),
        }


def _channel(slack: FakeSlack, channel: Channel, who: User) -> Json:
    workspace = slack.workspace
    hidden = [one for one in workspace.hidden if (one["channel"], one["to"]) == (channel.id, who.id)]
    posts = sorted([*workspace.posts[channel.id][-LAST:], *hidden], key=lambda post: float(post["ts"]))
    now = workspace.clock()
    statuses = {
        root: {"text": status.text, "loading": status.loading}
        for (where, root), status in workspace.statuses.items()
        if where == channel.id and status.until > now
    }
    shown = {"id": channel.id, "name": channel.name, "kind": channel.kind, "topic": channel.topic}
    return shown | {
        "bot_is_in": BOT_USER in channel.members,
        "i_am_in": who.id in channel.members,
        "messages": posts,
        "statuses": statuses,
        "prompts": _prompts(slack, channel),
        "titles": {root: title for (where, root), title in workspace.titles.items() if where == channel.id},
    }


def _prompts(slack: FakeSlack, channel: Channel) -> dict[str, Json]:
    """The prompts that the app set, by thread; an agent's own from the manifest until it sets some."""
    prompts = slack.workspace.prompts
    own = slack.manifest.at("features", "agent_view", "suggested_prompts")
    first = {"": {"title": None, "prompts": own}} if own and channel.kind == "im" else {}
    return first | {root: given for (where, root), given in prompts.items() if where == channel.id}


def _developer(slack: FakeSlack) -> Json:
    return {
        "problems": [{"method": one.method, "what": one.what, "refused": one.error} for one in slack.problems[-LAST:]],
        "refused": [
            {"method": call.method, "error": call.result["error"], "needed": call.result.get("needed")}
            for call in slack.calls[-LAST:]
            if not call.ok
        ],
        "too_fast": [{"channel": one.channel, "gap": one.gap} for one in slack.too_fast[-LAST:]],
        "undelivered": [{"kind": one.kind, "reason": one.reason} for one in slack.undelivered[-LAST:]],
        "calls": [{"method": call.method, "ok": call.ok, "at": call.at} for call in slack.calls[-LAST:]],
    }
