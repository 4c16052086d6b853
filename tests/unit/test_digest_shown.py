"""Digests as people see them: every form in three languages, with the numbers, and nobody's words do anything."""

from __future__ import annotations

import html as html_of
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.digest import Digest, Template
from assistant.digests.delivery import form
from assistant.digests.html import html
from assistant.digests.letter import mail
from assistant.digests.markdown import markdown
from assistant.digests.page import page
from assistant.digests.slack import slack
from assistant.digests.text import text
from assistant.engine import Engine
from assistant.periods import week
from assistant.renderers.base import outside_isolates
from assistant.slack_blocks.blocks import MOST_BLOCKS
from connectors.errors import ConfigError
from tests.digests import LANGUAGES, filled, hostile, made

limits = pytest.importorskip("api.fake_slack.limits")

FORMS = ("terminal", "text", "markdown", "html", "slack", "json")
ISOLATES = re.compile("[\u2066-\u2069\u200e\u200f]")
# What a digest in Hebrew or Persian holds in Latin letters: commands, names of sources, ids of queries.
LATIN = {"overheard", "show", "QUERY", "rejects", "shop", "calls", "app"}
BAD = (
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }}{% raw %}",
    "\u202eright to left\u202c",
    "</div></td></table><h1>",
    "<!channel> <@U1> &amp; *bold* `x`",
    "שלום <b>עולם</b> “ ” \u2068 \u2069",
    "x" * 4000,
    "😀" * 500,
)


EVERY = [(language, template.value) for language in LANGUAGES for template in Template]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with filled(tmp_path_factory.mktemp("shown")) as there:
        yield there


class Digests(dict[tuple[str, str], Digest]):
    """By language and template, with a short name for those who print what failed."""

    def __repr__(self) -> str:
        return "digests"


@pytest.fixture(scope="module")
def digests(engine: Engine) -> Digests:
    """A digest of each template in each language."""
    return Digests({key: made(engine, *key) for key in EVERY})


class Seen(HTMLParser):
    """What a browser makes of a file: tags, attributes, and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br", "!doctype"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and "script" not in self.open:
            self.text.append(data)


def plain(shown: str) -> str:
    return ISOLATES.sub("", shown)


def numbers(digest: Digest) -> set[str]:
    """Numbers that a reader has to find: of the summary, or of the day beside its weekday."""
    return {tile.value for part in page(digest).parts for tile in part.tiles} | {
        column.value for part in page(digest).parts for column in part.series[-1:]
    }


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("key", EVERY)
def test_every_form_tells_the_headline_the_numbers_and_the_questions(
    digests: Digests, key: tuple[str, str], name: str
) -> None:
    digest = digests[key]
    shown = form(digest, name)
    assert form(digest, name) == shown, "the same digest twice looks the same"
    told = plain(html_of.unescape(json.dumps(json.loads(shown), ensure_ascii=False) if name == "slack" else shown))
    told = told.replace("\\", "").replace("<!-- -->", "")
    words = digest.plan.language
    if name == "json":
        assert json.loads(shown)["headline"] == digest.headline
        return
    assert plain(digest.headline).replace('"', "") in told.replace('"', ""), words
    for number in numbers(digest):
        assert plain(number) in told
    if name != "slack":
        for section in digest.sections:
            assert section.question in told


@pytest.mark.parametrize("key", [key for key in EVERY if key[0] != "en"])
def test_nothing_is_left_in_english(digests: Digests, key: tuple[str, str]) -> None:
    digest = digests[key]
    bare = replace(
        digest,
        sections=tuple(
            replace(one, answer=replace(one.answer, quotes=()), rows=tuple(replace(row, quotes=()) for row in one.rows))
            for one in digest.sections
        ),
    )
    said = [text(bare), *(line for line in markdown(bare).split("\n") if "<" not in line)]
    payload = slack(bare).payload()
    said += [payload["text"], *texts(payload["blocks"])]
    said += Seen(html(bare)).text
    for line in said:
        left = set(re.findall("[A-Za-z]{2,}", re.sub(r"\bq[0-9a-f]{12}\b", "", line))) - LATIN
        assert not left, line


def texts(blocks: Any) -> Iterator[str]:
    if isinstance(blocks, dict):
        if isinstance(blocks.get("text"), str):
            yield blocks["text"]
        for value in blocks.values():
            yield from texts(value)
    elif isinstance(blocks, list | tuple):
        for value in blocks:
            yield from texts(value)


# --- HTML -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", EVERY)
def test_the_file_needs_nothing_else_and_says_its_direction(digests: Digests, key: tuple[str, str]) -> None:
    shown = html(digests[key])
    seen = Seen(shown)
    assert not seen.open
    root = dict(seen.tags)["html"]
    assert root["dir"] == ("ltr" if key[0] == "en" else "rtl")
    assert root["lang"] == key[0]
    tags = {tag for tag, _ in seen.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "form", "base"}
    for tag, attributes in seen.tags:
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "img":
            assert (attributes["src"] or "").startswith("data:image/png;base64,")
            assert attributes["alt"]
    assert "@import" not in shown
    assert "url(" not in shown
    for needed in ("prefers-color-scheme: dark", "@media print", "max-width: 560px", "width=device-width"):
        assert needed in shown


@pytest.mark.parametrize("bad", BAD, ids=map(str, range(len(BAD))))
def test_hostile_words_stay_words_in_html(digests: Digests, bad: str) -> None:
    for language in LANGUAGES:
        digest = digests[language, "manager_weekly"]
        calm, odd = Seen(html(digest)), Seen(html(hostile(digest, bad)))
        assert not odd.open
        assert {tag for tag, _ in odd.tags} <= {tag for tag, _ in calm.tags}
        for _, attributes in odd.tags:
            assert not [name for name in attributes if name.startswith("on")]
            assert not (attributes.get("href") or "").lower().startswith(("javascript", "data"))
        assert "\u202e" not in html(hostile(digest, bad))


# --- Slack ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", EVERY)
def test_a_digest_fits_into_one_message(digests: Digests, key: tuple[str, str]) -> None:
    message = slack(digests[key])
    assert message.steps == 2
    for step in range(message.steps):
        payload = {"channel": "C0123ABC", **message.payload(step)}
        assert limits.problems("chat.postMessage", payload) == []
        assert len(payload["blocks"]) <= MOST_BLOCKS
        assert payload["unfurl_links"] is False


@pytest.mark.parametrize("bad", BAD, ids=map(str, range(len(BAD))))
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_words_stay_within_the_limits_of_slack(digests: Digests, language: str, bad: str) -> None:
    digest = hostile(digests[language, "manager_weekly"], bad)
    watched = tuple(replace(digest.sections[0], key="watched", title=bad) for _ in range(40))
    message = slack(replace(digest, sections=(*watched, *digest.sections)))
    for step in range(message.steps):
        payload = {"channel": "C0123ABC", **message.payload(step)}
        assert limits.problems("chat.postMessage", payload) == []
        assert "<!channel>" not in payload["text"]
        assert "<@U1>" not in payload["text"]


def test_buttons_ask_the_questions_of_the_sections(digests: Digests) -> None:
    digest = digests["he", "manager_weekly"]
    [actions] = [block for block in slack(digest).blocks if block["type"] == "actions"]
    asked = [button["value"] for button in actions["elements"]]
    assert asked
    assert set(asked) <= {section.question for section in digest.sections}
    assert not [block for block in slack(digest, buttons=False).blocks if block["type"] == "actions"]


# --- right to left ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["he", "fa"])
def test_lines_of_text_begin_in_their_direction(digests: Digests, language: str) -> None:
    for template in Template:
        for line in text(digests[language, template.value]).split("\n"):
            kinds = map(unicodedata.bidirectional, outside_isolates(line))
            first = next((kind for kind in kinds if kind in ("L", "R", "AL")), "R")
            assert first != "L", line
    assert markdown(digests[language, "manager_weekly"]).startswith('<div dir="rtl">')


# --- letters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", EVERY)
def test_a_letter_is_sound(digests: Digests, key: tuple[str, str]) -> None:
    digest = digests[key]
    message = mail(digest, ["ana@example.com", "Dana <dana@example.com>"], "Overheard <cx@example.com>")
    raw = message.as_bytes()
    raw.decode("ascii")
    assert max(len(line) for line in raw.splitlines()) <= 998
    assert {"Subject", "From", "To", "Date", "Message-ID", "MIME-Version"} <= set(message.keys())
    assert message["Message-ID"].endswith("@example.com>")
    assert page(digest).title in str(message["Subject"])
    body, other = message.get_body(("plain",)), message.get_body(("html",))
    assert body
    assert other
    assert plain(digest.headline) in plain(body.get_content()).replace("\n", " ")
    seen = Seen(other.get_content())
    pictures = [attributes["src"] for tag, attributes in seen.tags if tag == "img"]
    ids = [part["Content-ID"] for part in message.walk() if part.get_content_type() == "image/png"]
    assert [f"<{(src or '').removeprefix('cid:')}>" for src in pictures] == ids
    assert dict(seen.tags)["html"]["dir"] == ("ltr" if key[0] == "en" else "rtl")
    assert "data:image" not in other.get_content()


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@", "@b.c", "a@b.c\nBcc: x@y.z", "a b@c.d", "a@b.c, d@e.f", "<a@b.c"]
)
def test_what_is_no_address_is_refused(digests: Digests, address: str) -> None:
    with pytest.raises(ConfigError):
        mail(digests["en", "manager_weekly"], address, "cx@example.com")
    with pytest.raises(ConfigError):
        mail(digests["en", "manager_weekly"], "ana@example.com", address)


# --- where there is little, and where there is much -------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_digest_has_every_form(engine: Engine, language: str, name: str) -> None:
    digest = made(engine, language, window=week(date(2026, 1, 5)))
    assert digest.empty
    assert plain(digest.headline) in plain(form(digest, name)).replace("\\", "")
    assert limits.problems("chat.postMessage", {"channel": "C1", **slack(digest).payload()}) == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300), language=st.sampled_from(LANGUAGES))
def test_whatever_people_say_every_form_can_be_made(digests: Digests, words: str, language: str) -> None:
    digest = hostile(digests[language, "operations_daily"], words)
    for name in FORMS:
        form(digest, name).encode()
    mail(digest, "ana@example.com", "cx@example.com").as_bytes()
    assert limits.problems("chat.postMessage", {"channel": "C1", **slack(digest).payload()}) == []
