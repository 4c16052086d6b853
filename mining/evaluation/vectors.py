"""How good vectors are: is a translation the nearest, and can a line be drawn between meanings, across languages too?

Retrieval@1: for each sentence of one language, is the nearest of all sentences of the other its translation?
FLORES-200 devtest (1,012), NTREX-128 (1,995) and the LASER part of Tatoeba (first 1,000) are never trained on.
Banking77: accuracy of a logistic regression on the vectors of the train split, asked about the test split.
Sentiment: a logistic regression on English sentences alone, asked in Persian and Hebrew. No model that ships was
trained on the sets that are asked; they are for measuring only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from connectors.errors import ConfigError
from embeddings.base import Embedder
from mining.evaluation import figures
from mining.evaluation.tables import columns
from mining.training.rows import objects

_DIRECTIONS = (("en", "he"), ("he", "en"), ("en", "fa"), ("fa", "en"), ("he", "fa"), ("fa", "he"))
_TATOEBA = 1_000
_ENGLISH = "en/uci-sentiment-sentences"
_ASKED = (("fa", "fa/snappfood-comments"), ("fa", "fa/hotel-reviews"), ("he", "he/survey-verbatims"))
# So many remarks of a set are asked, chosen by their ids' hashes: enough for a standard error of 0.01.
_MOST = 2_000
_POLES = ("negative", "positive")

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Share of sentences whose translation is the nearest, 0 to 1, from one language to another."""

    set: str
    sentences: int
    one: str
    other: str
    at_1: float


@dataclass(frozen=True, slots=True)
class Probe:
    """A line drawn by one set and asked about another; ``majority`` is always giving the commonest value."""

    set: str
    language: str
    rows: int
    accuracy: float
    macro_f1: float | None
    majority: float
    majority_f1: float | None


@dataclass(frozen=True, slots=True)
class Vectors:
    """All of it, for one model."""

    model: str
    dimensions: int
    retrievals: tuple[Retrieval, ...]
    probes: tuple[Probe, ...]


def measure(model: Embedder, corpora: Path) -> Vectors:
    """Everything there is to measure; ``corpora`` is the folder of the sets.

    Raises:
        ConfigError: a set is missing, or scikit-learn is.
    """
    _regression()
    found = [one for name, sentences in _translations(corpora) for one in retrievals(name, sentences, model)]
    return Vectors(model.name, model.dimensions, tuple(found), (banking(model, corpora), *sentiment(model, corpora)))


def rows(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a JSON-lines file.

    Raises:
        ConfigError: it is not there, or no such file.
    """
    try:
        return list(objects(path))
    except (OSError, ValueError) as error:
        hint = "OVERHEARD_SHARED names the folder that holds corpora/; the sets are no part of this project"
        reason = error.strerror if isinstance(error, OSError) else "it is no JSON lines"
        raise ConfigError(f"{path} cannot be read: {reason}", hint=hint) from error


def retrieval(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Share of rows of ``one`` whose nearest row of ``other`` has the same number."""
    return float(((one @ other.T).argmax(axis=1) == np.arange(len(one))).mean())


def retrievals(name: str, sentences: Rows, model: Embedder) -> list[Retrieval]:
    """Every direction that a set of translations has."""
    languages = [language for language in ("en", "he", "fa") if sentences[0].get(language)]
    vectors = {language: model.encode([row[language] for row in sentences]) for language in languages}
    return [
        Retrieval(name, len(sentences), one, other, retrieval(vectors[one], vectors[other]))
        for one, other in _DIRECTIONS
        if one in vectors and other in vectors
    ]


def banking(model: Embedder, corpora: Path) -> Probe:
    """77 intents of a bank's customers, in English."""
    held = rows(corpora / "en/banking77/data.jsonl")
    train, test = ([row for row in held if row["meta"]["split"] == split] for split in ("train", "test"))
    fitted = _fitted(30, _encoded(model, train), [row["label_intent"] for row in train])
    return _probe("Banking77", "en", [row["label_intent"] for row in test], fitted.predict(_encoded(model, test)))


def sentiment(model: Embedder, corpora: Path) -> Iterator[Probe]:
    """Negative or positive, learnt in English alone."""
    train = _poles(corpora / _ENGLISH / "data.jsonl", most=None)
    fitted = _fitted(1, _encoded(model, train), [row["label_sentiment"] for row in train])
    for language, name in _ASKED:
        asked = _poles(corpora / name / "data.jsonl", most=_MOST)
        given = fitted.predict(_encoded(model, asked))
        yield _probe(name.split("/")[1], language, [row["label_sentiment"] for row in asked], given)


def table(found: Vectors) -> str:
    """Both tables as text: translations, then probes."""
    names = list(dict.fromkeys((one.set, one.sentences) for one in found.retrievals))
    shares = {(one.set, one.one, one.other): one.at_1 for one in found.retrievals}
    translations = [
        (name, sentences, *(shares.get((name, *direction)) for direction in _DIRECTIONS)) for name, sentences in names
    ]
    probes = [
        (one.set, one.language, one.rows, one.accuracy, one.macro_f1, one.majority, one.majority_f1)
        for one in found.probes
    ]
    header = ("linear probe", "language", "rows", "accuracy", "macro-F1", "majority", "majority F1")
    directions = tuple("-".join(direction) for direction in _DIRECTIONS)
    return f"{columns(('retrieval@1', 'sentences', *directions), translations)}\n\n{columns(header, probes)}"


def _translations(corpora: Path) -> Iterator[tuple[str, Rows]]:
    yield "FLORES-200", rows(corpora / "par/flores200-devtest/data.jsonl")
    yield "NTREX-128", rows(corpora / "par/ntrex128/data.jsonl")
    laser = [row for row in rows(corpora / "par/tatoeba/data.jsonl") if row["meta"].get("v") == "LASER-eval"]
    for language in ("he", "fa"):
        yield f"Tatoeba {language}", [row for row in laser if row.get(language)][:_TATOEBA]


def _poles(path: Path, most: int | None) -> list[dict[str, Any]]:
    kept = [row for row in rows(path) if row.get("label_sentiment") in _POLES]
    return sorted(kept, key=lambda row: hashlib.sha256(row["id"].encode()).digest())[:most]


def _encoded(model: Embedder, texts: Rows) -> NDArray[np.float64]:
    # In single precision the regression ends elsewhere with another number of threads.
    return model.encode([row["text"] for row in texts]).astype(np.float64)


def _probe(name: str, language: str, right: Sequence[str], given: Sequence[Any]) -> Probe:
    said = [(one, str(other)) for one, other in zip(right, given, strict=True)]
    guessed = figures.majority(said)
    return Probe(
        name, language, len(said), figures.accuracy(said), figures.macro_f1(said),
        figures.accuracy(guessed), figures.macro_f1(guessed),
    )  # fmt: skip


def _fitted(c: float, features: NDArray[np.float64], right: Sequence[str]) -> Any:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn, without types

    # Products this small are slower on many threads than on one, and far slower where other work has the cores.
    with threadpool_limits(1):
        return _regression()(C=c, max_iter=500).fit(features, right)


def _regression() -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        hint = "it is used for measuring only: pip install scikit-learn, or install overheard[dev]"
        raise ConfigError("scikit-learn is not installed: the linear probes need it", hint=hint) from error
    return LogisticRegression
