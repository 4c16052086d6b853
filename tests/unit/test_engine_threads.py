"""A conversation: each question goes on from the one before, and every count is the one worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.answer import Answer, Status
from assistant.question import Kind
from mining.names import Catalogue
from mining.store import Store
from tests.engine_store import ASKER, DECLINED, engine_of, examples, is_as_counted, keep_named, late, on
from tests.fakes import said

Ask = Callable[..., Answer]
PHONES = replace(ASKER, platforms={"Android": ()})
NAMES = Catalogue({"platform": {"Android": []}})
HEBREW = DECLINED.examples["he"][0]


def filled(store: Store) -> None:
    """Late deliveries, and cards declined: how many, of them in Hebrew, of them on Android.

    ======== ==== ======== ====================== ======================
    month    late declined of them on Android     of these in Hebrew
    ======== ==== ======== ====================== ======================
    October  0    5        4                      2
    November 9    7        3                      1
    ======== ==== ======== ====================== ======================
    """
    keep_named(store, NAMES, *late(9))
    every = [(10, 1, 0, 0), (10, 2, 1, 0), (10, 2, 1, 1), (11, 4, 0, 0), (11, 2, 1, 0), (11, 1, 1, 1)]
    for month, how_many, on_android, in_hebrew in every:
        words = HEBREW if in_hebrew else examples(DECLINED)[0]
        items = [
            said(
                f"{month} {on_android}{in_hebrew} {place}", f"{words} {'Android' if on_android else ''} {place}",
                author=f"{month} {on_android}{in_hebrew} {place}", said_at=on(10, month),
                language="he" if in_hebrew else "en",
            )
            for place in range(how_many)
        ]  # fmt: skip
        keep_named(store, NAMES, *items, touchpoint="checkout")


@pytest.fixture
def ask(sqlite: Store) -> Ask:
    """Ask in the conversation "one", or in another; every figure is run again."""
    filled(sqlite)
    engine = engine_of(sqlite)

    def asked(text: str, thread: str | None = "one") -> Answer:
        answer = engine.ask(text, PHONES, thread)
        is_as_counted(sqlite, answer)
        return answer

    return asked


def counted(answer: Answer) -> int:
    """The items that an answer is about."""
    assert answer.counted
    return answer.counted.value


def test_a_conversation_narrows_a_ranking_step_by_step(ask: Ask) -> None:
    first = ask("top pain points")
    assert [(row.id, row.figure().value) for row in first.rows] == [
        ("late_delivery", 9),
        ("card_declined_at_checkout", 7),
    ]

    second = ask("#2")
    assert (second.question.kind, second.question.scope.theme) == (Kind.DRILLDOWN, ("card_declined_at_checkout",))
    assert counted(second) == 7
    assert second.headline.startswith("card declined at checkout: 7 items by 7 known people, net sentiment −100")
    by_language = {row.id: row.figure().value for row in second.rows if row.group == "By language"}
    assert by_language == {"feedback_language:en": 6, "feedback_language:he": 1}
    assert second.quotes

    third = ask("just Android")
    assert (counted(third), third.question.scope.platform) == (3, ("Android",))
    assert third.question.scope.theme == ("card_declined_at_checkout",)

    fourth = ask("and last month?")
    assert fourth.question.window
    assert (fourth.question.window.first, fourth.question.window.last) == (on(1, 10).date(), on(31, 10).date())
    assert counted(fourth) == 4
    assert fourth.notes[0].startswith("As before, but: 1 Oct 2026 to 31 Oct 2026")

    fifth = ask("show me the evidence")
    assert (fifth.question.kind, counted(fifth)) == (Kind.QUOTES, 4)
    assert {quote.mention.language for quote in fifth.quotes} == {"en", "he"}

    sixth = ask("in Hebrew only")
    assert counted(sixth) == 2
    assert {quote.mention.language for quote in sixth.quotes} == {"he"}


def test_the_list_is_still_there_after_a_row_was_looked_into(ask: Ask) -> None:
    ask("top pain points")
    assert counted(ask("#2")) == 7
    assert counted(ask("#1")) == 9
    assert ask("thanks!").status is Status.ANSWERED
    assert counted(ask("#2")) == 7


def test_a_row_that_was_not_shown_is_asked_back(ask: Ask) -> None:
    ask("top pain points")
    answer = ask("#9")
    assert (answer.status, answer.figures) == (Status.CLARIFY, [])
    assert answer.headline.startswith("The last answer had no such row.")
    # The list is the one from before.
    assert counted(ask("#2")) == 7


def test_the_evidence_of_a_list_is_what_was_said_of_its_rows(ask: Ask) -> None:
    ask("top 1 pain points")
    answer = ask("show me the evidence")
    assert (answer.question.kind, counted(answer)) == (Kind.QUOTES, 9)
    assert answer.question.scope.theme == ("late_delivery",)


def test_a_theme_of_a_comparison_and_a_value_of_a_count_can_be_looked_into(ask: Ask) -> None:
    # The themes are numbered, the sides are not: of the later side.
    ask("compare October with November")
    answer = ask("#1")
    assert (answer.question.scope.theme, counted(answer)) == (("card_declined_at_checkout",), 7)
    ask("how many items by language, all time")
    # English: 9 late, 3 declined in October, 6 in November.
    assert counted(ask("#1")) == 18


def test_conversations_know_nothing_of_each_other(ask: Ask) -> None:
    ask("top pain points")
    for thread in ("another", None):
        answer = ask("just Android", thread)
        assert (answer.status, answer.figures) == (Status.CLARIFY, [])
        assert answer.headline.startswith("This goes on from a question that I do not know.")


def test_a_whole_question_starts_anew(ask: Ask) -> None:
    ask("top pain points on Android")
    answer = ask("how many complaints in October?")
    assert (counted(answer), answer.question.scope.platform) == (5, ())
    assert not answer.question.inherit


@pytest.mark.parametrize(
    ("first", "more", "items"),
    [
        ("top pain points", "in Hebrew only", 1),
        ("מה נקודות הכאב?", "רק אנדרואיד", 3),
        ("מה נקודות הכאב?", "ובחודש שעבר?", 5),
        ("نقاط درد چیست؟", "فقط اندروید", 3),
        # The month of Aban, 23 October to 21 November.
        ("نقاط درد چیست؟", "و ماه گذشته؟", 16),
    ],
)
def test_follow_ups_are_understood_in_three_languages(ask: Ask, first: str, more: str, items: int) -> None:
    ask(first)
    answer = ask(more)
    assert (answer.status, answer.question.kind) == (Status.ANSWERED, Kind.TOP_PAIN_POINTS)
    assert counted(answer) == items
