"""Answers as messages for Slack: the shape of each, its buttons, charts and notices."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from api.fake_slack.limits import problems
from assistant.answer import Chart, Row
from assistant.measures import Mean
from assistant.renderers import slack, terminal
from assistant.wording import wording
from tests.answers import TODAY, answered, cells, figure, quotes, shapes, share
from tests.slack_messages import buttons, forms, seen

LANGUAGES = ("en", "he", "fa")
OPEN, CLOSE, RLM = "\u2068", "\u2069", "\u200f"


def kept(language: str = "en", shape: str = "ranking", **how: Any) -> slack.Message:
    """An answer of a shape, as one that was kept under an id."""
    return slack.render(shapes(language)[shape], today=TODAY, answer_id="A1", **how)


def kinds(form: tuple[Any, ...]) -> list[str]:
    return [block["type"] for block in form]


def value(button: Any) -> Any:
    return json.loads(button["value"])


# --- shapes -----------------------------------------------------------------------------------------------------------

HEAD, ASKING = ["rich_text"], ["context", "actions"]
SHAPES = {
    "ranking": ["rich_text", "rich_text", *ASKING, "actions", *ASKING],
    "groups": [*["rich_text"] * 4, *ASKING, "actions", *ASKING],
    "trend": ["data_visualization", "data_table", *ASKING, *ASKING],
    "volume": ["data_table", *ASKING, *ASKING],
    "compare": ["data_table", *ASKING, *ASKING],
    "why": ["rich_text", "rich_text", *ASKING, *ASKING],
    "count": [*ASKING, *ASKING],
    "share": [*ASKING, *ASKING],
    "overview": ["data_visualization", "data_table", *ASKING, *ASKING],
    "churn": ["rich_text", *ASKING, "actions", *ASKING],
    "emerging": ["rich_text", "rich_text", *ASKING, "actions", *ASKING],
    "quotes": ["rich_text", *ASKING, *ASKING],
    "clarify": ["actions", *ASKING],
    "refused": ASKING,
    "no_data": ["context", *ASKING],
    "out_of_scope": ["context", *ASKING],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_shape_of_answer_has_its_blocks(language: str, shape: str) -> None:
    message = kept(language, shape)
    assert kinds(message.blocks) == [*HEAD, *SHAPES[shape], "context_actions"]
    for step in range(message.steps):
        assert not problems("chat.postMessage", message.payload(step))


def test_every_shape_of_answer_is_tried() -> None:
    assert set(SHAPES) == set(shapes("en"))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_are_those_of_the_terminal_in_the_same_signs(language: str, shape: str) -> None:
    answer, words = shapes(language)[shape], wording(language)
    told = terminal.plugin(answer, TODAY)
    message = slack.plugin(answer, TODAY)
    for row in answer.rows:
        for cell in row.cells:
            shown = words.measure(cell.measure)
            assert shown in told
            assert shown in message.text
            assert all(shown in "\n".join(seen(form)) for form in forms(message))


@pytest.mark.parametrize("shape", SHAPES)
def test_each_form_tells_the_same_rows_quotes_and_basis(shape: str) -> None:
    answer = shapes("en")[shape]
    for form in forms(slack.plugin(answer, TODAY)):
        shown = "\n".join(seen(form)).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
        bare = shown.replace(OPEN, "").replace(CLOSE, "")
        assert answer.headline in bare
        assert all(row.title in bare for row in answer.rows)
        assert all(quote.text in bare for quote in answer.every_quote)
        assert all(note in bare for note in (*answer.notes, *answer.said, *answer.choices, *answer.next_questions))


def test_the_forms_go_from_rich_to_plain() -> None:
    message = kept(shape="trend")
    first, second, last = map(kinds, forms(message))
    assert {"data_table", "data_visualization"} <= set(first)
    assert "table" in second
    assert not {"data_table", "data_visualization"} & set(second)
    assert set(last) <= {"section", "context", "actions"}
    assert message.payload(99) == message.payload(2)


def test_what_is_posted_unfurls_nothing() -> None:
    payload = kept().payload()
    assert payload.keys() == {"text", "blocks", "unfurl_links", "unfurl_media"}
    assert payload["unfurl_links"] is payload["unfurl_media"] is False


# --- tables and charts ------------------------------------------------------------------------------------------------


def test_a_table_sorts_by_numbers_and_shows_them_as_they_are_told() -> None:
    [table] = [block for block in kept("fa", "trend").blocks if block["type"] == "data_table"]
    assert [cell["text"] for cell in table["rows"][0]] == ["چه", "احساس خالص", "مورد", "ردیف‌های پشت آن"]
    assert table["rows"][3][1] == {"type": "raw_number", "value": 0, "text": "۰"}
    assert table["rows"][3][2] == {"type": "raw_number", "value": 1032, "text": "۱٬۰۳۲"}
    assert table["caption"] == "احساس خالص"


def test_what_was_not_measured_is_no_number() -> None:
    [table] = [block for block in kept(shape="compare").blocks if block["type"] == "data_table"]
    assert table["rows"][2][4] == {"type": "raw_text", "text": "–"}


def test_a_chart_draws_what_is_told() -> None:
    [drawn] = [block for block in kept(shape="overview").blocks if block["type"] == "data_visualization"]
    chart = drawn["chart"]
    assert chart["type"] == "bar"
    assert chart["axis_config"]["y_label"] == "net sentiment"
    assert chart["series"][0]["name"] == "net sentiment"
    assert chart["series"][0]["data"][0] == {"label": "awareness", "value": 20}


def numbered(*titles: str, **more: Any) -> slack.Message:
    """Rows of such titles with a chart of their counts."""
    rows = tuple(
        Row(f"r{place}", title, cells("en", feedback=figure(place, title))) for place, title in enumerate(titles)
    )
    answer = replace(shapes("en")["volume"], rows=rows, chart=Chart("bars", "feedback", "Counts"), **more)
    return slack.plugin(answer, TODAY)


@pytest.mark.parametrize(
    ("titles", "is_drawn"),
    [
        (("one", "two"), True),
        (("one",), False),
        (tuple(f"row {place}" for place in range(20)), True),
        (tuple(f"row {place}" for place in range(21)), False),
        (("the same beginning, one", "the same beginning, two"), False),
        (("שורה", "😀" * 30), True),
    ],
    ids=["two", "one", "twenty", "too many", "alike when cut", "long"],
)
def test_slack_draws_only_what_it_can_draw_as_it_is(titles: tuple[str, ...], is_drawn: bool) -> None:
    message = numbered(*titles)
    assert ("data_visualization" in kinds(message.blocks)) is is_drawn
    assert message.chart is not is_drawn
    assert not problems("chat.postMessage", message.payload())


def test_a_hole_in_a_line_is_not_drawn_as_anything() -> None:
    rows = tuple(
        Row(f"m{place}", f"month {place}", cells("en", rating=Mean(value, figure(3, f"m{place}"))))
        for place, value in enumerate((3.4, None, 4.0))
    )
    answer = replace(shapes("en")["trend"], rows=rows, chart=Chart("lines", "rating", "Rating"))
    message = slack.plugin(answer, TODAY)
    assert "data_visualization" not in kinds(message.blocks)
    assert message.chart


def test_shares_are_drawn_as_per_cent_and_pairs_as_two_series() -> None:
    rows = tuple(
        Row(name, name, cells("en", before=share(3, 7, name), after=share(1, 2, f"{name} after"))) for name in "ab"
    )
    answer = replace(shapes("en")["compare"], rows=rows, chart=Chart("pairs", "before", "Both", beside="after"))
    [drawn] = [block for block in slack.plugin(answer, TODAY).blocks if block["type"] == "data_visualization"]
    assert [one["name"] for one in drawn["chart"]["series"]] == ["before", "after"]
    assert drawn["chart"]["series"][0]["data"][0] == {"label": "a", "value": 43}
    assert drawn["chart"]["axis_config"]["y_label"] == "before, %"


def test_rows_below_one_heading_are_drawn_and_below_several_are_not() -> None:
    two = tuple(Row(one, one, cells("en", before=share(3, 7, one)), group="Themes") for one in "ab")
    whole = Row("all", "all", cells("en", feedback=figure(7, "all")), group="Overall")
    chart = Chart("bars", "before", "Shares")
    answer = replace(shapes("en")["compare"], rows=(whole, *two), chart=chart)
    [drawn] = [block for block in slack.plugin(answer, TODAY).blocks if block["type"] == "data_visualization"]
    assert drawn["chart"]["axis_config"]["categories"] == ["a", "b"]
    parted = replace(answer, rows=(whole, two[0], replace(two[1], group="Stages")))
    assert "data_visualization" not in kinds(slack.plugin(parted, TODAY).blocks)
    assert slack.plugin(parted, TODAY).chart


def test_a_place_without_charts_gets_none() -> None:
    message = kept(shape="trend", charts=False)
    assert "data_visualization" not in kinds(message.blocks)
    assert not message.chart


# --- buttons ----------------------------------------------------------------------------------------------------------


def test_the_buttons_of_a_kept_ranking_say_what_they_are_about() -> None:
    found = buttons(kept(private=True).blocks)
    assert list(found) == ["drill:0", "drill:1", "evidence", "watch", "share", "next:0", "next:1", "next:2"]
    assert value(found["drill:1"]) == {"a": "A1", "row": "broken", "rank": 2}
    assert value(found["evidence"]) == {"a": "A1", "q": "qcounted00000"}
    assert value(found["watch"]) == value(found["share"]) == {"a": "A1"}
    assert found["next:0"]["value"] == shapes("en")["ranking"].next_questions[0]


def test_thumbs_stand_at_the_end_and_are_plain_buttons_in_the_plainest_form() -> None:
    message = kept()
    [thumbs] = message.blocks[-1]["elements"]
    assert thumbs["action_id"] == "verdict"
    assert (thumbs["positive_button"]["value"], thumbs["negative_button"]["value"]) == ("good|A1", "bad|A1")
    found = buttons(forms(message)[-1])
    assert (found["verdict:good"]["value"], found["verdict:bad"]["value"]) == ("good|A1", "bad|A1")


def test_an_answer_that_nobody_kept_has_no_button_that_needs_it() -> None:
    message = slack.plugin(shapes("en")["trend"], TODAY)
    assert all(one.startswith("next:") for form in forms(message) for one in buttons(form))
    assert "context_actions" not in kinds(message.blocks)


def test_a_chart_can_be_asked_for_where_there_is_one_and_shared_where_only_one_sees_it() -> None:
    assert "chart" in buttons(kept(shape="trend").blocks)
    assert "chart" not in buttons(kept().blocks)
    assert "share" not in buttons(kept().blocks)


def test_choices_are_buttons_and_stand_in_the_text() -> None:
    message = kept("he", "clarify")
    choices = shapes("he")["clarify"].choices
    assert [buttons(message.blocks)[f"choice:{place}"]["value"] for place in range(2)] == list(choices)
    assert f"1. {choices[0]}" in message.text


def test_a_question_too_long_for_its_button_stands_whole_beside_it() -> None:
    long = "top pain points about " + "very " * 30 + "late delivery"
    message = slack.plugin(replace(shapes("en")["clarify"], choices=(long, "short")), TODAY)
    found = buttons(message.blocks)["choice:0"]
    assert found["value"] == long
    assert found["text"]["text"].endswith(" …")
    assert f"1. {long}" in seen(message.blocks)


def test_where_a_button_opens_what_is_behind_the_figures_each_row_names_its_first_query_alone() -> None:
    shown = "\n".join(seen(kept(shape="why").blocks))
    for row in shapes("en")["why"].rows:
        there = [query for query in {one.query for one in row.figures} if query in shown]
        assert len(there) == 1
    assert "overheard show" not in shown
    assert "overheard show" in "\n".join(seen(slack.plugin(shapes("en")["why"], TODAY).blocks))


# --- quotes -----------------------------------------------------------------------------------------------------------


def test_quotes_are_quotations_with_a_link_to_the_original() -> None:
    parts = [part for block in kept().blocks if block["type"] == "rich_text" for part in block["elements"]]
    said = [part for part in parts if part["type"] == "rich_text_quote"]
    assert len(said) == 4
    assert [run["url"] for run in said[1]["elements"] if run["type"] == "link"] == ["https://shop.example/reviews/1"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_place_without_quotes_says_so(language: str) -> None:
    message = kept(language, quotes=False, quotes_withheld=3)
    words = wording(language)
    for form in forms(message):
        shown = "\n".join(seen(form))
        assert not any(quote.text in shown for quote in quotes())
        assert words.say("slack.no_quotes") in shown
        assert words.say("slack.withheld", count=words.number(3)) in shown


def test_rows_and_quotes_that_find_no_room_are_counted() -> None:
    one = answered("en", quotes(*(f"{place} " + "word " * 50 for place in range(10))))
    rows = tuple(replace(one.rows[0], id=f"r{place}", title=f"row {place}", rank=place + 1) for place in range(120))
    message = slack.plugin(replace(one, rows=rows), TODAY)
    for form in forms(message):
        shown = "\n".join(seen(form))
        there = sum(f"{OPEN}row {place}{CLOSE}" in shown for place in range(120))
        assert 20 < there < 120
        assert f"Rows that found no room here: {120 - there}." in shown
        assert "Quotes that found no room here: 1," in shown


# --- notices ----------------------------------------------------------------------------------------------------------


def test_a_notice_is_a_message_of_its_own() -> None:
    notice = slack.notice("המשך: overheard pull\nAcme <b> & עוד", "he")
    assert notice.steps == 1
    [block] = notice.blocks
    lines = [f"המשך: {OPEN}overheard pull{CLOSE}", f"{RLM}{OPEN}Acme &lt;b&gt;{CLOSE} &amp; עוד"]
    assert block["text"]["text"] == "\n".join(lines)
    assert notice.text == block["text"]["text"]
    assert not problems("chat.postMessage", notice.payload())


@pytest.mark.parametrize("text", ["", "\n\n", "x" * 50_000, "line\n" * 5_000, "<!here>"])
def test_any_notice_keeps_the_limits(text: str) -> None:
    assert not problems("chat.update", slack.notice(text, "en").payload())
