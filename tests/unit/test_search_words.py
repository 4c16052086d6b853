"""The words of a search in the forms that three languages write them in, and where a text says them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from mining.name_words import ZWNJ
from mining.search import Mode, Search, search
from mining.search_marks import highlights
from mining.search_postings import Vocabulary, WordBlock, words_of
from mining.search_words import MOST_WORDS, asked, forms, split, tokens
from mining.store import Store
from tests.fakes import said
from tests.searched import keep, searcher


def says(text: str, words: str) -> bool:
    """Whether a keyword search for some words finds a text; its words are highlighted where it does."""
    vocabulary, terms = Vocabulary(), asked(words)
    block = WordBlock([words_of(vocabulary, f"{text.lower()}\0")], vocabulary)
    needed = [bool(block.said(term)[0]) for term in terms if term.needed and not term.banned]
    banned = [bool(block.said(term)[0]) for term in terms if term.banned]
    hit = bool(needed) and all(needed) and not any(banned)
    assert not hit or highlights(text, terms)
    return hit


@pytest.mark.parametrize(
    ("words", "text"),
    [
        # English: letter case, plurals, 's, -ed and -ing, both ways.
        ("refund", "REFUNDS, please"),
        ("refunds", "no refund"),
        ("deliveries", "the delivery"),
        ("delivered", "they deliver"),
        ("charge", "charging me"),
        ("charged", "a charge"),
        ("stopping", "it stopped"),
        ("boxes", "the box"),
        ("store's", "two stores"),
        ("wi-fi", "WiFi is no Wi-Fi"),
        ("don't", "I don’t know"),
        ("cafe\u0301", "caf\u00e9"),
        ("100", "\u06f1\u06f0\u06f0 percent"),
        # Hebrew: what is written onto the beginning, plurals, the form before another noun, points, quotes.
        ("משלוח", "המשלוח איחר"),
        ("משלוח", "כשהמשלוח הגיע"),
        ("משלוח", "ובמשלוחים האחרונים"),
        ("משלוחים", "המשלוח איחר"),
        ("המשלוח", "משלוח גרוע"),
        ("בחיוב", "החיוב כפול"),
        ("הזמנה", "ההזמנות שלי"),
        ("הזמנה", "הזמנת הספר"),
        ("הזמנות", "ההזמנה"),
        ("חשבון", "חשבונות"),
        ("כרטיס", "כרטיסי אשראי"),
        ("אקמי", "אַקְמִי"),
        ('צה"ל', "בצה״ל"),
        ("wolt", "הזמנתי בWolt ומ-Wolt"),
        ("באפליקציה", "האפליקציה קורסת"),
        # Persian: half-spaces given, left out or typed as blanks, plurals, Arabic letters, verbs.
        ("سفارش", "سفارش\u200cها"),
        ("سفارش", "سفارشها"),
        ("سفارش", "سفارشات من"),
        ("سفارش\u200cها", "یک سفارش"),
        ("سفارشها", "سفارش ها"),
        ("مشکلات", "مشکل دارم"),
        ("مشکل", "مشكلي نيست"),
        ("كيفيت", "کیفیت"),
        ("می\u200cخواهم", "میخواهم"),
        ("میخواهم", "نمی\u200cخواهم"),
        ("دیجی\u200cکالا", "دیجیکالا"),
        ("دیجیکالا", "دیجی\u200cکالا"),
        ("دیجی\u200cکالا", "دیجی کالا"),
        ("آپدیت", "اپدیت"),
        ("قشنگ", "قَشنگ"),
    ],
)
def test_a_word_is_found_in_its_other_forms(words: str, text: str) -> None:
    assert says(text, words)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("card", "discarded"),
        ("ant", "wanted"),
        ("news", "a new one"),
        ("bus", "but"),
        ("late", "plate"),
        # mishloach is no m-sh-loach, mikhtav (a letter) is no m-katav (from a reporter).
        ("לוח", "המשלוח איחר"),
        ("לוח", "משלוח"),
        ("כתב", "מכתב"),
        ("שיר", "השירות גרוע"),
        ("بار", "انبار"),
        ("کار", "شکار"),
    ],
)
def test_a_word_is_not_found_within_another(words: str, text: str) -> None:
    assert not says(text, words)


def test_function_words_are_needed_only_alone_or_in_quotes() -> None:
    for words in ("the refund of my order", "ההחזר של ההזמנה", "بازگشت پول از سفارش"):
        told = [term.needed for term in asked(words)]
        assert any(told)
    assert [term.needed for term in asked("the refund")] == [False, True]
    assert [term.needed for term in asked("it is")] == [True, True]
    assert says("what it is", '"it is"')
    assert not says("what is it", '"it is"')


def test_quotes_and_dashes_do_what_they_say() -> None:
    assert says("late delivery", '"late delivery"')
    assert not says("late deliveries", '"late delivery"')
    assert says("late delivery", "late -refund")
    assert not says("late refunds", "late -refund")
    assert not says("late delivery", '-"late delivery" late')
    assert says("self-service", "self-service")


def test_a_word_asked_for_twice_is_one(sqlite: Store) -> None:
    keep(sqlite, said("a", "late late late"))
    scores = {search(searcher(sqlite), Search(words, Mode.KEYWORD)).hits[0].score for words in ("late", "late LATE")}
    assert len(scores) == 1


def test_more_words_than_a_search_has_are_refused() -> None:
    assert len(asked(" ".join(f"w{n}" for n in range(MOST_WORDS)))) == MOST_WORDS
    with pytest.raises(ConfigError, match="more than 50 words"):
        asked(" ".join(f"w{n}" for n in range(MOST_WORDS + 1)))
    with pytest.raises(ConfigError):
        asked("ab " * 2 + " ".join(f"x{n}y" for n in range(5_000)))


def test_compounds_are_found_by_their_parts_and_by_all_of_them() -> None:
    assert split(f"دیجی{ZWNJ}کالا") == ("دیجی", "کالا", "دیجیکالا")
    assert split("parcel") == ("parcel",)


texts = st.text(
    st.sampled_from("abde's \"-_.,`’“\n" + "אבהולמשתיםן״׳־" + "ابتسمیکيكهةآأ" + ZWNJ + "\u05b0\u064e\u0301" + "12۱"),
    max_size=25,
)
often = settings(deadline=None, max_examples=400, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@often
@given(st.lists(texts, max_size=5))
def test_texts_read_together_are_read_as_each_alone(several: list[str]) -> None:
    together = tokens("".join(f"{text}\0" for text in several))
    alone = [word for text in several for word in (*tokens(text), "\0")]
    assert together == alone


@often
@given(texts)
def test_every_word_finds_its_text_and_is_highlighted_there(text: str) -> None:
    for word in dict.fromkeys(tokens(text)):
        if word != "\0":
            assert says(text, f'"{word}"' if "-" not in word else word)


@often
@given(texts, texts)
def test_highlights_lie_in_the_text_in_order(text: str, words: str) -> None:
    told = highlights(text, asked(words))
    assert all(0 <= one.start < one.end <= len(text) for one in told)
    assert all(one.end <= other.start for one, other in pairwise(told))


@often
@given(texts)
def test_a_word_says_itself_above_all(text: str) -> None:
    for word in tokens(text):
        if word != "\0" and ZWNJ not in word:
            told = forms(word)
            assert told[word] == max(told.values()) == 1.0
