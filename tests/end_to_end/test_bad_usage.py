"""Settings, arguments and pipes that are wrong: two lines that say what to do, never a traceback."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import OVERHEARD, Home

# --- settings and usage ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("[stroe]\nurl = 'sqlite://'\n", "stroe"),
        ("[locale]\ntimezoen = 'UTC'\n", "locale.timezoen"),
        ("[locale]\ntimezone = 'Mars/Olympus'\n", "Mars/Olympus"),
        ("[locale\n", "TOML"),
        ("\ufeff\0", "TOML"),
        ("[store]\nurl = 'nonsense'\n", "URL"),
        ("[models]\nmode = '../../etc/passwd'\n", "reader"),
        ("[models]\nembedder = 'static'\nsettings = {colour = 'red'}\n", "colour"),
    ],
)
def test_settings_that_are_wrong(filled: Home, settings: str, says: str) -> None:
    (filled.folder / "overheard.toml").write_text(settings, encoding="utf-8")
    assert says in filled.refused("search", "parcel")


def test_an_environment_that_is_wrong(home: Home) -> None:
    for name, value in (("OVERHEARD_LOG", "LOUD"), ("OVERHEARD_LOCALE__TIMEZONE", "Mars"), ("OVERHEARD_CONFIG", "no")):
        assert value in home.refused("stats", env={**os.environ, name: value})


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",), ("ask",), ("search", "x", "--colour", "red"), ("search", "x", "-k", "0"), ("ingest", "files"),
        ("ingest", "files", "x.csv", "--source", "shop", "--channel", "smoke"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_status_two(home: Home, arguments: tuple[str, ...]) -> None:
    done = home.run(*arguments)
    assert done.returncode == 2
    assert "Usage" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "top pain points", "--as-of", "yesterday"), ("search", "x", "--since", "soon"),
        ("stats", "--by", "colour"), ("show", "q000"), ("pull",), ("pull", "nobody"), ("embed",),
        ("ingest", "files", "reviews.jsonl", "--source", "shop", "--map", "text"),
        ("ingest", "files", "reviews.jsonl", "--source", "shop", "--map", "text=nothing"),
        ("ingest", "files", "reviews.jsonl", "--source", "shop", "--timezone", "Mars"),
        ("ingest", "files", "reviews.jsonl", "--source", "shop", "--encoding", "klingon"),
        ("ingest", "files", "reviews.jsonl", "--source", "shop", "--said-at", "someday"),
        ("ingest", "files", "reviews.jsonl", "--source", "shop", "--rating-max", "-1"),
        ("ingest", "files", "reviews.jsonl", "--source", ""),
        ("eval", "--set", "nowhere.jsonl"),
    ],
)  # fmt: skip
def test_a_value_that_makes_no_sense(home: Home, reviews: Path, arguments: tuple[str, ...]) -> None:
    home.refused(*arguments)


def test_questions_at_the_ends_of_time_are_answered(filled: Home) -> None:
    for day, question in (("0001-01-01", "top pain points last month"), ("9999-12-31", "top pain points this week")):
        filled.run("ask", question, "--as-of", day)
    filled.run("search", "parcel", "--since", "0001-01-01", "--until", "9999-12-31")


@pytest.mark.parametrize("arguments", [(b"search", b"\xff\xfe"), (b"ask", b"top \xff"), (b"tag", b"\xed\xa0\xbd")])
def test_arguments_that_are_no_text(home: Home, arguments: tuple[bytes, ...]) -> None:
    assert "UTF-8" in home.refused(*arguments)


@pytest.mark.parametrize(
    ("command", "line"),
    [("tag", b"nonsense"), ("embed", b"[1]"), ("embed", b'{"id": 1}'), ("embed", b'{"id": 1, "text": 7}'),
     ("embed", b"\xff"), ("embed", b"[" * 100_000), ("tag", b'{"text": "late"}')],
)  # fmt: skip
def test_lines_that_are_no_texts(home: Home, command: str, line: bytes) -> None:
    assert "line 2" in home.refused(command, "--json", input=b'{"id": 0, "text": "fine"}\n' + line + b"\n")


def test_lines_of_any_text_are_labelled(home: Home) -> None:
    texts = ["", " ", "\0", "\ud83d", "a" * 50_000, "🤬" * 500, "קופה\nקרסה", "\u202e"]
    given = "".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(texts))
    for command in ("tag", "embed"):
        out = home.good(command, "--json", input=given.encode()).splitlines()
        assert [json.loads(line)["id"] for line in out] == list(range(len(texts)))


# --- where the output goes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [("search", "parcel", "--json"), ("stats", "--json"), ("--help",), ("themes",)])
def test_a_reader_that_leaves_early_is_no_error(filled: Home, arguments: tuple[str, ...]) -> None:
    command = [OVERHEARD, *arguments] if arguments == ("--help",) else filled.command(*arguments)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=120)
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode in (0, 1)


def test_a_reader_that_takes_the_first_line_of_many(home: Home) -> None:
    process = subprocess.Popen(
        home.command("embed", "--json"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    many = "".join(json.dumps({"id": n, "text": f"late {n}"}) + "\n" for n in range(5_000)).encode()
    feeder = threading.Thread(target=_feed, args=(process.stdin, many))
    feeder.start()
    assert json.loads(process.stdout.readline())["id"] == 0
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (0, 1)
    feeder.join(60)
    assert error == b""


def _feed(pipe: Any, content: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):
        pipe.write(content)
    with contextlib.suppress(BrokenPipeError):
        pipe.close()


def test_a_terminal_that_knows_only_ascii_still_shows_hebrew(filled: Home) -> None:
    plain = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    said = filled.good("ask", "נקודות הכאב באוקטובר", "--as-of", "2026-11-22", env=plain)
    assert said.startswith("נקודת הכאב העיקרית: איחור במשלוח.")
