"""Which language a text is in, and one spelling of it for comparing.

Script decides first, because it is cheap and nearly always right: Hebrew letters are Hebrew, Arabic letters are
Persian or Arabic by their letters and words, Latin letters are English by its function words. Only Latin or Cyrillic
text without such evidence is shown to py3langid. The word lists are data: ``languages.toml``.

Texts of two scripts: a Hebrew or Persian sentence full of English product names is Hebrew or Persian, so a
right-to-left letter weighs as much as two Latin ones, and Latin words that hold no English function word are names.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

from connectors.folding import DIGITS, INVISIBLE, PERSIAN, POINTS, QUOTES, dropped

UNKNOWN = "und"
"""What ``detect`` says of a text without enough letters (ISO 639-2 'undetermined')."""

_DATA = tomllib.loads(files("mining").joinpath("languages.toml").read_text(encoding="utf-8"))
_NAMES: dict[str, list[str]] = _DATA["names"]
_COLUMNS = {"en": 0, "he": 1, "fa": 2}
_WORDS = {name: frozenset(words.split()) for name, words in _DATA["evidence"].items()}

# Addresses, handles and the marks of masked spans are Latin letters that nobody spoke.
_UNSPOKEN = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|@\w+|\[[A-Za-z_]{2,30}\]|\{\{[^{}]*\}\}|spotify:\S+")
_MAY_BE_UNSPOKEN = re.compile(r"[@\[{]|://|www\.|spotify:")
_HEBREW = re.compile(r"[\u05d0-\u05ea\ufb1d-\ufb4f]+")
_ARABIC = re.compile(r"[\u0620-\u065f\u066e-\u06d3\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+(?:['’][A-Za-z]+)?")
_OTHER_SCRIPTS = tuple(
    (language, re.compile(letters))
    for language, letters in (
        ("ja", r"[\u3040-\u30ff]"),  # kana before Han: Japanese mixes both
        ("zh", r"[\u4e00-\u9fff]"),
        ("ko", r"[\uac00-\ud7af]"),
        ("ru", r"[\u0400-\u04ff]"),
        ("el", r"[\u0370-\u03ff]"),
        ("th", r"[\u0e00-\u0e7f]"),
        ("hi", r"[\u0900-\u097f]"),
        ("bn", r"[\u0980-\u09ff]"),
        ("hy", r"[\u0530-\u058f]"),
        ("ka", r"[\u10a0-\u10ff]"),
    )
)
# Letters that Persian and Arabic lack, most telling first.
_NEIGHBOURS = (
    ("ps", re.compile(r"[ټډړږښڼېۍ]")),
    ("ku", re.compile(r"[ڕڵۆێ]")),
    ("ur", re.compile(r"[ٹڈڑںےہھ]")),
)
_FA_LETTER = re.compile(r"[پچژگ]")
_FA_KEYBOARD = re.compile(r"[کی]")
_AR_LETTER = re.compile(r"ة")
_AR_HAMZA = re.compile(r"[أإؤ]")
_AR_TELLING = re.compile(r"[ةأإؤي]")
_AR_KEYBOARD = re.compile(r"[كي]")
_AR_ARTICLE = re.compile(r"(?<!\w)[وبفل]?ال(?!ان|بته|سلام|که)\w{3,}")

_LATIN_CANDIDATES = ("cs", "da", "de", "en", "es", "fi", "fr", "hu", "id", "it", "nl", "no", "pl", "pt", "ro", "sv")
_CANDIDATES = (*_LATIN_CANDIDATES, "tr", "vi", "ru", "uk", "bg")
_SURE = 0.5
_SURE_AGAINST_HINT = 0.9
_FEWEST_LETTERS = 12

_SPELLING = DIGITS | PERSIAN | POINTS | INVISIBLE | QUOTES
_SPELLING |= dropped((0x05C0, 0x05C0), (0x05C3, 0x05C3), (0x05C6, 0x05C6), (0x206A, 0x206F))  # signs of scripture
_SPACES = re.compile(r"\s+")
_ZWNJ = "\u200c"


def detect(text: str, hint: str | None = None) -> str:
    """ISO 639-1 code of the language of ``text``; ``hint`` (what the source said), else ``und``, where it shows none.

    Persian in Latin letters is ``fa`` when its words are unmistakable. Arabic script that could be either is ``fa``
    unless the hint says ``ar``: Persian is one of this product's languages.
    """
    if _MAY_BE_UNSPOKEN.search(text):
        text = _UNSPOKEN.sub(" ", text)
    latin = [] if text.isspace() else _LATIN.findall(text)
    if text.isascii():
        return _latin_language(text, latin, hint) if latin else _fallback(hint)
    hebrew = sum(map(len, _HEBREW.findall(text)))
    arabic = sum(map(len, _ARABIC.findall(text)))
    if (hebrew or arabic) and _right_to_left_wins(hebrew + arabic, latin):
        return "he" if hebrew >= arabic else _arabic_script_language(text, hint)
    other = _other_script(text, sum(map(len, latin)))
    if other:
        return _identified(text, hint or other) if other == "ru" else other
    return _latin_language(text, latin, hint) if latin else _fallback(hint)


def name(code: str, in_language: str = "en") -> str:
    """The language's name in English, Hebrew or Persian; the code itself where we have no name."""
    names = _NAMES.get(code)
    return names[_COLUMNS.get(in_language, 0)] if names else code


def normalise(text: str, zwnj: str = " ") -> str:
    """One spelling for comparing and looking up, never for storing: the length changes.

    Unicode NFKC and lower case; Hebrew points, Arabic vowel signs, tatweel and bidi marks dropped; Arabic yeh and kaf
    become Persian, digits ASCII, typographic quotes and dashes plain; white space becomes one blank. The Persian
    half-space becomes ``zwnj``: a blank by default, "" for those who write the parts together.
    """
    if text.isascii():
        return _SPACES.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFKC", text).replace(_ZWNJ, zwnj).translate(_SPELLING)
    return _SPACES.sub(" ", plain.lower()).strip()


def fold_digits(text: str) -> str:
    """Persian, Arabic-Indic and full-width digits as ASCII; the length stays, so offsets keep their meaning."""
    return text if text.isascii() else text.translate(DIGITS)


def _fallback(hint: str | None) -> str:
    return hint or UNKNOWN


def _right_to_left_wins(letters: int, latin: list[str]) -> bool:
    """Whether Hebrew or Arabic letters carry the sentence; Latin words without English grammar are names."""
    in_latin = sum(map(len, latin))
    if 2 * letters >= in_latin:
        return True
    grammar = sum(word.lower() in _WORDS["en"] for word in latin)
    return letters >= 2 and grammar < 2 and 8 * letters >= in_latin


def _arabic_script_language(text: str, hint: str | None) -> str:
    for language, letters in _NEIGHBOURS:
        if len(letters.findall(text)) >= 2:
            return language
    if _FA_LETTER.search(text) and not _AR_TELLING.search(text):
        return "fa"
    words = _ARABIC.findall(text)
    persian = 3 * len(_FA_LETTER.findall(text)) + len(_FA_KEYBOARD.findall(text))
    arabic = 3 * len(_AR_LETTER.findall(text)) + len(_AR_HAMZA.findall(text)) + 0.3 * len(_AR_KEYBOARD.findall(text))
    plain = [word.translate(_SPELLING) for word in words]
    persian += 2 * sum(word in _WORDS["fa"] for word in plain)
    arabic += 2 * sum(word in _WORDS["ar"] or spelt in _WORDS["ar"] for word, spelt in zip(words, plain, strict=True))
    arabic += 1.5 * len(_AR_ARTICLE.findall(text)) + (hint == "ar")
    return "fa" if persian + (hint == "fa") >= arabic else "ar"


def _other_script(text: str, latin: int) -> str | None:
    counts = ((len(letters.findall(text)), language) for language, letters in _OTHER_SCRIPTS)
    best = max(counts, key=lambda pair: pair[0])
    return best[1] if best[0] and 2 * best[0] >= latin else None


def _latin_language(text: str, words: list[str], hint: str | None) -> str:
    spelt = [word.lower().replace("’", "'") for word in words]
    english = sum(word in _WORDS["en"] for word in spelt)
    other = sum(word in _WORDS["other"] for word in spelt)
    persian = sum(word in _WORDS["finglish"] for word in spelt)
    if persian > english and (persian >= 2 or persian * 2 >= len(spelt)):
        return "fa"
    if english > other:
        return "en"
    return _identified(text, hint)


def _identified(text: str, hint: str | None) -> str:
    """What py3langid says of a text long enough to be judged."""
    if sum(map(str.isalpha, text)) < _FEWEST_LETTERS:
        return _fallback(hint)
    language, score = _identifier().classify(text)
    return str(language) if score >= (_SURE_AGAINST_HINT if hint else _SURE) else _fallback(hint)


@cache
def _identifier() -> Any:
    """py3langid, loaded when the first text needs it (0.2 s), among the languages that customers are likely to use."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_CANDIDATES)
    return identifier
