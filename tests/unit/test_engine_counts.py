"""How many and what share: one small store, every number of which was counted by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.answer import Answer, Row, Status
from assistant.engine import Engine
from assistant.measures import Figure, Share
from connectors.record import Channel
from mining.store import Store
from tests.engine_store import ASKER, engine_of, is_as_counted, keep_parts, on
from tests.fakes import keep, said

Ask = Callable[[str], Answer]
CALL, SOCIAL = Channel.CALL, Channel.SOCIAL


def filled(store: Store) -> Engine:
    """Nine items of November and one of October.

    ===== ======= ====== ================================== =========================
    id    channel author remarks: stage and feeling         touchpoint
    ===== ======= ====== ================================== =========================
    r1    review  ann    purchase negative                  delivery
    r2    review  ben    purchase negative                  delivery
    r3    review  ann    purchase negative                  delivery
    r4    review  cat    purchase negative, the words of r2 delivery
    r5    review  -      experience negative                delivery
    r6    review  fay    no stage, neutral, a statement     none
    c1    call    dan    purchase negative;                 delivery
                         experience positive, praise        support
    c2    call    eve    experience mixed                   support
    p1    social  ann    loyalty positive, praise           support
    o1    review  gus    purchase negative, in October      delivery
    ===== ======= ====== ================================== =========================
    """
    keep(
        store,
        said("r1", "The parcel was nine days late.", author="ann", said_at=on(2)),
        said("r2", "The box was wet from the rain.", author="ben", said_at=on(3)),
        said("r3", "Late once more, a week this time.", author="ann", said_at=on(4)),
        said("r4", "The box was wet from the rain.", author="cat", said_at=on(5)),
    )
    keep(store, said("r5", "The courier never rang.", said_at=on(6)), stage="experience")
    keep(
        store, said("r6", "I have the blue one.", author="fay", said_at=on(7)),
        stage="none", touchpoint="none", intent="statement", sentiment="neutral",
    )  # fmt: skip
    keep_parts(
        store,
        said("c1", "It came late. The lady on the phone was kind.", channel=CALL, author="dan", said_at=on(8)),
        ("It came late.", {}),
        (
            "The lady on the phone was kind.",
            {"stage": "experience", "touchpoint": "support", "intent": "praise", "sentiment": "positive"},
        ),
    )
    keep(
        store, said("c2", "Kind, but it took an hour.", channel=CALL, author="eve", said_at=on(9)),
        stage="experience", touchpoint="support", sentiment="mixed",
    )  # fmt: skip
    keep(
        store, said("p1", "I tell all my friends.", channel=SOCIAL, author="ann", said_at=on(10)),
        stage="loyalty", touchpoint="support", intent="praise", sentiment="positive",
    )  # fmt: skip
    keep(store, said("o1", "Late in October.", author="gus", said_at=on(20, 10)))
    return engine_of(store)


@pytest.fixture
def ask(sqlite: Store) -> Ask:
    """Ask over the store of this file; every figure of every answer is run again."""
    engine = filled(sqlite)

    def asked(text: str) -> Answer:
        answer = engine.ask(text, ASKER)
        is_as_counted(sqlite, answer)
        return answer

    return asked


def counted(answer: Answer) -> dict[str, int]:
    """The counts of an answer without rows."""
    return {cell.key: cell.measure.value for cell in answer.more if isinstance(cell.measure, Figure)}


def share_of(row: Row, key: str = "share") -> tuple[int, int]:
    """Part and whole."""
    share = row[key]
    assert isinstance(share, Share)
    return share.part.value, share.whole.value


def test_items_people_remarks_and_different_texts_are_told_apart(ask: Ask) -> None:
    answer = ask("how many items in November?")
    assert answer.status is Status.ANSWERED
    assert counted(answer) == {"feedback": 9, "authors": 6, "mentions": 10, "unique": 8}
    assert answer.headline.startswith("9 items, 1 Nov 2026 to 22 Nov 2026")
    assert "10 remarks by 6 known people" in answer.headline
    assert answer.rows == ()


def test_people_are_counted_once_and_the_unknown_not_at_all(ask: Ask) -> None:
    answer = ask("how many people complained in November?")
    # r1 to r5, c1 and c2: two of them by ann, r5 by nobody known; c1 complains with one of its two remarks.
    assert counted(answer) == {"feedback": 7, "authors": 5, "mentions": 7, "unique": 6}
    assert answer.headline.startswith("5 known people in 7 items (complaint)")
    assert any("People are authors whose account is known" in note for note in answer.notes)
    assert answer.counted
    assert answer.denominator
    assert (answer.counted.value, answer.denominator.value) == (7, 9)


def test_remarks_are_counted_where_these_are_asked_for(ask: Ask) -> None:
    answer = ask("how many mentions in November?")
    assert answer.headline.startswith("10 remarks in 9 items")


def test_nothing_is_counted_as_nothing(ask: Ask) -> None:
    answer = ask("how many e-mails in November?")
    assert (answer.status, counted(answer)["feedback"]) == (Status.ANSWERED, 0)
    assert answer.quotes == ()


def test_a_count_by_channel_has_a_row_for_each_the_largest_first(ask: Ask) -> None:
    answer = ask("how many items by channel in November?")
    rows = [(row.id, *(row.figure(unit).value for unit in ("feedback", "authors", "mentions"))) for row in answer.rows]
    assert rows == [("channel:review", 6, 4, 6), ("channel:call", 2, 2, 3), ("channel:social", 1, 1, 1)]
    assert "most for reviews, 6 of 9 items" in answer.headline
    assert answer.chart
    assert (answer.chart.mark, answer.chart.key) == ("bars", "feedback")


def test_the_channel_with_the_most_is_told_of_what_is_asked_for(ask: Ask) -> None:
    answer = ask("which channel had the most complaints in November?")
    assert [(row.id, row.figure().value) for row in answer.rows] == [("channel:review", 5), ("channel:call", 2)]
    assert "most for reviews, 5 of 7 items" in answer.headline


def test_a_count_by_week_shows_a_week_of_nothing(ask: Ask) -> None:
    answer = ask("how many items by week in November?")
    assert [(row.id, row.figure().value) for row in answer.rows] == [
        ("time:2026-11-01/2026-11-01", 0),
        ("time:2026-11-02/2026-11-08", 7),
        ("time:2026-11-09/2026-11-15", 2),
        ("time:2026-11-16/2026-11-22", 0),
    ]
    assert answer.chart
    assert answer.chart.mark == "lines"


@pytest.mark.parametrize(
    ("text", "part", "whole", "percent"),
    [
        ("what share of feedback is complaints in November?", 7, 9, "78%"),
        ("what % of feedback is about delivery in November?", 6, 9, "67%"),
        ("what % of feedback comes from calls in November?", 2, 9, "22%"),
        ("what % of feedback is negative in November?", 7, 9, "78%"),
        ("what % of reviews is negative in November?", 5, 6, "83%"),
        ("what % of feedback about support is positive in November?", 2, 3, "67%"),
        ("what % of feedback is negative in purchase stage in November?", 5, 5, "100%"),
    ],
)
def test_a_share_is_a_part_of_a_whole(ask: Ask, text: str, part: int, whole: int, percent: str) -> None:
    answer = ask(text)
    assert answer.status is Status.ANSWERED
    [cell] = answer.more
    assert isinstance(cell.measure, Share)
    assert (cell.measure.part.value, cell.measure.whole.value) == (part, whole)
    assert answer.headline.startswith(percent)
    assert f"{part} of {whole} items" in answer.headline


def test_a_share_tells_between_what_it_likely_lies(ask: Ask) -> None:
    answer = ask("what share of feedback is complaints in November?")
    [cell] = answer.more
    assert isinstance(cell.measure, Share)
    # Wilson's interval of 7 in 9, z = 1.96, by hand.
    assert cell.measure.interval == pytest.approx((0.4526, 0.9368), abs=1e-4)
    assert answer.said == ("Likely between 45% and 94% (95% interval).",)


def test_a_share_of_nothing_is_no_data(ask: Ask) -> None:
    answer = ask("what % of e-mails is negative in November?")
    assert (answer.status, answer.rows, answer.counted) == (Status.NO_DATA, (), None)


def test_the_negative_share_by_stage_shows_every_stage_an_empty_one_without_a_share(ask: Ask) -> None:
    answer = ask("what % of feedback is negative by stage in November?")
    assert [(row.id, *share_of(row)) for row in answer.rows] == [
        ("stage:awareness", 0, 0),
        ("stage:consideration", 0, 0),
        ("stage:decision", 0, 0),
        ("stage:purchase", 5, 5),
        ("stage:experience", 2, 3),
        ("stage:loyalty", 0, 1),
        ("stage:none", 0, 1),
    ]
    empty = answer.rows[0]["share"]
    assert isinstance(empty, Share)
    assert (empty.value, empty.interval) == (0, (0, 1))
    assert [row.small for row in answer.rows] == [True, True, True, False, True, True, True]
    assert "Most negative: purchase stage with 100%; overall 78% (7 of 9 items)" in answer.headline


def test_shares_by_channel_are_of_each_channel(ask: Ask) -> None:
    answer = ask("what share of feedback is complaints by channel in November?")
    assert [(row.id, *share_of(row)) for row in answer.rows] == [
        ("channel:review", 5, 6),
        ("channel:call", 2, 2),
        ("channel:social", 0, 1),
    ]
