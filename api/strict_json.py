"""JSON read strictly: what two readers could take for two different things is refused."""

from __future__ import annotations

import json
import re
from math import isinf
from typing import Any

from api.problems import MALFORMED, Problem

DEEPEST = 12
"""Levels of lists and objects."""

_LONGEST_NUMBER = 18
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def parse(body: bytes) -> Any:
    """What a body says.

    Raises:
        Problem: it is no UTF-8, no JSON, gives a name twice, holds NaN or a number out of all reach, or is too deep.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not UTF-8: byte {error.start} is wrong.") from error
    _see_that_it_is_flat(text)
    try:
        return json.loads(
            text, object_pairs_hook=_once, parse_int=_whole, parse_float=_finite, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise _malformed(f"The body is no JSON: line {error.lineno}, column {error.colno}.") from error


def _see_that_it_is_flat(text: str) -> None:
    depth = 0
    for sign in re.sub(r"[^\[\]{}]+", "", _STRING.sub("", text)):
        depth += 1 if sign in "[{" else -1
        if depth > DEEPEST:
            raise _malformed(f"The body is nested more than {DEEPEST} levels deep.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _malformed("The body gives a name twice in the same object.")
    return made


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise _malformed(f"The body holds a number of more than {_LONGEST_NUMBER} digits.")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if isinf(value):
        raise _malformed("The body holds a number that is out of reach.")
    return value


def _no_constant(name: str) -> float:
    raise _malformed(f"The body holds {name}, which JSON does not know.")


def _malformed(detail: str) -> Problem:
    return Problem(MALFORMED, detail)
