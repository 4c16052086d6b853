"""What stands on a person's screen in the fake Slack, and pressing it."""

from __future__ import annotations

import json
from typing import Any

from tests.slack_bot import Office


def elements(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """Every element of a message or view that can be pressed."""
    found = [element for block in shown["blocks"] for element in block.get("elements") or ()]
    found += [block["accessory"] for block in shown["blocks"] if block.get("accessory")]
    return [one for one in found if one.get("action_id")]


def value_of(shown: dict[str, Any], action_id: str) -> dict[str, Any]:
    """What a button of ours carries."""
    found: dict[str, Any] = json.loads(next(one["value"] for one in elements(shown) if one["action_id"] == action_id))
    return found


def texts(shown: Any) -> str:
    """All that people read in a message or view, as one text."""
    return json.dumps(shown, ensure_ascii=False)


def press(cx: Office, user: str, message: dict[str, Any], action_id: str, channel: str, **more: Any) -> None:
    """Press a button of a message; it is acknowledged."""
    assert cx.fake.press(user, message["ts"], action_id, channel=channel, **more).acked


def told(cx: Office, user: str, words: str) -> dict[str, Any]:
    """What somebody alone was told, as soon as it holds some words."""
    found: dict[str, Any] = cx.fake.wait_until(
        lambda: next((one for one in reversed(cx.fake.ephemerals(user)) if words in texts(one)), None)
    )
    return found


def filled(cx: Office, user: str, words: str) -> dict[str, Any]:
    """The modal on somebody's screen, as soon as it holds some words."""
    found: dict[str, Any] = cx.fake.wait_until(
        lambda: (shown := cx.fake.modal(user)) and words in texts(shown) and shown
    )
    return found
