"""The mapping language: which column, path or constant fills which target.

========================  =====================================================================
``text=body``             the column ``body``; its name as written, or differing in case and signs
``author=user.name``      a path into objects (JSON, Parquet); ``tags.0`` takes from a list
``text=body|selftext``    the first of several columns that says something
``product==Acme Pro``     the constant ``Acme Pro`` (in a config file: ``product = "=Acme Pro"``)
``rating=``               nothing: this target is not to be guessed
========================  =====================================================================
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import ConfigError
from connectors.tabular.cells import cell, look_up
from connectors.tabular.header import listed, normal

TARGETS = (
    "native_id",
    "text",
    "title",
    "said_at",
    "author",
    "rating",
    "url",
    "language",
    "product",
    "channel",
    "solicited",
    "parent",
    "deleted",
    "speaker",
)
# Targets with a name of the user's own after the dot.
OPEN_TARGETS = ("segment", "extra")
_ALIASES = {"id": "native_id", "date": "said_at", "lang": "language", "link": "url"}


@dataclass(frozen=True, slots=True)
class Spec:
    """What fills one target: columns, of which the first that says something wins, or a constant."""

    columns: tuple[str, ...] = ()
    constant: str = ""

    def value(self, fields: Mapping[str, object]) -> object:
        """The value for one row; None where no column says anything."""
        if self.constant:
            return self.constant
        for column in self.columns:
            found = look_up(fields, column)
            if found.strip() if isinstance(found, str) else cell(found):
                return found
        return None

    def __str__(self) -> str:
        return f"={self.constant}" if self.constant else "|".join(self.columns)


Mapped = Mapping[str, Spec]


def targets_of(settings: Mapping[str, object]) -> dict[str, str]:
    """A mapping as written in a config file or at the command line, flat and with full target names.

    Raises:
        ConfigError: a target is unknown, or a spec is no text.
    """
    flat: dict[str, str] = {}
    for name, spec in settings.items():
        if isinstance(spec, Mapping) and name in OPEN_TARGETS:
            flat |= targets_of({f"{name}.{key}": value for key, value in spec.items()})
            continue
        target = _ALIASES.get(name, name)
        if not isinstance(spec, str):
            raise ConfigError(f"the mapping of {name!r} must be text", hint=f'for example map.{name} = "column"')
        _check_target(target)
        flat[target] = spec.strip()
    return flat


def from_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """``["text=body", "channel==review"]`` as a mapping.

    Raises:
        ConfigError: a pair has no ``=``.
    """
    split = [pair.partition("=") for pair in pairs]
    for target, sign, spec in split:
        if not sign:
            raise ConfigError(f"{target + spec!r} is no mapping", hint="write TARGET=COLUMN, for example text=body")
    return {target.strip(): spec for target, _, spec in split}


def _check_target(target: str) -> None:
    group, dot, name = target.partition(".")
    if target in TARGETS or (dot and name and group in OPEN_TARGETS):
        return
    near = difflib.get_close_matches(target, TARGETS, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    known = ", ".join((*TARGETS, *(f"{group}.NAME" for group in OPEN_TARGETS)))
    raise ConfigError(f"there is no target called {target!r} in the mapping", hint=f"{hint}targets: {known}")


def bind(target: str, spec: str, columns: Sequence[str]) -> Spec | None:
    """A spec with the names that the file really has; None for an empty one.

    Raises:
        ConfigError: the file has no such column; the hint lists those it has.
    """
    if not spec:
        return None
    if spec.startswith("="):
        return Spec(constant=spec[1:].strip())
    names = [spec] if spec in columns else [name.strip() for name in spec.split("|")]
    found = tuple(column for column in (_column(name, columns) for name in names) if column)
    if not found:
        near = difflib.get_close_matches(spec, columns, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ConfigError(f"no column {spec!r} to read {target} from", hint=f"{hint}columns: {listed(columns)}")
    return Spec(found)


def _column(name: str, columns: Sequence[str]) -> str | None:
    if name in columns:
        return name
    alike = [column for column in columns if normal(column) == normal(name)]
    if len(alike) == 1:
        return alike[0]
    # A path may lead further in than the columns were listed, or into a list.
    return name if any(name.startswith(f"{column}.") for column in columns) else None
