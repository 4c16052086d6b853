"""``overheard chat``: question and answer in turn, each going on from the one before it if it wants to."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.commands import reading
from api.commands.reading import AsOf
from api.commands.upkeep import failed
from api.terminal import AsJson, Config, Home, err, out, workspace, write_json, write_json_line
from assistant.answer import Answer
from assistant.directions import apart
from assistant.wiring import Workspace
from connectors.errors import ConfigError, OverheardError

HISTORY = "chat_history"
_KEPT_LINES = 1000
_PROMPT = "overheard> "
_NOBODY = "somebody"


def chat(
    as_of: AsOf = None,
    thread: Annotated[
        str | None,
        typer.Option(help="Conversation to go on with. [default: your own in this workspace]", show_default=False),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Ask in turn: "top pain points", then "just Android", "#2", "and last month?", "why?".

    \b
        overheard chat
        overheard chat --thread board-meeting
        printf 'top pain points\\nand in Hebrew?\\n' | overheard chat

    Ctrl-C drops the line, Ctrl-D or /quit ends, /help lists the commands. The conversation is kept: the next
    chat goes on from its last question. Lines that come through a pipe are answered one after the other.
    """
    where = workspace(home, config)
    day = reading.day_of(as_of, "--as-of") if as_of else None
    session = _Session(where, config, _own_thread() if thread is None else thread, day, as_json)
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    before = session.before()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _answer_all(session)
        return
    out.print("Ask in English, Hebrew or Persian. /help tells more, Ctrl-D ends.")
    if before:
        out.print(f"Going on from: {apart(before)}  (/clear begins anew)", soft_wrap=True)
    _talk(session, _keeping_history(where.home / HISTORY))


def _own_thread() -> str:
    """The conversation of whoever is logged in."""
    try:
        return f"chat:{getpass.getuser()}"
    except (KeyError, OSError, ImportError):
        return f"chat:{_NOBODY}"


# --- lines ----------------------------------------------------------------------------------------------------------


def _answer_all(session: _Session) -> None:
    """Answer the lines of a pipe or a file."""
    for line in sys.stdin:
        if _ends(session, line):
            return


def _talk(session: _Session, note: Callable[[], None]) -> None:
    """Prompt for lines until the end; ``note`` keeps each in the history."""
    while True:
        try:
            line = input(_PROMPT)
        except EOFError:
            out.print()
            return
        except KeyboardInterrupt:
            out.print()
            continue
        try:
            note()
            if _ends(session, line):
                return
        except KeyboardInterrupt:
            err.print("\nstopped. Ask again, or leave with Ctrl-D.")


def _ends(session: _Session, line: str) -> bool:
    """Answer a line, or say what is wrong with it; whether the session ends with it."""
    try:
        return session.take(line.lstrip("\ufeff").strip())
    except OverheardError as error:
        err.print(failed(error), markup=False, soft_wrap=True)
        return False


def _keeping_history(path: Path) -> Callable[[], None]:
    """Bring the lines of earlier sessions back, and keep each new one at once; without readline do neither.

    The file can be read by its owner alone.
    """
    try:
        import readline
    except ImportError:
        return lambda: None
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        path.chmod(0o600)
        readline.read_history_file(path)
        if readline.get_current_history_length() > _KEPT_LINES:
            readline.set_history_length(_KEPT_LINES)
            readline.write_history_file(path)

    def note() -> None:
        # Line by line, for a session may be killed.
        with contextlib.suppress(OSError, AttributeError):
            readline.append_history_file(1, path)

    return note


# --- what a line does -----------------------------------------------------------------------------------------------


@dataclass
class _Session:
    """A conversation at the command line. ``answer`` is the last one of this session."""

    where: Workspace
    config: Path | None
    thread: str
    as_of: date | None
    as_json: bool
    answer: Answer | None = None

    def before(self) -> str | None:
        """What the conversation asked last, before this session.

        Raises:
            ConfigError: the thread's id is none.
        """
        from assistant import kept

        last = kept.last(self.where.store, self.thread, self.where.taxonomy)
        return last.question.text if last else None

    def take(self, line: str) -> bool:
        """Do what a line says; whether the session ends with it."""
        if not line:
            return False
        if not line.startswith("/"):
            self.ask(self.chosen(line))
            return False
        name, _, rest = line.partition(" ")
        if name == "/quit":
            return True
        command = _COMMANDS.get(name)
        if command is None:
            raise ConfigError(f"there is no command {name}", hint="/help lists those that there are")
        command[0](self, rest.strip())
        return False

    def chosen(self, line: str) -> str:
        """The question that a bare number stands for, after an answer that gave some to choose from."""
        choices = self.answer.choices if self.answer else ()
        return choices[int(line) - 1] if line.isdecimal() and 0 < int(line) <= len(choices) else line

    def ask(self, question: str) -> None:
        """Answer a question, as one that may go on from the one before."""
        asker = self.where.asker(self.as_of)
        self.answer = self.where.engine.ask(question, asker, self.thread)
        if self.as_json:
            write_json_line(self.answer.as_json(chart=reading.drawn_into(self.answer, None)))
            return
        from assistant.renderers import terminal

        out.print(terminal.plugin(self.answer, today=asker.today), markup=False, soft_wrap=True)
        out.print()

    def help(self, _rest: str) -> None:
        """List the commands."""
        for name, (_, takes, says) in _COMMANDS.items():
            out.print(f"  {f'{name} {takes}'.rstrip():14} {says}")
        out.print("  /quit          end (so does Ctrl-D)")

    def show(self, rest: str) -> None:
        """List the rows behind a figure."""
        if not rest:
            raise ConfigError("/show needs the id of a query", hint="it stands beside each figure of an answer")
        reading.show(rest.strip("[]"), self.as_json, self.where.home, self.config)

    def draw(self, rest: str) -> None:
        """Draw the last answer into a file."""
        answer = self.last()
        if not rest:
            raise ConfigError("/chart needs a file", hint="such as /chart pains.png; .svg and .json can be, too")
        reading.drawn_into(answer, Path(rest).expanduser())
        out.print(f"drawn: {rest}", markup=False, soft_wrap=True)

    def json(self, _rest: str) -> None:
        """Show the last answer as JSON."""
        answer = self.last()
        write_json(answer.as_json(chart=reading.drawn_into(answer, None)))

    def clear(self, _rest: str) -> None:
        """Forget the conversation."""
        from mining import threads

        threads.forget(self.where.store, self.thread)
        self.answer = None
        out.print("Forgotten: the next question stands alone.")

    def last(self) -> Answer:
        """The last answer of this session."""
        if self.answer is None:
            raise ConfigError("nothing was asked yet in this session", hint="ask first, then /chart or /json")
        return self.answer


# What each does, what it takes, what it says of itself.
_COMMANDS: Mapping[str, tuple[Callable[[_Session, str], None], str, str]] = {
    "/help": (_Session.help, "", "this list"),
    "/show": (_Session.show, "QUERY", "the rows behind a figure, by the id beside it"),
    "/chart": (_Session.draw, "FILE", "draw the last answer: .png, .svg or .json"),
    "/json": (_Session.json, "", "the last answer as JSON"),
    "/clear": (_Session.clear, "", "forget the conversation so far"),
}
