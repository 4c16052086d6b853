"""Hacker News: slices of time that fit, records of two APIs as one, and what the search does not show."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Live, Page, Reject, Window
from connectors.errors import ConfigError, Unreachable
from connectors.hackernews.records import Origin, from_hit, from_item, from_raw
from connectors.hackernews.slices import slices
from connectors.markup import plain
from connectors.record import Channel, Feedback
from connectors.sources.hackernews import HackerNews, plugin
from tests.fake_clock import START, FakeClock
from tests.fake_hackernews import CEILING, FakeHackerNews, written
from tests.fake_site import Answer, Request, instead, serving

ORIGIN = Origin("hn", START, None)


@pytest.fixture
def vendor() -> Iterator[FakeHackerNews]:
    with serving(FakeClock()) as site:
        yield FakeHackerNews(site)


def source(vendor: FakeHackerNews, **more: Any) -> HackerNews:
    made = plugin(name="hn", clock=vendor.site.clock, **{**vendor.settings(), **more})
    assert isinstance(made, HackerNews)
    assert isinstance(made, Live)
    return made


def items(pages: list[Page]) -> list[Feedback]:
    return [item for page in pages for item in page.items if isinstance(item, Feedback)]


# --- slices ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    total: int


@given(
    st.lists(st.integers(0, 5000), max_size=120).map(sorted),
    st.integers(0, 2000),
    st.integers(1, 5000),
    st.integers(1, 40),
)
def test_slices_cover_every_second_once_and_hold_no_more_than_fits(
    times: list[int], start: int, length: int, room: int
) -> None:
    end = start + length
    asked: list[tuple[int, int]] = []

    def ask(begin: int, stop: int) -> Counted:
        asked.append((begin, stop))
        return Counted(bisect_left(times, stop) - bisect_left(times, begin))

    found = list(slices(start, end, room, ask))
    assert [begin for begin, _, _ in found] == [start, *(stop for _, stop, _ in found[:-1])]
    assert found[-1][1] == end
    assert all(begin < stop for begin, stop, _ in found)
    assert all(answer.total <= room or stop - begin == 1 for begin, stop, answer in found)
    assert sum(answer.total for _, _, answer in found) == sum(start <= time < end for time in times)
    held = {time for time in times if start <= time < end}
    assert len(asked) <= 40 * (len(held) + 1)


def test_no_time_is_no_slice() -> None:
    assert list(slices(7, 7, 10, lambda begin, stop: Counted(0))) == []


def test_ten_thousand_remarks_of_ten_years_take_few_requests() -> None:
    times = [number * 31_536 for number in range(10_000)]
    asked = 0

    def ask(begin: int, stop: int) -> Counted:
        nonlocal asked
        asked += 1
        return Counted(sum(begin <= time < stop for time in times))

    list(slices(0, 315_360_000, 999, ask))
    assert asked <= 30


# --- records --------------------------------------------------------------------------------------------------------


def hit(**more: Any) -> dict[str, Any]:
    return {"objectID": "42", "author": "dana", "created_at_i": 1763629200, "comment_text": "Fine.", **more}


def feedback(record: Feedback | Reject) -> Feedback:
    assert isinstance(record, Feedback)
    return record


def test_a_comment_is_social_feedback() -> None:
    found = feedback(from_hit(hit(parent_id=7, story_id=1, story_title="Acme raises prices"), ORIGIN))
    assert (found.native_id, found.channel, found.text) == ("42", Channel.SOCIAL, "Fine.")
    assert (found.author, found.parent) == ("dana", "7")
    assert found.url == "https://news.ycombinator.com/item?id=42"
    assert found.said_at == datetime(2025, 11, 20, 9, tzinfo=UTC)
    assert found.extra == {"kind": "comment"}


def test_a_story_is_its_title_and_its_text() -> None:
    told = hit(
        comment_text=None, title="Ask HN: is &lt;div&gt; fine?", story_text="Two<p>lines", url="https://a.example"
    )
    found = feedback(from_hit(told, ORIGIN))
    assert found.text == "Ask HN: is <div> fine?\nTwo\nlines"
    assert found.extra == {"kind": "story", "link": "https://a.example"}
    assert found.parent is None


def test_both_apis_tell_the_same() -> None:
    comment = {"id": 42, "by": "dana", "time": 1763629200, "text": "Fine &amp; well", "parent": 7, "type": "comment"}
    assert from_item(comment, ORIGIN) == from_hit(hit(comment_text="Fine &amp; well", parent_id=7), ORIGIN)
    story = {"id": 42, "by": "dana", "time": 1763629200, "title": "Acme", "url": "https://a.example", "type": "story"}
    assert from_item(story, ORIGIN) == from_hit(hit(comment_text=None, title="Acme", url="https://a.example"), ORIGIN)


@pytest.mark.parametrize("mark", ["deleted", "dead"])
def test_what_was_taken_down_has_no_words(mark: str) -> None:
    told = {"id": 42, "by": "dana", "time": 1763629200, "text": "Secret", mark: True}
    found = feedback(from_item(told, ORIGIN))
    assert (found.deleted, found.text, found.author) == (True, "", None)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (hit(comment_text=None), "no words"),
        (hit(comment_text="<p> </p>"), "no words"),
        (hit(created_at_i="yesterday"), "when it was written"),
        (hit(created_at_i=True), "when it was written"),
        (hit(created_at_i=10**30), "when it was written"),
        (hit(objectID=None), "no id"),
        ("nonsense", "no record"),
    ],
    ids=["no text", "blank text", "a word as date", "a truth as date", "a date too far", "no id", "no record"],
)
def test_a_record_that_cannot_be_read_is_a_reject(record: object, reason: str) -> None:
    found = from_hit(record, ORIGIN)
    assert isinstance(found, Reject)
    assert reason in found.reason


def test_a_reject_that_can_be_read_now_is_feedback() -> None:
    rejected = from_hit(hit(comment_text=None), ORIGIN)
    assert isinstance(rejected, Reject)
    mended = rejected.raw.replace('"comment_text": null', '"comment_text": "Late again"')
    assert feedback(from_raw(mended, rejected.where, ORIGIN)).text == "Late again"
    assert from_raw(rejected.raw, rejected.where, ORIGIN) == rejected


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_JSON = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2))


@given(st.dictionaries(st.sampled_from([*hit(), "title", "story_text", "parent_id", "url"]), _JSON))
def test_no_hit_breaks_the_reader(record: dict[str, Any]) -> None:
    assert isinstance(from_hit(record, ORIGIN), Feedback | Reject)


# --- HTML -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("It&#x27;s &quot;fine&quot; &amp; 5 &lt; 6", 'It\'s "fine" & 5 < 6'),
        ("One<p>Two<p>Three", "One\nTwo\nThree"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ('see <a href="https:&#x2F;&#x2F;a.example&#x2F;way" rel="x">https:&#x2F;&#x2F;a.ex...</a>.', "see https://a.example/way."),
        ('<a href="https://a.example">our page</a>', "our page"),
        ('<a href="https://a.example">open', "open"),
        ("<pre><code>x = 1\n  y</code></pre>", "x = 1\ny"),
        ("<i>very</i> <b>late</b>", "very late"),
        ("<script>alert(1)</script>seen<style>p {}</style>", "seen"),
        ("a < b and c > d", "a < b and c > d"),
        ("שלום<p>سلام می‌خواهم", "שלום\nسلام می‌خواهم"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_is_read_as_people_see_it(html: str, text: str) -> None:
    assert plain(html) == text


_SIGNS = st.characters(blacklist_categories=["Cs", "Cc"])


@given(st.lists(st.text(_SIGNS, min_size=1, max_size=30).map(lambda line: "".join(line.split())), max_size=4))
def test_what_is_written_as_html_is_read_back(lines: list[str]) -> None:
    text = "\n".join(line for line in lines if line)
    assert plain(written(text)) == text


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_html(text: str) -> None:
    assert plain(text) == plain(text)
    plain(f"<a href='{text}'>{text}")


# --- the search -----------------------------------------------------------------------------------------------------


def test_several_questions_find_each_remark_once(vendor: FakeHackerNews) -> None:
    vendor.put("1", "Acme and Globex", START - timedelta(hours=3), about="")
    vendor.put("2", "Globex alone", START - timedelta(hours=2), about="")
    vendor.put("3", "Initech", START - timedelta(hours=1), about="")
    found = items(list(source(vendor, query=["acme", "globex"]).pull({}, Window())))
    assert sorted(item.native_id for item in found) == ["1", "2"]


@pytest.mark.parametrize(("tags", "ids"), [("story", ["2"]), ("comment", ["1"]), (["story", "comment"], ["1", "2"])])
def test_stories_comments_or_both_are_read(vendor: FakeHackerNews, tags: object, ids: list[str]) -> None:
    vendor.put("1", "A comment", START - timedelta(hours=3))
    vendor.put("2", "A story's text", START - timedelta(hours=2), title="A story")
    found = items(list(source(vendor, tags=tags).pull({}, Window())))
    assert sorted(item.native_id for item in found) == ids


def test_pages_come_oldest_first_and_say_how_far_they_are(vendor: FakeHackerNews) -> None:
    for number in range(9):
        vendor.put(str(number + 1), f"Remark {number}", START - timedelta(days=9 - number))
    pages = list(source(vendor).pull({}, Window()))
    times = [item.said_at for item in items(pages)]
    assert times == sorted(times)
    shares = [page.done for page in pages]
    assert shares == sorted(share for share in shares if share is not None)
    assert shares[-1] == 1


def test_an_unchanged_source_gives_no_items_with_its_last_cursor(vendor: FakeHackerNews) -> None:
    vendor.put("1", "Today", START - timedelta(hours=3))
    first = list(source(vendor).pull({}, Window()))
    assert items(list(source(vendor).pull(first[-1].cursor, Window()))) == []


def test_a_record_that_cannot_be_read_is_one_reject_once(vendor: FakeHackerNews) -> None:
    vendor.put("1", "Today", START - timedelta(hours=3))
    vendor.spoil("1")
    first = list(source(vendor).pull({}, Window()))
    assert [type(item) for page in first for item in page.items] == [Reject]
    again = list(source(vendor).pull(first[-1].cursor, Window()))
    assert [item for page in again for item in page.items] == []


def test_a_second_with_more_than_can_be_shown_is_said_and_not_looked_for_again(vendor: FakeHackerNews) -> None:
    moment = START - timedelta(seconds=9)
    for number in range(CEILING + 7):
        vendor.put(str(number + 1), f"Remark {number}", moment)
    pages = list(source(vendor, page_size=400).pull({}, Window(since=START - timedelta(seconds=10))))
    assert len(items(pages)) == CEILING
    (partial,) = {page.partial for page in pages if page.partial}
    assert "7 more" in partial
    assert pages[-1].cursor["high"] == START.isoformat()


def test_a_second_with_exactly_as_many_as_can_be_shown_is_complete(vendor: FakeHackerNews) -> None:
    for number in range(CEILING):
        vendor.put(str(number + 1), f"Remark {number}", START - timedelta(seconds=9))
    pages = list(source(vendor, page_size=1000).pull({}, Window(since=START - timedelta(seconds=10))))
    assert len(items(pages)) == CEILING
    assert not any(page.partial for page in pages)


def test_an_index_that_lags_is_looked_back_for(vendor: FakeHackerNews) -> None:
    vendor.lag = timedelta(hours=30)
    vendor.put("1", "Shown tomorrow", START - timedelta(hours=1))
    first = list(source(vendor).pull({}, Window()))
    assert items(first) == []
    vendor.site.clock.pass_by(31 * 3600)
    second = list(source(vendor).pull(first[-1].cursor, Window()))
    assert [item.native_id for item in items(second)] == ["1"]


def test_hits_that_were_promised_and_do_not_come_leave_the_watermark(vendor: FakeHackerNews) -> None:
    vendor.put("1", "Today", START - timedelta(hours=3))
    vendor.site.next(instead(vendor.empty_page()), times=2)
    pages = list(source(vendor).pull({}, Window()))
    assert any(page.partial for page in pages)
    assert pages[-1].cursor["high"] is None


@pytest.mark.parametrize("guess", [-1, 1])
def test_a_number_of_hits_that_is_a_guess_is_not_relied_on(vendor: FakeHackerNews, guess: int) -> None:
    for number in range(9):
        vendor.put(str(number + 1), f"Remark {number}", START - timedelta(days=9 - number))

    def guessing(request: Request, usual: Callable[[], Answer]) -> Answer:
        body = usual().body
        return Answer({**body, "nbHits": max(0, body["nbHits"] + guess), "exhaustiveNbHits": False})

    vendor.site.always(guessing)
    pages = list(source(vendor).pull({}, Window()))
    assert len(items(pages)) == 9
    assert not any(page.partial for page in pages)


def test_answers_to_something_else_end_the_sweep(vendor: FakeHackerNews) -> None:
    for number in range(40):
        vendor.put(str(number + 1), f"Remark {number}", START - timedelta(days=40 - number))
    wrong = {"hits": [], "nbHits": 1, "params": "numericFilters=created_at_i>=1,created_at_i<2"}
    vendor.site.always(instead(Answer(wrong)))
    # One slice of all time is not asked for again and again: it is said, and the watermark stays.
    pages = list(source(vendor).pull({}, Window()))
    assert any(page.partial for page in pages)
    assert pages[-1].cursor["high"] is None


@pytest.mark.parametrize("body", [[], {}, {"hits": {}, "nbHits": 3}, {"hits": [], "nbHits": "3"}, "null"])
def test_json_that_is_no_answer_is_said(vendor: FakeHackerNews, body: Any) -> None:
    kind = {"Content-Type": "application/json"}
    vendor.site.always(instead(Answer(body, headers=kind)))
    with pytest.raises(Unreachable, match="no answer to a search"):
        list(source(vendor).pull({}, Window()))


def test_other_questions_begin_anew_and_other_addresses_do_not(vendor: FakeHackerNews) -> None:
    vendor.put("1", "Last month", START - timedelta(days=30))
    last = list(source(vendor).pull({}, Window()))[-1].cursor
    assert len(items(list(source(vendor, query="last").pull(last, Window())))) == 1
    assert items(list(source(vendor, lookback_days=3, page_size=500).pull(last, Window()))) == []


@pytest.mark.parametrize(
    "wrong",
    [{"query": []}, {"query": ""}, {"tags": "poll"}, {"page_size": 1001}, {"lookback_days": -1}, {"colour": "blue"}],
    ids=str,
)
def test_a_wrong_setting_is_refused(vendor: FakeHackerNews, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        source(vendor, **wrong)


def test_the_settings_need_a_question() -> None:
    with pytest.raises(ConfigError, match="query"):
        plugin(name="hn")


def test_check_says_how_much_there_is(vendor: FakeHackerNews) -> None:
    vendor.put("1", "Today")
    assert source(vendor).check() == "Hacker News answers, without a key: 1 remark for 'acme'"


# --- looking again --------------------------------------------------------------------------------------------------


def test_a_recheck_tells_what_became_of_each(vendor: FakeHackerNews) -> None:
    for id in ("1", "2", "3", "4", "5"):
        vendor.put(id, f"Remark {id}", START - timedelta(days=90))
    before = {item.native_id: item for item in items(list(source(vendor).pull({}, Window())))}
    vendor.delete("1")
    vendor.kill("2")
    vendor.vanish("3")
    vendor.edit("4", "Better now")
    now = {item.native_id: item for item in items(list(source(vendor).recheck(sorted(before))))}
    assert {id for id, item in now.items() if item.deleted} == {"1", "2", "3"}
    assert now["4"].text == "Better now"
    assert now["5"] == replace(before["5"], fetched_at=now["5"].fetched_at)


def test_a_recheck_asks_nothing_about_ids_that_are_none(vendor: FakeHackerNews) -> None:
    assert items(list(source(vendor).recheck(["../../secret", "t3_x"]))) == []
    assert vendor.site.log == []


def test_an_answer_about_something_else_declares_nothing_dead(vendor: FakeHackerNews) -> None:
    vendor.put("1", "Here")
    vendor.site.next(instead(Answer({"id": 2, "deleted": True})))
    assert items(list(source(vendor).recheck(["1"]))) == []
