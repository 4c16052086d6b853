"""Storefronts by either of their codes: ``USA`` in App Store Connect, ``us`` in the public feed."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


@cache
def _table() -> dict[str, tuple[str, str]]:
    """Two letters and a name, by three letters."""
    told = tomllib.loads(Path(__file__).with_name("territories.toml").read_text(encoding="utf-8"))
    return {three: (two, name) for three, (two, name) in told.items()}


@cache
def _threes() -> dict[str, str]:
    return {two: three for three, (two, _) in _table().items()}


def three_letters(code: str) -> str:
    """The three letters of a storefront.

    Raises:
        ValueError: there is none of that code.
    """
    known = code.strip().upper() if code.strip().upper() in _table() else _threes().get(code.strip().lower(), "")
    if not known:
        raise ValueError(f"the App Store has no storefront {code!r}; US, GB, IL and their likes are")
    return known


def two_letters(three: str) -> str:
    """The two letters of a storefront that is known by three."""
    return _table()[three][0]


def region(three: str) -> str:
    """Its name; of a storefront that is newer than this table, its code."""
    return _table().get(three, ("", three))[1]


Territory = Annotated[str, AfterValidator(three_letters)]
"""A storefront, by either code; kept as three letters."""
