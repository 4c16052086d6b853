"""The contract of a connector (``connectors/base.py``), held against every file in ``connectors/sources/``.

A new source adds one row to ``CORPORA``: a function that lays out a small corpus and says what is in it. A source
without a row fails here, so none can be forgotten; live ones have theirs in ``tests/live_stalls.py`` instead. A corpus
should hold several pages at ``page_size`` 2, English, Hebrew, Persian and emoji, and at least one record that cannot be
read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors import plugins
from connectors.base import Connector, Page, Reject, Window
from connectors.errors import ConfigError, OverheardError
from connectors.record import Feedback
from tests.live_stalls import VENDORS
from tests.opened import watched

WORDS = {
    "late": "The parcel came late 😡 and nobody knew why",
    "praise": "שירות מעולה, תודה! 👍🏽",
    "slow": "خدمات خیلی کند بود؛ می‌خواهم پولم را پس بگیرم",
    "mixed": "Bought it in תל אביב, works in تهران ✈️",
    "family": "👩‍👩‍👧‍👦 all of us love it",
}


@dataclass(frozen=True)
class Corpus:
    """What a row lays out: settings of the source, the words by native id, and where its bad records are."""

    settings: Mapping[str, Any]
    words: Mapping[str, str]
    rejects: Sequence[str]


def files(folder: Path) -> Corpus:
    """Two files of two formats with ids; one bad date, one row of the wrong width, one broken line."""
    first, *others = WORDS.items()
    table = f"id,text,date,author\n{first[0]},{first[1]},2026-11-02,Ann\nbad-date,no such day,2026-02-31,Ann\ntoo,few\n"
    lines = [json.dumps({"id": key, "text": text, "date": "2026-11-03", "author": "Bob"}) for key, text in others]
    (folder / "a.csv").write_text(table, encoding="utf-8")
    (folder / "b.jsonl").write_text("\n".join([*lines[:2], '{"id": "cut', *lines[2:]]), encoding="utf-8")
    settings = {"path": folder, "page_size": 2, "map": {"native_id": "id", "text": "text", "said_at": "date"}}
    return Corpus(settings, WORDS, ["a.csv:3", "a.csv:4", "b.jsonl:3"])


def transcripts(folder: Path) -> Corpus:
    """A call a file, and one file that is no transcript."""
    for key, text in WORDS.items():
        (folder / f"{key}.txt").write_text(f"Agent: Hello, how may I help?\nCustomer: {text}\n", encoding="utf-8")
    (folder / "broken.json").write_text('{"jobName": "x", "results": ', encoding="utf-8")
    words = {key: f"Hello, how may I help?\n{text}" for key, text in WORDS.items()}
    return Corpus({"path": folder, "page_size": 2, "said_at": "2026-11-02"}, words, ["broken.json"])


# ---------------------------------------------------------------------------------------------------------------------
# One row per source: the name of its file in connectors/sources/, and the function that lays out its corpus.
CORPORA: dict[str, Callable[[Path], Corpus]] = {
    "files": files,
    "transcripts": transcripts,
}
# ---------------------------------------------------------------------------------------------------------------------

EVERYTHING = Window()
_LIVE = {vendor.fake.use for vendor in VENDORS.values()}
SOURCES = [name for name in plugins.names("connectors.sources") if name not in _LIVE]


@dataclass(frozen=True)
class Laid:
    """A corpus, and how to get a source that reads it: a new one each time, as in another process."""

    corpus: Corpus
    source: Callable[[], Connector]

    def pull(self, cursor: Mapping[str, object] | None = None, window: Window = EVERYTHING) -> list[Page]:
        return list(self.source().pull(cursor or {}, window))


@pytest.fixture(params=SOURCES)
def laid(request: pytest.FixtureRequest, tmp_path: Path) -> Laid:
    name = request.param
    if name not in CORPORA:
        pytest.fail(
            f"connectors/sources/{name}.py has no row in CORPORA of {Path(__file__).name}, nor in live_stalls.py"
        )
    corpus = CORPORA[name](tmp_path)
    return Laid(corpus, lambda: plugins.load("connectors.sources", name)(name="acme", **corpus.settings))


def feedback(pages: Sequence[Page]) -> list[Feedback]:
    return [item for page in pages for item in page.items if isinstance(item, Feedback)]


def rejects(pages: Sequence[Page]) -> list[Reject]:
    return [item for page in pages for item in page.items if isinstance(item, Reject)]


def native_ids(pages: Sequence[Page]) -> list[str]:
    return sorted(item.native_id for item in feedback(pages))


def test_every_row_belongs_to_a_source() -> None:
    assert set(CORPORA) <= set(SOURCES)


def test_nothing_is_opened_before_pull_is_iterated(laid: Laid, tmp_path: Path) -> None:
    laid.source()  # modules and time zones are loaded once; the second time shows what the source itself does
    with watched() as touched:
        source = laid.source()
        source.pull({}, EVERYTHING)
    assert [what for what in touched if str(tmp_path) in what or what.startswith("socket")] == []
    assert source.name == "acme"


def test_a_sweep_finds_exactly_what_is_there(laid: Laid) -> None:
    pages = laid.pull()
    assert {item.native_id: item.text for item in feedback(pages)} == laid.corpus.words
    assert sorted(reject.where for reject in rejects(pages)) == sorted(laid.corpus.rejects)
    assert len(pages) > 2


def test_words_survive_to_the_last_sign(laid: Laid) -> None:
    found = {item.native_id: item.text for item in feedback(laid.pull())}
    for key, text in laid.corpus.words.items():
        assert list(found[key]) == list(text)


def test_a_crash_after_any_page_gives_the_same_set(laid: Laid) -> None:
    whole = laid.pull()
    for stored in range(len(whole) + 1):
        before = whole[:stored]
        cursor = json.loads(json.dumps(before[-1].cursor)) if before else {}
        after = laid.pull(cursor)
        assert native_ids([*before, *after]) == native_ids(whole)
        where = sorted(reject.where for reject in rejects([*before, *after]))
        assert where == sorted(laid.corpus.rejects)


def test_a_page_that_was_not_stored_is_repeated_with_the_same_ids(laid: Laid) -> None:
    whole = laid.pull()
    again = laid.pull(whole[0].cursor)
    assert [item.id for item in feedback(again[:1])] == [item.id for item in feedback(whole[1:2])]


def test_the_final_cursor_of_an_unchanged_source_gives_no_items(laid: Laid) -> None:
    pages = laid.pull()
    again = laid.pull(json.loads(json.dumps(pages[-1].cursor)))
    assert [item for page in again for item in page.items] == []


def test_no_id_comes_twice_in_a_run(laid: Laid) -> None:
    pages = laid.pull()
    places = [reject.where for reject in rejects(pages)]
    assert len(native_ids(pages)) == len(set(native_ids(pages)))
    assert len(places) == len(set(places))


def test_two_sweeps_give_the_same_items(laid: Laid) -> None:
    def seen(pages: Sequence[Page]) -> list[tuple[object, ...]]:
        return [(item.id, item.text, item.said_at, item.extra) for item in feedback(pages)]

    first, second = laid.pull(), laid.pull()
    assert seen(first) == seen(second)
    assert rejects(first) == rejects(second)


def test_times_are_aware_and_fetching_comes_after_saying(laid: Laid) -> None:
    for item in feedback(laid.pull()):
        assert item.said_at.utcoffset() is not None
        assert item.fetched_at.utcoffset() is not None
        assert item.said_at <= item.fetched_at + timedelta(days=2)


def test_items_carry_the_name_of_the_source_and_only_text(laid: Laid) -> None:
    for item in feedback(laid.pull()):
        assert item.source == "acme"
        bags = {**item.extra, **item.segment}
        assert all(isinstance(text, str) for pair in bags.items() for text in pair)


def test_a_cursor_is_json_with_a_version_and_without_words(laid: Laid) -> None:
    for page in laid.pull():
        written = json.dumps(page.cursor, ensure_ascii=False)
        assert json.loads(written) == page.cursor
        assert isinstance(page.cursor["v"], int)
        assert not any(text in written for text in WORDS.values())


def test_a_cursor_of_another_version_is_refused_in_words(laid: Laid) -> None:
    with pytest.raises(ConfigError) as caught:
        laid.pull({"v": 10_000})
    assert caught.value.hint


def test_done_is_a_share_that_never_falls(laid: Laid) -> None:
    shares = [page.done for page in laid.pull() if page.done is not None]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def test_a_window_keeps_what_was_said_in_it(laid: Laid) -> None:
    found = feedback(laid.pull())
    middle = sorted(item.said_at for item in found)[len(found) // 2]
    since, until = laid.pull(window=Window(since=middle)), laid.pull(window=Window(until=middle))
    assert all(item.said_at >= middle for item in feedback(since))
    assert all(item.said_at < middle for item in feedback(until))
    assert sorted(native_ids(since) + native_ids(until)) == native_ids(laid.pull())


def test_what_a_narrow_window_left_out_is_found_by_a_wider_one(laid: Laid) -> None:
    narrow = laid.pull(window=Window(until=datetime(2000, 1, 1, tzinfo=UTC)))
    assert not feedback(narrow)
    wide = laid.pull(narrow[-1].cursor if narrow else {})
    assert native_ids(wide) == sorted(laid.corpus.words)


def test_rejects_say_where_and_why_and_are_bounded(laid: Laid) -> None:
    for reject in rejects(laid.pull()):
        assert reject.where
        assert reject.reason
        assert len(reject.raw.encode()) <= 65_536


def test_a_retry_gives_feedback_or_a_reject_of_the_same_place(laid: Laid) -> None:
    source = laid.source()
    for reject in rejects(laid.pull()):
        again = source.retry(reject)
        assert isinstance(again, Feedback | Reject)
        assert (again.extra["where"] if isinstance(again, Feedback) else again.where) == reject.where


def test_an_unknown_setting_is_refused_by_name(laid: Laid, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["laid"]
    with pytest.raises(OverheardError, match="colour"):
        plugins.load("connectors.sources", name)(name="acme", **laid.corpus.settings, colour="blue")
