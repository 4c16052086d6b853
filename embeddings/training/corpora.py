"""The texts the static model learns from, and the licence under which each was taken.

Every corpus lies in ``<shared>/corpora/<path>`` with a SOURCE.md. Only corpora whose licence allows commercial
use are listed here; FLORES-200, NTREX-128 and the LASER part of Tatoeba are kept for evaluation.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_LONGEST_SENTENCE = 400


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus: where it lies below ``corpora/``, its licence, how many sentences to take at most, and whether
    rows with a conversation are read (the customer's turns) or left out."""

    path: str
    licence: str
    at_most: int = 1_000_000
    turns: bool = True


@dataclass(frozen=True, slots=True)
class Pair:
    """The same thing said in up to three languages, or shown as an emoji (``sign``); at least two are given."""

    en: str = ""
    he: str = ""
    fa: str = ""
    sign: str = ""


PARALLEL: tuple[Corpus, ...] = (
    Corpus("par/l10n-permissive", "Apache-2.0, MIT, BSD and alike, per row"),
    Corpus("par/tatoeba", "CC BY 2.0 FR (LASER evaluation rows left out)"),
    Corpus("par/tico19-en-fa", "CC0 1.0"),
    Corpus("par/cldr-terms", "Unicode License V3"),
    Corpus("par/wordnet-lemmas", "Hebrew and Persian Wordnet licences (free use); wikt part CC BY-SA"),
    Corpus("par/tldr-en-fa", "CC BY 4.0"),
)

ENGLISH: tuple[Corpus, ...] = (
    Corpus("en/banking77", "CC BY 4.0 (train split only)", 6_000),
    Corpus("en/bitext-support-intents", "CDLA-Sharing 1.0 (results unrestricted)", 3_000),
    Corpus("en/cfpb-complaints", "US government work, public domain", 9_000),
    Corpus("en/clinc150-oos", "CC BY 3.0", 4_000),
    Corpus("en/hwu64", "CC BY 4.0", 2_000),
    Corpus("en/mams-absa", "Apache-2.0", 6_000),
    Corpus("en/multidogo-chats", "CDLA-Permissive 1.0", 9_000),
    Corpus("en/natcs-call-intents", "CDLA-Permissive 2.0", 5_000),
    Corpus("en/nlupp-multi-intent", "CC BY 4.0", 3_000),
    Corpus("en/sgd-service-dialogs", "CC BY-SA 4.0", 6_000),
    Corpus("en/taskmaster4-coffee", "CC BY 4.0", 2_000),
    Corpus("en/tweetsumm-summaries", "CC0 1.0 (the summaries; never the tweets beside them)", 2_750, turns=False),
    Corpus("en/uci-sentiment-sentences", "Apache-2.0 repository; UCI lists CC BY 4.0", 3_000),
    Corpus("en/vcon-synthetic-calls", "MIT", 2_000),
)

RUNNING_TEXT: tuple[Corpus, ...] = (
    Corpus("he/running-text-ccbysa", "CC BY-SA 4.0 / 3.0", 30_000),
    Corpus("he/heq-qa", "CC BY 4.0", 4_000),
    Corpus("he/fb-president-sentiment", "MIT", 8_000),
    Corpus("he/hebemo-news-comments", "MIT", 5_000),
    Corpus("fa/running-text-ccbysa", "CC BY-SA 4.0", 10_000),
    Corpus("fa/farstail-nli", "Apache-2.0", 10_000),
)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a JSON-lines file, in order."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


AUTHORED = Path("gold") / "authored.jsonl"
"""The first remarks that were written for this project; models were aligned on these before more were written."""


def pairs(shared: Path) -> list[Pair]:
    """All parallel rows, without doubles, in a fixed order: ``<shared>/corpora``, then the authored remarks."""
    found: dict[Pair, None] = {}
    for corpus in PARALLEL:
        for row in rows(shared / "corpora" / corpus.path / "data.jsonl"):
            if row.get("meta", {}).get("v") != "LASER-eval":
                found[_pair(row)] = None
    for row in rows(shared / AUTHORED):
        found[_pair(row)] = None
    return [pair for pair in found if sum(map(bool, (pair.en, pair.he, pair.fa, pair.sign))) > 1]


def english(shared: Path) -> list[str]:
    """English customer sentences, without doubles: each corpus gives at most its share, picked by a hash."""
    found: dict[str, None] = {}
    for corpus in ENGLISH:
        sentences = set(_sentences(corpus, shared / "corpora" / corpus.path / "data.jsonl"))
        for sentence in sorted(sentences, key=_lot)[: corpus.at_most]:
            found[sentence] = None
    return list(found)


def running_text(shared: Path) -> list[str]:
    """Hebrew and Persian sentences without a translation: they only teach the tokenizer which pieces exist."""
    found: list[str] = []
    for corpus in RUNNING_TEXT:
        sentences = set(_sentences(corpus, shared / "corpora" / corpus.path / "data.jsonl"))
        found.extend(sorted(sentences, key=_lot)[: corpus.at_most])
    return found


def _pair(row: dict[str, Any]) -> Pair:
    en, he, fa = ((row.get(language) or "").strip() for language in ("en", "he", "fa"))
    return Pair(en, he, fa, row.get("meta", {}).get("emoji", ""))


def _sentences(corpus: Corpus, path: Path) -> Iterator[str]:
    for row in rows(path):
        if corpus.path == "en/banking77" and row["meta"]["split"] != "train":
            continue
        if row.get("turns") and not corpus.turns:
            continue
        turns = [turn["text"] for turn in row.get("turns", ()) if turn.get("speaker") == "customer"]
        for text in turns or [row["text"]]:
            for sentence in _SENTENCE_END.split(text):
                if 8 <= len(sentence) <= _LONGEST_SENTENCE:
                    yield sentence.strip()


def _lot(sentence: str) -> bytes:
    return hashlib.sha256(sentence.encode("utf-8", "replace")).digest()
