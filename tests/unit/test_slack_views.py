"""Modals and the Home tab: within Slack's limits whatever they show, in the reader's language, and harmless."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.fake_slack.limits import problems
from assistant.slack import evidence, home_view, mending, modals, sharing, shortcuts, verdicts, watch_form
from assistant.slack.evidence import Page
from assistant.slack.home_view import FOREVER, Health, Home
from assistant.slack.intake import Place
from assistant.slack.parts import Person
from assistant.slack.pressing import Press
from assistant.slack.watch_form import Chosen
from connectors.errors import ConfigError
from mining.reading import Counts, Heard
from mining.taxonomy import TASKS, shipped, values
from mining.watches import Watch
from tests.answers import heard
from tests.slack_answers import PIECES

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LANGUAGES = ("en", "he", "fa")
PLACE = Place("T1", "C1", "1763802000.000100")
ODD = st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join) | st.text(max_size=300)
# Commands, names of the product, of zones and of Slack, and units stand in every language as they are.
NAMES = re.compile(
    r"<#\w+>|/?overheard( show| watch| help| digest)?|/invite|Slack|UTC|[A-Z]\w+/[A-Z]\w+|English|\bq[0-9a-f]{4,}|Shop"
)


def row(text: str = "The parcel came late.", language: str = "en", place: int = 0, **more: Any) -> Heard:
    labels = {"stage": "purchase", "touchpoint": "delivery", "intent": "complaint", "sentiment": "negative"}
    return replace(heard(place, language, text, "Shop", "https://shop.example/1"), labels=labels, **more)


def page(*rows: Heard, number: int = 0, withheld: int = 0, was: int = 12) -> Page:
    count = len(rows) + withheld
    return Page("q0123456789ab", was, Counts(count, count, count, count), withheld, rows, number, 3)


def watch(kind: str = "answer", text: str = "top pain points", **more: Any) -> Watch:
    given: dict[str, Any] = {
        "id": "w1", "kind": kind, "by": "U1", "to": "C0CX0000001", "text": text, "spec": {}, "schedule": "0 9 * * MON",
        "zone": "Asia/Jerusalem", "language": "en", "made_at": NOW,
    }  # fmt: skip
    return Watch(**{**given, **more})


def home(watches: int = 2, sources: int = 2, text: str = "top pain points", **more: Any) -> Home:
    given: dict[str, Any] = {
        "now": NOW, "in_zone": "Asia/Jerusalem", "language": None, "zone": None,
        "prompts": [{"title": text[:75] or "?", "message": text or "?"}],
        "watches": [watch(text=text, muted_until=FOREVER if place % 2 else None) for place in range(watches)],
        "health": Health(
            120, 300, {f"{text[:40]} {place}": NOW - timedelta(days=place) for place in range(sources)},
            dict.fromkeys(TASKS[:4], 0.2), 3,
        ),
    }  # fmt: skip
    return Home(**{**given, **more})


def every_view(language: str, text: str = "The parcel came late.") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each view in one language, with somebody's words in it."""
    person = Person("U1", "T1", language, "Asia/Jerusalem")
    rows = [row(text or "?", place=place) for place in range(8)]
    press = Press("U1", "1", channel="C1", thread="1.0")
    yield "reason", verdicts.reason_view(language, "a1", "C1", "1.0")
    yield "evidence", evidence.view(page(*rows, number=1, withheld=2), language, "Asia/Tehran", shipped(), {})
    yield "no evidence", evidence.view(page(), language, "Asia/Tehran", shipped(), {"pub": "1"})
    yield "fix", mending.fix_view(rows, None, language, shipped(), {})
    yield "fix one", mending.fix_view(rows[:1], None, language, shipped(), {"c": "C1"})
    yield "add", shortcuts.add_view(text or "?", PLACE, person, "U2")
    yield "share", sharing.view(language, "a1", press)
    yield "waiting", modals.waiting(language, "watch.title")
    for kind in watch_form.KINDS:
        chosen = Chosen(kind=kind, value="12")
        yield f"watch {kind}", watch_form.view(text, chosen, [text, text], language, {"a": "a1", "c": "C1"})
    yield "home", home_view.view(home(text=text), language)
    yield "full home", home_view.view(home(40, 30, text=text), language)
    yield "empty home", home_view.view(home(0, 0, text=text, health=Health(0, 0, {}, {}, 0)), language)


def texts(value: Any) -> Iterator[str]:
    """Every text that people read."""
    if isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn") and isinstance(value.get("text"), str):
            yield value["text"]
        for held in value.values():
            yield from texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from texts(held)


def broken(view: dict[str, Any]) -> list[str]:
    return problems("views.publish" if view["type"] == "home" else "views.open", {"view": view})


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_is_within_the_limits(language: str) -> None:
    for name, view in every_view(language):
        assert broken(view) == [], name


@settings(max_examples=60, deadline=None)
@given(ODD, st.sampled_from(LANGUAGES))
def test_odd_words_leave_every_view_within_the_limits(text: str, language: str) -> None:
    for name, view in every_view(language, text):
        assert broken(view) == [], name


@pytest.mark.parametrize("text", ["a" * 40_000, "ש" * 9_000, "😀" * 4_000, "<!here> " * 2_000, "&" * 5_000])
@pytest.mark.parametrize("language", LANGUAGES)
def test_long_words_leave_every_view_within_the_limits(text: str, language: str) -> None:
    for name, view in every_view(language, text):
        assert broken(view) == [], name


# --- languages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["he", "fa"])
def test_no_english_stands_in_a_view_of_another_language(language: str) -> None:
    said = {"he": "המשלוח איחר", "fa": "سفارش دیر رسید"}[language]
    for name, view in every_view(language, said):
        for text in texts(view):
            rest = NAMES.sub("", re.sub(r"<[^>]*\|", "<", text))
            assert not re.search(r"[A-Za-z]{2,}", rest), (name, text)


def test_a_view_says_the_same_things_in_every_language() -> None:
    shapes = [{name: len(list(texts(view))) for name, view in every_view(language)} for language in LANGUAGES]
    assert shapes[0] == shapes[1] == shapes[2]


@pytest.mark.parametrize("language", ["he", "fa"])
def test_a_line_of_hebrew_or_persian_begins_at_the_right(language: str) -> None:
    view = evidence.view(page(row("Acme 12"), withheld=1), language, "UTC", shipped(), {})
    about = view["blocks"][3]["elements"][0]["text"]
    assert re.match("[\u200f\u2067\u2068]*[\u200f\u0590-\u06ff\u2068\\d۰-۹]", about)


# --- what stands in them --------------------------------------------------------------------------------------------


@given(ODD)
def test_words_of_customers_stand_in_plain_text_alone(text: str) -> None:
    view = evidence.view(page(row(text or "?")), "en", "UTC", shipped(), {})
    marked = [one["text"] for one in _objects(view) if one.get("type") == "mrkdwn"]
    assert marked == ["<https://shop.example/1|open>"]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for held in value.values():
            yield from _objects(held)
    elif isinstance(value, list):
        for held in value:
            yield from _objects(held)


def test_an_address_that_is_none_is_no_link() -> None:
    view = evidence.view(page(row(url="javascript:alert(1)|<!here>")), "en", "UTC", shipped(), {})
    assert "javascript" not in json.dumps(view)


def test_a_page_says_when_its_figure_changed_and_not_when_it_did_not() -> None:
    same = evidence.view(page(*[row(place=place) for place in range(8)], was=8), "en", "UTC", shipped(), {})
    other = evidence.view(page(*[row(place=place) for place in range(8)], was=34), "en", "UTC", shipped(), {})
    assert "it is 8 now" not in json.dumps(same)
    assert "It was 34 items when this was asked, it is 8 now" in json.dumps(other)


def test_every_label_can_be_given_by_its_name() -> None:
    view = mending.fix_view([row()], None, "he", shipped(), {})
    groups = next(one for one in _objects(view) if "option_groups" in one)["option_groups"]
    offered = {option["value"] for group in groups for option in group["options"]}
    assert offered == {f"{task}={value}" for task in evidence.LABELS for value in values(task)}


def test_the_labels_of_the_remark_that_was_chosen_are_told() -> None:
    rows = [row(), replace(row(place=1), labels={"stage": "loyalty"})]
    view = mending.fix_view(rows, rows[1].mention_id, "en", shipped(), {})
    assert "Now: loyalty" in json.dumps(view)
    assert modals.kept_in(view)["id"] == rows[1].mention_id


def test_a_full_home_still_tells_of_the_data_and_helps() -> None:
    told = "\n".join(texts(home_view.view(home(40, 30), "en")))
    assert "found no room here: 25" in told
    assert "Further sources: 18" in told
    assert "/overheard help" in told


def test_zones_are_found_by_what_is_written() -> None:
    assert home_view.zones("", "auto")[0] == ("auto", home_view.AUTO)
    assert home_view.zones("tel av", "auto")[0][1] == "Asia/Tel_Aviv"
    assert ("Asia/Tehran", "Asia/Tehran") in home_view.zones("Teh", "auto")
    assert home_view.zones("nowhere at all", "auto") == []
    assert len(home_view.zones("a", "auto")) <= 100


# --- what comes back ------------------------------------------------------------------------------------------------


@given(st.text(max_size=200) | st.sampled_from(['{"a": 7}', "[1]", "null", '{"a": {"b": 1}}', "[" * 2_000]))
def test_whatever_a_view_kept_is_read_as_words_or_not_at_all(text: str) -> None:
    found = modals.kept_in({"private_metadata": text})
    assert all(isinstance(value, str) for pair in found.items() for value in pair)


def form(**state: Any) -> dict[str, Any]:
    """A form that came back: block id -> state of its element."""
    return {"state": {"values": {block: {"element": held} for block, held in state.items()}}}


def test_what_was_chosen_and_written_comes_back() -> None:
    view = form(
        kind={"selected_option": {"value": "threshold"}}, every_alert={"selected_option": {"value": "weekday"}},
        at={"selected_time": "07:30"}, to={"selected_option": {"value": "here"}}, value={"value": "۱۲٫۵"},
        measure={"selected_option": {"value": "share"}}, direction_threshold={"selected_option": {"value": "below"}},
        period={"selected_option": {"value": "week"}},
    )  # fmt: skip
    chosen = watch_form.chosen_in(view)
    assert (chosen.cron, chosen.to, chosen.watch_kind) == ("30 7 * * MON-FRI", "here", "alert")
    rule = chosen.rule
    assert rule is not None
    assert (rule.measure, rule.direction, rule.value, rule.period) == ("share", "below", 0.125, "week")


@pytest.mark.parametrize("value", ["", "many", "1e9", "12 or so", "--3", "NaN", "9" * 30])
def test_a_threshold_without_a_number_is_refused(value: str) -> None:
    chosen = Chosen(kind="threshold", value=value)
    assert chosen.number is None
    with pytest.raises(ConfigError):
        _ = chosen.rule


def test_a_form_that_was_made_up_is_one_of_those_that_there_are() -> None:
    odd = {"selected_option": {"value": "rm -rf"}}
    view = form(kind=odd, every_answer=odd, at={"selected_time": "99:99"}, to=odd, measure=odd, period=odd)
    assert watch_form.chosen_in(view) == Chosen()


@pytest.mark.parametrize(
    ("line", "every", "at"),
    [("30 7 * * MON-FRI", "weekday", "07:30"), ("0 9 1 * *", "month", "09:00"), ("5 0 * * *", "day", "00:05"),
     ("0 9 * * SUN", "SUN", "09:00"), ("0 9 * * MON,WED", "MON", "09:00"), ("", "MON", "09:00")],
)  # fmt: skip
def test_the_form_begins_with_when_the_words_say(line: str, every: str, at: str) -> None:
    chosen = watch_form.chosen_of(watch(schedule=line), "dm")
    assert (chosen.every, chosen.at) == (every, at)


# --- messages that are added ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"text": "late <@U1> again &amp; <https://x.example|the shop> in <#C1|cx>"}, "late  again & the shop in #cx"),
        ({"text": "a\nb"}, "a\nb"),
        ({"text": "<!here> &lt;b&gt;"}, "<b>"),
        ({"text": "", "attachments": [{"text": "from the form"}, {"fallback": "more"}]}, "from the form\nmore"),
        ({"files": [{"name": "x.pdf"}]}, ""),
        ({}, ""),
    ],
    ids=["marks", "lines", "entities", "attachments", "file", "nothing"],
)
def test_words_of_a_message_are_those_that_people_read(message: dict[str, Any], said: str) -> None:
    assert shortcuts.words_of(message) == said


def test_what_was_sent_becomes_feedback_of_its_place() -> None:
    view = form(text={"value": " The app crashed. "}, kind={"selected_option": {"value": "email"}},
                source={"value": "zen:desk"}, solicited={"selected_options": [{"value": "solicited"}]})  # fmt: skip
    view["private_metadata"] = '{"by": "U0OMID00001"}'
    item = shortcuts.feedback_of(view, PLACE, NOW, "https://x.example/1")
    assert (item.id, item.text, item.channel, item.solicited) == (
        f"zen desk:{PLACE.native_id}", "The app crashed.", "email", True
    )  # fmt: skip
    assert item.author == "U0OMID00001"
    assert item.said_at == PLACE.said_at


@pytest.mark.parametrize("native_id", ["", "T1:C1", "T1:C1:soon", "t:c:1.0", "T1:C1:1.0:2", "T1:C1:" + "9" * 20 + ".1"])
def test_a_place_that_is_none_is_not_taken(native_id: str) -> None:
    assert Place.of(native_id) is None
