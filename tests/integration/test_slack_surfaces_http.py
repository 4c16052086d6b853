"""The same buttons, forms, menus and the Home tab over HTTP: every kind of request that Slack sends for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant import watch
from tests.slack_bot import CX, PAINS, Office
from tests.slack_screen import filled, press, texts, told
from tests.slack_served import served


@pytest.fixture(scope="module")
def cx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with served(tmp_path_factory.mktemp("served")) as one:
        yield one
        assert one.fake.problems == [], "a limit of Slack's was broken, or a scope is missing"


def test_buttons_below_an_answer_work_over_http(cx: Office) -> None:
    answer = cx.asked("ruth", CX, cx.mentioned(PAINS))
    press(cx, "ruth", answer, "drill:1", CX)
    assert "6" in cx.answer(CX, answer["thread_ts"], 2)["text"]
    press(cx, "ruth", answer, "evidence", CX)
    view = filled(cx, "ruth", "Page 1 of 3")
    cx.fake.press("ruth", view["id"], "page:on")
    filled(cx, "ruth", "Page 2 of 3")
    press(cx, "ruth", answer, "launch_rocket", CX, value="x", forge=True)
    told(cx, "ruth", "earlier version")


def test_forms_and_their_errors_come_back_over_http(cx: Office) -> None:
    answer = cx.asked("ruth", CX, cx.mentioned(PAINS))
    press(cx, "ruth", answer, "watch", CX)
    form = filled(cx, "ruth", "What should I do?")
    cx.fake.press("ruth", form["id"], "watch:kind", "threshold")
    filled(cx, "ruth", "Write a number")
    refused = cx.fake.submit("ruth", form["id"], {"value": "many"})
    assert refused.body["errors"] == {"value": "Write a number."}
    cx.fake.submit("ruth", form["id"], {"value": "3"})
    told(cx, "ruth", "Saved.")
    assert [one.kind for one in watch.listed(cx.where.store)] == ["alert"]


def test_shortcuts_and_the_home_tab_work_over_http(cx: Office) -> None:
    ts = cx.fake.say("ruth", CX, "The app crashed.").ts
    assert cx.fake.shortcut("ruth", "add_feedback", ts, CX).acked
    filled(cx, "ruth", "What was said")
    assert cx.fake.open_home("omid").acked
    home = cx.fake.wait_until(lambda: cx.fake.home("omid"))
    assert "آنچه مشتریان" in texts(home)


def test_every_press_is_acknowledged(cx: Office) -> None:
    answer = cx.asked("ruth", CX, cx.mentioned(PAINS))
    pressed = [cx.fake.press("ruth", answer["ts"], name, channel=CX) for name in ("evidence", "watch", "chart")]
    assert all(done.acked for done in pressed)
