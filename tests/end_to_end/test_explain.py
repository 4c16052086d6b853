"""``overheard explain`` from outside: mentions, remarks of one's own, corrections, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.command_line import Home

KEYS = {
    *("id", "text", "language", "supported", "rating", "reader", "words", "left_out_together"),
    *("cues", "tasks", "notes"),
}
TASK_KEYS = {
    *("value", "chance", "by", "temperature", "top", "stored", "for", "against", "largest_drop"),
    *("rating", "nearly"),
}
TASKS = ["stage", "intent", "sentiment", "effort", "touchpoint"]
FAST = ("--mode", "fast")


def a_mention(home: Home) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(home.good("search", "parcel", "-k", "1", "--json"))
    return found[0]


def explained(home: Home, *arguments: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(home.good("explain", *arguments, "--json"))
    assert set(made) == KEYS
    for why in made["tasks"].values():
        assert set(why) == TASK_KEYS
        flip = why["nearly"] and why["nearly"]["without"]
        for span in (*why["for"], why["against"], flip):
            assert span is None or made["text"][span["start"] : span["end"]] == span["text"]
    return made


def test_a_mention_is_explained_with_what_is_stored_of_it(filled: Home) -> None:
    mention = a_mention(filled)
    made = explained(filled, mention["mention_id"])
    assert (made["id"], made["text"], made["language"]) == (mention["mention_id"], mention["text"], "en")
    assert list(made["tasks"]) == TASKS
    for task, why in made["tasks"].items():
        assert why["stored"]["value"] == why["value"] == mention[task] == why["top"][0]["value"]
        assert why["stored"]["score"] == pytest.approx(why["chance"], abs=0.02)
        assert (why["stored"]["person"], why["stored"]["outdated"]) == (None, False)
        assert why["stored"]["by"] == why["by"]
    [cue] = made["cues"]
    assert (cue["task"], cue["value"], cue["text"]) == ("touchpoint", "delivery", "parcel")
    shown = filled.good("explain", mention["mention_id"])
    assert shown.count(mention["text"]) == 1
    assert "“\u2068parcel\u2069” speaks for delivery" in shown


def test_a_correction_is_told_with_who_said_it(filled: Home) -> None:
    mention = a_mention(filled)
    value = "loyalty" if mention["stage"] != "loyalty" else "awareness"
    filled.good("label", mention["mention_id"], f"stage={value}", "--by", "dana")
    why = explained(filled, mention["mention_id"], "--task", "stage")["tasks"]["stage"]
    assert (why["stored"]["value"], why["stored"]["person"], why["value"]) == (value, "dana", mention["stage"])
    assert "a correction by \u2068dana\u2069" in filled.good("explain", mention["mention_id"])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my card was declined at the checkout", "en"),
        ("הכרטיס נדחה בקופה", "he"),
        ("درگاه پرداخت کارتم رو رد کرد", "fa"),
    ],
)
def test_any_remark_is_explained_in_three_languages(home: Home, text: str, language: str) -> None:
    made = explained(home, *FAST, "--text", text, "--rating", "0.2", "--task", "touchpoint", "--task", "sentiment")
    assert (made["id"], made["language"], made["supported"], made["rating"]) == (None, language, True, 0.2)
    assert list(made["tasks"]) == ["sentiment", "touchpoint"]
    assert made["tasks"]["touchpoint"]["value"] == "checkout"
    assert made["tasks"]["sentiment"]["rating"]["drop"] > 0
    assert made["tasks"]["sentiment"]["stored"] is None
    assert {cue["value"] for cue in made["cues"]} == {"checkout"}
    shown = home.good("explain", *FAST, "--text", text)
    assert shown.startswith(f"\u2068{text}\u2069  [{language} · ")
    assert explained(home, *FAST, "--text", text) == explained(home, *FAST, "--text", text)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("", "no words to leave out"),
        ("das ist wirklich ein sehr schlechtes Produkt", "no labels are given in this language (de)"),
        ("it came late and " * 2_500, "at a time"),
        ("😡", None),
    ],
    ids=["empty", "German", "10,000 words", "emoji only"],
)
def test_odd_remarks_are_explained_with_a_note(home: Home, text: str, note: str | None) -> None:
    made = explained(home, *FAST, "--text", text, "--task", "sentiment")
    assert [note in one for one in made["notes"]] == ([True] if note else [])
    shown = home.good("explain", *FAST, "--text", text)
    assert note is None or f"note: {made['notes'][0]}" in shown
    assert len(shown) < 5_000


def test_a_language_may_be_said(home: Home) -> None:
    made = explained(home, *FAST, "--text", "ok", "--language", "HE")
    assert (made["language"], made["reader"][:5]) == ("he", "fast-")


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("shop:1", "--text", "x"), ("nothing-like-it",), ("shop",), ("shop:1#0", "--rating", "0.5"),
        ("shop:1#0", "--language", "he"), ("--text", "x", "--task", "colour"), ("--text", "x", "--mode", "slow"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_a_hint(filled: Home, arguments: tuple[str, ...]) -> None:
    filled.refused("explain", *arguments)


def test_a_rating_beyond_its_range_is_wrong_usage(home: Home) -> None:
    assert home.run("explain", "--text", "x", "--rating", "5").returncode == 2
