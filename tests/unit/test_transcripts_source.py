"""The transcripts source: folders, cursors, dates, bad files, retries."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Page, Reject, Window
from connectors.errors import ConfigError
from connectors.record import Feedback
from connectors.sources.transcripts import plugin
from tests.pages import TRANSCRIPTS, items

CALL = "Agent: Harbourlight, hello.\nCustomer: {words}\n"


def write(folder: Path, name: str, words: str = "the bill is wrong", mtime: int = 1_767_225_600) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CALL.format(words=words), encoding="utf-8")
    os.utime(path, (mtime, mtime))
    return path


def pull(
    path: Path, cursor: Mapping[str, object] | None = None, window: Window | None = None, **settings: Any
) -> list[Page]:
    return list(plugin(name="calls", path=path, **settings).pull(cursor or {}, window or Window()))


def ids(pages: list[Page]) -> list[str]:
    return sorted(item.native_id for item in items(pages) if isinstance(item, Feedback))


def rejects(pages: list[Page]) -> dict[str, str]:
    return {item.where: item.reason for item in items(pages) if isinstance(item, Reject)}


def notes(pages: list[Page]) -> list[str]:
    return [note for page in pages for note in page.notes]


def test_a_folder_is_read_with_all_that_lies_below_but_for_hidden_files(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    write(tmp_path, "deep/er/b.txt")
    write(tmp_path, ".hidden.txt")
    write(tmp_path, ".git/c.txt")
    assert ids(pull(tmp_path)) == ["a", "deep/er/b"]


def test_a_pattern_chooses_files(tmp_path: Path) -> None:
    write(tmp_path, "x/a.txt")
    write(tmp_path, "x/b.text")
    write(tmp_path, "y/z/c.txt")
    assert ids(pull(tmp_path / "**" / "*.txt")) == ["x/a", "y/z/c"]
    assert ids(pull(tmp_path / "x" / "*")) == ["a", "b"]
    assert ids(pull(tmp_path / "**")) == ["x/a", "x/b", "y/z/c"]


def test_a_gzipped_file_is_unpacked(tmp_path: Path) -> None:
    raw = (TRANSCRIPTS / "twilio" / "with_transcript.json").read_bytes()
    (tmp_path / "call.json.gz").write_bytes(gzip.compress(raw))
    [item] = items(pull(tmp_path))
    assert isinstance(item, Feedback)
    assert item.extra["where"] == "call.json.gz"


def test_ids_stay_when_the_folder_moves(tmp_path: Path) -> None:
    write(tmp_path / "here", "2026/שיחה 7.v2.txt")
    before = ids(pull(tmp_path / "here"))
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert ids(pull(tmp_path / "there")) == before == ["2026/שיחה 7.v2"]


def test_an_unchanged_folder_yields_nothing_and_a_changed_file_keeps_its_id(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        write(tmp_path, name)
    pages = pull(tmp_path, page_size=2)
    assert [len(page.items) for page in pages] == [2, 1]
    assert [page.done for page in pages] == [0.5, 1.0]
    cursor = json.loads(json.dumps(pages[-1].cursor))
    assert set(cursor["files"]) == {"a.txt", "b.txt", "c.txt"}
    assert set(cursor["files"]["a.txt"]) == {"size", "mtime_ns"}
    assert items(pull(tmp_path, cursor)) == []
    write(tmp_path, "b.txt", "the router is broken", mtime=1_767_225_700)
    [changed] = items(pull(tmp_path, cursor))
    assert isinstance(changed, Feedback)
    assert (changed.native_id, changed.turns[1].text) == ("b", "the router is broken")


def test_stopping_after_any_page_and_going_on_gives_the_same_set(tmp_path: Path) -> None:
    for number in range(7):
        write(tmp_path, f"{number}.txt")
    whole = pull(tmp_path, page_size=2)
    for stop in range(1, len(whole)):
        rest = pull(tmp_path, whole[stop - 1].cursor, page_size=2)
        assert sorted(ids(whole[:stop]) + ids(rest)) == ids(whole)


def test_other_settings_read_the_files_again(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    cursor = pull(tmp_path)[-1].cursor
    assert items(pull(tmp_path, cursor, page_size=5)) == []
    [item] = items(pull(tmp_path, cursor, roles={"Agent": "customer"}))
    assert isinstance(item, Feedback)
    assert item.extra["role_source"] == "label"


def test_a_cursor_of_another_version_is_refused_in_words(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    with pytest.raises(ConfigError, match="another version"):
        pull(tmp_path, {"v": 2})


def test_the_date_comes_from_the_name_then_the_settings_then_the_file(tmp_path: Path) -> None:
    dated = write(tmp_path, "call_2026-05-04T10-30.txt")
    plain = write(tmp_path, "call.txt")
    settings: dict[str, Any] = {"said_at": "2026-02-01", "timezone": "Asia/Jerusalem"}
    cases = [
        (pull(dated, **settings), datetime(2026, 5, 4, 7, 30, tzinfo=UTC), "filename"),
        (pull(plain, **settings), datetime(2026, 1, 31, 22, tzinfo=UTC), "config"),
        (pull(plain), datetime(2026, 1, 1, tzinfo=UTC), "file"),
    ]
    for pages, said_at, source in cases:
        [item] = items(pages)
        assert isinstance(item, Feedback)
        assert (item.said_at, item.extra["said_at_from"]) == (said_at, source)


def test_a_guessed_date_is_noted_once_a_run_with_a_count(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        write(tmp_path, name)
    pages = pull(tmp_path, page_size=1)
    assert notes(pages) == ["no date in 3 transcripts: the file's own was taken; set said_at for a better one"]
    assert not notes(pages[:-1])


def test_folders_by_day_date_what_lies_in_them(tmp_path: Path) -> None:
    write(tmp_path, "Analysis/Voice/2026/03/05/a.txt")
    [item] = items(pull(tmp_path))
    assert isinstance(item, Feedback)
    assert item.said_at == datetime(2026, 3, 5, tzinfo=UTC)


def test_a_window_leaves_out_and_a_wider_one_brings_in(tmp_path: Path) -> None:
    write(tmp_path, "2026-01-01 a.txt")
    write(tmp_path, "2026-02-01 b.txt")
    narrow = pull(tmp_path, window=Window(since=datetime(2026, 1, 15, tzinfo=UTC)))
    assert ids(narrow) == ["2026-02-01 b"]
    assert ids(pull(tmp_path, narrow[-1].cursor, Window(since=datetime(2026, 1, 15, tzinfo=UTC)))) == []
    assert ids(pull(tmp_path, narrow[-1].cursor, Window(until=datetime(2026, 2, 1, tzinfo=UTC)))) == ["2026-01-01 a"]


def test_a_call_without_a_customers_word_is_kept_and_noted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Agent: Hello?\nAgent: Is anybody there?\n", encoding="utf-8")
    pages = pull(tmp_path, said_at="2026-01-01")
    [item] = items(pages)
    assert isinstance(item, Feedback)
    assert item.extra["customer_turns"] == "0"
    assert notes(pages) == ["no words of a customer in 1 transcript"]


def test_files_that_are_no_transcripts_are_rejects_beside_those_that_are(tmp_path: Path) -> None:
    shutil.copytree(TRANSCRIPTS / "not_transcripts", tmp_path / "others")
    write(tmp_path, "z.txt")
    pages = pull(tmp_path, page_size=2)
    found = rejects(pages)
    assert len(found) == len(list((TRANSCRIPTS / "not_transcripts").iterdir()))
    assert all(reason.startswith("not a transcript that we know; recognised are ") for reason in found.values())
    assert ids(pages) == ["z"]
    assert f"{len(found)} files recognised as no transcript" in notes(pages)


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("cut.json", b'{"segments": [{"start": 0, "end": 1, "te', "breaks off at line 1"),
        ("empty.json", b'{"segments": [], "text": ""}', "this Whisper transcript holds no words"),
        ("blank.txt", b"Agent: \nCustomer: \n", "holds no words"),
        ("large.txt", b"Agent: a\n" * 5000, "larger than max_bytes (20,000)"),
        ("large.json.gz", gzip.compress(b" " * 30_000, mtime=0), "larger than max_bytes (20,000)"),
        ("torn.json.gz", gzip.compress(b'{"vcon": 1}' * 50, mtime=0)[:-12], "gzip archive is damaged"),
        ("none.json", b'{"callTranscripts": []}', "this Gong file holds no words"),
    ],
)
def test_a_broken_transcript_is_a_reject_with_a_reason(tmp_path: Path, name: str, raw: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(raw)
    found = rejects(pull(tmp_path, max_bytes=20_000))
    assert list(found) == [name]
    assert reason in found[name]


def test_a_file_that_may_not_be_read_is_a_reject(tmp_path: Path) -> None:
    (tmp_path / "here.txt").symlink_to(tmp_path)
    write(tmp_path, "a.txt")
    assert ids(pull(tmp_path)) == ["a"]


@pytest.mark.parametrize("name", ["server.log", "zendesk_tickets.json", "headless.vtt"])
def test_a_single_file_that_is_no_transcript_is_a_reject_that_lists_what_is_recognised(name: str) -> None:
    [(where, reason)] = rejects(pull(TRANSCRIPTS / "not_transcripts" / name)).items()
    assert where == name
    assert "not a transcript that we know; recognised are AssemblyAI, " in reason


@pytest.mark.parametrize("make", ["nothing", "empty folder", "only others", "pattern"])
def test_a_path_without_a_transcript_is_an_error_of_the_settings(tmp_path: Path, make: str) -> None:
    paths = {
        "nothing": tmp_path / "missing",
        "empty folder": tmp_path,
        "only others": TRANSCRIPTS / "not_transcripts",
        "pattern": tmp_path / "*.json",
    }
    with pytest.raises(ConfigError, match="no file at") as caught:
        pull(paths[make])
    assert caught.value.hint


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"paht": "x"}, "paht"),
        ({"roles": {"A": "boss"}}, "roles.A"),
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"channel": "review"}, "channel"),
        ({"page_size": 0}, "page_size"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        plugin(name="calls", **{"path": "x", **settings})


def test_the_clock_says_when_files_are_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)
    [page] = plugin(name="calls", clock=lambda: now, path=tmp_path).pull({}, Window())
    assert [item.fetched_at for item in page.items if isinstance(item, Feedback)] == [now]


def test_nothing_is_opened_before_the_pull() -> None:
    connector = plugin(name="calls", path="/there/is/no/such/place")
    connector.pull({}, Window())


def test_one_call_in_several_formats_counts_once_whenever_its_files_come(tmp_path: Path) -> None:
    shutil.copy(TRANSCRIPTS / "whisper" / "openai.json", tmp_path / "call.json")
    shutil.copy(TRANSCRIPTS / "srt" / "one_voice.srt", tmp_path / "call.srt")
    first = pull(tmp_path)
    [item] = items(first)
    assert isinstance(item, Feedback)
    assert item.extra["format"] == "whisper"
    assert "1 conversation found again in another file of the same call, and left out there" in notes(first)
    shutil.copy(TRANSCRIPTS / "webvtt" / "broken_cues.vtt", tmp_path / "call.vtt")
    [again] = items(pull(tmp_path, first[-1].cursor))
    assert isinstance(again, Feedback)
    assert again.text == item.text


def test_of_a_raw_and_a_redacted_analysis_the_redacted_one_is_kept(tmp_path: Path) -> None:
    [path] = (TRANSCRIPTS / "contact_lens").glob("*_analysis_*.json")
    payload = json.loads(path.read_text(encoding="utf-8"))
    for folder, infix, words in (("", "", "I am Ada."), ("Redacted/", "_redacted", "I am [PII].")):
        payload["Transcript"] = [{"ParticipantId": "CUSTOMER", "Content": words}]
        target = (
            tmp_path / f"Analysis/Voice/{folder}2026/03/04/{path.stem[:36]}_analysis{infix}_2026-03-04T09_15_22Z.json"
        )
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(payload), encoding="utf-8")
    assert [item.text for item in items(pull(tmp_path, page_size=1)) if isinstance(item, Feedback)] == ["I am [PII]."]


def test_retry_reads_the_mended_file_again(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "a.json"
    path.parent.mkdir()
    path.write_text('{"segments": [', encoding="utf-8")
    [reject] = items(pull(tmp_path))
    assert isinstance(reject, Reject)
    connector = plugin(name="calls", path=tmp_path)
    assert connector.retry(reject) == reject
    shutil.copy(TRANSCRIPTS / "whisper" / "openai.json", path)
    mended = connector.retry(reject)
    assert isinstance(mended, Feedback)
    assert mended.extra["where"] == reject.where == "sub/a.json"


def test_retry_of_one_call_of_a_file_reads_that_call(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    shutil.copy(TRANSCRIPTS / "gong" / "page.json", path)
    connector = plugin(name="calls", path=tmp_path)
    second = connector.retry(Reject("page.json:2", "was bad"))
    assert isinstance(second, Feedback)
    assert second.native_id == "1000000000000000002"
    assert connector.retry(Reject("page.json:9", "was bad")) == Reject(
        "page.json:9", "the file holds no such conversation any more"
    )


def test_retry_of_a_file_that_is_gone_says_so_and_reads_nothing_outside_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "in", "a.txt")
    write(tmp_path, "outside.txt")
    connector = plugin(name="calls", path=tmp_path / "in")
    for where in ("b.txt", "../outside.txt", "a", "a.txtt"):
        assert connector.retry(Reject(where, "was bad")) == Reject(where, "the file is gone")


def test_the_settings_of_the_source_reach_every_item(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    [item] = items(pull(tmp_path, language="he-IL", product="Fibre 500", solicited=True, channel="chat"))
    assert isinstance(item, Feedback)
    assert (item.language, item.product, item.solicited, item.channel) == ("he", "Fibre 500", True, "chat")


def test_every_fixture_is_read_and_says_how(tmp_path: Path) -> None:
    found = [item for item in items(pull(TRANSCRIPTS)) if isinstance(item, Feedback)]
    assert len({item.id for item in found}) == len(found)
    for item in found:
        assert item.extra["role_source"] in {"vendor", "config", "channel", "label", "guess"}
        assert item.extra["said_at_from"] in {"vendor", "filename", "config", "file"}
        assert item.said_at.tzinfo is not None
        assert item.text
