"""The parsers on real files of the vendors, which are kept outside the project: other people's words."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Window
from connectors.record import Feedback, Speaker
from connectors.sources.transcripts import plugin
from connectors.transcripts.base import Document
from connectors.transcripts.reading.sniffer import recognise

SHARED = Path(os.environ.get("OVERHEARD_SHARED", Path(__file__).parents[3] / "shared"))
FORMATS = SHARED / "formats"
VCONS = SHARED / "corpora" / "en" / "vcon-synthetic-calls"
pytestmark = pytest.mark.skipif(
    not FORMATS.is_dir(),
    reason=f"no real transcripts at {FORMATS}: set OVERHEARD_SHARED to the folder that holds formats/",
)

# Which parser reads what; every other file is no transcript.
EXPECTED = {
    "assemblyai/transcript_spec_example.json": "assemblyai",
    "aws_bda_audio/bda-standard.json": "aws_bda_audio",
    "contact_lens/post_call_analysis_v1.1.0.json": "contact_lens",
    "deepgram/call_center_nova3_diarized.json": "deepgram",
    "genesys/transcript_documented_shape.json": "genesys",
    "gong/calls_transcript.json": "gong",
    "google_ccai/conversation.json": "google_ccai",
    "transcribe_call_analytics/example-call.json": "transcribe_call_analytics",
    "twilio/sentences.json": "twilio",
    "whisper/whisper_word_timestamps.json": "whisper",
    "whisper/whisperx_diarized.json": "whisperx",
    "zoom_vtt/small_transcript.vtt": "webvtt",
    "zoom_vtt/transcript.vtt": "webvtt",
    **{
        f"vtt_srt/{name}.vtt": "webvtt"
        for name in [
            "captions_with_bom",
            "comments",
            "cue_tags",
            "invalid_timeframe",
            "metadata_headers",
            "metadata_headers_multiline",
            "missing_caption_text",
            "missing_timeframe",
            "no_captions",
            "sample",
            "styles",
            "using_identifiers",
            "youtube_dl",
        ]
    },
    **{
        f"vtt_srt/{name}.srt": "srt"
        for name in ("invalid_timeframe", "missing_caption_text", "missing_timeframe", "sample")
    },
}


def read(name: str, **settings: Any) -> Feedback:
    pages = list(plugin(name="calls", path=FORMATS / name, **settings).pull({}, Window()))
    [item] = [item for page in pages for item in page.items]
    assert isinstance(item, Feedback)
    return item


def test_each_real_file_is_claimed_by_the_one_parser_that_should_and_by_no_other() -> None:
    files = sorted(path for path in FORMATS.rglob("*") if path.is_file())
    found = {
        path.relative_to(FORMATS).as_posix(): [
            parser.name for parser in recognise(Document(path.name, path.read_bytes()))
        ]
        for path in files
    }
    assert {name: claims for name, claims in found.items() if claims} == {
        name: [parser] for name, parser in EXPECTED.items()
    }
    assert len(files) > len(EXPECTED) + 50


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"vtt_srt/no_captions.vtt"}))
def test_real_turns_are_in_order_shorter_than_a_day_and_of_known_people(name: str) -> None:
    item = read(name)
    starts = [turn.start_s for turn in item.turns if turn.start_s is not None]
    assert starts == sorted(starts)
    assert all(0 <= start < 86_400 for start in starts)
    assert all(turn.text.strip() and turn.speaker in Speaker for turn in item.turns)
    assert all(turn.end_s is None or turn.end_s >= (turn.start_s or 0) for turn in item.turns)


@pytest.mark.parametrize(
    ("name", "turns", "first", "roles"),
    [
        ("contact_lens/post_call_analysis_v1.1.0.json", 12, Speaker.AGENT, "vendor"),
        ("transcribe_call_analytics/example-call.json", 37, Speaker.AGENT, "vendor"),
        ("aws_bda_audio/bda-standard.json", 33, Speaker.AGENT, "guess"),
        ("deepgram/call_center_nova3_diarized.json", 56, Speaker.AGENT, "guess"),
        ("genesys/transcript_documented_shape.json", 3, Speaker.CUSTOMER, "vendor"),
        ("google_ccai/conversation.json", 14, Speaker.AGENT, "vendor"),
    ],
)
def test_real_calls_have_the_company_and_the_customer_the_right_way_round(
    name: str, turns: int, first: Speaker, roles: str
) -> None:
    item = read(name)
    assert (len(item.turns), item.turns[0].speaker, item.extra["role_source"]) == (turns, first, roles)
    assert {turn.speaker for turn in item.turns} == set(Speaker)


def test_the_redaction_marks_of_call_analytics_survive() -> None:
    assert "[PII]" in read("transcribe_call_analytics/example-call.json").text


def test_a_real_whisperx_file_is_cut_inside_its_segments() -> None:
    path = FORMATS / "whisper" / "whisperx_diarized.json"
    segments = json.loads(path.read_text(encoding="utf-8"))["segments"]
    mixed = [part for part in segments if len({word["speaker"] for word in part["words"] if "speaker" in word}) > 1]
    assert len(mixed) == 14
    words = sum(len(part["words"]) for part in segments)
    assert len(read("whisper/whisperx_diarized.json").text.split()) == words


def test_no_name_of_a_real_zoom_file_is_left_in_the_words() -> None:
    raw = (FORMATS / "zoom_vtt" / "transcript.vtt").read_text(encoding="utf-8")
    names = Counter(line.split(": ")[0] for line in raw.splitlines() if ": " in line and "-->" not in line)
    speakers = [name for name, cues in names.items() if cues > 20]
    assert len(speakers) == 2
    assert not any(f"{name}: " in read("zoom_vtt/transcript.vtt").text for name in speakers)


@pytest.mark.skipif(not VCONS.is_dir(), reason=f"no real vCons at {VCONS}")
def test_real_vcons_of_three_kinds_are_read_with_the_agent_first() -> None:
    pages = list(plugin(name="calls", path=VCONS / "raw").pull({}, Window()))
    items = [item for page in pages for item in page.items if isinstance(item, Feedback)]
    assert len(items) == 3
    assert {item.turns[0].speaker for item in items} == {Speaker.AGENT}
    assert sorted(len(item.turns) for item in items) == [11, 13, 15]
