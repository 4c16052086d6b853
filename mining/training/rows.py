"""The labelled remarks that taggers learn from, and the licence under which each kind of row may be used."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from embeddings.training.corpora import Pair

TASKS: Mapping[str, tuple[str, ...]] = {
    "stage": ("none", "awareness", "consideration", "decision", "purchase", "experience", "loyalty"),
    "intent": (
        "statement",
        "complaint",
        "praise",
        "question",
        "request",
        "suggestion",
        "purchase_intent",
        "churn",
    ),
    "sentiment": ("neutral", "negative", "positive", "mixed"),
    "effort": ("none", "high"),
    "touchpoint": (
        *("none", "ads", "social_media", "word_of_mouth", "search", "content", "partners"),
        *("website", "app", "store", "sales_rep", "catalog", "reviews", "pricing", "checkout"),
        *("delivery", "onboarding", "product", "billing", "support", "returns", "account"),
        *("loyalty_program", "email", "community", "survey"),
    ),
}
"""Task -> its classes, as the labelling guidelines define them; the first is the one that says least."""

BESIDE: Mapping[str, tuple[str, ...]] = {"polarity": ("neutral", "negative", "positive")}
"""A task that is learnt beside those and not shipped, since its labels mean something else: the feeling of comments on
news and people, whoever it is about. It teaches words for feelings in a language where remarks of customers are few."""

LANGUAGES = ("en", "he", "fa")
_DATA = Path(__file__).parent / "data"
AUTHORED = _DATA / "authored.jsonl"
FRAGMENTS = _DATA / "fragments.jsonl"
PUBLIC = _DATA / "public_labels.jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of an id prefix come from, under which licence, and whether models may be trained on them."""

    corpus: str
    licence: str
    trained_on: bool = True


GOLD_SOURCES: Mapping[str, Source] = {
    "natcs": Source("en/natcs-call-intents", "CDLA-Permissive 2.0"),
    "mdg": Source("en/multidogo-chats", "CDLA-Permissive 1.0"),
    "cfpb": Source("en/cfpb-complaints", "US government work, public domain"),
    "vcon": Source("en/vcon-synthetic-calls", "MIT"),
    "uci": Source("en/uci-sentiment-sentences", "Apache-2.0 repository; UCI lists CC BY 4.0"),
    "mams": Source("en/mams-absa", "Apache-2.0"),
    "b77": Source("en/banking77", "CC BY 4.0"),
    "sgd": Source("en/sgd-service-dialogs", "CC BY-SA 4.0"),
    "tm": Source("en/taskmaster4-coffee", "CC BY 4.0"),
    "comc": Source("en/comcast-complaints", "no licence file", trained_on=False),
    "dk": Source("fa/digikala-reviews-3k", "MIT file over scraped reviews: unclear", trained_on=False),
}
"""The part of a gold id after ``tr-`` -> its source. A prefix that is not listed is not trained on."""


@dataclass(frozen=True, slots=True)
class Row:
    """A remark with its labels; a task that is not labelled is absent."""

    id: str
    text: str
    language: str
    labels: Mapping[str, str] = field(default_factory=dict)


def objects(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a JSON-lines file, in order."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def gold(path: Path) -> list[Row]:
    """All rows of a labelled file with ``text`` and ``language``, such as gold/dev.jsonl."""
    return [Row(row["id"], row["text"], row["language"], _labels(row)) for row in objects(path)]


def allowed(rows: Sequence[Row]) -> list[Row]:
    """Those gold rows whose source may be trained on."""
    return [row for row in rows if (source := _source(row)) and source.trained_on]


def _source(row: Row) -> Source | None:
    _, _, rest = row.id.partition("-")
    return GOLD_SOURCES.get(rest.partition("-")[0])


def authored(paths: Sequence[Path] = (AUTHORED, FRAGMENTS)) -> list[Row]:
    """The remarks written for this project, a row with an id such as ``A-0001/he`` per language they are said in."""
    return [
        Row(f"{row['id']}/{language}", row[language], language, _labels(row))
        for path in paths
        for row in objects(path)
        for language in LANGUAGES
        if row.get(language)
    ]


def said(path: Path = AUTHORED) -> list[Pair]:
    """Those that are said in all three languages as pairs of translations, without those kept aside."""
    return [Pair(row["en"], row["he"], row["fa"]) for row in objects(path) if not _aside(row["id"])]


def held_out(row: Row) -> bool:
    """Whether an authored remark belongs to the tenth that a measuring run keeps aside, in all languages at once."""
    return _aside(row.id.split("/")[0])


def _aside(remark: str) -> bool:
    return hashlib.sha256(remark.encode()).digest()[0] % 10 == 0


def sentiments(corpora: Path) -> list[Row]:
    """Public review sentences with a sentiment label alone.

    Comments on news and to politicians have such labels too, which are another task, see :func:`polarity`: a feeling
    about somebody who is no company is neutral here.
    """
    taken = [
        Row(row["id"], row["text"], "en", {"sentiment": row["label_sentiment"]})
        for row in objects(corpora / "en/uci-sentiment-sentences" / "data.jsonl")
        if row.get("label_sentiment") in TASKS["sentiment"] and len(row["text"]) < 300
    ]
    return sorted(taken, key=lambda row: _lot({"id": row.id}))


def _lot(row: Mapping[str, Any]) -> bytes:
    """What a row draws: an order that is fixed and says nothing."""
    return hashlib.sha256(row["id"].encode()).digest()


COMMENTS = {
    "he/fb-president-sentiment": {"positive": 1_000, "negative": 1_000, "neutral": 200},
    "he/hebemo-news-comments": {"positive": 600, "negative": 900, "neutral": 450},
}
"""Corpus -> how many of its comments of each polarity are taken; both are under the MIT licence."""


def polarity(corpora: Path) -> list[Row]:
    """Comments in Hebrew on news and to a politician, with what they feel: so many of each kind, short ones."""
    found = []
    for corpus, wanted in COMMENTS.items():
        left = dict(wanted)
        for row in sorted(objects(corpora / corpus / "data.jsonl"), key=_lot):
            value = row.get("label_sentiment") or ""
            if left.get(value) and 2 <= len(row["text"].split()) <= 35:
                left[value] -= 1
                found.append(Row(row["id"], row["text"], "he", {"polarity": value}))
    return found


def labelled_here(corpora: Path) -> list[Row]:
    """Public texts that were labelled for this project: the labels are ours and lie here, the words in the corpora.

    An id is the corpus, the row and, of a dialogue, the turn: ``en/sgd-service-dialogs#sgd-train-1#4``.
    """
    wanted = {row["id"]: row for row in objects(PUBLIC)}
    found = []
    for corpus in sorted({name.split("#")[0] for name in wanted}):
        for row in objects(corpora / corpus / "data.jsonl"):
            turns = {f"#{number}": turn["text"] for number, turn in enumerate(row.get("turns", ()))}
            for end, text in {"": row["text"], **turns}.items():
                name = f"{corpus}#{row['id']}{end}"
                if name in wanted:
                    found.append(Row(name, text.strip(), "en", _labels(wanted[name])))
    return found


def off_topic(corpora: Path) -> list[Row]:
    """Encyclopaedia and parliament sentences, every second cut to a fragment: they say nothing of any company.

    What customers write is half off-topic and full of fragments, and labelled Hebrew and Persian of that kind is rare.
    """
    nothing = {task: values[0] for task, values in TASKS.items()}
    found = []
    for language, at_most in (("he", 1_200), ("fa", 600)):
        texts = {
            row["id"]: row["text"]
            for row in objects(corpora / language / "running-text-ccbysa" / "data.jsonl")
            if 3 <= len(row["text"].split()) <= 20
        }
        lots = {name: hashlib.sha256(name.encode()).digest() for name in texts}
        for name in sorted(lots, key=lots.__getitem__)[:at_most]:
            words = texts[name].split()
            cut = 2 + lots[name][1] % 4 if lots[name][0] % 2 else len(words)
            found.append(Row(name, " ".join(words[:cut]), language, nothing))
    return found


def _labels(row: Mapping[str, Any]) -> dict[str, str]:
    return {task: row[task] for task in TASKS if row.get(task)}
