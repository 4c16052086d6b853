"""Every figure of every answer is what plain SQL counts, and ``overheard show`` lists exactly the rows behind it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from assistant.answer import Answer, Row, Status
from assistant.engine import Engine
from assistant.meaning import FEELINGS, Kind, Question
from assistant.measures import Mean
from mining import reading
from mining.database import open_engine
from mining.store import Store
from tests.command_line import Home
from tests.engine_store import NOW
from tests.exact_store import ASKER, KINDS, ODD_DAYS, counts, made, opened, question, stars
from tests.fakes import HashingEmbedder

QUESTIONS = 500
SHOWN = 24
LONG = 50
# Kinds whose ``counted`` is what the question itself selects.
_PLAIN = frozenset(KINDS) - {Kind.SHARE, Kind.COMPARE, Kind.UNANSWERABLE}
# Rows named by the value that they are about.
_OF_A_VALUE = {"stage", "channel", "source", "platform", "competitor"}


@dataclass
class Checked:
    """A store, the same read by plain SQL, and what was looked at: query id -> counts by unit."""

    store: Store
    plain: sqlite3.Connection
    engine: Engine
    themes: list[str]
    told: dict[str, dict[str, int]] = field(default_factory=dict)
    listed: int = 0

    def query(self, id_: str) -> dict[str, int]:
        """What a query counts: by plain SQL, and by what ``overheard show`` would list."""
        if id_ not in self.told:
            query, value, at = reading.recall(self.store, id_)
            assert not query.members
            told = counts(self.plain, query.filters.spec())
            # Listing takes long where there is much: of such lists every twelfth.
            if told["mentions"] <= LONG or int(id_[1:], 16) % 12 == 0:
                listed = reading.heard(self.store, query)
                assert len({row.mention_id for row in listed}) == len(listed)
                assert all(row.speaker == "customer" for row in listed)
                assert {unit: reading.counts(listed).of(unit) for unit in told} == told, query.filters.spec()
                self.listed += 1
            assert (value, at) == (told["feedback"], NOW), query.filters.spec()
            self.told[id_] = told
        return self.told[id_]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("exact") / "overheard.db")


@pytest.fixture
def checked(database: Path) -> Iterator[Checked]:
    store = Store(open_engine(f"sqlite:///{database}")).open()
    embedder = HashingEmbedder(dimensions=256)
    plain = opened(database)
    frequent = "SELECT theme FROM mention_themes WHERE theme NOT NULL GROUP BY theme ORDER BY count(*) DESC LIMIT 30"
    themes = [theme for (theme,) in plain.execute(frequent)]
    yield Checked(store, plain, Engine(store, lambda: NOW, lambda: embedder), themes)
    plain.close()
    store.close()


def lots(checked: Checked, many: int, seed: int) -> Iterator[tuple[Question, Answer]]:
    """So many random questions, each kind as often as the others, with their answers."""
    lot = Random(seed)
    for number in range(many):
        asked = question(lot, KINDS[number % len(KINDS)], checked.themes)
        yield asked, checked.engine.answer(asked, ASKER)


def own(asked: Question) -> dict[str, Any]:
    """What a question selects, days being the asker's own."""
    spec = asked.scope.spec()
    if asked.sentiment:
        spec["sentiment"] = list(FEELINGS[asked.sentiment])
    if asked.window:
        spec |= {"first_day": asked.window.first.isoformat(), "last_day": asked.window.last.isoformat()}
    return spec


def of_row(asked: Question, row: Row) -> dict[str, Any] | None:
    """What a row is about, told by its name; None where the name does not tell."""
    dimension, _, value = row.id.partition(":")
    if dimension == "time":
        first, last = value.split("/")
        return own(asked) | {"first_day": first, "last_day": last}
    if dimension in _OF_A_VALUE and not value.endswith(":none"):
        return own(asked) | {dimension: [value]}
    if not value and asked.kind in (Kind.TOP_PAIN_POINTS, Kind.TOP_PRAISE, Kind.EMERGING) and not row.group:
        return own(asked) | {"theme": [row.id]}
    return None


def test_every_figure_of_five_hundred_random_questions_is_what_plain_sql_counts(checked: Checked) -> None:
    seen, fields, units = Counter[str](), Counter[str](), Counter[str]()
    for asked, answer in lots(checked, QUESTIONS, seed=1):
        seen[answer.status] += 1
        fields.update(list(asked.scope.spec()))
        for figure in answer.figures:
            spec = reading.recall(checked.store, figure.query)[0].filters.spec()
            assert figure.value == checked.query(figure.query)[figure.unit], (asked, figure, spec)
            units[figure.unit] += 1
        for quote in answer.every_quote:
            stored = "SELECT text FROM mentions WHERE id = ? AND speaker = 'customer'"
            assert quote.text in checked.plain.execute(stored, [quote.mention.mention_id]).fetchone()[0]
    assert sum(seen.values()) == QUESTIONS
    # It would be easy to be exact about nothing.
    assert seen[Status.ANSWERED] > QUESTIONS // 2
    assert sum(units.values()) > 5_000
    assert checked.listed > 1_000
    assert set(units) == {"feedback", "mentions", "authors", "unique"}
    asked_about = {"theme", "not_theme", "leaving", "not_competitor", "phrase", "segment", "rating_min", "rating_max"}
    assert min(fields[name] for name in asked_about) >= 10, fields


def test_what_is_counted_is_what_the_question_selects_on_the_askers_own_days(checked: Checked) -> None:
    plain, rows, odd = 0, 0, 0
    for asked, answer in lots(checked, 280, seed=2):
        if answer.status is not Status.ANSWERED or asked.kind not in _PLAIN:
            continue
        if answer.counted:
            assert answer.counted.value == counts(checked.plain, own(asked))["feedback"], asked
            plain += 1
            odd += bool(asked.window and asked.window.first in ODD_DAYS)
        for row in answer.rows:
            spec = of_row(asked, row) if asked.kind not in (Kind.WHY_CHANGE, Kind.CHURN_RISK) else None
            for cell in row.cells if spec is not None else ():
                if cell.key in ("feedback", "authors", "unique", "mentions"):
                    assert row.figure(cell.key).value == counts(checked.plain, spec or {})[cell.key], (asked, row.id)
                    rows += 1
                if isinstance(cell.measure, Mean):
                    assert cell.measure.value == pytest.approx(stars(checked.plain, spec or {})), (asked, row.id)
    assert plain > 80
    assert rows > 400
    assert odd > 10


def test_the_command_lists_exactly_the_rows_behind_a_figure(checked: Checked, database: Path) -> None:
    figures = {
        figure.query: (figure, asked.kind)
        for asked, answer in lots(checked, 60, seed=3)
        for figure in answer.figures
        if figure.value
    }
    home = Home(database.parent)
    for query, (figure, _) in sorted(figures.items())[:SHOWN]:
        told = json.loads(home.good("show", query, "--json"))
        assert told["counts"][figure.unit] == figure.value
        assert told["counts"] == checked.query(query)
        assert len(told["rows"]) == told["counts"]["feedback"] == told["asked_value"]
        mentions = [mention for row in told["rows"] for mention in row["mentions"]]
        assert len({mention["mention_id"] for mention in mentions}) == told["counts"]["mentions"]
        assert len({mention["author"] for mention in mentions} - {None}) == told["counts"]["authors"]
        assert all(mention["speaker"] == "customer" for mention in mentions)
