"""Deepgram, AssemblyAI, Whisper and its kin: speakers by number, or none at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.base import Window
from connectors.record import Feedback
from connectors.sources.transcripts import plugin
from tests.pages import AGENT, CUSTOMER, TRANSCRIPTS, call


def test_a_deepgram_utterance_with_the_words_of_two_speakers_is_two_turns() -> None:
    item = call(TRANSCRIPTS / "deepgram" / "utterances.json")
    assert [(turn.speaker, turn.text) for turn in item.turns[2:]] == [
        (AGENT, "I see. Can I have your number?"),
        (CUSTOMER, "Sure, nine nine."),
    ]
    assert item.turns[3].start_s == 9.4


def test_deepgram_dates_the_transcription_which_is_taken_only_if_nothing_better_is_there(tmp_path: Path) -> None:
    path = TRANSCRIPTS / "deepgram" / "utterances.json"
    assert call(path).said_at == datetime(2026, 5, 6, 7, 8, 9, 123_000, tzinfo=UTC)
    assert call(path, said_at="2026-05-01").said_at == datetime(2026, 5, 1, tzinfo=UTC)
    named = tmp_path / "call 2026-05-04 10.30.json"
    named.write_bytes(path.read_bytes())
    assert call(named, said_at="2026-05-01").said_at == datetime(2026, 5, 4, 10, 30, tzinfo=UTC)


def test_deepgram_channels_are_speakers_and_stand_in_the_order_of_their_times() -> None:
    item = call(TRANSCRIPTS / "deepgram" / "two_channels.json")
    assert [turn.speaker for turn in item.turns] == [AGENT, CUSTOMER, AGENT, CUSTOMER]
    assert [turn.start_s for turn in item.turns] == [0.2, 3.0, 8.0, 12.0]
    assert item.language == "en"


def test_deepgram_words_alone_are_enough(tmp_path: Path) -> None:
    payload = json.loads((TRANSCRIPTS / "deepgram" / "utterances.json").read_text(encoding="utf-8"))
    del payload["results"]["utterances"]
    path = tmp_path / "words.json"
    path.write_text(json.dumps(payload), encoding="utf-8")
    assert call(path).turns == call(TRANSCRIPTS / "deepgram" / "utterances.json").turns


def test_assemblyai_milliseconds_become_seconds() -> None:
    item = call(TRANSCRIPTS / "assemblyai" / "utterances.json")
    assert [(turn.speaker, turn.start_s, turn.end_s) for turn in item.turns] == [
        (AGENT, 0.25, 2.6),
        (CUSTOMER, 4.1, 6.15),
    ]
    assert (item.native_id, item.language) == ("a5a5a5a5-1111-4222-8333-444455556666", "en")


def test_assemblyai_without_utterances_is_read_from_its_words() -> None:
    item = call(TRANSCRIPTS / "assemblyai" / "no_speakers.json")
    assert [(turn.speaker, turn.text) for turn in item.turns] == [(CUSTOMER, "The app crashed again.")]


@pytest.mark.parametrize(
    ("name", "words", "language"),
    [
        ("openai.json", "I have waited for the technician the whole morning.\nNobody came.", "en"),
        ("api_verbose.json", "המודם שוב נפל ואף אחד לא עונה", "he"),
        ("faster_whisper_list.json", "The price went up. Again.", None),
        ("faster_whisper_tuples.json", "The price went up. Again.", None),
        ("whisper_cpp.json", "اینترنت من قطع شده از دیروز", "fa"),
    ],
)
def test_each_dialect_of_whisper_is_read(name: str, words: str, language: str | None) -> None:
    item = call(TRANSCRIPTS / "whisper" / name)
    assert (item.text, item.language) == (words, language)


def test_a_dictation_without_speakers_is_the_customers_and_says_that_this_is_a_guess() -> None:
    [page] = plugin(name="calls", path=TRANSCRIPTS / "whisper" / "openai.json").pull({}, Window())
    [item] = page.items
    assert isinstance(item, Feedback)
    assert {turn.speaker for turn in item.turns} == {CUSTOMER}
    assert item.extra["role_source"] == "guess"
    assert "no speakers are told apart in 1 transcript: all the words there count as the customer's" in page.notes


def test_a_long_silence_ends_a_turn() -> None:
    turns = call(TRANSCRIPTS / "whisper" / "openai.json").turns
    assert [(turn.start_s, turn.end_s) for turn in turns] == [(0.0, 5.9), (21.0, 23.5)]


def test_a_whisperx_segment_is_cut_where_another_voice_begins() -> None:
    item = call(TRANSCRIPTS / "whisperx" / "diarized.json")
    assert [(turn.speaker, turn.text) for turn in item.turns] == [
        (AGENT, "Hello, thank you for calling."),
        (CUSTOMER, "Hi. I pay 40 a month."),
        (AGENT, "And your name?"),
        (CUSTOMER, "It is our plan still."),
    ]


def test_a_word_without_a_time_stays_where_it_stands() -> None:
    turn = call(TRANSCRIPTS / "whisperx" / "diarized.json").turns[1]
    assert "I pay 40 a month." in turn.text
    assert (turn.start_s, turn.end_s) == (2.4, 4.4)


def test_a_single_word_in_mid_sentence_does_not_change_the_speaker() -> None:
    assert call(TRANSCRIPTS / "whisperx" / "diarized.json").turns[3].text == "It is our plan still."


def test_one_named_label_of_two_settles_the_other() -> None:
    item = call(TRANSCRIPTS / "whisperx" / "diarized.json", roles={"SPEAKER_00": "customer"})
    assert item.turns[1].speaker is AGENT
    assert item.extra["role_source"] == "config"
