"""``overheard``: the command line. Everything real is built by :mod:`assistant.wiring`; errors are said here, once."""

from __future__ import annotations

import contextlib
import logging
import os
import sys

import typer

from api.commands import reading, texts, upkeep, writing
from api.terminal import err
from connectors.errors import OverheardError

HELP = """Overheard listens to what customers say unasked, in calls, posts and reviews, and answers questions about it.

\b
Start:  overheard demo                                          a made-up company, six questions answered
        overheard ingest files reviews.csv --source shop        your own reviews
        overheard ingest transcripts calls/ --source calls      your own calls
        overheard ask "top pain points in purchase stage"       also in Hebrew and Persian
"""

app = typer.Typer(
    help=HELP, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None
)
for command, function in (
    ("init", writing.init),
    ("pull", writing.pull),
    ("tag", texts.tag),
    ("embed", texts.embed),
    ("ask", reading.ask),
    ("search", reading.search),
    ("show", reading.show),
    ("stats", reading.stats),
    ("themes", reading.themes),
    ("rejects", writing.rejects),
    ("erase", writing.erase),
    ("reindex", writing.reindex),
    ("doctor", upkeep.doctor),
    ("eval", upkeep.evaluate),
    ("demo", upkeep.demo),
    ("version", upkeep.version),
):
    app.command(command)(function)
app.add_typer(writing.ingest, name="ingest")


def main() -> None:
    """Run the command line; an error that a person can act on is two lines and exit status 1, never a traceback."""
    logging.basicConfig(level=os.environ.get("OVERHEARD_LOG", "WARNING").upper(), format="%(name)s: %(message)s")
    _speak_unicode()
    try:
        app()
    except OverheardError as error:
        err.print(upkeep.failed(error), markup=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("stopped. What was stored stays; the same command goes on from there.")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is wrong.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _speak_unicode() -> None:
    """Hebrew and Persian must come out whatever the locale says; a lone surrogate must not end a run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
