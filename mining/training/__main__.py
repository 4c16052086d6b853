"""Train the shipped taggers' heads again and print how good they are. Slow steps are kept in the work folder."""

import argparse
import hashlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embeddings import heads, linear
from embeddings.models import static
from embeddings.readers import fast
from mining.evaluation.labels import evaluate, table
from mining.training import material, student, teacher
from mining.training.material import Material
from mining.training.rows import gold
from mining.training.student import Opinions


def main(arguments: Sequence[str] | None = None) -> None:
    """Train unless ``--only-evaluate``, then print the table for gold/dev and for the authored remarks kept aside."""
    parser = argparse.ArgumentParser(prog="python -m mining.training", description=__doc__)
    shared = Path(os.environ.get("OVERHEARD_SHARED", "../shared"))
    plan = student.Plan()
    parser.add_argument("--shared", type=Path, default=shared, help="folder with gold/, corpora/ ($OVERHEARD_SHARED)")
    parser.add_argument("--work", type=Path, default=Path(".work/taggers"), help="folder for the teacher's labels")
    parser.add_argument("--out", type=Path, default=fast.SHIPPED, help="folder of the finished heads")
    parser.add_argument("--version", type=int, default=1, help="raise it when scores change: heads@VERSION")
    parser.add_argument("--steps", type=int, default=plan.steps)
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-teacher", action="store_true", help="labelled rows only")
    parser.add_argument("--grey", action="store_true", help="also rows of unclear licence; never ship the result")
    parser.add_argument("--only-evaluate", action="store_true", help="train nothing, measure the heads in --out")
    given = parser.parse_args(arguments)
    gathered = material.gather(given.shared, grey=given.grey)
    if not given.only_evaluate:
        plan = student.Plan(steps=given.steps, seed=given.seed, threads=given.threads)
        opinions = None if given.no_teacher else _opinions(gathered, given.work, given.threads)
        model = static.Static(static.Config())
        made, last = student.train(gathered.rows, opinions, model, plan, given.version)
        heads.save(made, given.out)
        linear.save(last, given.out / "last.safetensors")
    reader = fast.plugin(heads=given.out)
    dev = gold(given.shared / "gold" / "dev.jsonl")
    for title, rows in (("gold/dev.jsonl", dev), ("authored remarks kept aside", gathered.aside)):
        sys.stdout.write(f"\n{reader.name} on {title}\n{table(evaluate(reader, rows))}\n")


def _opinions(gathered: Material, work: Path, threads: int) -> Opinions:
    """The task teacher's raw scores of the unlabelled texts, and of their translations."""
    work.mkdir(parents=True, exist_ok=True)
    plan = teacher.Plan(threads=threads)
    english = [row for row in gathered.full if row.language == "en"]
    told = "\0".join([str(plan), *(f"{row.text}{row.labels}" for row in english), *gathered.english])
    cache = work / f"opinions-{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:12]}.npz"
    if not cache.exists():
        teacher.label(gathered.english, teacher.fine_tune(english, plan), cache)
    with np.load(cache) as kept:
        scores = dict(kept)
    rows = [*range(len(gathered.english)), *(number for number, _ in gathered.translations)]
    texts = [*gathered.english, *(text for _, text in gathered.translations)]
    return Opinions(texts, np.array(rows, np.int64), scores)


if __name__ == "__main__":
    main()
