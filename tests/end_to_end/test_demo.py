"""The demo's six questions get the answers that docs/demo.md says are planted."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant import demo
from assistant.answer import Answer, Status
from assistant.wiring import Workspace
from benchmarks import retrieval
from mining import reading, work
from mining.emerging import emerging
from mining.search import Mode
from mining.themes import listing

OVERHEARD = Path(sys.executable).parent / "overheard"
PLANTED: dict[str, Any] = json.loads((Path(demo.__file__).parent / "planted.json").read_text(encoding="utf-8"))[
    "stories"
]

# question -> the story planted for it, and the phrases by which that story may be named
EXPECTED = {
    demo.QUESTIONS[0]: ("PAY", {"card_declined_at_checkout"}),
    demo.QUESTIONS[1]: ("NIGHT", {"patient_evening_team"}),
    demo.QUESTIONS[2]: ("CLUB", {"points_expired", "points_value_cut"}),
    demo.QUESTIONS[3]: ("LATE", {"late_delivery"}),
    demo.QUESTIONS[4]: ("PAY", {"card_declined_at_checkout"}),
    demo.QUESTIONS[5]: ("FIXED", {"fast_delivery", "delivered_on_time"}),
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("demo")
    done = subprocess.run([OVERHEARD, "demo", "--home", home], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return home, done.stdout


@pytest.fixture(scope="module")
def where(ran: tuple[Path, str]) -> Iterator[Workspace]:
    workspace = Workspace.open(ran[0], demo.CONFIG)
    yield workspace
    workspace.store.close()


@pytest.fixture(scope="module")
def answers(where: Workspace) -> dict[str, Answer]:
    asker = where.asker(demo.AS_OF)
    return {question: where.engine.ask(question, asker) for question in demo.QUESTIONS}


def test_every_item_of_the_corpus_is_taken_in_and_none_is_rejected(where: Workspace) -> None:
    assert where.store.count_feedback() == 920
    assert where.store.rejects() == []


@pytest.mark.parametrize("question", demo.QUESTIONS)
def test_the_first_row_is_the_planted_story(question: str, answers: dict[str, Answer], where: Workspace) -> None:
    story, names = EXPECTED[question]
    answer = answers[question]
    assert answer.status is Status.ANSWERED
    first = answer.rows[0]
    assert first.id in names
    query, value, _ = reading.recall(where.store, first.figure().query)
    shown = {row.feedback_id for row in reading.heard(where.store, query)}
    assert len(shown) == value == first.figure().value
    planted = shown & set(PLANTED[story])
    assert len(planted) >= 0.8 * len(shown), f"{len(planted)} of {len(shown)} are {story}"


@pytest.mark.parametrize("question", demo.QUESTIONS)
def test_every_figure_opens_to_exactly_its_rows(question: str, answers: dict[str, Answer], where: Workspace) -> None:
    for figure in answers[question].figures:
        query, _, _ = reading.recall(where.store, figure.query)
        assert reading.counts(reading.heard(where.store, query)).of(figure.unit) == figure.value


@pytest.mark.parametrize("question", demo.QUESTIONS)
def test_every_quote_is_what_the_stored_feedback_says(
    question: str, answers: dict[str, Answer], where: Workspace
) -> None:
    assert answers[question].every_quote
    for quote in answers[question].every_quote:
        [item] = work.feedback(where.store, [quote.mention.feedback_id])
        assert quote.text in item.text


def test_the_card_failure_is_quoted_in_three_languages(answers: dict[str, Answer]) -> None:
    quotes = answers[demo.QUESTIONS[0]].rows[0].quotes
    assert {quote.mention.language for quote in quotes} == {"en", "he", "fa"}


def test_the_same_question_in_persian_gives_the_same_figures(answers: dict[str, Answer]) -> None:
    english, persian = answers[demo.QUESTIONS[0]], answers[demo.QUESTIONS[4]]
    assert [list(row.figures) for row in english.rows] == [list(row.figures) for row in persian.rows]
    assert english.counted == persian.counted


@pytest.mark.parametrize(
    ("story", "theme", "first"),
    [
        ("PAY", "card_declined_at_checkout", "2026-10-26"),
        ("LATE", "late_delivery", "2026-08-31"),
        ("CLUB", "points_expired", "2026-09-28"),
        ("NIGHT", "patient_evening_team", "2026-09-07"),
        ("FIXED", "fast_delivery", None),
    ],
)
def test_the_planted_stories_are_themes_with_their_counts_and_first_weeks(
    story: str, theme: str, first: str | None, where: Workspace
) -> None:
    [listed] = [one for one in listing.overview(where.store).themes if one.theme.id == theme]
    items = {said.feedback_id for said in listed.group.said}
    planted = items & set(PLANTED[story])
    assert len(planted) >= 0.7 * len(items), f"{len(planted)} of {len(items)} are {story}"
    assert len(planted) >= 0.4 * len(PLANTED[story]), f"{len(planted)} of {len(PLANTED[story])}"
    if first is not None:  # praise of quick delivery was there before the vans
        week = datetime.fromisoformat(first).replace(tzinfo=UTC)
        assert week <= listed.first_seen < week + timedelta(days=8)


def test_the_card_failure_is_seen_to_emerge_in_its_first_week(where: Workspace) -> None:
    counts, totals = listing.daily(where.store, where.asker(demo.AS_OF).zone)
    before = {day: count for day, count in totals.items() if day < date(2026, 11, 2)}
    rises = emerging(counts, before, date(2026, 11, 2))
    assert rises[0].theme == "card_declined_at_checkout"
    assert rises[0].new
    quiet = {day: count for day, count in totals.items() if day < date(2026, 10, 26)}
    assert "card_declined_at_checkout" not in {rise.theme for rise in emerging(counts, quiet, date(2026, 10, 26))}


def test_the_copied_advertisement_counts_as_few(answers: dict[str, Answer], where: Workspace) -> None:
    answer = where.engine.ask("top pain points of the product in the last 4 weeks", where.asker(demo.AS_OF))
    spam = set(PLANTED["SPAM"])
    for row in answer.rows:
        query, _, _ = reading.recall(where.store, row.figure().query)
        copies = {said.feedback_id for said in reading.heard(where.store, query)} & spam
        if copies:
            assert row.figure("unique").value <= row.figure().value - len(copies) + 4


def test_without_the_injected_instructions_the_answers_are_the_same(
    answers: dict[str, Answer], ran: tuple[Path, str], tmp_path: Path
) -> None:
    shutil.copytree(ran[0], tmp_path / "copy")
    copy = Workspace.open(tmp_path / "copy", demo.CONFIG)
    with copy.store.transaction() as connection:
        assert copy.store.delete(connection, PLANTED["INJ"]) == len(PLANTED["INJ"])
    for question, answer in answers.items():
        without = copy.engine.ask(question, copy.asker(demo.AS_OF))
        assert [(row.id, row.title) for row in without.rows[:1]] == [(row.id, row.title) for row in answer.rows[:1]]
        assert answer.counted is not None
        assert without.counted is not None
        # At most the injected items themselves are missing from the count.
        assert 0 <= answer.counted.value - without.counted.value <= len(PLANTED["INJ"])
    copy.store.close()


def test_hybrid_search_finds_more_than_words_or_meaning_alone(where: Workspace) -> None:
    """The floors lie a little below what docs/benchmarks.md says."""
    queries = retrieval.read()
    assert retrieval.unknown(where, queries) == []
    measured = {mode.value: retrieval.measure(where.searcher, queries, mode) for mode in Mode}
    assert retrieval.beaten(queries, measured) == []
    recall, gain = measured[Mode.HYBRID].mean(axis=0)
    assert recall >= 0.51
    assert gain >= 0.50


def test_the_demo_ends_by_saying_what_to_type_next(ran: tuple[Path, str]) -> None:
    home, printed = ran
    assert all(question in printed for question in demo.QUESTIONS)
    assert f"export OVERHEARD_HOME={home}" in printed.replace("\n", "")


def test_the_demo_run_again_brings_nothing_twice(ran: tuple[Path, str], where: Workspace) -> None:
    done = subprocess.run(
        [OVERHEARD, "demo", "--home", ran[0]], capture_output=True, text=True, check=True, timeout=300
    )
    assert "calls: 0 new" in done.stdout
    assert where.store.count_feedback() == 920
