"""The limit that words set: "alert me when complaints about delivery pass 20 a day". Data: ``lexicon/limits.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant import names, scope
from assistant.seen import Seen
from assistant.slate import Span, blanked
from assistant.watches.rule import Rule

_NUMBER = r"(?P<value>[-−]?\d+(?:[.,]\d+)?)"
_SIDES = ("above", "below")


@dataclass(frozen=True, slots=True)
class Limited:
    """What an alert's words say: the rule, and the words without those that say when (``rest``)."""

    rule: Rule
    rest: str


def read(seen: Seen) -> Limited:
    """The rule that words of an alert set: a limit where they name one, else what is unusual."""
    table = names.data("limits.toml")[seen.language]
    text = seen.folded
    spans = [*seen.slate.spans("schedule"), *seen.cues.found.get("alert", ())]
    net = "net_sentiment" in scope.tabled(text, "metrics", seen.language)
    found = _limit(text, table)
    if found is None:
        spans += _all(text, table["unusual"])
        rule = Rule.of("net_sentiment" if net else "count")
    else:
        side, match = found
        spans += [match.span(), *_all(text, table["day"]), *_all(text, table["week"])]
        rule = _rule(side, match, net, weekly=bool(_all(text, table["week"])))
    return Limited(rule, _without(text, spans, table))


def _limit(text: str, table: Mapping[str, Any]) -> tuple[str, re.Match[str]] | None:
    for side in _SIDES:
        for pattern in table[side]:
            whole = pattern.replace("{n}", f"{_NUMBER}(?P<percent>{table['percent']})?")
            if match := names.pattern(whole).search(text):
                return side, match
    return None


def _rule(side: str, match: re.Match[str], net: bool, *, weekly: bool) -> Rule:
    value = float(match["value"].replace("−", "-").replace(",", "."))
    measure = "net_sentiment" if net else "share" if match["percent"] else "count"
    value = value if measure == "count" else value / 100
    period = "week" if weekly else "day"
    return Rule.of(measure, kind="threshold", direction=side, value=value, period=period)


def _all(text: str, patterns: Sequence[str]) -> list[Span]:
    return [match.span() for pattern in patterns for match in names.pattern(pattern).finditer(text)]


def _without(text: str, spans: list[Span], table: Mapping[str, Any]) -> str:
    rest = " ".join(blanked(text, spans).split()).strip(" :,;-")
    for pattern in table["before"]:
        rest = re.sub(rf"(?:^|\s)(?:{pattern})", "", rest).strip(" :,;-")
    return rest
