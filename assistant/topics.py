"""What a question is about in words of its own, narrower than a touchpoint: "late delivery", "hidden fees"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from assistant import names
from assistant.names import Value
from assistant.slate import Slate, Span

_SHORT = 6
# A run of words: of a touchpoint, unknown, and such as make a topic of the word beside them.
_TOUCHPOINT, _UNKNOWN, _SOFT, _NAMED = "touchpoint", "unknown", "soft", "named"


@dataclass(frozen=True, slots=True)
class Topic:
    """The words of a topic and where they stand; ``swallowed`` are touchpoints that are part of it.

    ``name`` is its English name where the lexicon has one for it ("payment").
    """

    words: str
    span: Span
    swallowed: tuple[Value, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    span: Span
    what: str | None


def found(
    slate: Slate, cues: Sequence[Span], values: Sequence[Value], language: str, *, wide: bool = False
) -> list[Topic]:
    """The topics of a question, the most likely first; ``wide`` also takes "a ticket for …"."""
    words = names.lexicon(language)["topics"]
    tokens = _joined(list(_tokens(slate, cues, words, language)), words)
    short = len(tokens) <= _SHORT
    topics = []
    for run in _runs(tokens, slate.text):
        run = _trimmed(run, words, wide=wide)
        if not run:
            continue
        kinds = {token.what for token in run}
        span = (run[0].span[0], run[-1].span[1])
        where = _place(slate.text, span, words) or (wide and _after(slate.text, span, words, "wide"))
        if kinds == {_TOUCHPOINT} or (kinds == {_SOFT} and not (where and _alone(run, words))):
            continue
        if (
            _UNKNOWN in kinds
            and not where
            and (not short or re.search(words.get("receiver", r"(?!)"), slate.text[: span[0]]))
        ):
            continue
        swallowed = tuple(one for one in values if one.field == "touchpoint" and _inside(one.span, span))
        topics.append((not where, _SOFT not in kinds and _TOUCHPOINT not in kinds, span, swallowed))
    return [
        Topic(_bare(said := slate.text[slice(*span)], words), span, swallowed, _named(said, words, language))
        for _, _, span, swallowed in sorted(topics, key=lambda one: one[:3])
    ]


def _tokens(slate: Slate, cues: Sequence[Span], words: Any, language: str) -> Iterable[_Token]:
    soft = _soft(language)
    named = [
        span for key, said in words.items() if isinstance(said, list) for span in names.says(slate.text, said, language)
    ]
    for match in names.WORD.finditer(slate.text):
        what: str | None = _UNKNOWN
        taken = set(slate.at(match.start()))
        # "Payment" is a topic, and "payment gateway" a name of the checkout.
        longer = [one for one in slate.spans(_TOUCHPOINT) if _inside(match.span(), one)]
        alone = [one for one in named if _inside(match.span(), one) and all(_inside(span, one) for span in longer)]
        if alone and not taken - {_TOUCHPOINT}:
            what = _NAMED
        elif taken:
            what = _TOUCHPOINT if taken == {_TOUCHPOINT} else None
        elif not soft.isdisjoint(names.bare(match[0], language)):
            what = _SOFT
        elif match[0].isdecimal() or names.is_small(match[0], language) or _covered(match.span(), cues):
            what = None
        yield _Token(match[0], match.span(), what)


def _joined(tokens: list[_Token], words: Any) -> list[_Token]:
    """An ending that is written apart goes with the word before it, and a small word may join a soft one with the next.

    Persian writes "late-ness in delivery" and the plural of a word as a word of its own. Hebrew links words with small
    ones: "an app that is not stable", "the slowness of the app".
    """
    endings, joins, links = (re.compile(words.get(key, r"(?!)")) for key in ("endings", "joins", "links"))
    joined: list[_Token] = []
    for place, token in enumerate(tokens):
        before = joined[-1].what if joined else None
        behind = tokens[place + 1].what if place + 1 < len(tokens) else None
        if endings.fullmatch(token.text):
            token = replace(token, what=before)
        elif before and behind:
            joining = before == _SOFT and joins.fullmatch(token.text)
            linking = {before, behind} != {_TOUCHPOINT} and links.fullmatch(token.text)
            token = replace(token, what=_SOFT) if joining or linking else token
        joined.append(token)
    return joined


@cache
def _soft(language: str) -> frozenset[str]:
    return frozenset(names.lexicon(language)["topics"]["soft"].split())


def _runs(tokens: Sequence[_Token], text: str) -> Iterable[list[_Token]]:
    """Stretches of words that may make a topic, no other word and no punctuation between them."""
    run: list[_Token] = []
    for token in tokens:
        apart = run and re.search(r"[^\s\u200c'\"\-]", text[run[-1].span[1] : token.span[0]])
        if token.what and not apart:
            run.append(token)
            continue
        if run:
            yield run
        run = [token] if token.what else []
    if run:
        yield run


def _trimmed(run: list[_Token], words: Any, *, wide: bool) -> list[_Token]:
    """Without an ending at the end, and a verb behind a touchpoint: "checkout skyrocketed" is about checkout.

    Where something is to be done (``wide``) also without who is to do it, if the language writes "to" onto the name.
    Where adjectives follow (``alone`` names the nouns), one that stands first belongs to what is before.
    """
    verb, endings, tail = (re.compile(words.get(key, r"(?!)")) for key in ("verb", "endings", "tail"))
    ends = (place for place, token in enumerate(run) if token.what == _UNKNOWN and tail.fullmatch(token.text))
    run = run[: next(ends, None)] if wide else run
    while "alone" in words and len(run) > 1 and run[0].what == _SOFT and not _alone(run, words):
        run = run[1:]
    while len(run) > 1 and endings.fullmatch(run[-1].text):
        run = run[:-1]
    while len(run) > 1 and run[-1].what == _UNKNOWN and run[-2].what == _TOUCHPOINT and verb.fullmatch(run[-1].text):
        run = run[:-1]
    return run


def _alone(run: list[_Token], words: Any) -> bool:
    """Whether a word that makes a topic of its neighbour may be one by itself: "complaints about crashes"."""
    return bool(re.fullmatch(words.get("alone", r"(?!)"), run[0].text))


def _place(text: str, span: Span, words: Any) -> bool:
    """Whether words say that a topic stands here: "about …", "… complaints"."""
    before = _after(text, span, words, "about")
    after = re.match(rf"[ '\"-]+(?:{words['heads']})(?!\w)", text[span[1] :]) if words.get("heads") else None
    return bool(before or after)


def _after(text: str, span: Span, words: Any, table: str) -> bool:
    """Whether words of a table stand before a place, small words between them."""
    said, small = words.get(table, "(?!)"), words.get("articles", "(?!)")
    return bool(re.search(rf"(?:(?<!\w)(?:{said})|:)(?:[ -]+(?:{small}))*[ :\"'-]*$", text[: span[0]]))


def _named(text: str, words: Any, language: str) -> str | None:
    """The English name of a topic, where the lexicon has one for it."""
    for key, said in words.items():
        if isinstance(said, list) and any(span == (0, len(text)) for span in names.says(text, said, language)):
            return str(key).replace("_", " ")
    return None


def _bare(text: str, words: Any) -> str:
    """A topic without what clings to its first word."""
    return re.sub(rf"^(?:{words['clings']})(?=\w\w)", "", text) if words.get("clings") else text


def _inside(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def _covered(span: Span, cues: Sequence[Span]) -> bool:
    return any(_inside(span, cue) for cue in cues)
