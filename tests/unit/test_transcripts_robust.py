"""Dates in names, and payloads in which anything may be anything."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transcripts.base import Conversation, Document
from connectors.transcripts.reading.dates import date_in_name
from connectors.transcripts.reading.sniffer import Unreadable, read
from connectors.transcripts.reading.turns import tell
from connectors.transcripts.reading.values import epoch, moment, seconds
from tests.pages import TRANSCRIPTS

PAYLOADS = sorted(path for path in TRANSCRIPTS.rglob("*.json") if path.parent.name != "not_transcripts")
JUNK: list[Any] = [
    None,
    True,
    -1,
    0,
    1e308,
    10**400,
    "",
    "x",
    "2026-01-01T00:00:00Z",
    [],
    {},
    [None],
    [[]],
    {"a": 1},
    "\ud800",
]


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("5b0d3c1e-77aa-4c11-9d3e-2f6a8c9e0b12_2026-03-04T09:15:22Z.json", datetime(2026, 3, 4, 9, 15, 22, tzinfo=UTC)),
        ("x_analysis_2026-03-04T09_15_22Z.json", datetime(2026, 3, 4, 9, 15, 22, tzinfo=UTC)),
        ("s3://b/2026/03/03/c_20260304T09:15_UTC.wav", datetime(2026, 3, 4, 9, 15, tzinfo=UTC)),
        ("GMT20260305-140512_Recording.vtt", datetime(2026, 3, 5, 14, 5, 12, tzinfo=UTC)),
        ("a-2026-03-05T14:05:12+0330.srt", datetime(2026, 3, 5, 14, 5, 12, tzinfo=timezone(timedelta(hours=3.5)))),
        ("20260305140512.json", datetime(2026, 3, 5, 14, 5, 12)),  # noqa: DTZ001 - names without a zone are naive
        ("2026-03-05/call 7.txt", datetime(2026, 3, 5)),  # noqa: DTZ001 - names without a zone are naive
        ("year=2026/month=03/day=05/7.txt", datetime(2026, 3, 5)),  # noqa: DTZ001 - names without a zone are naive
        ("call_2026-03-05_99-99.txt", datetime(2026, 3, 5)),  # noqa: DTZ001 - names without a zone are naive
        ("20260305-77aa-4c11-9d3e-2f6a8c9e0b12.json", None),
        ("972501234567.txt", None),
        ("201012151234.txt", None),
        ("2026-13-45.txt", None),
        ("2026-02-30.txt", None),
        ("call.txt", None),
    ],
)  # fmt: skip
def test_dates_are_found_in_names_and_not_in_ids_or_telephone_numbers(name: str, date: datetime | None) -> None:
    assert date_in_name(name) == date


@given(st.datetimes(datetime(1995, 1, 1), datetime(2099, 12, 31)), st.sampled_from([":", "-", "_", "."]))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_any_iso_time_in_a_name_is_read_back(at: datetime, mark: str) -> None:
    at = at.replace(microsecond=0)
    name = f"call_{at.date().isoformat()}T{at.hour:02d}{mark}{at.minute:02d}{mark}{at.second:02d}Z_x.json"
    assert date_in_name(name) == at.replace(tzinfo=UTC)


@pytest.mark.parametrize("value", [None, True, "x", [], {}, float("nan"), float("inf"), 10**400])
def test_what_is_no_time_is_no_time(value: object) -> None:
    assert seconds(value) is None
    assert epoch(value) is None
    assert moment(value) is None


def test_units_of_time() -> None:
    assert [seconds(1500, 1000), seconds("1.5"), seconds(1_500_000, 1e6)] == [1.5, 1.5, 1.5]


def conversations_of(raw: bytes) -> list[Conversation]:
    """What a file holds; nothing if it is refused, which must be in words."""
    try:
        return read(Document("x.txt", raw))[1]
    except Unreadable as refused:
        reason = refused.reason
    assert reason
    return []


def spoilt(value: Any, dice: random.Random) -> Any:
    """The payload with some of its parts replaced by something else."""
    if dice.random() < 0.08:
        return dice.choice(JUNK)
    if isinstance(value, dict):
        return {key: spoilt(part, dice) for key, part in value.items() if dice.random() > 0.03}
    if isinstance(value, list):
        return [spoilt(part, dice) for part in value]
    return value


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_spoilt_payload_is_read_as_far_as_it_goes_or_refused_in_words(path: Path) -> None:
    payload = json.loads(path.read_text(encoding="utf-8"))
    dice = random.Random(path.name)
    for _ in range(120):
        for conversation in conversations_of(json.dumps(spoilt(payload, dice)).encode()):
            for turn in tell(conversation, {}).turns:
                assert turn.text
                assert turn.text.encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(raw: bytes) -> None:
    for conversation in conversations_of(raw):
        tell(conversation, {})


@given(
    st.text(st.sampled_from("Agent:Custom רלקוחנציג[0123]\n-> <v>.,"), max_size=120),
    st.sampled_from(["", "WEBVTT\n\n", "1\n"]),
)
def test_any_text_is_read_or_refused_in_words(text: str, head: str) -> None:
    for conversation in conversations_of((head + text).encode()):
        tell(conversation, {})
