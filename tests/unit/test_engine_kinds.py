"""Quotes, leaving, the journey, and all that is answered without a count: one test or more for each kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer import Answer, Status
from assistant.measures import Mean, Net, Share
from assistant.question import Asker, Kind, parse
from mining.names import Catalogue
from mining.privacy import mask_feedback
from mining.store import Store
from mining.themes.catalogue import catalogue
from tests.engine_store import (
    ASKER,
    DECLINED,
    LATE,
    ODD,
    engine_of,
    examples,
    is_as_counted,
    keep_named,
    keep_parts,
    late,
    on,
    saying,
)
from tests.fakes import KEY, keep, said

Ask = Callable[..., Answer]
GOOD = {"sentiment": "positive", "intent": "praise"}
SHOP = replace(
    ASKER,
    products={"Acme Pro": (), "Acme Lite": ()},
    competitors={"Globex": ()},
    owners={"purchase": "the shop team"},
)


@pytest.fixture
def ask(sqlite: Store) -> Ask:
    """Ask over the store of the test; every figure of every answer is run again."""

    def asked(text: str, asker: Asker = SHOP) -> Answer:
        answer = engine_of(sqlite).ask(text, asker)
        is_as_counted(sqlite, answer)
        return answer

    return asked


def net_of(answer: Answer, key: str = "net") -> tuple[int, int, int]:
    """Positive, negative and all remarks."""
    [net] = [cell.measure for cell in answer.more if cell.key == key]
    assert isinstance(net, Net)
    return net.positive.value, net.negative.value, net.whole.value


# --- quotes -----------------------------------------------------------------------------------------------------------


def test_quotes_are_of_different_people_the_newest_first(sqlite: Store, ask: Ask) -> None:
    pasted = "They left the parcel in the rain once more."
    keep(
        sqlite,
        said("1", pasted, author="rob", said_at=on(10)),
        said("2", pasted, author="noa", said_at=on(9)),
        said("3", "Nine days late, and nobody told me why.", author="dana", said_at=on(8)),
        said("4", "Late again, this time by a whole week.", author="dana", said_at=on(7)),
        said("5", "The driver would not ring my bell.", said_at=on(6)),
        said("6", "The driver drove off with my box.", said_at=on(5)),
    )
    keep(sqlite, said("7", "My card was refused, and then it was not.", author="avi", said_at=on(11)),
         touchpoint="checkout")  # fmt: skip
    three = ask("give me 3 quotes about delivery")
    assert (three.status, three.question.n, three.rows) == (Status.ANSWERED, 3, ())
    assert [quote.mention.feedback_id for quote in three.quotes] == ["shop:1", "shop:3", "shop:5"]
    assert three.headline.startswith("3 quotes out of 6 items (delivery)")
    # Whoever is not known may be anybody: the two of nobody's both stand; the pasted one and Dana's second do not.
    every = ask("give me 10 quotes about delivery")
    assert [quote.mention.feedback_id for quote in every.quotes] == ["shop:1", "shop:3", "shop:5", "shop:6"]
    assert "Only 4 of the 10 asked for: no more different people said so." in every.notes


def test_quotes_show_what_is_kept_and_that_is_masked(sqlite: Store, ask: Ask) -> None:
    told = said("1", "Write to dana.levi@example.org or call 052-1234567: it came late.", author="Dana Levi")
    stored = mask_feedback(told, KEY)
    keep(sqlite, stored)
    [quote] = ask("give me 5 quotes about delivery").quotes
    assert quote.text == stored.text
    assert "it came late" in quote.text
    for secret in ("dana.levi", "1234567", "Dana"):
        assert secret not in json.dumps(ask("give me 5 quotes about delivery").as_json())


def test_quotes_about_what_nobody_spoke_of_are_no_data(sqlite: Store, ask: Ask) -> None:
    keep(sqlite, *late(2))
    answer = ask("give me 3 quotes about support")
    assert (answer.status, answer.quotes) == (Status.NO_DATA, ())


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_who_may_leave_is_counted_with_the_reasons_beside_it_and_named_by_nobody(sqlite: Store, ask: Ask) -> None:
    leaving = {"intent": "churn", "touchpoint": "none", "stage": "loyalty"}
    for number, (author, reason) in enumerate(
        [("uri", examples(LATE)[0]), ("uri", examples(LATE)[1]), ("gal", examples(DECLINED)[0])]
    ):
        off = f"{ODD} {number}."
        keep_parts(sqlite, said(f"u{number}", f"{off} {reason}", author=author), (off, leaving), (reason, {}))
    keep(sqlite, said("u3", f"{ODD} 3.", author="ben"), **leaving)
    # These complain of the same and stay.
    keep(sqlite, *late(5))
    answer = ask("who is about to churn and why?")
    assert answer.status is Status.ANSWERED
    assert answer.headline.startswith("4 items speak of leaving")
    assert "by 3 known people. Most often beside it: late delivery." in answer.headline
    assert [(row.id, row.figure().value) for row in answer.rows] == [
        ("late_delivery", 2),
        ("card_declined_at_checkout", 1),
    ]
    assert answer.counted
    assert answer.denominator
    assert (answer.counted.value, answer.denominator.value) == (4, 9)
    assert len(answer.quotes) == 3
    assert any("People are not named" in note for note in answer.notes)
    assert not any(name in json.dumps(answer.as_json()) for name in ("uri", "gal", "ben"))


def test_leaving_without_a_reason_is_told_without_one(sqlite: Store, ask: Ask) -> None:
    keep(sqlite, said("1", ODD), intent="churn", touchpoint="none")
    answer = ask("who is about to churn and why?")
    assert (answer.status, answer.rows) == (Status.ANSWERED, ())
    assert "No reason is given that has a name." in answer.headline


# --- the journey ------------------------------------------------------------------------------------------------------


def test_the_journey_shows_each_stage_with_its_feeling_and_its_themes(sqlite: Store, ask: Ask) -> None:
    fast = catalogue()["fast_delivery"]
    keep(sqlite, *late(3))
    keep(sqlite, *saying(fast, 1), **GOOD)
    keep(sqlite, *saying(fast, 2, 10), **GOOD, stage="loyalty")
    keep(sqlite, said("odd", ODD), stage="none", touchpoint="none", sentiment="neutral", intent="statement")
    keep(sqlite, *saying(fast, 1, 20, said_at=on(3, 10)), **GOOD)
    answer = ask("journey overview for November")
    rows = {row.id: row for row in answer.rows}
    assert [(row.id, row.figure().value) for row in answer.rows] == [
        ("stage:awareness", 0),
        ("stage:consideration", 0),
        ("stage:decision", 0),
        ("stage:purchase", 4),
        ("stage:experience", 0),
        ("stage:loyalty", 2),
    ]
    nets = {
        (id_, cell.key): (cell.measure.positive.value, cell.measure.negative.value, cell.measure.whole.value)
        for id_, row in rows.items()
        for cell in row.cells
        if isinstance(cell.measure, Net) and cell.measure.whole.value
    }
    assert nets == {
        ("stage:purchase", "net"): (1, 3, 4),
        ("stage:purchase", "net_before"): (1, 0, 1),
        ("stage:loyalty", "net"): (2, 0, 2),
    }
    assert rows["stage:purchase"].figure("top_pain").value == 3
    assert rows["stage:purchase"].figure("top_praise").value == 1
    assert rows["stage:loyalty"].figure("top_praise").value == 2
    assert rows["stage:purchase"].marks == ("answered for by the shop team",)
    assert "Lowest net sentiment: purchase stage with −50." in answer.headline
    [(key, none)] = [(cell.key, cell.measure.value) for cell in answer.more if not isinstance(cell.measure, Mean)]
    assert (key, none) == ("no_stage", 1)


# --- a bare topic -----------------------------------------------------------------------------------------------------


def test_a_bare_topic_is_told_of_and_asked_back_with_choices_that_can_be_read(sqlite: Store, ask: Ask) -> None:
    keep(sqlite, *late(3))
    keep(sqlite, said("good", f"{ODD} good", author="fan"), **GOOD)
    keep(sqlite, said("else", f"{ODD} else", author="else"), touchpoint="support")
    answer = ask("delivery")
    assert (answer.status, answer.question.kind) == (Status.CLARIFY, Kind.AMBIGUOUS)
    assert answer.headline.startswith("delivery: 4 items, 75% with negative remarks, net sentiment −50")
    assert net_of(answer) == (1, 3, 4)
    [negative] = [cell.measure for cell in answer.more if isinstance(cell.measure, Share)]
    assert (negative.part.value, negative.whole.value) == (3, 4)
    assert answer.said == ("What would you like to know of it?",)
    assert answer.choices == (
        "top pain points about delivery",
        "what do customers praise about delivery?",
        "net sentiment trend about delivery over the last 6 months",
        "give me 5 quotes about delivery",
    )
    assert [ask(choice).status for choice in answer.choices] == [Status.ANSWERED] * 4


# --- what feedback cannot tell ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("what is our NPS?", "No survey scores are loaded, so there is no NPS."),
        ("what was our revenue in October?", "Revenue is not in the feedback"),
        ("how many complaints will we get next month?", "I do not forecast"),
        ("what is our average response time?", "How long support takes is not measured"),
    ],
)
def test_what_feedback_cannot_tell_is_said_with_what_it_can(sqlite: Store, ask: Ask, text: str, says: str) -> None:
    keep(sqlite, *late(3))
    keep(sqlite, said("good", ODD), **GOOD)
    answer = ask(text)
    assert (answer.status, answer.question.kind, answer.rows) == (Status.NO_DATA, Kind.UNANSWERABLE, ())
    assert answer.headline.startswith(says)
    assert "What I can show is net sentiment: −50" in answer.headline
    assert net_of(answer) == (1, 3, 4)
    assert [ask(next_).status for next_ in answer.next_questions] == [Status.ANSWERED] * 3


@pytest.mark.parametrize(
    "text",
    [
        "what is the phone number of the customer who complained?",
        "who wrote the worst review?",
        "give me the names of the people who complained on 2026-02-31",
    ],
)
def test_who_said_it_is_not_given_out(sqlite: Store, ask: Ask, text: str) -> None:
    keep(sqlite, *late(3))
    answer = ask(text)
    assert (answer.status, answer.figures, answer.every_quote) == (Status.REFUSED, [], [])
    assert answer.headline.startswith("I do not give out who said something")


@pytest.mark.parametrize(
    ("text", "says", "nexts"),
    [
        ("hello", "Hello! Ask me what customers say.", 3),
        ("thanks!", "You are welcome.", 0),
        ("what can you do?", "I answer what customers say, with numbers you can check", 3),
    ],
)
def test_small_talk_gets_a_line_and_no_figures(sqlite: Store, ask: Ask, text: str, says: str, nexts: int) -> None:
    keep(sqlite, *late(3))
    answer = ask(text)
    assert (answer.status, answer.figures, answer.question.kind) == (Status.ANSWERED, [], Kind.CHITCHAT)
    assert answer.headline.startswith(says)
    assert len(answer.next_questions) == nexts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("create a ticket for late delivery", "I cannot do that: to create a ticket is not set up here."),
        ("export the top complaints to excel", "I cannot do that: to export it is not set up here."),
    ],
)
def test_what_is_to_be_done_is_said_not_to_be_set_up(sqlite: Store, ask: Ask, text: str, says: str) -> None:
    keep(sqlite, *late(3))
    answer = ask(text)
    assert (answer.status, answer.figures) == (Status.OUT_OF_SCOPE, [])
    assert answer.question.kind is Kind.ACTION
    assert answer.headline.startswith(says)
    assert all(ask(next_).status is not Status.OUT_OF_SCOPE for next_ in answer.next_questions)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("send me the top pain points every monday at 9", "I can send that (negative) every Monday at 09:00;"),
        ("alert me when complaints exceed 50", "I can send that (complaint) when it passes a limit;"),
        ("שלחו לי כל יום ראשון ב-9 את נקודות הכאב", "אפשר לשלוח את זה (שלילי) בימי ראשון בשעה 09:00;"),
        ("هر دوشنبه ساعت ۹ مهم‌ترین مشکلات خرید را برایم بفرست", "این (مرحلهٔ خرید"),
    ],
)
def test_what_is_to_be_sent_is_said_with_the_command_that_saves_it(
    sqlite: Store, ask: Ask, text: str, says: str
) -> None:
    keep(sqlite, *late(3))
    answer = ask(text)
    assert (answer.status, answer.figures) == (Status.ANSWERED, [])
    assert answer.question.kind is Kind.SUBSCRIBE
    assert answer.headline.startswith(says)
    [how] = answer.said
    assert f"overheard watch '{text}' --to '#cx'" in how


def test_whoever_does_not_say_what_is_to_be_sent_is_asked(sqlite: Store, ask: Ask) -> None:
    keep(sqlite, *late(3))
    answer = ask("send me this every Monday")
    assert answer.status is Status.CLARIFY
    assert answer.headline.startswith("What is to be sent every Monday at 09:00?")


# --- what has to be asked back ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pain points on 2026-02-31", "I did not understand this time: “on 2026-02-31”."),
        ("top pain points except delivery", "I cannot leave things out of a count yet."),
        ("top positive complaints", "Positive complaints and negative praise are the same as none"),
        ("compare", "What shall I compare?"),
        ("show me the evidence", "This goes on from a question that I do not know."),
    ],
)
def test_what_is_not_clear_is_asked_back_and_never_guessed(sqlite: Store, ask: Ask, text: str, says: str) -> None:
    keep(sqlite, *late(3))
    answer = ask(text)
    assert (answer.status, answer.figures, answer.rows) == (Status.CLARIFY, [], ())
    assert answer.headline.startswith(says)
    assert answer.choices
    assert all(ask(choice).status is not Status.CLARIFY for choice in answer.choices)


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"), [("top pain points on Android", "android"), ("compare iOS vs Android", "ios, android")]
)
def test_a_platform_that_nobody_configured_is_said_to_be_none(sqlite: Store, ask: Ask, text: str, names: str) -> None:
    keep(sqlite, *late(3))
    answer = ask(text)
    assert (answer.status, answer.figures) == (Status.NO_DATA, [])
    assert f"Nobody has configured {names} in overheard.toml, so nothing can be found for it." in answer.notes


def test_a_platform_that_was_configured_is_counted(sqlite: Store, ask: Ask) -> None:
    names = Catalogue({"platform": {"Android": []}})
    keep_named(sqlite, names, said("1", "Late, says my Android.", author="a"), *late(2))
    asker = replace(ASKER, platforms={"Android": ()})
    answer = ask("how many complaints on Android?", asker)
    assert answer.counted
    assert answer.counted.value == 1
    assert not any("configured" in note for note in answer.notes)
    iphone = ask("how many complaints on iOS?", asker)
    assert (iphone.counted.value if iphone.counted else None) == 0


def test_a_name_that_is_a_slip_away_is_offered(sqlite: Store, ask: Ask) -> None:
    keep(sqlite, *late(3, product="Acme Pro"))
    answer = ask("top pain points of Acme Por")
    assert (answer.status, answer.figures) == (Status.NO_DATA, [])
    assert "Did you mean Acme Pro?" in answer.notes
    assert ask("top pain points of Acme Pro").rows[0].figure().value == 3


# --- the page on the command ------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
ASKED = [
    (kinds, text.strip())
    for line in PAGE.splitlines()
    if (row := re.fullmatch(r"\| (`\w+`(?:, `\w+`)*) \| (.*?) \| .* \|", line))
    for kinds, text in ((re.findall(r"`(\w+)`", row[1]), text) for text in row[2].split(";"))
    if set(kinds) <= {kind.value for kind in Kind}
]


@pytest.mark.parametrize(("kinds", "text"), ASKED, ids=[text for _, text in ASKED])
def test_the_page_on_the_command_tells_of_what_kind_its_examples_are(kinds: list[str], text: str) -> None:
    assert parse(text, SHOP).kind.value in kinds


def test_the_page_on_the_command_tells_of_every_kind() -> None:
    assert {kind for kinds, _ in ASKED for kind in kinds} == {kind.value for kind in Kind}
