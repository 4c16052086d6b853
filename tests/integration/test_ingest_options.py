"""Options of ``overheard ingest files`` that change what is kept, and what is printed beside JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import Home

ROWS = "text,date\nToo late again,2026-10-01\nToo late again,2026-10-01\nThe courier never rang,2026-10-02\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "reviews.csv").write_text(ROWS, encoding="utf-8")
    return Home(tmp_path / "home")


@pytest.mark.parametrize(("more", "held"), [((), 2), (("--duplicates", "keep"), 3)])
def test_equal_rows_without_an_id_count_once_unless_each_is_to_be_kept(
    home: Home, more: tuple[str, ...], held: int
) -> None:
    home.good(*home.ingest(home.folder.parent / "reviews.csv", *more))
    assert home.count() == held


def test_a_text_longer_than_the_longest_is_a_reject_and_a_retry_prints_nothing_but_json(home: Home) -> None:
    home.good(*home.ingest(home.folder.parent / "reviews.csv", "--max-text", "15"))
    assert home.count() == 1
    [reject] = json.loads(home.good("rejects", "--retry", "--json"))
    assert "longer than 15" in reject["reason"]
