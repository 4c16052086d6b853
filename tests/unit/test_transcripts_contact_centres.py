"""Twilio, Genesys, Gong, Google and vCon: roles from channels, purposes, affiliations and parties."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from connectors.base import Reject
from connectors.record import Feedback
from tests.pages import AGENT, CUSTOMER, TRANSCRIPTS, call, calls


def test_twilio_sentences_may_lack_times_and_keep_their_order() -> None:
    item = call(TRANSCRIPTS / "twilio" / "sentences.json")
    assert [(turn.speaker, turn.start_s) for turn in item.turns] == [(AGENT, None), (CUSTOMER, None), (AGENT, None)]
    assert (item.native_id, item.extra["role_source"]) == ("GT0123456789abcdef0123456789abcdef", "guess")


def test_the_transcript_beside_twilio_sentences_tells_channels_date_language_and_caller() -> None:
    item = call(TRANSCRIPTS / "twilio" / "with_transcript.json")
    assert [turn.speaker for turn in item.turns] == [CUSTOMER, AGENT]
    assert item.extra["role_source"] == "channel"
    assert item.said_at == datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
    assert (item.language, item.author) == ("en", "+15550100")


def test_a_further_page_of_twilio_sentences_does_not_hide_the_first(tmp_path: Path) -> None:
    payload = json.loads((TRANSCRIPTS / "twilio" / "sentences.json").read_text(encoding="utf-8"))
    for page in (0, 1):
        payload["meta"]["page"] = page
        (tmp_path / f"page-{page}.json").write_text(json.dumps(payload), encoding="utf-8")
    ids = [item.native_id for item in calls(tmp_path) if isinstance(item, Feedback)]
    assert ids == ["GT0123456789abcdef0123456789abcdef", "GT0123456789abcdef0123456789abcdef/1"]


def test_genesys_times_are_read_whether_they_count_from_1970_or_from_the_start() -> None:
    relative, absolute = call(TRANSCRIPTS / "genesys" / "relative.json"), call(TRANSCRIPTS / "genesys" / "epoch.json")
    assert [(turn.start_s, turn.end_s) for turn in relative.turns] == [(0.5, 2.0), (4.2, 5.7)]
    assert [turn.start_s for turn in absolute.turns] == [1.0, 20.0, 24.0]
    assert relative.said_at == absolute.said_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_genesys_prefers_the_decorated_text_and_knows_the_caller() -> None:
    item = call(TRANSCRIPTS / "genesys" / "relative.json")
    assert item.text == "My bill doubled.\nlet me look"
    assert (item.author, item.native_id) == ("+972500000000", "conv-7/comm-1")


def test_the_voice_of_the_machine_is_of_the_company() -> None:
    assert [turn.speaker for turn in call(TRANSCRIPTS / "genesys" / "epoch.json").turns] == [AGENT, AGENT, CUSTOMER]


def test_a_gong_page_holds_several_calls_and_an_empty_one_is_a_reject() -> None:
    first, second, third = calls(TRANSCRIPTS / "gong" / "page.json")
    assert isinstance(first, Feedback)
    assert isinstance(second, Feedback)
    assert (first.native_id, second.native_id) == ("1000000000000000001", "1000000000000000002")
    assert (first.extra["where"], second.extra["where"]) == ("page.json", "page.json:2")
    assert third == Reject("page.json:3", "this Gong transcript holds no words")


def test_gong_affiliation_gives_the_roles_where_the_details_of_the_call_are_there() -> None:
    first, second, _ = calls(TRANSCRIPTS / "gong" / "page.json")
    assert isinstance(first, Feedback)
    assert isinstance(second, Feedback)
    assert [turn.speaker for turn in first.turns] == [AGENT, CUSTOMER]
    assert (first.extra["role_source"], second.extra["role_source"]) == ("vendor", "guess")
    assert first.said_at == datetime(2026, 2, 3, 13, tzinfo=timezone(timedelta(hours=2)))
    assert (first.author, first.url) == ("ada@client.example", "https://app.gong.io/call?id=1000000000000000001")


def test_googles_microseconds_become_seconds_and_its_automated_agent_an_agent() -> None:
    item = call(TRANSCRIPTS / "google_ccai" / "conversation.json")
    assert [(turn.speaker, turn.start_s) for turn in item.turns] == [
        (AGENT, 0.0),
        (CUSTOMER, 4.5),
        (AGENT, 15.0),
        (CUSTOMER, 21.0),
    ]
    assert item.said_at == datetime.fromtimestamp(1_772_000_000, UTC)
    assert item.native_id == "conversation"


def test_a_vcon_that_lists_its_dialogue_twice_is_read_once() -> None:
    item = call(TRANSCRIPTS / "vcon" / "text.json")
    assert [(turn.speaker, turn.start_s) for turn in item.turns] == [
        (AGENT, 0.0),
        (CUSTOMER, 60.0),
        (AGENT, 120.0),
        (CUSTOMER, 180.0),
    ]
    assert (item.author, item.extra["role_source"]) == ("ada@client.example", "vendor")


def test_paragraphs_in_a_vcon_are_turns_of_two_people_and_its_naive_time_is_in_the_zone_of_the_source() -> None:
    item = call(TRANSCRIPTS / "vcon" / "paragraphs.json", timezone="Asia/Jerusalem")
    assert [turn.speaker for turn in item.turns] == [AGENT, CUSTOMER, AGENT]
    assert item.extra["role_source"] == "guess"
    assert item.said_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_vendors_transcript_inside_a_vcon_is_read_by_the_vendors_parser() -> None:
    item = call(TRANSCRIPTS / "vcon" / "inside.json")
    assert [(turn.speaker, turn.text, turn.start_s) for turn in item.turns] == [
        (AGENT, "How may I help you?", 0.5),
        (CUSTOMER, "My router is broken.", 2.5),
    ]
    assert (item.extra["format"], item.language) == ("vcon", "en")
