"""CSV as it really is: dialects, stray quotes, wrong widths, headers in the middle, endless fields."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Page, Window
from connectors.errors import ConfigError
from connectors.sources.files import plugin
from connectors.tabular import layout
from tests.pages import notes, split, write


def read(path: Path, **settings: Any) -> list[Page]:
    return list(plugin(name="shop", path=path, said_at="2026-11-01", **settings).pull({}, Window()))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["text", "rating", "author"], ["Fine, but slow; really", "4", "Ann"], ["No | yes", "2", "Bob"]]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    feedback, rejects = split(read(write(tmp_path, out.getvalue())))
    assert [(item.text, item.author) for item in feedback] == [("Fine, but slow; really", "Ann"), ("No | yes", "Bob")]
    assert not rejects


def test_excels_own_line_about_the_delimiter_is_obeyed(tmp_path: Path) -> None:
    feedback, _ = split(read(write(tmp_path, "sep=;\r\ntext;rating\r\nToo slow, too dear;1\r\n")))
    assert [(item.text, item.rating, item.extra["where"]) for item in feedback] == [
        ("Too slow, too dear", 0.0, "reviews.csv:3")
    ]


def test_decimal_commas_do_not_split_a_file_of_semicolons(tmp_path: Path) -> None:
    feedback, rejects = split(read(write(tmp_path, "text;rating\nGood, mostly;4,5\nBad;1,0\n")))
    assert [item.rating for item in feedback] == [0.875, 0.0]
    assert not rejects


def test_line_ends_inside_quotes_belong_to_the_text_and_lines_are_counted_on(tmp_path: Path) -> None:
    path = write(tmp_path, 'text,rating\n"one\ntwo\r\nthree",3\nlast,5\n')
    feedback, _ = split(read(path))
    assert [(item.text, item.extra["where"]) for item in feedback] == [
        ("one\ntwo\nthree", "reviews.csv:2"),
        ("last", "reviews.csv:5"),
    ]


def test_a_lone_carriage_return_without_quotes_is_part_of_the_text(tmp_path: Path) -> None:
    feedback, rejects = split(read(write(tmp_path, b"text,rating\none\r\rtwo,3\r\nlast,5\r\n")))
    assert [(item.text, item.extra["where"]) for item in feedback] == [
        ("one\n\ntwo", "reviews.csv:2"),
        ("last", "reviews.csv:3"),
    ]
    assert not rejects


def test_lines_of_an_old_mac_end_with_a_carriage_return(tmp_path: Path) -> None:
    feedback, _ = split(read(write(tmp_path, b"text,rating\rfine and good,3\rlast,5\r")))
    assert [item.text for item in feedback] == ["fine and good", "last"]


def test_backslashes_before_quotes_are_understood(tmp_path: Path) -> None:
    path = write(tmp_path, 'text,rating\n"she said \\"no\\", twice",1\n"and \\"yes\\", once",5\nplain,3\n')
    feedback, rejects = split(read(path))
    assert [item.text for item in feedback] == ['she said "no", twice', 'and "yes", once', "plain"]
    assert not rejects


def test_one_column_of_sentences_needs_no_delimiter(tmp_path: Path) -> None:
    path = write(tmp_path, "comment\nGood, but slow\nBad, dear, ugly\nFine\n")
    feedback, rejects = split(read(path))
    assert [item.text for item in feedback] == ["Good, but slow", "Bad, dear, ugly", "Fine"]
    assert not rejects


def test_a_list_of_remarks_without_a_header_loses_none(tmp_path: Path) -> None:
    path = write(tmp_path, "Great app\nThe parcel came late, again\nFine\n", "remarks.txt")
    pages = read(path)
    assert [item.text for item in split(pages)[0]] == ["Great app", "The parcel came late, again", "Fine"]
    assert "no header line was found" in notes(pages)


def test_a_table_without_a_header_is_read_by_what_stands_in_it(tmp_path: Path) -> None:
    rows = "".join(f"2026-10-{day:02},The {day}. parcel came late again,{day % 5 + 1}\n" for day in range(1, 29))
    feedback, _ = split(read(write(tmp_path, rows)))
    assert len(feedback) == 28
    assert (feedback[0].text, feedback[0].said_at.day, feedback[0].rating) == ("The 1. parcel came late again", 1, 0.25)


@pytest.mark.parametrize("row", ["only one", "a,b,c,d", "a,b"])
def test_a_row_of_the_wrong_width_is_a_reject_with_its_line(tmp_path: Path, row: str) -> None:
    path = write(tmp_path, f"text,rating,author\nfine,5,Ann\n{row}\nbad,1,Bob\n")
    feedback, rejects = split(read(path))
    assert [item.text for item in feedback] == ["fine", "bad"]
    assert [reject.where for reject in rejects] == ["reviews.csv:3"]
    assert "columns where the header has 3" in rejects[0].reason


def test_a_delimiter_too_many_at_the_end_is_forgiven(tmp_path: Path) -> None:
    feedback, rejects = split(read(write(tmp_path, "text,rating\nfine,5,\nbad,1\n")))
    assert [item.text for item in feedback] == ["fine", "bad"]
    assert not rejects


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    feedback, rejects = split(read(write(tmp_path, "text,rating\n\nfine,5\n,\n\n")))
    assert [item.extra["where"] for item in feedback] == ["reviews.csv:3"]
    assert not rejects


def test_a_stray_quote_costs_one_row_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    lines = ["rating,text", '1,"never closed', *(f'{n % 5 + 1},"row {n}, quoted"' for n in range(200))]
    feedback, rejects = split(read(write(tmp_path, "\n".join(lines) + "\n")))
    assert [item.text for item in feedback] == [f"row {n}, quoted" for n in range(200)]
    assert [reject.where for reject in rejects] == ["reviews.csv:2"]
    assert "quote" in rejects[0].reason


def test_a_file_cut_off_inside_quotes_rejects_only_its_last_row(tmp_path: Path) -> None:
    feedback, rejects = split(read(write(tmp_path, 'rating,text\n5,"whole, really"\n4,"half a sen')))
    assert [item.text for item in feedback] == ["whole, really"]
    assert [(reject.where, reject.reason) for reject in rejects] == [
        ("reviews.csv:3", "the file ends inside a quoted field")
    ]


def test_a_header_that_comes_twice_is_noticed_and_left_out(tmp_path: Path) -> None:
    pages = read(write(tmp_path, "text,rating\nfine,5\ntext,rating\nbad,1\n"))
    assert [item.text for item in split(pages)[0]] == ["fine", "bad"]
    assert "line 3 repeats the header" in notes(pages)


def test_a_header_that_changes_half_way_is_used_from_there_on(tmp_path: Path) -> None:
    pages = read(write(tmp_path, "text,rating\nfine,5\nbody,author,stars\nbad,Bob,1\nugly,Eve,2\n"))
    feedback, rejects = split(pages)
    assert [(item.text, item.author) for item in feedback] == [("fine", None), ("bad", "Bob"), ("ugly", "Eve")]
    assert not rejects
    assert "line 3 is another header (body, author, stars)" in notes(pages)


def test_rows_under_a_second_header_that_lacks_a_mapped_column_are_rejects(tmp_path: Path) -> None:
    path = write(tmp_path, "text,rating\nfine,5\nbody,author,stars\nbad,Bob,1\n")
    feedback, rejects = split(read(path, map={"text": "text"}))
    assert [item.text for item in feedback] == ["fine"]
    assert [reject.where for reject in rejects] == ["reviews.csv:4"]
    assert "columns: body, author, stars" in rejects[0].reason


def test_a_report_with_lines_above_its_table_is_read_from_the_table_on(tmp_path: Path) -> None:
    path = write(
        tmp_path, "Reviews of October\nMade on 1 November, by hand\n\ntext,rating,author\nfine,5,Ann\nbad,1,Bob\n"
    )
    pages = read(path)
    assert [(item.text, item.extra["where"]) for item in split(pages)[0]] == [
        ("fine", "reviews.csv:5"),
        ("bad", "reviews.csv:6"),
    ]
    assert "the table begins in line 4" in notes(pages)


@pytest.mark.parametrize("row", ["product,review", "review,text"])
def test_two_short_words_are_no_header_even_if_both_are_names_of_columns(tmp_path: Path, row: str) -> None:
    pages = read(write(tmp_path, f"remark,topic\nfine and good,app\n{row}\nbad and slow,app\n"), map={"text": "remark"})
    assert [item.text for item in split(pages)[0]] == ["fine and good", row.split(",")[0], "bad and slow"]


def test_a_customer_who_writes_column_names_is_no_header(tmp_path: Path) -> None:
    path = write(tmp_path, "text,rating,author\ntext,5,Ann\nrating,1,text\n")
    assert [item.text for item in split(read(path))[0]] == ["text", "rating"]


def test_ten_megabytes_in_one_cell_are_a_reject_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, f'text,rating\nfine,5\n"{"long " * 2_000_000}",4\nbad,1\n')
    feedback, rejects = split(read(path))
    assert [item.text for item in feedback] == ["fine", "bad"]
    assert [reject.where for reject in rejects] == ["reviews.csv:3"]
    assert "longer than 1,000,000 characters" in rejects[0].reason
    assert len(rejects[0].raw.encode()) <= 65_536


def test_a_line_without_end_is_a_reject_and_the_rest_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.tabular.delimited.MAX_RECORD", 10_000)
    path = write(tmp_path, f"text,rating\nfine,5\n{'x' * 50_000},4\nbad,1\n")
    feedback, rejects = split(read(path))
    assert [(item.text, item.extra["where"]) for item in feedback] == [
        ("fine", "reviews.csv:2"),
        ("bad", "reviews.csv:4"),
    ]
    assert [reject.where for reject in rejects] == ["reviews.csv:3"]


def test_a_quote_that_swallows_more_than_a_record_may_hold_is_one_reject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.tabular.delimited.MAX_RECORD", 10_000)
    rows = "".join(f"row {n} is fine,{n % 5 + 1}\n" for n in range(2_000))
    feedback, rejects = split(read(write(tmp_path, f'text,rating\n"open,4\n{rows}')))
    assert len(feedback) == 2_000
    assert feedback[-1].extra["where"] == "reviews.csv:2002"
    assert [reject.where for reject in rejects] == ["reviews.csv:2"]


def test_nul_bytes_are_dropped_and_crash_nothing(tmp_path: Path) -> None:
    feedback, _ = split(read(write(tmp_path, b"text,rating\nfi\x00ne and good,5\nbad\x00,1\n")))
    assert [item.text for item in feedback] == ["fine and good", "bad"]


def test_columns_with_one_name_are_told_apart(tmp_path: Path) -> None:
    feedback, _ = split(read(write(tmp_path, "text,text,\nfine,better,x\n"), map={"text": "text_2"}))
    assert [item.text for item in feedback] == ["better"]


def test_a_packed_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    packed = gzip.compress(b"text,rating\nfine,5\n")
    for name in ("reviews.csv.gz", "reviews.csv"):
        assert [item.text for item in split(read(write(tmp_path, packed, name)))[0]] == ["fine"]


def test_a_packed_file_that_ends_early_gives_what_is_whole(tmp_path: Path) -> None:
    lines = "".join(f"remark number {n} of many,{n % 5 + 1}\n" for n in range(20_000))
    packed = gzip.compress(f"text,rating\n{lines}".encode())
    feedback, rejects = split(read(write(tmp_path, packed[: len(packed) // 2], "reviews.csv.gz")))
    assert len(feedback) > 5_000
    assert "cut off or damaged" in rejects[-1].reason


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04" + bytes(range(256)) * 9, "Excel"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 9, "PDF"),
        (bytes(range(256)) * 40, "not text"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (b"<?xml version='1.0'?><feed/>", "XML"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        read(write(tmp_path, content))
    assert caught.value.hint


def test_an_empty_file_is_a_note_and_no_error(tmp_path: Path) -> None:
    for content in (b"", b"\n \n", b"\xef\xbb\xbf"):
        pages = read(write(tmp_path, content))
        assert notes(pages) == "the file is empty"
        assert split(pages) == ([], [])


def test_a_header_alone_is_no_error(tmp_path: Path) -> None:
    assert split(read(write(tmp_path, "text,rating,date\n"))) == ([], [])


def test_the_delimiter_that_was_told_is_the_one_used(tmp_path: Path) -> None:
    path = write(tmp_path, "text~rating\nfine, good; really~5\n")
    assert [item.rating for item in split(read(path, delimiter="~"))[0]] == [1.0]


def test_single_quotes_are_quotes_where_the_header_wears_them(tmp_path: Path) -> None:
    feedback, rejects = split(read(write(tmp_path, "'text','rating'\n'fine, good','5'\n'bad','1'\n")))
    assert [item.text for item in feedback] == ["fine, good", "bad"]
    assert not rejects


def test_the_dialect_is_that_under_which_most_rows_are_as_wide_as_the_header() -> None:
    assert layout.sniff("a;b;c\n1,2,3;4;5\n1,2;3;4\n1;2;3\n").delimiter == ";"
