"""Stages, intents, sentiments, efforts and touchpoints: their names, aliases and definitions, read from data files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

TASKS = ("stage", "intent", "sentiment", "effort", "touchpoint")


@dataclass(frozen=True, slots=True)
class Category:
    """One value of a task. Names, aliases and definitions are by language code (en, he, fa).

    ``beside`` are aliases that are ordinary words: they name a stage only beside the word "stage".
    """

    task: str
    value: str
    names: Mapping[str, str]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """The name in a language, English where there is none."""
        return self.names.get(language, self.names["en"])


@cache
def categories(task: str) -> Mapping[str, Category]:
    """The values of a task, in the journey's order, by value."""
    path = files("mining") / "taxonomy_data" / f"{task}s.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        value: Category(
            task,
            value,
            entry["name"],
            _words(entry.get("aliases", {})),
            entry.get("definition", {}),
            _words(entry.get("beside", {})),
        )
        for value, entry in table.items()
    }


def _words(by_language: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(words) for language, words in by_language.items()}


def values(task: str) -> tuple[str, ...]:
    """The values of a task, such as ``("awareness", …, "none")``."""
    return tuple(categories(task))


def name(task: str, value: str, language: str) -> str:
    """What a value is called in a language; the value itself where the taxonomy does not know it."""
    known = categories(task).get(value)
    return known.name(language) if known else value
