"""The demo corpus holds what docs/demo.md says, as the ordinary connectors read it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.demo import AS_OF, CORPUS, SOURCES
from connectors.base import Window
from connectors.plugins import load
from connectors.record import Feedback, Speaker

FIRST_DAY = datetime(2026, 8, 31, tzinfo=UTC)
STORY_WEEKS = {
    "PAY": range(9, 13),
    "LATE": range(1, 7),
    "FIXED": range(7, 13),
    "CLUB": range(5, 13),
    "NIGHT": range(2, 13),
    "INJ": range(1, 13),
    "SPAM": range(10, 11),
}
HEBREW, PERSIAN, LATIN = (re.compile(letters) for letters in ("[א-ת]", "[\u0600-\u06ff]", "[a-z]"))
SWIFT_MULE = re.compile("swift ?mule|סוויפטמיול|سوئیفت", re.IGNORECASE)
CARD_DECLINED = re.compile("declined|payment failed|הכרטיס נדחה|התשלום נכשל|پرداخت ناموفق|کارت رد", re.IGNORECASE)
CLUB_POINTS = re.compile("נקודות|מועדון|باشگاه|club points|loyalty points", re.IGNORECASE)

Corpus = dict[str, list[Feedback]]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Everything that the demo's sources yield, by source; anything that is not feedback fails here."""
    found: Corpus = {}
    for source in SOURCES:
        connector = load("connectors.sources", source.use)(name=source.name, **source.settings())
        items = [item for page in connector.pull({}, Window()) for item in page.items]
        assert all(isinstance(item, Feedback) for item in items), f"{source.name} has records that cannot be read"
        found[source.name] = items
    return found


@pytest.fixture(scope="module")
def planted() -> Mapping[str, Any]:
    """What was planted, as planted.json tells it."""
    told: Mapping[str, Any] = json.loads((CORPUS.parent / "planted.json").read_text(encoding="utf-8"))
    return told


@pytest.fixture(scope="module")
def by_id(corpus: Corpus) -> dict[str, Feedback]:
    """All feedback by its id."""
    return {item.id: item for items in corpus.values() for item in items}


@pytest.fixture(scope="module")
def story_of(planted: Mapping[str, Any]) -> dict[str, str]:
    """The story of each planted item; what is not in here is of none."""
    return {id_: story for story, ids in planted["stories"].items() for id_ in ids}


def week(item: Feedback) -> int:
    """The demo's week, from 1 to 12."""
    return (item.said_at - FIRST_DAY) // timedelta(days=7) + 1


def script(text: str) -> str:
    """The language that the letters look like; Persian in Latin letters looks like English."""
    counts = {name: len(form.findall(text.lower())) for name, form in (("he", HEBREW), ("fa", PERSIAN), ("en", LATIN))}
    return max(counts, key=lambda name: counts[name])


def words(text: str) -> str:
    """The words alone: what two texts have in common whose difference is trivial."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def test_there_are_120_calls_400_posts_and_400_reviews(corpus: Corpus) -> None:
    assert {name: len(items) for name, items in corpus.items()} == {
        "calls": 120, "reddit": 400, "app_store": 160, "shop": 240,
    }  # fmt: skip


def test_three_in_five_are_english_and_the_rest_is_half_hebrew_half_persian(
    corpus: Corpus, planted: Mapping[str, Any]
) -> None:
    assert planted["counts"]["language"] == {"en": 552, "fa": 184, "he": 184}
    assert Counter(script(call.text) for call in corpus["calls"]) == {"en": 72, "he": 24, "fa": 24}
    files = Counter(item.extra["where"].split(".")[0] for item in [*corpus["reddit"], *corpus["shop"]])
    assert files == {
        "reddit_en": 240, "reddit_he": 80, "reddit_fa": 80, "shop_en": 140, "shop_he": 50, "shop_fa": 50,
    }  # fmt: skip
    # Two of the thirty Persian reviews of the app are written in Latin letters.
    assert Counter(script(item.text) for item in corpus["app_store"]) == {"en": 102, "he": 30, "fa": 28}


def test_every_call_has_6_to_30_turns_of_two_people_who_are_told_apart(corpus: Corpus) -> None:
    for call in corpus["calls"]:
        speakers = [turn.speaker for turn in call.turns]
        assert 6 <= len(speakers) <= 30, call.id
        assert speakers == [Speaker.AGENT, Speaker.CUSTOMER] * (len(speakers) // 2) + [Speaker.AGENT] * (
            len(speakers) % 2
        ), call.id
        assert call.extra["role_source"] in {"vendor", "label"}, call.id


def test_the_three_transcript_formats_occur_in_all_three_languages(corpus: Corpus) -> None:
    shapes = Counter((call.extra["format"], script(call.text)) for call in corpus["calls"])
    assert Counter(call.extra["format"] for call in corpus["calls"]) == {
        "contact_lens": 54, "webvtt": 36, "plain_text": 30,
    }  # fmt: skip
    assert len(shapes) == 9
    assert min(shapes.values()) >= 6


def test_every_date_lies_in_the_twelve_weeks_and_comes_from_the_record_or_its_name(corpus: Corpus) -> None:
    end = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 18, tzinfo=UTC)
    for item in (item for items in corpus.values() for item in items):
        assert FIRST_DAY <= item.said_at <= end, item.id
    assert all(call.extra["said_at_from"] in {"vendor", "filename"} for call in corpus["calls"])


def test_posts_and_reviews_stand_in_their_files_in_the_order_of_their_dates(corpus: Corpus) -> None:
    for source in ("reddit", "app_store", "shop"):
        files: dict[str, list[datetime]] = {}
        for item in corpus[source]:
            files.setdefault(item.extra["where"].split(":")[0], []).append(item.said_at)
        assert all(dates == sorted(dates) for dates in files.values())


def test_planted_json_names_feedback_that_the_connectors_yield(
    by_id: dict[str, Feedback], planted: Mapping[str, Any]
) -> None:
    listed = [id_ for ids in planted["stories"].values() for id_ in ids]
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(by_id)


def test_the_counts_of_planted_json_agree_with_its_lists_and_with_the_files(
    corpus: Corpus, by_id: dict[str, Feedback], planted: Mapping[str, Any]
) -> None:
    assert planted["feedback"] == len(by_id) == 920
    assert planted["counts"]["source"] == {name: len(items) for name, items in sorted(corpus.items())}
    told = dict(planted["counts"]["story"])
    assert told.pop("none") == 920 - sum(map(len, planted["stories"].values()))
    assert told == {story: len(ids) for story, ids in planted["stories"].items()}
    for story, ids in planted["stories"].items():
        assert planted["by_story"][story]["source"] == Counter(by_id[id_].source for id_ in ids)
        assert planted["by_story"][story]["week"] == Counter(str(week(by_id[id_])) for id_ in ids)


@pytest.mark.parametrize("story", STORY_WEEKS)
def test_a_story_is_told_in_its_weeks_and_in_no_others(
    story: str, by_id: dict[str, Feedback], planted: Mapping[str, Any]
) -> None:
    weeks = {week(by_id[id_]) for id_ in planted["stories"][story]}
    assert weeks <= set(STORY_WEEKS[story])
    assert story == "INJ" or weeks == set(STORY_WEEKS[story])


def test_only_the_story_of_the_club_speaks_of_its_points_and_it_is_told_in_hebrew(
    by_id: dict[str, Feedback], story_of: dict[str, str]
) -> None:
    assert {script(by_id[id_].text) for id_, story in story_of.items() if story == "CLUB"} == {"he"}
    assert [id_ for id_, item in by_id.items() if CLUB_POINTS.search(item.text) and story_of.get(id_) != "CLUB"] == []


def test_only_the_stories_of_delivery_name_the_courier(by_id: dict[str, Feedback], story_of: dict[str, str]) -> None:
    naming = {story_of.get(id_) for id_, item in by_id.items() if SWIFT_MULE.search(item.text)}
    assert naming <= {"LATE", "FIXED"}


def test_only_the_story_of_paying_speaks_of_declined_cards(
    by_id: dict[str, Feedback], story_of: dict[str, str]
) -> None:
    assert {story_of.get(id_) for id_, item in by_id.items() if CARD_DECLINED.search(item.text)} == {"PAY"}


def test_no_two_texts_are_the_same_but_the_spam(by_id: dict[str, Feedback], story_of: dict[str, str]) -> None:
    texts = Counter(words(item.text) for id_, item in by_id.items() if story_of.get(id_) != "SPAM")
    assert [text for text, count in texts.items() if count > 1] == []


def test_the_spam_is_one_text_from_eighteen_people_in_one_week(
    by_id: dict[str, Feedback], planted: Mapping[str, Any]
) -> None:
    spam = [by_id[id_] for id_ in planted["stories"]["SPAM"]]
    assert len({post.author for post in spam}) == len(spam) == 18
    assert len({words(post.text) for post in spam}) == 1
    assert Counter(post.text for post in spam).most_common(1)[0][1] == 14


def test_about_one_remark_in_twelve_is_by_somebody_who_wrote_before(corpus: Corpus) -> None:
    remarks = [(item.source, item.author) for name in ("reddit", "app_store", "shop") for item in corpus[name]]
    assert all(author for _, author in remarks)
    assert 0.06 < 1 - len(set(remarks)) / len(remarks) < 0.1


def test_reviews_are_rated_from_one_to_five(corpus: Corpus) -> None:
    for source in ("app_store", "shop"):
        assert {item.rating for item in corpus[source]} == {0.0, 0.25, 0.5, 0.75, 1.0}
    assert {item.product for item in corpus["shop"]} == {"Lumeno One", "Lumeno Grind", "Lumeno Box", "Lumeno App"}


def test_the_files_are_what_their_names_say() -> None:
    for path in CORPUS.rglob("*"):
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        if path.suffix == ".jsonl":
            kinds = {json.loads(line)["kind"] for line in path.read_text(encoding="utf-8").splitlines()}
            assert kinds == {"t1", "t3"}
        if path.suffix == ".csv":
            _check_table(path)


def _check_table(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";" if path.name == "shop_he.csv" else ","))
    assert {len(row) for row in rows} == {len(rows[0])}


def test_file_names_are_legal_everywhere_and_the_corpus_is_small() -> None:
    paths = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", path.name) for path in paths)
    assert sum(path.stat().st_size for path in paths) < 2_000_000
