"""Figures by hand-computed examples, sets that anybody labelled, the suites that ship, and floors."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError
from embeddings.base import Encoded
from mining.evaluation import figures, floors, labelled, labels, suites, vectors
from mining.evaluation.figures import Class, Confusion
from mining.evaluation.suites import Case, Passed
from mining.evaluation.tables import columns
from mining.language import normalise
from mining.training.rows import TASKS, Row, authored
from tests.command_line import lines
from tests.fakes import HashingEmbedder, HashingReader

SAID = [("a", "a")] * 6 + [("a", "b")] * 2 + [("b", "b")] * 3 + [("b", "a")] * 2 + [("c", "a")] * 2


class Told(HashingReader):
    """A reader that says of each text what it was told, with a raw score so high that it is sure."""

    def __init__(self, labels: Mapping[str, Mapping[str, str]], sure: float = 30.0) -> None:
        super().__init__()
        self.classes = TASKS
        self._labels, self._sure = labels, sure

    def read(self, texts: Sequence[str]) -> Encoded:
        scores = {task: np.zeros((len(texts), len(values)), np.float32) for task, values in TASKS.items()}
        for row, text in enumerate(texts):
            for task, value in self._labels.get(text, {}).items():
                scores[task][row, TASKS[task].index(value)] = self._sure
        return Encoded(self.embedder.encode(texts), scores)


# --- figures by hand ------------------------------------------------------------------------------------------------


def test_accuracy_and_the_majority_beside_it() -> None:
    assert figures.accuracy(SAID) == pytest.approx(9 / 15)
    guessed = figures.majority(SAID)
    assert figures.accuracy(guessed) == pytest.approx(8 / 15)
    # a: 2 * 8 / (8 + 15); b: 0; c has two rows and does not count.
    assert figures.macro_f1(guessed) == pytest.approx(16 / 23 / 2)


def test_each_value_has_its_precision_recall_and_f1() -> None:
    assert figures.classes(SAID) == [
        Class("a", 8, 10, 6 / 10, 6 / 8, 12 / 18),
        Class("b", 5, 5, 3 / 5, 3 / 5, 6 / 10),
        Class("c", 2, 0, 0.0, 0.0, 0.0),
    ]


def test_macro_f1_counts_values_with_five_rows_or_more() -> None:
    assert figures.macro_f1(SAID) == pytest.approx((12 / 18 + 6 / 10) / 2)
    assert figures.macro_f1(SAID[:4]) is None


def test_kappa_is_agreement_beyond_chance() -> None:
    # Cohen's own kind of table: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: 0.7 observed, 0.5 by chance.
    said = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert figures.kappa(said) == pytest.approx(0.4)
    assert figures.kappa([("y", "y")] * 9) is None
    assert figures.kappa([]) is None


def test_calibration_error_weighs_each_bin_by_its_rows() -> None:
    # (0.9, 1]: 3 of 4 right at 0.95; (0.5, 0.6]: 0 of 1 right at 0.6, the bin's upper edge; first bin: 0 right at 0.
    error = figures.calibration_error([True, True, True, False, False, False], [0.95] * 4 + [0.6, 0.0])
    assert error == pytest.approx((4 * 0.2 + 1 * 0.6 + 1 * 0.0) / 6)
    assert figures.calibration_error([], []) == 0
    assert figures.calibration_error([True, False], [0.5, 0.5]) == 0


def test_the_commonest_mistakes_come_first() -> None:
    assert figures.confusions(SAID, most=2) == [Confusion("a", "b", 2), Confusion("b", "a", 2)]
    assert len(figures.confusions(SAID)) == 3


def test_columns_put_words_left_and_numbers_right() -> None:
    assert columns(("task", "rows", "F1"), [("stage", 5, 0.5), ("x", 10, None)]) == (
        "task   rows     F1\nstage     5  0.500\nx        10      -"
    )


# --- labels ---------------------------------------------------------------------------------------------------------


def test_sentiment_is_counted_without_mixed_and_effort_by_its_high() -> None:
    said = ["positive"] * 6 + ["negative"] * 5 + ["neutral"] + ["mixed"] * 7
    rows = [Row(str(n), f"t{n}", "he", {"sentiment": value}) for n, value in enumerate(said)]
    rows += [Row(f"e{n}", f"e{n}", "he", {"effort": "high" if n < 2 else "none"}) for n in range(8)]
    told = {
        row.text: {"sentiment": "positive", "effort": "high" if row.text in ("e0", "e5") else "none"} for row in rows
    }
    made = labels.evaluate(Told(told), rows)
    assert [(one.task, one.language, one.rows) for one in made] == [
        *(("sentiment", "he", 12), ("sentiment", "all", 12), ("effort", "he", 8), ("effort", "all", 8))
    ]
    # F1 of positive: 2 * 6 / (6 + 12); of negative 0; neutral has fewer than five rows.
    assert (made[0].accuracy, made[0].majority, made[0].high_f1) == (0.5, 0.5, None)
    assert made[0].macro_f1 == pytest.approx((12 / 18) / 2)
    assert made[0].calibration_error == pytest.approx(0.5)
    assert made[0].human_kappa == 0.96
    assert made[1].human_kappa is None
    assert made[2].high_f1 == pytest.approx(2 * 1 / (2 + 2))
    assert "macro-F1" in labels.table(made)
    assert "negative taken for positive 5" in labels.detail(made[0])


def test_two_people_were_measured_on_every_task_and_language() -> None:
    for task in TASKS:
        assert set(labels.humans()[task]) == {"en", "he", "fa"}


# Each example is a run of all taggers.
few = settings(deadline=None, max_examples=30)
_LABELS = st.fixed_dictionaries({task: st.sampled_from(values) for task, values in TASKS.items()})
_ROWS = st.lists(st.tuples(st.sampled_from(("en", "he", "fa")), _LABELS, _LABELS), min_size=1, max_size=30)


@few
@given(_ROWS)
def test_all_figures_lie_in_their_range(said: list[tuple[str, dict[str, str], dict[str, str]]]) -> None:
    rows = [Row(str(n), f"t{n}", language, right) for n, (language, right, _) in enumerate(said)]
    for one in labels.evaluate(Told({f"t{n}": wrong for n, (_, _, wrong) in enumerate(said)}, sure=1.0), rows):
        for figure in (one.accuracy, one.macro_f1, one.high_f1, one.calibration_error, one.majority, one.majority_f1):
            assert figure is None or 0 <= figure <= 1
        assert one.kappa is None or -1 <= one.kappa <= 1
        assert all(0 <= value <= 1 for each in one.classes for value in (each.precision, each.recall, each.f1))
        assert sum(each.rows for each in one.classes) == one.rows == sum(each.given for each in one.classes)


@few
@given(_ROWS)
def test_a_perfect_reader_gets_one_everywhere(said: list[tuple[str, dict[str, str], dict[str, str]]]) -> None:
    rows = [Row(str(n), f"t{n}", language, right) for n, (language, right, _) in enumerate(said)]
    for one in labels.evaluate(Told({row.text: row.labels for row in rows}), rows):
        assert one.accuracy == 1
        assert {one.macro_f1, one.high_f1, one.kappa} <= {1.0, None}
        assert one.calibration_error < 1e-6
        assert one.confusions == ()


# --- anybody's set --------------------------------------------------------------------------------------------------


def test_json_lines_and_csv_are_read_and_what_is_wrong_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(
        lines(
            {"id": 7, "text": "Late again", "language": "EN-us", "stage": "Experience", "effort": None},
            {"text": "החבילה לא הגיעה", "intent": "complaint"},
            {"text": "x", "stage": "checkout"},
            {"text": "x", "sentiment": 5},
            {"text": " ", "stage": "none"},
            {"text": "x", "language": "en"},
            {"text": "x", "language": 3, "stage": "none"},
            {"stage": "none"},
        )
        + "[1]\nnonsense\n",
        encoding="utf-8",
    )
    found = labelled.read(path)
    assert found.rows[0] == Row("7", "Late again", "en", {"stage": "experience"})
    assert found.rows[1].language == "he"
    assert len(found.rows) == 2
    assert Counter(one.where for one in found.rejects) == Counter(f"mine.jsonl:{n}" for n in range(3, 11))
    assert "there is no stage 'checkout'; known: none, awareness" in found.rejects[0].reason
    table = tmp_path / "mine.csv"
    table.write_text("text,sentiment\nמעולה,positive\nmeh,so so\n", encoding="utf-8")
    found = labelled.read(table)
    assert [row.labels for row in found.rows] == [{"sentiment": "positive"}]
    assert len(found.rejects) == 1


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b'{"text": "x"}\n', b"a,b\n1,2\n", b"\xff\xfe\xff"])
def test_a_file_without_labels_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        labelled.read(path)
    for missing in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(ConfigError):
            labelled.read(missing)


# --- the suites that ship -------------------------------------------------------------------------------------------


def test_the_stress_suite_covers_every_phenomenon_in_every_language() -> None:
    suite = suites.cases()
    assert len({case.id for case in suite}) == len({normalise(case.text) for case in suite}) == len(suite) == 360
    assert set(Counter((case.phenomenon, case.language) for case in suite).values()) == {10}
    assert all(case.expect and case.expect[task] in TASKS[task] for case in suite for task in case.expect)


def test_the_other_languages_have_fifty_remarks_each_with_every_label() -> None:
    rows = suites.others()
    assert Counter(row.language for row in rows) == dict.fromkeys(("es", "de", "fr", "ar", "ru"), 50)
    assert all(row.labels[task] in TASKS[task] for row in rows for task in TASKS)


def test_nothing_of_the_suites_is_trained_on() -> None:
    held = {normalise(text) for text in (*(one.text for one in suites.cases()), *(one.text for one in suites.others()))}
    assert not held & {normalise(row.text) for row in authored()}


def test_a_case_passes_when_every_expected_label_is_given() -> None:
    suite = [
        Case("1", "en", "negation", "t1", {"intent": "praise", "sentiment": "positive"}),
        Case("2", "en", "negation", "t2", {"intent": "praise", "sentiment": "positive"}),
        Case("3", "he", "emoji", "t3", {"effort": "high"}),
    ]
    told = {"t1": suite[0].expect, "t2": {"intent": "praise", "sentiment": "negative"}, "t3": suite[2].expect}
    result = suites.stress(Told(told), suite)
    assert [(one.case.id, one.wrong) for one in result.failed] == [("2", {"sentiment": ("positive", "negative")})]
    assert Passed("negation", "en", 2, 1) in result.lines
    assert Passed("all", "he", 1, 1) in result.lines
    assert result.lines[-1] == Passed("all", "all", 3, 2)
    assert suites.stress_table(result.lines).splitlines()[1].split() == ["negation", "2", "0.500", "-", "0.500"]


def test_in_other_languages_the_product_says_nothing_and_the_models_are_asked() -> None:
    rows = suites.others()
    found = suites.elsewhere(Told({row.text: row.labels for row in rows}), rows)
    assert {(one.product.task, one.product.language) for one in found} >= {("stage", "es"), ("sentiment", "ru")}
    for one in found:
        assert one.models.accuracy == 1
        assert {each.value for each in one.product.classes if each.given} == {
            "none" if one.product.task == "stage" else "neutral"
        }


# --- vectors --------------------------------------------------------------------------------------------------------


def test_retrieval_counts_translations_that_are_the_nearest() -> None:
    one = np.eye(4, dtype=np.float32)
    assert vectors.retrieval(one, one[[0, 1, 3, 2]]) == 0.5


def test_vectors_are_measured_by_translations_and_probes(tmp_path: Path) -> None:
    def keep(name: str, rows: list[dict[str, object]]) -> None:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "data.jsonl").write_text(lines(*rows), encoding="utf-8")

    def opinions(good: str, bad: str) -> list[dict[str, object]]:
        said = ((good, "positive"), (bad, "negative"), ("so", "neutral"))
        return [
            {"id": f"{n}{value}", "text": f"{word} w{n}", "label_sentiment": value}
            for n in range(8)
            for word, value in said
        ]

    with pytest.raises(ConfigError, match="flores200"):
        vectors.measure(HashingEmbedder(), tmp_path)
    same: list[dict[str, object]] = [
        {"en": f"word{n}", "he": f"word{n}", "fa": f"other{n}", "meta": {"v": "LASER-eval"}} for n in range(9)
    ]
    for name in ("par/flores200-devtest", "par/ntrex128", "par/tatoeba"):
        keep(name, same)
    bank = [(n, split, intent) for split in ("train", "test") for intent in ("card", "loan") for n in range(6)]
    keep("en/banking77", [
        {"text": f"{intent} w{n}", "label_intent": intent, "meta": {"split": split}} for n, split, intent in bank
    ])  # fmt: skip
    for name in ("en/uci-sentiment-sentences", "fa/snappfood-comments", "fa/hotel-reviews", "he/survey-verbatims"):
        keep(name, opinions("good", "bad"))
    found = vectors.measure(HashingEmbedder(dimensions=512), tmp_path)
    assert found == vectors.measure(HashingEmbedder(dimensions=512), tmp_path)
    assert {one.at_1 for one in found.retrievals if {one.one, one.other} == {"en", "he"}} == {1.0}
    assert len(found.retrievals) == 6 + 6 + 6 + 6
    assert [(one.set, one.rows, one.accuracy) for one in found.probes][:2] == [
        *(("Banking77", 12, 1.0), ("snappfood-comments", 16, 1.0))
    ]
    assert "en-he" in vectors.table(found)


# --- floors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("figure", "floor"), [(0.653, 0.63), (0.65, 0.63), (1.0, 0.98), (0.0, 0.0), (0.019, 0.0)])
def test_a_floor_is_two_hundredths_below_rounded_down(figure: float, floor: float) -> None:
    assert floors.below(figure) == floor


def test_floors_are_kept_per_mode_and_set_and_each_miss_is_named(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    measured: dict[tuple[str, ...], float] = {("stage", "en", "accuracy"): 0.7, ("stage", "en", "macro_f1"): 0.5}
    floors.write("fast", "gold", measured, path)
    floors.write("auto", "gold", {("stage", "en", "accuracy"): 0.9}, path)
    floors.write("fast", "stress", {("question-as-complaint", "all", "passed"): 1.0}, path)
    assert floors.read("auto", "gold", path) == {("stage", "en", "accuracy"): 0.88}
    held = floors.read("fast", "gold", path)
    assert floors.misses(measured, held) == []
    assert floors.misses({("stage", "en", "accuracy"): 0.679}, held) == [
        "stage.en.accuracy is 0.679, below its floor of 0.68",
        "stage.en.macro_f1 was not measured; its floor is 0.48",
    ]
    before = path.read_text(encoding="utf-8")
    floors.write("fast", "gold", measured, path)
    assert path.read_text(encoding="utf-8") == before
    with pytest.raises(ConfigError, match="no floors for gold in mode accurate"):
        floors.read("accurate", "gold", path)


@given(st.dictionaries(st.tuples(st.sampled_from(tuple(TASKS)), st.just("en"), st.just("accuracy")), st.floats(0, 1)))
def test_what_was_measured_is_never_below_its_own_floor(measured: dict[tuple[str, ...], float]) -> None:
    assert floors.misses(measured, {path: floors.below(figure) for path, figure in measured.items()}) == []


def test_a_report_can_be_written_as_json() -> None:
    from dataclasses import asdict

    [one, _] = labels.evaluate(Told({}), [Row("1", "t", "en", {"stage": "none"})])
    assert json.loads(json.dumps(asdict(one)))["macro_f1"] is None
