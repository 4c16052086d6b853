"""What counts as the same facts: a reworded sentence that changes any of them is not shown."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.llm import faithful

NAMES = (
    *("late delivery", "arrived broken", "purchase", "delivery", "Globex", "Acme Pro", "iOS", "Android", "shop"),
    *("איחור במשלוח", "הגיע שבור", "רכישה", "אקמי פרו", "גלובקס", "אוקטובר", "נובמבר", "ספטמבר"),
    *("دیر رسیدن سفارش", "رسیدن کالای شکسته", "خرید", "اکمی پرو", "گلوبکس", "آبان", "آذر", "مهر"),
)
EN = (
    "Top pain point (purchase stage): late delivery, in 24 of 40 items with negative remarks, "
    "1 Oct 2026 to 22 Nov 2026."
)
HE = (
    "נקודת הכאב העיקרית (שלב רכישה): איחור במשלוח, ב-24 מתוך 40 פריטים עם אמירות שליליות, "
    "1 באוקטובר 2026 עד 22 בנובמבר 2026."
)
FA = "مهم‌ترین نقطهٔ درد (مرحلهٔ خرید): دیر رسیدن سفارش، در ۲۴ مورد از ۴۰ بازخورد منفی، ۱ آبان ۱۴۰۵ تا ۲۲ آذر ۱۴۰۵."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            EN,
            "In the purchase stage the biggest problem is late delivery: 24 of 40 items with negative remarks "
            "mention it, from 1 Oct 2026 to 22 Nov 2026.",
        ),
        (
            HE,
            "בשלב רכישה, נקודת הכאב העיקרית היא איחור במשלוח: הוא מופיע ב-24 מתוך 40 פריטים עם אמירות שליליות, "
            "מ-1 באוקטובר 2026 עד 22 בנובמבר 2026.",
        ),
        (
            FA,
            "در مرحلهٔ خرید، مهم‌ترین نقطهٔ درد دیر رسیدن سفارش است: در ۲۴ مورد از ۴۰ بازخورد منفی، "
            "از ۱ آبان ۱۴۰۵ تا ۲۲ آذر ۱۴۰۵.",
        ),
        ("Complaints rose from 5 to 10.", "Complaints went up from 5 to 10."),
        ("Complaints rose from 5 to 10.", "Complaints increased: from 5 to 10."),
        ("iOS has 24 complaints and Android 12.", "On iOS there are 24 complaints, on Android 12."),
        ("Delivery is the main problem.", "The main problem: delivery."),
        ("Net sentiment: −12, before that +8.", "Net sentiment is −12, and before that it was +8."),
        ("“late” stands in 3 of 9 items.", "“late” is found in 3 of 9 items."),
        ("התלונות עלו מ-5 ל-10.", "עלייה בתלונות: מ-5 ל-10."),
        ("شکایت‌ها از ۵ به ۱۰ افزایش یافت.", "رشد شکایت‌ها از ۵ به ۱۰."),
    ],
)
def test_other_words_for_the_same_facts_are_faithful(before: str, after: str) -> None:
    assert faithful(before, after, NAMES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # opposites, and which came first
        ("Complaints rose from 5 to 10.", "Complaints fell from 5 to 10."),
        ("24 last month, 12 this month.", "24 this month, 12 last month."),
        ("iOS is better with 24, Android worse with 12.", "iOS is worse with 24, Android better with 12."),
        ("More on iOS (24), less on Android (12).", "Less on iOS (24), more on Android (12)."),
        ("התלונות עלו מ-5 ל-10.", "התלונות ירדו מ-5 ל-10."),
        ("شکایت‌ها از ۵ به ۱۰ افزایش یافت.", "شکایت‌ها از ۵ به ۱۰ کاهش یافت."),
        # sides, and who is counted
        ("iOS has 24 complaints and Android 12.", "Android has 24 complaints and iOS 12."),
        ("Globex has 24, we have 12.", "We have 24, Globex has 12."),
        ("24 of 40 items.", "24 of 40 customers."),
        ("24 of 40 items in 3 weeks.", "24 of 40 items in 3 months."),
        ("ב-24 פריטים.", "ב-24 לקוחות."),
        # how much is meant
        ("24 of 40 items.", "Over 24 of 40 items."),
        ("24 of 40 items.", "At least 24 of 40 items."),
        ("24 of 40 items.", "About 24 of 40 items."),
        ("24 of 40 items.", "Only 24 of 40 items."),
        ("24 of 40 items.", "24k of 40 items."),
        ("24 of 40 items.", "24 thousand of 40 items."),
        ("24 of 40 items.", "24% of 40 items."),
        ("24 of 40 items.", "+24 of 40 items."),
        ("24 of 40 items.", "24 of 40+ items."),
        ("24 of 40 items.", "24 of $40 items."),
        ("24 of 40 items.", "24 to 40 items, twice."),
        ("24 of 40 items.", "24½ of 40 items."),
        ("ב-24 פריטים.", "בכ-24 פריטים."),
        ("ב-24 פריטים.", "לפחות ב-24 פריטים."),
        ("در ۲۴ مورد.", "در حدود ۲۴ مورد."),
        ("در ۲۴ مورد.", "در ۲۴ هزار مورد."),
        ("At least 24 of 40 items.", "24 of 40 items."),
        ("It may be late delivery.", "It is late delivery."),
        ("No more than 24 items.", "More than 24 items."),
        ("Net sentiment is −12.", "Net sentiment is 12."),
        ("Net sentiment is 12.", "Net sentiment is - 12."),
        ("12.5 of 40.", "1.25 of 40."),
        ("1,234 items.", "1.234 items."),
        ("1 Oct 2026, 24 items.", "1 Nov 2026, 24 items."),
        ("2 items of 9.", "Two items of 9."),
        # reasons, certainty, advice, judgement
        ("Complaints rose from 5 to 10.", "Complaints rose from 5 to 10 because of it."),
        ("Complaints rose from 5 to 10.", "Complaints rose significantly, from 5 to 10."),
        ("Complaints rose from 5 to 10.", "Complaints should rise from 5 to 10."),
        ("Late delivery: 24 of 40.", "Terrible late delivery: 24 of 40."),
        ("Late delivery: 24 of 40.", "Everyone has late delivery: 24 of 40."),
        ("Late delivery: 24 of 40.", "Late delivery: 24 of 40. Couriers stole parcels."),
        ("Late delivery: 24 of 40.", "Late delivery, couriers stealing parcels openly: 24 of 40."),
        # names
        ("Late delivery: 24 of 40.", "Amazon late delivery: 24 of 40."),
        ("Late delivery: 24 of 40.", "Late delivery at Amazon: 24 of 40."),
        ("Late delivery: 24 of 40.", "Late delivery at globex: 24 of 40."),
        ("Late delivery: 24 of 40.", "Late delivery: 24 of 40, says eBay."),
        ("Late delivery on iOS: 24.", "Late delivery: 24."),
        ("איחור במשלוח: 24.", "איחור במשלוח של גלובקס: 24."),
        ("איחור במשלוח: 24.", "איחור במשלוח של amazon: 24."),
        ("דירוג WiFi: 24.", "דירוג wifi: 24."),
        ("دیر رسیدن سفارش: ۲۴.", "دیر رسیدن سفارش گلوبکس: ۲۴."),
        ("Late delivery: 24.", "Lаte delivery: 24."),  # a Cyrillic letter
        # other languages
        ("Late delivery, in 24 of 40 items.", "Retard de livraison, dans 24 articles sur 40."),
        ("Late delivery, in 24 of 40 items.", "איחור: 24 מתוך 40."),
        ("איחור במשלוח, ב-24 מתוך 40.", "late, 24, 40"),
        ("دیر رسیدن سفارش در ۲۴ مورد.", "تأخير في التوصيل في ۲۴ مورد."),
        # what is no plain sentence
        ("Late delivery: 24.", "Late delivery: 24 (see evil.example)."),
        ("Late delivery: 24.", "Late delivery: 24\n"),
        ("Late delivery: 24.", "`Late delivery`: 24."),
        ("Late delivery: 24.", "Late delivery: 24 \u202e."),
        ("Late delivery: 24.", "Late delivery: 24 \U0001f525."),
        ("Late delivery: 24.", "Late delivery: #24."),
        ("Late delivery: 24.", "Late_delivery: 24."),
        ("Late delivery: 24.", "'Late delivery': 24."),
        ("“late”: 24 of 40.", "late: 24 of 40."),
        ("“late”: 24 of 40.", "“late parcels”: 24 of 40."),
        ("Late delivery: 24.", " "),
        ("", "Late delivery: 24."),
        ("24", "42"),
    ],
)
def test_what_tells_something_else_is_not_faithful(before: str, after: str) -> None:
    assert not faithful(before, after, NAMES)


SENTENCES = st.sampled_from((EN, HE, FA))
_PLACES = st.integers(0, 10_000)


def changed(text: str, place: int, new: str) -> str:
    return text[:place] + new + text[place + 1 :]


def blanks(text: str) -> list[int]:
    return [place for place, sign in enumerate(text) if sign == " "]


@given(SENTENCES)
def test_a_sentence_is_faithful_to_itself(sentence: str) -> None:
    assert faithful(sentence, sentence, NAMES)
    assert faithful(sentence, sentence.replace(",", ";").replace("،", "؛"), NAMES)


@given(SENTENCES, _PLACES, st.integers(1, 9))
def test_another_digit_is_not_faithful(sentence: str, place: int, by: int) -> None:
    digits = [place for place, sign in enumerate(sentence) if sign.isdecimal()]
    there = digits[place % len(digits)]
    zero = ord(sentence[there]) - int(sentence[there])
    other = chr(zero + (int(sentence[there]) + by) % 10)
    assert not faithful(sentence, changed(sentence, there, other), NAMES)


@given(SENTENCES, _PLACES, st.sampled_from("0123456789۰۵٠٥०५０"))
def test_another_number_of_any_digits_is_not_faithful(sentence: str, place: int, digit: str) -> None:
    places = blanks(sentence)
    there = places[place % len(places)]
    assert not faithful(sentence, changed(sentence, there, f" {digit} "), NAMES)


@given(SENTENCES, _PLACES)
def test_a_number_less_is_not_faithful(sentence: str, place: int) -> None:
    digits = [place for place, sign in enumerate(sentence) if sign.isdecimal()]
    assert not faithful(sentence, changed(sentence, digits[place % len(digits)], ""), NAMES)


@given(SENTENCES, _PLACES, _PLACES)
def test_numbers_that_changed_places_are_not_faithful(sentence: str, one: int, other: int) -> None:
    words = sentence.split(" ")
    numbers = [place for place, word in enumerate(words) if word.isdecimal()]
    first, second = numbers[one % len(numbers)], numbers[other % len(numbers)]
    words[first], words[second] = words[second], words[first]
    assert faithful(sentence, " ".join(words), NAMES) == (words[first] == words[second])


@given(SENTENCES, _PLACES, st.sampled_from(["-", "+", "−", "±", "~", "<", ">", "≥", "$", "#"]))
def test_a_sign_before_a_number_is_not_faithful(sentence: str, place: int, sign: str) -> None:
    starts = [place for place in blanks(sentence) if sentence[place + 1].isdecimal()]
    there = starts[place % len(starts)]
    assert not faithful(sentence, changed(sentence, there, f" {sign}"), NAMES)


@given(
    SENTENCES, _PLACES, st.sampled_from(["%", "٪", "k", "M", "th", "+", "½", " percent", " אחוז", " درصد", " million"])
)
def test_a_unit_behind_a_number_is_not_faithful(sentence: str, place: int, unit: str) -> None:
    digits = [place for place, sign in enumerate(sentence) if sign.isdecimal() and not sentence[place + 1].isdecimal()]
    there = digits[place % len(digits)]
    assert not faithful(sentence, changed(sentence, there, sentence[there] + unit), NAMES)


@pytest.mark.parametrize(
    ("sentence", "negations"),
    [
        (
            EN,
            ("not", "no", "never", "without", "none", "nobody", "cannot", "isn't", "isn’t", "hardly", "except", "nor"),
        ),
        (HE, ("לא", "ולא", "שלא", "אין", "ללא", "בלי", "אינו", "אינה", "שום", "בלתי", "טרם", "לֹא")),
        (
            FA,
            (
                "نه",
                "نیست",
                "نبود",
                "نمی‌کند",
                "نمي‌شود",
                "نشد",
                "نكرد",
                "نرسید",
                "هیچ",
                "بدون",
                "بی",
                "غیر",
                "هرگز",
                "ن‌شد",
            ),
        ),
    ],
)
@given(data=st.data())
def test_one_more_word_for_not_is_not_faithful(sentence: str, negations: tuple[str, ...], data: st.DataObject) -> None:
    word, there = data.draw(st.sampled_from(negations)), data.draw(st.sampled_from(blanks(sentence)))
    said = changed(sentence, there, f" {word} ")
    assert not faithful(sentence, said, NAMES)
    assert not faithful(said, sentence, NAMES)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (
            EN,
            ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "half"),
        ),
        (
            HE,
            (
                "אחד",
                "אחת",
                "שתיים",
                "שניים",
                "שלוש",
                "ארבע",
                "חמישה",
                "שש",
                "שבע",
                "שמונה",
                "תשע",
                "עשר",
                "ושלוש",
                "חצי",
            ),
        ),
        (FA, ("یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده", "یازده", "دوازده", "نیمی")),
    ],
)
@given(data=st.data())
def test_one_more_number_in_words_is_not_faithful(sentence: str, words: tuple[str, ...], data: st.DataObject) -> None:
    word, there = data.draw(st.sampled_from(words)), data.draw(st.sampled_from(blanks(sentence)))
    assert not faithful(sentence, changed(sentence, there, f" {word} "), NAMES)


@given(SENTENCES, _PLACES, st.sampled_from(NAMES))
def test_one_more_name_is_not_faithful(sentence: str, place: int, name: str) -> None:
    places = blanks(sentence)
    said = changed(sentence, places[place % len(places)], f" {name} ")
    assume(said.count(name) > sentence.count(name))  # it went into the middle of itself
    assert not faithful(sentence, said, NAMES)


@given(SENTENCES, st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_another_name_is_not_faithful(sentence: str, name: str, other: str) -> None:
    assume(name == other or name not in other)  # a word said twice is no other name
    said = sentence.replace(name, other)
    assert faithful(sentence, said, NAMES) == (said == sentence)


@given(SENTENCES, _PLACES, st.from_regex(r"[A-Z][a-z]{2,8}", fullmatch=True))
def test_a_capitalised_word_that_was_not_there_is_not_faithful(sentence: str, place: int, word: str) -> None:
    places = blanks(sentence)
    said = changed(sentence, places[place % len(places)], f" {word} ")
    assert not faithful(sentence, said, NAMES)


_SIGNS = [*'"“”«»„「`*_#@<>[]{}|~^=\\/', "http://x.example", "www.x.example", "x.example", "](u)", "&lt;", "\n"]
_HIDDEN = ["\x1b[31m", "\u2066", "\u200f", "\x00", "\u0336"]


@given(SENTENCES, _PLACES, st.sampled_from(_SIGNS + _HIDDEN))
def test_markup_links_mentions_and_quotation_marks_are_not_faithful(sentence: str, place: int, sign: str) -> None:
    places = blanks(sentence)
    said = changed(sentence, places[place % len(places)], f" {sign} ")
    assert not faithful(sentence, said, NAMES)


@given(SENTENCES, st.sampled_from((" ", " And ")))
def test_more_than_twice_as_long_is_not_faithful(sentence: str, between: str) -> None:
    assert not faithful(sentence, between.join([sentence] * 3), NAMES)
    assert not faithful(sentence, sentence + " " * (len(sentence) + 1), NAMES)


@given(st.text(max_size=60), st.text(max_size=120), st.lists(st.text(max_size=10), max_size=3))
def test_no_text_raises(before: str, after: str, names: list[str]) -> None:
    assert faithful(before, before, names)
    found = faithful(before, after, names)
    if found and before != after:
        assert [sign for sign in before if sign.isdecimal()] == [sign for sign in after if sign.isdecimal()]
        assert len(after) <= 2 * len(before)


@given(SENTENCES, st.text(max_size=30))
def test_what_is_added_holds_no_number_and_no_sign_of_its_own(sentence: str, more: str) -> None:
    if faithful(sentence, f"{sentence} {more}", NAMES):
        assert not any(sign.isnumeric() for sign in more)
        assert set(more) & set("<>@[]`*_#|/\n\\") == set()
