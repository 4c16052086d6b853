"""Themes at touchpoints: where remarks are too few to find themes in, the rest is grouped by where it happens."""

from __future__ import annotations

from functools import cache

from mining.taxonomy import categories
from mining.themes.catalogue import SIDES, Theme

_NAMES = {
    "pain": {"en": "{}: other problems", "he": "{}: בעיות אחרות", "fa": "{}: مشکلات دیگر"},
    "praise": {"en": "{}: other praise", "he": "{}: שבחים אחרים", "fa": "{}: تعریف‌های دیگر"},
}
_BEGINS = "other_"


def theme_id(touchpoint: str, side: str) -> str:
    """The id of what is said of a touchpoint and of nothing in particular."""
    return f"{_BEGINS}{touchpoint}_{side}"


def is_fallback(theme: str | None) -> bool:
    """Whether an id is of such a theme."""
    return theme in {one.id for one in at_touchpoint()}


@cache
def at_touchpoint() -> tuple[Theme, ...]:
    """A theme for each touchpoint and side."""
    return tuple(
        Theme(
            theme_id(value, side),
            side,
            {language: form.format(category.name(language)) for language, form in _NAMES[side].items()},
            (value,),
            origin="touchpoint",
        )
        for value, category in categories("touchpoint").items()
        if value != "none"
        for side in SIDES
    )
