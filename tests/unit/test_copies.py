"""Copies count once: pasted advertisements and re-posts are found, two people's own words are never taken for one."""

from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.demo import CORPUS, SOURCES
from connectors.base import Window
from connectors.plugins import load
from connectors.record import Feedback
from mining import copies, reading

FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def groups(texts: Sequence[str], authors: Sequence[str | None] | None = None) -> list[int]:
    """The groups of texts said one after the other, each by somebody else."""
    keys = [(FIRST + timedelta(minutes=number), f"shop:{number}") for number in range(len(texts))]
    return copies.groups(copies.sketch(texts), keys, authors or [f"a1:{number}" for number in range(len(texts))])


def are_copies(*texts: str) -> bool:
    return len(set(groups(texts))) == 1


ADVERTISEMENTS = {
    "en": "Mega sale at Beanbarn tonight only, 50% off all machines, use the code BARN50 and tell your friends",
    "he": "מבצע ענק בבינבארן רק הלילה, 50 אחוז הנחה על כל המכונות, השתמשו בקוד BARN50 וספרו לכל החברים",
    "fa": "فروش ویژه بین‌بارن فقط امشب، 50 درصد تخفیف روی همه دستگاه‌ها با کد BARN50، به دوستانتان هم بگویید",
}
EDITS = {
    "a greeting": {"en": "Hi all! {}", "he": "שלום לכולם! {}", "fa": "سلام به همه! {}"},
    "a hashtag": {"en": "{} #coffee", "he": "{} #קפה", "fa": "{} #قهوه"},
    "marks": {"en": "*** {} !!! 😀", "he": "*** {} !!! 😀", "fa": "*** {} !!! 😀"},
}


@pytest.mark.parametrize("language", ADVERTISEMENTS)
@pytest.mark.parametrize("edit", EDITS)
def test_an_advertisement_with_an_addition_is_a_copy(language: str, edit: str) -> None:
    said = ADVERTISEMENTS[language]
    assert are_copies(said, EDITS[edit][language].format(said))


@pytest.mark.parametrize("language", ADVERTISEMENTS)
def test_an_advertisement_with_another_number_or_in_capitals_is_a_copy(language: str) -> None:
    said = ADVERTISEMENTS[language]
    assert are_copies(said, said.replace("50 ", "70 ").replace("50%", "70%"), said.upper())


TWO_PEOPLE = [
    ("My order arrived two weeks late and nobody answered my emails.",
     "My order arrived three weeks late and nobody answered the phone."),
    ("Since the last update the app does not open on my phone. Please fix it.",
     "Since the latest update the app does not open on my tablet. Please fix."),
    ("The machine stopped working after three months and nobody from support answers.",
     "The machine stopped working after six months and nobody at support cares."),
    ("I have been waiting for my refund for three weeks now.", "I have been waiting for my refund for two weeks now."),
    ("המכונה הפסיקה לעבוד אחרי חודשיים והאחריות לא מכסה את זה",
     "המטחנה הפסיקה לעבוד אחרי שלושה חודשים והאחריות לא מכסה"),
    ("מאז העדכון האחרון האפליקציה לא נפתחת, בבקשה תתקנו",
     "מאז העדכון האחרון האפליקציה לא נפתחת לי בכלל. תתקנו בבקשה"),
    ("دستگاه بعد از سه ماه خراب شد و گارانتی قبول نمی‌کند", "دستگاه بعد از دو ماه خراب شد و گارانتی هم قبول نکرد"),
    ("مرسوله دو هفته دیر رسید و کسی جواب تلفن نمی‌دهد", "مرسوله سه هفته دیر رسید و کسی جواب تلفن نمی‌دهد"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), TWO_PEOPLE)
def test_two_people_who_complain_of_the_same_in_their_own_words_are_two(one: str, other: str) -> None:
    assert not are_copies(one, other)


@pytest.mark.parametrize(("one", "other"), [
    ("The parcel came late again", "the parcel  came LATE, again!!"),
    ("החבילה שוב הגיעה באיחור", "הַחֲבִילָה שוב הגיעה - באיחור..."),
    ("بسته باز هم دیر رسید آقا", "بسته باز‌هم دیر رسيد، آقا!"),
])  # fmt: skip
def test_a_remark_of_a_few_words_is_copied_word_for_word_whoever_wrote_it(one: str, other: str) -> None:
    assert are_copies(one, other)
    assert not are_copies(one, f"{other} 2")


@pytest.mark.parametrize("text", ["Very good app!", "אפליקציה מצוינת", "برنامه خوبی است", "👍👍👍", "!" * 40, ""])
def test_a_remark_that_is_alike_by_chance_is_a_copy_only_by_the_same_author(text: str) -> None:
    assert copies.by_chance(text)
    assert groups([text] * 5, ["a1:x", "a1:y", "a1:x", None, None]) == [0, 1, 0, 3, 4]
    assert groups([text, text], ["", ""]) == [0, 1]


def test_the_same_author_who_says_two_short_things_said_two_things() -> None:
    assert groups(["Very good app!", "Very bad app!"], ["a1:x", "a1:x"]) == [0, 1]


def test_fewer_than_sixteen_letters_and_digits_are_a_chance() -> None:
    assert copies.by_chance("a b c d e f g h - 1 2 3 4 5 6 7 !")
    assert not copies.by_chance("a b c d e f g h - 1 2 3 4 5 6 7 8")


def test_the_first_that_was_said_stands_for_its_copies() -> None:
    said = ADVERTISEMENTS["en"]
    keys = [(FIRST, "shop:9"), (FIRST - timedelta(days=1), "shop:8"), (FIRST, "shop:1"), (FIRST, "reddit:1")]
    texts = [said, "Something else altogether, which nobody copied from anybody.", said.upper(), f"{said}!"]
    assert copies.groups(copies.sketch(texts), keys, [None] * 4) == [3, 1, 3, 3]


def test_a_page_that_two_people_share_is_no_copy_and_an_advertisement_keeps_its_words_under_another_link() -> None:
    link = "https://news.example.com/2026/11/the-best-coffee-machines-of-the-year-tested-by-our-readers-at-home"
    assert not are_copies(
        f"{link} I have had the second one since June and it is still going strong, no complaints at all",
        f"{link} Not one of them grinds properly, this list was paid for by somebody if you ask me",
    )
    assert are_copies(*(f"{ADVERTISEMENTS['en']} {end}" for end in (link, "www.beanbarn.example/xyz", "")))
    shared = f"{link} Not one of them grinds properly, this list was paid for by somebody if you ask me"
    assert are_copies(shared, re.sub(r"[:/.-]+", " ", shared))


def test_a_chain_of_copies_is_one_and_a_shared_half_makes_none() -> None:
    lots = random.Random(5)
    form = "How did you hear of us? What did you buy, and when? What did you like best about the shop and the machine? "
    form += "What should we do better next time? Would you tell a friend about us? "
    forms = [form + "".join(lots.choices("abcdefghijklmnopqrstuvwxyz", k=120)) for _ in range(1500)]
    assert groups(forms) == list(range(1500))
    spam = [f"{ADVERTISEMENTS['en']}, order {lots.randrange(10**6)}, and call {number}" for number in range(1500)]
    assert set(groups([*forms, *spam])[1500:]) == {1500}


def test_half_a_character_and_a_book_are_texts_too() -> None:
    book = " ".join(f"{number} customers waited" for number in range(20_000))
    assert groups(["\ud83d" * 20, "\ud83d", book, book.upper()]) == [0, 1, 2, 2]


def test_nothing_said_has_no_groups() -> None:
    assert copies.sketch([]).shape == (0, copies.WIDTH)
    assert groups([]) == []


def test_the_copied_posts_of_the_demo_are_one_and_its_other_posts_are_themselves() -> None:
    [source] = [source for source in SOURCES if source.name == "reddit"]
    connector = load("connectors.sources", source.use)(name=source.name, **source.settings())
    posts = [item for page in connector.pull({}, Window()) for item in page.items if isinstance(item, Feedback)]
    spam = set(json.loads((CORPUS.parent / "planted.json").read_text(encoding="utf-8"))["stories"]["SPAM"])
    found = groups([post.text for post in posts])
    assert len({group for post, group in zip(posts, found, strict=True) if post.id in spam}) == 1
    assert len(set(found)) == len(posts) - len(spam) + 1


# --- rules ----------------------------------------------------------------------------------------------------------

LETTERS = "abcdefghijklmnopqrstuvwxyz אבגדהוזחטיכלמנסעפצקרשת ابپتجچدرزسشعفقکگلمنوهی 0123456789"
remarks = st.text(LETTERS, max_size=160)
written = st.sampled_from([*ADVERTISEMENTS.values(), *(said for pair in TWO_PEOPLE for said in pair)])
edited = st.builds(
    "{}{}{}".format, st.sampled_from(["", "Hi! ", "!!! "]), written, st.sampled_from(["", " #x", " ..."])
)
said = st.tuples(st.one_of(remarks, edited, st.sampled_from(["ok", "very good"])), st.sampled_from([None, "a", "b"]))
many = st.lists(said, max_size=14)


def together(rows: Sequence[tuple[str, str | None]]) -> list[int]:
    return groups([text for text, _ in rows], [author for _, author in rows])


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows: list[tuple[str, str | None]], lots: random.Random) -> None:
    keys = [(FIRST + timedelta(minutes=number % 3), f"shop:{number}") for number in range(len(rows))]
    order = list(range(len(rows)))
    lots.shuffle(order)
    sketches, authors = copies.sketch([text for text, _ in rows]), [author for _, author in rows]
    found = copies.groups(sketches, keys, authors)
    again = copies.groups(sketches[order], [keys[row] for row in order], [authors[row] for row in order])
    assert [order[group] for group in again] == [found[row] for row in order]


@given(remarks, st.lists(st.sampled_from(" \n.!?،؟…—\"'־ُ\u05b0\u200f"), max_size=20), st.randoms(use_true_random=False))
def test_marks_spaces_and_case_change_nothing(text: str, marks: list[str], lots: random.Random) -> None:
    other = list(text.upper())
    for mark in marks:
        other.insert(lots.randint(0, len(other)), mark)
    assert (copies.sketch([text]) == copies.sketch(["".join(other)])).all() or not copies.folded(text).isalnum()


@given(many, st.lists(st.text("жшщыюяэдлопр", min_size=16, max_size=120), max_size=8))
def test_unlike_rows_beside_them_change_nothing_for_others(
    rows: list[tuple[str, str | None]], strangers: list[str]
) -> None:
    assert together([*rows, *((text, "c") for text in strangers)])[: len(rows)] == together(rows)


@given(many)
def test_what_stands_for_a_group_stands_for_itself_and_has_no_copy_left(rows: list[tuple[str, str | None]]) -> None:
    found = together(rows)
    standing = sorted(set(found))
    assert all(found[row] == row for row in standing)
    assert all(group <= row for row, group in enumerate(found))


@given(many)
def test_equal_spelling_is_a_copy_unless_by_chance(rows: list[tuple[str, str | None]]) -> None:
    found = together(rows)
    for row, (text, author) in enumerate(rows):
        for before, (other, by) in enumerate(rows[:row]):
            if copies.folded(text) == copies.folded(other):
                same = not copies.by_chance(text) or (author is not None and author == by)
                assert (found[row] == found[before]) == same


@given(st.lists(remarks, max_size=8))
def test_a_text_has_the_same_sketch_alone_and_among_others_and_after_it_was_kept(texts: list[str]) -> None:
    sketches = copies.sketch(texts)
    assert [row.tobytes() for row in sketches] == [copies.sketch([text]).tobytes() for text in texts]
    kept = b"".join(row.tobytes() for row in sketches)
    assert (np.frombuffer(kept, np.uint8).reshape(-1, copies.WIDTH) == sketches).all()


@given(st.text())
def test_copies_and_counts_fold_a_text_alike(text: str) -> None:
    assert copies.folded(text) == reading.fingerprint(text)


# --- the same everywhere --------------------------------------------------------------------------------------------

KEPT = "b577b1fbb1022841"


def test_the_bytes_are_those_that_were_kept_under_this_version() -> None:
    """Who changes them raises copies.VERSION: kept sketches say nothing beside new ones."""
    texts = [*ADVERTISEMENTS.values(), *(text for pair in TWO_PEOPLE for text in pair), "ok", ""]
    assert (copies.VERSION, hashlib.blake2b(copies.sketch(texts).tobytes(), digest_size=8).hexdigest()) == (1, KEPT)


def test_another_process_makes_the_same_bytes() -> None:
    code = f"from mining import copies; print(copies.sketch([{ADVERTISEMENTS['en']!r}]).tobytes().hex())"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert told == {copies.sketch([ADVERTISEMENTS["en"]]).tobytes().hex()}
