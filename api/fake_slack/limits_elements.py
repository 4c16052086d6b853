"""Limits of block elements and composition objects.

Sources: docs.slack.dev/reference/block-kit/block-elements and .../composition-objects, and the validators of slack_sdk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.fake_slack.checks import (
    Check,
    Finding,
    also,
    anything,
    boolean,
    by_type,
    calls_nobody,
    listed,
    objects,
    shape,
    string,
    text,
    under,
    unique,
    whole,
)

PLAIN_75: Final = text(75, plain_only=True)
ID: Final = string(255)
URL: Final = string(3000)
PLACEHOLDER: Final = text(150, plain_only=True)

CONFIRM: Final = shape(
    {
        "title": text(100, plain_only=True),
        "text": text(300),
        "confirm": text(30, plain_only=True),
        "deny": text(30, plain_only=True),
        "style": string(choices=("primary", "danger")),
    },
    needs=("title", "text", "confirm", "deny"),
)


def option(*, plain_only: bool) -> Check:
    """An option of a menu (plain text), or of checkboxes and radio buttons (mrkdwn too)."""
    fields = {"text": text(75, plain_only=plain_only), "value": string(150)}
    more = {"description": text(75, plain_only=plain_only), "url": URL}
    return shape(fields | more, needs=("text", "value"))


OPTION: Final = option(plain_only=True)
CHOICE: Final = option(plain_only=False)
OPTION_GROUP: Final = shape({"label": PLAIN_75, "options": listed(OPTION, 100)}, needs=("label", "options"))
SLACK_FILE: Final = shape({"id": string(), "url": URL}, one_of=("id", "url"))
FEEDBACK: Final = shape(
    {"text": PLAIN_75, "value": string(2000), "accessibility_label": string(75)}, needs=("text", "value")
)
FILTER: Final = shape(
    {"include": listed(string()), "exclude_external_shared_channels": boolean, "exclude_bot_users": boolean}
)
DISPATCH: Final = shape({"trigger_actions_on": listed(string(choices=("on_enter_pressed", "on_character_entered")))})

ACTED: Final[Mapping[str, Check]] = {"action_id": ID, "confirm": CONFIRM}
TYPED: Final[Mapping[str, Check]] = {"action_id": ID, "placeholder": PLACEHOLDER, "focus_on_load": boolean}
PICKED: Final[Mapping[str, Check]] = {**ACTED, **TYPED}


def _options_agree(path: str, value: Any) -> Iterator[Finding]:
    """Options or groups, not both; a chosen option is one of those offered, to the letter."""
    if not isinstance(value, Mapping):
        return
    grouped = [option for group in objects(value.get("option_groups")) for option in objects(group.get("options"))]
    if value.get("options") and grouped:
        yield Finding(path, "has both options and option_groups")
    offered = [*objects(value.get("options")), *grouped]
    chosen = objects([value.get("initial_option")]) + objects(value.get("initial_options"))
    for one in chosen:
        if one not in offered:
            yield Finding(path, "starts with an option that it does not offer")
    yield from unique([(path, one.get("value")) for one in offered], "value")


def _menu(more: Mapping[str, Check]) -> Check:
    offered = {"options": listed(OPTION, 100), "option_groups": listed(OPTION_GROUP, 100)}
    return also(shape({**PICKED, **offered, **more}, one_of=("options", "option_groups")), _options_agree)


def _picker(more: Mapping[str, Check]) -> Check:
    return shape({**PICKED, **more})


MULTI: Final[Mapping[str, Check]] = {"max_selected_items": whole(1)}
TALKS: Final[Mapping[str, Check]] = {"default_to_current_conversation": boolean, "filter": FILTER}
SELECTS: Final[Mapping[str, Check]] = {
    "static_select": _menu({"initial_option": OPTION}),
    "multi_static_select": _menu({"initial_options": listed(OPTION, 100), **MULTI}),
    "external_select": _picker({"initial_option": OPTION, "min_query_length": whole(0)}),
    "multi_external_select": _picker({"initial_options": listed(OPTION), "min_query_length": whole(0), **MULTI}),
    "users_select": _picker({"initial_user": string()}),
    "multi_users_select": _picker({"initial_users": listed(string()), **MULTI}),
    "conversations_select": _picker({"initial_conversation": string(), "response_url_enabled": boolean, **TALKS}),
    "multi_conversations_select": _picker({"initial_conversations": listed(string()), **TALKS, **MULTI}),
    "channels_select": _picker({"initial_channel": string(), "response_url_enabled": boolean}),
    "multi_channels_select": _picker({"initial_channels": listed(string()), **MULTI}),
}

_TEN: Final = listed(CHOICE, 10)
BUTTON: Final = shape(
    {
        **ACTED,
        "text": PLAIN_75,
        "url": URL,
        "value": string(2000),
        "style": string(choices=("primary", "danger")),
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
    },
    needs=("text",),
)
IMAGE: Final = shape(
    {"image_url": URL, "alt_text": string(2000), "slack_file": SLACK_FILE},
    needs=("alt_text",),
    one_of=("image_url", "slack_file"),
)
WIDGETS: Final[Mapping[str, Check]] = {
    "button": BUTTON,
    "workflow_button": shape(
        {**ACTED, "text": PLAIN_75, "workflow": anything, "style": anything, "accessibility_label": string(75)},
        needs=("text", "workflow"),
    ),
    "overflow": also(shape({**ACTED, "options": listed(OPTION, 5)}, needs=("options",)), _options_agree),
    "datepicker": _picker({"initial_date": string(pattern=r"\d{4}-\d{2}-\d{2}")}),
    "timepicker": _picker({"initial_time": string(pattern=r"([01]\d|2[0-3]):[0-5]\d"), "timezone": string()}),
    "datetimepicker": shape({**ACTED, "focus_on_load": boolean, "initial_date_time": whole(10**9, 10**10 - 1)}),
    "checkboxes": also(
        shape({**ACTED, "options": _TEN, "initial_options": _TEN, "focus_on_load": boolean}, needs=("options",)),
        _options_agree,
    ),
    "radio_buttons": also(
        shape({**ACTED, "options": _TEN, "initial_option": CHOICE, "focus_on_load": boolean}, needs=("options",)),
        _options_agree,
    ),
    **SELECTS,
}


def _lengths_agree(path: str, value: Any) -> Iterator[Finding]:
    """A text box that wants more than it takes, or starts with more than it takes."""
    if not isinstance(value, Mapping):
        return
    least, most, first = value.get("min_length"), value.get("max_length"), value.get("initial_value")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        yield Finding(path, f"wants at least {least} and at most {most} characters")
    if isinstance(first, str) and isinstance(most, int) and len(first) > most:
        yield Finding(under(path, "initial_value"), f"has {len(first)} characters; max_length is {most}")


_LINE: Final[Mapping[str, Check]] = {**TYPED, "initial_value": string(), "dispatch_action_config": DISPATCH}
INPUTS: Final[Mapping[str, Check]] = {
    "plain_text_input": also(
        shape(
            {
                **_LINE,
                "initial_value": string(3000, least=0),
                "multiline": boolean,
                "min_length": whole(0, 3000),
                "max_length": whole(1, 3000),
            }
        ),
        _lengths_agree,
    ),
    "email_text_input": shape(_LINE),
    "url_text_input": shape(_LINE),
    "number_input": shape(
        {**_LINE, "is_decimal_allowed": boolean, "min_value": string(), "max_value": string()},
        needs=("is_decimal_allowed",),
    ),
    "rich_text_input": shape({**_LINE, "initial_value": anything}),
    "file_input": shape({"action_id": ID, "filetypes": listed(string()), "max_files": whole(1, 10)}),
    **{name: check for name, check in WIDGETS.items() if name not in ("button", "workflow_button", "overflow")},
}

ACTIONS: Final[Mapping[str, Check]] = {**WIDGETS, "rich_text_input": INPUTS["rich_text_input"]}
ACCESSORIES: Final[Mapping[str, Check]] = {**WIDGETS, "image": IMAGE}
CONTEXT: Final[Mapping[str, Check]] = {"image": IMAGE, "plain_text": text(3000), "mrkdwn": text(3000)}
CONTEXT_ACTIONS: Final[Mapping[str, Check]] = {
    "feedback_buttons": shape(
        {"action_id": ID, "positive_button": FEEDBACK, "negative_button": FEEDBACK},
        needs=("positive_button", "negative_button"),
    ),
    "icon_button": shape(
        {
            **ACTED,
            "icon": string(choices=("trash",)),
            "text": PLAIN_75,
            "value": string(2000),
            "accessibility_label": string(75),
            "visible_to_user_ids": listed(string()),
        },
        needs=("icon", "text"),
    ),
}

_STYLE: Final = shape(
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean)
)


def _no_broadcast(path: str, value: Any) -> Iterator[Finding]:
    yield from calls_nobody(path, f"<!{value.get('range')}>")


def _part(fields: Mapping[str, Check], needs: tuple[str, ...]) -> Check:
    return shape({**fields, "style": _STYLE}, needs)


PARTS: Final[Mapping[str, Check]] = {
    "text": _part({"text": string()}, ("text",)),
    "link": _part({"url": URL, "text": string(), "unsafe": boolean}, ("url",)),
    "emoji": _part({"name": string(), "skin_tone": whole(1, 6), "unicode": string(), "url": URL}, ("name",)),
    "user": _part({"user_id": string()}, ("user_id",)),
    "usergroup": _part({"usergroup_id": string()}, ("usergroup_id",)),
    "channel": _part({"channel_id": string()}, ("channel_id",)),
    "team": _part({"team_id": string()}, ("team_id",)),
    "color": _part({"value": string()}, ("value",)),
    "date": _part(
        {"timestamp": whole(), "format": string(), "url": URL, "fallback": string()}, ("timestamp", "format")
    ),
    "broadcast": also(_part({"range": string(choices=("here", "channel", "everyone"))}, ("range",)), _no_broadcast),
}
_PARTS: Final = listed(by_type(PARTS, "rich text part"))
_SECTION: Final = shape({"elements": _PARTS}, needs=("elements",))
_PLAIN: Final = {name: PARTS[name] for name in ("text", "link")}

RICH_TEXT: Final[Mapping[str, Check]] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": shape({"elements": _PARTS, "border": whole(0, 1)}, needs=("elements",)),
    "rich_text_preformatted": shape(
        {"elements": listed(by_type(_PLAIN, "preformatted part")), "border": whole(0, 1), "language": string()},
        needs=("elements",),
    ),
    "rich_text_list": shape(
        {
            "elements": listed(by_type({"rich_text_section": _SECTION}, "list item")),
            "style": string(choices=("bullet", "ordered")),
            "indent": whole(0, 8),
            "offset": whole(0),
            "border": whole(0, 1),
        },
        needs=("elements", "style"),
    ),
}
