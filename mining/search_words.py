"""What a search asks for: its words in every form that three languages write them in, and how telling each of them is.

Forms are made of the word alone and of word lists that ship, never of what customers said: so a mention is a hit or
none whatever others say, and the same from one page to the next.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from connectors.errors import ConfigError
from mining.language import normalise
from mining.name_words import HEBREW_PREFIXES, ZWNJ

MOST_WORDS = 50
"""Words of a search at most: what is longer is a text to be read, and not to be looked for."""
EXACT, FORM, BARE = 1.0, 0.9, 0.8
"""How much it counts that the word itself is said, another form of it, or what is left of it without a prefix."""

_HE, _AR = "\u05d0-\u05ea", "\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f"
_TOKEN = re.compile(
    rf"[{_HE}]+(?:['\"][{_HE}]+)*|[{_AR}]+(?:{ZWNJ}+[{_AR}]+)*|[^\W_{_HE}{_AR}]+(?:'[^\W_{_HE}{_AR}]+)*|\0"
)
_HEBREW, _PERSIAN = re.compile(rf"[{_HE}]"), re.compile(rf"[{_AR}]")
# Letters of Arabic that Persian writes in two ways, besides those that everybody's spelling folds.
_ALIKE = str.maketrans("أإآٱةۀؤئ", "اااا" + "هه" + "وی")
_FINALS = {"ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ"}
_TO_FINAL = {plain: final for final, plain in _FINALS.items()}
_PLURALS = tuple("هایشان هایتان هایمان هایی هایم هایت هایش های ها".split())  # noqa: SIM905  # see name_words
_JOINED = (*_PLURALS, *"یی ات ی م ت ش مان تان شان و رو".split())  # noqa: SIM905
_VERBAL = ("نمی", "می")
_PARTS_ALONE = frozenset("می نمی ها های هایی هایم هایت هایش هایمان هایتان هایشان ای ام ات اش اند تر ترین".split())  # noqa: SIM905
# A quote between two Hebrew letters is part of a word.
_ASKED = re.compile(rf'(?<![\w"])(-?)"((?:[^"]|(?<=[{_HE}])"(?=[{_HE}]))*)"|(\S+)')
_VOWEL = re.compile(r"[aeiouy]")
_NEVER_PLURAL = frozenset(["news", "lens", "gas", "bus", "yes", "this", "plus", "bonus", "status"])


def tokens(text: str) -> list[str]:
    """The words of a text in one spelling, Persian compounds with their half-spaces; a NUL is a word too."""
    return [token for chunk in chunks(text) for token in tokens_of(chunk)]


def chunks(text: str) -> list[str]:
    """What stands between blanks: no word goes on behind one, and most chunks are met again and again."""
    return text.replace("\0", " \0 ").split()


@lru_cache(maxsize=50_000)
def tokens_of(chunk: str) -> tuple[str, ...]:
    """The words of a chunk."""
    return tuple(_TOKEN.findall(_folded(chunk)))


def _folded(text: str) -> str:
    # A backtick is a quote to the spelling of all texts but those of ASCII alone.
    return normalise(text.replace("`", "'"), zwnj=ZWNJ).translate(_ALIKE)


def split(token: str) -> tuple[str, ...]:
    """What a word is found by: itself; the parts of a compound, and all of them in one."""
    if ZWNJ not in token:
        return (token,)
    parts = tuple(filter(None, token.split(ZWNJ)))
    return (*parts, "".join(parts)) if len(parts) > 1 else parts


Forms = Mapping[str, float]
"""Words that say what was asked for, and how much each counts, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: said by any of ``forms``, or by all of a ``sequence`` one behind the other.

    ``needed``: a hit of a keyword search must say it; ``banned``: must not.
    """

    forms: Forms
    sequences: tuple[tuple[Forms, ...], ...] = ()
    needed: bool = True
    banned: bool = False

    @property
    def words(self) -> Iterator[str]:
        """Every word that may say it or a part of it."""
        yield from self.forms
        for sequence in self.sequences:
            for forms in sequence:
                yield from forms


@lru_cache(maxsize=1_000)
def asked(words: str) -> tuple[Term, ...]:
    """The terms of a search.

    Raises:
        ConfigError: more than :data:`MOST_WORDS` words.
    """
    terms = list(_terms(_folded(words)))
    if len(terms) > MOST_WORDS:
        raise ConfigError(f"a search of more than {MOST_WORDS} words", hint="shorten it to the words that matter")
    told = [term for term in terms if term.needed and not term.banned]
    if not told:
        # Nothing but words that hold a sentence together: then it is they that are looked for.
        terms = [Term(term.forms, term.sequences, not term.banned, term.banned) for term in terms]
    return tuple(_once(terms))


def _once(terms: Iterable[Term]) -> Iterator[Term]:
    seen = set()
    for term in terms:
        key = (tuple(term.forms), repr(term.sequences), term.banned)
        if key not in seen:
            seen.add(key)
            yield term


def _terms(words: str) -> Iterator[Term]:
    for dash, quoted, plain in _ASKED.findall(words):
        if quoted:
            yield from _quoted(quoted, banned=bool(dash))
            continue
        banned = len(plain) > 1 and plain.startswith("-")
        for token in _TOKEN.findall(plain.replace("\0", " ")):
            yield _term(token, banned=banned)


def _quoted(words: str, *, banned: bool) -> Iterator[Term]:
    parts = [part for token in _TOKEN.findall(words) for part in token.split(ZWNJ) if part]
    if len(parts) == 1:
        yield Term({parts[0]: EXACT}, banned=banned)
    elif parts:
        yield Term({}, (tuple({part: EXACT} for part in parts),), banned=banned)


def _term(token: str, *, banned: bool) -> Term:
    if ZWNJ not in token:
        return Term(forms(token), (), token not in _empty(), banned)
    parts = [part for part in token.split(ZWNJ) if part]
    core = [part for part in parts if part not in _PARTS_ALONE] or parts
    found = dict(forms("".join(parts)))
    if len(core) == 1:
        return Term({**forms(core[0]), **found}, (), True, banned)
    return Term(found, (tuple(forms(part) for part in core),), True, banned)


# --- forms ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def forms(word: str) -> Forms:
    """A word in one spelling and its other forms, with what each counts."""
    if _HEBREW.match(word):
        return _hebrew(word)
    if _PERSIAN.match(word):
        return _persian(word)
    return _english(word)


def _weighed(word: str, others: Iterable[str], weight: float = FORM) -> dict[str, float]:
    return {word: EXACT, **{other: weight for other in others if other != word}}


def _english(word: str) -> Forms:
    if not word.isascii() or not word.replace("'", "").isalpha() or len(word) < 3:
        return {word: EXACT, **({f"{word}s": FORM, f"{word}'s": FORM} if len(word) > 1 else {})}
    bases = {word.removesuffix("'s"), *_bases(word)}
    return _weighed(word, sorted(form for base in bases for form in _inflected(base)))


def _bases(word: str) -> Iterator[str]:
    """What an English word may be a form of."""
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 and word not in _NEVER_PLURAL:
        yield word[:-1]
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        yield word[:-2]
    if word.endswith("ied") and len(word) > 4:
        yield word[:-3] + "y"
    for ending in ("ed", "ing"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and _VOWEL.search(base):
            yield base
            yield base + "e"
            if base[-1] == base[-2]:
                yield base[:-1]


def _inflected(base: str) -> Iterator[str]:
    yield from (base, f"{base}s", f"{base}'s", f"{base}ed", f"{base}ing")
    if base.endswith(("s", "x", "z", "ch", "sh")):
        yield f"{base}es"
    if base.endswith("e"):
        yield from (f"{base}d", f"{base[:-1]}ing")
    if base.endswith("y"):
        yield from (f"{base[:-1]}ies", f"{base[:-1]}ied")
    if len(base) > 2 and re.fullmatch(r".*[^aeiou][aeiou][bdgklmnprt]", base):
        yield from (f"{base}{base[-1]}ed", f"{base}{base[-1]}ing")


def _hebrew(word: str) -> Forms:
    found = {word: EXACT}
    for base, weight in [(word, FORM), *((bare, BARE) for bare in _bare(word))]:
        for form in (base, *_hebrew_endings(base)):
            found.setdefault(form, weight)
            for prefix in _prefixes(form):
                found.setdefault(prefix + form, weight)
    return found


def _bare(word: str) -> list[str]:
    """A word without what is written onto its beginning, where only the rest of it is a word that everybody knows."""
    known = _known()
    if word in known:
        return []
    rests = [word.removeprefix(one) for one in HEBREW_PREFIXES if word.startswith(one)]
    return [max(told, key=len)] if (told := [rest for rest in rests if len(rest) > 2 and rest in known]) else []


def _prefixes(form: str) -> Iterator[str]:
    if len(form) < 2:
        return
    known = _known()
    for prefix in HEBREW_PREFIXES:
        # The letter m begins many words of its own, and so does what ends with another than "the": mishloach
        # (a parcel sent) is no m-sh-loach (of that which is a board).
        doubtful = prefix.startswith("מ") or (len(prefix) > 1 and prefix[0] != "ו" and prefix[-1] != "ה")
        if not (doubtful and prefix + form in known) and not (len(form) < 3 and len(prefix) > 1):
            yield prefix


def _hebrew_endings(word: str) -> Iterator[str]:
    """Plurals, the form before another noun, my and ours; and the singular of a plural."""
    if len(word) < 3:
        return
    stem = word[:-1] + _FINALS.get(word[-1], word[-1])
    if word.endswith("ה") and len(word) > 3:
        yield from (word[:-1] + ending for ending in ("ות", "ת", "תי", "ותיי", "תו", "תה", "תם", "תנו"))
    elif word.endswith("ות") and len(word) > 4:
        yield from (word[:-2] + "ה", word[:-2] + "ת", word + "ים", word + "י")
    elif word.endswith("ים") and len(word) > 4:
        base = word[:-2]
        yield from (base[:-1] + _TO_FINAL.get(base[-1], base[-1]), base + "י", base + "יה")
    elif word.endswith("יה"):
        yield from (word[:-1] + "ות", word[:-1] + "ת")
    else:
        yield from (stem + ending for ending in ("ים", "י", "נו", "ך", "ו", "ה", "ם"))
        if len(word) > 3:
            yield stem + "ות"


def _persian(word: str) -> Forms:
    bases = {word}
    for ending in (*_PLURALS, "ات"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            bases.add(word.removesuffix(ending))
    for verbal in _VERBAL:
        if word.startswith(verbal) and len(word) - len(verbal) >= 3:
            bases.add(word.removeprefix(verbal))
    others = [form for base in sorted(bases) for form in (base, *_persian_forms(base))]
    return _weighed(word, others)


def _persian_forms(base: str) -> Iterator[str]:
    if len(base) < 3:
        return
    yield from (base + ending for ending in _JOINED)
    yield from (verbal + base for verbal in _VERBAL)


# --- word lists -----------------------------------------------------------------------------------------------------


@cache
def _empty() -> frozenset[str]:
    table = tomllib.loads(files("mining").joinpath("search_words.toml").read_text(encoding="utf-8"))
    return frozenset(token for words in table.values() for token in tokens(words))


@cache
def _known() -> frozenset[str]:
    """Words that the shipped encoder knows whole, prefixes and endings not cut off."""
    pieces: Sequence[str] = json.loads(
        files("embeddings").joinpath("weights", "encoder", "pieces.json").read_text(encoding="utf-8")
    )
    return frozenset(piece for piece in pieces if _HEBREW.match(piece))
