"""Every transcript is recognised by exactly one parser, and nothing else by any."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from connectors.plugins import names
from connectors.transcripts.base import Conversation, Document, Parser
from connectors.transcripts.reading import sniffer
from connectors.transcripts.reading.sniffer import Unreadable, parsers, read, recognise
from tests.pages import TRANSCRIPTS

FILES = sorted(path for path in TRANSCRIPTS.rglob("*") if path.is_file() and path.parent != TRANSCRIPTS)
OTHERS = "not_transcripts"


def document(path: Path) -> Document:
    return Document(path.name, path.read_bytes())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_file_is_claimed_by_the_parser_of_its_folder_and_by_no_other(path: Path) -> None:
    claims = [parser.name for parser in recognise(document(path))]
    assert claims == ([] if path.parent.name == OTHERS else [path.parent.name])


def test_every_format_has_a_fixture_so_that_the_matrix_has_no_empty_row() -> None:
    matrix = Counter(path.parent.name for path in FILES)
    assert {parser.name for parser in parsers()} == set(matrix) - {OTHERS}
    assert {parser.name for parser in parsers()} == set(names("connectors.transcripts"))


def test_a_file_that_two_parsers_claim_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    def always(document: Document) -> bool:
        return True

    def nothing(document: Document) -> list[Conversation]:
        return []

    greedy = Parser("greedy", "Greedy", always, nothing)
    both = (*parsers(), greedy)
    monkeypatch.setattr(sniffer, "parsers", lambda: both)
    with pytest.raises(Unreadable, match="more than one format claims this file: srt, greedy"):
        read(document(TRANSCRIPTS / "srt" / "one_voice.srt"))


def test_truncated_json_says_where_it_breaks_off_and_what_would_be_understood() -> None:
    raw = (TRANSCRIPTS / "deepgram" / "utterances.json").read_bytes()
    with pytest.raises(Unreadable, match=r"breaks off at line \d+, column \d+; recognised are .*WhisperX") as caught:
        read(Document("call.json", raw[: len(raw) // 2]))
    assert not caught.value.foreign


@pytest.mark.parametrize(
    "raw", [bytes(range(256)) * 40, b"RIFF\x00\x10WAVEfmt ", b"%PDF-1.7 Agent: a\nAgent: b", b"ID3\x04"]
)
def test_binary_files_are_named_as_such(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="binary, not text") as caught:
        read(Document("call.json", raw))
    assert caught.value.foreign


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{}", b"42", b'"text"', b"[[[]]]", b"[1, 2]", b"\n\n"])
def test_an_empty_or_bare_value_is_no_transcript(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="not a transcript that we know"):
        read(Document("call.json", raw))


def test_json_nested_without_end_is_a_reason_and_not_a_crash() -> None:
    with pytest.raises(Unreadable, match=r"nested too deeply|breaks off"):
        read(Document("call.json", b'{"a":' * 100_000))


def test_a_custom_blueprint_of_data_automation_holds_no_words_and_is_no_transcript() -> None:
    assert recognise(document(TRANSCRIPTS / OTHERS / "bda_custom_blueprint.json")) == []


def test_webvtt_without_its_header_is_not_webvtt() -> None:
    assert recognise(document(TRANSCRIPTS / OTHERS / "headless.vtt")) == []
    assert recognise(Document("a.vtt", b"WEBVTTX\n\n00:01.000 --> 00:02.000\nHi\n")) == []
