"""views.*: modals and the Home tab."""

from __future__ import annotations

from typing import Any, Final

from api.fake_slack.record import Json
from api.fake_slack.state import APP, BOT, TEAM, View, Workspace, new_hash, with_ids
from api.fake_slack.web_api import Desk, Refused

MOST_VIEWS: Final = 3
"""A modal holds up to three views, one above the other."""


def as_sent(view: View) -> Json:
    """A view as Slack hands it out: what the app sent, with ids and what was typed."""
    own: Json = {
        "id": view.id,
        "team_id": TEAM,
        "app_id": APP,
        "app_installed_team_id": TEAM,
        "bot_id": BOT,
        "hash": view.hash,
        "root_view_id": view.root or view.id,
        "previous_view_id": view.previous or None,
        "state": {"values": view.state},
        "title": None,
        "close": None,
        "submit": None,
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
    }
    return own | view.view


def _use_trigger(desk: Desk, args: Json) -> tuple[str, str]:
    """The person, and the view that the trigger came from, if any."""
    workspace = desk.workspace
    with workspace.lock:
        trigger = workspace.triggers.get(desk.need(args, "trigger_id", "invalid_trigger_id"))
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if workspace.clock() > trigger.until:
            raise Refused("expired_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        trigger.used = True
    return trigger.user, trigger.view


def _view_of(args: Json, kind: str) -> Json:
    view = args.get("view")
    if not isinstance(view, dict) or view.get("type") != kind:
        raise Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] view must be a {kind}"]})
    return view


def new_view(workspace: Workspace, user: str, view: Json, previous: View | None = None) -> View:
    """A view on the screen of one person."""
    made = View(
        workspace.new_id("V"),
        user,
        view | {"blocks": with_ids(workspace, view.get("blocks") or ())},
        new_hash(workspace.clock),
    )
    if previous is not None:
        made.root, made.previous = previous.root or previous.id, previous.id
    with workspace.lock:
        workspace.views[made.id] = made
    return made


def open_view(desk: Desk, args: Json) -> Json:
    """views.open"""
    view = _view_of(args, "modal")
    user, _ = _use_trigger(desk, args)
    made = new_view(desk.workspace, user, view)
    desk.workspace.stacks[user] = [made.id]
    desk.workspace.touch()
    return {"view": as_sent(made)}


def push_view(desk: Desk, args: Json) -> Json:
    """views.push: above the view in which the person did something"""
    view = _view_of(args, "modal")
    user, origin = _use_trigger(desk, args)
    stack = desk.workspace.stacks.get(user) or []
    if not origin or origin not in stack:
        raise Refused("not_found")
    if len(stack) >= MOST_VIEWS:
        raise Refused("push_limit_reached")
    made = new_view(desk.workspace, user, view, desk.workspace.views[stack[-1]])
    stack.append(made.id)
    desk.workspace.touch()
    return {"view": as_sent(made)}


def replace(workspace: Workspace, view: View, content: Json) -> None:
    """Put new content into a view; what was typed stays where block and element keep their ids."""
    with workspace.lock:
        view.view = content | {"blocks": with_ids(workspace, content.get("blocks") or ())}
        view.hash = new_hash(workspace.clock)
        view.errors = {}
        kept = {block["block_id"] for block in view.view["blocks"]}
        view.state = {block: values for block, values in view.state.items() if block in kept}
    workspace.touch()


def _unchanged(view: View, args: Json) -> None:
    if args.get("hash") and args["hash"] != view.hash:
        raise Refused("hash_conflict")


def update_view(desk: Desk, args: Json) -> Json:
    """views.update"""
    content = _view_of(args, "modal")
    view = desk.workspace.views.get(str(args.get("view_id"))) or _by_external_id(desk, args.get("external_id"))
    open_ids = [one for stack in desk.workspace.stacks.values() for one in stack]
    if view is None or view.id not in open_ids:
        raise Refused("not_found")
    _unchanged(view, args)
    replace(desk.workspace, view, content)
    return {"view": as_sent(view)}


def _by_external_id(desk: Desk, external_id: Any) -> View | None:
    views = desk.workspace.views.values()
    return next((view for view in views if external_id and view.view.get("external_id") == external_id), None)


def publish_view(desk: Desk, args: Json) -> Json:
    """views.publish"""
    content = _view_of(args, "home")
    user = desk.workspace.users.get(str(args.get("user_id")))
    if not desk.manifest.has_home:
        raise Refused("not_enabled")
    if user is None or user.is_bot:
        raise Refused("invalid_arguments")
    known = desk.workspace.views.get(desk.workspace.homes.get(user.id, ""))
    if known is None:
        known = new_view(desk.workspace, user.id, content)
        desk.workspace.homes[user.id] = known.id
    else:
        _unchanged(known, args)
        replace(desk.workspace, known, content)
    desk.workspace.touch()
    return {"view": as_sent(known)}
