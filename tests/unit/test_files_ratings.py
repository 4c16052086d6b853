"""Ratings of every scale and spelling, as a share from 0 to 1."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Page, Window
from connectors.record import Feedback
from connectors.sources.files import plugin
from connectors.tabular import ratings
from connectors.tabular.ratings import Scale
from tests.pages import notes, rejects


def read(folder: Path, cells: list[str], **settings: Any) -> list[Page]:
    path = folder / "reviews.csv"
    rows = "".join(f"remark number {n};{cell}\n" for n, cell in enumerate(cells))
    path.write_text(f"text;rating\n{rows}", encoding="utf-8")
    return list(plugin(name="shop", path=path, said_at="2026-11-01", **settings).pull({}, Window()))


def shares(pages: list[Page]) -> list[float | None]:
    return [item.rating for page in pages for item in page.items if isinstance(item, Feedback)]


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("4/5", 0.75),
        ("۴ از ۵", 0.75),
        ("4 מתוך 5", 0.75),
        ("Rated 5 out of 5 stars", 1.0),
        ("7/10", 2 / 3),
        ("0/10", 0.0),
        ("★★★★☆", 0.75),
        ("⭐⭐⭐", 0.5),
        ("★★★½☆", 0.625),
        ("80%", 0.8),
        ("۸۰٪", 0.8),
        ("FIVE", 1.0),
        ("FOUR_STARS", 0.75),
        ("Excellent", 1.0),
        ("چهار", 0.75),
        ("good", 1.0),
        ("👎", 0.0),
    ],
)
def test_a_cell_that_names_its_scale_needs_no_other(written: str, share: float) -> None:
    found = ratings.score(written)
    assert found is not None
    assert ratings.share(found, None) == pytest.approx(share)


@pytest.mark.parametrize(
    ("cells", "scale"),
    [
        (["1", "3", "5"], Scale(1, 5)),
        (["4", "5"], Scale(1, 5)),
        (["1"], Scale(1, 5)),
        (["4.5", "0.5"], Scale(0, 5)),
        (["4,5", "3,0"], Scale(1, 5)),
        (["0", "1"], Scale(0, 1)),
        (["0.2", "0.95"], Scale(0, 1)),
        (["2", "9"], Scale(1, 10)),
        (["0", "9", "10"], Scale(0, 10)),
        (["84", "100", "60"], Scale(0, 100)),
        (["-2", "0", "1"], Scale(-2, 2)),
        (["۴", "۵"], Scale(1, 5)),
    ],
)
def test_the_scale_is_guessed_from_the_whole_column_and_said(tmp_path: Path, cells: list[str], scale: Scale) -> None:
    pages = read(tmp_path, cells)
    numbers = [found.value for cell in cells if (found := ratings.score(cell))]
    assert shares(pages) == pytest.approx([(n - scale.low) / (scale.high - scale.low) for n in numbers])
    assert f"rating is read as {scale}" in notes(pages)


def test_a_file_sorted_by_rating_is_not_misread(tmp_path: Path) -> None:
    pages = read(tmp_path, ["3"] * 1500 + ["9"] * 100)
    assert shares(pages)[0] == pytest.approx(2 / 9)


def test_one_slip_of_the_finger_is_a_reject_and_no_new_scale(tmp_path: Path) -> None:
    pages = read(tmp_path, ["1", "2", "3", "4", "5"] * 40 + ["55"])
    assert shares(pages)[:5] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert [reject.reason for reject in rejects(pages)] == ["the rating 55 lies outside the scale 1 to 5"]


def test_a_scale_that_was_told_is_used_and_not_guessed(tmp_path: Path) -> None:
    pages = read(tmp_path, ["4", "7"], rating_max=7)
    assert shares(pages) == pytest.approx([0.5, 1.0])
    assert "scale guessed" not in notes(pages)


def test_empty_ratings_are_none_and_unreadable_ones_are_rejects(tmp_path: Path) -> None:
    pages = read(tmp_path, ["5", "", "N/A", "-", "3", "4", "2", "1", "5", "4", "3", "superb, really"])
    assert shares(pages)[:4] == [1.0, None, None, None]
    assert [reject.where for reject in rejects(pages)] == ["reviews.csv:13"]


def test_numbers_that_fit_no_scale_are_not_guessed_to_be_ratings(tmp_path: Path) -> None:
    assert shares(read(tmp_path, ["4521", "812", "99000"])) == [None, None, None]


def test_a_rating_without_words_is_kept_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("text,rating,date\n,5,2026-11-01\n,,2026-11-01\nfine and good,4,2026-11-01\n", encoding="utf-8")
    pages = list(plugin(name="shop", path=path).pull({}, Window()))
    assert [(item.text, item.rating) for item in pages[0].items if isinstance(item, Feedback)] == [
        ("", 1.0),
        ("fine and good", 0.75),
    ]
    assert [reject.reason for reject in rejects(pages)] == ["the row has neither words nor a rating"]
    assert "rows with a rating and no words: 1" in notes(pages)


def test_a_survey_from_nought_to_ten_is_known_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("comment,nps\nquite good indeed,9\nbad and slow,6\n", encoding="utf-8")
    items = [item for page in plugin(name="s", path=path).pull({}, Window()) for item in page.items]
    assert [(item.rating, item.channel, item.solicited) for item in items if isinstance(item, Feedback)] == [
        (0.9, "survey", True),
        (0.6, "survey", True),
    ]


@given(st.integers(1, 5))
def test_stars_from_one_to_five_are_quarters(stars: int) -> None:
    found = ratings.score("★" * stars + "☆" * (5 - stars))
    assert found is not None
    assert ratings.share(found, None) == (stars - 1) / 4


@given(st.text(max_size=40))
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    with suppress(ValueError):
        found = ratings.score(text)
        assert found is None or 0 <= ratings.share(found, Scale(1, 5)) <= 1
