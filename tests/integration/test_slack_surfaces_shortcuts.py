"""Message shortcuts over the real Bolt app: a message becomes feedback that the next answer counts; labels mended."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from assistant.slack import shortcuts
from assistant.wiring import KEY as KEY_FILE
from mining import corrections, reading
from mining.filters import Filters
from mining.names import Catalogue
from mining.pipeline import Miner
from mining.reading import Heard, Query
from tests.engine_store import EMBEDDER
from tests.fakes import KEY, HashingReader
from tests.slack_bot import CX, PAINS, Office, office
from tests.slack_screen import elements, filled, press, texts, told, value_of


@pytest.fixture(scope="module")
def cx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("office")) as one:
        (one.where.home / KEY_FILE).write_text(KEY.hex(), encoding="ascii")
        one.where.initialise()
        one.where.miner = Miner(HashingReader(EMBEDDER), catalogue=Catalogue())
        yield one
        assert one.fake.problems == [], "a limit of Slack's was broken, or a scope is missing"


def remarks(cx: Office) -> list[Heard]:
    """Every remark from Slack, oldest first."""
    return list(reversed(reading.heard(cx.where.store, Query(Filters(source=("slack",))))))


def form_for(cx: Office, user: str, text: str, channel: str = CX, **more: Any) -> dict[str, Any]:
    """The form of "Add as feedback" on a message."""
    ts = cx.fake.say(user, channel, text, **more).ts
    assert cx.fake.shortcut(user, shortcuts.ADD, ts, channel).acked
    return filled(cx, user, "What was said") | {"ts": ts}


def says(cx: Office, text: str) -> bool:
    """Whether this is all that was said of a machine."""
    return [one.text for one in remarks(cx) if "machine" in one.text] == [text]


# --- adding ---------------------------------------------------------------------------------------------------------


def test_a_message_becomes_feedback_that_the_next_answer_counts_once(cx: Office) -> None:
    before = reading.total(cx.where.store, Filters()).feedback
    form = form_for(cx, "ruth", "levi@x.example, 050-1234567: the shop lost my parcel")
    assert "levi@x.example" in texts(form), "people see what they add before it is masked"
    values = {"kind": "email", "solicited": ["solicited"]}
    assert cx.fake.submit("ruth", form["id"], values).acked
    shown = told(cx, "ruth", "Added as feedback")["blocks"]
    assert "the shop lost my parcel" in texts(shown), shown
    cx.fake.resubmit("ruth", form["id"])
    told(cx, "ruth", "counted already")
    row = remarks(cx)[-1]
    assert row.feedback_id == f"slack:{cx.fake.team_id}:{CX}:{form['ts']}"
    assert "levi@x.example" not in row.text
    assert "1234567" not in row.text
    assert row.channel == "email"
    assert row.author is not None
    assert row.author.startswith("a1:")
    assert row.said_at == datetime.fromtimestamp(float(form["ts"]), UTC)
    assert row.url
    assert reading.total(cx.where.store, Filters()).feedback == before + 1
    # The office has a day of its own, messages have the computer's.
    asker = replace(cx.bot.parts.askers("UTC"), today=row.said_at.date())
    answer = cx.where.engine.ask("how many items of all time?", asker)
    assert answer.counted is not None
    assert answer.counted.value == before + 1


def test_words_that_are_mended_take_the_place_of_those_before(cx: Office) -> None:
    ts = cx.fake.say("ruth", CX, "The machine leeks.").ts
    for text in ("The machine leeks.", "The machine leaks."):
        cx.fake.shortcut("ruth", shortcuts.ADD, ts, CX)
        form = filled(cx, "ruth", "What was said")
        cx.fake.submit("ruth", form["id"], {"text": text, "source": "slack"})
        cx.fake.wait_until(partial(says, cx, text))
    cx.fake.shortcut("ruth", shortcuts.ADD, ts, CX)
    form = filled(cx, "ruth", "What was said")
    cx.fake.submit("ruth", form["id"], {"text": "The machine leaks.", "source": "another"})
    told(cx, "ruth", "counted already")
    assert sum("machine" in one.text for one in remarks(cx)) == 1


def test_a_message_without_words_says_so(cx: Office) -> None:
    ts = cx.fake.say("ruth", CX, "", files=[{"name": "scan.pdf", "content": b"x"}]).ts
    cx.fake.shortcut("ruth", shortcuts.ADD, ts, CX)
    told(cx, "ruth", "no words in this message")


def test_a_form_that_was_emptied_is_asked_for_again(cx: Office) -> None:
    form = form_for(cx, "ruth", "The app crashed.")
    refused = cx.fake.submit("ruth", form["id"], {"text": "   "})
    assert refused.body["errors"] == {"text": "Write what was said."}


def test_a_message_longer_than_a_form_is_cut_and_says_so(cx: Office) -> None:
    form = form_for(cx, "ruth", "late " * 1_000)
    assert "3,000" in texts(form)
    cx.fake.close_view("ruth", form["id"])


def test_a_form_whose_place_was_made_up_adds_nothing(cx: Office) -> None:
    before = len(remarks(cx))
    form = form_for(cx, "ruth", "The app crashed.")
    cx.fake.workspace.views[form["id"]].view["private_metadata"] = '{"m": "T1:../../etc:1", "by": "<!here>"}'
    assert cx.fake.submit("ruth", form["id"]).acked
    cx.fake.wait_until(lambda: "cannot be added" in texts(cx.fake.messages(cx.fake.dm("ruth"))))
    assert len(remarks(cx)) == before


def _hold(path: str, held: Any, let_go: Any) -> None:
    """Another process that writes to the workspace for a while."""
    with FileLock(path):
        held.set()
        let_go.wait(30)


def test_while_another_run_writes_the_words_are_kept_and_labelled_when_it_ends(
    cx: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortcuts, "_AGAIN_S", 0.05)
    context = multiprocessing.get_context("spawn")
    held, let_go = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(cx.where.home / "run.lock"), held, let_go))
    other.start()
    try:
        assert held.wait(30)
        form = form_for(cx, "ruth", "The courier never came.")
        cx.fake.submit("ruth", form["id"])
        told(cx, "ruth", "labelled when that has ended")
        assert not any("courier" in one.text for one in remarks(cx)), "it is kept, and waits"
        let_go.set()
        told(cx, "ruth", "is labelled and counted now")
        assert any("courier" in one.text for one in remarks(cx))
    finally:
        let_go.set()
        other.join(30)


# --- mending --------------------------------------------------------------------------------------------------------


def test_a_label_is_mended_from_an_answer_in_the_readers_language(cx: Office) -> None:
    loyal = Filters(stage=("loyalty",))
    before = reading.total(cx.where.store, loyal).mentions
    answer = cx.asked("ruth", CX, cx.mentioned(PAINS))
    cx.fake.shortcut("ruth", "fix_label", answer["ts"], CX)
    form = filled(cx, "ruth", "What is right?")
    menu = next(block["element"] for block in form["blocks"] if block.get("block_id") == "mention")
    second = menu["options"][1]["value"]
    cx.fake.press("ruth", form["id"], "fix_mention", second)
    cx.fake.wait_until(lambda: second in cx.fake.modal("ruth")["private_metadata"])  # type: ignore[index]
    assert cx.fake.submit("ruth", form["id"], {"value": "stage=loyalty"}).acked
    told(cx, "ruth", "The next answer counts it so")
    kept = {one.id: one for one in corrections.listed(cx.where.store)}[second]
    assert kept.labels == {"stage": "loyalty"}
    assert kept.by == cx.bot.parts.person(cx.fake.workspace.find_user("ruth").id).key  # type: ignore[union-attr]
    assert reading.total(cx.where.store, loyal).mentions == before + 1
    now = cx.where.engine.ask("how many items in loyalty stage of all time?", cx.bot.parts.askers("UTC"))
    assert now.counted is not None
    assert now.counted.value == reading.total(cx.where.store, loyal).feedback


def test_a_row_of_evidence_is_mended_above_its_list_which_then_shows_it(cx: Office) -> None:
    channel = cx.fake.dm("ruth")
    answer = cx.asked("ruth", channel, PAINS)
    press(cx, "ruth", answer, "evidence", channel)
    below = filled(cx, "ruth", "Page 1")
    wanted = next(one["value"] for one in elements(below) if one["action_id"] == "fix:2")
    cx.fake.press("ruth", below["id"], "fix:2")
    form = filled(cx, "ruth", "What is right?")
    cx.fake.submit("ruth", form["id"], {"value": "touchpoint=app"})
    cx.fake.wait_until(lambda: wanted in {one.id for one in corrections.listed(cx.where.store)})
    shown = cx.fake.wait_until(
        lambda: (
            (view := cx.fake.view(below["id"]))
            and "Page 1" in texts(view)
            and "app" in texts(view["blocks"][7])
            and view
        )
    )
    assert shown["id"] == below["id"]


def test_a_message_that_was_added_can_be_mended(cx: Office) -> None:
    form = form_for(cx, "ruth", "The password reset mail is missing.")
    cx.fake.submit("ruth", form["id"])
    told(cx, "ruth", "password reset")
    cx.fake.shortcut("ruth", "fix_label", form["ts"], CX)
    fix = filled(cx, "ruth", "What is right?")
    assert "password reset" in texts(fix)
    cx.fake.submit("ruth", fix["id"], {"value": "sentiment=negative"})
    cx.fake.wait_until(lambda: any("password" in (one.text or "") for one in corrections.listed(cx.where.store)))


def test_a_message_without_remarks_says_so(cx: Office) -> None:
    ts = cx.fake.say("ruth", CX, "hello all").ts
    cx.fake.shortcut("ruth", "fix_label", ts, CX)
    filled(cx, "ruth", "No remark stands in this message")


def test_a_label_that_there_is_not_and_a_remark_that_is_gone_change_nothing(cx: Office) -> None:
    before = corrections.listed(cx.where.store)
    channel = cx.fake.dm("ruth")
    answer = cx.asked("ruth", channel, PAINS)
    press(cx, "ruth", answer, "evidence", channel)
    below = filled(cx, "ruth", "Page 1")
    cx.fake.press("ruth", below["id"], "fix:0")
    form = filled(cx, "ruth", "What is right?")
    state = cx.fake.workspace.views[form["id"]]
    state.view["private_metadata"] = '{"id": "shop:nobody#0"}'
    cx.fake.submit("ruth", form["id"], {"value": "stage=purchase"})
    cx.fake.wait_until(lambda: "no longer there" in texts(cx.fake.messages(channel)))
    assert corrections.listed(cx.where.store) == before


def test_nothing_can_be_added_where_nobody_may_write(tmp_path: Path) -> None:
    with office(tmp_path) as cx:
        cx.bot.parts.workspace = None
        ts = cx.fake.say("ruth", CX, "The app crashed.").ts
        cx.fake.shortcut("ruth", shortcuts.ADD, ts, CX)
        told(cx, "ruth", "cannot be added from here")


def test_the_evidence_of_an_answer_counts_what_was_added(cx: Office) -> None:
    channel = cx.fake.dm("ruth")
    answer = cx.asked("ruth", channel, PAINS)
    query = value_of(answer, "evidence")["q"]
    press(cx, "ruth", answer, "evidence", channel)
    shown = filled(cx, "ruth", "Page 1")
    rows = reading.heard(cx.where.store, reading.recall(cx.where.store, query)[0])
    assert f"Items: {reading.counts(rows).feedback}" in shown["blocks"][0]["text"]["text"]
