"""Payloads at each of Slack's limits, and the same payloads one beyond it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.slack_limits_parts import (
    Json,
    actions,
    asked,
    button,
    card,
    cell,
    chart,
    confirm,
    data_table,
    divider,
    feedback,
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
    prompts,
    rich,
    table,
    typed,
    words,
)


@dataclass(frozen=True)
class Limit:
    """A payload made for a size: ``most`` is right and ``most + step`` is not."""

    name: str
    make: Callable[[int], Json]
    most: int
    method: str = "chat.postMessage"
    step: int = 1


LIMITS: Sequence[Limit] = (
    Limit("blocks of a message", lambda n: message(*divider(n)), 50),
    Limit("blocks of a modal", lambda n: modal(*divider(n)), 100, "views.open"),
    Limit("blocks of a home tab", lambda n: home(*divider(n)), 100, "views.publish"),
    Limit("blocks of an ephemeral message", lambda n: message(*divider(n)), 50, "chat.postEphemeral"),
    Limit("blocks of an update", lambda n: message(*divider(n)), 50, "chat.update"),
    Limit("blocks of a response", lambda n: message(*divider(n)), 50, "response_url"),
    Limit("blocks at a stream's end", lambda n: {"blocks": divider(n)}, 50, "chat.stopStream"),
    Limit(
        "blocks of a chunk", lambda n: {"chunks": [{"type": "blocks", "blocks": divider(n)}]}, 50, "chat.appendStream"
    ),
    Limit("text of a message", lambda n: {"text": words(n)}, 40_000),
    Limit("text of an update", lambda n: {"text": words(n)}, 4_000, "chat.update"),
    Limit("markdown_text of a message", lambda n: {"markdown_text": words(n)}, 12_000),
    Limit("markdown_text of a stream", lambda n: {"markdown_text": words(n)}, 12_000, "chat.appendStream"),
    Limit(
        "markdown of a chunk",
        lambda n: {"chunks": [{"type": "markdown_text", "text": words(n)}]},
        12_000,
        "chat.appendStream",
    ),
    Limit("attachments", lambda n: {"text": "a", "attachments": [{}] * n}, 100),
    Limit("section text", lambda n: message({"type": "section", "text": mrkdwn(words(n))}), 3000),
    Limit(
        "section text in a modal", lambda n: modal({"type": "section", "text": mrkdwn(words(n))}), 3000, "views.open"
    ),
    Limit("section fields", lambda n: message({"type": "section", "fields": [mrkdwn("a")] * n}), 10),
    Limit("section field text", lambda n: message({"type": "section", "fields": [mrkdwn(words(n))]}), 2000),
    Limit("header text", lambda n: message({"type": "header", "text": plain(words(n))}), 150),
    Limit("context elements", lambda n: message({"type": "context", "elements": [mrkdwn("a")] * n}), 10),
    Limit("actions", lambda n: message(actions(*[button(action_id=f"a{i}") for i in range(n)])), 25),
    Limit(
        "context actions",
        lambda n: message(
            {
                "type": "context_actions",
                "elements": feedback()["elements"]
                + [
                    {"type": "icon_button", "icon": "trash", "text": plain("Remove"), "action_id": f"r{i}"}
                    for i in range(n - 1)
                ],
            }
        ),
        5,
    ),
    Limit(
        "feedback button text", lambda n: message(feedback(positive_button={"text": plain(words(n)), "value": "1"})), 75
    ),
    Limit(
        "feedback button value",
        lambda n: message(feedback(negative_button={"text": plain("a"), "value": words(n)})),
        2000,
    ),
    Limit("markdown block", lambda n: message({"type": "markdown", "text": words(n)}), 12_000),
    Limit("markdown blocks together", lambda n: message(*[{"type": "markdown", "text": words(n)}] * 2), 6_000),
    Limit("button text", lambda n: message(actions(button(text=plain(words(n))))), 75),
    Limit("button value", lambda n: message(actions(button(value=words(n)))), 2000),
    Limit("button url", lambda n: message(actions(button(url=words(n)))), 3000),
    Limit("button label", lambda n: message(actions(button(accessibility_label=words(n)))), 75),
    Limit("action_id", lambda n: message(actions(button(action_id=words(n)))), 255),
    Limit("block_id", lambda n: message(actions(button(), block_id=words(n))), 255),
    Limit("confirm title", lambda n: message(actions(button(confirm=confirm(title=plain(words(n)))))), 100),
    Limit("confirm text", lambda n: message(actions(button(confirm=confirm(text=mrkdwn(words(n)))))), 300),
    Limit("confirm yes", lambda n: message(actions(button(confirm=confirm(confirm=plain(words(n)))))), 30),
    Limit("confirm no", lambda n: message(actions(button(confirm=confirm(deny=plain(words(n)))))), 30),
    Limit("select options", lambda n: message(actions(menu(options=options(n)))), 100),
    Limit("option text", lambda n: message(actions(menu(options=[option(text=plain(words(n)))]))), 75),
    Limit("option value", lambda n: message(actions(menu(options=[option(value=words(n))]))), 150),
    Limit("option description", lambda n: message(actions(menu(options=[option(description=plain(words(n)))]))), 75),
    Limit(
        "option groups",
        lambda n: message(
            actions(
                {
                    "type": "static_select",
                    "action_id": "a",
                    "option_groups": [{"label": plain("g"), "options": [option(i)]} for i in range(n)],
                }
            )
        ),
        100,
    ),
    Limit(
        "option group label",
        lambda n: message(
            actions(
                {
                    "type": "static_select",
                    "action_id": "a",
                    "option_groups": [{"label": plain(words(n)), "options": [option()]}],
                }
            )
        ),
        75,
    ),
    Limit("placeholder", lambda n: message(actions(menu(placeholder=plain(words(n))))), 150),
    Limit(
        "overflow options", lambda n: message(actions({"type": "overflow", "action_id": "o", "options": options(n)})), 5
    ),
    Limit(
        "checkboxes",
        lambda n: modal(asked({"type": "checkboxes", "action_id": "c", "options": options(n)})),
        10,
        "views.open",
    ),
    Limit(
        "radio buttons",
        lambda n: modal(asked({"type": "radio_buttons", "action_id": "c", "options": options(n)})),
        10,
        "views.open",
    ),
    Limit("modal title", lambda n: modal(asked(), title=plain(words(n))), 24, "views.open"),
    Limit("modal submit", lambda n: modal(asked(), submit=plain(words(n))), 24, "views.update"),
    Limit("modal close", lambda n: modal(asked(), close=plain(words(n))), 24, "views.push"),
    Limit("private_metadata", lambda n: modal(asked(), private_metadata=words(n)), 3000, "views.open"),
    Limit("callback_id", lambda n: modal(asked(), callback_id=words(n)), 255, "views.open"),
    Limit("external_id", lambda n: modal(asked(), external_id=words(n)), 255, "views.open"),
    Limit("input label", lambda n: modal(asked(label=plain(words(n)))), 2000, "views.open"),
    Limit("input hint", lambda n: modal(asked(hint=plain(words(n)))), 2000, "views.open"),
    Limit("input max_length", lambda n: modal(typed(max_length=n)), 3000, "views.open"),
    Limit("input min_length", lambda n: modal(typed(min_length=n)), 3000, "views.open"),
    Limit("input initial_value", lambda n: modal(typed(initial_value=words(n))), 3000, "views.open"),
    Limit("image url", lambda n: message(image(image_url=words(n))), 3000),
    Limit("image alt text", lambda n: message(image(alt_text=words(n))), 2000),
    Limit("image title", lambda n: message(image(title=plain(words(n)))), 2000),
    Limit("table rows", lambda n: message(table(rows=n)), 100),
    Limit("table columns", lambda n: message(table(columns=n)), 20),
    Limit("table column settings", lambda n: message(table(column_settings=[None] * n)), 20),
    Limit("tables", lambda n: message(*[table()] * n), 1),
    Limit(
        "characters in tables",
        lambda n: message(
            table(2, 1),
            data_table(2, 1),
            {"type": "data_table", "caption": "c", "rows": [[cell()], [cell(words(n - 5))]]},
        ),
        10_000,
    ),
    Limit("data table rows", lambda n: message(data_table(rows=n)), 101),
    Limit("data table columns", lambda n: message(data_table(columns=n)), 20),
    Limit("data table page size", lambda n: message(data_table(page_size=n)), 100),
    Limit("data table row header", lambda n: message(data_table(row_header_column_index=n)), 1),
    Limit("charts", lambda n: message(*[chart()] * n), 2),
    Limit("chart title", lambda n: message(chart() | {"title": words(n)}), 50),
    Limit("chart series", lambda n: message(chart(series=n)), 12),
    Limit("chart categories", lambda n: message(chart(categories=n)), 20),
    Limit("chart category length", lambda n: message(chart(label=words(n - 1))), 20),
    Limit("pie segments", lambda n: message(pie(n)), 12),
    Limit("suggested prompts", prompts, 4, "assistant.threads.setSuggestedPrompts"),
    Limit(
        "loading messages", lambda n: {"status": "a", "loading_messages": ["b"] * n}, 10, "assistant.threads.setStatus"
    ),
    Limit("card title", lambda n: message(card(title=plain(words(n)))), 150),
    Limit("card body", lambda n: message(card(body=mrkdwn(words(n)))), 200),
    Limit("card actions", lambda n: message(card(actions=[button(action_id=f"a{i}") for i in range(n)])), 3),
    Limit("carousel", lambda n: message({"type": "carousel", "elements": [card()] * n}), 10),
    Limit("alert text", lambda n: modal({"type": "alert", "text": plain(words(n))}), 200, "views.open"),
    Limit(
        "container children",
        lambda n: message({"type": "container", "title": plain("t"), "child_blocks": divider(n)}),
        10,
    ),
    Limit(
        "rich text border", lambda n: message(rich({"type": "text", "text": "a"}, kind="rich_text_quote", border=n)), 1
    ),
)
