"""Where the assistant may speak, to whom, and whose words it keeps to itself."""

from __future__ import annotations

import pytest

from assistant.answer import Answer
from assistant.slack.policy import Policy, is_public
from mining.store import Store
from tests.engine_store import ASKER, engine_of, late, on
from tests.fakes import keep

T, C, D, U = "T1", "C1", "D1", "U1"


@pytest.mark.parametrize(
    ("channel", "kind", "public"),
    [
        ("C1", None, True), ("C1", "channel", True), ("C1", "cx", True), ("C1", "group", False),
        ("C1", "privategroup", False), ("C1", "mpim", False), ("G1", None, False), ("D1", None, False),
        ("D1", "directmessage", False), ("", None, True),
    ],
)  # fmt: skip
def test_a_channel_of_which_nothing_is_known_is_taken_for_public(channel: str, kind: str | None, public: bool) -> None:
    assert is_public(channel, kind) is public


@pytest.mark.parametrize(
    ("policy", "lets"),
    [
        (Policy(), True),
        (Policy(channels=("C1",)), True),
        (Policy(channels=("C2",)), False),
        (Policy(users=("U1",)), True),
        (Policy(users=("U2",)), False),
        (Policy(team="T1"), True),
        (Policy(team="T2"), False),
        (Policy(channels=("C1",), users=("U2",)), False),
    ],
)
def test_somebody_is_answered_where_team_channel_and_person_are_let(policy: Policy, lets: bool) -> None:
    assert policy.lets(T, C, U) is lets


def test_direct_messages_are_not_asked_for_their_channel() -> None:
    assert Policy(channels=("C9",)).lets(T, D, U)
    assert not Policy(users=("U9",)).lets(T, D, U)


@pytest.fixture
def answer(sqlite: Store) -> Answer:
    keep(sqlite, *late(4, said_at=on(15)), sentiment="negative")
    keep(sqlite, *late(4, first=4, said_at=on(15), source="crm"), sentiment="negative")
    return engine_of(sqlite).ask("top pain points in the last 30 days", ASKER)


def test_words_of_a_private_source_are_not_quoted_in_public_and_that_is_said(answer: Answer) -> None:
    fit, held = Policy(private_sources=frozenset({"crm"})).fit_for(answer, public=True)
    assert {quote.mention.source for quote in answer.every_quote} == {"crm", "shop"}
    assert {quote.mention.source for quote in fit.every_quote} == {"shop"}
    assert held == len(answer.every_quote) - len(fit.every_quote) > 0
    assert [figure.value for figure in fit.figures] == [figure.value for figure in answer.figures]


def test_in_private_and_without_private_sources_everything_is_quoted(answer: Answer) -> None:
    assert Policy(private_sources=frozenset({"crm"})).fit_for(answer, public=False) == (answer, 0)
    assert Policy().fit_for(answer, public=True) == (answer, 0)
