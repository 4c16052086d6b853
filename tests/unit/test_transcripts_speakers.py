"""Whose a label is, and the guess where nothing tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.languages import language_code
from connectors.record import Channel, Speaker
from connectors.transcripts.base import Conversation, RoleSource, Utterance
from connectors.transcripts.reading.speakers import is_speaker_word, key, role_of
from connectors.transcripts.reading.turns import Told, tell
from tests.pages import AGENT, CUSTOMER


def told(*said: tuple[str | None, str], roles: dict[str, Speaker] | None = None) -> Told:
    return tell(Conversation([Utterance(label, text) for label, text in said]), roles or {})


def whose(found: Told) -> list[Speaker]:
    return [turn.speaker for turn in found.turns]


@pytest.mark.parametrize(
    "label",
    ["AGENT", "Agent_2", "agent dana levi", "SYSTEM", "CUSTOM_BOT", "IVR", "SUPERVISOR", "AUTOMATED_AGENT", "internal",
     "Customer Service", "customer support 2", "נציגה", "נציג שירות", "מוקדן", "کارشناس", "اپراتور", "كارشناس"],
)  # fmt: skip
def test_all_who_are_not_the_customer_are_agents(label: str) -> None:
    assert role_of(label.replace("dana levi", "Dana Levi")) is AGENT


@pytest.mark.parametrize(
    "label", ["CUSTOMER", "END_USER", "Caller 1", "external", "contact", "Customer (Ada)", "לקוחה", "הלקוח", "مشتری"]
)
def test_words_for_a_customer(label: str) -> None:
    assert role_of(label) is CUSTOMER


@pytest.mark.parametrize("label", ["Dana Levi", "SPEAKER_00", "spk_1", "A", "", "1", "Customers were saying", "[PII]"])
def test_other_labels_say_nothing_of_the_role(label: str) -> None:
    assert role_of(label) is None


def test_numbered_speakers_are_speakers_whichever_way_they_are_written() -> None:
    assert is_speaker_word("SPEAKER_00")
    assert key("SPEAKER_00") == key("Speaker 0") == key("speaker-0") == key("speaker0")
    assert key("SPEAKER_10") != key("SPEAKER_1")


@pytest.mark.parametrize(
    ("agent", "customer"),
    [
        ("Thank you for calling, how can I help?", "My order never came."),
        ("Can I have your order number please?", "It is five five one. I was charged twice."),
        ("תודה שהתקשרת, במה אוכל לעזור?", "חייבתם אותי פעמיים."),
        ("אפשר לקבל את מספר ההזמנה?", "עדיין לא קיבלתי את החבילה שלי."),
        ("با تشکر از تماس شما، چه کمکی از دستم برمیاد؟", "سفارشم هنوز نرسیده."),
        ("لطفاً شماره ملی را بفرمایید، بررسی می کنم.", "می خواستم بپرسم پولم کی برمی‌گرده"),
    ],
)
def test_the_company_is_known_by_its_phrases_even_if_it_does_not_speak_first(agent: str, customer: str) -> None:
    assert whose(told(("B", customer), ("A", agent))) == [CUSTOMER, AGENT]
    assert told(("B", customer), ("A", agent)).role_source is RoleSource.GUESS


def test_where_nothing_tells_who_speaks_first_is_the_company() -> None:
    assert whose(told(("X", "hm"), ("Y", "hm"))) == [AGENT, CUSTOMER]


def test_a_second_agent_is_found_among_three_voices() -> None:
    found = told(
        ("1", "Thank you for calling, how can I help?"),
        ("2", "My bill is wrong, I was charged twice."),
        ("3", "Let me check that for you. May I have your name?"),
    )
    assert whose(found) == [AGENT, CUSTOMER, AGENT]


def test_a_single_voice_is_the_customers() -> None:
    found = told((None, "How can I help you?"), (None, "I need help."))
    assert (whose(found), found.one_voice) == ([CUSTOMER], True)


def test_the_users_word_goes_before_the_vendors_and_the_least_sure_way_is_named() -> None:
    conversation = Conversation([Utterance("a", "x"), Utterance("b", "y")], roles={"a": AGENT, "b": CUSTOMER})
    assert tell(conversation, {}).role_source is RoleSource.VENDOR
    found = tell(conversation, {"A": CUSTOMER})
    assert (whose(found), found.role_source) == ([CUSTOMER, CUSTOMER], RoleSource.VENDOR)


def test_messages_of_a_chat_stay_apart_while_pieces_of_a_call_are_joined() -> None:
    said = [Utterance("customer", "hi", 0.0, 1.0), Utterance("customer", "bill is wrong", 2.0, 3.0)]
    assert [turn.text for turn in tell(Conversation(said), {}).turns] == ["hi bill is wrong"]
    chat = tell(Conversation(said, channel=Channel.CHAT), {})
    assert [turn.text for turn in chat.turns] == ["hi", "bill is wrong"]


def test_times_of_an_unknown_unit_are_left_out_rather_than_wrong() -> None:
    said = [Utterance("agent", "a", 0.0, 1.0), Utterance("customer", "b", 90_000.0, 90_001.0)]
    assert [(turn.start_s, turn.end_s) for turn in tell(Conversation(said), {}).turns] == [(None, None)] * 2


def test_text_that_cannot_be_stored_is_replaced() -> None:
    assert told(("customer", "a\x00b \ud83d c\u200cd\n e")).turns[0].text == "a\ufffdb \ufffd c\u200cd e"


@pytest.mark.parametrize(
    ("written", "code"),
    [("en-US", "en"), ("en_us", "en"), ("EN", "en"), ("iw", "he"), ("persian", "fa"), ("Hebrew", "he"), ("fas", "fa"),
     ("he-IL", "he"), ("DEFAULT", None), ("multi", None), ("und", None), ("", None), (None, None),
     ("zh-Hans-CN", "zh"), ("he-IL,he;q=0.9", "he"), ("עברית", "he"), ("انگليسي", "en"), ("not said", None)],
)  # fmt: skip
def test_languages_are_two_letters_whichever_way_they_are_written(written: str | None, code: str | None) -> None:
    assert language_code(written) == code


labels = st.sampled_from([None, "Agent", "customer", "A", "B", "SPEAKER_00", ""])
times = st.none() | st.floats(-1, 100_000, allow_nan=False)


@given(st.lists(st.builds(Utterance, labels, st.text(max_size=6), times, times), max_size=12))
def test_starts_never_run_backwards_roles_are_known_and_no_turn_is_empty(said: list[Utterance]) -> None:
    found = tell(Conversation(said), {})
    starts = [turn.start_s for turn in found.turns if turn.start_s is not None]
    assert starts == sorted(starts)
    assert all(0 <= start < 86_400 for start in starts)
    for turn in found.turns:
        assert turn.speaker in Speaker
        assert turn.text == turn.text.strip() != ""
        assert turn.end_s is None or (turn.start_s is not None and turn.start_s <= turn.end_s < 86_400)


@given(st.lists(st.builds(Utterance, labels, st.text(max_size=6), times, times), max_size=12))
def test_no_word_is_lost(said: list[Utterance]) -> None:
    found = tell(Conversation(said), {})
    kept = sorted("".join(turn.text for turn in found.turns).replace(" ", ""))
    cleaned = [turn.text for one in said for turn in tell(Conversation([one]), {}).turns]
    assert kept == sorted("".join(cleaned).replace(" ", ""))
