"""``overheard``: the command line. Everything real is built by :mod:`assistant.wiring`; errors are said here, once."""

from __future__ import annotations

import contextlib
import logging
import os
import sys

import typer

from api.commands import (
    chat,
    digest,
    evaluating,
    explaining,
    ingest,
    keys,
    labels,
    quality,
    reading,
    serve,
    similar,
    slack,
    sources,
    texts,
    themes,
    training,
    upkeep,
    watch,
    writing,
)
from api.terminal import err
from connectors.errors import ConfigError, OverheardError

HELP = """Overheard listens to what customers say unasked, in calls, posts and reviews, and answers questions about it.

\b
Start:  overheard demo                                          a made-up company, six questions answered
        overheard ingest files reviews.csv --source shop        your own reviews
        overheard ingest transcripts calls/ --source calls      your own calls
        overheard ask "top pain points in purchase stage"       also in Hebrew and Persian
"""

# What typer exits with after Ctrl-C, as shells do.
_INTERRUPTED = 130

app = typer.Typer(
    help=HELP, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode=None
)
for command, function in (
    ("init", writing.init),
    ("pull", sources.pull),
    ("sources", sources.sources),
    ("tag", texts.tag),
    ("embed", texts.embed),
    ("ask", reading.ask),
    ("chat", chat.chat),
    ("search", reading.search),
    ("similar", similar.similar),
    ("show", reading.show),
    ("stats", reading.stats),
    ("digest", digest.digest),
    ("watch", watch.watch),
    ("slack", slack.slack),
    ("serve", serve.serve),
    ("explain", explaining.explain),
    ("quality", quality.quality),
    ("label", labels.label),
    ("train", training.train),
    ("rejects", writing.rejects),
    ("erase", writing.erase),
    ("reindex", writing.reindex),
    ("doctor", upkeep.doctor),
    ("eval", evaluating.evaluate),
    ("demo", upkeep.demo),
    ("version", upkeep.version),
):
    app.command(command)(function)
app.add_typer(ingest.app, name="ingest")
app.add_typer(labels.app, name="labels")
app.add_typer(themes.app, name="themes")
app.add_typer(watch.app, name="watches")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """Run the command line; an error that a person can act on is two lines and exit status 1, never a traceback."""
    _speak_unicode()
    try:
        _listen_to_the_environment()
        app()
    except OverheardError as error:
        err.print(upkeep.failed(error), markup=False, soft_wrap=True)
        sys.exit(1)
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            err.print("stopped. What was stored stays; the same command goes on from there.")
        _finish_output()
        raise


def _listen_to_the_environment() -> None:
    """Set the log level, and refuse arguments that are no text: nothing behind us could store or find them.

    Raises:
        ConfigError: an unknown level, or bytes that are no UTF-8.
    """
    level = os.environ.get("OVERHEARD_LOG", "WARNING").upper()
    if level not in logging.getLevelNamesMapping():
        raise ConfigError(f"OVERHEARD_LOG: there is no level {level!r}", hint="DEBUG, INFO, WARNING, ERROR")
    logging.basicConfig(level=level, format="%(name)s: %(message)s")
    for place, argument in enumerate(sys.argv[1:], start=1):
        if not argument.isascii() and argument != argument.encode(errors="replace").decode():
            raise ConfigError(f"argument {place} is not UTF-8", hint="give it in UTF-8; rename a file called so")


def _finish_output() -> None:
    """Write out what is buffered here, where it is no error if the reader (head, less) has gone."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _speak_unicode() -> None:
    """Hebrew and Persian must come out whatever the locale says; a lone surrogate must not end a run."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
