"""Reddit's records in files: listings, threads, lines of dumps, and what was taken down."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.base import Page, Window
from connectors.record import Channel, Feedback
from connectors.sources.files import plugin


def comment(short: str, body: str, **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": short,
        "name": f"t1_{short}",
        "body": body,
        "author": "ann",
        "created_utc": 1762000000.0,
    }
    data |= {"subreddit": "acme", "score": 3, "edited": False, "parent_id": "t3_p1", "link_id": "t3_p1", "replies": ""}
    return {"kind": "t1", "data": data | more}


def post(short: str, title: str, selftext: str = "", **more: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"id": short, "name": f"t3_{short}", "title": title, "selftext": selftext, "author": "bob"}
    data |= {"created_utc": 1762000000.0, "subreddit": "acme", "score": 5, "permalink": f"/r/acme/comments/{short}/x/"}
    return {"kind": "t3", "data": data | more}


def listing(*children: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"children": list(children), "after": None}}


def read(folder: Path, content: object, name: str = "reddit.json", **settings: Any) -> dict[str, Feedback]:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    items = [item for page in pages(path, **settings) for item in page.items]
    feedback = [item for item in items if isinstance(item, Feedback)]
    assert len(feedback) == len(items)
    return {item.native_id: item for item in feedback}


def pages(path: Path, **settings: Any) -> list[Page]:
    return list(plugin(name="reddit", path=path, **settings).pull({}, Window()))


def test_a_listing_gives_posts_and_comments_as_social_feedback(tmp_path: Path) -> None:
    found = read(tmp_path, listing(post("p1", "Late again", "Third time."), comment("c1", "Same here")))
    first, second = found["t3_p1"], found["t1_c1"]
    assert (first.text, first.channel, first.url) == (
        "Late again\nThird time.",
        Channel.SOCIAL,
        "https://www.reddit.com/r/acme/comments/p1/x/",
    )
    assert (second.text, second.parent, second.author) == ("Same here", "t3_p1", "ann")
    assert second.url == "https://www.reddit.com/comments/p1/_/c1"
    assert first.said_at == datetime.fromtimestamp(1762000000, UTC)
    assert dict(second.extra) == {"where": "reddit.json:2", "subreddit": "acme", "score": "3"}


def test_lines_of_things_and_lines_of_a_dump_give_the_same_ids(tmp_path: Path) -> None:
    things = [post("p1", "Late again"), comment("c1", "Same here")]
    dump = [{name: value for name, value in thing["data"].items() if name != "name"} for thing in things]
    by_things = read(tmp_path, "\n".join(map(json.dumps, things)), "things.jsonl")
    by_dump = read(tmp_path, "\n".join(map(json.dumps, dump)), "dump.jsonl")
    assert set(by_things) == set(by_dump) == {"t3_p1", "t1_c1"}


def test_a_thread_is_read_down_to_its_last_reply(tmp_path: Path) -> None:
    deepest = comment("c3", "deep", parent_id="t1_c2")
    answer = comment(
        "c2", "answer", parent_id="t1_c1", replies=listing(deepest, {"kind": "more", "data": {"count": 9}})
    )
    thread = [listing(post("p1", "Late")), listing(comment("c1", "first", replies=listing(answer)))]
    path = tmp_path / "thread.json"
    path.write_text(json.dumps(thread), encoding="utf-8")
    found = read(tmp_path, thread, "thread.json")
    assert set(found) == {"t3_p1", "t1_c1", "t1_c2", "t1_c3"}
    assert len({item.extra["where"] for item in found.values()}) == 4
    assert any("kind 'more'" in note for page in pages(path) for note in page.notes)


def test_what_was_taken_down_is_a_deletion_without_words_or_name(tmp_path: Path) -> None:
    gone = [
        comment("c1", "[deleted]", author="[deleted]"),
        comment("c2", "[removed]"),
        post("p1", "Still a title", "[removed]"),
        post("p2", "[deleted by user]"),
        post("p3", "A title", "words", removed_by_category="moderator"),
    ]
    for item in read(tmp_path, listing(*gone)).values():
        assert (item.deleted, item.text, item.author) == (True, "", None)


def test_a_remark_whose_author_left_is_kept_without_a_name(tmp_path: Path) -> None:
    item = read(tmp_path, listing(comment("c1", "still true", author="[deleted]")))["t1_c1"]
    assert (item.deleted, item.text, item.author) == (False, "still true", None)


def test_reddits_escapes_are_undone_and_edits_are_dated(tmp_path: Path) -> None:
    item = read(tmp_path, listing(comment("c1", "&gt; late &amp; dear", edited=1762000500)))["t1_c1"]
    assert item.text == "> late & dear"
    assert item.extra["edited"] == "1762000500"


def test_votes_are_never_a_rating(tmp_path: Path) -> None:
    table = "subreddit,title,text,score,created\n" + "\n".join(
        f"acme,t{n},words {n} here,{n % 5 + 1},2026-11-02" for n in range(30)
    )
    for item in read(tmp_path, table, "posts.csv").values():
        assert item.rating is None
        assert item.channel is Channel.SOCIAL


def test_a_channel_that_was_told_wins_over_the_shape(tmp_path: Path) -> None:
    found = read(tmp_path, listing(comment("c1", "words")), channel="chat")
    assert found["t1_c1"].channel is Channel.CHAT
