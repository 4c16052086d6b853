"""``overheard eval`` as people run it: own sets, hard cases, other languages, floors, and what it refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.command_line import Home, lines

FAST = ("eval", "--mode", "fast")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    rows = [{"text": f"My card was declined at the checkout, try {n}", "language": "en", "stage": "purchase",
             "sentiment": "negative"} for n in range(6)]  # fmt: skip
    path.write_text(lines(*rows, {"text": "תודה", "intent": "gratitude\u202e\u001b[2J"}), encoding="utf-8")
    return path


def test_a_set_of_ones_own_is_measured_and_its_rejects_are_told(home: Home, mine: Path) -> None:
    said = home.good(*FAST, "--set", mine, "--detail")
    assert "6 rows, 1 rejected" in said
    assert "mine.jsonl:7: there is no intent" in said
    assert "\u202e" not in said
    assert "\u001b" not in said
    assert "precision" not in home.good(*FAST, "--set", mine)
    assert "recall" in said
    told = json.loads(home.good(*FAST, "--set", mine, "--json"))
    assert (told["mode"], told["set"], told["rows"], len(told["rejects"])) == ("fast", str(mine), 6, 1)
    assert {(one["task"], one["language"]) for one in told["scores"]} == {
        (task, language) for task in ("stage", "sentiment") for language in ("en", "all")
    }
    assert home.good(*FAST, "--set", mine) == home.good(*FAST, "--set", mine)


def test_hard_cases_are_counted_by_phenomenon_and_kept_by_floors(home: Home) -> None:
    told = json.loads(home.good(*FAST, "--stress", "--check", "--json"))
    assert told["missed"] == []
    assert told["cases"] == 360
    assert len(told["failed"]) == 360 - told["passed"]
    said = home.good(*FAST, "--stress", "--detail")
    assert "question-as-complaint" in said
    assert "\u2068" in said, "customers' words stand between isolates"


def test_other_languages_are_measured_as_answered_and_as_asked(home: Home) -> None:
    told = json.loads(home.good(*FAST, "--languages", "--json"))
    assert {one["product"]["language"] for one in told["scores"]} == {"es", "de", "fr", "ar", "ru", "all"}
    assert {one["value"] for score in told["scores"] for one in score["product"]["classes"] if one["given"]} == {
        "none",
        "neutral",
    }


def test_what_cannot_be_measured_is_refused_in_two_lines(home: Home, mine: Path, tmp_path: Path) -> None:
    nothing = {**os.environ, "OVERHEARD_SHARED": str(tmp_path / "nothing")}
    assert "cannot be read" in home.refused("eval", env=nothing)
    assert "cannot be read" in home.refused("eval", "--vectors", env=nothing)
    assert "cannot be read" in home.refused("eval", "--set", tmp_path)
    assert "one set at a time" in home.refused("eval", "--stress", "--languages")
    assert "one set at a time" in home.refused("eval", "--stress", "--set", mine)
    assert "not to --set" in home.refused("eval", "--set", mine, "--check")
    assert "no floors" in home.refused("eval", "--languages", "--write-floors")
    empty = tmp_path / "empty.csv"
    empty.write_text("text,stage\nhello,nowhere\n", encoding="utf-8")
    assert "empty.csv:2: there is no stage" in home.refused("eval", "--set", empty)
