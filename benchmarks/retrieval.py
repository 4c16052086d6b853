"""How well the ways of searching find what an analyst looks for, in three languages.

    python -m benchmarks.retrieval [--home FOLDER] [--queries]

150 queries of our own (``retrieval.jsonl``, 50 each in English, Hebrew and Persian), typed as one types into a search
box, over the demo's feedback: 920 items, 4,830 mentions of customers. They were written before any search had been run
on them. Then the first 20 to 24 of four searches (whole words, parts of words, meaning, and the search of that day)
were put together, shuffled, and each remark was read against the query without knowing which search had brought it; a
few more were found by listing words and themes. What a query's own pool lacked and another's held counts as well.

How a remark was graded, by its words alone and whatever its language:

* 2: it says what the query asks for. An analyst would quote it in the answer.
* 1: the same matter but not the whole of it: another side of the same trouble, a way out of it, a fragment that
  names it and says no more.
* 0: everything else, such as the same words about another matter, or the same subject with another complaint.
* An exact term (a code, a version, a name, an amount) is 2 where it is said, in any writing; another of its kind is 1
  if the matter is the same ("WELCOME15" for "WELCOME10"), else 0.
* Where a query names two things (late and a courier's name), one of them is 1 at most.
* Praise is no answer to a query about trouble, nor trouble to one about praise. Advertisements are 0.
* Remarks of the same words have the same grade. When in doubt, the lower grade.

``cross`` marks the queries of which two thirds of what is relevant (by grade) is in other languages.

Two figures: recall@10 is the share of the relevant remarks among the first ten, of ten at most; nDCG@10 weighs a 2 as
three times a 1. Keyword mode asks for every word, which most queries of several words find nowhere; so a ranking by the
same words where any of them will do is measured beside the three modes ("any word"). The weights of the ranking may be
chosen on the queries with odd numbers; those with even numbers say whether that holds. Differences come with their 95 %
interval from 10,000 bootstrap samples of queries.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from assistant import demo
from assistant.wiring import Workspace
from mining import search_words
from mining.schema import mentions
from mining.search import Mode, Search
from mining.search_postings import Vocabulary, WordBlock, words_of
from mining.search_ranking import share, weight
from mining.searching import Searcher

QUERIES = Path(__file__).with_suffix(".jsonl")
FIRST = 10
MEASURES = ("recall@10", "nDCG@10")
_LANGUAGES = {"en": "English", "he": "Hebrew", "fa": "Persian"}
_SAMPLES = 10_000
_ANY_WORD = "any word"
_OVERHEARD = Path(sys.executable).parent / "overheard"


@dataclass(frozen=True, slots=True)
class Judged:
    """A query and what is relevant to it: mention -> grade, 1 or 2."""

    id: str
    language: str
    query: str
    cross: bool
    relevant: Mapping[str, int]

    @property
    def odd(self) -> bool:
        """Whether weights may be chosen on it."""
        return int(self.id[1:]) % 2 == 1


Scores = NDArray[np.float64]
"""A row a query, a column for each of :data:`MEASURES`."""


def main() -> None:
    """Print the table; exit status 1 unless hybrid is best, on all queries and on those held back."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="a workspace made by `overheard demo`")
    parser.add_argument("--queries", action="store_true", help="show each query, the weakest first")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or made(Path(folder) / "demo")
        where = Workspace.open(home, demo.CONFIG)
        searcher = where.searcher
        queries = read()
        if gone := unknown(where, queries):
            sys.exit(f"{len(gone)} mentions that were judged are not there any more, such as {gone[0]}")
        measured: dict[str, Scores] = {Mode.KEYWORD: measure(searcher, queries, Mode.KEYWORD)}
        measured[_ANY_WORD] = any_word(where, queries)
        measured |= {mode: measure(searcher, queries, mode) for mode in (Mode.SEMANTIC, Mode.HYBRID)}
        where.store.close()
    table(queries, measured)
    if given.queries:
        _one_by_one(queries, measured)
    missed = beaten(queries, measured)
    sys.exit(f"hybrid is not best: {'; '.join(missed)}" if missed else 0)


def made(home: Path) -> Path:
    """The demo's workspace, made in a folder."""
    subprocess.run([_OVERHEARD, "demo", "--home", home], check=True, capture_output=True)
    return home


def read() -> list[Judged]:
    """The queries, in the order of the file."""
    return [Judged(**json.loads(line)) for line in QUERIES.read_text(encoding="utf-8").splitlines()]


def unknown(where: Workspace, queries: Sequence[Judged]) -> list[str]:
    """Mentions that were judged and are not in a workspace: its texts are cut otherwise than they were."""
    with where.store.transaction() as connection:
        known = set(connection.scalars(select(mentions.c.id)))
    return sorted({id_ for query in queries for id_ in query.relevant} - known)


def measure(searcher: Searcher, queries: Sequence[Judged], mode: Mode) -> Scores:
    """What one way of searching scores."""
    rows = []
    for query in queries:
        found = searcher.search(Search(words=query.query, mode=mode, limit=FIRST))
        rows.append(scored([hit.mention.mention_id for hit in found.hits], query.relevant))
    return np.array(rows)


def any_word(where: Workspace, queries: Sequence[Judged]) -> Scores:
    """What a ranking by words scores when any of them makes a hit."""
    with where.store.transaction() as connection:
        wanted = select(mentions.c.id, mentions.c.text).where(mentions.c.speaker == "customer").order_by(mentions.c.id)
        told = connection.execute(wanted).all()
    vocabulary, rows = Vocabulary(), []
    block = WordBlock([words_of(vocabulary, "".join(f"{text.lower()}\0" for _, text in told))], vocabulary)
    for query in queries:
        terms = search_words.asked(query.query)
        said = [block.said(term) for term in terms]
        telling = [weight(int(np.count_nonzero(one)), len(told)) for one in said]
        shares = share(terms, said, telling, block.lengths)
        best = [place for place in np.argsort(-shares, kind="stable")[:FIRST].tolist() if shares[place] > 0]
        rows.append(scored([told[place].id for place in best], query.relevant))
    return np.array(rows)


def scored(found: Sequence[str], relevant: Mapping[str, int]) -> tuple[float, float]:
    """recall@10 and nDCG@10 of a ranking."""
    grades = [relevant.get(id_, 0) for id_ in found[:FIRST]]
    ideal = sorted(relevant.values(), reverse=True)[:FIRST]
    return sum(grade > 0 for grade in grades) / len(ideal), _gain(grades) / _gain(ideal)


def _gain(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / np.log2(place + 2) for place, grade in enumerate(grades)))


def groups() -> dict[str, Callable[[Judged], bool]]:
    """The lines of the table."""
    return {
        "all": lambda query: True,
        **{name: lambda query, code=code: query.language == code for code, name in _LANGUAGES.items()},  # type: ignore[misc]
        "mostly in other languages": lambda query: query.cross,
        "not mostly in others": lambda query: not query.cross,
        "odd: weights chosen here": lambda query: query.odd,
        "even: held back": lambda query: not query.odd,
    }


def table(queries: Sequence[Judged], measured: Mapping[str, Scores]) -> None:
    """Print what each way scores on each group, and how far hybrid is ahead."""
    print(f"{'':<28}{'':>5}" + "".join(f"{measure:>{10 * len(measured)}}" for measure in MEASURES))
    print(f"{'':<28}{'n':>5}" + "".join(f"{way:>10}" for _ in MEASURES for way in measured))
    for name, belongs in groups().items():
        rows = [place for place, query in enumerate(queries) if belongs(query)]
        means = [scores[rows, column].mean() for column in range(len(MEASURES)) for scores in measured.values()]
        print(f"{name:<28}{len(rows):>5}" + "".join(f"{mean:>10.3f}" for mean in means))
    print()
    for name, belongs in groups().items():
        rows = [place for place, query in enumerate(queries) if belongs(query)]
        for other in _others(measured):
            ahead = measured[Mode.HYBRID][rows] - measured[other][rows]
            shown = (f"{middle:+.3f} [{low:+.3f}, {high:+.3f}]" for middle, low, high in map(_interval, ahead.T))
            print(f"{name:<28}{'hybrid - ' + other:<20}" + "".join(f"{one:>27}" for one in shown))


def _others(measured: Mapping[str, Scores]) -> list[str]:
    return [way for way in measured if way != Mode.HYBRID]


def _interval(differences: NDArray[np.float64]) -> tuple[float, float, float]:
    lots = np.random.default_rng(1).integers(0, len(differences), (_SAMPLES, len(differences)))
    low, high = np.percentile(differences[lots].mean(axis=1), (2.5, 97.5))
    return float(differences.mean()), float(low), float(high)


def beaten(queries: Sequence[Judged], measured: Mapping[str, Scores]) -> list[str]:
    """Where another way of searching is as good as hybrid or better: on all queries, and on those held back."""
    told = []
    for name in ("all", "even: held back"):
        rows = [place for place, query in enumerate(queries) if groups()[name](query)]
        for other in _others(measured):
            ahead = (measured[Mode.HYBRID][rows] - measured[other][rows]).mean(axis=0)
            told += [
                f"{measure} of {other}, {name}" for measure, value in zip(MEASURES, ahead, strict=True) if value <= 0
            ]
    return told


def _one_by_one(queries: Sequence[Judged], measured: Mapping[str, Scores]) -> None:
    print(f"\n{'nDCG@10':<8}" + "".join(f"{way:>10}" for way in measured))
    for place in np.argsort(measured[Mode.HYBRID][:, 1] - measured[Mode.SEMANTIC][:, 1], kind="stable"):
        query = queries[place]
        values = "".join(f"{scores[place, 1]:>10.3f}" for scores in measured.values())
        print(f"{query.id:<8}{values}  {len(query.relevant):>3} relevant  {query.query}")


if __name__ == "__main__":
    main()
