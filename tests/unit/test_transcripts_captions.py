"""WebVTT and SubRip: who speaks in a cue, and cues that are broken."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Reject, Window
from connectors.sources.transcripts import plugin
from connectors.transcripts.reading.cues import is_srt, read_cues
from tests.pages import AGENT, CUSTOMER, TRANSCRIPTS, call


def written(folder: Path, text: str, name: str = "call.vtt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_zoom_cue_without_a_name_goes_on_with_the_speaker_before() -> None:
    item = call(TRANSCRIPTS / "webvtt" / "GMT20260305-140512_Recording.transcript.vtt")
    assert (item.turns[1].speaker, item.turns[1].start_s, item.turns[1].end_s) == (CUSTOMER, 4.79, 9.52)
    assert item.turns[1].text.startswith("My line was cut on Friday. and it is still down.")


def test_words_before_a_colon_in_mid_speech_are_no_name() -> None:
    assert "Here is the thing: I work from home." in call(next((TRANSCRIPTS / "webvtt").glob("GMT*"))).turns[1].text


def test_zooms_file_name_tells_when_the_call_was_in_utc() -> None:
    item = call(next((TRANSCRIPTS / "webvtt").glob("GMT*")), timezone="Asia/Tehran")
    assert item.said_at == datetime(2026, 3, 5, 14, 5, 12, tzinfo=UTC)


def test_two_voices_in_one_cue_are_two_turns_with_tags_and_entities_resolved() -> None:
    item = call(TRANSCRIPTS / "webvtt" / "voices.vtt")
    assert [(turn.speaker, turn.text, turn.start_s) for turn in item.turns] == [
        (AGENT, "Your name, please?", 1.0),
        (CUSTOMER, "Ada & Tom [NAME].", 1.0),
        (CUSTOMER, "I pay 40 a month", 3605.0),
    ]
    assert (item.extra["role_source"], item.language) == ("label", "en")


def test_two_voices_on_one_line_are_two_turns(tmp_path: Path) -> None:
    path = written(tmp_path, "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Dana (agent)>Hi. <v Caller>My bill is wrong.\n")
    assert [turn.text for turn in call(path).turns] == ["Hi.", "My bill is wrong."]


def test_broken_cues_are_counted_and_the_rest_is_kept() -> None:
    item = call(TRANSCRIPTS / "webvtt" / "broken_cues.vtt")
    assert item.extra["skipped_cues"] == "3"
    assert [turn.text for turn in item.turns] == ["Harbourlight, how can I help?", "The app signs me out."]


def test_srt_speakers_counters_font_tags_and_a_missing_blank_line() -> None:
    item = call(TRANSCRIPTS / "srt" / "speakers.srt")
    assert [(turn.speaker, turn.text) for turn in item.turns] == [
        (AGENT, "Good evening."),
        (CUSTOMER, "Good evening to you. I am moving house in May."),
    ]
    assert item.extra["skipped_cues"] == "1"


def test_captions_without_cues_hold_no_words(tmp_path: Path) -> None:
    [page] = plugin(name="calls", path=written(tmp_path, "WEBVTT")).pull({}, Window())
    assert page.items == [Reject("call.vtt", "this WebVTT transcript holds no words")]


def test_captions_that_roll_up_say_each_line_once(tmp_path: Path) -> None:
    text = (
        "WEBVTT\nKind: captions\nLanguage: en\n\n00:01.000 --> 00:02.000\nthe line<00:01.500><c> drops</c>\n\n"
        "00:02.000 --> 00:02.100\nthe line drops\n\n00:02.100 --> 00:03.000\nthe line drops\nevery<00:02.500> day\n"
    )
    assert call(written(tmp_path, text)).text == "the line drops every day"


def test_a_header_that_no_blank_line_ends_does_not_swallow_the_first_cue(tmp_path: Path) -> None:
    assert call(written(tmp_path, "WEBVTT\n00:01.000 --> 00:02.000\nhello there\n")).text == "hello there"


def test_a_mark_in_brackets_is_no_speaker(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n[NAME]: that is me\n\n00:02.000 --> 00:03.000\n[NAME]: again\n"
    assert call(written(tmp_path, text)).text == "[NAME]: that is me [NAME]: again"


def test_a_label_of_the_settings_is_a_name_anywhere(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nline 4: hello\n\n2\n00:00:03,000 --> 00:00:04,000\nAda: hi\n"
    item = call(written(tmp_path, text, "call.srt"), roles={"Line 4": "agent", "ada": "customer"})
    assert [(turn.speaker, turn.text) for turn in item.turns] == [(AGENT, "hello"), (CUSTOMER, "hi")]


@given(
    st.lists(
        st.tuples(st.floats(0, 80_000), st.text("abc אב :>-&<é", min_size=1, max_size=12).filter(str.strip)), max_size=8
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_cues_survive_any_line_end_and_either_decimal_mark(
    said: list[tuple[float, str]], end: str, comma: bool
) -> None:
    mark = "," if comma else "."
    lines = [] if comma else ["WEBVTT", ""]
    for number, (at, words) in enumerate(said, start=1):
        clock = f"{int(at) // 3600:02d}:{int(at) // 60 % 60:02d}:{int(at) % 60:02d}{mark}{int(at * 1000) % 1000:03d}"
        lines += [str(number), f"{clock} --> {clock}", words.replace("-->", "--").replace("<", "("), ""]
    found = read_cues(end.join(lines))
    assert [cue.start_s for cue in found.cues] == pytest.approx([int(at * 1000) / 1000 for at, _ in said], abs=0.002)
    assert found.skipped == 0
    assert is_srt(end.join(lines)) == (comma and bool(said))
