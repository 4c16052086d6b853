"""JSON in the shapes that it comes in, whole and broken; Parquet beside it."""

from __future__ import annotations

import builtins
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from connectors.base import Page, Window
from connectors.errors import ConfigError
from connectors.sources.files import plugin
from tests.pages import notes, split, write

ROWS = [
    {"id": "a1", "text": "The parcel came late", "created_at": "2026-11-02T10:00:00Z", "user": {"name": "Ann"}},
    {"id": "a2", "text": "משלוח מהיר 👍🏽", "created_at": "2026-11-03T10:00:00Z", "user": {"name": "Bob"}},
]


def read(path: Path, **settings: Any) -> list[Page]:
    return list(plugin(name="shop", path=path, **settings).pull({}, Window()))


SHAPES = {
    "an array": json.dumps(ROWS),
    "an array over many lines": json.dumps(ROWS, indent=2, ensure_ascii=False),
    "an object with one array": json.dumps({"count": 2, "reviews": ROWS}),
    "an array deep inside": json.dumps({"page": 1, "data": {"result": {"items": ROWS}}, "tags": ["x"]}),
    "objects over many lines, one after another": "\n".join(json.dumps(row, indent=1) for row in ROWS),
    "JSON lines under the wrong name": "\n".join(map(json.dumps, ROWS)),
    "an array with a mark before it": "\ufeff" + json.dumps(ROWS),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_json_gives_its_rows(tmp_path: Path, shape: str) -> None:
    feedback, rejects = split(read(write(tmp_path, SHAPES[shape], "reviews.json")))
    assert [(item.native_id, item.text, item.author) for item in feedback] == [
        ("a1", "The parcel came late", "Ann"),
        ("a2", "משלוח מהיר 👍🏽", "Bob"),
    ]
    assert not rejects


def test_items_of_an_array_are_counted_in_where(tmp_path: Path) -> None:
    feedback, _ = split(read(write(tmp_path, json.dumps(ROWS), "reviews.json")))
    assert [item.extra["where"] for item in feedback] == ["reviews.json:1", "reviews.json:2"]


@pytest.mark.parametrize("name", ["reviews.jsonl", "reviews.ndjson", "reviews.jsonl.gz"])
def test_json_lines_give_their_rows_with_line_numbers(tmp_path: Path, name: str) -> None:
    content = ("\n\n".join(map(json.dumps, ROWS)) + "\n").encode()
    path = write(tmp_path, gzip.compress(content) if name.endswith(".gz") else content, name)
    assert [item.extra["where"] for item in split(read(path))[0]] == [f"{name}:1", f"{name}:3"]


def test_a_broken_line_is_one_reject(tmp_path: Path) -> None:
    lines = [json.dumps(ROWS[0]), '{"id": "x", "text": "cut of', "[1, 2]", "word", json.dumps(ROWS[1])]
    feedback, rejects = split(read(write(tmp_path, "\n".join(lines), "reviews.jsonl")))
    assert [item.native_id for item in feedback] == ["a1", "a2"]
    assert [(reject.where, reject.raw) for reject in rejects] == [
        ("reviews.jsonl:2", lines[1]),
        ("reviews.jsonl:3", "[1, 2]"),
        ("reviews.jsonl:4", "word"),
    ]


@pytest.mark.parametrize("around", ["{}", '{{"meta": {{"v": 1}}, "names": ["x"], "reviews": {}'])
def test_of_a_cut_file_what_was_whole_is_kept_and_the_rest_is_one_reject(tmp_path: Path, around: str) -> None:
    cut = around.format(json.dumps([*ROWS, {"id": "a3", "text": "never whole"}])[:-12])
    feedback, rejects = split(read(write(tmp_path, cut, "reviews.json")))
    assert [item.native_id for item in feedback] == ["a1", "a2"]
    assert [reject.where for reject in rejects] == ["reviews.json:3"]
    assert "cut off at character" in rejects[0].reason
    assert rejects[0].raw.startswith('{"id": "a3"')


def test_an_array_broken_in_the_middle_says_where(tmp_path: Path) -> None:
    content = f"[{json.dumps(ROWS[0])}, {{oops}}, {json.dumps(ROWS[1])}]"
    feedback, rejects = split(read(write(tmp_path, content, "reviews.json")))
    assert [item.native_id for item in feedback] == ["a1"]
    assert [reject.where for reject in rejects] == ["reviews.json:2"]


def test_the_array_with_the_most_in_it_is_read_and_that_is_said(tmp_path: Path) -> None:
    document = {"feed": {"link": [{"rel": "self"}, {"rel": "next"}, {"rel": "last"}], "entry": ROWS}}
    pages = read(write(tmp_path, json.dumps(document), "reviews.json"))
    assert len(split(pages)[0]) == 2
    assert "rows are read from 'feed.entry', not from 'feed.link'" in notes(pages)


def test_one_object_alone_is_one_row(tmp_path: Path) -> None:
    feedback, _ = split(read(write(tmp_path, json.dumps(ROWS[0]), "review-1.json")))
    assert [item.native_id for item in feedback] == ["a1"]


def test_nesting_without_end_is_a_reject(tmp_path: Path) -> None:
    content = "\n".join([json.dumps(ROWS[0]), '{"a":' * 100_000, '{"text": ' + "[" * 5_000 + "]" * 5_000 + "}"])
    feedback, rejects = split(read(write(tmp_path, content, "reviews.jsonl")))
    assert [item.native_id for item in feedback] == ["a1"]
    assert len(rejects) == 2


def test_halves_of_letters_are_joined_or_replaced(tmp_path: Path) -> None:
    content = '{"text": "joined \\ud83d\\ude00, alone \\ud83d and \\u0000nothing", "created_at": "2026-11-02"}'
    feedback, _ = split(read(write(tmp_path, content, "reviews.jsonl")))
    assert [item.text for item in feedback] == ["joined 😀, alone \ufffd and nothing"]
    feedback[0].text.encode()


def test_a_number_of_five_thousand_digits_is_a_reject(tmp_path: Path) -> None:
    content = json.dumps(ROWS[0]) + '\n{"text": "x", "n": ' + "9" * 5_000 + "}"
    feedback, rejects = split(read(write(tmp_path, content, "reviews.jsonl")))
    assert (len(feedback), len(rejects)) == (1, 1)


def test_columns_that_come_late_are_read_too(tmp_path: Path) -> None:
    rows = [{"text": "first words of all", "date": "2026-11-02"}, {"text": "more", "date": "2026-11-02", "rating": 4}]
    feedback, _ = split(read(write(tmp_path, "\n".join(map(json.dumps, rows)), "reviews.jsonl")))
    assert [item.rating for item in feedback] == [None, 0.75]


def test_a_long_array_is_read_as_a_stream(tmp_path: Path) -> None:
    rows = ({"id": str(n), "text": f"remark {n} " + "x" * 80, "date": "2026-11-02"} for n in range(20_000, 23_000))
    path = write(tmp_path, "[" + ",\n".join(map(json.dumps, rows)) + "]", "reviews.json")
    feedback, rejects = split(read(path))
    assert {item.native_id for item in feedback} == {str(n) for n in range(20_000, 23_000)}
    assert not rejects


def test_json_without_objects_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no column looks like the words"):
        read(write(tmp_path, '{"status": 404}', "reviews.json"))


def test_rows_of_parquet_come_with_their_types(tmp_path: Path) -> None:
    table = arrow.table(
        {
            "id": ["a1", "a2"],
            "text": ["late again", "מהיר מאוד"],
            "created": arrow.array(
                [datetime.fromisoformat("2026-11-02T10:00"), datetime.fromisoformat("2026-11-03T10:00")],
                arrow.timestamp("ns"),
            ),
            "stars": [1.0, None],
            "user": [{"name": "Ann"}, {"name": "Bob"}],
        }
    )
    path = tmp_path / "reviews.parquet"
    parquet.write_table(table, path)
    feedback, _ = split(read(path, timezone="Asia/Jerusalem"))
    assert [(item.native_id, item.text, item.rating, item.author) for item in feedback] == [
        ("a1", "late again", 0.0, "Ann"),
        ("a2", "מהיר מאוד", None, "Bob"),
    ]
    assert feedback[0].said_at == datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert feedback[1].extra["where"] == "reviews.parquet:2"
    packed = write(tmp_path, gzip.compress(path.read_bytes()), "packed.parquet.gz")
    assert [item.text for item in split(read(packed))[0]] == ["late again", "מהיר מאוד"]


def test_a_parquet_file_that_was_cut_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "reviews.parquet"
    parquet.write_table(arrow.table({"text": ["late"] * 1000}), path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ConfigError, match="not a whole Parquet file"):
        read(path)


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "reviews.parquet"
    parquet.write_table(arrow.table({"text": ["late"]}), path)
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert caught.value.hint == "pip install 'overheard[parquet]'"
