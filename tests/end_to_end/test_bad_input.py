"""Files and records that are not what they should be: two lines, a note or a counted reject, never a traceback."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.command_line import GOOD, Home, lines

# --- files that hold nothing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["empty.csv", "empty.json", "empty.jsonl"])
def test_an_empty_file(home: Home, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert "empty" in home.noticed(*home.ingest(tmp_path / name))


def test_an_empty_transcript(home: Home, tmp_path: Path) -> None:
    (tmp_path / "call.vtt").write_bytes(b"")
    home.noticed("ingest", "transcripts", tmp_path / "call.vtt", "--source", "calls")


@pytest.mark.parametrize("kind", ["files", "transcripts"])
def test_a_folder_with_nothing_to_read(home: Home, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    home.refused("ingest", kind, folder, "--source", "shop")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + random.Random(13).randbytes(4_000))
    home.noticed("ingest", kind, folder, "--source", "shop")


@pytest.mark.parametrize("kind", ["files", "transcripts"])
def test_a_path_that_is_not_there(home: Home, tmp_path: Path, kind: str) -> None:
    assert "nowhere" in home.refused("ingest", kind, tmp_path / "nowhere.csv", "--source", "shop")


# --- files that are not what they seem ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reviews.csv", "reviews.json", "reviews.jsonl", "reviews.parquet", "reviews.csv.gz"])
def test_a_binary_file(home: Home, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bytes(range(256)) + random.Random(13).randbytes(20_000))
    home.noticed(*home.ingest(tmp_path / name))


def test_a_transcript_of_binary_rubbish(home: Home, tmp_path: Path) -> None:
    (tmp_path / "call.json").write_bytes(random.Random(13).randbytes(20_000))
    home.noticed("ingest", "transcripts", tmp_path / "call.json", "--source", "calls")


def test_truncated_json_keeps_what_was_whole(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "reviews.json"
    path.write_text(json.dumps(GOOD)[:-40], encoding="utf-8")
    home.good(*home.ingest(path))
    assert home.count() == 8
    assert len(home.rejects()) == 1


def test_truncated_json_lines_keep_what_was_whole(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text(lines(*GOOD)[:-30], encoding="utf-8")
    home.good(*home.ingest(path))
    assert home.count() == 8
    assert [row["where"].rpartition(":")[2] for row in home.rejects()] == ["9"]


def test_a_truncated_transcript(home: Home, tmp_path: Path) -> None:
    turns = [{"speaker": speaker, "text": "My card was declined."} for speaker in ("agent", "customer")]
    (tmp_path / "call.json").write_text(json.dumps({"turns": turns})[:-25], encoding="utf-8")
    home.noticed("ingest", "transcripts", tmp_path / "call.json", "--source", "calls")


# --- records that are not what they should be -----------------------------------------------------------------------


def test_a_field_of_ten_megabytes(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text(lines({**GOOD[0], "text": "It broke again. " * 655_360}, *GOOD[1:]), encoding="utf-8")
    home.good(*home.ingest(path))
    assert home.count() + len(home.rejects()) == 9
    assert home.count() >= 8


def test_a_csv_whose_header_changes_half_way(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    first = "id,date,text\n" + "".join(f"{n},2026-10-0{n},The parcel came late {n}\n" for n in range(1, 6))
    second = "review_text,created,review_id,stars\n" + "".join(
        f"The card was declined {n},2026-10-0{n},{n},1\n" for n in range(6, 9)
    )
    path.write_text(first + second, encoding="utf-8")
    home.good(*home.ingest(path))
    assert home.count() >= 5
    assert home.count() + len(home.rejects()) >= 8
    found = json.loads(home.good("search", "parcel came late", "--json", "-k", "50"))
    assert sum("parcel came late" in hit["text"] for hit in found) == 5


def test_nul_bytes_and_half_surrogates(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    odd = [{**GOOD[0], "text": "The \0parcel\0 came late"}, {**GOOD[1], "text": "Half a smile \ud83d here"}]
    whole = "".join(json.dumps(row) + "\n" for row in odd) + lines(*GOOD[2:])
    path.write_bytes(whole.encode() + b'{"id": "n", "date": "2026-10-20", "text": "raw \x00 nul, raw \xff byte"}\n')
    home.good(*home.ingest(path))
    assert home.count() == 10
    assert "parcel" in home.good("search", "parcel", "--json")
    assert "smile \ufffd here" in home.good("search", "smile", "--json")
    home.good("doctor")


def test_a_csv_full_of_nul_bytes(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes(b"id,date,text\n1,2026-10-01,The par\x00cel came late\n2,2026-10-02,\x00\x00\n")
    home.good(*home.ingest(path))
    assert home.count() >= 1


def test_a_date_in_the_year_20261(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    wrong = [{**GOOD[n], "date": date} for n, date in enumerate(("20261-10-01", "20261-10-01T10:00:00Z", "0001-01-01"))]
    path.write_text(lines(*wrong, *GOOD[3:]), encoding="utf-8")
    home.good(*home.ingest(path))
    assert home.count() + len(home.rejects()) == 9
    assert home.count() <= 7
    home.good("ask", "top pain points in October", "--as-of", "2026-11-22")


def test_a_transcript_without_a_customers_turn(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "call.vtt"
    said = "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Agent>Thank you for calling, how can I help you?\n"
    path.write_text(said, encoding="utf-8")
    home.good("ingest", "transcripts", path, "--source", "calls", "--role", "Agent=agent", "--said-at", "2026-10-01")
    stats = json.loads(home.good("stats", "--json"))
    assert (stats["feedback"], stats["mentions"]) == (1, 0)
    assert json.loads(home.good("search", "how can I help", "--json")) == []
    assert len(json.loads(home.good("search", "how can I help", "--agents", "--json"))) >= 1
