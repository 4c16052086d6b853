"""Small checks that are put together into tables of limits.

A check takes a path (where in the payload) and a value, and yields what is wrong with it. Lengths are counted in code
points, as Slack's own SDK counts them; what Slack's servers count for an emoji is not published.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``error`` is Slack's word for it; None leaves the word to the method, and an empty
    one says that Slack would take it and that the rule is this project's own."""

    path: str
    what: str
    error: str | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" if self.path else self.what


Check = Callable[[str, Any], Iterator[Finding]]

OURS: Final = ""
"""The error of a finding that Slack itself would let pass."""

BROADCAST: Final = re.compile(r"<!(?:here|channel|everyone|group|subteam\^[^>]*)(?:\|[^>]*)?>")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def under(path: str, key: str | int) -> str:
    """The path of a part."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def characters(path: str, text: str) -> Iterator[Finding]:
    """Halves of surrogate pairs and control characters, which no client shows."""
    if SURROGATE.search(text):
        yield Finding(path, "holds half of a surrogate pair")
    if CONTROL.search(text):
        yield Finding(path, "holds a control character", OURS)


def calls_nobody(path: str, text: str) -> Iterator[Finding]:
    """``<!here>`` and its like, which would call a whole channel."""
    if found := BROADCAST.search(text):
        yield Finding(path, f"calls a whole channel with {found.group()}", OURS)


def string(
    most: int | None = None,
    *,
    least: int = 1,
    choices: Collection[str] = (),
    pattern: str = "",
    error: str | None = None,
) -> Check:
    """A string of ``least`` to ``most`` characters, of certain ``choices`` or of a ``pattern``."""

    def check(path: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, str):
            yield Finding(path, "must be a string", error)
            return
        yield from characters(path, value)
        if len(value) < least:
            yield Finding(path, "must not be empty" if least == 1 else f"has fewer than {least} characters", error)
        elif most is not None and len(value) > most:
            yield Finding(path, f"has {len(value)} characters; {most} are allowed", error)
        elif choices and value not in choices:
            yield Finding(path, f"must be one of {', '.join(sorted(choices))}, not {value[:40]}", error)
        elif pattern and not re.fullmatch(pattern, value):
            yield Finding(path, f"must look like {pattern}", error)

    return check


def boolean(path: str, value: Any) -> Iterator[Finding]:
    """True or false."""
    if not isinstance(value, bool):
        yield Finding(path, "must be true or false")


def whole(least: int | None = None, most: int | None = None) -> Check:
    """A whole number."""

    def check(path: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Finding(path, "must be a whole number")
        elif least is not None and value < least:
            yield Finding(path, f"must be at least {least}, not {value}")
        elif most is not None and value > most:
            yield Finding(path, f"must be at most {most}, not {value}")

    return check


def number(path: str, value: Any) -> Iterator[Finding]:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        yield Finding(path, "must be a finite number")


def positive(path: str, value: Any) -> Iterator[Finding]:
    """A finite number above zero."""
    wrong = list(number(path, value))
    yield from wrong
    if not wrong and value <= 0:
        yield Finding(path, f"must be above zero, not {value}")


def anything(path: str, value: Any) -> Iterator[Finding]:
    """No rule."""
    return iter(())


def listed(check: Check, most: int | None = None, *, least: int = 1, error: str | None = None) -> Check:
    """A list of ``least`` to ``most`` such things."""

    def checks(path: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, list | tuple):
            yield Finding(path, "must be a list", error)
            return
        if len(value) < least:
            yield Finding(path, f"has {len(value)} items; at least {least} are needed", error)
        if most is not None and len(value) > most:
            yield Finding(path, f"has {len(value)} items; {most} are allowed", error)
        for index, item in enumerate(value):
            yield from check(under(path, index), item)

    return checks


def shape(fields: Mapping[str, Check], needs: Sequence[str] = (), one_of: Sequence[str] = ()) -> Check:
    """An object with these fields and no others (``type`` is looked at elsewhere).

    ``needs`` are required, and of ``one_of`` at least one is.
    """

    def check(path: str, value: Any) -> Iterator[Finding]:
        if not isinstance(value, Mapping):
            yield Finding(path, "must be an object")
            return
        for key in needs:
            if value.get(key) is None:
                yield Finding(path, f"lacks {key}")
        if one_of and all(value.get(key) is None for key in one_of):
            yield Finding(path, f"needs one of {', '.join(one_of)}")
        for key, part in value.items():
            if key in fields:
                yield from fields[key](under(path, key), part) if part is not None else ()
            elif key != "type":
                yield Finding(under(path, str(key)), "is not a known key")

    return check


def by_type(kinds: Mapping[str, Check], what: str) -> Check:
    """An object whose ``type`` says which check holds."""

    def check(path: str, value: Any) -> Iterator[Finding]:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str):
            yield Finding(path, f"must be {what} with a type")
        elif kind not in kinds:
            yield Finding(path, f"{kind[:40]} is no type of {what} here")
        else:
            yield from kinds[kind](path, value)

    return check


def also(*checks: Check) -> Check:
    """All of several checks."""

    def check(path: str, value: Any) -> Iterator[Finding]:
        for one in checks:
            yield from one(path, value)

    return check


def text(most: int, *, plain_only: bool = False) -> Check:
    """A text object of 1 to ``most`` characters; blank ones show as nothing."""
    fields: dict[str, Check] = {"text": string(most), "emoji": boolean, "verbatim": boolean}
    formed = shape(fields, needs=("text",))

    def check(path: str, value: Any) -> Iterator[Finding]:
        yield from formed(path, value)
        if not isinstance(value, Mapping):
            return
        kind, written = value.get("type"), value.get("text")
        if kind not in (("plain_text",) if plain_only else ("plain_text", "mrkdwn")):
            yield Finding(path, f"must be {'plain_text' if plain_only else 'plain_text or mrkdwn'}, not {kind}")
        if kind == "mrkdwn" and "emoji" in value:
            yield Finding(under(path, "emoji"), "is for plain_text only")
        if kind == "plain_text" and "verbatim" in value:
            yield Finding(under(path, "verbatim"), "is for mrkdwn only")
        if isinstance(written, str) and written and not written.strip():
            yield Finding(under(path, "text"), "is blank", OURS)
        if kind == "mrkdwn" and isinstance(written, str):
            yield from calls_nobody(under(path, "text"), written)

    return check


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, whatever ``value`` is; for checks of things that were checked for form elsewhere."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def unique(values: Sequence[tuple[str, Any]], what: str) -> Iterator[Finding]:
    """Findings for values, given with their paths, that come twice."""
    seen: set[str] = set()
    for path, value in values:
        if isinstance(value, str):
            if value in seen:
                yield Finding(path, f"repeats the {what} {value[:60]}")
            seen.add(value)
