"""What people say of a mention: it wins over every model, whatever comes after, until it is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from connectors.record import Feedback, Speaker
from mining import corrections, reading, schema, taxonomy, work
from mining.corrections import Given
from mining.filters import Filters
from mining.mention import Mention
from mining.store import Store
from mining.taggers.base import Label
from mining.training.rows import TASKS as TAUGHT
from mining.work import Mined
from tests.fakes import NOON, HashingEmbedder, fresh_store, keep, said
from tests.store_behaviour import put, rows

LATE, LOVELY = "The parcel came late.", "Lovely beans."


def mined(item: Feedback, pieces: Sequence[str], version: int = 1, first: int = 0) -> Mined:
    """The pieces of a text as its mentions, numbered from ``first``; a label's value depends on text and version."""
    mentions, start = [], 0
    for place, piece in enumerate(pieces, start=first):
        start = item.text.index(piece, start)
        end = start + len(piece)
        mentions.append(Mention(f"{item.id}#{place}", item.id, piece, Speaker.CUSTOMER, start, end, "en"))
        start = end
    labels = [{task: model(task, mention.text, version) for task in taxonomy.TASKS} for mention in mentions]
    return Mined([item.id], mentions, labels, HashingEmbedder().encode([mention.text for mention in mentions]))


def model(task: str, text: str, version: int) -> Label:
    known = taxonomy.values(task)
    return Label(known[(len(text) + version) % len(known)], 0.6, f"{task}@{version}")


def cut(store: Store, item: Feedback, *pieces: str, version: int = 1, first: int = 0) -> None:
    work.put_mined(store, mined(item, pieces or (item.text,), version, first), "mention@1")


def labels(store: Store, mention_id: str) -> dict[str, tuple[str, float, str]]:
    return {
        row.task: (row.value, row.score, row.by) for row in rows(store, schema.labels) if row.mention_id == mention_id
    }


def values(store: Store, mention_id: str) -> dict[str, str]:
    return {task: value for task, (value, _, _) in labels(store, mention_id).items()}


def waiting(store: Store) -> list[tuple[str, str | None]]:
    return [(one.id, one.text) for one in corrections.listed(store) if one.waits]


# --- saying it and taking it back -----------------------------------------------------------------------------------


def test_what_a_person_says_stands_in_every_count_and_list(sqlite: Store) -> None:
    keep(sqlite, said("1"), said("2"))
    [change] = corrections.correct(sqlite, "shop:1#0", {"stage": "loyalty"}, "dana")
    assert (change.before, change.after, change.by) == ("purchase", "loyalty", "human:dana")
    assert labels(sqlite, "shop:1#0")["stage"] == ("loyalty", 1.0, "human:dana")
    assert reading.total(sqlite, Filters(stage=("loyalty",))).mentions == 1
    assert {row["stage"]: row["mentions"] for row in reading.by(sqlite, Filters(), ["stage"])} == {
        "loyalty": 1, "purchase": 1
    }  # fmt: skip


def test_taken_back_the_models_label_returns_as_it_was(sqlite: Store) -> None:
    keep(sqlite, said("1"))
    before = labels(sqlite, "shop:1#0")
    corrections.correct(sqlite, "shop:1#0", {"stage": "loyalty", "intent": "praise"}, "dana")
    corrections.correct(sqlite, "shop:1#0", {"stage": "none"}, "noam")
    assert [change.task for change in corrections.take_back(sqlite, "shop:1#0", ["stage"])] == ["stage"]
    assert labels(sqlite, "shop:1#0") == {**before, "intent": ("praise", 1.0, "human:dana")}
    corrections.take_back(sqlite, "shop:1#0")
    assert labels(sqlite, "shop:1#0") == before
    assert corrections.take_back(sqlite, "shop:1#0") == []


def test_a_task_that_no_model_labels_has_no_label_again(sqlite: Store) -> None:
    item = said("1")
    put(sqlite, item)
    work.put_mined(sqlite, replace(mined(item, [item.text]), labels=[{"stage": Label("none", 0.5, "stage@1")}]), "m@1")
    corrections.correct(sqlite, "shop:1#0", {"intent": "praise"}, "dana")
    assert corrections.listed(sqlite)[0].was == {"intent": None}
    corrections.take_back(sqlite, "shop:1#0")
    assert values(sqlite, "shop:1#0") == {"stage": "none"}


def test_unknown_tasks_and_values_are_refused_with_those_that_there_are(sqlite: Store) -> None:
    keep(sqlite, said("1"))
    with pytest.raises(ConfigError, match="no stage 'buying'") as caught:
        corrections.correct(sqlite, "shop:1#0", {"stage": "buying"}, "dana")
    assert "purchase" in caught.value.hint
    with pytest.raises(ConfigError, match="no task 'mood'") as caught:
        corrections.correct(sqlite, "shop:1#0", {"mood": "sour"}, "dana")
    assert "sentiment" in caught.value.hint
    with pytest.raises(ConfigError, match="no task"):
        corrections.take_back(sqlite, "shop:1#0", ["mood"])
    assert corrections.checked({" Stage": "PURCHASE "}) == {"stage": "purchase"}
    assert corrections.listed(sqlite) == []


@pytest.mark.parametrize("task", taxonomy.TASKS)
def test_what_a_person_may_say_is_what_models_are_taught(task: str) -> None:
    assert set(corrections.allowed(task)) == set(TAUGHT[task])


def test_a_mention_is_found_by_its_beginning(sqlite: Store) -> None:
    item = said("77", f"{LATE} {LOVELY}")
    put(sqlite, item, said("7"), said("ש"))
    cut(sqlite, item, LATE, LOVELY, first=1)
    cut(sqlite, said("7"), first=1)
    cut(sqlite, said("ש"), first=1)
    assert corrections.found(sqlite, "shop:7#1") == "shop:7#1"
    assert corrections.found(sqlite, "shop:7#") == "shop:7#1"
    assert corrections.found(sqlite, "shop:ש") == "shop:ש#1"
    with pytest.raises(ConfigError, match="several") as caught:
        corrections.found(sqlite, "shop:7")
    assert caught.value.hint == "shop:7#1, shop:77#1, shop:77#2"
    for wrong, reason in (("shop", "no id"), ("SHOP:7", "begins with"), ("shop:%", "begins with"), ("", "no id")):
        with pytest.raises(ConfigError, match=reason):
            corrections.found(sqlite, wrong)


def test_a_mention_that_has_gone_is_said_to_have_gone(sqlite: Store) -> None:
    with pytest.raises(ConfigError, match="any more"):
        corrections.correct(sqlite, "shop:1#0", {"stage": "none"}, "dana")


@pytest.mark.parametrize(
    ("given", "kept"), [("", "someone"), (" \n", "someone"), ("דנה  לוי", "דנה לוי"), ("x" * 999, "x" * 100)]
)
def test_whose_word_it_is(sqlite: Store, given: str, kept: str) -> None:
    keep(sqlite, said("1"))
    corrections.correct(sqlite, "shop:1#0", {"stage": "none"}, given)
    assert corrections.listed(sqlite)[0].by == kept


# --- what it outlives -----------------------------------------------------------------------------------------------


def test_a_person_is_never_out_of_date(sqlite: Store) -> None:
    item = said("1")
    put(sqlite, item)
    cut(sqlite, item)
    today = {task: f"{task}@1" for task in taxonomy.TASKS}
    corrections.correct(sqlite, "shop:1#0", {"stage": "loyalty", "intent": "churn"}, "dana")
    assert work.to_mine(sqlite, "mention@1", today) == []
    assert work.to_mine(sqlite, "mention@1", {**today, "stage": "stage@2"}) == []
    assert work.to_mine(sqlite, "mention@1", {**today, "effort": "effort@2"}) == ["shop:1"]


def test_a_new_model_changes_what_lies_below_and_not_what_was_said(sqlite: Store) -> None:
    item = said("1")
    put(sqlite, item)
    cut(sqlite, item, version=1)
    corrections.correct(sqlite, "shop:1#0", {"stage": "loyalty"}, "dana")
    cut(sqlite, item, version=2)
    assert labels(sqlite, "shop:1#0")["stage"] == ("loyalty", 1.0, "human:dana")
    assert corrections.listed(sqlite)[0].was == {"stage": model("stage", item.text, 1).value}
    corrections.take_back(sqlite, "shop:1#0")
    assert labels(sqlite, "shop:1#0")["stage"] == (model("stage", item.text, 2).value, 0.6, "stage@2")


def test_a_new_cut_with_the_same_words_under_another_id_keeps_it(sqlite: Store) -> None:
    item = said("1", f"Hello there. {LATE} {LOVELY}")
    put(sqlite, item)
    cut(sqlite, item, LATE, LOVELY)
    corrections.correct(sqlite, "shop:1#1", {"stage": "loyalty"}, "dana")
    cut(sqlite, item, "Hello there.", LATE, LOVELY)
    assert labels(sqlite, "shop:1#2")["stage"][2] == "human:dana"
    assert "human:dana" not in {by for _, _, by in labels(sqlite, "shop:1#1").values()}
    assert corrections.listed(sqlite)[0].id == "shop:1#2"
    corrections.take_back(sqlite, "shop:1#2")
    assert labels(sqlite, "shop:1#2")["stage"][2] == "stage@1"


def test_a_new_cut_without_these_words_lets_it_wait_until_they_are_cut_so_again(sqlite: Store) -> None:
    item = said("1", f"{LATE} {LOVELY}")
    put(sqlite, item)
    cut(sqlite, item, LATE, LOVELY)
    corrections.correct(sqlite, "shop:1#1", {"sentiment": "mixed"}, "dana")
    cut(sqlite, item, item.text)
    start = item.text.index(LOVELY)
    assert waiting(sqlite) == [(f"shop:1@{start}", LOVELY)]
    assert {by for _, _, by in labels(sqlite, "shop:1#0").values()} == {f"{task}@1" for task in taxonomy.TASKS}
    [row] = corrections.corrected(sqlite)
    assert (row.text, row.language, row.labels) == (LOVELY, "en", {"sentiment": "mixed"})
    cut(sqlite, item, LATE, LOVELY)
    assert labels(sqlite, "shop:1#1")["sentiment"][2] == "human:dana"
    assert waiting(sqlite) == []


def test_one_that_waits_can_be_taken_back(sqlite: Store) -> None:
    item = said("1", f"{LATE} {LOVELY}")
    put(sqlite, item)
    cut(sqlite, item, LATE, LOVELY)
    corrections.correct(sqlite, "shop:1#1", {"sentiment": "mixed", "stage": "none"}, "dana")
    cut(sqlite, item, item.text)
    [(id_, _)] = waiting(sqlite)
    assert len(corrections.take_back(sqlite, id_)) == 2
    assert corrections.listed(sqlite) == []
    for odd in ("shop:1@", "shop:1@" + "9" * 30, "shop:1@٣", "@"):
        assert corrections.take_back(sqlite, odd) == []


def test_an_edit_that_leaves_the_words_keeps_it_and_one_that_does_not_lets_it_wait(sqlite: Store) -> None:
    item = said("1", LATE)
    put(sqlite, item)
    cut(sqlite, item)
    corrections.correct(sqlite, "shop:1#0", {"stage": "loyalty"}, "dana")
    longer = said("1", f"Update of today: {LATE}", rating=0.0)
    put(sqlite, longer)
    assert waiting(sqlite) == [("shop:1@0", None)]
    cut(sqlite, longer, "Update of today:", LATE)
    assert values(sqlite, "shop:1#1")["stage"] == "loyalty"
    assert waiting(sqlite) == []
    other = said("1", LOVELY)
    put(sqlite, other)
    cut(sqlite, other)
    assert "human:dana" not in {by for _, _, by in labels(sqlite, "shop:1#0").values()}
    assert [text for _, text in waiting(sqlite)] == [None]
    assert corrections.corrected(sqlite) == []


def test_the_same_words_twice_are_two_places(sqlite: Store) -> None:
    item = said("1", "No. Late. No.")
    put(sqlite, item)
    cut(sqlite, item, "No.", "Late.", "No.")
    corrections.correct(sqlite, "shop:1#0", {"stage": "loyalty"}, "dana")
    corrections.correct(sqlite, "shop:1#2", {"stage": "purchase"}, "noam")
    moved = said("1", "So: No. Late. No.")
    put(sqlite, moved)
    cut(sqlite, moved, "So:", "No.", "Late.", "No.")
    assert (values(sqlite, "shop:1#1")["stage"], values(sqlite, "shop:1#3")["stage"]) == ("loyalty", "purchase")
    once = said("1", "Late. No.")
    put(sqlite, once)
    cut(sqlite, once, "Late.", "No.")
    assert labels(sqlite, "shop:1#1")["stage"][2] == "human:dana"
    assert len(waiting(sqlite)) == 1


def test_a_deletion_takes_it_along(sqlite: Store) -> None:
    keep(sqlite, said("1"), said("2"))
    for number in ("1", "2"):
        corrections.correct(sqlite, f"shop:{number}#0", {"stage": "loyalty"}, "dana", note="he said so")
    put(sqlite, replace(said("1"), deleted=True, text=""))
    assert [one.id for one in corrections.listed(sqlite)] == ["shop:2#0"]


TASK = st.sampled_from(["stage", "intent", "effort"])
STEPS = st.one_of(
    st.tuples(st.just("say"), TASK, st.integers(0, 9)),
    st.tuples(st.just("take back"), st.lists(TASK, max_size=2, unique=True)),
    st.tuples(st.just("tag"), st.integers(1, 4)),
    st.tuples(st.just("edit"), st.sampled_from([LATE, LOVELY])),
    st.tuples(st.just("cut"), st.integers(0, 3)),
    st.tuples(st.just("read again")),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(STEPS, max_size=14))
def test_what_stands_is_the_last_human_word_else_the_models(steps: Sequence[tuple[Any, ...]]) -> None:
    item, version, first = said("1", LATE), 1, 0
    words: dict[tuple[str, str], str] = {}
    with fresh_store() as store:
        put(store, item)
        cut(store, item)
        for what, *more in steps:
            id_ = f"shop:1#{first}"
            if what == "say":
                task, lot = more
                value = taxonomy.values(task)[lot % len(taxonomy.values(task))]
                corrections.correct(store, id_, {task: value}, "dana")
                words[item.text, task] = value
            elif what == "take back":
                corrections.take_back(store, id_, more[0])
                for task in more[0] or taxonomy.TASKS:
                    words.pop((item.text, task), None)
            else:
                version = more[0] if what == "tag" else version
                item = said("1", more[0]) if what == "edit" else item
                first = more[0] if what == "cut" else first
                put(store, item)
                cut(store, item, version=version, first=first)
            _check(store, f"shop:1#{first}", item.text, version, words)


def _check(store: Store, id_: str, text: str, version: int, words: Mapping[tuple[str, str], str]) -> None:
    expected = {}
    for task in taxonomy.TASKS:
        label = model(task, text, version)
        human = words.get((text, task))
        expected[task] = (human, 1.0, "human:dana") if human else (label.value, label.score, label.by)
    assert labels(store, id_) == expected
    assert {row.mention_id for row in rows(store, schema.labels)} == {id_}
    assert work.to_mine(store, "mention@1", {task: f"{task}@{version}" for task in taxonomy.TASKS}) == []
    told = {(one.waits, task): value for one in corrections.listed(store) for task, value in one.labels.items()}
    assert told == {(said_of != text, task): value for (said_of, task), value in words.items()}


# --- files ----------------------------------------------------------------------------------------------------------


def test_what_is_brought_in_is_found_by_id_and_words(sqlite: Store) -> None:
    item = said("1", f"{LATE} {LOVELY}")
    put(sqlite, item)
    cut(sqlite, item, LATE, LOVELY, first=1)
    stage = {"stage": "loyalty"}
    made = corrections.bring_in(
        sqlite,
        [
            Given("shop:1#1", stage, LATE),
            Given("shop:1#7", stage, LOVELY, was={"stage": "none"}),
            Given("shop:1@22", stage, LOVELY, at=NOON),
            Given("shop:1#1", stage, "never said"),
            Given("shop:9#1", stage),
            Given("nonsense", stage, LATE),
        ],
    )
    assert [None if one is None else len(one) for one in made] == [1, 1, 0, None, None, None]
    assert [(one.id, dict(one.was)["stage"]) for one in corrections.listed(sqlite)] == [
        ("shop:1#1", model("stage", LATE, 1).value), ("shop:1#2", "none"),
    ]  # fmt: skip


def test_an_older_word_from_a_file_does_not_replace_a_newer_one(sqlite: Store) -> None:
    keep(sqlite, said("1"))
    for hours, value in ((1, "loyalty"), (0, "none"), (1, "decision"), (2, "purchase")):
        corrections.bring_in(sqlite, [Given("shop:1#0", {"stage": value}, at=NOON + timedelta(hours=hours))])
    assert values(sqlite, "shop:1#0")["stage"] == "purchase"
    corrections.bring_in(sqlite, [Given("shop:1#0", {"stage": "none"}, at=NOON)])
    assert values(sqlite, "shop:1#0")["stage"] == "purchase"


def test_all_that_was_said_of_a_mention_is_one_row_with_the_last_word(sqlite: Store) -> None:
    keep(sqlite, said("1"))
    early = Given("shop:1#0", {"stage": "loyalty"}, by="dana", at=NOON, note="first")
    late = Given("shop:1#0", {"intent": "praise"}, by="נועם", at=NOON + timedelta(days=1))
    corrections.bring_in(sqlite, [late, early])
    [one] = corrections.listed(sqlite)
    assert one.as_json() == {
        "id": "shop:1#0", "language": "en", "text": LATE, "stage": "loyalty", "intent": "praise",
        "was": {"stage": "purchase", "intent": "complaint"}, "by": "נועם", "at": "2026-11-03T12:00:00+00:00",
        "note": "",
    }  # fmt: skip
    assert [one.labels for one in corrections.listed(sqlite, NOON + timedelta(hours=1))] == [{"intent": "praise"}]
    assert corrections.listed(sqlite, NOON + timedelta(days=2)) == []
