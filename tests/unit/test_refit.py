"""What people correct changes what the models say of similar remarks, and of hardly anything else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from embeddings import linear
from embeddings.base import Part
from embeddings.linear import Floats, Linear
from embeddings.readers import accurate
from mining import refit_files
from mining.last_layer import Seen, Weights, grown
from mining.refit import Plan, Refitted, Rows, extras, refit
from mining.training.rows import TASKS, Row, authored, held_out

# How a company wants remarks about its repair café filed, which the shipped models take for something else.
CORRECTED = (
    "Went to your repair cafe, they fixed my kettle.",
    "The repair cafe on Monday mended my lamp.",
    "Took the toaster to the repair cafe, it works again.",
    "Repair cafe sorted out my radio in ten minutes.",
    "Sat in the repair cafe while they soldered my speaker.",
)
UNSEEN = "Brought my mixer to the repair cafe and they fixed it."


@cache
def part() -> Part:
    return accurate.plugin().parts[0]


def seen(rows: Sequence[Row]) -> Seen:
    return Seen(rows, part().features([row.text for row in rows]))


@cache
def written() -> tuple[Seen, Seen]:
    """Some of the shipped remarks, and all that are kept aside."""
    rows = authored()
    shipped = [row for row in rows if not held_out(row)]
    return seen(shipped[::9]), seen([row for row in rows if held_out(row)])


def corrections(**labels: str) -> list[Row]:
    return [Row(f"shop:{number}#0", text, "en", labels) for number, text in enumerate(CORRECTED)]


def fit(rows: Sequence[Row], extra: Seen | None = None, plan: Plan | None = None) -> Refitted:
    shipped, aside = written()
    said = seen(rows)
    return refit("accurate", part().shipped, Rows(shipped, aside, said, extra or said.of([])), plan)


def answer(layer: Linear, text: str, task: str) -> str:
    scores = layer.scores(part().features([text]))[task]
    return layer.classes[task][int(scores.argmax())]


def best(layer: Linear, seen: Seen, task: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    made: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = layer.scores(seen.features)[task].argmax(axis=1)
    return made


# --- what people said -----------------------------------------------------------------------------------------------


def test_a_correction_of_similar_remarks_changes_the_label_of_one_that_was_not_seen() -> None:
    assert answer(part().shipped, UNSEEN, "stage") != "loyalty"
    made = fit(corrections(stage="loyalty"))
    assert made.layer is not None
    assert answer(made.layer, UNSEEN, "stage") == "loyalty"
    [stage] = [one for one in made.tasks if one.task == "stage"]
    assert (stage.taken, stage.corrections) == (True, 5)
    assert (stage.refitted_right or 0) > (stage.shipped_right or 0)


def test_tasks_that_nobody_corrected_keep_the_shipped_columns() -> None:
    made, shipped = fit(corrections(stage="loyalty")).layer, part().shipped
    assert made is not None
    first = len(shipped.classes["stage"])
    assert np.array_equal(made.weights[:, first:], shipped.weights[:, first:])
    assert not np.array_equal(made.weights[:, :first], shipped.weights[:, :first])
    assert (made.base, made.classes) == (shipped.base, shipped.classes)
    assert made.version.startswith(f"{shipped.version}+")
    assert set(made.temperatures) == set(TASKS)


def test_no_corrections_change_nothing() -> None:
    made = fit([])
    assert made.layer is None
    assert {one.why for one in made.tasks} == {"no corrections"}
    assert fit([Row("1", UNSEEN, "en", {"stage": "no such stage", "mood": "sour"})]).layer is None


def test_corrections_that_agree_with_the_models_change_nothing() -> None:
    rows = [replace(row, labels={"stage": answer(part().shipped, row.text, "stage")}) for row in corrections()]
    assert fit(rows).layer is None


def test_one_text_said_often_cannot_be_judged_and_changes_nothing() -> None:
    rows = [Row(str(number), UNSEEN, "en", {"stage": "loyalty"}) for number in range(5)]
    made = fit(rows)
    assert made.layer is None
    assert [one.why for one in made.tasks if one.task == "stage"] == ["one text alone cannot be judged"]


def test_a_task_that_would_forget_keeps_the_shipped_columns() -> None:
    heavy = Plan(weights=(Weights(most=50.0, pull=0.0),), worst=-1.0)
    made = fit(corrections(stage="loyalty"), plan=heavy)
    assert made.layer is None
    [stage] = [one for one in made.tasks if one.task == "stage"]
    assert stage.why.startswith("loses ")
    assert (stage.refitted_f1 or 0) <= (stage.shipped_f1 or 0)


def test_a_remark_kept_aside_that_was_corrected_judges_no_more() -> None:
    _, aside = written()
    rows = [replace(row, labels={"stage": "loyalty"}) for row in aside.rows[:30]]
    [before] = [one.shipped_f1 for one in fit(corrections(stage="loyalty")).tasks if one.task == "intent"]
    [after] = [one.shipped_f1 for one in fit(rows).tasks if one.task == "intent"]
    assert before != after


@settings(max_examples=8, deadline=None)
@given(
    task=st.sampled_from(sorted(TASKS)),
    value=st.integers(0, 99),
    texts=st.lists(st.sampled_from(CORRECTED), min_size=2, unique=True),
)
def test_unrelated_remarks_hardly_move(task: str, value: int, texts: list[str]) -> None:
    label = TASKS[task][value % len(TASKS[task])]
    made = fit([Row(text, text, "en", {task: label}) for text in texts])
    if made.layer is None:
        return
    _, aside = written()
    moved = best(made.layer, aside, task) != best(part().shipped, aside, task)
    assert moved.mean() <= 0.1
    for judged in made.tasks:
        assert (judged.shipped_f1 or 0) - (judged.refitted_f1 or 0) <= 0.01 or not judged.taken


def test_refitting_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        made = fit(corrections(stage="loyalty", intent="praise"))
        assert made.layer is not None
        refit_files.install(made.layer, tmp_path / name, "accurate")
    for suffix in ("safetensors", "json"):
        first, second = (tmp_path / name / f"accurate.{suffix}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_corrections_weigh_more_together_and_less_each(few: int, more: int) -> None:
    few, more = sorted((few, more))
    weights = Weights()
    assert 0 <= weights.share(few) <= weights.share(more) <= weights.most
    if few:
        assert weights.share(few) / few >= weights.share(more) / more


# --- values of one's own --------------------------------------------------------------------------------------------


def test_a_value_of_ones_own_is_learnt_from_examples_and_the_others_stay() -> None:
    examples = extras(part(), {"touchpoint": {"repair_cafe": CORRECTED}})
    made = fit([], examples)
    assert made.layer is not None
    assert made.layer.classes["touchpoint"] == (*TASKS["touchpoint"], "repair_cafe")
    assert answer(made.layer, UNSEEN, "touchpoint") == "repair_cafe"
    _, aside = written()
    moved = best(made.layer, aside, "touchpoint") != best(part().shipped, aside, "touchpoint")
    assert moved.mean() <= 0.02
    assert [one.task for one in made.tasks if one.taken] == ["touchpoint"]
    old, new = part().shipped, made.layer
    width = sum(len(values) for values in TASKS.values())
    assert np.array_equal(new.weights[:, :width], old.weights)  # touchpoint is the last task
    assert made.layer.version != old.version


def test_a_correction_may_say_a_value_of_ones_own() -> None:
    examples = extras(part(), {"touchpoint": {"repair_cafe": CORRECTED[:3]}})
    made = fit([Row(text, text, "en", {"touchpoint": "repair_cafe"}) for text in CORRECTED[3:]], examples)
    assert made.layer is not None
    assert answer(made.layer, UNSEEN, "touchpoint") == "repair_cafe"


def test_a_new_column_starts_towards_its_examples() -> None:
    shipped, _ = written()
    examples = extras(part(), {"stage": {"repair": CORRECTED}, "touchpoint": {"cafe": CORRECTED, "ads": ["An ad."]}})
    layer = grown(part().shipped, examples, shipped.features)
    assert layer.classes["stage"][-1] == "repair"
    assert layer.classes["touchpoint"] == (*TASKS["touchpoint"], "cafe")
    column = layer.weights[:, len(TASKS["stage"])]
    assert np.linalg.norm(column) == pytest.approx(1, abs=1e-5)
    scores = layer.scores(examples.features)["stage"][:, -1]
    assert (scores[:5] > 0).all()


# --- files ----------------------------------------------------------------------------------------------------------


@dataclass
class Counting:
    """A part that counts the texts it reads, and stops after some."""

    most: int = 10**9
    read: int = 0
    name: str = "counting"

    @property
    def shipped(self) -> Linear:
        return Linear("1", "counting/1", {"stage": ("none",)}, np.zeros((2, 1), np.float32), np.zeros(1, np.float32))

    @property
    def last(self) -> Linear:
        return self.shipped

    def features(self, texts: Sequence[str]) -> Floats:
        self.read += len(texts)
        if self.read > self.most:
            raise KeyboardInterrupt
        return np.array([[len(text), 1] for text in texts], np.float32)


def test_shipped_remarks_are_read_once_and_a_run_that_is_stopped_goes_on(tmp_path: Path) -> None:
    texts = ["a" * number for number in range(1, 1_201)]
    first = Counting(most=1_100)
    with pytest.raises(KeyboardInterrupt):
        refit_files.features(first, texts, tmp_path)
    second, told = Counting(), list[int]()
    made = refit_files.features(second, [*texts, "a"], tmp_path, told.append)
    assert second.read == 1_200 - 1_024
    assert [int(row[0]) for row in made] == [*range(1, 1_201), 1]
    assert told == sorted(told)
    third = Counting()
    assert np.array_equal(refit_files.features(third, texts, tmp_path), made[:-1])
    assert third.read == 0


def test_damaged_kept_features_are_made_again(tmp_path: Path) -> None:
    refit_files.features(Counting(), ["a", "b"], tmp_path)
    [kept] = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:50])
    again = Counting()
    refit_files.features(again, ["a", "b"], tmp_path)
    assert again.read == 2


def test_an_installed_layer_is_found_until_it_is_taken_out(tmp_path: Path) -> None:
    layer = replace(part().shipped, version=f"{part().shipped.version}+abcdef")
    for _ in range(2):
        refit_files.install(layer, tmp_path, "accurate")
    assert accurate.plugin(tuned=tmp_path).version == f"accurate-{layer.version}"
    assert refit_files.installed(tmp_path) == {"accurate": layer.version}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["accurate.json", "accurate.safetensors"]
    assert refit_files.undo(tmp_path) == ["accurate"]
    assert refit_files.undo(tmp_path) == []
    assert accurate.plugin(tuned=tmp_path).version == f"accurate-{part().shipped.version}"


def test_a_layer_whose_writing_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    layer = replace(part().shipped, version=f"{part().shipped.version}+abcdef")
    refit_files.install(layer, tmp_path, "accurate")
    (tmp_path / "accurate.safetensors").unlink()
    assert accurate.plugin(tuned=tmp_path).version == f"accurate-{part().shipped.version}"
    refit_files.install(layer, tmp_path, "accurate")
    assert accurate.plugin(tuned=tmp_path).version == f"accurate-{layer.version}"


@pytest.mark.parametrize("stale", [{"base": "heads@0"}, {"version": "0+abcdef"}])
def test_a_layer_refitted_to_an_older_model_is_passed_over(
    stale: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    linear.save(replace(part().shipped, **stale), tmp_path / "accurate.safetensors")  # type: ignore[arg-type]  # both are str
    with caplog.at_level(logging.WARNING):
        assert accurate.plugin(tuned=tmp_path).version == f"accurate-{part().shipped.version}"
    assert "overheard train" in caplog.text


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "heads").write_text("a file")
    with pytest.raises(ConfigError, match="cannot be written"):
        refit_files.install(part().shipped, tmp_path / "heads", "accurate")
