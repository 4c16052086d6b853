"""Why something changed: whether it did, and parts that add up to the change, table by table, to the last digit."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Answer, Row, Status
from assistant.engine import Engine
from assistant.measures import Figure, Mean, Measure, Net, Points, Share
from assistant.question import Asker, Kind
from connectors.record import Channel
from mining.store import Store
from mining.themes.catalogue import catalogue
from tests.engine_store import DECLINED, LATE, ODD, engine_of, is_as_counted, keep_parts, late, on, saying
from tests.fakes import fresh_store, keep, said

ASKER = Asker(date(2026, 11, 22))
GOOD = {"sentiment": "positive", "intent": "praise", "touchpoint": "none"}
THEMES = [LATE, DECLINED, *(catalogue()[name] for name in ("app_crashes", "points_expired", "charged_twice"))]
NUMBERS = count()


def good(store: Store, how_many: int, month: int, **more: str) -> None:
    """Praise of no theme, each by somebody else."""
    numbers = [next(NUMBERS) for _ in range(how_many)]
    keep(store, *(said(f"good{n}", f"{ODD} {n}", author=f"fan {n}", said_at=on(10, month)) for n in numbers),
         **GOOD, **more)  # fmt: skip


def fallen(store: Store) -> Engine:
    """Net sentiment of +40 in September and -40 in October, of 20 remarks each.

    ========== =================== ===================
    stage      September: - / +    October: - / +
    ========== =================== ===================
    purchase   4 (late) / 8        9 (late) / 1
    experience 2 (declined) / 6    5 (declined) / 5
    ========== =================== ===================
    """
    keep(store, *late(4, said_at=on(10, 9)), *late(9, 100, said_at=on(10, 10)))
    keep(
        store, *saying(DECLINED, 2, said_at=on(10, 9)), *saying(DECLINED, 5, 100, said_at=on(10, 10)),
        stage="experience", touchpoint="checkout",
    )  # fmt: skip
    for month, stage, how_many in (
        (9, "purchase", 8),
        (9, "experience", 6),
        (10, "purchase", 1),
        (10, "experience", 5),
    ):
        good(store, how_many, month, stage=stage)
    return engine_of(store)


def points(row: Row) -> Points:
    """The part of the change that a row tells."""
    part = row["part"]
    assert isinstance(part, Points)
    return part


def exact(value: float | None) -> Fraction:
    """The fraction of small numbers that a float stands for."""
    assert value is not None
    return Fraction(value).limit_denominator(10**6)


def worth(measure: Measure) -> Fraction:
    """What was measured, in full."""
    match measure:
        case Net(positive, negative, whole):
            return Fraction(positive.value - negative.value, whole.value)
        case Share(part, whole):
            return Fraction(part.value, whole.value)
        case Mean(value, _):
            return exact(value)
        case Figure(value):
            return Fraction(value)
    raise AssertionError(measure)


def adds_up(answer: Answer) -> None:
    """In each table the parts make the change, and in each row growth and weight make the part."""
    told = {cell.key: cell.measure for cell in answer.more}
    tables: dict[str | None, list[Points]] = defaultdict(list)
    for row in answer.rows:
        tables[row.group].append(points(row))
    assert len(tables) == 3
    for parts in tables.values():
        assert sum(exact(part.value) for part in parts) == worth(told["after"]) - worth(told["before"])
        assert all(exact(part.rate) + exact(part.mix) == exact(part.value) for part in parts)


def test_the_parts_of_a_change_are_those_worked_out_by_hand_and_add_up(sqlite: Store) -> None:
    answer = fallen(sqlite).ask("why did net sentiment drop last month?", ASKER)
    assert answer.status is Status.ANSWERED
    assert answer.headline == ("It dropped: net sentiment went from +40 (Sep 2026) to −40 (Oct 2026).")
    rows = [
        (row.id, row.group, *(exact(value) for value in (points(row).rate, points(row).mix))) for row in answer.rows
    ]
    # With shares s, means r and the whole's R: rate (s0+s1)/2 * (r1-r0), mix (s1-s0) * ((r0+r1)/2 - (R0+R1)/2).
    assert rows == [
        ("late_delivery", "By theme", 0, Fraction(-1, 4)),
        ("card_declined_at_checkout", "By theme", 0, Fraction(-3, 20)),
        ("theme:others", "By theme", 0, Fraction(-2, 5)),
        ("stage:purchase", "By stage", Fraction(-187, 300), Fraction(7, 300)),
        ("stage:experience", "By stage", Fraction(-9, 40), Fraction(1, 40)),
        ("channel:review", "By channel", Fraction(-4, 5), 0),
    ]
    adds_up(answer)
    is_as_counted(sqlite, answer)
    assert answer.rows[0].quotes
    assert any("They say where it lies, not what caused it" in note for note in answer.notes)


def test_a_row_shows_the_groups_own_measure_on_both_sides(sqlite: Store) -> None:
    answer = fallen(sqlite).ask("why did net sentiment drop last month?", ASKER)
    purchase = next(points(row) for row in answer.rows if row.id == "stage:purchase")
    assert (worth(purchase.before), worth(purchase.after)) == (Fraction(1, 3), Fraction(-4, 5))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("why did net sentiment rise last month?", "It did not rise, it dropped"),
        ("why did net sentiment change last month?", "It dropped"),
        ("why did the negative share drop last month?", "It did not drop, it rose"),
        ("why did the negative share rise last month?", "It rose"),
    ],
)
def test_what_the_question_takes_for_granted_is_looked_at_first(sqlite: Store, text: str, verdict: str) -> None:
    answer = fallen(sqlite).ask(text, ASKER)
    assert answer.headline.startswith(f"{verdict}: ")
    adds_up(answer)
    is_as_counted(sqlite, answer)


def test_a_remark_of_two_feelings_is_negative_here_as_elsewhere(sqlite: Store) -> None:
    good(sqlite, 9, 9)
    keep(sqlite, *late(1, said_at=on(10, 9)), *late(4, 100, said_at=on(10, 10)))
    keep(sqlite, *saying(DECLINED, 5, said_at=on(10, 10)), sentiment="mixed", touchpoint="checkout")
    good(sqlite, 1, 10)
    engine = engine_of(sqlite)
    answer = engine.ask("why did the negative share rise last month?", ASKER)
    assert [worth(cell.measure) for cell in answer.more] == [Fraction(1, 10), Fraction(9, 10)]
    adds_up(answer)
    shares = [engine.ask(f"what % of feedback is negative in {month}?", ASKER) for month in ("September", "October")]
    assert [worth(share.more[0].measure) for share in shares] == [Fraction(1, 10), Fraction(9, 10)]


def test_a_change_that_chance_explains_is_said_to_be_none(sqlite: Store) -> None:
    for month, sad, glad in ((9, 2, 3), (10, 3, 2)):
        keep(sqlite, *late(sad, 100 * month, said_at=on(10, month)))
        good(sqlite, glad, month)
    answer = engine_of(sqlite).ask("why did net sentiment drop last month?", ASKER)
    assert answer.headline == ("It did not change beyond chance: net sentiment +20 (Sep 2026), −20 (Oct 2026).")
    adds_up(answer)


def test_a_month_that_runs_is_set_beside_as_many_days(sqlite: Store) -> None:
    keep(sqlite, *late(9, said_at=on(5)), *late(5, 100, said_at=on(30, 10)))
    good(sqlite, 9, 10)
    good(sqlite, 1, 11)
    answer = engine_of(sqlite).ask("why did net sentiment drop this month?", ASKER)
    # The five remarks of 30 October lie behind its 22 days.
    assert [worth(cell.measure) for cell in answer.more] == [1, Fraction(-4, 5)]
    assert any("Like for like" in note for note in answer.notes)
    adds_up(answer)


def test_without_anything_before_there_is_nothing_to_compare_with(sqlite: Store) -> None:
    keep(sqlite, *late(4, said_at=on(10, 10)))
    engine = engine_of(sqlite)
    answer = engine.ask("why did net sentiment drop last month?", ASKER)
    assert (answer.status, answer.rows) == (Status.ANSWERED, ())
    assert answer.headline.startswith("There is nothing to compare with: no feedback, Sep 2026; ")
    assert engine.ask("why did net sentiment drop this month?", ASKER).status is Status.NO_DATA


def test_a_remark_counts_for_a_rating_as_far_as_its_feedback_does(sqlite: Store) -> None:
    # September: 5 and 3 stars; October: 1 star by somebody who says two things, and 4 stars.
    for native, month, rating in (("a", 9, 1.0), ("b", 9, 0.5), ("d", 10, 0.75)):
        keep(sqlite, said(native, f"{ODD} {native}", said_at=on(10, month), rating=rating), **GOOD)
    item = said("c", "It came late. The box was wet.", said_at=on(10, 10), rating=0.0)
    keep_parts(sqlite, item, ("It came late.", {}), ("The box was wet.", {"stage": "experience"}))
    answer = engine_of(sqlite).ask("why did the average rating drop last month?", ASKER)
    assert [worth(cell.measure) for cell in answer.more] == [4, Fraction(5, 2)]
    by_stage = {row.id: exact(points(row).value) for row in answer.rows if row.group == "By stage"}
    # Purchase: shares 1 and 3/4, means 4 and 3; experience: half of the one star that came.
    assert by_stage == {
        "stage:purchase": Fraction(-7, 8) + Fraction(-1, 4) * (Fraction(7, 2) - Fraction(13, 4)),
        "stage:experience": Fraction(1, 4) * (1 - Fraction(13, 4)),
    }
    adds_up(answer)


QUESTIONS = [
    "why did net sentiment change last month?",
    "why did the negative share change last month?",
    "why did the average rating change last month?",
    "why did the number of mentions change last month?",
]
Told = list[tuple[str, Channel, int | None, str, float]]
told = st.lists(
    st.tuples(
        st.sampled_from(["purchase", "experience", "loyalty", "none"]),
        st.sampled_from([Channel.REVIEW, Channel.CALL]),
        st.sampled_from([*range(len(THEMES)), None]),
        st.sampled_from(["negative", "positive", "mixed", "neutral"]),
        st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=15, deadline=None)
@given(told, told)
def test_parts_add_up_whatever_was_said(before: Told, after: Told) -> None:
    with fresh_store() as store:
        for month, every in ((9, before), (10, after)):
            for place, (stage, channel, theme, feeling, rating) in enumerate(every):
                words = ODD if theme is None else THEMES[theme].examples["en"][0]
                more = {"channel": channel, "said_at": on(10, month), "rating": rating}
                item = said(f"{month} {place}", f"{words} {month} {place}", **more)
                keep(store, item, stage=stage, sentiment=feeling, touchpoint="none")
        engine = engine_of(store)
        for text in QUESTIONS:
            answer = engine.ask(text, ASKER)
            assert answer.question.kind is Kind.WHY_CHANGE
            adds_up(answer)
            is_as_counted(store, answer)
