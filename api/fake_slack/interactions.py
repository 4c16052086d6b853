"""What a person's presses, choices and typed words look like to the app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from api.fake_slack.record import Json

CARRIED: Final = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
"""Under which key an element says what was chosen, where the choice is not an option."""

ONE_OPTION: Final = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
MANY_OPTIONS: Final = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
INITIAL: Final = ("initial_value", "initial_date", "initial_time", "initial_date_time", "initial_user")
INITIAL_MORE: Final = ("initial_conversation", "initial_channel", "initial_users", "initial_option", "initial_options")


class NotPossible(Exception):
    """A person could not do this in Slack: there is no such button, or a field is still empty."""


def elements_of(blocks: Sequence[Any]) -> Iterator[tuple[Json, Json]]:
    """Every element that can be acted on, with its block."""
    for block in blocks:
        if not isinstance(block, dict):
            continue
        inside = [block.get("element"), block.get("accessory"), *(block.get("elements") or ())]
        inside += [*(block.get("actions") or ())]
        for element in inside:
            if isinstance(element, dict) and element.get("action_id"):
                yield block, element
        yield from elements_of(block.get("child_blocks") or ())
        if block.get("type") == "carousel":
            yield from elements_of(block.get("elements") or ())


def find_element(blocks: Sequence[Any], action_id: str, value: Any = None) -> tuple[Json, Json]:
    """The element with this action id; of several with one id, the one with this value."""
    found = [pair for pair in elements_of(blocks) if pair[1]["action_id"] == action_id]
    if not found:
        known = ", ".join(sorted({element["action_id"] for _, element in elements_of(blocks)})) or "none"
        raise NotPossible(f"there is no {action_id} here; there is: {known}")
    return next((pair for pair in found if value is not None and pair[1].get("value") == value), found[0])


def options_of(element: Mapping[str, Any]) -> list[Json]:
    """The options of a menu, grouped or not."""
    grouped = [option for group in element.get("option_groups") or () for option in group["options"]]
    return [*(element.get("options") or ()), *grouped]


def _option(element: Mapping[str, Any], value: Any) -> Json:
    for option in options_of(element):
        if value in (option["value"], option["text"]["text"]) or value == option:
            return option
    if isinstance(value, dict):
        return value
    if "external" in element["type"]:
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    raise NotPossible(f"{element['action_id']} does not offer {value}")


def choice(element: Json, value: Any) -> Json:
    """The part of an action, or of a form's state, that carries what was chosen or typed."""
    kind = element["type"]
    if kind in ONE_OPTION:
        return {"selected_option": None if value is None else _option(element, value)}
    if kind in MANY_OPTIONS:
        return {"selected_options": [_option(element, one) for one in value or ()]}
    if kind in CARRIED:
        return {CARRIED[kind]: value}
    if kind == "feedback_buttons":
        sides = [element["positive_button"], element["negative_button"]]
        pressed = next((side for side in sides if side["value"] == value), None)
        if pressed is None:
            pressed = sides[{"positive": 0, "negative": 1}[str(value)]]
        return {"value": pressed["value"], "text": pressed["text"]}
    if kind in ("button", "icon_button"):
        return {key: part for key, part in element.items() if key in ("text", "value", "style", "url")}
    return {"value": value}


def action(block: Json, element: Json, value: Any, ts: str) -> Json:
    """One entry of ``actions`` in a block_actions payload."""
    identity = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    return identity | choice(element, value) | {"action_ts": ts}


def started_with(element: Json) -> Any:
    """What an element holds before anybody touched it."""
    for key in (*INITIAL, *INITIAL_MORE):
        if element.get(key) is not None:
            initial = element[key]
            if key == "initial_option":
                return initial["value"]
            return [option["value"] for option in initial] if key == "initial_options" else initial
    return None


def form_state(blocks: Sequence[Any], given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, dict[str, Json]]:
    """The state of a form: what is given (by block id or action id), else what was chosen before or stood there.

    Raises NotPossible when a required field is empty, for then Slack's client does not send the form.
    """
    state: dict[str, dict[str, Json]] = {}
    names = {name for block, element in elements_of(blocks) for name in (block["block_id"], element["action_id"])}
    if unknown := sorted(set(given) - names):
        raise NotPossible(f"the form has no field {', '.join(unknown)}; it has {', '.join(sorted(names))}")
    for block, element in elements_of(blocks):
        if element["type"] in ("button", "overflow", "image", "workflow_button"):
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        said = given[block_id] if block_id in given else given.get(action_id)
        if said is None and action_id in known.get(block_id, {}):
            state.setdefault(block_id, {})[action_id] = known[block_id][action_id]
            continue
        value = said if said is not None else started_with(element)
        if block["type"] == "input" and not block.get("optional") and value in (None, "", []):
            raise NotPossible(f"the field {block_id} must be filled in")
        state.setdefault(block_id, {})[action_id] = {"type": element["type"], **choice(element, value)}
    return state
