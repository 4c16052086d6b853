"""Stages, intents, sentiments, efforts and touchpoints: their names, aliases and definitions, read from data files.

A company may call a stage or touchpoint otherwise and add its own (:class:`Own`): :func:`extended` lays that over.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from connectors.errors import ConfigError
from mining.language import normalise

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


@dataclass(frozen=True, slots=True, eq=False)
class Taxonomy:
    """The values of every task that a workspace has: those that ship, with what the company says of them."""

    tasks: Mapping[str, Mapping[str, Category]]

    def categories(self, task: str) -> Mapping[str, Category]:
        """The values of a task, in the journey's order, by value."""
        return self.tasks[task]

    def values(self, task: str) -> tuple[str, ...]:
        """The values of a task, the company's own before ``none``."""
        return tuple(self.tasks[task])

    def name(self, task: str, value: str, language: str) -> str:
        """What a value is called in a language; the value itself where the taxonomy does not know it."""
        known = self.tasks[task].get(value)
        return known.name(language) if known else value


@dataclass(frozen=True, slots=True)
class Own:
    """What a company says of one stage or touchpoint, which may be its own.

    ``name`` is its name where ``names`` has none for a language. ``words`` decide for it wherever they are said.
    ``examples`` are remarks that ``overheard train`` learns it from.
    """

    name: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


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


# --- a company's own ------------------------------------------------------------------------------------------------

LANGUAGES = ("en", "he", "fa")
OPEN = ("stage", "touchpoint")
"""The tasks that a company may name anew and add to."""

_VALUE = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
OwnValues = Mapping[str, Mapping[str, Own]]
"""Task -> value -> what the company says of it."""


@cache
def shipped() -> Taxonomy:
    """The taxonomy as it ships."""
    return Taxonomy({task: categories(task) for task in TASKS})


def extended(own: OwnValues) -> Taxonomy:
    """The shipped taxonomy with a company's names and values laid over it.

    Raises:
        ConfigError: a value that can be none, or a name or word that is another value's too.
    """
    if not any(own.values()):
        return shipped()
    for task, values_ in own.items():
        for value, one in values_.items():
            _check(task, value, one)
    named = {
        normalise(said): (task, value)
        for task, values_ in own.items()
        for value, one in values_.items()
        for said in _said(task, value, one)
    }
    tasks = {task: _with_own(task, own.get(task, {}), named) for task in TASKS}
    _tell_clashes(own, tasks)
    return Taxonomy(tasks)


def _check(task: str, value: str, one: Own) -> None:
    if value == "none":
        hint = f"name the {task}s that there are; what has none stays none"
        raise ConfigError(f"{task}s.none: it stands for no {task} and stays as it is", hint=hint)
    if not _VALUE.match(value):
        hint = 'write it as free_trial, and how it is shown as name = "Free trial"'
        raise ConfigError(f"{task}s.{value}: a {task} is written in a-z, 0-9 and _, a letter first", hint=hint)
    for said in (*_said(task, value, one), *one.words, *one.examples):
        if not any(map(str.isalnum, said)):
            raise ConfigError(f"{task}s.{value}: {said!r} says nothing", hint="it needs a letter or a digit")


def _said(task: str, value: str, one: Own) -> tuple[str, ...]:
    """What a company calls a value; its own value also goes by its plain name."""
    plain = [] if value in categories(task) else [value.replace("_", " ")]
    return tuple(dict.fromkeys([*([one.name] if one.name else []), *one.names.values(), *plain]))


def _with_own(task: str, own: Mapping[str, Own], named: Mapping[str, tuple[str, str]]) -> dict[str, Category]:
    """The categories of a task; what the company calls another value names that one alone."""
    made = {}
    for value, known in categories(task).items():
        aliases = _without(known.aliases, named, (task, value))
        beside = _without(known.beside, named, (task, value))
        made[value] = _renamed(replace(known, aliases=aliases, beside=beside), own.get(value, Own()), named)
    none = made.pop("none", None)
    for value, one in own.items():
        if value not in made:
            said = dict.fromkeys(LANGUAGES, tuple(dict.fromkeys((*_said(task, value, one), *one.words))))
            names = {language: one.names.get(language, one.name or value.replace("_", " ")) for language in LANGUAGES}
            made[value] = Category(task, value, names, said)
    return made | ({"none": none} if none else {})


def _without(
    words: Mapping[str, tuple[str, ...]], named: Mapping[str, tuple[str, str]], mine: tuple[str, str]
) -> dict[str, tuple[str, ...]]:
    kept = {}
    for language, said in words.items():
        kept[language] = tuple(one for one in said if named.get(normalise(one), mine) == mine)
    return kept


def _renamed(known: Category, one: Own, named: Mapping[str, tuple[str, str]]) -> Category:
    """The old name still means the value in a question, unless another value is called so by now."""
    said = _said(known.task, known.value, one)
    if not said:
        return known
    former = _without({language: (known.name(language),) for language in LANGUAGES}, named, (known.task, known.value))
    aliases = {
        language: tuple(dict.fromkeys((*said, *former[language], *known.aliases.get(language, ()))))
        for language in LANGUAGES
    }
    names = {language: one.names.get(language, one.name or known.name(language)) for language in LANGUAGES}
    return replace(known, names=names, aliases=aliases)


def _tell_clashes(own: OwnValues, tasks: Mapping[str, Mapping[str, Category]]) -> None:
    """Two values called alike could not be told apart in a question; one word for two values would decide nothing."""
    called: dict[str, set[tuple[str, str]]] = {}
    heard: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for task in OPEN:
        for value, category in tasks[task].items():
            mine = own.get(task, {}).get(value, Own())
            for said in {*category.names.values(), *_said(task, value, mine)} if value != "none" else ():
                called.setdefault(normalise(said), set()).add((task, value))
                heard.setdefault((task, normalise(said)), set()).add((task, value))
            for word in mine.words:
                heard.setdefault((task, normalise(word)), set()).add((task, value))
    for task, values_ in own.items():
        for value, one in values_.items():
            for said in (*_said(task, value, one), *one.words):
                others = heard[task, normalise(said)] | (called[normalise(said)] if said not in one.words else set())
                if others := others - {(task, value)}:
                    other = "s.".join(sorted(others)[0])
                    hint = "each name and each word belongs to one value: change one of the two"
                    raise ConfigError(f"{task}s.{value}: {said!r} also stands for {other}", hint=hint)
