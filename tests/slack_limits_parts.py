"""Parts of Slack payloads, right ones, for tests of limits."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def message(*blocks: Json, **more: Any) -> Json:
    return {"channel": "C1", "text": "words", "blocks": list(blocks), **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(number: int = 0, **more: Any) -> Json:
    return {"text": plain("one"), "value": str(number), **more}


def menu(kind: str = "static_select", **more: Any) -> Json:
    return {"type": kind, "action_id": "pick", "placeholder": plain("Pick"), "options": [option()], **more}


def options(count: int) -> list[Json]:
    return [option(number) for number in range(count)]


def asked(element: Json | None = None, **more: Any) -> Json:
    box = {"type": "plain_text_input", "action_id": "typed"}
    return {"type": "input", "block_id": "b", "label": plain("Why"), "element": element or box, **more}


def typed(**more: Any) -> Json:
    return asked({"type": "plain_text_input", "action_id": "typed", **more})


def modal(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "title": plain("Title"), "submit": plain("Send"), "blocks": list(blocks), **more}
    return {"trigger_id": "1", "view": view}


def home(*blocks: Json) -> Json:
    return {"user_id": "U1", "view": {"type": "home", "blocks": list(blocks)}}


def divider(count: int) -> list[Json]:
    return [{"type": "divider"} for _ in range(count)]


def words(count: int) -> str:
    return "x" * count


def cell(text: str = "a") -> Json:
    return {"type": "raw_text", "text": text}


def grid(rows: int, columns: int, text: str = "a") -> list[list[Json]]:
    return [[cell(text) for _ in range(columns)] for _ in range(rows)]


def table(rows: int = 2, columns: int = 2, **more: Any) -> Json:
    return {"type": "table", "rows": grid(rows, columns), **more}


def data_table(rows: int = 2, columns: int = 2, **more: Any) -> Json:
    return {"type": "data_table", "caption": "Themes", "rows": grid(rows, columns), **more}


def chart(series: int = 1, categories: int = 2, kind: str = "bar", label: str = "c", **more: Any) -> Json:
    names = [f"{label}{number}" for number in range(categories)]
    points = [{"label": name, "value": 1.5} for name in names]
    drawn = [{"name": f"s{number}", "data": list(points)} for number in range(series)]
    plotted = {"type": kind, "series": drawn, "axis_config": {"categories": names}}
    return {"type": "data_visualization", "title": "Mentions", "chart": plotted, **more}


def pie(segments: int = 2, value: float = 1) -> Json:
    parts = [{"label": f"p{number}", "value": value} for number in range(segments)]
    return {"type": "data_visualization", "title": "Share", "chart": {"type": "pie", "segments": parts}}


def confirm(**more: Any) -> Json:
    return {"title": plain("Sure?"), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No"), **more}


def rich(*parts: Json, kind: str = "rich_text_section", **more: Any) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(parts), **more}]}


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart", **more}


def feedback(**more: Any) -> Json:
    sides = {
        "positive_button": {"text": plain("Good"), "value": "1"},
        "negative_button": {"text": plain("Bad"), "value": "0"},
    }
    return {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "fb", **sides, **more}]}


def card(**more: Any) -> Json:
    return {"type": "card", "title": plain("Theme"), **more}


def prompts(count: int) -> Json:
    return {"channel_id": "D1", "prompts": [{"title": "a", "message": "b"}] * count}
