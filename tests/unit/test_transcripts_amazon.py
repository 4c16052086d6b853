"""Contact Lens, Transcribe Call Analytics and Bedrock Data Automation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from connectors.record import Channel, Turn
from tests.pages import AGENT, CUSTOMER, TRANSCRIPTS, call


def contact_lens_call() -> Path:
    [path] = (TRANSCRIPTS / "contact_lens").glob("*_analysis_*.json")
    return path


def test_a_contact_lens_call_has_the_contacts_id_and_the_date_of_its_file_name() -> None:
    item = call(contact_lens_call())
    assert item.native_id == "5b0d3c1e-77aa-4c11-9d3e-2f6a8c9e0b12"
    assert item.said_at == datetime(2026, 3, 4, 9, 15, 22, tzinfo=UTC)
    assert item.extra["said_at_from"] == "filename"
    assert (item.channel, item.language) == (Channel.CALL, "en")


def test_contact_lens_participants_give_the_roles_and_a_supervisor_is_of_the_company() -> None:
    item = call(contact_lens_call())
    assert item.extra["role_source"] == "vendor"
    assert [turn.speaker for turn in item.turns] == [AGENT, CUSTOMER, AGENT, AGENT, CUSTOMER]
    assert item.turns[3] == Turn(AGENT, "We send a new router today.", 21.0, 24.5)


def test_pieces_of_one_speaker_are_joined_to_one_turn_with_the_time_of_both() -> None:
    turn = call(contact_lens_call()).turns[1]
    assert turn.text == "My router blinks red since Monday. And nobody has called me back."
    assert (turn.start_s, turn.end_s) == (4.3, 11.05)


def test_the_date_in_the_key_of_the_recording_goes_before_that_of_the_file(tmp_path: Path) -> None:
    payload = json.loads(contact_lens_call().read_text(encoding="utf-8"))
    payload["CustomerMetadata"]["InputS3Uri"] = "s3://b/connect/2026/03/03/5b0d3c1e_20260303T23:59_UTC.wav"
    path = tmp_path / "x_analysis_2026-03-04T09:15:22Z.json"
    path.write_text(json.dumps(payload), encoding="utf-8")
    item = call(path)
    assert item.said_at == datetime(2026, 3, 3, 23, 59, tzinfo=UTC)
    assert item.extra["said_at_from"] == "vendor"


def test_a_contact_lens_chat_keeps_its_messages_apart_and_leaves_out_events_and_forms() -> None:
    item = call(TRANSCRIPTS / "contact_lens" / "chat.json")
    assert item.channel is Channel.CHAT
    assert [(turn.speaker, turn.text) for turn in item.turns] == [
        (AGENT, "Hello! Pick a topic."),
        (CUSTOMER, "bill is wrong"),
        (CUSTOMER, "my card [PII] was charged twice"),
        (AGENT, "Refunded, [PII]."),
    ]


def test_absolute_times_of_a_chat_become_seconds_from_its_first_message() -> None:
    item = call(TRANSCRIPTS / "contact_lens" / "chat.json")
    assert item.said_at == datetime(2026, 4, 1, 10, 0, 1, 500_000, tzinfo=UTC)
    assert [turn.start_s for turn in item.turns] == [0.0, 18.5, 20.75, 68.5]


def test_the_channel_of_the_settings_goes_before_that_of_the_format() -> None:
    assert call(TRANSCRIPTS / "contact_lens" / "chat.json", channel="call").channel is Channel.CALL


def test_call_analytics_keeps_the_vendors_redaction_marks() -> None:
    item = call(TRANSCRIPTS / "transcribe_call_analytics" / "redacted.json")
    assert [turn.text for turn in item.turns if turn.speaker is CUSTOMER] == ["שמי [NAME] והאינטרנט לא עובד.", "[PII]"]
    assert (item.language, item.extra["role_source"]) == ("he", "vendor")


def test_call_analytics_takes_id_and_date_from_the_name_of_the_job() -> None:
    item = call(TRANSCRIPTS / "transcribe_call_analytics" / "redacted.json")
    assert item.native_id == "harbourlight-20260211T081500Z-ext7.wav"
    assert item.said_at == datetime(2026, 2, 11, 8, 15, tzinfo=UTC)


def test_data_automation_has_numbered_speakers_whose_roles_are_guessed_by_what_they_say() -> None:
    item = call(TRANSCRIPTS / "aws_bda_audio" / "standard.json")
    assert item.extra["role_source"] == "guess"
    assert [turn.speaker for turn in item.turns] == [AGENT, CUSTOMER, AGENT, CUSTOMER]
    assert item.said_at == datetime(2026, 1, 15, tzinfo=UTC)


def test_the_settings_can_say_whose_a_label_is() -> None:
    item = call(TRANSCRIPTS / "aws_bda_audio" / "standard.json", roles={"SPK-1": "customer", "spk_0": "agent"})
    assert item.extra["role_source"] == "config"
    assert item.turns[0].speaker is CUSTOMER
