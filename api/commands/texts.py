"""Commands that label or embed texts from the command line or standard input."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from api.commands.ingest import at_work, understand_missing
from api.terminal import AsJson, Config, Home, Mode, out, workspace, write_json_line
from assistant.directions import apart
from connectors.errors import ConfigError
from mining.taggers.base import Label

_CHUNK = 1 << 20


def tag(
    text: Annotated[str | None, typer.Argument(help="A remark to try the taggers on.", show_default=False)] = None,
    mode: Mode = None,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Label what is not labelled yet; or one TEXT; or, with --json, JSON lines from standard input.

    With another --mode than that of the labels there are, all of them are made again.
    Lines {"id","text","language"?} in, one line out each: {"id","language","stage","intent","sentiment",…,"scores"}.

    \b
        echo '{"id": "1", "text": "my card was declined"}' | overheard tag --json
    """
    from mining.language import detect

    where = workspace(home, config, mode)
    if as_json:
        for rows in _json_batches():
            texts = [row["text"] for row in rows]
            languages = [row.get("language") or detect(text) for row, text in zip(rows, texts, strict=True)]
            labels, _ = where.miner.tag(texts, languages, [None] * len(texts))
            found = where.miner.catalogue.find(texts)
            for row, language, by_task, names in zip(rows, languages, labels, found, strict=True):
                held = {"names": [name.as_json(row["text"]) for name in names]} if where.miner.catalogue else {}
                write_json_line(_labelled(row["id"], language, by_task) | held)
        return
    if text is None:
        with at_work(where) as index:
            understand_missing(where, index)
        return
    labels, _ = where.miner.tag([text], [detect(text)], [None])
    table = Table("task", "label", "score", "by", box=None)
    for task, label in labels[0].items():
        table.add_row(task, label.value, f"{label.score:.2f}", label.by)
    out.print(table)
    for name in where.miner.catalogue.find([text])[0]:
        out.print(f"{name.kind}: {apart(name.name)} ({apart(text[name.start : name.end])})", soft_wrap=True)


def _labelled(id_: str, language: str, labels: Mapping[str, Label]) -> dict[str, Any]:
    values = {task: label.value for task, label in labels.items()}
    scores = {task: round(label.score, 4) for task, label in labels.items()}
    return {"id": id_, "language": language, **values, "scores": scores}


def embed(as_json: AsJson = False, home: Home = None, config: Config = None) -> None:
    """Vectors of texts: JSON lines {"id","text"} in, {"id","vector"} out (with --json, the only form there is)."""
    if not as_json:
        raise ConfigError("embed speaks JSON lines only", hint="overheard embed --json < texts.jsonl")
    where = workspace(home, config)
    for rows in _json_batches():
        vectors = where.miner.embedder.encode([row["text"] for row in rows])
        for row, vector in zip(rows, vectors, strict=True):
            write_json_line({"id": row["id"], "vector": [round(float(value), 6) for value in vector]})


def _json_batches() -> Iterator[list[dict[str, Any]]]:
    """Whole lines as they arrive: large batches from a file, single lines from somebody who waits for each answer."""
    number, rest = 0, b""
    while chunk := os.read(sys.stdin.fileno(), _CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        rows = [_row(line, number + place) for place, line in enumerate(lines, start=1) if line.strip()]
        number += len(lines)
        if rows:
            yield rows
    if rest.strip():
        yield [_row(rest, number + 1)]


def _row(line: bytes, number: int) -> dict[str, Any]:
    hint = 'write one {"id": …, "text": …} a line'
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"line {number} of standard input is no JSON", hint=hint) from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
        raise ConfigError(f"line {number} of standard input lacks id or text", hint=hint)
    return row
