"""Pictures of answers: a Vega-Lite specification, and the same as PNG or SVG, drawn without browser or network.

Importing this loads no drawing library: an answer without a chart stays quick.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.answer import Answer
from connectors.errors import ConfigError

ENDINGS = (".png", ".svg", ".json")
_SCALE = 2


def specification(answer: Answer) -> dict[str, Any] | None:
    """The Vega-Lite specification of an answer's chart; None where it has none or there is nothing to draw.

    Raises:
        ValueError: no such mark.
    """
    chart = answer.chart
    if chart is None or not answer.rows:
        return None
    from assistant.charts import bars, lines, scales

    marks = {"bars": bars.specification, "pairs": bars.specification, "lines": lines.specification}
    if chart.mark not in marks:
        raise ValueError(f"no chart is called {chart.mark}")
    return marks[chart.mark](answer, chart, scales.Words(answer.question.language))


def render(spec: Mapping[str, Any], path: Path) -> None:
    """Draw a specification into a file: ``.png`` (two pixels for each of the chart's), ``.svg``, or ``.json`` as it is.

    Raises:
        ConfigError: another ending, or a file that cannot be written.
        ValueError: a specification that reaches for other files.
    """
    drawers: Mapping[str, Callable[[Mapping[str, Any]], bytes]] = {".png": png, ".svg": _svg, ".json": _json}
    draw = drawers.get(path.suffix.lower())
    if draw is None:
        known = ", ".join(ENDINGS)
        raise ConfigError(f"No chart can be drawn into {path.name}.", f"Let the name of the file end in {known}.")
    picture = draw(spec)
    try:
        path.write_bytes(picture)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can have this name"
        raise ConfigError(
            f"The chart was not written to {path}: {reason}.", "Name a file that can be written."
        ) from error


def png(spec: Mapping[str, Any]) -> bytes:
    """A specification drawn as PNG, two pixels for each of the chart's.

    Raises:
        ValueError: as :func:`render`.
    """
    drawn: bytes = _drawer().vegalite_to_png(_alone(spec), scale=_SCALE, allowed_base_urls=[])
    return drawn


def _json(spec: Mapping[str, Any]) -> bytes:
    return (json.dumps(spec, ensure_ascii=False, indent=1) + "\n").encode()


def _svg(spec: Mapping[str, Any]) -> bytes:
    drawn: str = _drawer().vegalite_to_svg(_alone(spec), allowed_base_urls=[])
    return drawn.encode()


@cache
def _drawer() -> ModuleType:
    """vl-convert, which brings letters for English and Hebrew, with ours for Persian."""
    import vl_convert

    vl_convert.register_font_directory(str(files("assistant") / "fonts"))
    return vl_convert


def _alone(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The specification, if all that it draws stands in it: vl-convert refuses addresses, but reads files."""
    todo: list[Any] = [spec]
    while todo:
        part = todo.pop()
        if isinstance(part, Mapping):
            if {"url", "href"} & part.keys():
                raise ValueError("a chart that reaches for other files")
            todo += part.values()
        elif isinstance(part, list | tuple):
            todo += part
    return dict(spec)
