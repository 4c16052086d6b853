"""Masking of whole records, and the hashing of authors."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Reject
from connectors.record import Channel, Feedback, Speaker, Turn
from mining.privacy import hash_author, mask_feedback, mask_reject, new_key

KEY = bytes(range(32))
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def feedback(**fields: object) -> Feedback:
    base = Feedback("shop", "1", Channel.REVIEW, said_at=NOW, fetched_at=NOW)
    return dataclasses.replace(base, **fields)  # type: ignore[arg-type]  # any field of the record


def test_every_text_of_a_feedback_is_masked() -> None:
    kept = mask_feedback(
        feedback(
            text="call 050-1234567",
            url="https://example.com/r/1?token=abc123",
            author="Dana Levi",
            extra={"subject": "mail me at dana@example.com", "stars": "5"},
            segment={"contact": "+972501234567", "plan": "gold"},
        ),
        KEY,
    )
    assert kept.text == "call [phone]"
    assert kept.url == "https://example.com/r/1?token=[secret]"
    assert kept.author == hash_author("Dana Levi", KEY)
    assert kept.extra == {"subject": "mail me at [email]", "stars": "5"}
    assert kept.segment == {"contact": "[phone]", "plan": "gold"}
    assert kept.id == "shop:1"


def test_turns_are_masked_one_by_one_and_know_what_was_asked() -> None:
    turns = (
        Turn(Speaker.AGENT, "May I have your ID number?", 0.0, 2.0),
        Turn(Speaker.CUSTOMER, "304451669", 2.0, 4.0),
        Turn(Speaker.AGENT, "Thank you"),
    )
    kept = mask_feedback(feedback(turns=turns), KEY)
    assert [turn.text for turn in kept.turns] == ["May I have your ID number?", "[national_id]", "Thank you"]
    assert kept.turns[1].start_s == 2.0
    assert kept.text == "May I have your ID number?\n[national_id]\nThank you"


def test_masking_a_record_twice_changes_nothing() -> None:
    record = feedback(
        author="dana",
        url="https://u:p@example.com",
        turns=(Turn(Speaker.AGENT, "your code please?"), Turn(Speaker.CUSTOMER, "4821 and dana@example.com")),
        extra={"thread_id": "4580751533645048", "note": "4580751533645048"},
    )
    once = mask_feedback(record, KEY)
    assert mask_feedback(once, KEY) == once


def test_a_vendors_own_id_is_no_card_number() -> None:
    kept = mask_feedback(feedback(extra={"conversation_id": "4580751533645048", "customer_id": "0501234567"}), KEY)
    assert kept.extra == {"conversation_id": "4580751533645048", "customer_id": "[phone]"}


def test_spelling_of_an_author_does_not_count() -> None:
    hashed = hash_author("Dana Levi", KEY)
    assert hashed is not None
    assert hashed.startswith("a1:")
    assert len(hashed) == 35
    for same in (" dana  levi ", "DANA LEVI", "Ｄana\u00a0Levi", "@Dana Levi", "\u200eDana Levi"):
        assert hash_author(same, KEY) == hashed
    assert hash_author("Dana Lev", KEY) != hashed
    assert hash_author("Dana Levi", new_key()) != hashed
    assert hash_author(hashed, KEY) == hashed


@pytest.mark.parametrize(
    "nobody", [None, "", "  ", "[deleted]", "[Removed]", "Anonymous", "A Google user", "אנונימי", "ناشناس"]
)
def test_nobody_has_no_hash(nobody: str | None) -> None:
    assert hash_author(nobody, KEY) is None


@given(st.text(max_size=40))
def test_hashing_is_idempotent_and_shows_nothing(author: str) -> None:
    hashed = hash_author(author, KEY)
    assert hash_author(hashed, KEY) == hashed
    assert hashed is None or set(hashed[3:]) <= set("0123456789abcdef")


def test_a_key_of_the_wrong_length_is_refused() -> None:
    for key in (b"", b"short", bytes(65)):
        with pytest.raises(ValueError, match="16 to 64 bytes"):
            hash_author("dana", key)
    assert len(new_key()) == 32
    assert new_key() != new_key()


def test_a_reject_keeps_its_structure_but_no_person() -> None:
    raw = json.dumps(
        {"id": 4580751533645048, "by": "Dana Levi", "text": "אני dana levi, 0501234567", "phone": 972501234567}
    )
    kept = mask_reject(Reject("reviews.json:7", "no date", raw, author="Dana Levi"), KEY)
    hashed = hash_author("Dana Levi", KEY)
    assert json.loads(kept.raw) == {
        "id": 4580751533645048,
        "by": hashed,
        "text": f"אני {hashed}, [phone]",
        "phone": "[phone]",
    }
    assert kept.author == hashed
    assert kept.where == "reviews.json:7"
    assert kept.reason == "no date"
    assert mask_reject(kept, KEY) == kept


def test_a_reject_that_is_no_json_is_masked_as_text() -> None:
    kept = mask_reject(Reject("r.csv:3", "too few columns", "7;Dana;dana@example.com", author="Dana"), KEY)
    assert kept.raw == f"7;{hash_author('Dana', KEY)};[email]"


def test_a_masked_place_stays_unique_and_stable() -> None:
    first, second, again = (
        mask_reject(Reject(f"calls/{number}.json", "empty"), KEY).where
        for number in ("0501234567", "0527654321", "0501234567")
    )
    assert first == again
    assert first != second
    assert "0501234567" not in first
    assert mask_reject(Reject(first, "empty"), KEY).where == first
