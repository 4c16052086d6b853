"""Reddit's live records: the same feedback as from a file, over real answers where they lie beside the project."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Reject, Window
from connectors.record import Channel, Feedback
from connectors.reddit.records import Records, created
from connectors.sources.files import plugin
from tests.fake_clock import START, FakeClock
from tests.pages import feedback

SHARED = Path(os.environ.get("OVERHEARD_SHARED") or Path(__file__).parents[3] / "shared")
LISTINGS = {
    "subreddit_new": (100, 0),
    "subreddit_comments": (100, 0),
    "search_listing": (6, 0),
    "info_by_url": (25, 0),
    "deleted_comment": (1, 1),
    "comment_tree_more": (1, 0),
}


def records(product: str | None = None) -> Records:
    return Records("reddit", product, FakeClock())


def read(kind: str, **data: Any) -> Feedback | Reject | None:
    usual = {"id": "1", "name": f"{kind}_1", "created_utc": 1762000000.0, "subreddit": "acme", "author": "ann"}
    return records().read({"kind": kind, "data": usual | data})


def said(kind: str, **data: Any) -> Feedback:
    item = read(kind, **data)
    assert isinstance(item, Feedback), item
    return item


@pytest.mark.parametrize("name", sorted(LISTINGS))
def test_real_answers_are_read_whole_and_as_a_file_of_them_is(name: str) -> None:
    path = SHARED / "formats" / "reddit" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} is not here; set OVERHEARD_SHARED to the folder that holds corpora/ and formats/")
    count, deleted = LISTINGS[name]
    children = json.loads(path.read_text(encoding="utf-8"))["data"]["children"]
    live = [item for item in map(records().read, children) if isinstance(item, Feedback)]
    filed = feedback(list(plugin(name="reddit", path=path).pull({}, Window())))
    assert (len(live), sum(item.deleted for item in live)) == (count, deleted)
    assert [item.id for item in live] == [item.id for item in filed]
    for one, other in zip(live, filed, strict=True):
        assert (one.said_at, one.author, one.url, one.parent) == (other.said_at, other.author, other.url, other.parent)
        assert one.channel is other.channel is Channel.SOCIAL
        if "&" not in one.text:
            assert one.text == other.text


def test_a_post_is_its_title_and_its_words() -> None:
    item = said("t3", title="Late again", selftext="Third time.", permalink="/r/acme/comments/1/late/?ref=search_posts")
    assert item.text == "Late again\nThird time."
    assert item.url == "https://www.reddit.com/r/acme/comments/1/late/"
    assert item.said_at == datetime.fromtimestamp(1762000000, UTC)
    assert item.fetched_at == START
    assert dict(item.extra) == {"where": "reddit:t3_1", "subreddit": "acme"}


def test_a_comment_knows_what_it_answers() -> None:
    item = said("t1", body="Same here", parent_id="t3_9", link_id="t3_9")
    assert (item.text, item.parent, item.author) == ("Same here", "t3_9", "ann")


@given(st.text(min_size=1).filter(lambda text: text.strip() and "\x00" not in text))
def test_raw_json_is_taken_as_it_is_written(words: str) -> None:
    """Asked with raw_json=1, Reddit escapes nothing: an ``&amp;`` that comes was typed by somebody."""
    text = f"«{words} &amp; &lt;»"
    item = said("t1", body=text)
    assert item.text == text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    "marks",
    [
        {"body": "[deleted]", "author": "[deleted]"},
        {"body": "[removed]"},
        {"body": "words", "removed_by_category": "moderator"},
        {"body": "[ Removed by Reddit ]"},
    ],
    ids=["deleted", "removed", "by-category", "by-reddit"],
)
def test_what_was_taken_down_has_neither_words_nor_author(marks: dict[str, Any]) -> None:
    item = said("t1", **marks)
    assert (item.deleted, item.text, item.author) == (True, "", None)


@pytest.mark.parametrize(("edited", "kept"), [(False, None), (1762000500.0, "1762000500"), (None, None)])
def test_an_edit_is_dated(edited: object, kept: str | None) -> None:
    assert said("t1", body="words", edited=edited).extra.get("edited") == kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"created_utc": "some day", "body": "words"},
        {"created_utc": None, "body": "words"},
        {"created_utc": 4e9, "body": "words"},
        {"body": None},
        {"body": "words", "id": None, "name": None},
    ],
    ids=["date", "no-date", "future", "no-words", "no-id"],
)
def test_a_record_that_cannot_be_read_is_a_reject_that_stays_the_same(wrong: dict[str, Any]) -> None:
    first, second = read("t1", **wrong), read("t1", **wrong)
    assert isinstance(first, Reject)
    assert first == second
    assert first.author == "ann"
    again = records().again(first)
    assert isinstance(again, Reject)
    assert again.where == first.where


def test_a_reject_is_read_again_under_its_own_id() -> None:
    bad = read("t1", body="words", created_utc="some day")
    assert isinstance(bad, Reject)
    mended = Reject(bad.where, bad.reason, bad.raw.replace('"some day"', "1762000000"))
    item = records().again(mended)
    assert isinstance(item, Feedback)
    assert (item.native_id, item.extra["where"]) == ("t1_1", bad.where)


@pytest.mark.parametrize("kind", ["more", "t2", "t5", "Listing"])
def test_what_is_no_remark_is_passed_over(kind: str) -> None:
    assert read(kind, body="words") is None


@settings(max_examples=40)
@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner))
)
def test_whatever_stands_in_a_listing_nothing_is_raised(child: object) -> None:
    found = records().read(child)
    assert found is None or isinstance(found, Reject)
    assert created(child) is None


def test_the_product_of_the_source_is_the_product_of_its_items() -> None:
    thing = {"kind": "t1", "data": {"name": "t1_1", "id": "1", "body": "words", "created_utc": 1762000000}}
    item = records("Acme Pro").read(thing)
    assert isinstance(item, Feedback)
    assert item.product == "Acme Pro"
