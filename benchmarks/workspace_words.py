"""What :mod:`benchmarks.workspace` draws from: sources, labels of each side, names, and how often each is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mining.themes.catalogue import of_side

UNTIL = datetime(2026, 11, 22, tzinfo=UTC)
DAYS = 730
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Value = TypeVar("Value")

# Channel, source, share, and whether its items are rated, asked for and conversations.
SOURCES = (
    ("review", "app-store", 0.25, True, False, False),
    ("review", "play-store", 0.15, True, False, False),
    ("social", "forum", 0.2, False, False, False),
    ("chat", "live-chat", 0.15, False, False, True),
    ("call", "calls", 0.1, False, False, True),
    ("survey", "nps", 0.15, True, True, False),
)
LANGUAGES = (("en", 0.6), ("he", 0.25), ("fa", 0.15))
SIDES = (("pain", 0.55), ("praise", 0.25), ("", 0.2))
MENTIONS = ((1, 0.4), (2, 0.3), (3, 0.2), (4, 0.1))
SEGMENTS = {"plan": ("free", "plus", "pro", "team"), "region": ("north", "south", "centre", "east", "abroad")}
NAMES = {
    "product": ("Acme One", "Acme Pro", "Acme Mini", "Acme Cloud", "Acme Go"),
    "competitor": ("Globex", "Initech", "Umbra", "Hooli"),
    "platform": ("Android", "iPhone", "Windows", "Web"),
}
LABELS: Mapping[str, Mapping[str, tuple[tuple[str, float], ...]]] = {
    "pain": {
        "sentiment": (("negative", 0.85), ("mixed", 0.1), ("neutral", 0.05)),
        "intent": (("complaint", 0.72), ("request", 0.12), ("suggestion", 0.1), ("churn", 0.06)),
        "effort": (("none", 0.75), ("high", 0.25)),
    },
    "praise": {
        "sentiment": (("positive", 1.0),),
        "intent": (("praise", 0.9), ("statement", 0.1)),
        "effort": (("none", 1.0),),
    },
    "": {
        "sentiment": (("neutral", 1.0),),
        "intent": (("question", 0.4), ("statement", 0.5), ("purchase_intent", 0.1)),
        "effort": (("none", 0.95), ("high", 0.05)),
    },
}
STAGE_OF = {
    "ads": "awareness", "social_media": "awareness", "word_of_mouth": "awareness", "search": "consideration",
    "content": "consideration", "website": "consideration", "catalog": "consideration", "reviews": "decision",
    "pricing": "decision", "sales_rep": "decision", "checkout": "purchase", "store": "purchase", "billing": "purchase",
    "delivery": "purchase", "loyalty_program": "loyalty", "community": "loyalty", "account": "loyalty",
}  # fmt: skip
NEWS = 40  # each theme of such a rank is said in the last weeks alone
NEWS_DAYS = 60


def settings() -> str:
    """``overheard.toml`` of the workspace: the names that are said there."""
    tables = {"product": "products", "competitor": "competitors", "platform": "platforms"}
    return "".join(
        f"[catalog.{tables[kind]}]\n" + "".join(f'"{name}" = []\n' for name in names) + "\n"
        for kind, names in NAMES.items()
    )


def times(lots: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Microseconds from 1970 on: twice as many a day at the end as at the beginning, fewer at weekends and at night."""
    first = (UNTIL - timedelta(days=DAYS) - EPOCH).days
    days = np.arange(first, first + DAYS)
    weights = (1 + np.arange(DAYS) / DAYS) * np.where(np.isin((days + 3) % 7, (5, 6)), 0.5, 1.0)
    chosen = lots.choice(days, count, p=weights / weights.sum())
    hours = np.clip(lots.normal(14, 5, count), 0, 23.999)
    made: NDArray[np.int64] = chosen * 86_400_000_000 + (hours * 3_600_000_000).astype(np.int64)
    return made


def zipf(many: int) -> NDArray[np.float64]:
    weights = 1 / np.arange(1, many + 1)
    cumulated: NDArray[np.float64] = np.cumsum(weights / weights.sum())
    return cumulated


def vocabulary(language: str) -> list[str]:
    examples = (text for side in ("pain", "praise") for theme in of_side(side) for text in theme.examples[language])
    return list(dict.fromkeys(word for text in examples for word in text.split()))


def drawn(lots: np.random.Generator, shares: Sequence[float]) -> int:
    lot = lots.random() * sum(shares)
    for place, share in enumerate(shares):
        lot -= share
        if lot < 0:
            return place
    return len(shares) - 1


def drawn_of(lots: np.random.Generator, shares: Sequence[tuple[Value, float]]) -> Value:
    """One of some values, each as often as its share says."""
    return shares[drawn(lots, [share for _, share in shares])][0]


def one_of(lots: np.random.Generator, values: Sequence[str]) -> str:
    return values[int(lots.random() * len(values))]


def rating(lots: np.random.Generator, sentiment: str) -> float:
    middle = {"negative": 0.15, "mixed": 0.45, "neutral": 0.6, "positive": 0.9}[sentiment]
    return float(np.clip(round((middle + lots.normal(0, 0.2)) * 4), 0, 4)) / 4
