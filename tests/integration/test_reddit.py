"""Reddit over real praw, against a Reddit of our own: what a sweep brings, where it ends, and what it says is missing.

What every live source must do is in ``tests/contracts/test_live_*.py``; here is what only Reddit does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Window
from connectors.sources import files
from tests.fake_reddit import FakeReddit
from tests.fake_site import instead, meanwhile
from tests.reddit_parts import NOW, by_id, ids, partials, paths, pulled, reddit_there, rejects, say, source_at

DAY = 24 * 60


@pytest.fixture
def fake() -> Iterator[FakeReddit]:
    with reddit_there() as made:
        yield made


# --- requests -------------------------------------------------------------------------------------------------------


def test_so_many_items_cost_a_hundredth_of_so_many_requests(fake: FakeReddit) -> None:
    say(fake, 250)
    assert len(ids(pulled(fake))) == 250
    assert len(fake.site.data) == 3
    assert len(fake.site.log) == 3 + 1
    assert {(one.query["raw_json"], one.query["limit"]) for one in fake.site.data} == {("1", "100")}


def test_a_later_sweep_asks_for_the_lookback_and_one_page_more(fake: FakeReddit) -> None:
    say(fake, 600, minutes=60)  # 25 days; 48 of them within the lookback
    first = pulled(fake)
    asked = len(fake.site.data)
    again = pulled(fake, first[-1].cursor)
    assert len(fake.site.data) - asked == 2
    assert ids(again) == []
    fake.site.clock.pass_by(3600)
    fake.edit("1590", "Edit: solved")
    fake.edit("1100", "Edit: too far back")
    fake.items["1595"].more["fields"] = {"selftext": "[removed]"}
    later = by_id(pulled(fake, again[-1].cursor))
    assert {name: item.deleted for name, item in later.items()} == {"t3_1590": False, "t3_1595": True}


def test_posts_comments_and_searches_are_swept_and_nothing_comes_twice(fake: FakeReddit) -> None:
    fake.put("1", "broken hinge", comment=False)
    fake.put("2", "same with my hinge", comment=True)
    fake.put("3", "a hinge elsewhere", comment=False, subreddit="gadgets")
    fake.put("4", "nothing of interest", comment=False, subreddit="gadgets")
    searches = ["hinge", {"query": "elsewhere", "subreddit": "gadgets"}]
    found = ids(pulled(fake, comments=True, searches=searches))
    assert sorted(found) == ["t1_2", "t3_1", "t3_3"]
    assert paths(fake) == ["/r/acme/new", "/r/acme/comments", "/search", "/r/gadgets/search"]
    assert {one.query["sort"] for one in fake.site.data[2:]} == {"new"}
    assert [one.query.get("restrict_sr") for one in fake.site.data[2:]] == [None, "1"]


def test_the_user_agent_is_sent_as_it_was_set(fake: FakeReddit) -> None:
    pulled(fake, user_agent="linux:shop.example:v1 (by /u/somebody)")
    assert all(one.headers["user-agent"].startswith("linux:shop.example:v1 (by /u/somebody)") for one in fake.site.log)


# --- where listings end ---------------------------------------------------------------------------------------------


def test_the_thousand_places_are_passed_by_other_listings_and_said(fake: FakeReddit) -> None:
    say(fake, 1300, minutes=5)  # four and a half days
    pages = pulled(fake, days=6)
    assert len(ids(pages)) == len(set(ids(pages))) == 1300
    assert "about 1,000" in partials(pages)
    assert "r/acme" in partials(pages)
    assert paths(fake).count("/r/acme/new") == 10
    assert {one.query["t"] for one in fake.site.data if one.path == "/r/acme/top"} == {"week"}
    assert len(fake.site.data) <= 30


def test_what_was_missed_once_is_not_called_missing_for_ever(fake: FakeReddit) -> None:
    say(fake, 1300, minutes=5)
    first = pulled(fake, days=6)
    fake.site.clock.pass_by(600)
    assert partials(pulled(fake, first[-1].cursor, lookback_days=0.01)) == ""


def test_without_a_beginning_the_thousand_newest_are_read_and_the_rest_is_said_to_be_missing(fake: FakeReddit) -> None:
    say(fake, 1100, minutes=5)
    pages = pulled(fake, days=None)
    assert ids(pages) == [f"t3_{1000 + number}" for number in range(1099, 99, -1)]
    assert "--since" in partials(pages)
    assert set(paths(fake)) == {"/r/acme/new"}


def test_a_listing_that_ended_by_itself_is_found_whole_by_asking_in_another_order(fake: FakeReddit) -> None:
    say(fake, 700, minutes=5)
    pages = pulled(fake, days=6)
    assert len(ids(pages)) == 700
    assert partials(pages) == ""
    assert paths(fake).count("/r/acme/top") == 7
    assert "/r/acme/controversial" not in paths(fake)


def test_what_was_removed_holds_a_place_and_what_stands_behind_is_found_all_the_same(fake: FakeReddit) -> None:
    say(fake, 1200, minutes=5)
    for number in range(0, 1200, 3):
        fake.items[str(1000 + number)].more["removed"] = True
    pages = pulled(fake, days=6)
    assert len(ids(pages)) == 800
    assert "about 1,000" in partials(pages)


def test_comments_have_no_other_listing_and_that_is_said(fake: FakeReddit) -> None:
    say(fake, 1100, minutes=1, comment=True)
    pages = pulled(fake, days=6, comments=True)
    assert len(ids(pages)) == 1000
    assert "the comments of r/acme" in partials(pages)
    assert "pull more often" in partials(pages)


def test_a_search_that_ends_early_is_asked_in_other_orders(fake: FakeReddit) -> None:
    say(fake, 400, minutes=10)
    fake.places = 250
    pages = pulled(fake, days=6, subreddits=[], searches=["remark"])
    assert len(ids(pages)) > 250
    assert "the search for 'remark'" in partials(pages)
    assert {one.query["sort"] for one in fake.site.data} == {"new", "top", "comments", "relevance"}
    assert {one.query["t"] for one in fake.site.data} == {"week"}


def test_a_busy_subreddit_that_is_pulled_often_lacks_nothing(fake: FakeReddit) -> None:
    """More in the lookback than Reddit lists, and no more than that since the last sweep."""
    say(fake, 1500, minutes=1)
    first = pulled(fake, days=0.5)
    fake.site.clock.pass_by(3600)
    say(fake, 60, minutes=1, first=9000)
    again = pulled(fake, first[-1].cursor)
    assert {f"t3_{9000 + number}" for number in range(60)} <= set(ids(again))
    assert partials([*first, *again]) == ""
    assert any("left to the recheck" in note for page in again for note in page.notes)
    assert set(paths(fake)) == {"/r/acme/new"}


# --- order ----------------------------------------------------------------------------------------------------------


def test_an_old_post_on_top_ends_no_sweep_and_moves_no_watermark(fake: FakeReddit) -> None:
    say(fake, 150, minutes=30)
    fake.put("7", "Rules of this place", NOW - timedelta(days=3000), comment=False)
    fake.pin("7")
    first = pulled(fake, days=30)
    assert len(ids(first)) == 150
    fake.site.clock.pass_by(3600)
    say(fake, 40, minutes=1, first=5000)
    assert {f"t3_{5000 + number}" for number in range(40)} <= set(ids(pulled(fake, first[-1].cursor)))


def test_old_posts_among_the_new_end_no_sweep(fake: FakeReddit) -> None:
    """As praw's own issue 2090 tells: the listing gives some that are days old before some that are new."""
    say(fake, 250, minutes=1)
    for number in range(30):
        fake.put(str(100 + number), "Late to be let in", NOW - timedelta(days=9), comment=False)
        fake.pin(str(100 + number))
    first = pulled(fake, days=1)
    assert len(ids(first)) == 250
    assert paths(fake) == ["/r/acme/new"] * 3
    assert len(ids(pulled(fake, days=1, page_size=10))) == 250  # three pages with nothing but old ones come first


def test_a_post_that_disappears_while_its_page_is_read_ends_no_sweep(fake: FakeReddit) -> None:
    """The place to go on from is gone: Reddit gives an empty page, and the listing is begun anew."""
    say(fake, 350)
    last_of_the_first_page = str(1000 + 250)
    fake.site.at(2, meanwhile(lambda: fake.delete(last_of_the_first_page)))
    assert len(set(ids(pulled(fake)))) == 350


def test_places_that_are_gone_twice_in_a_sweep_lose_nothing(fake: FakeReddit) -> None:
    say(fake, 350)
    fake.site.at(2, meanwhile(lambda: fake.delete("1250")))
    fake.site.at(5, meanwhile(lambda: fake.delete("1149")))
    pages = pulled(fake)
    assert {f"t3_{number}" for number in range(1000, 1350)} - {"t3_1149", "t3_1250"} <= set(ids(pages))
    assert len(fake.site.data) == 2 + 3 + 4


@pytest.mark.parametrize("comment", [False, True], ids=["posts", "comments"])
def test_an_empty_page_that_stays_is_no_end_that_is_believed(fake: FakeReddit, comment: bool) -> None:
    """A listing seems to end after a hundred, twice: others know better, and where there are none it is said."""
    say(fake, 350, comment=comment)
    first = 2 + comment  # the posts, of which there are none then, come first
    for request in (first, first + 2):
        fake.site.at(request, instead(fake.empty_page()))
    pages = pulled(fake, days=2, comments=True)
    assert len(ids(pages)) == (100 if comment else 350)
    assert ("empty page" in partials(pages)) is comment


def test_an_empty_page_that_is_the_end_is_believed_once_the_other_listings_agree(fake: FakeReddit) -> None:
    say(fake, 100)
    asked = lambda request, usual: replace(usual(), body=_leading_on(usual().body))  # noqa: E731 -- a trouble
    fake.site.at(1, asked)
    fake.site.at(3, asked)
    pages = pulled(fake, days=2)
    assert len(ids(pages)) == 100
    assert partials(pages) == ""


def _leading_on(body: dict[str, Any]) -> dict[str, Any]:
    """A last page that names a place to go on from, as where only removed items follow."""
    return body | {"data": body["data"] | {"after": body["data"]["children"][-1]["data"]["name"]}}


def test_a_run_that_broke_off_long_ago_is_ended_and_what_is_new_is_read_as_well(fake: FakeReddit) -> None:
    say(fake, 350)
    broken = next(source_at(fake).pull({}, Window(NOW - timedelta(days=9))))
    fake.site.clock.pass_by(86_400)
    say(fake, 3, first=7000)
    pages = pulled(fake, broken.cursor)
    assert len({*ids([broken]), *ids(pages)}) == 353


# --- backfill -------------------------------------------------------------------------------------------------------


def test_a_backfill_reads_its_window_alone_and_is_then_at_its_end(fake: FakeReddit) -> None:
    say(fake, 240, minutes=60)
    window = Window(NOW - timedelta(days=6), NOW - timedelta(days=4))
    pages = list(source_at(fake).pull({}, window))
    assert len(ids(pages)) == 48
    assert "high" not in json.dumps(pages[-1].cursor).replace("pending_high", "")
    assert list(source_at(fake).pull(pages[-1].cursor, window)) == []
    assert len(ids(list(source_at(fake).pull(pages[-1].cursor, Window(window.since, NOW))))) == 144


# --- what it brings -------------------------------------------------------------------------------------------------


def test_live_ids_are_those_of_an_exported_file(fake: FakeReddit, tmp_path: Path) -> None:
    fake.put("5a", "שירות מעולה & מהיר <3", comment=False, title="תודה 👍🏽")
    fake.put("5b", "خدمات خیلی کند بود؛ می‌خواهم پولم را پس بگیرم", comment=True)
    fake.put("5c", "I like &amp; in my text", comment=False)
    live = by_id(pulled(fake, comments=True))
    things = [fake._thing(item, fake.site.data[-1]) for item in fake.items.values()]
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"kind": "Listing", "data": {"children": things[:2]}}), encoding="utf-8")
    exported = by_id(list(files.plugin(name="reddit", path=path).pull({}, Window())))
    for native_id, item in exported.items():
        alike = live[native_id]
        assert (alike.id, alike.text, alike.said_at, alike.url, alike.parent, alike.author, alike.channel) == (
            item.id,
            item.text,
            item.said_at,
            item.url,
            item.parent,
            item.author,
            item.channel,
        )
    assert live["t3_5a"].text == "תודה 👍🏽\nשירות מעולה & מהיר <3"
    assert live["t3_5c"].text.endswith("I like &amp; in my text")


def test_cross_posts_and_links_to_the_same_page_are_linked_and_kept(fake: FakeReddit) -> None:
    fake.put("1", "It broke", comment=False, subreddit="gadgets")
    fake.put("2", "", comment=False, title="It broke", fields={"crosspost_parent": "t3_1", "is_self": False})
    link = {"is_self": False, "url": "https://news.example/recall#top"}
    fake.put("3", "", comment=False, title="Recall!", fields=link)
    fake.put("4", "", comment=False, title="They recall it", fields=link | {"url": "https://news.example/recall"})
    found = by_id(pulled(fake))
    assert found["t3_2"].extra["crosspost_of"] == "t3_1"
    assert found["t3_3"].extra["same_link"] == found["t3_4"].extra["same_link"]
    assert "news.example" not in str(found["t3_3"].extra)
    assert "crosspost_of" not in found["t3_3"].extra


def test_votes_are_no_edit(fake: FakeReddit) -> None:
    fake.put("1", "It broke", comment=False, votes=1)
    before = by_id(pulled(fake))["t3_1"]
    fake.items["1"].more["votes"] = 900
    assert by_id(pulled(fake))["t3_1"].extra == before.extra


def test_stubs_and_strangers_in_a_listing_lose_nothing(fake: FakeReddit, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.put("1", "words", comment=False)
    strange = [{"kind": "more", "data": {"count": 9}}, None, 17, {"kind": "t3", "data": {"title": "no id"}}]
    real = fake._listing
    monkeypatch.setattr(fake, "_listing", lambda children, after: real([*strange, *children], after))
    pages = pulled(fake)
    assert ids(pages) == ["t3_1"]
    assert len(rejects(pages)) == 3
    assert rejects(pulled(fake)) == rejects(pages)
    assert [source_at(fake).retry(one) for one in rejects(pages)] == rejects(pages)


# --- what became of it ----------------------------------------------------------------------------------------------


def test_a_recheck_tells_what_was_edited_deleted_removed_and_purged(fake: FakeReddit) -> None:
    for number in range(1, 7):
        fake.put(str(number), f"Words {number}", comment=number % 2 == 0)
    known = ids(pulled(fake, comments=True))
    fake.site.clock.pass_by(60)
    fake.edit("1", "Words 1. Edit: solved")
    fake.delete("2")
    fake.items["3"].more["removed"] = True
    fake.items["4"].more["purged"] = True
    found = by_id(list(source_at(fake).recheck([*known, "t3_never", "no id of Reddit's"])))
    assert found["t3_1"].text.endswith("Words 1. Edit: solved")
    assert found["t3_1"].extra["edited"]
    assert {name for name, item in found.items() if item.deleted} == {"t1_2", "t3_3", "t1_4", "t3_never"}
    assert all(not item.text and item.author is None for item in found.values() if item.deleted)
    assert found["t3_5"].text.endswith("Words 5")


def test_a_recheck_asks_for_a_hundred_at_a_time(fake: FakeReddit) -> None:
    say(fake, 250)
    known = ids(pulled(fake))
    asked = len(fake.site.data)
    assert len(by_id(list(source_at(fake).recheck(known)))) == 250
    assert len(fake.site.data) - asked == 3
    assert all(
        one.query["id"].count(",") == (49 if index == 2 else 99) for index, one in enumerate(fake.site.data[asked:])
    )


def test_one_token_does_for_a_pull_and_the_rechecks_after_it(fake: FakeReddit) -> None:
    say(fake, 10)
    source = source_at(fake)
    known = ids(list(source.pull({}, Window())))
    for name in known:
        list(source.recheck([name]))
    assert len(fake.site.log) - len(fake.site.data) == 1


def test_an_empty_answer_for_many_known_items_deletes_none_of_them(fake: FakeReddit) -> None:
    say(fake, 60)
    known = ids(pulled(fake))
    for item in fake.items.values():
        item.more["purged"] = True
    pages = list(source_at(fake).recheck(known))
    assert by_id(pages) == {}
    assert "asked for again (60 " in partials(pages)


def test_a_single_item_that_is_gone_is_believed_beside_one_that_is_there(fake: FakeReddit) -> None:
    say(fake, 3)
    known = ids(pulled(fake))
    fake.items[known[0].removeprefix("t3_")].more["purged"] = True
    found = by_id(list(source_at(fake).recheck(known[:1])))
    assert [name for name, item in found.items() if item.deleted] == known[:1]


def test_a_single_item_is_not_taken_for_gone_by_a_reddit_that_tells_of_nothing(fake: FakeReddit) -> None:
    say(fake, 3)
    known = ids(pulled(fake))
    # Twice it tells of nothing; it lists what is there; of that too it tells nothing.
    for number in (1, 2, 4):
        fake.site.at(number, lambda _request, _usual: fake.empty_page())
    pages = list(source_at(fake).recheck(known[:1]))
    assert by_id(pages) == {}
    assert "asked for again (1 " in partials(pages)


def test_what_was_taken_down_and_is_listed_still_is_a_deletion(fake: FakeReddit) -> None:
    fake.put("1", "words", comment=False, fields={"selftext": "[removed]", "removed_by_category": "moderator"})
    fake.put("2", "words", comment=True, fields={"body": "[deleted]", "author": "[deleted]"})
    fake.put("3", "still true", comment=True, fields={"author": "[deleted]"})
    found = by_id(pulled(fake, comments=True))
    assert [name for name, item in found.items() if item.deleted] == ["t3_1", "t1_2"]
    assert (found["t1_3"].text, found["t1_3"].author) == ("still true", None)


def test_importing_the_source_imports_no_praw() -> None:
    made = "import sys, connectors.sources.reddit as reddit; reddit.plugin(name='x', subreddits=['acme'])"
    code = f"{made}; print('praw' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_time_of_saying_is_reddits(fake: FakeReddit) -> None:
    fake.put("1", "words", NOW - timedelta(hours=3), comment=False)
    item = by_id(pulled(fake))["t3_1"]
    assert item.said_at == NOW - timedelta(hours=3)
    assert item.fetched_at == NOW
    assert isinstance(item.said_at, datetime)
