"""What pydantic found wrong, in words, and where: nothing of what was sent is repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

_MOST = 50
"""So many places are told; whoever has more wrong sends something else altogether."""

_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "must be given",
    "extra_forbidden": lambda _: "is not known here",
    "string_too_long": lambda said: f"at most {said['max_length']:,} characters",
    "string_too_short": lambda said: f"at least {said['min_length']:,} characters",
    "too_long": lambda said: f"at most {said['max_length']:,} of them",
    "too_short": lambda said: f"at least {said['min_length']:,} of them",
    "string_type": lambda _: "must be a text",
    "string_unicode": lambda _: "holds half a character, which is no text",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "float_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "finite_number": lambda _: "must be a finite number",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "list_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be an object",
    "model_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "json_invalid": lambda _: "is no JSON",
    "literal_error": lambda said: f"must be {said['expected']}",
    "enum": lambda said: f"must be {said['expected']}",
    "greater_than_equal": lambda said: f"at least {said['ge']}",
    "less_than_equal": lambda said: f"at most {said['le']}",
    "timezone_aware": lambda _: "must name its time zone, as in 2026-11-22T09:30:00+02:00",
    "datetime_from_date_parsing": lambda _: "must be a time such as 2026-11-22T09:30:00+02:00",
    "datetime_parsing": lambda _: "must be a time such as 2026-11-22T09:30:00+02:00",
    "date_from_datetime_parsing": lambda _: "must be a day such as 2026-11-22",
    "date_parsing": lambda _: "must be a day such as 2026-11-22",
    "date_from_datetime_inexact": lambda _: "must be a day such as 2026-11-22",
    "date_type": lambda _: "must be a day such as 2026-11-22",
    "string_pattern_mismatch": lambda _: "is not written as it has to be",
    "value_error": lambda said: str(said["error"]),
}


def told(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each error as ``detail`` and a ``pointer`` into the body (RFC 6901), or a ``parameter`` outside it."""
    return [_told(error) for error in errors][:_MOST]


def in_words(error: Mapping[str, Any]) -> str:
    """What is wrong at one place, without the place."""
    word = _WORDS.get(error["type"])
    return word(error.get("ctx") or {}) if word else str(error["msg"])


def place(parts: Sequence[object]) -> str:
    """Where something is, as people write it: ``filters.stage[0]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")


def _told(error: Mapping[str, Any]) -> dict[str, str]:
    where, *parts = error["loc"] or ("body",)
    words = in_words(error)
    if error["type"] == "json_invalid":
        return {"pointer": "#", "detail": f"the body {words}"}
    if where == "body":
        shown = f"{place(parts)}: {words}" if parts else f"the body {words}"
        return {"pointer": "#" + "".join(f"/{_escaped(part)}" for part in parts), "detail": shown}
    return {"parameter": place(parts), "detail": f"{place(parts)}: {words}"}


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
