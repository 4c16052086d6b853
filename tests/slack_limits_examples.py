"""Payloads that Slack refuses, or that this project wants nobody to send; and payloads that are fine."""

from __future__ import annotations

from tests.slack_limits_parts import (
    Json,
    actions,
    asked,
    button,
    card,
    cell,
    chart,
    data_table,
    divider,
    feedback,
    grid,
    home,
    image,
    menu,
    message,
    modal,
    mrkdwn,
    option,
    options,
    pie,
    plain,
    rich,
    typed,
    words,
)

WRONG: dict[str, tuple[str, Json]] = {
    "an unknown block": ("chat.postMessage", message({"type": "sectoin", "text": plain("a")})),
    "a block without a type": ("chat.postMessage", message({"text": plain("a")})),
    "an unknown key of a block": ("chat.postMessage", message({"type": "divider", "style": "bold"})),
    "an unknown key of an element": ("chat.postMessage", message(actions(button(colour="red")))),
    "an unknown key of a text": ("chat.postMessage", message({"type": "header", "text": plain("a") | {"size": 2}})),
    "blocks that are no list": ("chat.postMessage", {"text": "a", "blocks": {"type": "divider"}}),
    "an empty section": ("chat.postMessage", message({"type": "section"})),
    "an empty text": ("chat.postMessage", message({"type": "section", "text": mrkdwn("")})),
    "a blank text": ("chat.postMessage", message({"type": "section", "text": mrkdwn(" \n")})),
    "a header in mrkdwn": ("chat.postMessage", message({"type": "header", "text": mrkdwn("a")})),
    "a button in mrkdwn": ("chat.postMessage", message(actions(button(text=mrkdwn("a"))))),
    "a number for a text": ("chat.postMessage", message({"type": "header", "text": {"type": "plain_text", "text": 5}})),
    "no actions": ("chat.postMessage", message(actions())),
    "no context": ("chat.postMessage", message({"type": "context", "elements": []})),
    "a button in a context": ("chat.postMessage", message({"type": "context", "elements": [button()]})),
    "an image without words": ("chat.postMessage", message({"type": "image", "image_url": "https://a/b.png"})),
    "an image without an address": ("chat.postMessage", message({"type": "image", "alt_text": "a"})),
    "a style that is none": ("chat.postMessage", message(actions(button(style="green")))),
    "one block_id twice": ("chat.postMessage", message(*[{"type": "divider", "block_id": "same"}] * 2)),
    "one action_id twice in a block": ("chat.postMessage", message(actions(button(), button()))),
    "no text": ("chat.postMessage", {"blocks": divider(1)}),
    "a blank message": ("chat.update", {"text": "  ", "blocks": divider(1)}),
    "no text in an answer": ("response_url", {"blocks": divider(1), "replace_original": True}),
    "markdown_text beside text": ("chat.postMessage", {"text": "a", "markdown_text": "b"}),
    "everyone called in text": ("chat.postMessage", {"text": "hello <!here>"}),
    "everyone called in a section": (
        "chat.postMessage",
        message({"type": "section", "text": mrkdwn("<!channel|all> hi")}),
    ),
    "everyone called in markdown": ("chat.appendStream", {"markdown_text": "<!everyone>"}),
    "everyone called in rich text": ("chat.postMessage", message(rich({"type": "broadcast", "range": "here"}))),
    "everyone called by name": ("chat.postMessage", {"text": "psst @here", "link_names": True}),
    "everyone called beside a file": ("files.completeUploadExternal", {"files": [], "initial_comment": "<!here>"}),
    "half a character": ("chat.postMessage", {"text": "a\ud83d"}),
    "half a character in a block": ("chat.postMessage", message({"type": "section", "text": mrkdwn("\udc00")})),
    "a control character": ("chat.postMessage", {"text": "bell \x07"}),
    "select options twice": ("chat.postMessage", message(actions(menu(options=[option(), option()])))),
    "a select without options": ("chat.postMessage", message(actions({"type": "static_select", "action_id": "a"}))),
    "a choice that is not offered": ("chat.postMessage", message(actions(menu(initial_option=option(9))))),
    "a date that is none": ("chat.postMessage", message(actions({"type": "datepicker", "initial_date": "22.11.2026"}))),
    "a time that is none": ("chat.postMessage", message(actions({"type": "timepicker", "initial_time": "24:00"}))),
    "an empty overflow": ("chat.postMessage", message(actions({"type": "overflow", "action_id": "o", "options": []}))),
    "a modal without a title": ("views.open", {"view": {"type": "modal", "blocks": []}}),
    "a modal of inputs without submit": (
        "views.open",
        {"view": {"type": "modal", "title": plain("a"), "blocks": [asked()]}},
    ),
    "a view of no kind": ("views.open", {"view": {"type": "panel", "blocks": []}}),
    "a chart in a modal": ("views.open", modal(chart())),
    "markdown in a home tab": ("views.publish", home({"type": "markdown", "text": "a"})),
    "an alert in a message": ("chat.postMessage", message({"type": "alert", "text": plain("a")})),
    "a box that wants more than it takes": ("views.open", modal(typed(min_length=9, max_length=3))),
    "a view of 250 kB": ("views.open", modal(*[{"type": "section", "text": mrkdwn(words(2999))}] * 90)),
    "a table cell of no kind": (
        "chat.postMessage",
        message({"type": "table", "rows": [[{"type": "mrkdwn", "text": "a"}]]}),
    ),
    "an empty table cell": ("chat.postMessage", message({"type": "table", "rows": [[cell("")]]})),
    "a number cell without its words": (
        "chat.postMessage",
        message({"type": "table", "rows": [[{"type": "raw_number", "value": 1}]]}),
    ),
    "a number cell of no number": (
        "chat.postMessage",
        message({"type": "table", "rows": [[{"type": "raw_number", "value": float("nan"), "text": "a"}]]}),
    ),
    "column settings on a data table": ("chat.postMessage", message(data_table(column_settings=[None]))),
    "a data table without a caption": ("chat.postMessage", message({"type": "data_table", "rows": grid(2, 2)})),
    "a data table of a header alone": ("chat.postMessage", message(data_table(rows=1))),
    "a data table of uneven rows": (
        "chat.postMessage",
        message({"type": "data_table", "caption": "c", "rows": [*grid(1, 2), *grid(1, 3)]}),
    ),
    "a data table with a rich header": (
        "chat.postMessage",
        message({"type": "data_table", "caption": "c", "rows": [[rich({"type": "text", "text": "a"})], [cell()]]}),
    ),
    "a data table of pages of none": ("chat.postMessage", message(data_table(page_size=0))),
    "a chart of no kind": ("chat.postMessage", message(chart(kind="radar"))),
    "a chart without a title": ("chat.postMessage", message(chart() | {"title": ""})),
    "a chart with a hole": (
        "chat.postMessage",
        message(
            {
                "type": "data_visualization",
                "title": "t",
                "chart": {
                    "type": "line",
                    "series": [{"name": "s", "data": [{"label": "a", "value": 1}]}],
                    "axis_config": {"categories": ["a", "b"]},
                },
            }
        ),
    ),
    "a chart with a point too many": (
        "chat.postMessage",
        message(
            {
                "type": "data_visualization",
                "title": "t",
                "chart": {
                    "type": "line",
                    "series": [{"name": "s", "data": [{"label": "a", "value": 1}] * 2}],
                    "axis_config": {"categories": ["a"]},
                },
            }
        ),
    ),
    "a chart of no number": (
        "chat.postMessage",
        message(
            {
                "type": "data_visualization",
                "title": "t",
                "chart": {
                    "type": "line",
                    "series": [{"name": "s", "data": [{"label": "a", "value": float("inf")}]}],
                    "axis_config": {"categories": ["a"]},
                },
            }
        ),
    ),
    "two series of one name": (
        "chat.postMessage",
        message(
            {
                "type": "data_visualization",
                "title": "t",
                "chart": {
                    "type": "bar",
                    "series": [{"name": "s", "data": [{"label": "a", "value": 1}]}] * 2,
                    "axis_config": {"categories": ["a"]},
                },
            }
        ),
    ),
    "a pie of nothing": ("chat.postMessage", message(pie(value=0))),
    "rich text of no part": ("chat.postMessage", message({"type": "rich_text", "elements": []})),
    "a rich list without a style": (
        "chat.postMessage",
        message(
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}],
                    }
                ],
            }
        ),
    ),
    "an unknown rich part": ("chat.postMessage", message(rich({"type": "bold", "text": "a"}))),
    "an empty rich part": ("chat.postMessage", message(rich({"type": "text", "text": ""}))),
    "an unknown chunk": ("chat.appendStream", {"chunks": [{"type": "text", "text": "a"}]}),
    "a task of no state": (
        "chat.appendStream",
        {"chunks": [{"type": "task_update", "id": "1", "title": "a", "status": "done"}]},
    ),
    "a prompt without a message": ("assistant.threads.setSuggestedPrompts", {"prompts": [{"title": "a"}]}),
    "errors of a form that name nothing": ("response_action", {"response_action": "errors", "errors": {}}),
    "an update of a form without a view": ("response_action", {"response_action": "update"}),
    "a card in an unfurl that is wrong": ("chat.unfurl", {"unfurls": {"https://a": {"blocks": [{"type": "header"}]}}}),
}

ALL_INPUTS: list[Json] = [
    {
        "type": "plain_text_input",
        "action_id": "a",
        "multiline": True,
        "min_length": 0,
        "max_length": 10,
        "initial_value": "",
    },
    {"type": "number_input", "action_id": "a", "is_decimal_allowed": False},
    {"type": "email_text_input", "action_id": "a"},
    {"type": "url_text_input", "action_id": "a"},
    {"type": "datepicker", "action_id": "a", "initial_date": "2026-11-22"},
    {"type": "timepicker", "action_id": "a", "initial_time": "09:00", "timezone": "Asia/Tehran"},
    menu(initial_option=option()),
    {"type": "checkboxes", "action_id": "a", "options": options(3), "initial_options": [option(1)]},
    {"type": "radio_buttons", "action_id": "a", "options": options(2)},
    {"type": "conversations_select", "action_id": "a", "default_to_current_conversation": True},
    {"type": "multi_users_select", "action_id": "a"},
    {"type": "file_input", "action_id": "a", "max_files": 2},
]

RIGHT: dict[str, tuple[str, Json]] = {
    "all kinds of blocks": (
        "chat.postMessage",
        message(
            {"type": "header", "text": plain("Top pains")},
            {"type": "section", "text": mrkdwn("*34* of 212 &lt;a&gt;"), "accessory": button()},
            {"type": "divider"},
            {"type": "context", "elements": [mrkdwn("a"), plain("b"), image()]},
            actions(button(), menu()),
            feedback(),
            {"type": "markdown", "text": "**a**"},
            rich(
                {"type": "text", "text": "a", "style": {"bold": True}},
                {"type": "link", "url": "https://a"},
                {"type": "user", "user_id": "U1"},
            ),
            image(),
            data_table(3, 3),
            chart(2, 4),
            pie(),
            {
                "type": "plan",
                "title": "Steps",
                "tasks": [{"type": "task_card", "task_id": "1", "title": "Count", "status": "complete"}],
            },
            card(),
            {"type": "file", "external_id": "a", "source": "remote"},
        ),
    ),
    "an own person called": ("chat.postMessage", {"text": "for <@U1> in <#C1>"}),
    "escaped words": ("chat.postMessage", {"text": "&lt;!here&gt; &amp; so on"}),
    "an at-sign without linking": ("chat.postMessage", {"text": "mail me @here"}),
    "Hebrew, Persian and emoji": (
        "chat.postMessage",
        message({"type": "section", "text": mrkdwn("\u200fהתשלום \u2068Pay\u2069 نشد 😀👩\u200d👧")}),
    ),
    "an original deleted": ("response_url", {"delete_original": True}),
    "a modal of all inputs": (
        "views.open",
        modal(*[asked(element, block_id=f"b{index}") for index, element in enumerate(ALL_INPUTS)]),
    ),
    "a home tab": ("views.publish", home({"type": "header", "text": plain("a")}, actions(button()))),
    "a stream": (
        "chat.appendStream",
        {
            "chunks": [
                {"type": "markdown_text", "text": "a"},
                {"type": "task_update", "id": "1", "title": "a", "status": "in_progress"},
                {"type": "plan_update", "title": "b"},
            ]
        },
    ),
    "errors of a form": ("response_action", {"response_action": "errors", "errors": {"b": "Say more."}}),
    "a form cleared": ("response_action", {"response_action": "clear"}),
    "a method without limits": ("users.info", {"user": "U1"}),
}
