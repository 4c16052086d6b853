"""Plain text with labels at the beginning of lines, in three languages and as many encodings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.encoding import decode
from connectors.record import Speaker
from connectors.transcripts.base import Document
from connectors.transcripts.plain_text import sniff
from tests.pages import AGENT, CUSTOMER, TRANSCRIPTS, call

FIXTURES = TRANSCRIPTS / "plain_text"


def said(folder: Path, text: str, **settings: Any) -> list[tuple[Speaker, str]]:
    path = folder / "call.txt"
    path.write_text(text, encoding="utf-8")
    return [(turn.speaker, turn.text) for turn in call(path, **settings).turns]


def test_lines_without_a_label_go_on_and_headings_are_no_turns() -> None:
    item = call(FIXTURES / "english.txt")
    assert [(turn.speaker, turn.text) for turn in item.turns] == [
        (AGENT, "Thank you for calling Harbourlight."),
        (CUSTOMER, "Hi. I have two things: the bill, and the router."),
        (AGENT, "Go on."),
        (CUSTOMER, "The bill is [PII] too high."),
    ]
    assert item.extra["role_source"] == "label"


def test_a_heading_gives_the_id_and_the_date() -> None:
    item = call(FIXTURES / "english.txt", timezone="Asia/Jerusalem")
    assert (item.native_id, item.said_at) == ("HL-2026-0042", datetime(2026, 7, 8, 13, 20, tzinfo=UTC))
    assert item.extra["said_at_from"] == "vendor"


def test_stamps_before_names_give_times_and_make_names_speakers() -> None:
    item = call(FIXTURES / "stamped.txt")
    assert [(turn.speaker, turn.start_s) for turn in item.turns] == [
        (AGENT, 3.0),
        (CUSTOMER, 9.0),
        (AGENT, 72.0),
        (CUSTOMER, 75.0),
    ]
    assert item.turns[1].text == "The invoice is late. it is always late"


def test_hebrew_labels_in_an_old_code_page_behind_marks_of_direction() -> None:
    item = call(FIXTURES / "hebrew.txt")
    assert [(turn.speaker, turn.text) for turn in item.turns] == [
        (AGENT, "האור של הנמל, שלום."),
        (CUSTOMER, "האינטרנט איטי מאוד, בעיקר בערב."),
        (AGENT, "אני בודקת."),
    ]


def test_persian_labels_in_an_old_code_page() -> None:
    assert [turn.speaker for turn in call(FIXTURES / "persian.txt").turns] == [AGENT, CUSTOMER, AGENT]


def test_utf_16_is_read() -> None:
    assert call(FIXTURES / "utf16.txt").turns[1].text == "Too slow — really."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Agent:** Hi.\n**Customer:** Hello.\n", [(AGENT, "Hi."), (CUSTOMER, "Hello.")]),
        ("- Rep (Dana): Hi.\n- Caller: Hello.\n", [(AGENT, "Hi."), (CUSTOMER, "Hello.")]),
        ("[Agent] Hi.\n[Customer] Hello.\n", [(AGENT, "Hi."), (CUSTOMER, "Hello.")]),
        ("Agent 1 - Hi.\nClient - Hello.\n", [(AGENT, "Hi."), (CUSTOMER, "Hello.")]),
        (
            "Agent: When?\n10:30 or so?\nCustomer: [00:12] is late\n",
            [(AGENT, "When? 10:30 or so?"), (CUSTOMER, "[00:12] is late")],
        ),
        ("Agent: Menu --> line.\nCustomer: Hello.\n", [(AGENT, "Menu --> line."), (CUSTOMER, "Hello.")]),
        ("Agent:\nHi.\nCustomer:\nHello.\n", [(AGENT, "Hi."), (CUSTOMER, "Hello.")]),
        (
            "IVR: Press one.\nCustomer: One.\nSupervisor: Hi.",
            [(AGENT, "Press one."), (CUSTOMER, "One."), (AGENT, "Hi.")],
        ),
        ("Customer Service: Hi.\nCustomer: Hello.\n", [(AGENT, "Hi."), (CUSTOMER, "Hello.")]),
        ("נציג שירות: הי\nלקוחה: שלום\n", [(AGENT, "הי"), (CUSTOMER, "שלום")]),
        ("پشتیبانی: سلام\nمشتری: درود\n", [(AGENT, "سلام"), (CUSTOMER, "درود")]),
        (
            "Speaker 1: How can I help you?\nSpeaker 2: No idea.\n",
            [(AGENT, "How can I help you?"), (CUSTOMER, "No idea.")],
        ),
    ],
)
def test_labels_come_in_many_dresses(tmp_path: Path, text: str, expected: list[tuple[Speaker, str]]) -> None:
    assert said(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("00:05 Agent: a\n01:10:00 Customer: b\n", [5.0, 4200.0]),
        ("Agent (00:05): a\nCustomer [00:07]: b\n", [5.0, 7.0]),
        ("[14:05:10] Agent: a\n[14:05:40] Customer: b\n", [0.0, 30.0]),
        ("[2:05 PM] Agent: a\n[2:07 PM] Customer: b\n", [0.0, 120.0]),
        ("[2026-05-01 23:59] Agent: a\n[2026-05-02 00:01:30] Customer: b\n", [0.0, 150.0]),
        ("[00:09] Agent: a\n[00:03] Customer: b\n", [None, None]),
    ],
)
def test_stamps_of_many_kinds_are_seconds_and_those_that_run_backwards_are_none(
    tmp_path: Path, text: str, starts: list[float | None]
) -> None:
    path = tmp_path / "call.txt"
    path.write_text(text, encoding="utf-8")
    assert [turn.start_s for turn in call(path).turns] == starts


def test_a_stamp_with_a_date_tells_when_the_call_was(tmp_path: Path) -> None:
    path = tmp_path / "call.txt"
    path.write_text("[2026-05-01 23:59] Agent: a\n[2026-05-02 00:01] Customer: b\n", encoding="utf-8")
    assert call(path, timezone="Asia/Tehran").said_at == datetime(2026, 5, 1, 20, 29, tzinfo=UTC)


def test_names_that_the_settings_know_are_labels(tmp_path: Path) -> None:
    text = "Dana: Hi.\nYossi: The bill: too high.\n"
    assert said(tmp_path, text, roles={"dana": "agent", "Yossi": "customer"}) == [
        (AGENT, "Hi."),
        (CUSTOMER, "The bill: too high."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Agent: only one line bears a label\n",
        "User-agent: *\nUser-agent: bot\n",
        "user: root\nservice: web\nhost: one\n",
        "Customers were saying: hello\nAgent said to me: no\n",
        "Dear team,\n\nHere: a list.\nThere: another.\n",
        '{"Agent": "a",\n"Customer": "b"',
    ],
)
def test_other_texts_with_colons_are_no_transcripts(text: str) -> None:
    assert not sniff(Document("a.txt", text.encode()))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("הזמנתי ראוטר ולא הגיע", "cp1255"),
        ("ראוטר RX-5 ב־99 ש״ח", "cp1255"),
        ("اينترنت من قطع شده و کسي جواب نمي‌دهد", "cp1256"),
        ("گران است، چرا؟", "cp1256"),
        ("Das Gerät wäre für mich zu teuer", "cp1252"),
        ("it doesn’t work “at all”", "cp1252"),
        ("האינטרנט איטי", "utf-16-le"),
        ("Agent: hello there", "utf-16-be"),
        ("اینترنت کند است", "utf-8-sig"),
        ("נפל שוב", "utf-16"),
    ],
)
def test_the_encoding_is_found_without_being_told(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_broken_byte_in_good_utf_8_is_a_blemish_and_no_other_encoding() -> None:
    assert decode("שלום רב, מה נשמע".encode() + b"\xff") == "שלום רב, מה נשמע\ufffd"


def test_a_replacement_sign_that_was_in_the_file_is_no_damage() -> None:
    assert decode("Agent: what \ufffd was here".encode()) == "Agent: what \ufffd was here"


@given(st.text(st.characters(min_codepoint=9, codec="utf-8", exclude_characters="\ufeff")))
def test_utf_8_is_always_read_as_utf_8(text: str) -> None:
    assert decode(text.encode()) == text
