"""The Home tab, watches and the digest in Slack, over the real Bolt app and a Slack on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from assistant import watch
from assistant.slack.home_view import FOREVER
from mining import chats
from mining.watches import Watch
from tests.slack_bot import CX, PAINS, Office, office
from tests.slack_screen import elements, filled, press, texts, told


@pytest.fixture(scope="module")
def cx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as one:
        yield one
        assert one.fake.problems == [], "a limit of Slack's was broken, or a scope is missing"


def home_of(cx: Office, user: str, words: str) -> dict[str, Any]:
    """The Home tab of somebody, as soon as it holds some words."""
    found: dict[str, Any] = cx.fake.wait_until(
        lambda: (shown := cx.fake.home(user)) and words in texts(shown) and shown
    )
    return found


def person(cx: Office, user: str) -> str:
    """The key of somebody in the store."""
    return cx.bot.parts.person(cx.fake.workspace.find_user(user).id).key  # type: ignore[union-attr]


def offered(cx: Office, user: str, query: str) -> list[str]:
    """The zones that are offered while somebody types."""
    who = cx.fake.workspace.find_user(user)
    assert who is not None
    asked = {"type": "block_suggestion", "action_id": "zone", "block_id": "b1", "value": query}
    about = {"user": {"id": who.id, "team_id": cx.fake.team_id}, "team": {"id": cx.fake.team_id}, "api_app_id": "A1"}
    ack = cx.fake.desk.courier.once("interaction", {**asked, **about, "container": {"type": "view"}})
    assert ack.acked
    return [one["value"] for one in ack.body["options"]]


def watches(cx: Office, user: str) -> list[Watch]:
    return watch.listed(cx.where.store, by=person(cx, user))


# --- the tab --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "words"), [("ruth", "What customers say"), ("dana", "מה הלקוחות אומרים"), ("omid", "آنچه مشتریان")],
    ids=["en", "he", "fa"],
)  # fmt: skip
def test_the_home_tab_speaks_the_language_of_its_reader_and_tells_of_the_data(
    cx: Office, user: str, words: str
) -> None:
    cx.fake.open_home(user)
    shown = home_of(cx, user, words)
    assert "shop" in texts(shown)
    assert any(one["action_id"] == "next:0" for one in elements(shown))


def test_a_language_that_is_chosen_holds_at_once_and_can_be_taken_back(cx: Office) -> None:
    cx.fake.open_home("ruth")
    view = home_of(cx, "ruth", "What customers say")
    cx.fake.press("ruth", view["id"], "language", "fa")
    home_of(cx, "ruth", "آنچه مشتریان")
    assert chats.person(cx.where.store, person(cx, "ruth")).language == "fa"
    cx.fake.press("ruth", view["id"], "language", "auto")
    home_of(cx, "ruth", "What customers say")
    assert chats.person(cx.where.store, person(cx, "ruth")).language is None


def test_a_zone_is_looked_for_chosen_and_kept_beside_the_language(cx: Office) -> None:
    cx.fake.open_home("omid")
    view = home_of(cx, "omid", "آنچه مشتریان")
    assert offered(cx, "omid", "kolk") == ["Asia/Kolkata"]
    assert offered(cx, "omid", "")[0] == "auto"
    assert offered(cx, "omid", "no such place") == []
    cx.fake.press("omid", view["id"], "language", "fa")
    cx.fake.press("omid", view["id"], "zone", "Asia/Kolkata")
    home_of(cx, "omid", "Asia/Kolkata")
    kept = chats.person(cx.where.store, person(cx, "omid"))
    assert (kept.language, kept.zone) == ("fa", "Asia/Kolkata")
    cx.fake.press("omid", view["id"], "zone", "Nowhere/At_All")
    cx.fake.press("omid", view["id"], "zone", "auto")
    cx.fake.wait_until(lambda: chats.person(cx.where.store, person(cx, "omid")).zone is None)


# --- watches --------------------------------------------------------------------------------------------------------


def save(cx: Office, form: dict[str, Any], **values: str) -> None:
    """Send the form of a watch, and wait until its owner was told that it is saved."""
    before = texts(cx.fake.ephemerals("ruth")).count("Saved. ")
    assert cx.fake.submit("ruth", form["id"], values).acked
    cx.fake.wait_until(lambda: texts(cx.fake.ephemerals("ruth")).count("Saved. ") > before)


def opened_form(cx: Office, user: str, channel: str) -> dict[str, Any]:
    """The form of a watch below an answer in a channel."""
    text = PAINS if channel.startswith("D") else cx.mentioned(PAINS)
    answer = cx.asked(user, channel, text)
    press(cx, user, answer, "watch", channel)
    return filled(cx, user, "What should I do?")


def test_an_answer_becomes_a_watch_that_stands_on_the_home_tab(cx: Office) -> None:
    form = opened_form(cx, "ruth", CX)
    assert "is answered" in texts(form), "what it would mean is said before it is saved"
    cx.fake.press("ruth", form["id"], "watch:every", "weekday")
    filled(cx, "ruth", "Friday")
    save(cx, form, at="07:30", to="here")
    cx.fake.resubmit("ruth", form["id"])
    (saved,) = watches(cx, "ruth")
    assert (saved.kind, saved.to, saved.schedule, saved.zone) == ("answer", CX, "30 7 * * MON-FRI", "Europe/London")
    assert saved.text == PAINS
    cx.fake.open_home("ruth")
    home_of(cx, "ruth", PAINS)


def test_a_watch_is_paused_resumed_and_ended_by_its_owner_alone(cx: Office) -> None:
    if not watches(cx, "ruth"):
        form = opened_form(cx, "ruth", CX)
        save(cx, form)
    saved = watches(cx, "ruth")[0]
    cx.fake.open_home("ruth")
    view = home_of(cx, "ruth", PAINS)
    cx.fake.press("ruth", view["id"], "watch_set:pause", saved.id)
    home_of(cx, "ruth", "paused")
    assert watches(cx, "ruth")[0].muted_until == FOREVER
    cx.fake.press("ruth", view["id"], "watch_set:resume", saved.id)
    cx.fake.wait_until(lambda: watches(cx, "ruth")[0].muted_until is None)
    cx.fake.open_home("dana")
    other = cx.fake.wait_until(lambda: cx.fake.home("dana"))
    cx.fake.press("dana", other["id"], "watch_end", saved.id, forge=True)
    cx.fake.press("dana", other["id"], "watch_set:week", saved.id, forge=True)
    cx.fake.wait_until(lambda: len(cx.fake.messages(cx.fake.dm("dana"), bot_only=True)) >= 2)
    assert watches(cx, "ruth")[0].muted_until is None
    cx.fake.press("ruth", view["id"], "watch_end", saved.id)
    cx.fake.wait_until(lambda: watches(cx, "ruth") == [])
    home_of(cx, "ruth", "Nothing yet")


def test_an_alert_shows_how_often_it_would_have_spoken_before_it_is_saved(cx: Office) -> None:
    form = opened_form(cx, "ruth", cx.fake.dm("ruth"))
    cx.fake.press("ruth", form["id"], "watch:kind", "threshold")
    filled(cx, "ruth", "Write a number")
    cx.fake.press("ruth", form["id"], "watch:value", "10")
    tested = filled(cx, "ruth", "in the last 90 days")
    assert "is above 10" in texts(tested)
    refused = cx.fake.submit("ruth", form["id"], {"value": "many"})
    assert refused.body["errors"] == {"value": "Write a number."}
    save(cx, form, value="12")
    saved = next(one for one in watches(cx, "ruth") if one.kind == "alert")
    assert saved.spec["rule"]["value"] == 12
    assert saved.to.startswith("U")


def test_what_is_unusual_and_parts_of_a_digest_are_watched_too(cx: Office) -> None:
    for kind, said in (("unusual", "How soon?"), ("section", "part of every digest")):
        form = opened_form(cx, "ruth", CX)
        cx.fake.press("ruth", form["id"], "watch:kind", kind)
        filled(cx, "ruth", said)
        save(cx, form)
    kinds = {one.kind for one in watches(cx, "ruth")}
    assert {"alert", "section"} <= kinds


def test_a_wish_in_words_is_said_back_and_saved_from_its_form(cx: Office) -> None:
    before = len(cx.fake.ephemerals("ruth"))
    cx.fake.command("ruth", CX, "/overheard", 'watch "every friday at 8:00: top pain points last week"')
    answer = cx.fake.wait_until(lambda: cx.fake.ephemerals("ruth")[before:])[0]
    press(cx, "ruth", answer, "watch", CX)
    form = filled(cx, "ruth", "What should I do?")
    chosen = {one["action_id"]: one for block in form["blocks"] if (one := block.get("element"))}
    assert chosen["watch:every"]["initial_option"]["value"] == "FRI"
    assert chosen["watch:at"]["initial_time"] == "08:00"
    save(cx, form)
    assert "0 8 * * FRI" in [one.schedule for one in watches(cx, "ruth")]


@pytest.mark.parametrize("words", ['watch "what is the weather?"', "watch", 'watch ""'])
def test_what_cannot_be_watched_is_said_with_an_example(cx: Office, words: str) -> None:
    before = len(cx.fake.ephemerals("dana"))
    cx.bot.parts.set_person(cx.fake.workspace.find_user("dana").id, language="he")  # type: ignore[union-attr]
    cx.fake.command("dana", CX, "/overheard", words)
    answer = cx.fake.wait_until(lambda: cx.fake.ephemerals("dana")[before:])[0]
    assert "/overheard watch" in texts(answer)


def test_a_form_of_another_making_saves_nothing(cx: Office) -> None:
    form = opened_form(cx, "ruth", CX)
    before = watches(cx, "ruth")
    cx.fake.workspace.views[form["id"]].view["private_metadata"] = json.dumps({"a": "nothing", "c": "C0NOWHERE1"})
    cx.fake.press("ruth", form["id"], "watch:every", "day")
    filled(cx, "ruth", "no longer kept")
    assert watches(cx, "ruth") == before


# --- the digest -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("user", "text"), [("ruth", "digest"), ("ruth", "digest daily"), ("omid", "digest ماهانه")])
def test_the_digest_comes_to_whoever_asks_for_it(cx: Office, user: str, text: str) -> None:
    before = len(cx.fake.ephemerals(user))
    cx.fake.command(user, CX, "/overheard", text)
    digest = cx.fake.wait_until(lambda: cx.fake.ephemerals(user)[before:], timeout=30)[0]
    assert digest["blocks"][0]["type"] == "header"


def test_a_digest_of_something_not_understood_says_so(cx: Office) -> None:
    before = len(cx.fake.ephemerals("ruth"))
    cx.fake.command("ruth", CX, "/overheard", "digest zxqv wklj")
    assert "daily or monthly" in texts(cx.fake.wait_until(lambda: cx.fake.ephemerals("ruth")[before:])[0])


def test_a_wish_that_came_too_late_asks_to_press_again(cx: Office) -> None:
    answer = cx.asked("ruth", CX, cx.mentioned(PAINS))
    cx.fake.refuse("views.open", "expired_trigger_id")
    press(cx, "ruth", answer, "watch", CX)
    told(cx, "ruth", "press again")
