"""From a question to its meaning, by lexicons that are data: ``lexicon/*.toml`` and the taxonomy's names and aliases.

What was recognised is taken off a slate stretch by stretch (:mod:`assistant.seen`), cues tell the kind
(:mod:`assistant.kinds`), and the kind what follows (:mod:`assistant.implied`). What is left in the end was not
understood, and is reported with the question instead of being passed over. A time not understood is asked back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant import implied, kinds, names, spelling
from assistant.meaning import Asker, Kind, Question
from assistant.seen import Seen
from mining.language import detect, normalise

LANGUAGES = ("en", "he", "fa")
LONGEST = 2000
"""Signs of a question that are read: it is longer than any, and an answer to a longer text says so."""

_AROUND = " \t?!.؟…,;:،؛"

Nearest = Callable[[str, str], "Kind | None"]
"""The kind of the known question that is nearest in meaning to a text of a language; None where none is near."""


def parse(text: str, asker: Asker, nearest: Nearest | None = None) -> Question:
    """Read a question. It never fails: what cannot be read comes back as ``Kind.OUT_OF_SCOPE`` with the words left."""
    asked = " ".join(text[:LONGEST].split())
    # A question in plain Latin letters is taken for English without loading the identifier of other languages.
    spoken = "en" if asked.isascii() else detect(asked)
    language = spoken if spoken in LANGUAGES else "en"
    folded = normalise(asked).strip(_AROUND)
    question = _read(Seen(asked, folded, language, asker), nearest)
    slips = spelling.mended(_unplaced(question, folded), language, asker.taxonomy)
    if not slips:
        return replace(question, text=text[:LONGEST])
    for slip, word in slips.items():
        folded = re.sub(rf"(?<!\w){re.escape(slip)}(?!\w)", word, folded)
    return replace(_read(Seen(asked, folded, language, asker), nearest), text=text[:LONGEST], read_as=slips)


def _read(seen: Seen, nearest: Nearest | None) -> Question:
    facts = seen.facts()
    kind = _kind(seen, facts, nearest)
    topic = next(iter(seen.topics), None) if kind not in implied.NOTHING else None
    if topic and seen.is_time(topic):
        topic = None
    question = replace(implied.meant(seen, kind, facts, topic), left=seen.left(topic))
    unread = seen.time_left(topic)
    return replace(question, unread_time=tuple(unread), clarify=("time",)) if unread else question


def _kind(seen: Seen, facts: set[str], nearest: Nearest | None) -> Kind:
    if not names.WORD.search(seen.folded):
        # A smile is small talk; marks alone are nothing.
        return Kind.OUT_OF_SCOPE if not seen.asked or seen.asked.isascii() else Kind.CHITCHAT
    kind = kinds.judged(facts)
    open_ = kind is None or (kind is Kind.AMBIGUOUS and not {"pain", "praise"} & facts)
    if open_ and nearest and "short" not in facts:
        kind = nearest(seen.folded, seen.language) or kind
    return kind or Kind.OUT_OF_SCOPE


def _unplaced(question: Question, folded: str) -> list[str]:
    """Words that may be slips of the pen: those left, and those of a topic."""
    topic = names.WORD.findall(question.theme) if question.theme and question.theme in folded else []
    return [*question.left, *topic]


__all__ = ["Asker", "Kind", "Nearest", "Question", "parse"]
