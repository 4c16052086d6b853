"""Real exports, where they are at hand: the shapes that no fixture of ours would have thought of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Page, Window
from connectors.errors import ConfigError
from connectors.record import Channel
from connectors.sources.files import plugin
from tests.pages import feedback, rejects

SHARED = Path(os.environ.get("OVERHEARD_SHARED") or Path(__file__).parents[3] / "shared")


def pull(path: str, **settings: Any) -> list[Page]:
    if not (SHARED / path).exists():
        pytest.skip(f"{SHARED / path} is not here; set OVERHEARD_SHARED to the folder that holds corpora/ and formats/")
    return list(plugin(name="real", path=SHARED / path, **settings).pull({}, Window()))


@pytest.mark.parametrize(
    ("path", "rows", "rated"),
    [
        ("corpora/en/app-reviews-dated/raw/uber_google_play_scraper.csv", 1000, 1000),
        ("corpora/en/app-reviews-dated/raw/chatgpt_app_store_reviews.csv", 2292, 2292),
        ("corpora/en/app-reviews-dated/raw/groww_reviews.csv", 9797, 9797),
        ("corpora/en/trustpilot-reviews/raw/trustpilot_dugood.csv", 891, 891),
        ("corpora/en/trustpilot-reviews/raw/trustpilot_next_data_reviews.json", 1030, 1030),
        ("corpora/en/reddit-everlane/raw/reddit_posts.csv", 314, 0),
        ("corpora/fa/digikala-reviews-3k/data.jsonl", 3020, 3020),
        ("formats/google_play", 3, 3),
    ],
)
def test_an_export_is_read_whole_with_a_guessed_mapping(path: str, rows: int, rated: int) -> None:
    pages = pull(path)
    found = feedback(pages)
    assert (len(found), sum(item.rating is not None for item in found)) == (rows, rated)
    assert not rejects(pages)


def test_equal_rows_of_an_export_without_ids_may_be_kept() -> None:
    assert len(feedback(pull("corpora/en/app-reviews-dated/raw/groww_reviews.csv", duplicates="keep"))) == 13350


def test_a_corpus_of_dated_reviews_keeps_its_ids_and_dates() -> None:
    found = feedback(pull("corpora/en/app-reviews-dated/data.jsonl", map={"extra.version": "meta.app_version"}))
    assert len({item.native_id for item in found}) == 19_485
    assert (min(found, key=lambda i: i.said_at).said_at.year, max(found, key=lambda i: i.said_at).said_at.year) == (
        2018,
        2026,
    )
    assert "said_at_from" not in set().union(*(item.extra for item in found))


def test_reddits_own_answers_are_read_with_their_deletions() -> None:
    pages = pull("formats/reddit")
    found = feedback(pages)
    assert not rejects(pages)
    assert {item.channel for item in found} == {Channel.SOCIAL}
    assert any(item.deleted for item in found)
    assert all(item.url and item.url.startswith("https://") for item in found)


def test_tweets_know_who_speaks_and_bare_carriage_returns_cost_none() -> None:
    pages = pull("corpora/en/twcs-support-tweets/raw/twcs_first_5k.csv")
    assert len(feedback(pages)) == 5000
    assert {turn.speaker for item in feedback(pages) for turn in item.turns} == {"customer", "agent"}
    assert not rejects(pages)


def test_apples_feed_is_read_as_json_and_refused_as_xml() -> None:
    found = feedback(pull("formats/app_store_rss/customerreviews_jp.json"))
    assert len(found) == 50
    assert {item.extra["said_at_from"] for item in found} == {"file"}
    with pytest.raises(ConfigError, match="XML"):
        pull("formats/app_store_rss/customerreviews_jp.xml")
