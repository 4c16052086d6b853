"""Themes beside BERTopic on labelled corpora: how well groups agree with human labels, how fast, in how much memory.

python -m benchmarks.themes [--corpus banking77 …] [--quick]

Both are given the same vectors (those that the product keeps) of the same texts, in processes of their own. Ours runs
with the catalogue off, in its one setting. BERTopic (the dev extra) runs with its documented defaults; then twelve
settings of neighbours and smallest topic are tried, each with its outliers and with them put into the nearest topic
(``reduce_outliers`` by embeddings), and the one is shown that agrees best with the human labels, which nobody has in
practice. Agreement is adjusted mutual information; what is in no group counts as a group of its own. Seconds are those
of grouping and of words for each group, without making vectors and without imports, as a fresh process takes them;
memory is the most that the process ever held. Needs ../shared or OVERHEARD_SHARED.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

CORPORA = ("banking77", "natcs-call-intents", "acos-quads", "bitext-support-intents", "triples")
_LETTERS = (("\u0590", "\u05ff", "he"), ("\u0600", "\u06ff", "fa"))
_NEIGHBOURS, _SMALLEST = (15, 30), (10, 15, 25, 40, 60, 100)


def main() -> None:
    """Print the table; exit status 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", nargs="*", default=CORPORA, help="which corpora; all by default")
    parser.add_argument("--quick", action="store_true", help="without BERTopic's best settings, which take a while")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("OVERHEARD_SHARED", "../shared")))
    parser.add_argument("--run", nargs=2, metavar=("WHO", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        _run(given.run[0], Path(given.run[1]))
        return
    if not given.shared.is_dir():
        sys.exit(f"{given.shared} is not there: set OVERHEARD_SHARED")
    missed = []
    head = f"{'corpus':24}{'texts':>7}{'labels':>7}  {'':21}{'groups':>7}{'covered':>9}{'AMI':>7}{'s':>8}{'MiB':>7}"
    print(head, flush=True)
    for name in given.corpus:
        texts, labels = read(given.shared, name)
        missed += _table(name, texts, labels, quick=given.quick)
    sys.exit(f"missed: {'; '.join(missed)}" if missed else 0)


def read(shared: Path, name: str) -> tuple[list[str], list[str]]:
    """Texts and their human labels; of reviews with several aspects only those of one are taken."""
    if name == "triples":
        return _triples(shared)
    rows = map(json.loads, (shared / "corpora" / "en" / name / "data.jsonl").read_text(encoding="utf-8").splitlines())
    found = [(row["text"], _label(row)) for row in rows]
    texts, labels = zip(*[(text, label) for text, label in found if label], strict=True)
    return list(texts), list(labels)


def _label(row: dict[str, Any]) -> str | None:
    if "aspects" in row:
        told = {aspect["category"] for aspect in row["aspects"]}
        return told.pop() if len(told) == 1 else None
    label: str | None = row.get("label_intent")
    return label


def _triples(shared: Path) -> tuple[list[str], list[str]]:
    """Remarks in three languages, labelled with the theme that was read in them; nothing was learnt from these."""
    from mining.training.themes import LANGUAGES
    from mining.training.themes import read as kept

    rows = kept(kept_aside=True)
    told = [(rows.texts[one][place], rows.themes[place]) for one in LANGUAGES for place in range(len(rows.sides))]
    return [text for text, themes in told if themes], [themes[0] for _, themes in told if themes]


def _table(name: str, texts: Sequence[str], labels: Sequence[str], *, quick: bool) -> list[str]:
    from sklearn.metrics import adjusted_mutual_info_score

    from embeddings.models import joined
    from mining.themes.space import read as unpacked
    from mining.themes.space import space_of

    embedder = joined.plugin()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        np.save(place / "vectors.npy", unpacked(space_of(embedder).kept(embedder.encode(texts))))
        (place / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        told: dict[str, dict[str, Any]] = {}
        for who in ("ours", "bertopic", *(() if quick else ("best",))):
            subprocess.run([sys.executable, "-m", "benchmarks.themes", "--run", who, folder], check=True)
            told[who] = json.loads((place / f"{who}.json").read_text(encoding="utf-8"))
    best = {}
    for who, one in told.items():
        tried = one["all"] or [one["groups"]]
        groups = max(tried, key=lambda of: _ami(adjusted_mutual_info_score, labels, of))
        of = np.array(groups)
        best[who] = _ami(adjusted_mutual_info_score, labels, groups)
        title = {"ours": "Overheard", "bertopic": "BERTopic, defaults", "best": "BERTopic, best of 24"}[who]
        about = f"{name:24}{len(texts):>7}{len(set(labels)):>7}" if who == "ours" else " " * 38
        print(
            f"{about}  {title:21}{len(set(groups) - {-1}):>7}{np.mean(of >= 0):>9.3f}{best[who]:>7.3f}"
            f"{one['seconds']:>8.1f}{one['peak']:>7.0f}",
            flush=True,
        )
    ours, theirs = told["ours"], told["bertopic"]
    print(
        f"{'':40}BERTopic takes {theirs['seconds'] / ours['seconds']:.0f} times as long, "
        f"{theirs['peak'] / ours['peak']:.1f} times the memory",
        flush=True,
    )
    bars = {
        "AMI": best["ours"] >= best["bertopic"],
        "AMI of best settings": best["ours"] >= best.get("best", 0),
        "coverage": np.mean(np.array(ours["groups"]) >= 0) >= 0.9,
        "speed": theirs["seconds"] >= 10 * ours["seconds"],
        "memory": theirs["peak"] >= 3 * ours["peak"],
    }
    return [f"{name}: {bar}" for bar, met in bars.items() if not met]


def _ami(score: Callable[..., float], labels: Sequence[str], groups: Sequence[int]) -> float:
    return float(score(labels, groups))


# --- in a process of their own --------------------------------------------------------------------------------------


def _run(who: str, folder: Path) -> None:
    """Group the folder's texts and write what came of it."""
    vectors = np.load(folder / "vectors.npy")
    texts: list[str] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    begun, all_ = 0.0, list[list[int]]()
    if who == "ours":
        begun, groups = _ours(vectors, texts)
    elif who == "bertopic":
        begun, groups = _bertopic(vectors, texts)
    else:
        begun, all_ = _best(vectors, texts)
        groups = []
    seconds = time.perf_counter() - begun
    told = {"groups": groups, "all": all_, "seconds": seconds, "peak": peak()}
    (folder / f"{who}.json").write_text(json.dumps(told), encoding="utf-8")


def peak() -> float:
    """The most memory that this process held, MiB; the high-water mark of getrusage is its parent's as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _ours(vectors: Any, texts: list[str]) -> tuple[float, list[int]]:
    import sknetwork.clustering  # noqa: F401  # imported before the clock starts, as BERTopic is

    from mining.themes import naming
    from mining.themes.clusters import clusters, worth

    begun = time.perf_counter()
    found = clusters(vectors, texts)
    background = naming.Background()
    background.add(texts)
    themes = worth(found, vectors, texts, _languages(texts), list(map(str, range(len(texts)))))
    for number in themes:
        # Named by words alone, as BERTopic names topics: neither has a model at hand here.
        said = [texts[row] for row in np.flatnonzero(found.of == number)[:200]]
        naming.keywords(said, background)
    return begun, np.where(np.isin(found.of, themes), found.of, -1).tolist()


def _languages(texts: Sequence[str]) -> list[str]:
    """By their letters: all that these corpora need."""
    return [
        next((of for first, last, of in _LETTERS if any(first <= sign <= last for sign in text)), "en")
        for text in texts
    ]


def _bertopic(vectors: Any, texts: list[str]) -> tuple[float, list[int]]:
    warnings.filterwarnings("ignore")
    from bertopic import BERTopic

    begun = time.perf_counter()
    topics, _ = BERTopic().fit_transform(texts, vectors)
    return begun, [int(topic) for topic in topics]


def _best(vectors: Any, texts: list[str]) -> tuple[float, list[list[int]]]:
    """The topics of every setting, with outliers and without."""
    warnings.filterwarnings("ignore")
    from bertopic import BERTopic
    from umap import UMAP

    begun = time.perf_counter()
    found: list[list[int]] = []
    for neighbours in _NEIGHBOURS:
        for smallest in _SMALLEST:
            umap = UMAP(n_neighbors=neighbours, n_components=5, min_dist=0.0, metric="cosine", random_state=42)
            model = BERTopic(umap_model=umap, min_topic_size=smallest)
            topics, _ = model.fit_transform(texts, vectors)
            found.append([int(topic) for topic in topics])
            if -1 in topics and max(topics) >= 0:
                less = model.reduce_outliers(texts, topics, strategy="embeddings", embeddings=vectors)
                found.append([int(topic) for topic in less])
    return begun, found


if __name__ == "__main__":
    main()
