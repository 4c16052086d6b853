"""The catalogue: common pains and delights of customers, with names and examples in three languages, as data files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

SIDES = ("pain", "praise")
"""Opposite feelings share no theme: every theme is of one side."""

FRICTIONS = (
    "missing information",
    "complicated process",
    "long wait",
    "technical fault",
    "inconsistent communication",
    "price",
    "quality",
    "attitude",
    "policy",
    "other",
)
"""What a pain is made of, whatever it is about."""

_FOLDER = files("mining") / "theme_data" / "catalogue"


@dataclass(frozen=True, slots=True)
class Theme:
    """A pain or a delight: its names by language, where it happens, what rubs, and how people say it.

    ``origin`` is ``catalogue``, ``added`` (by people), ``found`` (in the data) or ``touchpoint`` (a group of what could
    not be told more closely). ``examples`` are by language.
    """

    id: str
    side: str
    names: Mapping[str, str]
    touchpoints: tuple[str, ...] = ()
    friction: str | None = None
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    origin: str = "catalogue"
    keywords: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """The name in a language, English where there is none, and any other where there is no English either."""
        names = self.names
        return names.get(language) or names.get("en") or next(iter(names.values()), self.id)


@cache
def catalogue() -> Mapping[str, Theme]:
    """The themes that ship, by id, in the order of their ids."""
    found = [
        _theme(entry, path.name.partition("_")[0].removesuffix("s"))
        for path in _FOLDER.iterdir()
        if path.name.endswith(".toml")
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["theme"]
    ]
    return {theme.id: theme for theme in sorted(found, key=lambda theme: theme.id)}


def _theme(entry: Mapping[str, object], side: str) -> Theme:
    fields = {"touchpoints": (), "friction": None, **entry}
    examples = {language: tuple(said) for language, said in sorted(fields.pop("examples").items())}  # type: ignore[attr-defined]  # TOML is untyped
    return Theme(side=side, **{**fields, "touchpoints": tuple(fields["touchpoints"]), "examples": examples})  # type: ignore[arg-type]  # TOML is untyped


def of_side(side: str) -> tuple[Theme, ...]:
    """The catalogue's themes of one side, in the order of their ids."""
    return tuple(theme for theme in catalogue().values() if theme.side == side)
