"""The contract of live sources (``connectors/base.py``): what a sweep finds, and what it finds after a crash.

Held against every row of ``tests/live_stalls.py``, each a source and a fake vendor on loopback. How a source takes
trouble is in ``test_live_troubles.py``, what it keeps to itself in ``test_live_secrecy.py``.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import plugins
from connectors.base import Live, Page, Window
from connectors.errors import ConfigError, OverheardError
from connectors.record import Feedback
from mining.store import Pull, Store, Stored
from tests.fake_clock import START
from tests.fake_site import meanwhile
from tests.live_stalls import (
    FILED,
    RECHECKS,
    SWEEP,
    VENDORS,
    WORDS,
    Stall,
    cursor_of,
    feedback,
    kept,
    rejects,
    stall_of,
    texts,
)
from tests.opened import watched


def test_every_live_source_has_a_row_and_every_row_a_source() -> None:
    modules = {
        name: importlib.import_module(f"connectors.sources.{name}") for name in plugins.names("connectors.sources")
    }
    live = {name for name, module in modules.items() if hasattr(module, "SECRETS")}
    assert live == {VENDORS[name].fake.use for name in FILED}


def test_it_can_do_what_live_sources_can(stall: Stall) -> None:
    source = stall.source()
    assert isinstance(source, Live)
    assert source.name == "acme"


def test_nothing_is_opened_before_pull_is_iterated(stall: Stall) -> None:
    stall.source()  # modules are loaded once; the second time shows what the source itself does
    with watched() as touched:
        stall.source().pull({}, SWEEP)
        stall.source().recheck(["1"])
    assert [what for what in touched if what.startswith("socket") or "acme" in what] == []
    assert stall.site.log == []


# --- sweeps ---------------------------------------------------------------------------------------------------------


def test_a_sweep_finds_exactly_what_is_there(stall: Stall) -> None:
    pages = stall.pull()
    assert texts(pages) == stall.words
    assert rejects(pages) == []
    assert len(pages) > 2
    assert not any(page.partial for page in pages)


def test_words_survive_to_the_last_sign(stall: Stall) -> None:
    found = texts(stall.pull())
    for native_id, text in stall.words.items():
        assert list(found[native_id]) == list(text)


def test_a_crash_after_any_page_loses_nothing(stall: Stall) -> None:
    whole = stall.pull()
    for stored in range(len(whole) + 1):
        before = stall.pull(pages=stored)
        after = stall.pull(cursor_of(before))
        assert kept([*before, *after]) == kept(whole), f"after page {stored}"


def test_a_crash_after_every_page_ends_all_the_same(stall: Stall) -> None:
    """One page a process: if its cursor did not lead on, this would never end."""
    pages: list[Page] = []
    for _ in range(60):
        step = stall.pull(cursor_of(pages), pages=1)
        pages += step
        if set(texts(pages)) == set(stall.words):
            break
    assert texts(pages) == stall.words


def _stored(store: Store, stall: Stall) -> Stored:
    """A sweep into a store."""
    what = Pull("acme|", "acme", {"use": stall.name})
    pages = stall.steps(store.cursor(what.key))
    return sum((store.put_page(what, page.items, page.cursor) for page in pages), Stored())


def test_the_second_run_changes_no_row(stall: Stall, sqlite: Store) -> None:
    first = _stored(sqlite, stall)
    assert (first.new, first.rejected) == (len(WORDS), 0)
    for later in (60, 4 * 3600, 26 * 3600):
        stall.clock.pass_by(later)
        again = _stored(sqlite, stall)
        assert (again.new, again.changed, again.deleted, again.rejected) == (0, 0, 0, 0)
    assert sqlite.count_feedback() == len(WORDS)


def test_a_second_sweep_does_not_start_from_the_beginning(stall: Stall) -> None:
    first = stall.pull()
    stall.clock.pass_by(3600)
    second = stall.pull(cursor_of(first), Window(since=START - timedelta(days=400)))
    oldest = stall.fake.native_id("101")
    assert oldest in texts(first)
    assert oldest not in texts(second)


def test_nothing_is_asked_for_that_was_said_before_the_window(stall: Stall) -> None:
    found = texts(stall.pull(window=Window(since=START - timedelta(days=4))))
    assert found == {stall.fake.native_id(id): stall.fake.words(id) for id in ("106", "107", "108", "109")}


def test_two_sweeps_give_the_same_items(stall: Stall) -> None:
    assert kept(stall.pull()) == kept(stall.pull())


def test_an_old_item_among_the_newest_ends_no_sweep(stall: Stall) -> None:
    stall.fake.pin("101")
    first = stall.pull()
    assert texts(first) == stall.words
    stall.clock.pass_by(600)
    for number in range(5):
        stall.fake.put(f"12{number}", f"And another thing ({number})", START + timedelta(minutes=number))
    assert texts([*first, *stall.pull(cursor_of(first))]) == stall.words


def test_a_vendor_where_nothing_was_said_gives_nothing(stall: Stall) -> None:
    stall.fake.items.clear()
    first = stall.pull()
    assert kept(first) == {}
    stall.fake.put("101", WORDS["101"])
    assert texts([*first, *stall.pull(cursor_of(first))]) == stall.words


# --- what happens meanwhile -----------------------------------------------------------------------------------------


def _requests_of_a_sweep(name: str) -> int:
    with stall_of(name) as calm:
        calm.pull()
        return len(calm.site.data)


def test_what_is_said_during_a_sweep_comes_with_the_next_at_the_latest(stall: Stall) -> None:
    for request in range(1, _requests_of_a_sweep(stall.name) + 1):
        with stall_of(stall.name) as here:
            here.site.at(request, meanwhile(partial(here.fake.put, "120", "Said in mid-sweep")))
            first = here.pull()
            here.clock.pass_by(600)
            assert texts([*first, *here.pull(cursor_of(first))]) == here.words, f"at request {request}"


def test_what_is_said_between_a_crash_and_the_next_run_is_found(stall: Stall) -> None:
    for stored in (1, 2, 3):
        with stall_of(stall.name) as here:
            pages = here.pull(pages=stored)
            here.clock.pass_by(600)
            here.fake.put("120", "Said after the crash")
            for _ in range(2):
                pages += here.pull(cursor_of(pages))
                here.clock.pass_by(600)
            assert texts(pages) == here.words, f"after page {stored}"


def test_what_is_taken_back_during_a_sweep_takes_nothing_else_along(stall: Stall) -> None:
    """What stood behind it moves up by one, past whoever counts pages."""
    for request in range(1, _requests_of_a_sweep(stall.name) + 1):
        with stall_of(stall.name) as here:
            here.site.at(request, meanwhile(partial(here.fake.delete, "109")))
            stored = here.pull()
            here.clock.pass_by(600)
            stored += here.pull(cursor_of(stored))
            assert here.words.items() <= texts(stored).items(), f"at request {request}"


def test_a_sweep_that_was_broken_off_goes_on_days_later(stall: Stall) -> None:
    for stored in (1, 2, 3):
        with stall_of(stall.name) as here:
            pages = here.pull(pages=stored)
            for number in range(5):
                here.clock.pass_by(86_400)
                here.fake.put(f"12{number}", f"Said on day {number}")
            for _ in range(2):
                pages += here.pull(cursor_of(pages))
                here.clock.pass_by(600)
            assert texts(pages) == here.words, f"after page {stored}"


def test_what_a_vendor_shows_late_is_found(stall: Stall) -> None:
    """Its search learns of a remark an hour after it was made, when a sweep has gone past that hour."""
    first = stall.pull()
    stall.clock.pass_by(3600)
    stall.fake.put("120", "Said an hour ago", stall.clock.now() - timedelta(minutes=61))
    assert texts([*first, *stall.pull(cursor_of(first))]) == stall.words


def test_an_edit_of_something_recent_comes_with_the_next_sweep(stall: Stall) -> None:
    first = stall.pull()
    stall.clock.pass_by(600)
    stall.fake.edit("109", "Refund took nine weeks. Edit: it came today")
    assert texts([*first, *stall.pull(cursor_of(first))]) == stall.words


@pytest.mark.parametrize("vendor", sorted(VENDORS))
@settings(max_examples=12)
@given(acts=st.lists(st.sampled_from(["say", "edit", "crash", "sweep", "later"]), max_size=9), pages=st.integers(1, 3))
def test_whatever_happens_in_between_nothing_is_lost_and_nothing_doubled(
    vendor: str, acts: list[str], pages: int
) -> None:
    with stall_of(vendor) as stall:
        stored: list[Page] = []
        does: dict[str, Callable[[int], object]] = {
            "say": lambda turn: stall.fake.put(str(200 + turn), f"Remark {turn} ☕"),
            "edit": lambda turn: stall.fake.edit("109", f"Refund took {turn} weeks"),
            "crash": lambda turn: stored.extend(stall.pull(cursor_of(stored), pages=pages)),
            "sweep": lambda turn: stored.extend(stall.pull(cursor_of(stored))),
            "later": lambda turn: stall.clock.pass_by(1800),
        }
        for turn, act in enumerate(acts):
            does[act](turn)
            stall.clock.pass_by(1)
        for _ in range(2):
            stored += stall.pull(cursor_of(stored))
            stall.clock.pass_by(60)
        assert texts(stored) == stall.words


# --- backfill -------------------------------------------------------------------------------------------------------


def test_a_backfill_finds_what_was_said_in_its_window_and_nothing_else(stall: Stall) -> None:
    window = Window(START - timedelta(days=16), START - timedelta(days=4))
    found = stall.pull(window=window)
    assert texts(found) == {stall.fake.native_id(id): stall.fake.words(id) for id in ("102", "103", "104", "105")}


def test_a_backfill_that_crashed_goes_on(stall: Stall) -> None:
    window = Window(START - timedelta(days=60), START - timedelta(days=4))
    whole = stall.pull(window=window)
    for stored in range(len(whole)):
        before = stall.pull(window=window, pages=stored)
        assert texts([*before, *stall.pull(cursor_of(before), window)]) == texts(whole)


# --- one record, one cursor -----------------------------------------------------------------------------------------


def test_one_record_that_cannot_be_read_is_one_reject(stall: Stall) -> None:
    stall.fake.spoil("105")
    pages = stall.pull()
    assert texts(pages) == stall.words
    (reject,) = {reject.where: reject for reject in rejects(pages)}.values()
    assert reject.reason
    assert len(reject.raw.encode()) <= 65_536
    assert {one.where for one in rejects(stall.pull())} == {reject.where}
    again = stall.source().retry(reject)
    assert isinstance(again, Feedback) or again.where == reject.where


def test_items_carry_aware_times_the_name_of_the_source_and_only_text(stall: Stall) -> None:
    for item in feedback(stall.pull()):
        assert item.source == "acme"
        assert item.said_at.utcoffset() is not None
        assert item.fetched_at == stall.clock.now() or item.fetched_at >= START
        bags = {**item.extra, **item.segment}
        assert all(isinstance(text, str) for pair in bags.items() for text in pair)


def test_a_cursor_is_json_with_a_version_and_without_words(stall: Stall) -> None:
    pages = stall.pull()
    pages += stall.pull(cursor_of(pages))
    for page in pages:
        written = json.dumps(page.cursor, ensure_ascii=False)
        assert json.loads(written) == page.cursor
        assert isinstance(page.cursor["v"], int)
        assert not any(text[:12] in written for text in WORDS.values())


def test_a_cursor_of_a_newer_version_is_refused_in_words(stall: Stall) -> None:
    with stall.fails(ConfigError) as caught:
        stall.pull({**cursor_of(stall.pull()), "v": 10_000})
    assert "10000" in caught.value.message or "newer" in caught.value.message


def test_an_unknown_setting_is_refused_by_name(stall: Stall) -> None:
    with pytest.raises(OverheardError, match="colour"):
        stall.source(colour="blue")


# --- looking again --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", RECHECKS)
def test_a_recheck_finds_edits_and_deletions_and_leaves_the_rest_as_it_was(stall: Stall) -> None:
    stored = stall.pull()
    was = kept(stored)
    stall.clock.pass_by(3 * 86_400)
    stall.fake.edit("102", "שירות מעולה. עריכה: כבר לא")
    stall.fake.delete("103")
    looked = list(stall.source().recheck(sorted(was)))
    stall.pages += looked
    assert texts([*stored, *looked]) == stall.words
    now = kept([*stored, *looked])
    changed = {native_id for native_id in was if now.get(native_id) != was[native_id]}
    assert changed == {stall.fake.native_id("102"), stall.fake.native_id("103")}


@pytest.mark.parametrize("vendor", RECHECKS)
def test_what_is_said_to_be_deleted_has_no_words_left(stall: Stall) -> None:
    stored = stall.pull()
    stall.fake.delete("103")
    gone = [item for item in feedback(list(stall.source().recheck(sorted(kept(stored))))) if item.deleted]
    assert [item.native_id for item in gone] == [stall.fake.native_id("103")]
    assert not gone[0].text
    assert gone[0].author is None


@pytest.mark.parametrize("vendor", RECHECKS)
def test_a_recheck_of_many_asks_for_no_other(stall: Stall) -> None:
    asked = [stall.fake.native_id(id) for id in ("101", "104")]
    looked = feedback(list(stall.source().recheck(asked)))
    assert {item.native_id for item in looked} <= set(asked)
    assert list(stall.source().recheck([])) == []
