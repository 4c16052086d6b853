"""Which kind of question it is: cues found by the lexicon of its language, judged by rules that all languages share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from assistant import names
from assistant.meaning import Kind
from assistant.slate import Span


@dataclass(frozen=True, slots=True)
class Cues:
    """Cues that a text gives, each with where it stands."""

    found: dict[str, tuple[Span, ...]]

    def __contains__(self, cue: str) -> bool:
        return cue in self.found

    def outside(self, spans: Collection[Span]) -> Cues:
        """Those that stand outside of some places."""
        kept = {
            cue: tuple(one for one in found if not any(start <= one[0] and one[1] <= end for start, end in spans))
            for cue, found in self.found.items()
        }
        return Cues({cue: found for cue, found in kept.items() if found})

    @property
    def spans(self) -> list[Span]:
        """Every place of every cue."""
        return [span for spans in self.found.values() for span in spans]


def cues(text: str, language: str) -> Cues:
    """The cues in folded text."""
    table = names.lexicon(language)["cues"]
    found = {cue: tuple(names.says(text, patterns, language)) for cue, patterns in table.items()}
    return Cues({cue: spans for cue, spans in found.items() if spans})


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    all: frozenset[str]
    any: frozenset[str]
    none: frozenset[str]

    def holds(self, seen: frozenset[str]) -> bool:
        return self.all <= seen and not self.none & seen and (not self.any or bool(self.any & seen))


@cache
def _rules() -> tuple[_Rule, ...]:
    """The rules, the first that holds decides (``lexicon/kinds.toml``)."""
    return tuple(
        _Rule(Kind(rule["kind"]), *(frozenset(rule.get(part, ())) for part in ("all", "any", "none")))
        for rule in names.data("kinds.toml")["rule"]
    )


def judged(seen: Collection[str]) -> Kind | None:
    """The kind that some cues and facts about a question tell; None where no rule holds."""
    facts = frozenset(seen)
    return next((rule.kind for rule in _rules() if rule.holds(facts)), None)
