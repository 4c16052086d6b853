"""How well feedback is cut into mentions, and how fast.

``python -m benchmarks.mentions`` prints precision, recall and F1 of the boundaries inside the hand-cut texts in
``tests/fixtures/mentions`` (``‖`` stands where a new mention begins), then short reviews per second.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from connectors.record import Channel, Feedback
from mining.mention import split

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures" / "mentions"
_CUT = "‖"
_NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A text and the offsets where a person begins a new mention, the first one left out."""

    language: str
    text: str
    cuts: frozenset[int]
    held_out: bool


def cases(folder: Path = FIXTURES) -> Iterator[Case]:
    """Every line of the set; files named ``held_out*`` were written after the rules had been mended on the others."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield _case(row["language"], row["text"], path.stem.startswith("held_out"))


def _case(language: str, marked: str, held_out: bool) -> Case:
    parts = marked.split(_CUT)
    cuts, text = [], parts[0]
    for part in parts[1:]:
        cuts.append(len(text) + len(part) - len(part.lstrip()))
        text += part
    return Case(language, text, frozenset(cuts), held_out)


def feedback(text: str, number: int = 0) -> Feedback:
    """A review of that text."""
    return Feedback("bench", str(number), Channel.REVIEW, said_at=_NOW, fetched_at=_NOW, text=text)


def cuts_of(texts: Sequence[str]) -> list[frozenset[int]]:
    """Where our mentions begin in each text, the first one left out."""
    batch = split([feedback(text, number) for number, text in enumerate(texts)])
    return [frozenset(mention.start for mention in mentions[1:]) for mentions in batch]


def score(of: Sequence[Case]) -> tuple[float, float, float]:
    """(precision, recall, F1) of the boundaries."""
    ours = cuts_of([case.text for case in of])
    right = sum(len(case.cuts & cuts) for case, cuts in zip(of, ours, strict=True))
    said, wanted = sum(map(len, ours)), sum(len(case.cuts) for case in of)
    precision, recall = right / max(1, said), right / max(1, wanted)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def speed(texts: Sequence[str], rounds: int = 5) -> tuple[float, float]:
    """Reviews per second of processor time on one core: of texts never seen before, and the best round after."""
    batch = [feedback(text, number) for number, text in enumerate(texts)]
    split(batch[:1])
    paces = []
    for _ in range(rounds):
        start = time.process_time()
        split(batch)
        paces.append(len(batch) / (time.process_time() - start))
    return paces[0], max(paces)


def _print_scores(title: str, of: list[Case]) -> None:
    exact = sum(case.cuts == cuts for case, cuts in zip(of, cuts_of([case.text for case in of]), strict=True))
    print(f"{title}: {len(of)} texts, {exact} cut exactly as by hand")
    for language in ("en", "he", "fa", "all"):
        chosen = [case for case in of if language in (case.language, "all")]
        print("  {:4} precision {:.3f}  recall {:.3f}  F1 {:.3f}".format(language, *score(chosen)))
    for case, cuts in zip(of, cuts_of([case.text for case in of]), strict=True):
        if cuts != case.cuts:
            print("    by hand", _marked(case.text, case.cuts))
            print("    by rule", _marked(case.text, cuts))


def _marked(text: str, cuts: frozenset[int]) -> str:
    places = [0, *sorted(cuts), len(text)]
    return repr(_CUT.join(text[start:end] for start, end in pairwise(places)))


def main() -> None:
    """Print the tables."""
    every = list(cases())
    for title, held_out in (("set used to mend the rules", False), ("held-out set", True)):
        chosen = [case for case in every if case.held_out is held_out]
        if chosen:
            _print_scores(title, chosen)
    texts = [f"{case.text} {number}" for number in range(40) for case in every]
    cold, warm = speed(texts)
    length = sum(map(len, texts)) / len(texts)
    print(f"speed, one core, {len(texts)} reviews of {length:.0f} signs: {cold:,.0f}/s at first, {warm:,.0f}/s after")


if __name__ == "__main__":
    main()
