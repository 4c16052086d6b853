"""Conditions of a question that have no name in the taxonomy: ratings, platforms, sources, regions, plans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from assistant import names
from assistant.meaning import Asker, from_stars
from assistant.names import Value
from assistant.slate import Slate
from mining.language import normalise

# What every company may be asked about without having configured it.
PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "ios": ("ios", "iphone", "iphones", "ipad", "אייפון", "אייפונים", "آیفون", "آی او اس", "آی‌او‌اس"),
    "android": ("android", "אנדרואיד", "اندروید"),
}
SOURCES: Mapping[str, tuple[str, ...]] = {
    "reddit": ("reddit", "רדיט", "ردیت"),
    "zendesk": ("zendesk", "זנדסק", "زندسک"),
    "app_store": ("app store", "appstore", "אפ סטור", "אפסטור", "اپ استور", "اپ‌استور"),
    "play_store": ("play store", "google play", "גוגל פליי", "گوگل پلی"),
    "trustpilot": ("trustpilot",),
    "intercom": ("intercom",),
    "twitter": ("twitter", "טוויטר", "توییتر"),
}
_FIRST_STAR, _LAST_STAR = 1, 5


def catalogue(slate: Slate, asker: Asker, language: str, asked: str) -> list[Value]:
    """Names of products, competitors, platforms and sources; they are taken from the slate.

    Platforms and well-known sources are understood though nobody configured them: what was asked for is then looked
    for and not found, which is better than being passed over.
    """
    platforms = {**_completed(asker.platforms), **_missing(PLATFORMS, asker.platforms)}
    # A source called "calls" is what everybody calls the channel.
    own = [name for name in asker.sources if not _is_channel(name, language)]
    sources = {name: (name.replace("_", " "), name.replace("-", " ")) for name in own}
    sources |= {name: (*sources.get(name, ()), *said) for name, said in SOURCES.items()}
    called: dict[str, Mapping[str, Iterable[str]]] = {
        "product": asker.products,
        "competitor": asker.competitors,
        "platform": platforms,
        "source": sources,
    }
    return [*_short_products(slate, asker, language), *names.catalogue(slate, called, language, asked)]


def _is_channel(name: str, language: str) -> bool:
    said = [pattern for patterns in names.lexicon(language)["channels"].values() for pattern in patterns]
    return (0, len(name)) in names.says(normalise(name), said, language)


def _completed(configured: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Configured platforms, each also by what it is called in every language, unless several share that."""
    whole = dict(configured)
    for said in PLATFORMS.values():
        known = set(map(normalise, said))
        owners = [name for name, more in configured.items() if not known.isdisjoint(map(normalise, (name, *more)))]
        if len(owners) == 1:
            whole[owners[0]] = tuple(dict.fromkeys((*configured[owners[0]], *said)))
    return whole


def _missing(
    shipped: Mapping[str, tuple[str, ...]], configured: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    known = {normalise(said) for name, more in configured.items() for said in (name, *more)}
    return {name: said for name, said in shipped.items() if known.isdisjoint(map(normalise, said))}


def _short_products(slate: Slate, asker: Asker, language: str) -> list[Value]:
    """A product by its own name after the company's: "the Router R2" of "Acme Router R2"."""
    every = [normalise(name).split() for name in asker.products]
    family = every[0][0] if len(every) > 1 and len({words[0] for words in every if words}) == 1 else None
    found = []
    for name, words in zip(asker.products, every, strict=True):
        # One more word may be an ordinary one ("the app"): two and more are a name.
        if family and len(words) > 2 and not re.search(re.escape(normalise(name)), slate.text):
            matches = slate.find_all(names.pattern(re.escape(" ".join(words[1:]))), "product")
            found += [Value("product", name, match.span()) for match in matches]
    return found


def segments(slate: Slate, asker: Asker, language: str) -> dict[str, list[Value]]:
    """Values of segments by key: those that the company's feedback carries, and regions and plans that all know."""
    found: dict[str, list[Value]] = {}
    table = names.lexicon(language).get("segments", {})
    for key, by_value in table.items():
        for value, said in by_value.items():
            for match in slate.find_all(names.pattern(names.any_of(said, names.lexicon(language))), "segment"):
                found.setdefault(key, []).append(Value(key, value, match.span()))
    for key, own in asker.segments.items():
        for value in own:
            for match in slate.find_all(names.pattern(re.escape(normalise(value))), "segment"):
                found.setdefault(key, []).append(Value(key, value, match.span()))
                _take_key(slate, match.span(), key, language)
    return {key: sorted(values, key=lambda one: one.span) for key, values in found.items()}


def _take_key(slate: Slate, span: tuple[int, int], key: str, language: str) -> None:
    """Take the word for a key beside its value ("the pro plan", "plan pro"): it is no topic."""
    said = "|".join([rf"{re.escape(normalise(key))}s?", *names.lexicon(language)["groups"]["segment"]])
    for beside in (rf"(?:{said})(?=\s*$)", rf"^\s*(?:{said})(?!\w)"):
        start, end = (0, span[0]) if beside.endswith("$)") else (span[1], len(slate.text))
        match = re.search(rf"(?<!\w){beside}" if not start else beside, slate.rest()[start:end])
        if match:
            slate.take((start + match.start(), start + match.end()), "segment")


def rating(slate: Slate, language: str) -> dict[str, float]:
    """The bounds that stars set, as the store keeps ratings: ``rating_min`` and ``rating_max``, each if set."""
    table = names.lexicon(language)["ratings"]
    reading: Mapping[str, Any] = {
        "at_most": lambda n: (None, n),
        "at_least": lambda n: (n, None),
        "below": lambda n: (None, n - 1),
        "above": lambda n: (n + 1, None),
        "equal": lambda n: (n, n),
    }
    for how, bounds in reading.items():
        for pattern in table[how]:
            found = slate.find(names.pattern(pattern.replace("{n}", table["n"])), "rating")
            if found:
                word = found["n"]
                n = int(word) if word.isdecimal() else int(table["words"][word])
                low, high = bounds(n)
                told = {"rating_min": low, "rating_max": high}
                return {
                    name: from_stars(max(_FIRST_STAR, min(stars, _LAST_STAR)))
                    for name, stars in told.items()
                    if stars is not None
                }
    return {}


def tabled(text: str, table: str, language: str) -> list[str]:
    """The keys of a table of the lexicon whose words stand in the text, in the table's order."""
    rows = names.lexicon(language).get(table, {})
    return [key for key, patterns in rows.items() if names.says(text, patterns, language)]
