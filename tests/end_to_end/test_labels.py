"""People correct labels at the real command line: their word stands, travels in files, and can be taken back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.wiring import DATABASE
from tests.command_line import GOOD, Home, lines

TASKS = ("stage", "intent", "sentiment", "effort", "touchpoint")
REVIEWS = [{**row, "id": f"r{row['id']}"} for row in GOOD]
PRAISED = "המכונה נפלאה ואני מרוצה מאוד"


def sql(home: Home, statement: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(home.folder / DATABASE) as connection:
        found = connection.execute(statement).fetchall()
    connection.close()
    return found


def of(home: Home, mention: str) -> dict[str, str]:
    """The labels of a mention as a search lists them."""
    hits = json.loads(home.good("search", "The parcel number 1 came late.", "--json"))
    [found] = [hit for hit in hits if hit["mention_id"] == mention]
    return {task: found[task] for task in TASKS}


def listed(home: Home) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(home.good("labels", "list", "--json"))
    return found


def other(value: str) -> str:
    return "loyalty" if value != "loyalty" else "decision"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of reviews that have ids of their own, so that they can be edited; to be copied."""
    folder = tmp_path_factory.mktemp("example")
    reviews = folder / "reviews.jsonl"
    reviews.write_text(lines(*REVIEWS), encoding="utf-8")
    made = Home(folder / "home")
    made.good(*made.ingest(reviews))
    return made.folder


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.jsonl"
    path.write_text(lines(*REVIEWS), encoding="utf-8")
    return path


@pytest.fixture
def mention(filled: Home) -> str:
    [(id_,)] = sql(filled, "SELECT id FROM mentions WHERE feedback_id = 'shop:r1'")
    return str(id_)


# --- saying it ------------------------------------------------------------------------------------------------------


def test_a_correction_stands_in_search_and_counts_and_can_be_taken_back(filled: Home, mention: str) -> None:
    before = of(filled, mention)
    stage = other(before["stage"])
    told = filled.good("label", mention, f"stage={stage}", "intent=praise", "--by", "דנה", "--note", "כי כך")
    assert f"stage: {before['stage']} -> {stage}" in told
    assert of(filled, mention) == {**before, "stage": stage, "intent": "praise"}
    counted = {
        row["stage"]: row["mentions"] for row in json.loads(filled.good("stats", "--by", "stage", "--json"))["by"]
    }
    assert counted[stage] == 1
    [row] = listed(filled)
    assert row["was"] == {"stage": before["stage"], "intent": before["intent"]}
    assert (row["by"], row["note"], row["waits"]) == ("דנה", "כי כך", False)
    shown = filled.good("labels", "list")
    assert "\u2068דנה\u2069" in shown
    assert "\u2068The parcel number 1 came late.\u2069" in shown
    undone = json.loads(filled.good("label", mention, "--undo", "stage", "--json"))
    assert [(change["task"], change["after"]) for change in undone["changes"]] == [("stage", before["stage"])]
    assert undone["labels"] == {**before, "intent": "praise"}
    filled.good("label", mention, "--undo")
    assert of(filled, mention) == before
    assert "nothing was corrected" in filled.good("label", mention, "--undo")
    filled.good("doctor")


def test_a_correction_outlives_new_models_a_new_index_and_reading_again(
    filled: Home, mention: str, reviews: Path
) -> None:
    stage = other(of(filled, mention)["stage"])
    filled.good("label", mention, f"stage={stage}")
    sql(filled, "UPDATE labels SET by = 'intent@0', value = 'statement' WHERE task = 'intent'")
    assert "understood 9 items" in filled.good("tag")
    filled.good("reindex")
    assert "9 unchanged" in filled.good(*filled.ingest(reviews))
    assert of(filled, mention)["stage"] == stage
    assert "understood" not in filled.good("tag")
    filled.good("doctor")


def test_an_edit_of_the_words_lets_it_wait_and_the_old_words_bring_it_back(
    filled: Home, mention: str, reviews: Path, tmp_path: Path
) -> None:
    stage = other(of(filled, mention)["stage"])
    filled.good("label", mention, f"stage={stage}")
    edited = tmp_path / "edited.jsonl"
    edited.write_text(lines({**REVIEWS[1], "text": "The parcel is here at last."}), encoding="utf-8")
    assert "1 changed" in filled.good(*filled.ingest(edited))
    assert [(row["waits"], row["text"]) for row in listed(filled)] == [(True, None)]
    shown = filled.good("labels", "list")
    assert "waiting" in shown
    assert "1 of them waiting" in shown
    done = filled.run("labels", "export")
    assert done.stdout == ""
    assert "1 left out" in done.stderr
    again = tmp_path / "again.jsonl"
    again.write_text(lines(REVIEWS[1]), encoding="utf-8")
    filled.good(*filled.ingest(again))
    assert [(row["waits"], row["id"]) for row in listed(filled)] == [(False, mention)]
    assert of(filled, mention)["stage"] == stage
    # One that waits is taken back by the id that the list gives it.
    filled.good(*filled.ingest(edited), "--max-text", "1000")
    filled.good("label", listed(filled)[0]["id"], "--undo")
    assert listed(filled) == []


def test_a_run_that_is_killed_loses_no_correction(filled: Home, mention: str, many: Path) -> None:
    stage = other(of(filled, mention)["stage"])
    filled.good("label", mention, f"stage={stage}", "--by", "dana")
    sql(filled, "UPDATE labels SET by = 'intent@0' WHERE task = 'intent'")
    for seconds in (1.2, 1.8, 2.4):
        process = subprocess.Popen(
            filled.command(*filled.ingest(many)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        assert [row["stage"] for row in listed(filled)] == [stage]
        [(by,)] = sql(filled, f"SELECT by FROM labels WHERE mention_id = '{mention}' AND task = 'stage'")
        assert by == "human:dana"
    filled.good(*filled.ingest(many))
    assert of(filled, mention)["stage"] == stage
    filled.good("doctor")


def test_labels_are_corrected_while_a_run_writes(filled: Home, mention: str, many: Path) -> None:
    process = subprocess.Popen(filled.command(*filled.ingest(many)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = ["loyalty", "decision", "none", "purchase"]
    for stage in said:
        filled.good("label", mention, f"stage={stage}")
    assert process.wait(120) == 0, process.communicate()
    process.communicate()
    assert of(filled, mention)["stage"] == said[-1]
    filled.good("doctor")


def test_erasing_an_author_takes_corrections_along(filled: Home, mention: str) -> None:
    filled.good("label", mention, "stage=loyalty", "--note", "a-note-of-ours")
    filled.good("erase", "--author", "d", "--yes")
    assert listed(filled) == []
    kept = b"".join(path.read_bytes() for path in sorted(filled.folder.rglob("*")) if path.is_file())
    assert b"a-note-of-ours" not in kept


# --- files ----------------------------------------------------------------------------------------------------------


def test_corrections_travel_to_another_workspace_and_are_read_by_eval(
    filled: Home, mention: str, tmp_path: Path, example: Path
) -> None:
    second = Home(tmp_path / "second")
    shutil.copytree(example, second.folder)
    stage = other(of(filled, mention)["stage"])
    filled.good("label", mention, f"stage={stage}", "--by", "דנה", "--note", "כי כך")
    file = tmp_path / "corrections.jsonl"
    assert "1 corrected mentions" in filled.good("labels", "export", "--out", file)
    assert file.read_text(encoding="utf-8") == filled.good("labels", "export")
    assert "1 corrected, 0 unchanged, 0 rejected" in second.good("labels", "import", file)
    assert listed(second) == listed(filled)
    assert "0 corrected, 1 unchanged, 0 rejected" in second.good("labels", "import", file)
    assert "stage" in second.good("eval", "--set", file)
    assert filled.good("labels", "export", "--since", "2999-01-01") == ""
    assert len(filled.good("labels", "export", "--since", "2020-01-01").splitlines()) == 1


def test_rows_that_fit_nothing_are_counted_and_the_rest_goes_on(filled: Home, mention: str, tmp_path: Path) -> None:
    file = tmp_path / "mixed.jsonl"
    good = {"id": mention, "stage": "loyalty"}
    rows: tuple[dict[str, Any], ...] = (
        good, {**good, "id": "shop:99#1"}, {**good, "text": "something else"}, {**good, "stage": "buying"},
        {"id": mention}, {"stage": "loyalty"}, {**good, "at": "soon"}, {**good, "by": 7},
    )  # fmt: skip
    half_a_sign = '{"id": "\\ud83d\\u0000", "stage": "none"}'
    file.write_text(lines(*rows) + f"{half_a_sign}\nno json\n[1]\n", encoding="utf-8")
    told = json.loads(filled.good("labels", "import", file, "--by", "dana", "--json"))
    assert (told["corrected"], told["unchanged"], len(told["rejected"])) == (1, 0, 10)
    reasons = {row["where"]: row["reason"] for row in told["rejected"]}
    assert "no stage 'buying'" in reasons["mixed.jsonl:4"]
    assert "JSON" in reasons["mixed.jsonl:10"]
    assert [row["by"] for row in listed(filled)] == ["dana"]
    assert "10 rejected" in filled.good("labels", "import", file)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_a_spreadsheet_is_read(home: Home, tmp_path: Path, delimiter: str) -> None:
    reviews = tmp_path / "hebrew.jsonl"
    reviews.write_text(lines({"id": "r1", "date": "2026-10-01", "text": PRAISED}), encoding="utf-8")
    home.good(*home.ingest(reviews))
    [(id_, text)] = sql(home, "SELECT id, text FROM mentions")
    file = tmp_path / "table.csv"
    header, row = ("ID", "text", "stage", "intent", "note"), (id_, text, "loyalty", "", "כי כך")
    file.write_text("\n".join(delimiter.join(cells) for cells in (header, row)) + "\n", encoding="utf-8-sig")
    assert "1 corrected, 0 unchanged, 0 rejected" in home.good("labels", "import", file)
    assert [(row["stage"], row["note"]) for row in listed(home)] == [("loyalty", "כי כך")]


# --- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("label", "shop:r1#1"), "touchpoint"),
        (("label", "shop:r1#1", "stage"), "TASK=VALUE"),
        (("label", "shop:r1#1", "stage=buying"), "purchase"),
        (("label", "shop:r1#1", "mood=sour"), "sentiment"),
        (("label", "shop:r1#1", "stage=none", "stage=none"), "twice"),
        (("label", "shop:r1#1", "--undo", "stage=none"), "alone"),
        (("label", "shop:r1#1", "--undo", "mood"), "sentiment"),
        (("label", "shop", "stage=none"), "6 signs"),
        (("label", "shop:9999", "stage=none"), "overheard search"),
        (("label", "shop:7@0", "--undo"), "overheard search"),
        (("labels", "import", "nowhere.jsonl"), "overheard labels export"),
        (("labels", "import", "."), "cannot be read"),
        (("labels", "export", "--since", "soon"), "2026-11-22"),
        (("labels", "export", "--out", "no/such/folder.jsonl"), "--out"),
    ],
)
def test_mistakes_are_said_in_words(home: Home, arguments: tuple[str, ...], says: str) -> None:
    assert says in home.refused(*arguments)


def test_without_a_login_name_it_is_someones_word(filled: Home, mention: str) -> None:
    names = ("LOGNAME", "USER", "LNAME", "USERNAME")
    named = {**{key: value for key, value in os.environ.items() if key not in names}, "LOGNAME": "dana"}
    _by(filled, mention, named, "dana")
    _by(filled, mention, {**named, "LOGNAME": " "}, "someone")


def _by(home: Home, mention: str, environment: Mapping[str, str], who: str) -> None:
    home.good("label", mention, "stage=none", env=environment)
    assert [row["by"] for row in listed(home)] == [who]
