"""``overheard ask`` and what lies behind its figures, on a small workspace of remarks in three languages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import OVERHEARD, Home

SHOP = Path(__file__).parent.parent / "fixtures" / "shop.csv"
SETTINGS = """
[locale]
timezone = "Asia/Jerusalem"

[catalog.products]
"Acme Pro" = ["Pro"]

[events]
"relaunch" = 2026-11-10
"""
TODAY = ("--as-of", "2026-11-22")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Fourteen reviews of a shop, one of them without a date."""
    home = Home(tmp_path_factory.mktemp("shop") / "home")
    home.folder.mkdir()
    (home.folder / "overheard.toml").write_text(SETTINGS, encoding="utf-8")
    home.good("ingest", "files", SHOP, "--source", "shop", "--channel", "review")
    return home


@cache
def asked(home: Home, question: str, *more: str) -> Any:
    """The answer as JSON; each question is asked once, because a process takes seconds."""
    return json.loads(home.good("ask", question, "--json", *(more or TODAY)))


def test_an_answer_has_every_key_that_scripts_rely_on(shop: Home) -> None:
    answer = asked(shop, "top pain points")
    assert set(answer) == {
        *("status", "language", "headline", "question", "said", "rows", "quotes", "more", "figures", "window"),
        *("counted", "denominator", "unnamed", "solicited", "unknown_share", "freshness", "chart", "notes"),
        *("choices", "next_questions"),
    }
    assert (answer["status"], answer["language"]) == ("answered", "en")
    assert answer["window"] == {
        **{"expr": None, "from": "2026-10-24", "to": "2026-11-22", "default": True, "partial": False},
        **{"future": False, "calendar": "gregorian", "week_start": None, "event": None},
    }
    assert set(answer["counted"]) == {"value", "unit", "query"}
    assert set(answer["freshness"]) == {"shop"}
    for row in answer["rows"]:
        assert set(row) == {
            *("rank", "id", "title", "titles", "feedback", "share", "share_interval", "share_part", "share_of"),
            *("unique", "authors", "group", "marks", "pain", "small", "quotes"),
        }
        assert set(row["titles"]) == {"en", "he", "fa"}
        assert 0 < row["share"] <= 1
    for quote in answer["quotes"]:
        assert {"text", "mention_id", "feedback_id", "language", "said_at", "source", "channel", "url"} <= set(quote)


@pytest.mark.parametrize("question", ["top pain points, all time", "מה הלקוחות אוהבים?", "مهم‌ترین مشکلات ارسال چیست؟"])
def test_each_figure_shows_exactly_as_many_rows_as_it_says(shop: Home, question: str) -> None:
    answer = asked(shop, question)
    assert answer["status"] == "answered"
    assert len(answer["figures"]) >= 5
    # A process a figure: the first row's, and those of the whole.
    wanted = {answer["rows"][0]["feedback"]["query"], answer["counted"]["query"], answer["denominator"]["query"]}
    for query in sorted(wanted | ({answer["unnamed"]["query"]} if answer["unnamed"] else set())):
        shown = json.loads(shop.good("show", query, "--json"))
        assert set(shown) == {"query", "asked_at", "asked_value", "filters", "counts", "rows"}
        for figure in (figure for figure in answer["figures"] if figure["query"] == query):
            assert shown["counts"][figure["unit"]] == figure["value"]
        assert len(shown["rows"]) == shown["counts"]["feedback"] == shown["asked_value"]
        assert sum(len(row["mentions"]) for row in shown["rows"]) == shown["counts"]["mentions"]
    text = shop.good("show", answer["counted"]["query"])
    assert text.rstrip().split("\n")[-1].startswith(f"{answer['counted']['value']} items")


def test_every_quote_is_literally_in_the_file_that_was_read(shop: Home) -> None:
    words = SHOP.read_text(encoding="utf-8").replace('"', "")
    quotes = asked(shop, "top pain points")["quotes"]
    assert {quote["language"] for quote in quotes} == {"en", "he", "fa"}
    assert all(quote["text"].replace('"', "") in words for quote in quotes)


def test_pains_and_praises_are_told_apart(shop: Home) -> None:
    pains, praises = asked(shop, "top pain points"), asked(shop, "what do people praise?")
    negative = {quote["feedback_id"] for quote in pains["quotes"]}
    positive = {quote["feedback_id"] for quote in praises["quotes"]}
    assert positive
    assert positive <= {"shop:105", "shop:109", "shop:110"}
    assert not negative & positive


def test_the_same_question_in_three_languages_counts_the_same(shop: Home) -> None:
    answers = [asked(shop, text) for text in ("top pain points", "מה נקודות הכאב?", "مهم‌ترین نقاط درد چیست؟")]
    assert [answer["language"] for answer in answers] == ["en", "he", "fa"]
    assert len({json.dumps([(row["id"], row["feedback"]) for row in answer["rows"]]) for answer in answers}) == 1
    assert len({answer["counted"]["query"] for answer in answers}) == 1


def test_the_answer_is_in_the_language_of_the_question_and_persian_has_persian_digits(shop: Home) -> None:
    assert re.search("[a-z]", asked(shop, "top pain points")["headline"])
    assert re.search("[\u05d0-\u05ea]", asked(shop, "מה נקודות הכאב?")["headline"])
    persian = asked(shop, "مهم‌ترین نقاط درد چیست؟")["headline"]
    assert re.search("[\u06f0-\u06f9]", persian)
    assert not re.search("[0-9A-Za-z]", persian)


def test_small_groups_are_said_to_be_small(shop: Home) -> None:
    answer = asked(shop, "top pain points")
    assert all(row["small"] == (row["unique"]["value"] < 5) for row in answer["rows"])
    assert any(row["small"] for row in answer["rows"])
    assert any("too little to rank by" in note for note in answer["notes"])


def test_a_remark_that_gives_orders_is_counted_like_any_other(shop: Home) -> None:
    answer = asked(shop, "top pain points")
    assert answer["status"] == "answered"
    members = [json.loads(shop.good("show", row["feedback"]["query"], "--json"))["rows"] for row in answer["rows"]]
    assert "shop:112" in {row["feedback_id"] for rows in members for row in rows}
    assert "no complaints" not in answer["headline"]


def test_words_not_understood_are_named(shop: Home) -> None:
    answer = asked(shop, "please show me the top pain points that frobnicate in purchase stage")
    assert (answer["status"], answer["question"]["left"]) == ("answered", ["frobnicate"])
    assert any("frobnicate" in note for note in answer["notes"])


def test_a_platform_that_nobody_configured_is_named(shop: Home) -> None:
    answer = asked(shop, "top pain points on Android")
    assert (answer["status"], answer["figures"]) == ("no_data", [])
    assert answer["question"]["filters"]["platform"] == ["android"]
    assert any("android" in note and "overheard.toml" in note for note in answer["notes"])


def test_a_time_without_feedback_is_no_data_and_says_what_there_is(shop: Home) -> None:
    answer = asked(shop, "top pain points in 2024")
    assert (answer["status"], answer["rows"], answer["counted"]) == ("no_data", [], None)
    always = answer["more"]["all_time"]
    assert answer["figures"] == [always]
    assert f"Over all time there are {always['value']} such items" in answer["headline"]
    assert len(json.loads(shop.good("show", always["query"], "--json"))["rows"]) == always["value"]


@pytest.mark.parametrize(
    "question", ["how do I configure the router's firmware via telnet?", "מה מזג האוויר?", "هوا چطور است؟"]
)
def test_a_question_that_is_not_read_is_out_of_scope(shop: Home, question: str) -> None:
    answer = asked(shop, question)
    assert (answer["status"], answer["figures"], answer["quotes"]) == ("out_of_scope", [], [])
    assert len(answer["next_questions"]) == 3


@pytest.mark.parametrize(
    ("question", "status", "kind"),
    [
        ("why is delivery late?", "clarify", "ambiguous"),
        ("תודה רבה!", "answered", "chitchat"),
        ("روند شکایت‌ها چیست؟", "answered", "trend"),
        ("", "clarify", "out_of_scope"),
        ("what is our NPS?", "no_data", "unanswerable"),
        ("who wrote the worst review?", "refused", "unanswerable"),
        ("create a ticket for late delivery", "out_of_scope", "action"),
    ],
)
def test_each_kind_of_question_has_its_status(shop: Home, question: str, status: str, kind: str) -> None:
    answer = asked(shop, question)
    assert (answer["status"], answer["question"]["kind"]) == (status, kind)
    assert answer["headline"]


@pytest.mark.parametrize(("question", "words"), [("top pain points", "no feedback yet"), ("מה הבעיות?", "אין משוב")])
def test_an_empty_workspace_says_so(home: Home, question: str, words: str) -> None:
    answer = asked(home, question)
    assert answer["status"] == "no_data"
    assert words in answer["headline"]
    assert words in home.good("ask", question)


def test_any_day_can_be_asked_from(shop: Home) -> None:
    assert asked(shop, "top pain points", "--as-of", "2026-09-21")["counted"]["value"] == 1
    assert asked(shop, "top pain points", "--as-of", "2024-02-29")["status"] == "no_data"
    assert asked(shop, "نقاط درد این ماه", "--as-of", "2026-03-21")["window"]["from"] == "2026-03-21"


def test_the_settings_of_the_workspace_are_heeded(shop: Home) -> None:
    parsed = json.loads(shop.good("ask", "complaints about Pro since the relaunch", "--parse-only", *TODAY))
    assert parsed["filters"]["product"] == ["Acme Pro"]
    assert (parsed["time"]["from"], parsed["time"]["to"]) == ("2026-11-10", "2026-11-22")
    # Midnight of Jerusalem, where the shop is: what was said on the day counts from there.
    assert asked(shop, "pain points on 2026-11-03")["counted"]["value"] == 1


def test_parse_only_gives_the_question_and_asks_nothing(shop: Home) -> None:
    parsed = json.loads(shop.good("ask", "Top 3 complaints about delivery last week", "--parse-only", *TODAY))
    assert set(parsed) == {
        *("kind", "language", "filters", "time", "n", "group_by", "metric", "grain", "compare", "baseline", "premise"),
        *("inherit", "rank", "want", "offset", "novelty", "clarify", "action", "schedule", "privacy"),
        *("left", "read_as"),
    }
    assert (parsed["kind"], parsed["language"], parsed["n"]) == ("top_pain_points", "en", 3)
    assert parsed["filters"]["touchpoint"] == ["delivery"]
    assert parsed["filters"]["intent"] == ["complaint"]
    assert parsed["filters"]["sentiment"] == "negative"
    time = parsed["time"]
    assert (time["expr"], time["from"], time["to"]) == ("last week", "2026-11-09", "2026-11-15")
    assert (time["default"], time["partial"]) == (False, False)


def test_the_text_for_people_holds_the_figures_and_the_queries_behind_them(shop: Home) -> None:
    answer = asked(shop, "top pain points")
    text = shop.good("ask", "top pain points", *TODAY)
    assert answer["headline"] in text
    for row in answer["rows"]:
        assert row["title"] in text
        assert f"[{row['feedback']['query']}]" in text
    # A quote is one line, however narrow the terminal.
    for quote in answer["quotes"]:
        assert quote["text"] in text


def test_a_question_goes_on_from_the_one_before_it_in_its_conversation(shop: Home) -> None:
    def say(thread: str, question: str) -> Any:
        return json.loads(shop.good("ask", question, "--json", "--thread", thread, *TODAY))

    assert say("one", "top pain points")["status"] == "answered"
    second = say("one", "in Hebrew only")
    assert (second["status"], second["question"]["kind"]) == ("answered", "top_pain_points")
    assert second["question"]["filters"]["feedback_language"] == ["he"]
    # The reviews 103 and 107.
    assert second["counted"]["value"] == 2
    # Another conversation knows nothing of it.
    assert say("another", "in Hebrew only")["status"] == "clarify"


def test_an_answer_is_drawn_into_a_file(shop: Home, tmp_path: Path) -> None:
    path = tmp_path / "pains.json"
    text = shop.good("ask", "top pain points", "--chart", path, *TODAY)
    assert f"drawn: {path}" in text.replace("\n", "")
    assert json.loads(path.read_text(encoding="utf-8")) == asked(shop, "top pain points")["chart"]
    assert "nothing to draw" in shop.refused("ask", "hello", "--chart", tmp_path / "no.svg", *TODAY)


def test_an_answer_is_printed_as_markdown(shop: Home) -> None:
    answer = asked(shop, "top pain points")
    text = shop.good("ask", "top pain points", "--markdown", *TODAY)
    assert answer["headline"] in text.replace("\\", "")
    assert all(row["title"] in text for row in answer["rows"])
    assert "\n1. **" in text


PROBE = """
import sys
from api.cli import main
sys.argv = ["overheard", "ask", "top pain points", "--json", "--home", sys.argv[1]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
heavy = {"torch", "spacy", "chromadb", "sentence_transformers", "transformers", "sklearn", "praw", "fastapi"}
sys.exit(", ".join(sorted(heavy & set(sys.modules))) or 0)
"""


def test_asking_loads_no_heavy_library(shop: Home) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(shop.folder)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_asking_needs_neither_the_index_nor_the_network(shop: Home, tmp_path: Path) -> None:
    copy = Home(tmp_path / "copy")
    shutil.copytree(shop.folder, copy.folder)
    shutil.rmtree(copy.folder / "index")
    nowhere = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    answer = json.loads(copy.good("ask", "top pain points", "--json", *TODAY, env=nowhere))
    assert answer["rows"] == asked(shop, "top pain points")["rows"]


# --- the other doors for programs ------------------------------------------------------------------------------------


def test_search_gives_hits_with_their_labels(shop: Home) -> None:
    hits = json.loads(shop.good("search", "late parcel", "--json", "-k", "4"))
    assert 0 < len(hits) <= 4
    assert hits == sorted(hits, key=lambda hit: -hit["score"])
    for hit in hits:
        assert {"mention_id", "feedback_id", "text", "score", "stage", "intent", "sentiment", "touchpoint"} <= set(hit)
    assert hits[0]["feedback_id"] in {"shop:101", "shop:111", "shop:112", "shop:113"}
    hebrew = json.loads(shop.good("search", "late parcel", "--json", "--language", "he", "--since", "2026-11-01"))
    assert {hit["language"] for hit in hebrew} == {"he"}


def test_words_are_shown_as_they_were_written(shop: Home) -> None:
    # No markup is read in them and no name of an emoji.
    shown = shop.good("search", "three weeks instead of days", "-k", "3")
    assert "[two] days :warning:" in shown


def test_a_misspelt_label_is_refused_and_those_known_are_named(home: Home) -> None:
    assert "purchase" in home.refused("search", "card", "--stage", "buying")
    assert home.run("search", "card", "--channel", "smoke").returncode == 2


def test_themes_are_listed_with_their_members(shop: Home) -> None:
    listed = json.loads(shop.good("themes", "--json", "--members"))
    assert set(listed) == {"themes", "unthemed"}
    for theme in listed["themes"]:
        assert {"id", "title", "titles", "mentions", "feedback", "authors", "first_seen", "last_seen"} <= set(theme)
        assert len(theme["members"]) == theme["mentions"]
        assert len({member["feedback_id"] for member in theme["members"]}) == theme["feedback"]
        assert theme["first_seen"] <= theme["last_seen"]
    assert "members" not in json.loads(shop.good("themes", "--json"))["themes"][0]


def test_stats_count_and_split(shop: Home) -> None:
    counted = json.loads(shop.good("stats", "--json", "--by", "language,channel"))
    assert set(counted) == {"feedback", "mentions", "authors", "by", "names"}
    assert (counted["feedback"], counted["authors"]) == (13, 12)
    assert {row["language"]: row["feedback"] for row in counted["by"]} == {"en": 7, "he": 3, "fa": 3}
    assert all(set(row) == {"language", "channel", "feedback", "mentions", "authors"} for row in counted["by"])


def test_rejects_say_where_and_why(shop: Home) -> None:
    [reject] = json.loads(shop.good("rejects", "--json"))
    assert {"source", "where", "reason", "tries", "first_seen", "last_seen"} <= set(reject)
    assert "shop.csv" in reject["where"]
    assert "some day" not in shop.good("rejects")


def test_doctor_says_of_each_check_whether_all_is_well(shop: Home) -> None:
    findings = json.loads(shop.good("doctor", "--json"))
    assert len(findings) >= 5
    assert all(set(finding) == {"check", "ok", "says", "hint"} for finding in findings)
    assert all(finding["ok"] for finding in findings)


def test_tag_and_embed_answer_line_by_line(shop: Home) -> None:
    given = [
        {"id": "a", "text": "my card was declined at checkout"},
        {"id": 2, "text": "השירות היה מצוין", "language": "he"},
        {"id": "c", "text": ""},
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in given).encode()
    tagged = [json.loads(line) for line in shop.good("tag", "--json", input=lines).splitlines()]
    assert [row["id"] for row in tagged] == ["a", 2, "c"]
    tasks = {"stage", "intent", "sentiment", "effort", "touchpoint"}
    for row in tagged:
        assert set(row) == {"id", "language", "scores", "names", *tasks}
        assert set(row["scores"]) == tasks
        assert all(0 <= score <= 1 for score in row["scores"].values())
    assert (tagged[0]["language"], tagged[0]["sentiment"], tagged[1]["language"]) == ("en", "negative", "he")
    embedded = [json.loads(line) for line in shop.good("embed", "--json", input=lines).splitlines()]
    assert [row["id"] for row in embedded] == ["a", 2, "c"]
    assert len({len(row["vector"]) for row in embedded}) == 1


def test_eval_scores_each_task_and_language(shop: Home, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    row = {"stage": "purchase", "intent": "complaint", "sentiment": "negative", "effort": "none"}
    texts = {"en": "my card was declined", "he": "הכרטיס נדחה בקופה", "fa": "کارتم موقع پرداخت رد شد"}
    gold.write_text(
        "".join(
            json.dumps({"id": language, "language": language, "text": text, **row, "touchpoint": "checkout"}) + "\n"
            for language, text in texts.items()
        ),
        encoding="utf-8",
    )
    scores = json.loads(shop.good("eval", "--set", gold, "--json"))["scores"]
    assert {score["task"] for score in scores} == {"stage", "intent", "sentiment", "effort", "touchpoint"}
    assert {"en", "he", "fa"} <= {score["language"] for score in scores}
    assert all({"task", "language", "rows", "accuracy", "macro_f1", "majority"} <= set(score) for score in scores)


def test_what_is_read_changes_nothing_in_the_workspace(shop: Home) -> None:
    before = json.loads(shop.good("stats", "--json"))
    for arguments in (("ask", "top pain points"), ("search", "late"), ("themes",), ("stats",), ("rejects",)):
        shop.good(*arguments)
    assert json.loads(shop.good("stats", "--json")) == before


def test_the_command_is_the_one_that_is_installed() -> None:
    said = subprocess.run([OVERHEARD, "version"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert re.fullmatch(r"overheard \d+\.\d+\.\d+\S*\n", said)
