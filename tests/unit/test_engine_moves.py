"""Trends, comparisons and what is new: every number of the small stores was worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from assistant.answer import Answer, Row, Status
from assistant.measures import Net, Share
from assistant.question import Asker
from connectors.record import Feedback
from mining.names import Catalogue
from mining.store import Store
from tests.engine_store import DECLINED, ODD, engine_of, examples, is_as_counted, keep_named, late, on, saying
from tests.fakes import keep, said

TODAY = date(2026, 11, 22)
GOOD = {"sentiment": "positive", "intent": "praise", "touchpoint": "none"}


def ask(store: Store, text: str, asker: Asker | None = None) -> Answer:
    """Ask, and run every figure of the answer again."""
    answer = engine_of(store).ask(text, asker or Asker(TODAY))
    is_as_counted(store, answer)
    return answer


def fine(count: int, first: int = 0, **more: object) -> list[Feedback]:
    """Remarks of no theme, each by a person of their own."""
    return [said(f"fine{n}", f"{ODD} {n}", author=f"fan {n}", **more) for n in range(first, first + count)]


def net(row: Row, key: str = "net") -> tuple[int, int, int]:
    """Positive, negative and all remarks."""
    found = row[key]
    assert isinstance(found, Net)
    return found.positive.value, found.negative.value, found.whole.value


def share(row: Row, key: str) -> tuple[int, int]:
    """Part and whole."""
    found = row[key]
    assert isinstance(found, Share)
    return found.part.value, found.whole.value


# --- trends -----------------------------------------------------------------------------------------------------------


def by_week(store: Store, *weeks: tuple[int, int, int]) -> None:
    """Days of November, each with so many glad and so many sad remarks."""
    for day, glad, sad in weeks:
        keep(store, *fine(glad, 100 * day, said_at=on(day)), **GOOD)
        keep(store, *late(sad, 100 * day, said_at=on(day)))


def test_a_trend_by_week_marks_the_weeks_that_are_cut_off_or_still_run(sqlite: Store) -> None:
    by_week(sqlite, (1, 3, 0), (4, 9, 3), (10, 6, 6), (17, 3, 9))
    # The 1st is a Sunday, the last day of its week; the 20th, today, is a Friday.
    answer = ask(sqlite, "net sentiment trend by week since 1 November", Asker(date(2026, 11, 20)))
    assert answer.status is Status.ANSWERED
    assert [(row.id, *net(row), row.figure().value) for row in answer.rows] == [
        ("time:2026-11-01/2026-11-01", 3, 0, 3, 3),
        ("time:2026-11-02/2026-11-08", 9, 3, 12, 12),
        ("time:2026-11-09/2026-11-15", 6, 6, 12, 12),
        ("time:2026-11-16/2026-11-20", 3, 9, 12, 12),
    ]
    assert [row.marks for row in answer.rows] == [("partial",), (), (), ("partial",)]
    assert any("marked partial" in note for note in answer.notes)
    # Slope -0.5 a week, z = -0.5 * sqrt(35.08) = -2.96: more than chance.
    assert answer.headline.startswith("Falling: net sentiment, by week")
    assert answer.said[0] == "1 Nov 2026: +100; 16 Nov 2026 to 20 Nov 2026: −50."
    assert "The movement over 4 points is more than chance" in answer.said[1]
    assert answer.chart
    assert (answer.chart.mark, answer.chart.key) == ("lines", "net")


def test_a_trend_that_chance_explains_is_no_movement(sqlite: Store) -> None:
    by_week(sqlite, (4, 2, 2), (10, 3, 1), (17, 2, 2))
    answer = ask(sqlite, "net sentiment trend by week since 2 November")
    assert [net(row)[:2] for row in answer.rows] == [(2, 2), (3, 1), (2, 2)]
    assert answer.headline.startswith("No clear movement: net sentiment")
    assert "Over 3 points there is no movement beyond chance" in answer.said[1]


def test_two_points_are_too_few_for_a_movement_and_a_week_of_nothing_is_no_point(sqlite: Store) -> None:
    by_week(sqlite, (4, 30, 0), (17, 0, 30))
    answer = ask(sqlite, "net sentiment trend by week since 2 November")
    assert [net(row) for row in answer.rows] == [(30, 0, 30), (0, 0, 0), (0, 30, 30)]
    silent = answer.rows[1]["net"]
    assert isinstance(silent, Net)
    assert silent.value is None
    assert answer.headline.startswith("Too few points to tell a movement")


def test_a_trend_of_numbers_counts_items_and_people(sqlite: Store) -> None:
    by_week(sqlite, (4, 5, 1), (10, 5, 8), (17, 5, 27))
    keep(sqlite, said("again", "Late, says the same person.", author="late_delivery 400", said_at=on(5)))
    answer = ask(sqlite, "trend of complaints by week since 2 November")
    assert [(row.figure().value, row.figure("authors").value) for row in answer.rows] == [(2, 1), (8, 8), (27, 27)]
    assert answer.headline.startswith("Rising: the number of items (complaint), by week")


# --- comparisons ------------------------------------------------------------------------------------------------------

SHOP = Asker(
    TODAY,
    products={"Acme Pro": (), "Acme Lite": ()},
    competitors={"Globex": ()},
)


def test_two_products_are_compared_with_what_makes_the_difference(sqlite: Store) -> None:
    keep(sqlite, *late(6, product="Acme Pro"))
    keep(sqlite, *fine(4, product="Acme Pro"), **GOOD)
    keep(sqlite, *saying(DECLINED, 1, product="Acme Lite"), touchpoint="checkout")
    keep(sqlite, *fine(9, 10, product="Acme Lite"), **GOOD)
    answer = ask(sqlite, "compare Acme Pro vs Acme Lite in November", SHOP)
    pro, lite, *themes = answer.rows
    assert [(row.id, share(row, "negative_share"), net(row)) for row in (pro, lite)] == [
        ("product:Acme Pro", (6, 10), (4, 6, 10)),
        ("product:Acme Lite", (1, 10), (9, 1, 10)),
    ]
    # 60% and 10%: z = 0.5 / sqrt(0.35 * 0.65 * 0.2) = 2.34.
    assert answer.headline.startswith("They differ in negative items: Acme Pro 60% of 10 items, Acme Lite 10% of 10")
    assert [(row.id, share(row, "share_1"), share(row, "share_2"), row.small) for row in themes] == [
        ("late_delivery", (6, 6), (0, 1), False),
        ("card_declined_at_checkout", (0, 6), (1, 1), True),
    ]
    assert [row.marks for row in themes] == [("more often: Acme Pro",), ("more often: Acme Lite",)]
    assert answer.chart
    assert (answer.chart.mark, answer.chart.key, answer.chart.beside) == ("pairs", "share_1", "share_2")


def test_sides_that_differ_by_chance_do_not_differ(sqlite: Store) -> None:
    for product, glad in (("Acme Pro", 4), ("Acme Lite", 5)):
        keep(sqlite, *late(2, 10 * glad, product=product))
        keep(sqlite, *fine(glad, 10 * glad, product=product), **GOOD)
    answer = ask(sqlite, "compare Acme Pro vs Acme Lite in November", SHOP)
    assert [share(row, "negative_share") for row in answer.rows[:2]] == [(2, 6), (2, 7)]
    assert answer.headline.startswith("No difference beyond chance in negative items")
    assert all(not row.marks for row in answer.rows)


def test_a_side_of_which_nothing_was_said_is_named(sqlite: Store) -> None:
    keep(sqlite, *late(2, product="Acme Pro"))
    answer = ask(sqlite, "compare Acme Pro vs Acme Lite in November", SHOP)
    assert [row.figure().value for row in answer.rows[:2]] == [2, 0]
    assert "Nothing was said for: Acme Lite." in answer.notes
    nothing = ask(sqlite, "compare Acme Pro vs Acme Lite in 2024", SHOP)
    assert (nothing.status, nothing.figures) == (Status.NO_DATA, [])
    assert "Nothing was said of any of them: Acme Pro, Acme Lite" in nothing.headline


def test_a_month_that_still_runs_is_compared_with_as_many_days(sqlite: Store) -> None:
    keep(sqlite, *late(2, said_at=on(22)), *late(1, 2, said_at=on(3, 10)), *late(5, 3, said_at=on(25, 10)))
    keep(sqlite, *fine(2, said_at=on(1)), *fine(2, 2, said_at=on(22, 10)), **GOOD)
    answer = ask(sqlite, "compare this month with last month")
    assert [(row.id, share(row, "negative_share")) for row in answer.rows[:2]] == [
        ("time:2026-11-01/2026-11-22", (2, 4)),
        ("time:2026-10-01/2026-10-22", (1, 3)),
    ]
    assert any("Like for like" in note for note in answer.notes)
    # Two whole months are compared as they are.
    whole = ask(sqlite, "compare October with September")
    assert [row.figure().value for row in whole.rows[:2]] == [8, 0]
    assert not any("Like for like" in note for note in whole.notes)


def test_ourselves_are_what_names_no_competitor(sqlite: Store) -> None:
    names = Catalogue({"competitor": {"Globex": []}})
    keep_named(sqlite, names, *late(3))
    keep_named(sqlite, names, said("g1", "Globex came late as well.", author="gil"))
    keep_named(
        sqlite, names,
        said("g2", "Globex is lovely.", author="gad"), said("about", "Lovely.", product="Globex", author="gus"),
        **GOOD,
    )  # fmt: skip
    answer = ask(sqlite, "compare us vs Globex in November", SHOP)
    us, them = answer.rows[:2]
    assert [(row.id, row.title, share(row, "negative_share")) for row in (us, them)] == [
        ("competitor:us", "us", (3, 3)),
        ("competitor:Globex", "Globex", (1, 3)),
    ]
    assert them.small


# --- what is new ------------------------------------------------------------------------------------------------------


def history(store: Store, days: int) -> None:
    """Two remarks of no theme on each of the days before Monday 16 November."""
    monday = on(16)
    for back in range(1, days + 1):
        keep(
            store, *fine(2, 2 * back, said_at=monday - timedelta(days=back)),
            intent="statement", sentiment="neutral", touchpoint="none",
        )  # fmt: skip


def test_a_theme_that_was_never_said_before_is_new(sqlite: Store) -> None:
    history(sqlite, 56)
    keep(sqlite, *saying(DECLINED, 6, said_at=on(18)), touchpoint="checkout")
    keep(sqlite, said("copied", f"{examples(DECLINED)[0]} 0", author="mallory", said_at=on(19)), touchpoint="checkout")
    answer = ask(sqlite, "what's new this week?")
    [row] = answer.rows
    assert (row.id, row.rank) == ("card_declined_at_checkout", 1)
    # The copied one is no different item.
    assert [row.figure(unit).value for unit in ("unique", "feedback", "authors")] == [6, 7, 7]
    assert row.marks == ("new", "first said on 18 Nov 2026")
    assert "card declined at checkout, 6 different items" in answer.headline
    assert "beside the 8 weeks before" in answer.said[0]


def test_nothing_new_is_an_answer(sqlite: Store) -> None:
    history(sqlite, 56)
    keep(sqlite, *fine(14, 500, said_at=on(18)), intent="statement", sentiment="neutral", touchpoint="none")
    keep(sqlite, *saying(DECLINED, 2, said_at=on(18)), touchpoint="checkout")
    answer = ask(sqlite, "what's new this week?")
    assert (answer.status, answer.rows) == (Status.ANSWERED, ())
    assert answer.headline.startswith("Nothing new, 16 Nov 2026 to 22 Nov 2026")
    assert "none of 1 themes rises beyond chance" in answer.headline
    assert answer.counted
    assert answer.counted.value == 16


def test_without_two_weeks_before_it_is_too_early_to_tell(sqlite: Store) -> None:
    history(sqlite, 13)
    keep(sqlite, *saying(DECLINED, 6, said_at=on(18)), touchpoint="checkout")
    early = ask(sqlite, "what's new this week?")
    assert (early.status, early.rows) == (Status.ANSWERED, ())
    assert early.headline.startswith("Too early to tell what is new")
    keep(sqlite, *fine(1, 900, said_at=on(2)), intent="statement", sentiment="neutral", touchpoint="none")
    assert [row.id for row in ask(sqlite, "what's new this week?").rows] == ["card_declined_at_checkout"]


@pytest.mark.parametrize("text", ["what's new this week?", "net sentiment trend by week", "compare calls vs reviews"])
def test_of_an_empty_store_nothing_is_told(sqlite: Store, text: str) -> None:
    answer = ask(sqlite, text)
    assert (answer.status, answer.figures, answer.rows) == (Status.NO_DATA, [], ())
