"""People correct labels, the models learn from it, and all of it can be undone: at the real command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Home, lines

SAID = (
    "Went to your repair cafe, they fixed my kettle.",
    "The repair cafe on Monday mended my lamp.",
    "Took the toaster to the repair cafe, it works again.",
    "Repair cafe sorted out my radio in ten minutes.",
    "Sat in the repair cafe while they soldered my speaker.",
    "Brought my mixer to the repair cafe and they fixed it.",
)


@pytest.fixture
def cafe(home: Home, tmp_path: Path) -> Home:
    """A workspace whose remarks about a repair café the models file elsewhere."""
    table = tmp_path / "cafe.csv"
    rows = [f'r{number},2026-10-0{number + 1},"{text}"' for number, text in enumerate(SAID)]
    table.write_text("\n".join(["id,date,text", *rows]) + "\n", encoding="utf-8")
    home.good(*home.ingest(table))
    return home


def labels(home: Home) -> dict[str, str]:
    """Text -> stage."""
    return {hit["text"]: hit["stage"] for hit in json.loads(home.good("search", "repair cafe", "--json", "-k", "50"))}


def correct(home: Home, count: int) -> None:
    hits = {hit["text"]: hit["mention_id"] for hit in json.loads(home.good("search", "repair cafe", "--json"))}
    for text in SAID[:count]:
        home.good("label", hits[text], "stage=loyalty", "--by", "dana")


def trained(home: Home, *options: str | Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(home.good("train", "--json", *options))
    return told


def test_the_models_learn_what_people_correct_and_forget_it_again(cafe: Home) -> None:
    before = labels(cafe)
    assert before[SAID[5]] != "loyalty"
    correct(cafe, 5)
    rehearsed = cafe.good("train", "--dry-run")
    assert "would be installed" in rehearsed
    assert not (cafe.folder / "heads" / "accurate.safetensors").exists()
    told = trained(cafe)
    [part] = [part for part in told["parts"] if part["part"] == "accurate"]
    assert (told["corrections"], part["installed"]) == (5, True)
    assert [task["task"] for task in part["tasks"] if task["taken"]] == ["stage"]
    assert labels(cafe) == dict.fromkeys(SAID, "loyalty")
    assert {row["by"] for row in json.loads(cafe.good("labels", "list", "--json"))} == {"dana"}
    assert "understood" not in cafe.good("tag")
    cafe.good("doctor")
    written = (cafe.folder / "heads" / "accurate.safetensors").read_bytes()
    trained(cafe, "--no-tag")
    assert (cafe.folder / "heads" / "accurate.safetensors").read_bytes() == written
    assert "accurate" in cafe.good("train", "--undo")
    assert labels(cafe) == {text: "loyalty" if text in SAID[:5] else stage for text, stage in before.items()}
    assert "nothing was installed" in cafe.good("train", "--undo")
    cafe.good("doctor")


def test_a_labelled_file_is_learnt_from_and_its_broken_rows_are_told(cafe: Home, tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    good = [{"id": str(number), "text": text, "stage": "loyalty"} for number, text in enumerate(SAID[:5])]
    file.write_text(lines(*good, {"text": "Fine.", "stage": "buying"}, {"stage": "none"}) + "no json\n", "utf-8")
    told = trained(cafe, "--set", file, "--no-tag")
    assert told["corrections"] == 5
    assert [row["where"] for row in told["rejected"]] == [f"labelled.jsonl:{place}" for place in (6, 7, 8)]
    assert [part["installed"] for part in told["parts"] if part["part"] == "accurate"] == [True]
    assert labels(cafe)[SAID[5]] != "loyalty"
    cafe.good("tag")
    assert labels(cafe)[SAID[5]] == "loyalty"


def test_without_corrections_nothing_is_learnt(cafe: Home) -> None:
    told = cafe.good("train")
    assert "nothing to learn from" in told
    assert not (cafe.folder / "heads").exists()
    assert trained(cafe)["parts"] == []


def test_an_own_stage_is_learnt_from_its_examples(cafe: Home) -> None:
    assert "repair" not in labels(cafe).values()
    settings = f"[stages.repair]\nexamples = {json.dumps(SAID[:5])}\n"
    (cafe.folder / "overheard.toml").write_text(settings, encoding="utf-8")
    told = trained(cafe)
    assert told["corrections"] == 0
    assert [part["installed"] for part in told["parts"] if part["part"] == "accurate"] == [True]
    assert labels(cafe)[SAID[5]] == "repair"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--set", "nowhere.jsonl"), "nowhere.jsonl"),
        (("--undo", "--dry-run"), "stands alone"),
        (("--undo", "--set", "labelled.jsonl"), "stands alone"),
    ],
)
def test_mistakes_are_said_in_words(home: Home, arguments: tuple[str, ...], says: str) -> None:
    assert says in home.refused("train", *arguments)
