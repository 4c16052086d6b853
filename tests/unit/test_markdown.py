"""The answer in Markdown, looked at as a reader of CommonMark shows it: nobody's words become markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.directions import harmless
from assistant.renderers import markdown
from assistant.renderers.markdown import escaped
from tests.answers import QUESTIONS, TODAY, answered, every_answer, hostile, quotes, shapes
from tests.golden import golden

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS = {
    "p",
    "strong",
    "ol",
    "ul",
    "li",
    "blockquote",
    "code",
    "h3",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "div",
}
MARKUP = (
    *("<script>alert(1)</script>", "<img src=x onerror=y>", "<!-- gone -->", "</div>", "`code`", "```", "~~~"),
    *("| a | b |", "| --- |", "[a](http://x.example)", "![i](j)", "[a]: http://x.example", "<http://x.example>"),
    *("https://x.example/z", "www.x.example", "# head", "> quote", "- item", "+ item", "1. item", "2) item", "***"),
    *("---", "===", "**b**", "__b__", "_i_", "~~gone~~", "\\", "\\\\", "\n", "\n\n", "\r\n", "    code", "&lt;"),
    *("&#60;", "&amp;", "a", " ", "-", "*", "|", "$x$", "@dana", "x@y.example", ":smile:", "א", "۱۲", "“", "”", "😀"),
    *("!", "[", "](", ")", "{", "}"),
)
HOSTILE = st.one_of(
    st.lists(st.sampled_from(MARKUP), min_size=1, max_size=8).map("".join),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
)


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(READER.render(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", QUESTIONS)
@pytest.mark.parametrize("shape", ["ranking", "compare"])
def test_an_answer_in_markdown_looks_as_it_did(shape: str, language: str) -> None:
    golden(f"markdown_{shape}_{language}", markdown.plugin(shapes(language)[shape], TODAY))


def test_every_answer_becomes_a_page_of_known_parts() -> None:
    for answer in every_answer():
        page = Page(markdown.plugin(answer, TODAY))
        assert set(page.tags) <= OURS
        assert all(link.startswith("https://shop.example/reviews/") for link in page.links)
        assert page.tags.count("strong") >= 1


def test_rows_of_the_same_measures_are_a_table_and_quoted_ones_a_list() -> None:
    shown = shapes("en")
    compared = Page(markdown.plugin(shown["compare"]))
    assert compared.tags.count("tr") == 1 + len(shown["compare"].rows)
    assert compared.tags.count("th") == 1 + 4 + 1
    ranked = Page(markdown.plugin(shown["ranking"]))
    assert "table" not in ranked.tags
    assert (ranked.tags.count("ol"), ranked.tags.count("blockquote")) == (1, 4)
    assert Page(markdown.plugin(shown["groups"])).tags.count("h3") == 2


def test_a_list_of_rows_without_places_is_not_one_with_the_list_below() -> None:
    assert Page(markdown.plugin(shapes("en")["emerging"])).tags.count("ul") == 3


@pytest.mark.parametrize("language", QUESTIONS)
def test_right_to_left_languages_stand_in_a_block_of_their_direction(language: str) -> None:
    shown = markdown.plugin(answered(language))
    assert shown.startswith('<div dir="rtl">\n\n') == (language != "en")
    assert shown.endswith("\n\n</div>") == (language != "en")


@settings(deadline=None)
@given(HOSTILE, st.sampled_from(tuple(QUESTIONS)))
def test_hostile_words_anywhere_become_no_markup(text: str, language: str) -> None:
    assume(harmless(text))
    page = Page(markdown.plugin(hostile(language, text), TODAY))
    plain = Page(markdown.plugin(hostile(language, "x"), TODAY))
    assert [tag for tag in page.tags if tag != "a"] == plain.tags
    # A review's own address is a link where it is an address and nothing else.
    assert set(page.links) <= {text}


@settings(deadline=None)
@given(HOSTILE)
def test_a_quote_reads_literally_on_the_page(text: str) -> None:
    page = Page(markdown.plugin(answered("en", quotes(text))))
    assert f"“{harmless(text)}”" in page.text


@settings(deadline=None)
@given(HOSTILE)
def test_escaped_text_alone_is_one_paragraph_that_reads_as_it_is(text: str) -> None:
    said = harmless(text)
    page = Page(escaped(said))
    assert page.tags == (["p"] if said else [])
    assert page.text.strip("\n") == said


@pytest.mark.parametrize("text", ["https://x.example", "www.x.example", "x@y.example", "@dana"])
def test_addresses_become_no_links_by_themselves(text: str) -> None:
    assert not re.search(r"(?<!\\):|www\.|@\w", escaped(text))
