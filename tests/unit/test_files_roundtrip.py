"""What is written is what is read, whatever the format, the dialect, the encoding and the names of the columns."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Window
from connectors.errors import ConfigError
from connectors.record import Feedback
from connectors.sources.files import plugin

# Signs of all kinds; those that a cell loses by intention (NUL, a mark at its edge) have tests of their own.
SIGNS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufeff") | st.sampled_from(
    "\n\r\t\"',;|\\"
)
TEXT = st.text(SIGNS, min_size=1, max_size=80).filter(lambda text: bool(text.strip()))
NAME = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=8)
LETTERS = {
    "cp1252": 'abcdefgh éüñß“”,;"\n',
    "cp1255": 'abc אבגדהוזחטיכלמנסעפצקרשתםןףץך,;"\n',
    "cp1256": 'abc ابتثجحخدذرزسشصضطظعغفقلمنهويپچژگک,;"\n',
}
TARGETS = ("native_id", "text", "said_at", "author", "rating")


@dataclass(frozen=True)
class Remark:
    text: str
    said_at: datetime
    author: str
    stars: int

    def expected(self) -> tuple[object, ...]:
        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").strip()
        return (lines, self.said_at.replace(microsecond=0), self.author, (self.stars - 1) / 4)


def remarks(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[Remark]]:
    times = st.datetimes(
        datetime.fromisoformat("1995-01-01"), datetime.fromisoformat("2026-11-01"), timezones=st.just(UTC)
    )
    authors = st.sampled_from(["Ann", "Bob", "שרה", "مریم", 'O\'Neil, "Jim"'])
    return st.lists(st.builds(Remark, text, times, authors, st.integers(1, 5)), min_size=1, max_size=12)


NAMES = st.lists(NAME, min_size=len(TARGETS), max_size=len(TARGETS), unique=True)
Table = Sequence[Mapping[str, str]]


def table(names: Sequence[str], said: Sequence[Remark]) -> Table:
    cells = [
        (f"r{n}", one.text, one.said_at.strftime("%Y-%m-%dT%H:%M:%SZ"), one.author, str(one.stars))
        for n, one in enumerate(said)
    ]
    return [dict(zip(names, row, strict=True)) for row in cells]


def read(path: Path, names: Sequence[str], **more: Any) -> dict[str, tuple[object, ...]]:
    source = plugin(name="shop", path=path, map=dict(zip(TARGETS, names, strict=True)), **more)
    items = [item for page in source.pull({}, Window()) for item in page.items]
    assert all(isinstance(item, Feedback) for item in items), items
    return {i.native_id: (i.text, i.said_at, i.author, i.rating) for i in items if isinstance(i, Feedback)}


def expected(said: Sequence[Remark]) -> dict[str, tuple[object, ...]]:
    return {f"r{n}": one.expected() for n, one in enumerate(said)}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder, number = tmp_path_factory.mktemp("roundtrip"), count()
    return lambda name: folder / f"{next(number)}-{name}"


def delimited(rows: Table, delimiter: str, quoting: int, ending: str) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, quoting=quoting, lineterminator=ending)  # type: ignore[arg-type]  # typeshed wants a literal
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@given(
    remarks(TEXT),
    NAMES,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_delimited_files_in_any_dialect(
    fresh: Callable[[str], Path],
    said: list[Remark],
    names: list[str],
    delimiter: str,
    quoting: int,
    ending: str,
    encoding: str,
    packed: bool,
) -> None:
    path = fresh("reviews.csv")
    content = delimited(table(names, said), delimiter, quoting, ending).encode(encoding)
    path.write_bytes(gzip.compress(content) if packed else content)
    assert read(path, names) == expected(said)


@pytest.mark.parametrize("encoding", LETTERS)
@given(st.data(), NAMES)
@settings(max_examples=40, deadline=None)
def test_delimited_files_in_the_old_code_pages(
    fresh: Callable[[str], Path], encoding: str, data: st.DataObject, names: list[str]
) -> None:
    text = st.text(LETTERS[encoding], min_size=1, max_size=60).filter(lambda text: bool(text.strip()))
    said = [Remark(one.text, one.said_at, "Ann", one.stars) for one in data.draw(remarks(text))]
    path = fresh("reviews.csv")
    path.write_bytes(delimited(table(names, said), ",", csv.QUOTE_MINIMAL, "\r\n").encode(encoding))
    assert read(path, names, encoding=encoding) == expected(said)


@given(remarks(TEXT), NAMES, st.sampled_from(["lines", "array", "object"]), st.booleans(), st.sampled_from([None, 2]))
@settings(max_examples=100, deadline=None)
def test_json_in_any_shape(
    fresh: Callable[[str], Path], said: list[Remark], names: list[str], shape: str, ascii_only: bool, indent: int | None
) -> None:
    rows = table(names, said)
    if shape == "lines":
        path, content = fresh("reviews.jsonl"), "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    else:
        document = rows if shape == "array" else {"page": {"number": 1}, "reviews": rows}
        path, content = fresh("reviews.json"), json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    path.write_bytes(content.encode())
    assert read(path, names) == expected(said)


@given(remarks(TEXT), NAMES)
@settings(max_examples=30, deadline=None)
def test_parquet(fresh: Callable[[str], Path], said: list[Remark], names: list[str]) -> None:
    path = fresh("reviews.parquet")
    parquet.write_table(arrow.Table.from_pylist(list(table(names, said))), path)
    assert read(path, names) == expected(said)


@given(st.binary(max_size=400), st.sampled_from(["reviews.csv", "reviews.json", "reviews.jsonl", "reviews.parquet"]))
@settings(max_examples=200, deadline=None)
def test_any_bytes_at_all_give_rows_rejects_or_an_error_in_words(
    fresh: Callable[[str], Path], content: bytes, name: str
) -> None:
    path = fresh(name)
    path.write_bytes(b"text,date\n" + content if name.endswith(".csv") else content)
    try:
        pages = list(plugin(name="shop", path=path).pull({}, Window()))
    except ConfigError:
        return
    for page in pages:
        json.dumps(page.cursor).encode()
        for item in page.items:
            (item.text if isinstance(item, Feedback) else item.raw + item.reason).encode()
