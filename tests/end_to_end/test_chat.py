"""``overheard chat``: conversations by pipe and at a terminal, through errors, kills and restarts."""

from __future__ import annotations

import json
import os
import select
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Home

SHOP = Path(__file__).parent.parent / "fixtures" / "shop.csv"
TODAY = ("--as-of", "2026-11-22")
PROMPT = "overheard> "


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("shop") / "home")
    home.good("ingest", "files", SHOP, "--source", "shop", "--channel", "review")
    return home


@pytest.fixture
def thread(request: pytest.FixtureRequest) -> str:
    """A conversation of each test's own."""
    return str(request.node.name)


def said(home: Home, thread: str, *lines: str, more: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """What a chat says to some lines."""
    done = home.run("chat", *TODAY, "--thread", thread, *more, input="".join(f"{line}\n" for line in lines).encode())
    assert done.returncode == 0, done.stderr
    return done


def answers(home: Home, thread: str, *lines: str) -> list[Any]:
    return [json.loads(line) for line in said(home, thread, *lines, more=("--json",)).stdout.splitlines()]


# --- through a pipe -------------------------------------------------------------------------------------------------


def test_lines_of_a_pipe_are_answered_in_turn_and_go_on_from_each_other(shop: Home, thread: str) -> None:
    first, hebrew, month, row = answers(
        shop, thread, "top pain points", "just Hebrew feedback", "and in October?", "tell me more about #1"
    )
    assert [one["question"]["kind"] for one in (first, hebrew, month)] == ["top_pain_points"] * 3
    assert hebrew["question"]["filters"]["feedback_language"] == ["he"]
    assert hebrew["counted"]["value"] < first["counted"]["value"]
    assert month["question"]["filters"]["feedback_language"] == ["he"]
    assert (month["window"]["from"], month["window"]["to"]) == ("2026-10-01", "2026-10-31")
    assert row["question"]["kind"] == "drilldown"


def test_a_follow_up_counts_what_the_whole_question_counts(shop: Home, thread: str) -> None:
    _, followed = answers(shop, thread, "top complaints in the last 90 days", "only in Persian")
    whole = json.loads(shop.good("ask", "top complaints in Persian in the last 90 days", "--json", *TODAY))
    assert followed["counted"] == whole["counted"]
    assert followed["rows"] == whole["rows"]


def test_the_text_for_people_is_that_of_ask_without_any_prompt(shop: Home, thread: str) -> None:
    questions = ("top pain points, all time", "מה הלקוחות אוהבים?", "مهم‌ترین مشکلات ارسال چیست؟")
    done = said(shop, thread, *questions)
    assert done.stderr == ""
    assert PROMPT not in done.stdout
    assert done.stdout == "".join(shop.good("ask", question, *TODAY) + "\n" for question in questions)
    for line in done.stdout.splitlines():
        assert line.count("\u2068") == line.count("\u2069")


def test_empty_lines_and_the_mark_of_an_editor_are_no_questions(shop: Home, thread: str) -> None:
    assert answers(shop, thread, "", "   ", "\ufefftop pain points", "\t")[0]["status"] == "answered"
    assert said(shop, thread).stdout == ""


def test_lines_that_are_no_text_are_answered_somehow(shop: Home) -> None:
    lines = b"\xff\xfe\n\0\n" + b"pain " * 20_000 + b"\n\xed\xa0\xbd\n\x1b[2J\ntop pain points\n"
    done = shop.run("chat", "--json", *TODAY, "--thread", "bytes", input=lines)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["status"] == "answered"


def test_a_choice_is_made_by_its_number(shop: Home, thread: str) -> None:
    asked, chosen = answers(shop, thread, "what about shipping", "2")
    assert asked["choices"]
    assert chosen["question"]["text"] == asked["choices"][1]


# --- commands -------------------------------------------------------------------------------------------------------


def test_help_lists_every_command(shop: Home, thread: str) -> None:
    shown = said(shop, thread, "/help").stdout
    for command in ("/help", "/show QUERY", "/chart FILE", "/json", "/clear", "/quit"):
        assert command in shown


def test_errors_are_said_and_the_session_goes_on(shop: Home, thread: str, tmp_path: Path) -> None:
    wrong = ("/nonsense", "/show", "/show q000", "/json", "/chart x.svg")
    done = said(
        shop, thread, *wrong, "top pain points", "/chart", "/chart x.pdf", f"/chart {tmp_path}/no/x.svg", "/json"
    )
    assert done.stderr.count("error: ") == done.stderr.count("hint: ") == 8
    assert '"status": "answered"' in done.stdout


def test_the_rows_behind_a_figure_are_those_of_show(shop: Home, thread: str) -> None:
    [answer] = answers(shop, thread, "top pain points")
    query = answer["counted"]["query"]
    assert said(shop, thread, f"/show {query}").stdout == shop.good("show", query)
    assert said(shop, thread, f"/show [{query}]").stdout == shop.good("show", query)


def test_the_last_answer_is_drawn_and_told_as_json(shop: Home, thread: str, tmp_path: Path) -> None:
    picture = tmp_path / "two words.svg"
    done = said(shop, thread, "top pain points", f"/chart {picture}", "/json")
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    told = json.loads(done.stdout[done.stdout.index("\n{") :])
    asked = json.loads(shop.good("ask", "top pain points", "--json", *TODAY))
    assert told == asked


def test_what_is_forgotten_cannot_be_gone_on_from(shop: Home, thread: str) -> None:
    done = said(shop, thread, "top pain points", "/clear", "just Hebrew feedback", "/json")
    told = json.loads(done.stdout[done.stdout.index("\n{") :])
    assert (told["status"], told["question"]["clarify"]) == ("clarify", ["previous"])


def test_nothing_is_answered_after_the_end(shop: Home, thread: str) -> None:
    assert said(shop, thread, "/quit", "top pain points").stdout == ""


# --- conversations --------------------------------------------------------------------------------------------------


def test_a_conversation_goes_on_in_the_next_session_and_in_ask(shop: Home, thread: str) -> None:
    answers(shop, thread, "how many complaints in November?")
    [followed] = answers(shop, thread, "and last month?")
    assert (followed["question"]["kind"], followed["window"]["from"]) == ("count", "2026-10-01")
    asked = json.loads(shop.good("ask", "and in Hebrew?", "--json", "--thread", thread, *TODAY))
    assert (asked["question"]["kind"], asked["question"]["filters"]["feedback_language"]) == ("count", ["he"])
    [other] = answers(shop, f"{thread} 2", "and last month?")
    assert other["question"]["clarify"] == ["previous"]


def test_thanks_in_between_does_not_end_a_conversation(shop: Home, thread: str) -> None:
    *_, followed = answers(shop, thread, "how many complaints in November?", "thanks!", "and last month?")
    assert followed["question"]["kind"] == "count"


def test_a_conversation_goes_on_after_kill_9(shop: Home, thread: str) -> None:
    command = shop.command("chat", "--json", *TODAY, "--thread", thread)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"how many complaints in November?\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["status"] == "answered"
    process.stdin.write(b"top pain points\n")
    process.stdin.flush()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    [followed] = answers(shop, thread, "and last month?")
    assert followed["status"] in ("answered", "no_data")
    # Killed in the middle of the second answer, or just behind it.
    assert followed["question"]["kind"] in ("count", "top_pain_points")
    assert followed["window"]["from"] == "2026-10-01"


def test_without_a_name_everybody_has_a_conversation_of_their_own(shop: Home) -> None:
    env = {**os.environ, "LOGNAME": "dana"}
    shop.good("chat", *TODAY, input=b"how many complaints in November?\n", env=env)
    mine = json.loads(shop.good("chat", "--json", *TODAY, input=b"and last month?\n", env=env))
    yours = json.loads(shop.good("chat", "--json", *TODAY, input=b"and last month?\n", env={**env, "LOGNAME": "avi"}))
    assert mine["question"]["kind"] == "count"
    assert yours["question"]["clarify"] == ["previous"]


def test_wrong_options_are_refused_in_words(shop: Home) -> None:
    assert "200 signs" in shop.refused("chat", "--thread", "x" * 201, input=b"top pain points\n")
    assert "200 signs" in shop.refused("chat", "--thread", "", input=b"top pain points\n")
    assert "no date" in shop.refused("chat", "--as-of", "soon", input=b"top pain points\n")


def test_a_new_workspace_is_talked_to_as_well(home: Home) -> None:
    [answer] = [json.loads(line) for line in home.good("chat", "--json", input=b"top pain points\n").splitlines()]
    assert answer["status"] == "no_data"


def test_a_reader_that_leaves_early_is_no_error(shop: Home) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    lines = b"top pain points\n" * 3
    try:
        done = subprocess.run(
            shop.command("chat", *TODAY, "--thread", "early"), input=lines, stdout=writing, stderr=subprocess.PIPE,
            timeout=120,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode in (0, 1)


# --- at a terminal --------------------------------------------------------------------------------------------------

# Runs a command at a terminal of its own, whose keys are standard input.
AT_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


class Terminal:
    """A chat at a terminal."""

    def __init__(self, home: Home, *arguments: str) -> None:
        command = [sys.executable, "-c", AT_A_TERMINAL, *map(str, home.command("chat", *TODAY, *arguments))]
        env = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        self.shown = ""

    def until(self, words: str) -> str:
        """Wait until the terminal shows some words; what it showed up to then, since the last time."""
        assert self.shows(words, 60), self.shown
        before, self.shown = self.shown.split(words, 1)
        return before

    def shows(self, words: str, seconds: float) -> bool:
        """Whether it shows some words within some seconds."""
        assert self.process.stdout
        end = time.monotonic() + seconds
        while words not in self.shown and (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            if ready:
                more = os.read(self.process.stdout.fileno(), 65536)
                assert more, self.shown
                self.shown += more.decode(errors="replace")
        return words in self.shown

    def ctrl_c(self) -> str:
        """Ctrl-C, and once more where nothing comes of it, as a person does; what was shown up to the prompt.

        Python's readline heeds a signal only while it waits for a key, not in the moment in which it shows the last.
        """
        for _ in range(3):
            self.keys("\x03")
            if self.shows(PROMPT, 20):
                break
        return self.until(PROMPT)

    def keys(self, keys: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(keys.encode())
        self.process.stdin.flush()

    def end(self) -> int:
        """Ctrl-D; the exit status."""
        self.keys("\x04")
        self.process.communicate(timeout=60)
        return self.process.returncode


def test_at_a_terminal_one_is_prompted_and_ctrl_c_drops_the_line_alone(shop: Home, thread: str) -> None:
    terminal = Terminal(shop, "--thread", thread)
    assert "/help" in terminal.until(PROMPT)
    terminal.keys("never mi")
    terminal.until("never mi")
    terminal.ctrl_c()
    terminal.keys("top pain points\n")
    assert "Top pain point" in terminal.until(PROMPT)
    terminal.keys("/nonsense\n")
    assert "hint: /help" in terminal.until(PROMPT)
    terminal.keys("מה עם אוקטובר?\n")
    terminal.until(PROMPT)
    assert terminal.end() == 0


def test_lines_are_kept_for_the_next_session_for_nobody_elses_eyes(shop: Home, thread: str) -> None:
    pytest.importorskip("readline", reason="this Python has no readline")
    terminal = Terminal(shop, "--thread", thread)
    terminal.until(PROMPT)
    terminal.keys("how many complaints in November?\n")
    terminal.until(PROMPT)
    terminal.process.kill()
    terminal.process.communicate(timeout=60)
    history = shop.folder / "chat_history"
    assert "how many complaints in November?" in history.read_text(encoding="utf-8")
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    terminal = Terminal(shop, "--thread", thread)
    assert "how many complaints in November?" in terminal.until(PROMPT)
    terminal.keys("\x10")  # the line before
    terminal.until("how many complaints in November?")
    terminal.keys("\n")
    terminal.until(PROMPT)
    assert terminal.end() == 0
