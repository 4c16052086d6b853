"""What every renderer promises; a new file under assistant/renderers is held to it on the day it is added."""

from __future__ import annotations

import html
import re
import socket
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Answer
from assistant.directions import harmless
from assistant.measures import Figure, Mean, Measure, Net, Points, Share
from assistant.renderers.slack import Message
from assistant.wording import wording
from connectors import plugins
from tests.answers import TODAY, answered, every_answer, hostile, quotes, shapes
from tests.slack_messages import seen

NAMES = plugins.names("assistant.renderers")
LANGUAGES = ("en", "he", "fa")
OPEN, CLOSE = "\u2068", "\u2069"
# What a renderer's own markup is made of, and what the commands that an answer names are.
MARKUP = {"div", "dir", "rtl"}
COMMANDS = {"overheard", "show", "QUERY", "ingest", "files", "PATH", "source", "NAME"}
COMPANY = {"Acme", "Pro", "Globex", "ios", "android", "U1"}
PIECES = (
    *("<script>alert(1)</script>", "`", "```\n", "|", "| --- |", "[a](http://x.example)", "![i](j)", "\n# h", "# "),
    *("\n\n- ", "1. ", "> ", "***", "*b*", "__", "~~", "\\", "\\|", "&lt;", "&#0;", "&", "<!--", "-->", "@dana"),
    *("<!channel>", "<@U1>", ":smile:", "www.x.example", "https://x.example/z", "$x$", "{0}", "{name}", "%s", "a", "2"),
    *("\x1b[31m", "\x1b]0;t\x07", "\x00", "\x9b2J", "\r\n", "\t", "\u2028", "\x85", "\u202e", "\u2066", "\u2067"),
    *("\u2068", "\u2069", "\u200f", "\u200e", "\u061c", "“", "”", "«", "»", "😀", "👨\u200d👩", "שלום", "سلام", "۱۲"),
    *(" ", "x y", "[", "]", "(", ")", "-", "+", "1.", "2)", "·", "،", "1,234", "5%"),
)
LONG = (
    "a" * 10_000,
    "ש" * 10_000,
    "| " * 5_000,
    "😀" * 5_000,
    "\\" * 10_000,
    "ab " + "<" * 10_000,
    "\n" * 10_000 + "x",
)
HOSTILE = st.one_of(
    st.sampled_from(LONG),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
)


def rendered(name: str, answer: Answer) -> Any:
    return plugins.load("assistant.renderers", name)(answer, TODAY)


def strings(shown: Any) -> Iterator[str]:
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, dict):
        for value in shown.values():
            yield from strings(value)
    elif isinstance(shown, list | tuple):
        for value in shown:
            yield from strings(value)


def text_of(name: str, answer: Answer) -> str:
    """Whatever a renderer gives, as text; of a message what people see."""
    shown = rendered(name, answer)
    if isinstance(shown, Message):
        return "\n".join([shown.text, *seen(shown.blocks)])
    return "\n".join(strings(shown))


def plain(text: str) -> str:
    """Text without the escapes of any markup. Both sides of a comparison go through it."""
    text = text.replace("\\", "").replace("<!-- -->", "")
    while (less := html.unescape(text)) != text:
        text = less
    return text


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_can_be_shown(name: str) -> None:
    for answer in every_answer():
        assert text_of(name, answer).strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_renderer_is_pure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a renderer asks nobody")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("sqlalchemy.engine.Engine.connect", refuse)
    for answer in every_answer():
        assert rendered(name, answer) == rendered(name, answer)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_row_sentence_and_quote_of_an_answer_is_shown(name: str) -> None:
    for answer in every_answer():
        shown = plain(text_of(name, answer)).replace(OPEN, "").replace(CLOSE, "")
        for row in answer.rows:
            assert row.title in shown
            assert all(mark in shown for mark in row.marks)
            assert row.group is None or row.group in shown
        for figure in answer.figures:
            assert figure.query in shown
        for quote in answer.every_quote:
            assert plain(quote.text) in shown
        for said in (answer.headline, *answer.said, *answer.notes, *answer.choices, *answer.next_questions):
            assert plain(said) in shown


# --- numbers --------------------------------------------------------------------------------------------------------

_DIGITS = {ord(sign): value for value, sign in zip("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫", strict=True)}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def numbers(text: str) -> set[str]:
    """The numbers in a text, in plain digits."""
    return {found.replace(",", "").rstrip(".") for found in _NUMBER.findall(text.translate(_DIGITS))}


def halves_up(value: float, digits: int = 0) -> str:
    scale = 10**digits
    return f"{int(abs(value) * scale + 0.5 + 1e-9) / scale:.{digits}f}"


def told(measure: Measure) -> set[str]:
    """The numbers that may be shown of a measure: its counts, and what is reckoned from them."""
    match measure:
        case Figure():
            return {str(measure.value)}
        case Share(part, whole):
            return {halves_up(part.value / whole.value * 100), str(part.value), str(whole.value)}
        case Net():
            return set() if measure.value is None else {halves_up(measure.value * 100)}
        case Mean():
            return set() if measure.value is None else {halves_up(measure.value, 1)}
        case Points():
            return {halves_up(part * 100, 1) for part in (measure.value, measure.rate, measure.mix)}


def given_with(answer: Answer) -> list[str]:
    """The texts that an answer brings along, dates of quotes and of sources among them."""
    words = wording(answer.question.language)
    dates: list[date] = [quote.mention.said_at.date() for quote in answer.every_quote]
    texts = [answer.headline, *answer.said, *answer.notes, *answer.choices, *answer.next_questions]
    texts += [text for row in answer.rows for text in (row.title, row.group or "", *row.marks)]
    texts += [cell.label for row in answer.rows for cell in row.cells] + [cell.label for cell in answer.more]
    texts += [text for one in answer.every_quote for text in (one.text, one.mention.source, one.mention.url or "")]
    return [*texts, *answer.freshness, *(words.date(day) for day in dates)]


def unaccounted(answer: Answer, shown: str) -> set[str]:
    """The numbers shown that are none of the answer's."""
    for figure in answer.figures:
        shown = shown.replace(figure.query, "")
    cells = [*answer.more, *(cell for row in answer.rows for cell in row.cells)]
    allowed = {number for cell in cells for number in told(cell.measure)} | {str(one.value) for one in answer.figures}
    # A tagger is unsure below 50 %; the places of rows and of choices; how old the sources are.
    allowed |= {halves_up(share * 100) for share in answer.unknown_share.values()} | {"50"}
    allowed |= {str(row.rank) for row in answer.rows} | {str(place + 1) for place in range(len(answer.choices))}
    allowed |= {str((TODAY - at.date()).days) for at in answer.freshness.values()}
    return numbers(plain(shown)) - allowed - {number for text in given_with(answer) for number in numbers(text)}


@pytest.mark.parametrize("name", NAMES)
def test_every_number_that_is_shown_is_one_of_the_answer_s(name: str) -> None:
    for answer in every_answer():
        assert not unaccounted(answer, text_of(name, answer))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["he", "fa"])
def test_no_english_stands_in_an_answer_of_another_language_but_names_and_quotes(name: str, language: str) -> None:
    for answer in shapes(language).values():
        quoted = " ".join(f"{one.text} {one.mention.source} {one.mention.url}" for one in answer.every_quote)
        known = set(re.findall("[A-Za-z]+", f"{quoted} {' '.join(answer.freshness)}"))
        shown = plain(text_of(name, answer))
        for figure in answer.figures:
            shown = shown.replace(figure.query, "")
        assert set(re.findall("[A-Za-z][A-Za-z0-9]*", shown)) <= known | MARKUP | COMMANDS | COMPANY


# --- what customers write ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["<@U1> & <!channel>", "[bold]x[/bold] :smile:", "\x1b[2J", "\u202ereversed", "a" * 50_000]
)
def test_words_of_customers_are_shown_and_do_nothing(name: str, text: str) -> None:
    shown = text_of(name, answered("en", quotes(text)))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown) < 20_000


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(text=HOSTILE, language=st.sampled_from(LANGUAGES))
def test_hostile_words_anywhere_neither_act_nor_reach_past_their_line(name: str, text: str, language: str) -> None:
    answer = hostile(language, text)
    shown = text_of(name, answer)
    assert not {sign for sign in shown if unicodedata.category(sign) in ("Cc", "Cs")} - {"\n"}
    assert not re.search("[\u202a-\u202e\u2066\u2067]", shown)
    for line in shown.split("\n"):
        outside = re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", line)
        assert OPEN not in outside
        assert CLOSE not in outside
    if len(text) <= 60:  # what is cut may be cut within a number
        assert unaccounted(answer, shown) <= numbers(plain(harmless(text)))
    lines = shown.count("\n") - text_of(name, hostile(language, "x")).count("\n")
    # A message has only so much room: lines that find none are left out, and what a button cuts short is a line too.
    assert lines == 0 or (name == "slack" and lines <= len(answer.choices + answer.next_questions))
    assert len(shown) < 60_000


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(text=HOSTILE)
def test_a_quote_stands_there_literally_but_for_escapes_and_a_stated_cut(name: str, text: str) -> None:
    shown, said = plain(text_of(name, answered("en", quotes(text)))), plain(harmless(text))
    if len(harmless(text)) <= 200:
        assert f"“{said}”" in shown
    else:
        assert f"“{said[:100]}" in shown
        assert "…" in shown
