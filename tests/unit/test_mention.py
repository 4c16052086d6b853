"""How feedback falls into mentions."""

from __future__ import annotations

import dataclasses
import runpy
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.record import Channel, Feedback, Speaker, Turn
from mining.mention import VERSION, Mention, split

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# The benchmark reads and judges the hand-cut set; it lies outside the packages that are installed.
BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "mentions.py"))
CASES: list[Any] = list(BENCHMARK["cases"]())


def feedback(text: str = "", **fields: object) -> Feedback:
    base = Feedback("shop", "7", Channel.REVIEW, said_at=NOW, fetched_at=NOW, text=text)
    return dataclasses.replace(base, **fields)  # type: ignore[arg-type]  # any field of the record


def pieces(text: str) -> list[str]:
    return [mention.text for mention in split([feedback(text)])[0]]


def call(*turns: tuple[Speaker, str]) -> list[Mention]:
    record = feedback(turns=tuple(Turn(speaker, text) for speaker, text in turns))
    mentions = split([record])[0]
    assert all(record.text[mention.start : mention.end] == mention.text for mention in mentions)
    return mentions


def test_the_hand_cut_set_is_large_enough_to_mean_something() -> None:
    assert len(CASES) >= 120
    assert {case.language for case in CASES} == {"en", "he", "fa"}


@pytest.mark.parametrize("language", ["en", "he", "fa"])
def test_boundaries_agree_with_those_set_by_hand(language: str) -> None:
    for held_out, floor in ((False, 0.95), (True, 0.85)):
        chosen = [case for case in CASES if case.language == language and case.held_out is held_out]
        assert BENCHMARK["score"](chosen)[2] >= floor


def test_a_mention_knows_where_it_comes_from() -> None:
    record = feedback("Great coffee. The grinder is loud.")
    first, second = split([record])[0]
    assert (first.id, second.id) == ("shop:7#1", "shop:7#2")
    assert first.feedback_id == "shop:7"
    assert (first.text, second.text) == ("Great coffee.", "The grinder is loud.")
    assert record.text[second.start : second.end] == second.text
    assert first.speaker is Speaker.CUSTOMER
    assert first.language == "en"
    assert VERSION == "mention@1"


@pytest.mark.parametrize(
    "text",
    [
        "It cost $4.50, i.e. 3.9 euros, at shop.example.com",
        "See https://example.com/a.b?c=d!e for the list",
        "שירתתי בצה\"ל, ת.ז. שלי בקובץ וכו' וזהו",
        "قیمتش ۴.۵ میلیون بود و وزنش ۱.۲ کیلو",
        "I waited... and waited... for nothing",
        "Dr. Levi and Mrs. Cohen arrived at 5 p.m. today",
        "version 2.10.3 needs 1.5 GB",
    ],
)
def test_periods_that_end_nothing_do_not_cut(text: str) -> None:
    assert pieces(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("App is good.but too many ads", ["App is good.", "but too many ads"]),
        ("چرا دیر شد؟کسی جواب نداد", ["چرا دیر شد؟", "کسی جواب نداد"]),
        ("とても良い。遅い！", ["とても良い。", "遅い！"]),
        ("good sound\nbad microphone", ["good sound", "bad microphone"]),
    ],
)
def test_sentences_end_without_a_blank_too(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_contrast_is_cut_only_between_two_opinions() -> None:
    assert len(pieces("I love the camera but the battery dies fast")) == 2
    assert len(pieces("I tried to pay but my card was declined")) == 1
    assert len(pieces("a bit pricey but worth it")) == 1
    assert len(pieces("not only fast but also cheap")) == 1
    assert len(pieces("good but ok")) == 1


def test_a_comma_cuts_only_between_two_verdicts() -> None:
    assert pieces("great food, terrible service") == ["great food", "terrible service"]
    assert len(pieces("On Monday, after lunch, I called the shop in town")) == 1
    assert len(pieces("cheap, fast, reliable")) == 1


def test_greetings_thanks_and_links_go_with_their_neighbour() -> None:
    assert pieces("Hi! My order never came. Thanks!") == ["Hi! My order never came. Thanks!"]
    assert pieces("It broke twice. https://example.com/p.jpg") == ["It broke twice. https://example.com/p.jpg"]
    assert pieces("سلام! سفارش من نرسید. ممنون") == ["سلام! سفارش من نرسید. ممنون"]
    assert pieces("Thanks!") == ["Thanks!"]


def test_a_bare_title_joins_the_body_and_a_telling_one_stands_alone() -> None:
    assert pieces("My review\nThe camera crashes") == ["My review\nThe camera crashes"]
    assert pieces("Great app\nThe camera crashes") == ["Great app", "The camera crashes"]


def test_long_speech_without_a_stop_is_cut_at_its_connectives() -> None:
    said = (
        "so i called on monday and the lady told me that somebody would come on tuesday between eight and ten and "
        "nobody came so i called again and waited for half an hour and then the line went dead and when i called back "
        "they said the technician had been there already which is simply not true because i was at home all day long"
    )
    cut = pieces(said)
    assert len(cut) > 1
    assert " ".join(cut) == said
    assert max(len(piece.split()) for piece in cut) <= 40


def test_no_mention_has_more_than_eighty_words() -> None:
    assert max(len(piece.split()) for piece in pieces("word " * 1000)) <= 80


def test_turns_never_mix_and_agents_are_marked() -> None:
    mentions = call(
        (Speaker.AGENT, "Hello, how can I help?"),
        (Speaker.CUSTOMER, "my card was declined"),
        (Speaker.AGENT, "ok"),
        (Speaker.CUSTOMER, "and then it worked"),
    )
    assert [(mention.speaker, mention.text) for mention in mentions] == [
        (Speaker.AGENT, "Hello, how can I help?"),
        (Speaker.CUSTOMER, "my card was declined"),
        (Speaker.AGENT, "ok"),
        (Speaker.CUSTOMER, "and then it worked"),
    ]


def test_a_deleted_or_empty_feedback_says_nothing() -> None:
    assert split([feedback("Great", deleted=True), feedback(""), feedback(" \n "), feedback("...!")]) == [
        [],
        [],
        [],
        [],
    ]


@pytest.mark.parametrize("text", ["👍", "5", "ok", "א", "؟ ۵", "!!! no"])
def test_whatever_holds_a_letter_a_digit_or_an_emoji_is_a_mention(text: str) -> None:
    assert len(pieces(text)) == 1


def test_each_mention_names_its_own_language() -> None:
    mentions = split([feedback("The screen is sharp.\nהשירות היה נורא.\nکیفیت خوب است.")])[0]
    assert [mention.language for mention in mentions] == ["en", "he", "fa"]
    assert split([feedback("10/10", language="he")])[0][0].language == "he"


def test_halves_of_surrogate_pairs_and_walls_of_signs_do_no_harm() -> None:
    assert pieces("good \ud83d phone") == ["good \ud83d phone"]
    start = time.perf_counter()
    assert len(pieces("?!" * 10_000 + " bad")) == 1
    assert len(pieces("nice and bad " * 1_000)) > 1
    assert time.perf_counter() - start < 10


def test_eight_thousand_short_reviews_a_second() -> None:
    texts = [f"{case.text} {number}" for number in range(8) for case in CASES]
    cold, warm = BENCHMARK["speed"](texts, rounds=4)
    assert max(cold, warm) > 5_000  # of one core's time; a machine with nothing else to do reaches 8,000
