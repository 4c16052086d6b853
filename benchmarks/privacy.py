"""How much personal data the masking finds, how often it cries wolf, and how fast it is.

``python -m benchmarks.privacy`` prints recall per kind and language and the false-alarm rate over the hand-written set
in ``tests/fixtures/privacy`` (``⟦kind|value⟧`` marks what must be masked), then texts per second.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mining.privacy import mask

FIXTURES = Path(__file__).parent.parent / "tests" / "fixtures" / "privacy"
_EXPECTED = re.compile(r"⟦(\w+)\|(.*?)⟧", re.DOTALL)


@dataclass(frozen=True)
class Case:
    """A text and the stretches to be masked in it: (start, end, kind)."""

    language: str
    text: str
    expected: tuple[tuple[int, int, str], ...]
    held_out: bool


def cases(folder: Path = FIXTURES) -> Iterator[Case]:
    """Every line of the set; files named ``held_out*`` were written after the rules had been mended on the others."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield _case(row["language"], row["text"], path.stem.startswith("held_out"))


def _case(language: str, marked: str, held_out: bool) -> Case:
    expected, text, cursor = [], "", 0
    for match in _EXPECTED.finditer(marked):
        text += marked[cursor : match.start()]
        expected.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        cursor = match.end()
    return Case(language, text + marked[cursor:], tuple(expected), held_out)


def is_masked(case: Case, expected: tuple[int, int, str]) -> bool:
    """Whether every letter and digit of the stretch is gone, whatever kind it was taken for."""
    start, end, _ = expected
    hidden = {place for span in mask(case.text).spans for place in range(span.start, span.end)}
    return all(place in hidden for place in range(start, end) if case.text[place].isalnum())


def false_alarms(case: Case) -> list[str]:
    """What was masked outside every expected stretch."""
    spans = mask(case.text).spans
    return [
        case.text[span.start : span.end]
        for span in spans
        if not any(span.start < end and start < span.end for start, end, _ in case.expected)
    ]


def recall(of: list[Case], by: str) -> dict[str, tuple[int, int]]:
    """(found, expected) by ``kind`` or by ``language``."""
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for case in of:
        for expected in case.expected:
            group = expected[2] if by == "kind" else case.language
            total[group] += 1
            found[group] += is_masked(case, expected)
    return {group: (found[group], total[group]) for group in sorted(total)}


def speed(texts: list[str], seconds: float = 2.0) -> float:
    """Texts per second of processor time on one core."""
    count, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for text in texts:
            mask(text)
        count += len(texts)
    return count / (time.process_time() - start)


def _print_table(title: str, of: list[Case]) -> None:
    negatives = [case for case in of if not case.expected]
    alarms = [(case, alarm) for case in of for alarm in false_alarms(case)]
    print(
        f"{title}: {sum(len(case.expected) for case in of)} to be masked, {len(negatives)} texts with nothing to mask"
    )
    for by in ("kind", "language"):
        for group, (found, total) in recall(of, by).items():
            print(f"  {by:9}{group:12}{found:4} of {total:4}  recall {found / total:.3f}")
    wrong = {case.text for case, _ in alarms if not case.expected}
    print(f"  false alarms: {len(wrong)} of {len(negatives)} texts ({len(wrong) / max(1, len(negatives)):.3f})")
    for case in of:
        for expected in case.expected:
            if not is_masked(case, expected):
                print(f"    missed      {expected[2]:12}{case.text!r}")
    for case, alarm in alarms:
        print(f"    false alarm {alarm!r} in {case.text!r}")


def main() -> None:
    """Print the tables."""
    every = list(cases())
    _print_table("set used to mend the rules", [case for case in every if not case.held_out])
    _print_table("held-out set", [case for case in every if case.held_out])
    harmless = [case.text for case in every if not case.expected]
    print(f"speed, one core: {speed(harmless):,.0f} texts/s with nothing to mask")
    print(f"speed, one core: {speed([case.text for case in every]):,.0f} texts/s of the whole set")


if __name__ == "__main__":
    main()
