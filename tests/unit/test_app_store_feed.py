"""The App Store's public feed: its traps, its ceiling, and pages that say nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.app_store.feed import parse
from connectors.app_store.records import Origin, from_entry, from_raw
from connectors.base import Page, Reject, Window
from connectors.errors import ConfigError, Unreachable
from connectors.record import Feedback
from connectors.replies import CutOff, Reply
from connectors.sources.app_store import AppStore, plugin
from tests.fake_app_store import FakeAppStoreFeed
from tests.fake_clock import START, FakeClock
from tests.fake_site import Answer, instead, meanwhile, serving

SHARED = Path(os.environ.get("OVERHEARD_SHARED") or Path(__file__).parents[3] / "shared")
ORIGIN = Origin("store", START, None)
SINCE = Window(since=START - timedelta(days=900))


@pytest.fixture
def vendor() -> Iterator[FakeAppStoreFeed]:
    with serving(FakeClock()) as site:
        yield FakeAppStoreFeed(site)


def source(vendor: FakeAppStoreFeed, **more: Any) -> AppStore:
    made = plugin(name="store", clock=vendor.site.clock, **{**vendor.settings(), **more})
    assert isinstance(made, AppStore)
    return made


def fill(vendor: FakeAppStoreFeed, number: int, **more: Any) -> None:
    start = len(vendor.items)
    for age in range(start, start + number):
        vendor.put(str(100 + age), f"Review {age}", START - timedelta(hours=age + 1), **more)


def items(pages: list[Page]) -> list[Feedback]:
    return [item for page in pages for item in page.items if isinstance(item, Feedback)]


def reply(body: str | bytes, kind: str = "text/xml; charset=utf-8") -> Reply:
    return Reply(200, {"content-type": kind}, body if isinstance(body, bytes) else body.encode())


HEAD = '<feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom">'
ENTRY = """<entry><updated>2026-11-12T04:06:20-07:00</updated><id>6310006838</id><title>נוח מאוד</title>
<content type="html">&lt;b&gt;not this&lt;/b&gt;</content><content type="text">Fine &amp; quick</content>
<im:rating>5</im:rating><im:version>3.5.0</im:version><author><name>Dana</name><uri>https://x/id1</uri></author></entry>"""


# --- pages ----------------------------------------------------------------------------------------------------------


def test_an_entry_is_a_review() -> None:
    (entry,) = parse(reply(f"{HEAD}{ENTRY}</feed>")).entries
    review = from_entry({**entry, "territory": "ISR"}, ORIGIN)
    assert isinstance(review, Feedback)
    assert (review.native_id, review.text, review.author) == ("6310006838", "נוח מאוד\nFine & quick", "Dana")
    assert (review.rating, review.said_at) == (1.0, datetime(2026, 11, 12, 11, 6, 20, tzinfo=UTC))
    assert review.extra == {"territory": "ISR", "version": "3.5.0"}
    assert review.segment == {"region": "Israel"}


def test_the_entry_of_the_app_itself_is_no_review() -> None:
    app = "<entry><id>https://itunes.apple.com/al/app/x/id1</id><title>Acme</title><im:name>Acme</im:name></entry>"
    assert [entry["id"] for entry in parse(reply(f"{HEAD}{app}{ENTRY}</feed>")).entries] == ["6310006838"]


@pytest.mark.parametrize("entries", ["", ENTRY])
def test_no_entry_and_a_single_one_are_lists_too(entries: str) -> None:
    assert len(parse(reply(f"{HEAD}{entries}</feed>")).entries) == bool(entries)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("<updated>2026-11-12T04:06:20-07:00</updated>", "", "when it was written"),
        ("2026-11-12T04:06:20-07:00", "yesterday", "when it was written"),
        ("<im:rating>5</im:rating>", "", "stars"),
        ("<im:rating>5<", "<im:rating>17<", "stars"),
        ("<id>6310006838</id>", "", "no id"),
    ],
    ids=["no date", "a word as date", "no rating", "a rating of 17", "no id"],
)
def test_an_entry_that_cannot_be_read_is_a_reject(before: str, after: str, reason: str) -> None:
    (entry,) = parse(reply(f"{HEAD}{ENTRY.replace(before, after)}</feed>")).entries
    rejected = from_entry({**entry, "territory": "USA"}, ORIGIN)
    assert isinstance(rejected, Reject)
    assert reason in rejected.reason
    assert from_raw(rejected.raw, rejected.where, ORIGIN) == rejected


@pytest.mark.parametrize(
    ("link", "last"),
    [
        ("https://itunes.apple.com/jp/rss/customerreviews/page=8/id=1/sortby=mostrecent/xml?urlDesc=/x/page=1/xml", 8),
        ("https://itunes.apple.com/jp/rss/customerreviews/id=1/xml", None),
        ("https://itunes.apple.com/jp/rss/customerreviews/page=99999/id=1/xml", None),
        ("", None),
    ],
)
def test_the_last_page_is_told_by_a_link(link: str, last: int | None) -> None:
    assert parse(reply(f'{HEAD}<link rel="last" href="{link}"/></feed>')).last == last


@pytest.mark.parametrize(
    "body", ["", "<feed", f"{HEAD}{ENTRY}", "\x00", '<?xml version="1.0" encoding="nonsense"?><a/>']
)
def test_a_feed_that_is_cut_off_is_asked_for_again(body: str) -> None:
    with pytest.raises(CutOff):
        parse(reply(body))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!DOCTYPE html><html><body>Moved</body></html>", "web page"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "web page"),
        ("<rss><channel/></rss>", "no feed"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><feed>&b;</feed>', "entities"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><feed>&a;</feed>', "entities"),
    ],
    ids=["HTML", "XHTML", "RSS", "entities in entities", "a file as entity"],
)
def test_what_is_no_feed_is_told(body: str, words: str) -> None:
    with pytest.raises(Unreachable, match=words):
        parse(reply(body))


# --- sweeps ---------------------------------------------------------------------------------------------------------


def test_every_storefront_is_read_and_named(vendor: FakeAppStoreFeed) -> None:
    fill(vendor, 3, country="us")
    fill(vendor, 3, country="il")
    pages = list(source(vendor, territories=["us", "ISR"]).pull({}, SINCE))
    assert sorted(item.segment["region"] for item in items(pages)) == ["Israel"] * 3 + ["United States"] * 3
    assert not any(page.partial for page in pages)


def test_a_first_sweep_reads_pages_twice_and_page_eleven_never(vendor: FakeAppStoreFeed) -> None:
    """What is removed meanwhile moves the rest up by one; the next sweep only looks back so far."""
    vendor.size, vendor.last_link = 50, False
    fill(vendor, 520)
    pages = list(source(vendor).pull({}, SINCE))
    assert [request.path.split("/page=")[1].split("/")[0] for request in vendor.site.data] == [
        str(number) for number in (*range(1, 11), *range(1, 11))
    ]
    assert len(items(pages)) == 500
    asked = len(vendor.site.data)
    list(source(vendor).pull(pages[-1].cursor, SINCE))
    assert len(vendor.site.data) - asked <= 10


def test_the_ceiling_is_said_and_the_next_sweep_goes_on_from_there(vendor: FakeAppStoreFeed) -> None:
    vendor.size = 50
    fill(vendor, 520)
    pages = list(source(vendor, lookback_days=0.5).pull({}, SINCE))
    assert "newest 500" in next(page.partial for page in pages if page.partial)
    vendor.site.clock.pass_by(3600)
    vendor.put("900", "Just now")
    again = list(source(vendor, lookback_days=0.5).pull(pages[-1].cursor, SINCE))
    assert [item.text for item in items(again)] == ["Just now"]
    assert not any(page.partial for page in again)


def test_fewer_than_ten_full_pages_are_all_there_is(vendor: FakeAppStoreFeed) -> None:
    vendor.size = 50
    fill(vendor, 490)
    pages = list(source(vendor).pull({}, SINCE))
    assert len(items(pages)) == 490
    assert not any(page.partial for page in pages)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_empty_page_is_unknown_and_the_watermark_stays(vendor: FakeAppStoreFeed, number: int) -> None:
    fill(vendor, 6)
    vendor.site.at(number, instead(vendor.empty_page()))
    pages = list(source(vendor).pull({}, SINCE))
    assert "nobody knows" in next(page.partial for page in pages if page.partial)
    assert pages[-1].cursor["high"] is None
    again = list(source(vendor).pull(pages[-1].cursor, SINCE))
    assert {item.native_id for item in items([*pages, *again])} == {vendor.native_id(id) for id in vendor.items}
    assert again[-1].cursor["high"] == START.isoformat()


def test_an_app_without_reviews_is_unknown_too(vendor: FakeAppStoreFeed) -> None:
    pages = list(source(vendor).pull({}, SINCE))
    assert any(page.partial for page in pages)
    assert len(vendor.site.data) == 1


def test_a_short_page_before_an_empty_one_is_an_end_where_no_last_page_is_told(vendor: FakeAppStoreFeed) -> None:
    vendor.size, vendor.last_link = 50, False
    fill(vendor, 60)
    pages = list(source(vendor).pull({}, SINCE))
    assert len(items(pages)) == 60
    assert not any(page.partial for page in pages)


def test_a_full_page_before_an_empty_one_is_not(vendor: FakeAppStoreFeed) -> None:
    vendor.size, vendor.last_link, vendor.with_app = 50, False, False
    fill(vendor, 50)
    assert any(page.partial for page in source(vendor).pull({}, SINCE))


def test_an_empty_page_of_one_storefront_is_remembered_over_a_crash(vendor: FakeAppStoreFeed) -> None:
    fill(vendor, 3, country="us")
    fill(vendor, 3, country="il")
    vendor.site.next(instead(vendor.empty_page()))
    steps = source(vendor, territories=["us", "il"]).pull({}, SINCE)
    cursor = next(steps).cursor
    rest = list(source(vendor, territories=["us", "il"]).pull(cursor, SINCE))
    ends = [page.cursor["high"] for page in rest if "sweep" not in page.cursor]
    assert ends[0] is None
    assert rest[-1].cursor["high"] == START.isoformat()


def test_what_comes_while_pages_are_read_doubles_and_loses_nothing(vendor: FakeAppStoreFeed) -> None:
    fill(vendor, 6)
    vendor.site.at(2, meanwhile(lambda: vendor.put("900", "Just now")))
    first = list(source(vendor).pull({}, SINCE))
    second = list(source(vendor).pull(first[-1].cursor, SINCE))
    assert {item.native_id for item in items([*first, *second])} == {vendor.native_id(id) for id in vendor.items}


def test_without_a_key_it_is_said_that_one_is_missing_and_which_storefront_is_read(vendor: FakeAppStoreFeed) -> None:
    fill(vendor, 1)
    notes = [note for page in source(vendor, territories=[]).pull({}, SINCE) for note in page.notes]
    assert any("OVERHEARD_APP_STORE_KEY_ID" in note for note in notes)
    assert any("United States" in note for note in notes)


def test_check_says_what_is_there_and_what_is_missing_in_one_line(vendor: FakeAppStoreFeed) -> None:
    fill(vendor, 1)
    said = source(vendor).check()
    assert "1 on its first page for United States" in said
    assert "OVERHEARD_APP_STORE_PRIVATE_KEY" in said
    assert "\n" not in said


def test_an_app_or_storefront_that_is_not_there_is_said(vendor: FakeAppStoreFeed) -> None:
    with pytest.raises(ConfigError, match="has no reviews of app 7"):
        source(vendor, app="7").check()


def test_the_feed_cannot_say_what_was_removed_and_does_not(vendor: FakeAppStoreFeed) -> None:
    fill(vendor, 2)
    vendor.delete("100")
    assert list(source(vendor).recheck([vendor.native_id("100")])) == []


def test_a_page_that_declares_entities_ends_the_source_in_words(vendor: FakeAppStoreFeed) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "lol">]><feed xmlns="http://www.w3.org/2005/Atom">&a;</feed>'
    vendor.site.always(instead(Answer(bomb, headers={"Content-Type": "text/xml"})))
    with pytest.raises(Unreachable, match="entities"):
        list(source(vendor).pull({}, SINCE))


# --- real feeds -----------------------------------------------------------------------------------------------------


def test_a_real_page_is_read_whole() -> None:
    path = SHARED / "formats/app_store_rss/customerreviews_jp.xml"
    if not path.exists():
        pytest.skip(f"{path} is not here; set OVERHEARD_SHARED to the folder that holds corpora/ and formats/")
    feed = parse(reply(path.read_bytes()))
    reviews = [from_entry({**entry, "territory": "JPN"}, ORIGIN) for entry in feed.entries]
    assert (len(reviews), feed.last) == (50, 8)
    read = [review for review in reviews if isinstance(review, Feedback)]
    assert len({review.native_id for review in read}) == 50
    assert all(review.rating is not None and "<" not in review.text[:1] for review in read)
    assert {review.said_at.year for review in read} == {2020}
    assert all(review.author and review.extra["version"] for review in read)
