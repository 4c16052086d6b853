"""``/overheard``: answers that only the asker sees, help, and how somebody wants to be spoken to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mining import chats
from tests.slack_bot import CX, PAINS, PAINS_HE, Office, office

COMMAND = "/overheard"


@pytest.fixture(scope="module")
def cx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as one:
        yield one


def typed(cx: Office, user: str, text: str, channel: str = CX) -> dict[str, Any]:
    """What somebody sees after typing the command."""
    before = len(cx.fake.ephemerals(user))
    assert cx.fake.command(user, channel, COMMAND, text).acked
    cx.fake.wait_until(lambda: len(cx.fake.ephemerals(user)) > before)
    return cx.fake.ephemerals(user)[before]


def test_only_the_asker_sees_the_answer_and_may_share_it(cx: Office) -> None:
    posts = len(cx.fake.messages(CX, bot_only=True))
    answer = typed(cx, "dana", PAINS)
    assert "12" in answer["text"]
    assert "share" in [element.get("action_id") for block in answer["blocks"] for element in block.get("elements", ())]
    assert len(cx.fake.messages(CX, bot_only=True)) == posts


def test_the_next_command_of_the_same_person_goes_on_from_it(cx: Office) -> None:
    typed(cx, "ruth", "top pain points in purchase stage in the last 30 days")
    typed(cx, "dana", "top pain points in the last 30 days")
    assert "purchase stage, reviews" in typed(cx, "ruth", "just reviews")["text"]


@pytest.mark.parametrize("text", ["", "help", "  ? "], ids=["nothing", "help", "mark"])
def test_help_is_told_in_the_language_of_whoever_asks(cx: Office, text: str) -> None:
    assert COMMAND in typed(cx, "ruth", text)["text"]
    assert "Ask in English" in typed(cx, "ruth", text)["text"]
    assert "عددهایی" in typed(cx, "omid", text)["text"]


def test_words_of_the_command_are_known_in_three_languages(cx: Office) -> None:
    assert "עברית" in typed(cx, "ruth", "עזרה")["text"]
    assert "فارسی" in typed(cx, "ruth", "راهنما")["text"]


def test_a_language_that_somebody_chose_is_spoken_from_then_on(cx: Office) -> None:
    assert "فارسی" in typed(cx, "omid", "language fa")["text"]
    assert "עברית" in typed(cx, "omid", "language Hebrew")["text"]
    assert cx.bot.parts.person("U0OMID00001").language == "he"
    assert "סופר ומצטט" in typed(cx, "omid", "")["text"]
    assert "en, he" in typed(cx, "ruth", "language klingon")["text"]


def test_a_zone_that_somebody_chose_decides_on_their_days(cx: Office) -> None:
    assert "Pacific/Kiritimati" in typed(cx, "ruth", "zone Pacific/Kiritimati")["text"]
    assert cx.bot.parts.person("U0RUTH00001").zone == "Pacific/Kiritimati"
    typed(cx, "ruth", PAINS)
    assert cx.bot.parts.askers("Pacific/Kiritimati").today >= cx.bot.parts.askers("Pacific/Pago_Pago").today
    for wrong in ("zone Atlantis/Center", "zone", "zone ../../etc/passwd"):
        assert "no time zone of that name" in typed(cx, "ruth", wrong)["text"]


def test_a_question_that_begins_like_a_command_is_a_question(cx: Office) -> None:
    assert "Ask in English" not in typed(cx, "ruth", "help me find top pain points in the last 30 days")["text"]


def test_somebody_is_spoken_to_in_the_language_they_asked_in_last(cx: Office) -> None:
    key = cx.bot.parts.person("U0RUTH00001").key
    chats.put_person(cx.where.store, chats.Person(key), cx.bot.parts.clock())
    typed(cx, "ruth", PAINS_HE)
    assert chats.person(cx.where.store, key).context["asked"] == "he"
    assert "סופר ומצטט" in typed(cx, "ruth", "")["text"]
    typed(cx, "ruth", PAINS)
    assert "Ask in English" in typed(cx, "ruth", "")["text"]


def test_the_same_command_twice_is_answered_once(cx: Office) -> None:
    done = cx.fake.command("dana", CX, COMMAND, PAINS)
    payload = next(one.payload for one in cx.fake.deliveries if one.id == done.trigger_id)
    again = cx.fake.desk.courier.once("command", payload)
    cx.idle()
    told = cx.fake.ephemerals("dana")
    typed(cx, "ruth", "help")
    assert again.acked
    assert len(cx.fake.ephemerals("dana")) == len(told)


def test_no_limit_was_broken(cx: Office) -> None:
    assert cx.fake.problems == []
