"""The training recipes: what may be learnt from, and what is kept aside."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.linear import Linear
from embeddings.training import corpora
from embeddings.training.corpora import Pair
from embeddings.training.encoder import passes
from mining.training import calibrate, material, rows
from mining.training.balance import class_weights, label_ids
from mining.training.rows import TASKS, Row

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("OVERHEARD_SHARED", ROOT.parent / "shared"))
needs_shared = pytest.mark.skipif(not (SHARED / "corpora").is_dir(), reason="OVERHEARD_SHARED holds no corpora/")
FORBIDDEN = ("unclear", "evaluation only", "not for commercial", "no commercial", "grey", "keep for evaluation")


def test_fragments_are_said_once_in_one_language_with_every_label() -> None:
    found = rows.authored([rows.FRAGMENTS])
    assert {row.language for row in found} == {"en", "he", "fa"}
    assert len(found) == len({row.id.split("/")[0] for row in found}) == len({row.text for row in found})
    assert all(row.labels[task] in TASKS[task] for row in found for task in TASKS)


@needs_shared
def test_every_public_text_that_was_labelled_is_found_and_may_be_trained_on() -> None:
    found = rows.labelled_here(SHARED / "corpora")
    assert len(found) == sum(1 for _ in rows.objects(rows.PUBLIC))
    assert {row.id.split("#")[0] for row in found} <= {
        one.corpus for one in rows.GOLD_SOURCES.values() if one.trained_on
    }


def test_authored_remarks_come_in_three_languages_with_every_label() -> None:
    found = rows.authored([rows.AUTHORED])
    assert len(found) >= 3 * 3_500
    assert len({row.id for row in found}) == len({row.text for row in found if row.language == "en"}) * 3
    assert {row.language for row in found} == {"en", "he", "fa"}
    assert all(row.labels[task] in TASKS[task] for row in found for task in TASKS)


def test_a_remark_is_kept_aside_in_all_languages_or_in_none() -> None:
    aside = {row.id.split("/")[0] for row in rows.authored() if rows.held_out(row)}
    learnt = {row.id.split("/")[0] for row in rows.authored() if not rows.held_out(row)}
    assert not aside & learnt
    assert 0.08 < len(aside) / (len(aside) + len(learnt)) < 0.12


def test_rows_of_unclear_licence_are_left_out() -> None:
    made = [Row(f"tr-{prefix}-0001", "x", "en") for prefix in ("mams", "dk", "comc", "unknown")]
    assert [row.id for row in rows.allowed(made)] == ["tr-mams-0001"]


@needs_shared
@pytest.mark.parametrize(
    "path",
    [corpus.path for corpus in (*corpora.PARALLEL, *corpora.ENGLISH, *corpora.RUNNING_TEXT)]
    + [source.corpus for source in rows.GOLD_SOURCES.values() if source.trained_on]
    + [*rows.COMMENTS],
)
def test_no_corpus_is_trained_on_whose_licence_forbids_it(path: str) -> None:
    card = (SHARED / "corpora" / path / "SOURCE.md").read_text(encoding="utf-8").lower()
    licence = " ".join(line for line in card.splitlines() if "licence:" in line or "commercial use:" in line)
    assert licence
    assert not [word for word in FORBIDDEN if word in licence]


@needs_shared
def test_nothing_of_the_development_set_is_trained_on() -> None:
    unseen = {row.text for row in rows.gold(SHARED / "gold" / "dev.jsonl")}
    gathered = material.gather(SHARED)
    assert not unseen & {row.text for row in gathered.rows}
    assert not unseen & set(gathered.english)
    assert not {row.text for row in gathered.aside} & {row.text for row in gathered.rows}
    assert not {row.text for row in gathered.aside} & set(gathered.english)


@needs_shared
def test_the_tweets_beside_the_free_summaries_are_not_read() -> None:
    tweets = {
        turn["text"]
        for row in corpora.rows(SHARED / "corpora/en/tweetsumm-summaries/data.jsonl")
        for turn in row.get("turns", ())
    }
    assert tweets
    assert not tweets & set(corpora.english(SHARED))


@needs_shared
def test_evaluation_sets_are_not_among_the_pairs() -> None:
    pairs = {pair.en for pair in corpora.pairs(SHARED)}
    flores = {row["en"] for row in corpora.rows(SHARED / "corpora/par/flores200-devtest/data.jsonl")}
    laser = {
        (row["en"], row.get("he"), row.get("fa"))
        for row in corpora.rows(SHARED / "corpora/par/tatoeba/data.jsonl")
        if row["meta"].get("v") == "LASER-eval"
    }
    assert not pairs & flores
    assert len(laser) > 1_000


def test_pairs_are_read_once_and_need_two_sides(tmp_path: Path) -> None:
    for corpus in corpora.PARALLEL:
        (tmp_path / "corpora" / corpus.path).mkdir(parents=True)
        (tmp_path / "corpora" / corpus.path / "data.jsonl").write_text("")
    lines = [
        {"en": "hello", "he": "שלום", "meta": {"v": "2020"}},
        {"en": "hello", "he": "שלום", "meta": {"v": "2021"}},
        {"en": "secret", "he": "סוד", "meta": {"v": "LASER-eval"}},
        {"en": "alone"},
        {"en": "cat", "meta": {"emoji": "🐱"}},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (tmp_path / "corpora" / "par/tatoeba/data.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "authored.jsonl").write_text('{"he": "תודה", "fa": "ممنون"}\n', encoding="utf-8")
    found = corpora.pairs(tmp_path)
    assert found == [Pair("hello", "שלום"), Pair("cat", sign="🐱"), Pair(he="תודה", fa="ممنون")]


def test_rare_effort_weighs_more_and_the_mean_is_one() -> None:
    labels = [{"effort": "high", "stage": "purchase"}] * 10 + [{"effort": "none", "stage": "experience"}] * 990
    made = [Row(str(number), "", "en", label) for number, label in enumerate(labels)]
    common, rare = class_weights(made, "effort")
    assert rare / common == pytest.approx(99**0.5, rel=1e-3)
    assert (10 * rare + 990 * common) / 1_000 == pytest.approx(1, rel=1e-3)
    assert set(class_weights(made, "stage").tolist()) == {1.0}


def test_a_missing_label_is_passed_over_in_the_loss() -> None:
    assert label_ids([Row("1", "", "en", {"effort": "high"}), Row("2", "", "en")], "effort").tolist() == [1, -100]


def test_batches_hold_every_text_once() -> None:
    parts = passes.batches(np.arange(333) % 50, 32, np.random.default_rng(1))
    assert sorted(np.concatenate(parts).tolist()) == list(range(333))


def layer(gap: float) -> Linear:
    """Says high effort to a text whose only feature is above ``gap``; of the other tasks it always says the same."""
    weights = np.zeros((1, sum(len(values) for values in TASKS.values())), np.float32)
    high = sum(len(TASKS[task]) for task in ("stage", "intent", "sentiment")) + TASKS["effort"].index("high")
    weights[0, high] = 1
    bias = np.zeros(weights.shape[1], np.float32)
    bias[high] = -gap
    firsts = np.cumsum([0, *(len(values) for values in TASKS.values())])[:-1]
    bias[[first for first, task in zip(firsts, TASKS, strict=True) if task != "effort"]] = 10
    return Linear("1", "none@1", TASKS, weights, bias)


def efforts(count: int, high: int) -> tuple[list[Row], NDArray[np.float32]]:
    """So many rows, the last of them high, and a feature that grows with the row."""
    made = [Row(str(n), "x", "en", {"effort": "high" if n >= count - high else "none"}) for n in range(count)]
    return made, (np.arange(count)[:, None] / 10).astype(np.float32)


def test_the_bias_of_high_effort_is_moved_to_where_it_is_told_apart_best() -> None:
    given, features = efforts(20, 4)
    found = calibrate.evened(layer(1.05), given, features)
    said = found.scores(features)["effort"].argmax(axis=1)
    assert [row.labels["effort"] == "high" for row in given] == (said == TASKS["effort"].index("high")).tolist()
    assert calibrate.evened(layer(1.55), given, features).bias.tolist() == layer(1.55).bias.tolist()


def test_an_answer_is_enough_from_the_least_chance_that_costs_nothing() -> None:
    given, features = efforts(40, 20)
    one = layer(1.95)
    exact, wrong = one.scores(features), one.scores(3.9 - features)
    assert calibrate.enough(one, exact, exact, given) == 0.3
    assert calibrate.enough(one, wrong, exact, given) > one.surest(wrong).max()
