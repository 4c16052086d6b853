"""The source as a whole: identity, folders, cursors, crashes, windows, retries."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Page, Reject, Window
from connectors.errors import ConfigError
from connectors.record import Feedback
from connectors.sources.files import plugin
from mining.privacy import mask_reject
from tests.pages import feedback, notes, rejects, write

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEADER = "text,date,author,rating\n"


def pull(
    path: Path | str, cursor: Mapping[str, object] | None = None, window: Window | None = None, **more: Any
) -> list[Page]:
    return list(plugin(name="shop", path=path, clock=lambda: NOW, **more).pull(cursor or {}, window or Window()))


def many(count: int, start: int = 0) -> str:
    return "".join(f"remark {n} of many,2026-10-{n % 28 + 1:02},Ann,{n % 5 + 1}\n" for n in range(start, start + count))


class TestIdentity:
    def test_an_equal_row_counts_once_and_that_is_said(self, tmp_path: Path) -> None:
        row = "too late,2026-11-02,Ann,2\n"
        pages = pull(write(tmp_path, HEADER + row + row + row))
        assert [item.extra["where"] for item in feedback(pages)] == ["reviews.csv:2"]
        assert "rows that repeat an earlier one: 2, counted once" in notes(pages)

    def test_the_same_words_of_two_people_are_two(self, tmp_path: Path) -> None:
        pages = pull(write(tmp_path, HEADER + "too late,2026-11-02,Ann,2\ntoo late,2026-11-02,Bob,2\n"))
        assert len({item.id for item in feedback(pages)}) == 2

    def test_equal_rows_may_be_kept_with_ids_that_stay(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + "good,2026-11-02,,5\n" * 3)
        first, again = (feedback(pull(path, duplicates="keep")) for _ in range(2))
        assert len({item.id for item in first}) == 3
        assert [item.id for item in first] == [item.id for item in again]

    def test_an_id_outlives_another_time_zone_scale_and_order_of_rows(self, tmp_path: Path) -> None:
        rows = ["too late,2026-11-02,Ann,2\n", "too slow,2026-11-03,Bob,4\n"]
        here = feedback(pull(write(tmp_path, HEADER + "".join(rows))))
        there = feedback(
            pull(write(tmp_path, HEADER + "".join(rows[::-1])), timezone="Asia/Tehran", rating_max=10, language="he")
        )
        assert {item.id for item in here} == {item.id for item in there}

    def test_an_id_that_two_remarks_share_in_one_file_is_a_reject(self, tmp_path: Path) -> None:
        path = write(tmp_path, "ticket,text\nt1,too late\nt2,fine\nt1,and too dear\nt1,too late\n")
        pages = pull(path, map={"native_id": "ticket"})
        assert [item.text for item in feedback(pages)] == ["too late", "fine"]
        assert [(reject.where, "map native_id" in reject.reason) for reject in rejects(pages)] == [
            ("reviews.csv:4", True)
        ]

    def test_a_later_export_corrects_an_earlier_one(self, tmp_path: Path) -> None:
        write(tmp_path, "review_id,text\nr1,too late\nr2,fine\n", "2026-10.csv")
        write(tmp_path, "review_id,text\nr1,too late but they paid\nr2,fine\nr3,new\n", "2026-11.csv")
        for size in (1, 1000):
            pages = pull(tmp_path, page_size=size)
            last = {item.native_id: item.text for item in feedback(pages)}
            assert last == {"r1": "too late but they paid", "r2": "fine", "r3": "new"}
            assert "under the same id: 1" in notes(pages)
            for page in pages:
                assert len({item.id for item in feedback([page])}) == len(feedback([page]))

    def test_a_missing_id_cell_is_replaced_by_a_hash(self, tmp_path: Path) -> None:
        items = feedback(pull(write(tmp_path, "review_id,text\nr1,too late\n,too slow\n")))
        assert items[0].native_id == "r1"
        assert len(items[1].native_id) == 24

    def test_where_says_file_and_line(self, tmp_path: Path) -> None:
        write(tmp_path, HEADER + "too late,2026-11-02,Ann,2\nbad date,soon,Ann,2\n", "2026/october.csv")
        pages = pull(tmp_path)
        assert [item.extra["where"] for item in feedback(pages)] == ["2026/october.csv:2"]
        assert [reject.where for reject in rejects(pages)] == ["2026/october.csv:3"]


class TestFolders:
    def test_a_folder_is_read_to_its_last_corner_and_hidden_files_are_not(self, tmp_path: Path) -> None:
        write(tmp_path, HEADER + many(1), "a.csv")
        write(tmp_path, json.dumps({"text": "from json lines", "date": "2026-11-02"}), "deep/er/b.jsonl")
        write(tmp_path, "# readme", "README.md")
        for hidden in (".hidden/c.csv", ".d.csv", "~$a.csv"):
            write(tmp_path, HEADER + many(1, 90), hidden)
        assert {item.extra["where"] for item in feedback(pull(tmp_path))} == {"a.csv:2", "deep/er/b.jsonl:1"}

    def test_a_pattern_reads_what_it_matches(self, tmp_path: Path) -> None:
        for number, name in enumerate(("2026/a.csv", "2026/b.csv", "2025/a.csv")):
            write(tmp_path, HEADER + many(1, number), name)
        assert {item.extra["where"] for item in feedback(pull(f"{tmp_path}/2026/*.csv"))} == {"a.csv:2", "b.csv:2"}
        assert len(feedback(pull(f"{tmp_path}/**/a.csv"))) == 2

    def test_a_folder_with_nothing_to_read_says_what_is_there_and_what_is_read(self, tmp_path: Path) -> None:
        write(tmp_path, "x", "a.xml")
        write(tmp_path, "x", "b.xml")
        write(tmp_path, "x", "README")
        with pytest.raises(ConfigError, match="no file in") as caught:
            pull(tmp_path)
        assert "found: .xml (2), no ending (1)" in caught.value.hint
        assert ".csv, .tsv" in caught.value.hint

    @pytest.mark.parametrize("path", ["nowhere.csv", "nowhere/*.csv"])
    def test_a_path_to_nothing_is_an_error_only_when_it_is_read(self, tmp_path: Path, path: str) -> None:
        source = plugin(name="shop", path=tmp_path / path)
        with pytest.raises(ConfigError, match="nowhere"):
            list(source.pull({}, Window()))

    def test_one_bad_file_among_good_ones_is_a_reject_said_once(self, tmp_path: Path) -> None:
        write(tmp_path, HEADER + many(1), "good.csv")
        write(tmp_path, "sku,price\nA1,3.20\n", "prices.csv")
        (tmp_path / "sheet.csv").write_bytes(b"PK\x03\x04" + bytes(range(256)))
        pages = pull(tmp_path)
        assert len(feedback(pages)) == 1
        assert {reject.where for reject in rejects(pages)} == {"prices.csv", "sheet.csv"}
        assert not pull(tmp_path, pages[-1].cursor)

    def test_a_file_that_may_not_be_opened_is_tried_again(self, tmp_path: Path) -> None:
        write(tmp_path, HEADER + many(1), "good.csv")
        (tmp_path / "link.csv").symlink_to(tmp_path / "gone.csv")
        pages = pull(tmp_path)
        assert len(feedback(pages)) == 1
        assert "link.csv cannot be opened" in notes(pages)
        write(tmp_path, HEADER + many(1, 5), "gone.csv")
        assert {item.text for item in feedback(pull(tmp_path, pages[-1].cursor))} == {"remark 5 of many"}

    def test_equal_files_count_once_and_equal_notes_are_said_once(self, tmp_path: Path) -> None:
        for name in ("a.csv", "a (1).csv"):
            write(tmp_path, HEADER + many(3), name)
        pages = pull(tmp_path)
        assert len(feedback(pages)) == 3
        assert notes(pages).count("mapping guessed") == 1


class TestCursor:
    def test_a_finished_file_that_has_not_changed_gives_nothing(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(5) + "bad,soon,Ann,2\n")
        pages = pull(path, page_size=2)
        assert pull(path, pages[-1].cursor) == []

    def test_the_cursor_is_json_and_says_its_version_and_no_words(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(3))
        cursor = pull(path)[-1].cursor
        assert json.loads(json.dumps(cursor)) == cursor
        assert cursor["v"] == 1
        files = cursor["files"]
        assert isinstance(files, dict)
        assert set(files["reviews.csv"]) == {"size", "mtime_ns", "sha", "row", "done"}
        assert "remark" not in json.dumps(cursor)

    @pytest.mark.parametrize("stored", range(8))
    def test_a_crash_after_any_page_loses_nothing_and_doubles_nothing(self, tmp_path: Path, stored: int) -> None:
        write(tmp_path, HEADER + many(7) + many(3), "a.csv")
        write(tmp_path, HEADER + many(6, 10) + "bad,soon,Ann,2\n", "b.csv")
        whole = pull(tmp_path, page_size=2)
        before = whole[:stored]
        after = pull(tmp_path, before[-1].cursor if before else {}, page_size=2)
        ids = [item.id for item in feedback(before) + feedback(after)]
        assert sorted(ids) == sorted(item.id for item in feedback(whole))
        assert len(rejects(before) + rejects(after)) == 1

    def test_lines_that_were_added_are_found(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(3))
        first = pull(path)
        write(tmp_path, HEADER + many(5))
        second = feedback(pull(path, first[-1].cursor))
        assert {item.id for item in second} >= {item.id for item in feedback(first)}
        assert len({item.id for item in second}) == 5

    def test_a_changed_file_is_read_again(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(3))
        cursor = pull(path)[-1].cursor
        write(tmp_path, (HEADER + many(3)).replace("remark 1", "REMARK 1"))
        assert "REMARK 1 of many" in {item.text for item in feedback(pull(path, cursor))}

    def test_a_file_that_changed_in_the_middle_of_a_run_begins_anew(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(6))
        cursor = pull(path, page_size=2)[0].cursor
        write(tmp_path, HEADER + "new,2026-11-02,Ann,1\n" + many(6))
        assert len(feedback(pull(path, cursor))) == 7

    def test_a_small_file_that_was_only_touched_gives_nothing(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(3))
        cursor = pull(path)[-1].cursor
        os.utime(path, (1, 1))
        assert not feedback(pull(path, cursor))

    def test_a_new_mapping_reads_everything_again(self, tmp_path: Path) -> None:
        path = write(tmp_path, "body,comment\nthe one here,the other there\n")
        cursor = pull(path, map={"text": "body"})[-1].cursor
        assert not pull(path, cursor, map={"text": "body"}, page_size=7)
        assert [item.text for item in feedback(pull(path, cursor, map={"text": "comment"}))] == ["the other there"]

    def test_files_that_are_gone_leave_the_cursor(self, tmp_path: Path) -> None:
        for name in ("a.csv", "b.csv"):
            write(tmp_path, HEADER + many(1), name)
        cursor = pull(tmp_path)[-1].cursor
        (tmp_path / "a.csv").unlink()
        pages = pull(tmp_path, cursor)
        assert not feedback(pages)
        assert "a.csv" not in json.dumps(pages[-1].cursor)

    @pytest.mark.parametrize(
        "cursor", [{"v": 2, "files": {}}, {"files": {}}, {"v": 1}, {"v": 1, "files": {"a": {"x": 1}}}]
    )
    def test_a_strangers_cursor_is_refused(self, tmp_path: Path, cursor: dict[str, object]) -> None:
        with pytest.raises(ConfigError, match="cursor"):
            pull(write(tmp_path, HEADER + many(1)), cursor)

    def test_done_grows_to_one(self, tmp_path: Path) -> None:
        write(tmp_path, HEADER + many(5), "a.csv")
        write(tmp_path, HEADER + many(5, 10), "b.csv")
        done = [page.done for page in pull(tmp_path, page_size=2)]
        assert done == sorted(done, key=lambda share: share or 0.0)
        assert done[-1] == 1.0

    def test_a_file_much_longer_than_a_page_is_never_held_whole(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(2500))
        pages = pull(path)
        assert [len(page.items) for page in pages] == [1000, 1000, 500]


class TestWindow:
    SINCE = datetime(2026, 10, 10, tzinfo=UTC)
    UNTIL = datetime(2026, 10, 20, tzinfo=UTC)

    def test_since_is_inclusive_and_until_exclusive(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(28))
        days = [item.said_at.day for item in feedback(pull(path, window=Window(self.SINCE, self.UNTIL)))]
        assert days == list(range(10, 20))

    def test_a_wider_window_finds_what_a_narrow_one_left_out(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + many(28))
        cursor = pull(path, window=Window(self.SINCE))[-1].cursor
        assert not pull(path, cursor, Window(self.SINCE))
        assert not pull(path, cursor, Window(self.UNTIL))
        assert len(feedback(pull(path, cursor))) == 28


class TestRetry:
    def test_a_row_is_read_again_with_todays_settings(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + "too late,5 October 26 at noon,Ann,2\n" + many(3))
        reject = rejects(pull(path))[0]
        assert reject.author == "Ann"
        source = plugin(name="shop", path=path, date_format="%d %B %y at noon", clock=lambda: NOW)
        item = source.retry(reject)
        assert isinstance(item, Feedback)
        assert (item.text, item.rating, item.extra["where"]) == ("too late", 0.25, "reviews.csv:2")
        assert item.said_at == datetime(2026, 10, 5, tzinfo=UTC)

    def test_what_is_still_wrong_stays_rejected_with_its_place(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + "too late,soon,Ann,2\n" + many(3))
        reject = rejects(pull(path))[0]
        assert plugin(name="shop", path=path).retry(reject) == reject

    def test_it_works_when_the_file_is_gone(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + "too late,,Ann,2\n" + many(3))
        reject = rejects(pull(path))[0]
        path.unlink()
        item = plugin(name="shop", path=path, said_at="2026-10-05").retry(reject)
        assert isinstance(item, Feedback)
        assert item.text == "too late"

    @pytest.mark.parametrize(
        "raw", ["", "not json", "[1]", '{"_cells": ["a", "b"]}', '{"text": "cut", "_cut": true}', "[" * 9999]
    )
    def test_what_was_never_a_whole_row_stays_rejected(self, tmp_path: Path, raw: str) -> None:
        path = write(tmp_path, HEADER + many(3))
        reject = Reject("reviews.csv:9", "because", raw)
        assert plugin(name="shop", path=path).retry(reject) == reject

    def test_a_mended_row_has_the_same_id_as_when_its_file_is_read_again(self, tmp_path: Path) -> None:
        path = write(tmp_path, HEADER + "call +972 50-123-4567,5 October 26 at noon,Ann Lee,2\n" + many(3))
        masked = mask_reject(rejects(pull(path))[0], key=bytes(32))
        assert "Ann" not in masked.raw
        assert "4567" not in masked.raw
        mended: dict[str, Any] = {"date_format": "%d %B %y at noon", "path": path}
        item = plugin(name="shop", **mended, clock=lambda: NOW).retry(masked)
        assert isinstance(item, Feedback)
        assert item.id in {again.id for again in feedback(pull(**mended))}

    def test_a_row_whose_id_would_change_waits_for_the_next_pull(self, tmp_path: Path) -> None:
        path = write(tmp_path, "text,date,due\ntoo late,soon,2026-11-02\nfine,2026-11-02,2026-11-02\n")
        reject = rejects(pull(path))[0]
        again = plugin(name="shop", path=path, map={"said_at": "due"}).retry(reject)
        assert isinstance(again, Reject)
        assert "pull the source again" in again.reason

    def test_a_second_remark_under_one_id_does_not_replace_the_first(self, tmp_path: Path) -> None:
        path = write(tmp_path, "ticket,text\nt1,too late\nt1,and too dear\n")
        told = {"native_id": "ticket"}
        reject = rejects(pull(path, map=told))[0]
        assert plugin(name="shop", path=path, map=told).retry(reject) == reject

    def test_a_refused_file_that_was_mended_gives_its_first_row(self, tmp_path: Path) -> None:
        write(tmp_path, HEADER + many(3), "good.csv")
        write(tmp_path, "sku,price\nA1,3.20\n", "other.csv")
        reject = rejects(pull(tmp_path))[0]
        assert reject.where == "other.csv"
        assert isinstance(plugin(name="shop", path=tmp_path).retry(reject), Reject)
        write(tmp_path, HEADER + many(2, 50), "other.csv")
        item = plugin(name="shop", path=tmp_path).retry(reject)
        assert isinstance(item, Feedback)
        assert item.text == "remark 50 of many"

    def test_a_row_of_a_megabyte_is_kept_as_64_kilobytes_of_json(self, tmp_path: Path) -> None:
        row = {"text": "א" * 400_000, "date": "soon", "more": {"x": ["\n" * 300_000]}}
        path = write(tmp_path, json.dumps(row), "reviews.jsonl")
        reject = rejects(pull(path, map={"text": "text", "said_at": "date"}))[0]
        assert len(reject.raw.encode()) <= 65_536
        assert json.loads(reject.raw)["text"].startswith("אאא")


def test_a_text_longer_than_the_limit_is_a_reject(tmp_path: Path) -> None:
    path = write(tmp_path, "text,date\nshort one,2026-11-02\n" + "long " * 30 + ",2026-11-02\n")
    pages = pull(path, max_text=100)
    assert [item.text for item in feedback(pages)] == ["short one"]
    assert "longer than 100 characters" in rejects(pages)[0].reason


def test_a_row_nested_without_end_is_a_reject(tmp_path: Path) -> None:
    deep = '{"text": "words of one", "date": "2026-11-02", "x": ' + '{"y":' * 900 + "1" + "}" * 901
    pages = pull(write(tmp_path, deep, "reviews.jsonl"))
    assert len(feedback(pages)) + len(rejects(pages)) == 1


def test_nothing_is_opened_before_the_first_page_is_asked_for(tmp_path: Path) -> None:
    source = plugin(name="shop", path=tmp_path / "later.csv")
    pages = source.pull({}, Window())
    write(tmp_path, HEADER + many(2), "later.csv")
    assert len(feedback(list(pages))) == 2
