"""Sweeps over listings in memory: whatever order, crashes and ceilings there are, what Reddit lists is found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Page, Window
from connectors.errors import ConfigError
from connectors.record import Feedback
from connectors.reddit import listings
from connectors.reddit.listings import PLACES
from connectors.reddit.records import Records
from connectors.reddit.standing import Standing, taken_up
from connectors.reddit.sweep import Bounds, Sweep
from tests.fake_clock import FakeClock

HOUR = 3600.0
LISTING = listings.posts("acme")


class Shelf:
    """A listing in memory: times of posts by name, newest first but for those that were moved to the top."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.posts: dict[str, float] = {}
        self.on_top: list[str] = []
        self.places = PLACES

    def say(self, name: str, ago: float = 0.0) -> None:
        self.posts[name] = self.clock.now().timestamp() - ago

    def get(self, path: str, params: Mapping[str, str | int], what: str) -> dict[str, Any]:
        order = sorted(self.posts, key=lambda name: (name in self.on_top, self.posts[name], name), reverse=True)
        names = order[: self.places]
        after = params.get("after")
        start = 0 if after is None else names.index(str(after)) + 1 if after in names else len(names)
        page = names[start : start + int(params["limit"])]
        more = start + len(page) < len(names) and page
        children = [
            {"kind": "t3", "data": {"name": name, "id": name[3:], "title": name, "created_utc": self.posts[name]}}
            for name in page
        ]
        return {"kind": "Listing", "data": {"children": children, "after": page[-1] if more else None}}


def pages(
    shelf: Shelf,
    cursor: Mapping[str, object] | None = None,
    window: Window | None = None,
    size: int = 3,
    stop: int | None = None,
    lookback: float = HOUR,
) -> list[Page]:
    window = window or Window()
    progress = taken_up(json.loads(json.dumps(cursor or {})), window)
    since = window.since.timestamp() if window.since else None
    records = Records("reddit", None, shelf.clock)
    sweep = Sweep(shelf, records, [LISTING], progress, Bounds(size, since, lookback), shelf.clock)
    return list(islice(sweep.pages(), stop))


def names(found: list[Page]) -> set[str]:
    return {item.native_id for page in found for item in page.items if isinstance(item, Feedback)}


@settings(max_examples=40)
@given(
    ages=st.lists(st.floats(0, 400), min_size=1, max_size=40),
    top=st.sets(st.integers(0, 39), max_size=6),
    crashes=st.lists(st.integers(1, 4), max_size=5),
    size=st.integers(1, 7),
)
def test_crashes_and_disorder_lose_nothing(ages: list[float], top: set[int], crashes: list[int], size: int) -> None:
    shelf = Shelf(FakeClock())
    for number, age in enumerate(ages):
        shelf.say(f"t3_{number}", age * HOUR)
    shelf.on_top = [f"t3_{number}" for number in top]
    stored: list[Page] = []
    for turn, stop in enumerate([*crashes, None, None]):
        stored += pages(shelf, stored[-1].cursor if stored else None, size=size, stop=stop)
        shelf.say(f"t3_new{turn}")
        shelf.clock.pass_by(60)
    stored += pages(shelf, stored[-1].cursor, size=size)
    assert names(stored) == set(shelf.posts)


@settings(max_examples=40)
@given(ages=st.lists(st.floats(-300, 400), min_size=1, max_size=20), size=st.integers(1, 5))
def test_the_watermark_never_passes_the_start_of_the_run_and_moves_at_its_end_alone(
    ages: list[float], size: int
) -> None:
    """Negative ages are those of a vendor whose clock is fast."""
    shelf = Shelf(FakeClock())
    for number, age in enumerate(ages):
        shelf.say(f"t3_{number}", age * HOUR)
    began = shelf.clock.now().timestamp()
    found = pages(shelf, size=size)
    highs = [dict(page.cursor)["listings"][LISTING.key].get("high") for page in found]  # type: ignore[index]
    assert highs[-1] == pytest.approx(min(began, max(shelf.posts.values())))
    in_mid_sweep = [page for page in found if "after" in dict(page.cursor)["listings"][LISTING.key]]  # type: ignore[index]
    assert all("high" not in dict(page.cursor)["listings"][LISTING.key] for page in in_mid_sweep)  # type: ignore[index]


@settings(max_examples=40)
@given(st.integers(1, 60), st.integers(0, 60))
def test_a_backfill_finds_its_window_and_nothing_else(hours: int, until: int) -> None:
    shelf = Shelf(FakeClock())
    for number in range(60):
        shelf.say(f"t3_{number}", number * HOUR)
    now = shelf.clock.now()
    window = Window(now - timedelta(hours=until + hours), now - timedelta(hours=until))
    found = pages(shelf, window=window)
    assert names(found) == {f"t3_{number}" for number in range(60) if until < number <= until + hours}
    assert "high" not in str(found[-1].cursor)


@settings(max_examples=40)
@given(ages=st.lists(st.floats(0, 400), min_size=1, max_size=20), later=st.floats(0, 900), lookback=st.floats(0, 100))
def test_the_final_cursor_of_an_unchanged_place_gives_no_items(
    ages: list[float], later: float, lookback: float
) -> None:
    shelf = Shelf(FakeClock())
    for number, age in enumerate(ages):
        shelf.say(f"t3_{number}", age * HOUR)
    found = pages(shelf, lookback=lookback * HOUR)
    for _ in range(3):
        shelf.clock.pass_by(later * HOUR)
        found = pages(shelf, found[-1].cursor, lookback=lookback * HOUR)
        assert names(found) == set()


def test_no_more_is_remembered_than_the_lookback_holds() -> None:
    shelf = Shelf(FakeClock())
    for number in range(900):
        shelf.say(f"t3_{number}", number * HOUR / 2)
    found = pages(shelf, size=100, lookback=10 * HOUR)
    assert max(len(dict(page.cursor).get("known", {})) for page in found) <= 21  # type: ignore[arg-type]
    assert max(len(json.dumps(page.cursor)) for page in found) < 2000


def test_a_listing_that_goes_round_is_left_and_said() -> None:
    shelf = Shelf(FakeClock())
    for number in range(9):
        shelf.say(f"t3_{number}", number * HOUR)
    real, asked = shelf.get, list[object]()

    def round_and_round(path: str, params: Mapping[str, str | int], what: str) -> dict[str, Any]:
        asked.append(params.get("after"))
        return real(path, {"limit": 3}, what)

    shelf.get = round_and_round  # type: ignore[method-assign]
    found = pages(shelf)
    assert len(asked) == 4
    assert any("came round" in (page.partial or "") for page in found)
    shelf.get = real  # type: ignore[method-assign]
    assert names([*found, *pages(shelf, found[-1].cursor)]) == set(shelf.posts)


def test_a_listing_that_came_empty_keeps_its_watermark() -> None:
    shelf = Shelf(FakeClock())
    shelf.say("t3_1", HOUR)
    first = pages(shelf)
    shelf.posts = {}
    empty = pages(shelf, first[-1].cursor)
    assert any("came empty" in (page.partial or "") for page in empty)
    assert dict(empty[-1].cursor)["listings"] == dict(first[-1].cursor)["listings"]


@pytest.mark.parametrize("cursor", [{"v": 2}, {"v": 10_000}, {"listings": {}}, {"v": 1, "listings": 7}], ids=str)
def test_a_strangers_cursor_is_refused_in_words(cursor: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        taken_up(cursor, Window())
    assert caught.value.hint


def test_a_backfill_of_another_window_begins_anew() -> None:
    shelf = Shelf(FakeClock())
    for number in range(30):
        shelf.say(f"t3_{number}", number * HOUR)
    now = shelf.clock.now()
    one, other = (Window(now - timedelta(hours=hours), now) for hours in (9, 20))
    found = pages(shelf, window=one)
    assert len(names(pages(shelf, found[-1].cursor, other))) == 20


@settings(max_examples=40)
@given(
    st.builds(
        Standing,
        high=st.none() | st.floats(0, 2e9),
        after=st.none() | st.text(),
        places=st.integers(0, 2000),
        short=st.booleans(),
    )
)
def test_a_cursor_is_read_as_it_was_written(standing: Standing) -> None:
    progress = taken_up({}, Window())
    progress.listings["r/acme/new"] = standing
    progress.started = 5.0
    written = json.loads(json.dumps(progress.cursor()))
    assert taken_up(written, Window()) == progress


# --- filters of time ------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.floats(0, 900 * 24 * HOUR), st.floats(0, 900 * 24 * HOUR))
def test_slices_reach_beyond_what_was_seen_and_one_as_far_as_wanted(one: float, other: float) -> None:
    seen, wanted = sorted((one, other))
    ways = LISTING.slices(seen, wanted)
    lengths = [way.covers_s or 0.0 for way in ways]
    assert all(length > seen for length in lengths)
    assert not ways or lengths[0] == max(lengths) >= wanted or wanted == seen
    assert len(ways) == len({(way.path, way.params["t"]) for way in ways})


def test_without_a_beginning_and_for_comments_there_are_no_slices() -> None:
    assert LISTING.slices(HOUR, None) == []
    assert listings.comments("acme").slices(HOUR, 9 * HOUR) == []


@pytest.mark.parametrize(
    ("hours", "filter_"), [(0.5, "hour"), (20, "day"), (100, "week"), (600, "month"), (5000, "year"), (9000, None)]
)
def test_a_search_is_asked_for_the_time_that_is_wanted(hours: float, filter_: str | None) -> None:
    assert listings.search("late", "acme").first(hours * HOUR).params.get("t") == filter_
    assert "t" not in LISTING.first(hours * HOUR).params


def test_searches_of_the_same_words_in_two_places_have_two_cursors() -> None:
    keys = {listings.search("late", sub).key for sub in (None, "acme", "gadgets")}
    assert len(keys) == 3


def test_times_are_shown_in_utc() -> None:
    shelf = Shelf(FakeClock(datetime(2026, 11, 20, 9, tzinfo=UTC)))
    for number in range(PLACES + 50):
        shelf.say(f"t3_{number}", number * 60.0)
    said = [page.partial for page in pages(shelf, size=100) if page.partial]
    assert len(said) == 1
    assert "2026-11-19 17:" in said[0]
