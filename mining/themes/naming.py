"""A name for a group of remarks: its most typical short phrase, and the nearest words that we know in other languages.

Candidates are runs of one to four words that several people of the group say and others do not. They begin and end
with a word that means something (``theme_data/empty_words.toml`` lists those that do not), hold no digit, and are not
the company's own names alone. The nearest to what the group says is its name in the group's main language; a language
that enough of its remarks are in has its own phrase; in the others the name is the nearest entry of a lexicon
(``theme_data/lexicon.tsv``), with the main name behind it.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from embeddings.bag import unit
from mining.language import normalise
from mining.themes.space import Floats

LANGUAGES = ("en", "he", "fa")
_DATA = files("mining") / "theme_data"
_TOKEN = re.compile(r"[^\W_]+(?:[’'\u200c״׳\"-][^\W_]+)*|[.,;:!?؟،؛()\n]")
_LONGEST = 4
# Candidates whose vectors are compared with the group's middle.
_MOST = 30
# A language with fewer distinct remarks than this, or less than this share, has no phrase of its own.
_OWN_PHRASE, _OWN_SHARE = 3, 0.15
# What a phrase of so many words is worth: one word is vague, four are seldom a name.
_LENGTHS = {1: 0.8, 2: 1.0, 3: 1.0, 4: 0.85}
_KEYWORDS = 6
# An entry of the lexicon that is farther than this from a name says something else.
_NEAR_ENOUGH = 0.4
# "no reply" is a name, "reply no" is none.
_ONLY_FIRST = frozenset({"no", "not", "without", "אין", "בלי", "ללא", "بدون", "بی"})
# A name is said by so many, and by this share of the remarks.
_FEWEST, _FEWEST_SHARE = 3, 0.05

Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True)
class Naming:
    """A group's names by language, and the words that are said in it more than elsewhere."""

    names: dict[str, str]
    keywords: tuple[str, ...]


@dataclass
class Background:
    """In how many remarks each phrase is said at all; ``brands`` are the company's and its competitors' names."""

    remarks: int = 0
    said: Counter[str] = field(default_factory=Counter)
    brands: frozenset[str] = frozenset()
    # Names given already: two groups are not called the same.
    given: set[str] = field(default_factory=set)

    def names_alone(self, phrase: str) -> bool:
        """Whether a phrase holds nothing but the company's names, and words that mean nothing by themselves."""
        return all(
            word.removesuffix("'s") in self.brands or word in empty_words() or word in _ONLY_FIRST
            for word in phrase.split()
        )

    def add(self, texts: Iterable[str]) -> None:
        """Count the phrases of some more remarks."""
        for text in texts:
            self.remarks += 1
            self.said.update(phrases(text))


def name(
    texts: Sequence[str], languages: Sequence[str], centre: Floats, side: str, background: Background, encode: Encode
) -> Naming:
    """Name a group of distinct remarks in three languages; ``centre`` (width,) is the middle of their vectors.

    A single word is said with what it is about: "problems with the postcode".
    """
    by_language: dict[str, list[str]] = {}
    for text, language in zip(texts, languages, strict=True):
        by_language.setdefault(language, []).append(text)
    main = max(by_language, key=lambda language: (len(by_language[language]), language))
    least = max(_OWN_PHRASE, _OWN_SHARE * len(texts))
    own: dict[str, str] = {}
    for language in sorted(by_language, key=lambda one: (one != main, one)):
        if language == main or len(by_language[language]) >= least:
            best = _best(by_language[language], centre, background, encode)
            best = [one for one in best if _said_in_full(one, language, side) not in background.given] or best
            if best:
                own[language] = best[0]
                if language == main:
                    keywords = best
    if main not in own:
        own[main] = _nearest_entry(centre, main, encode)
        keywords = [own[main]]
    own, plain = {language: _said_in_full(said, language, side) for language, said in own.items()}, own[main]
    names = {language: own.get(language) or _translated(plain, centre, language, encode) for language in LANGUAGES}
    background.given.update(own.values())
    return Naming({**names, **own}, tuple(keywords[:_KEYWORDS]))


_FULL = {
    ("en", "pain"): "problems with {}",
    ("he", "pain"): "בעיות עם {}",
    ("fa", "pain"): "مشکل با {}",
    ("en", "praise"): "praise for {}",
    ("he", "praise"): "שבחים על {}",
    ("fa", "praise"): "تعریف از {}",
}


def _said_in_full(name: str, language: str, side: str) -> str:
    return name if " " in name else _FULL.get((language, side), "{}").format(name)


def phrases(text: str) -> set[str]:
    """The runs of one to four words of a text that could be a name, in one spelling."""
    return set(_runs(text))


@lru_cache(maxsize=30_000)
def _runs(text: str) -> dict[str, str]:
    """Each run in one spelling, and how it was written; not to be changed by whoever asks."""
    made: dict[str, str] = {}
    run: list[_Word] = []
    for token in [*_TOKEN.findall(text), "."]:
        if token[0].isalnum():
            run.append(_word(token))
            continue
        for start, first in enumerate(run):
            if first.begins:
                for end in range(start, min(start + _LONGEST, len(run))):
                    if run[end].digit:
                        break
                    if run[end].ends and (end > start or len(first.folded) > 2):
                        words = run[start : end + 1]
                        made.setdefault(" ".join([one.folded for one in words]), " ".join([one.token for one in words]))
        run = []
    return made


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it was written and in one spelling; whether it holds a digit, and may begin or end a name."""

    token: str
    folded: str
    digit: bool
    begins: bool
    ends: bool


@lru_cache(maxsize=200_000)
def _word(token: str) -> _Word:
    folded = normalise(token)
    digit = any(map(str.isdigit, folded))
    means = folded not in empty_words() and not digit
    return _Word(token, folded, digit, means, means and folded not in _ONLY_FIRST)


@cache
def empty_words() -> frozenset[str]:
    """Words that no name begins or ends with, of all languages, in one spelling."""
    table = tomllib.loads((_DATA / "empty_words.toml").read_text(encoding="utf-8"))
    return frozenset(normalise(word) for words in table.values() for word in words)


def _best(texts: Sequence[str], centre: Floats, background: Background, encode: Encode) -> list[str]:
    """The most typical phrases, best first, each as it is mostly written."""
    weight, written = _weights(texts, background)
    if not weight:
        return []
    spelt = [min(written[phrase], key=lambda form: (-written[phrase][form], form)) for phrase in weight]
    near = (encode(spelt) @ centre).round(3)
    score = {form: float(one * max(at, 0.05)) for one, form, at in zip(weight.values(), spelt, near, strict=True)}
    best = sorted(score, key=lambda form: (-round(score[form], 6), form))
    return [_longer(best[0], texts, centre, encode), *best[1:]]


def keywords(texts: Sequence[str], background: Background) -> list[str]:
    """The phrases that are said in a group more than elsewhere, told by counting alone, best first."""
    return list(_weights(texts, background)[0])


def _weights(texts: Sequence[str], background: Background) -> tuple[dict[str, float], dict[str, Counter[str]]]:
    """The weight of the likeliest phrases, the heaviest first, and how each phrase was written."""
    held: Counter[str] = Counter()
    written: dict[str, Counter[str]] = {}
    for text in texts:
        for phrase, spelt in _runs(text).items():
            held[phrase] += 1
            written.setdefault(phrase, Counter())[spelt.lower()] += 1
    fewest = max(_FEWEST, int(_FEWEST_SHARE * len(texts))) if len(texts) > 2 * _FEWEST else 1
    weight = {
        phrase: _typical(count, len(texts), background.said[phrase], background.remarks)
        * _LENGTHS.get(phrase.count(" ") + 1, 0.7)
        for phrase, count in held.items()
        if count >= fewest and not background.names_alone(phrase)
    }
    likeliest = sorted(weight, key=lambda phrase: (-round(weight[phrase], 6), phrase))[:_MOST]
    return {phrase: weight[phrase] for phrase in likeliest}, written


def _longer(name: str, texts: Sequence[str], centre: Floats, encode: Encode) -> str:
    """One word is seldom a name: of the runs of two or three with it that are said twice, the nearest to the group."""
    if " " in name:
        return name
    folded = normalise(name)
    said = Counter(
        spelt.lower()
        for text in texts
        for run, spelt in _runs(text).items()
        if 1 <= run.count(" ") <= 2 and folded in run.split()
    )
    forms = sorted(form for form, count in said.items() if count > 1)[:200]
    if not forms:
        return name
    near = (encode(forms) @ centre).round(3)
    return forms[int(near.argmax())]


def _typical(count: int, size: int, everywhere: int, remarks: int) -> float:
    """How much a phrase is of this group: its share here, times how much rarer it is elsewhere (c-TF-IDF's idea)."""
    outside = (everywhere - min(count, everywhere) + 0.5) / (max(remarks - size, 0) + 1)
    share: float = count / size
    return float(share**0.6 * np.log1p(share / outside))


@cache
def lexicon() -> Mapping[str, tuple[str, ...]]:
    """Names of things and happenings, by language; the same place means the same."""
    lines = (_DATA / "lexicon.tsv").read_text(encoding="utf-8").splitlines()
    columns = zip(*(line.split("\t") for line in lines[1:] if line), strict=True)
    return dict(zip(lines[0].split("\t"), columns, strict=True))


@lru_cache(maxsize=len(LANGUAGES))
def _entries(encode: Encode, language: str) -> Floats:
    return encode(lexicon()[language])


def _nearest_entry(centre: Floats, language: str, encode: Encode) -> str:
    spoken = language if language in lexicon() else "en"
    near = (_entries(encode, spoken) @ centre).round(3)
    return lexicon()[spoken][int(near.argmax())]


def _translated(main: str, centre: Floats, language: str, encode: Encode) -> str:
    """The lexicon's nearest entry to name and group, and the name as it is said; that alone if no entry is near."""
    wanted = unit(encode([main]) + 0.5 * centre)[0]
    near = (_entries(encode, language) @ wanted).round(3)
    if near.max() < _NEAR_ENOUGH:
        return main
    return f"{lexicon()[language][int(near.argmax())]} ({main})"
