"""One review from its file to the answer and out again: the story of the README, through the real command line."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from assistant.wiring import DATABASE, KEY, Workspace
from mining.privacy import hash_author
from tests.command_line import Home

SAID = (
    "Lovely machine, but my card was declined at checkout three times. "
    "Call me at 054-765-4321 or write to dana.levi@example.com, card 4580 4580 4580 4580."
)
SECRETS = ("054-765-4321", "7654321", "dana.levi", "example.com", "4580")
OTHERS = [
    "My card was declined at the checkout twice.",
    "The checkout refused my card again and again.",
    "הכרטיס שלי נדחה בקופה כשניסיתי לשלם",
    "The parcel came two weeks late.",
]
QUESTION = ("ask", "top pain points in purchase stage", "--as-of", "2026-11-22", "--json")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("story")
    rows = [{"review_id": "r7", "posted": "2026-11-03", "body": SAID, "reviewer": "Dana Levi", "stars": 2}]
    rows += [
        {"review_id": f"r{number}", "posted": "2026-11-04", "body": text, "reviewer": f"person {number}", "stars": 1}
        for number, text in enumerate(OTHERS, start=10)
    ]
    reviews = folder / "reviews.jsonl"
    reviews.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    home = Home(folder / "home")
    columns = ("native_id=review_id", "text=body", "said_at=posted", "author=reviewer", "rating=stars")
    maps = [part for column in columns for part in ("--map", column)]
    told = home.good(*home.ingest(reviews, *maps, "--product", "Acme Pro", "--rating-max", "5"))
    assert "5 new" in told
    return home


def rows(home: Home, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(home.folder / DATABASE)
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_it_is_kept_once_with_who_and_when_and_without_what_is_personal(home: Home) -> None:
    [(id_, text, said_at, author, rating, product)] = rows(
        home, "SELECT id, text, said_at, author, rating, product FROM feedback WHERE native_id = 'r7'"
    )
    assert id_ == "shop:r7"
    assert text == (
        "Lovely machine, but my card was declined at checkout three times. Call me at [phone] or write to [email], "
        "card [card]."
    )
    assert said_at.startswith("2026-11-03")
    assert (rating, product) == (0.25, "Acme Pro")
    assert author == hash_author("dana levi", bytes.fromhex((home.folder / KEY).read_text()))
    kept = bytes_of(home.folder)
    for secret in (*SECRETS, "Dana", "Levi"):
        assert secret.encode() not in kept, secret


def test_it_is_cut_into_opinions_and_each_is_labelled(home: Home) -> None:
    cut = rows(home, "SELECT id, text, start, end FROM mentions WHERE feedback_id = 'shop:r7' ORDER BY start")
    [(text,)] = rows(home, "SELECT text FROM feedback WHERE id = 'shop:r7'")
    assert all(text[start:end] == piece for _, piece, start, end in cut)
    declined = next(id_ for id_, piece, *_ in cut if "declined" in piece)
    praise = next(id_ for id_, piece, *_ in cut if "Lovely" in piece)
    labels = {
        (id_, task): value for id_, task, value in rows(home, "SELECT mention_id, task, value FROM labels ORDER BY 1")
    }
    assert labels[declined, "stage"] == "purchase"
    assert labels[declined, "sentiment"] == "negative"
    assert labels[praise, "sentiment"] == "positive"
    assert {task for id_, task in labels if id_ == declined} == {"stage", "intent", "sentiment", "effort", "touchpoint"}


def test_it_is_in_the_index_and_search_finds_it_in_three_languages(home: Home) -> None:
    where = Workspace.open(home.folder)
    with where.index(write=False) as index:
        assert index.ids() == {id_ for (id_,) in rows(home, "SELECT id FROM mentions")}
    for words in ("declined card", "הכרטיס נדחה", "کارتم رد شد"):
        hits = json.loads(home.good("search", words, "--json", "-k", "8"))
        assert "shop:r7" in [hit["feedback_id"] for hit in hits], words


def test_a_question_counts_it_and_the_figure_opens_to_it(home: Home) -> None:
    answer = json.loads(home.good(*QUESTION))
    assert answer["status"] == "answered"
    top = answer["rows"][0]
    shown = json.loads(home.good("show", top["feedback"]["query"], "--json"))
    assert "shop:r7" in [row["feedback_id"] for row in shown["rows"]]
    assert len(shown["rows"]) == shown["counts"]["feedback"] == top["feedback"]["value"] >= 3
    mentions = {mention["mention_id"]: mention["text"] for row in shown["rows"] for mention in row["mentions"]}
    for quote in top["quotes"]:
        assert quote["text"] in mentions[quote["mention_id"]]
    texts = " ".join(text for (text,) in rows(home, "SELECT text FROM feedback"))
    assert all(quote["text"] in texts for row in answer["rows"] for quote in row["quotes"])


def test_the_listing_for_people_shows_its_words(home: Home) -> None:
    answer = json.loads(home.good(*QUESTION))
    assert "declined at checkout three times" in home.good("show", answer["counted"]["query"])


def test_last_of_all_its_author_has_it_erased(home: Home) -> None:
    before = json.loads(home.good(*QUESTION))["counted"]["value"]
    query = json.loads(home.good(*QUESTION))["counted"]["query"]
    pieces = len(rows(home, "SELECT id FROM mentions WHERE feedback_id = 'shop:r7'"))
    erased = json.loads(home.good("erase", "--author", " DANA levi", "--yes", "--json"))
    assert erased == {"feedback": 1, "mentions": pieces, "labels": 5 * pieces, "vectors": pieces, "corrections": 0}
    kept = bytes_of(home.folder)
    assert b"declined at checkout three times" not in kept
    assert b"declined at the checkout twice" in kept
    assert json.loads(home.good(*QUESTION))["counted"]["value"] == before - 1
    assert "shop:r7" not in home.good("show", query, "--json")
    for words in ("my card was declined at checkout three times", "lovely machine"):
        assert "shop:r7" not in home.good("search", words, "--json", "-k", "50")
    home.good("doctor")
    # A later export that still holds it cannot bring it back.
    export = home.folder.parent / "later.jsonl"
    export.write_text(json.dumps({"id": "r7", "date": "2026-11-03", "text": SAID, "author": "Dana Levi"}))
    assert "kept out" in home.good(*home.ingest(export))
    assert rows(home, "SELECT id FROM feedback WHERE native_id = 'r7'") == []
