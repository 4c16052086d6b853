"""Texts into tokens, in one batch, by spaCy's blank pipelines."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mining.mention_rules import Role, roles

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


class Kind(IntEnum):
    """What a token is to the cutting."""

    WORD = 0
    STOP = 1
    ELLIPSIS = 2
    COMMA = 3
    CLOSER = 4
    EMOJI = 5
    LINE = 6
    BULLET = 7
    OTHER = 8


class Token(NamedTuple):
    """``start`` and ``end`` are offsets into the text; ``roles`` are bits of :class:`mining.mention_rules.Role`."""

    start: int
    end: int
    text: str
    kind: Kind
    roles: int


_STOPS = frozenset("!?؟۔。！？.")
_KINDS = {
    **dict.fromkeys(_STOPS, Kind.STOP),
    "…": Kind.ELLIPSIS,
    **dict.fromkeys(",،;؛;、，", Kind.COMMA),
    **dict.fromkeys(")]}\"'»”’", Kind.CLOSER),
    **dict.fromkeys("•●▪◦‣✓✔✅", Kind.BULLET),
}
EMOJI = re.compile(
    r"[\U0001f300-\U0001faff\U0001f1e6-\U0001f1ff\u2600-\u27bf\u2b50\u2b55\u2300-\u23ff\u203c\u2049]"
    r"|[:;=8xX][-'o^]?[)(DPpO/\\|*3]+(?!\w)|<3|\^_?\^"
)
_GLUED = re.compile(r"[!?؟…。！？]+|\.{2,}|(?<=[^\W\d_]{2})\.(?=[^\W\d_]{2})")
_WEB = re.compile(
    r"://|www\.|@|\.(?:com|net|org|co|ir|il|io|app|me|uk|edu|gov|info|shop|js|py|pdf|jpg)(?![^\W\d_])", re.I
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# spaCy peels punctuation off a token sign by sign: the time grows with the square of such a run.
_SIGNS_ONLY = re.compile(r"[^\w\s]{100,}")
_UNBROKEN = re.compile(r"\S{2000,}")
_LEAST_LETTERS = 0.7
_LONG_TEXT = 100
# spaCy keeps every string it has seen; a pipeline that has seen this many is built anew (0.1 s).
_MOST_STRINGS = 400_000


@contextmanager
def without_torch() -> Iterator[None]:
    """spaCy imports torch where it finds it, 1.5 s and 200 MB, for models that cutting into tokens does not use."""
    if "torch" in sys.modules:
        yield
        return
    # None stands for "not installed" to the import statement.
    sys.modules["torch"] = None  # type: ignore[assignment]  # as the import system documents it
    try:
        yield
    finally:
        del sys.modules["torch"]


@cache
def _pipeline(language: str) -> Language:
    """A blank pipeline: tokens only. The lexical attributes are left out, they cost more than the tokenizing."""
    with without_torch():
        import spacy

    pipeline = spacy.blank(language)
    pipeline.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # missing from the stubs
    pipeline.max_length = sys.maxsize
    return pipeline


def tokenise(texts: Sequence[str], language: str) -> Iterator[list[Token]]:
    """The tokens of each text, in order. ``language`` is ``en``, ``he``, ``fa``, or ``xx`` for any other."""
    pipeline = _pipeline(language)
    if len(pipeline.vocab.strings) > _MOST_STRINGS:
        _pipeline.cache_clear()
        pipeline = _pipeline(language)
    for doc in pipeline.pipe(map(_edible, texts), batch_size=512):
        yield _tokens(doc)


def _edible(text: str) -> str:
    """The text as spaCy can take it, every sign in its place: no halves of surrogate pairs, no endless punctuation."""
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    if len(text) < _LONG_TEXT:
        return text
    return _UNBROKEN.sub(_one_word_if_signs, _SIGNS_ONLY.sub(_one_word, text))


def _one_word(run: re.Match[str]) -> str:
    return "x" * len(run[0])


def _one_word_if_signs(run: re.Match[str]) -> str:
    return run[0] if sum(map(str.isalnum, run[0])) >= _LEAST_LETTERS * len(run[0]) else _one_word(run)


def _tokens(doc: Doc) -> list[Token]:
    tokens: list[Token] = []
    word = Kind.WORD  # one look-up of an enum's member per text, not per token
    for token in doc:
        text, start = token.text, token.idx
        if text.isalpha():
            tokens.append(Token(start, start + len(text), text, word, roles(text)))
        elif len(text) > 4 and _GLUED.search(text) and not _WEB.search(text):
            tokens += _unglued(text, start)
        else:
            tokens.append(_token(text, start))
    return tokens


def _token(text: str, start: int) -> Token:
    kind = _kind(text)
    found = roles(text) if kind is Kind.WORD else 0
    return Token(start, start + len(text), text, kind, found)


def _kind(text: str) -> Kind:
    kind = _KINDS.get(text)
    if kind is not None:
        return kind
    if text.isspace():
        return Kind.LINE if "\n" in text or "\r" in text else Kind.OTHER
    if EMOJI.match(text):
        return Kind.EMOJI
    if set(text) <= _STOPS:
        return Kind.ELLIPSIS if set(text) == {"."} else Kind.STOP
    if any(map(str.isalnum, text)):
        return Kind.WORD
    return Kind.COMMA if set(text) <= set("-–—…,،") else Kind.OTHER


def _unglued(text: str, start: int) -> Iterable[Token]:
    """Two sentences that a missing blank has made one token: "good.but", "end!!!Great", "بود.برخورد"."""
    cursor = 0
    for match in _GLUED.finditer(text):
        right = re.match(r"[^\W\d_]+(?:['’][a-z]+)?", text[match.end() :])
        if match[0] == "." and right and right[0].isascii() and not _starts_sentence(right[0]):
            continue
        if cursor < match.start():
            yield _token(text[cursor : match.start()], start + cursor)
        yield _token(match[0], start + match.start())
        cursor = match.end()
    if cursor < len(text):
        yield _token(text[cursor:], start + cursor)


def _starts_sentence(word: str) -> bool:
    return word[0].isupper() or bool(roles(word) & Role.STARTER)
