"""Learn what the catalogue's themes are: directions of the space of themes, and a small network that claims remarks.

It learns from the catalogue's examples, from remarks written for each theme (``data/theme_remarks.jsonl``) and from the
themes that people read in our other remarks (``data/theme_labels.jsonl``). A remark is said in three languages, and the
three must get the same answer (the mean divergence of the three from their mean is part of what is minimised).

    python -m mining.training.themes                      learn and write mining/theme_data/space-*.npz
    python -m mining.training.themes --only-evaluate      print what the shipped ones reach on remarks kept aside

The remarks of ``gold/authored.jsonl`` (their ids begin the list) are kept aside: nothing is learnt from them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.base import Embedder
from embeddings.models import joined, static
from mining.themes import claims, space
from mining.themes.catalogue import SIDES, Theme, catalogue
from mining.themes.claims import Claimer
from mining.themes.held import Remarks
from mining.themes.space import WIDTH, Floats, Space, space_of

LANGUAGES = ("en", "he", "fa")
OUT = Path(__file__).parents[1] / "theme_data"
_DATA = files("mining.training") / "data"
# The first so many remarks of our own are those of the public evaluation set of triples: kept aside.
KEPT_ASIDE = 2_020


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is learnt."""

    hidden: int = 1024
    dropped: float = 0.6
    noise: float = 0.05
    agreement: float = 4.0
    smoothing: float = 0.1
    rate: float = 2e-3
    decay: float = 0.02
    epochs: int = 40
    batch: int = 256
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Remarks in three languages and the themes of each, the main one first; none fits where there are none."""

    texts: dict[str, list[str]]
    sides: list[str]
    themes: list[tuple[str, ...]]
    touchpoints: list[str | None]


def read(*, kept_aside: bool) -> Labelled:
    """Our remarks with their themes: those kept aside, or all others."""
    authored = list(_lines("authored.jsonl"))
    told = {row["id"]: row for row in _lines("theme_labels.jsonl")}
    chosen = authored[:KEPT_ASIDE] if kept_aside else authored[KEPT_ASIDE:]
    rows = [row for row in chosen if row["id"] in told]
    return Labelled(
        {language: [row[language] for row in rows] for language in LANGUAGES},
        [told[row["id"]]["side"] for row in rows],
        [tuple(told[row["id"]]["themes"]) for row in rows],
        [row["touchpoint"] for row in rows],
    )


def written() -> Labelled:
    """Remarks written for each theme."""
    themes = catalogue()
    rows = [row for row in _lines("theme_remarks.jsonl") if row["theme"] in themes]
    return Labelled(
        {language: [row[language] for row in rows] for language in LANGUAGES},
        [themes[row["theme"]].side for row in rows],
        [(row["theme"],) for row in rows],
        [None] * len(rows),
    )


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_DATA / name).read_text(encoding="utf-8").splitlines()]


def main(arguments: Sequence[str] | None = None) -> None:
    """Learn for both shipped embedders unless ``--only-evaluate``, then print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m mining.training.themes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only-evaluate", action="store_true", help="learn nothing, measure what is there")
    parser.add_argument("--epochs", type=int, default=Plan().epochs)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    for embedder in (joined.plugin(), static.plugin()):
        if not given.only_evaluate:
            learn(embedder, Plan(epochs=given.epochs, seed=given.seed))
        table(embedder)


def learn(embedder: Embedder, plan: Plan, out: Path = OUT) -> None:
    """Write the space and the network for an embedder."""
    themes = list(catalogue().values())
    labelled, remarks = read(kept_aside=False), written()
    examples = [text for theme in themes for language in LANGUAGES for text in theme.examples[language]]
    own = embedder.encode(examples)
    others = [{one: embedder.encode(rows.texts[one]) for one in LANGUAGES} for rows in (labelled, remarks)]
    turn = _directions([own, *(vectors for of in others for vectors in of.values())])
    place = Space("", turn)
    ids = [*(theme.id for theme in themes), *(f"no {side}" for side in SIDES)]
    network = _network(
        ids,
        [(place.of(own), _targets(ids, [(theme.id,) for theme in themes for _ in theme_texts(theme)], None))],
        [
            (np.stack([place.of(of[one]) for one in LANGUAGES]), _targets(ids, rows.themes, rows.sides))
            for rows, of in zip((labelled, remarks), others, strict=True)
        ],
        plan,
    )
    held: dict[str, Any] = {"embedder": np.array(embedder.name), "ids": np.array(ids)}
    held["turn"] = np.zeros((0, 0), np.float16) if turn is None else turn.astype(np.float16)
    held |= {f"layer_{number}": value.astype(np.float16) for number, value in enumerate(network)}
    np.savez(out / f"space-{embedder.name.partition('@')[0]}.npz", **held)
    space.forget()


def theme_texts(theme: Theme) -> list[str]:
    """A theme's examples, in the order of the languages."""
    return [text for language in LANGUAGES for text in theme.examples[language]]


def _directions(vectors: Sequence[Floats]) -> Floats | None:
    """The main directions of all vectors, (dimensions, WIDTH); None where there are no more than that."""
    told = np.concatenate(vectors).astype(np.float64)
    if told.shape[1] <= WIDTH:
        return None
    _, directions = np.linalg.eigh(told.T @ told)
    main_ones = directions[:, ::-1][:, :WIDTH]
    # An eigenvector and its opposite are both one: the largest number of each is made positive.
    signs = np.sign(main_ones[np.abs(main_ones).argmax(axis=0), np.arange(WIDTH)])
    return np.ascontiguousarray(main_ones * signs, np.float32)


def _targets(ids: Sequence[str], themes: Sequence[tuple[str, ...]], sides: Sequence[str] | None) -> Floats:
    """(remarks, ids): the share of each theme; the second of two counts 0.6 of the first."""
    place = {id_: column for column, id_ in enumerate(ids)}
    made = np.zeros((len(themes), len(ids)), np.float32)
    for row, told in enumerate(themes):
        known = [place[one] for one in told if one in place]
        if not known and sides is not None:
            known = [place[f"no {sides[row]}"]]
        for rank, column in enumerate(known):
            made[row, column] += 0.6 if rank else 1.0
    shares: Floats = made / made.sum(axis=1, keepdims=True)
    return shares


def _network(
    ids: Sequence[str], alone: Sequence[tuple[Floats, Floats]], triples: Sequence[tuple[Floats, Floats]], plan: Plan
) -> list[Floats]:
    """Two layers: weights and shifts of each. ``alone`` are (n, width) and targets, ``triples`` (3, n, width)."""
    import torch
    from torch.nn import GELU, Dropout, Linear, Sequential

    torch.manual_seed(plan.seed)
    sides = torch.tensor([_side(id_) for id_ in ids])
    vectors = torch.tensor(np.concatenate([one for one, _ in alone] + [said for three, _ in triples for said in three]))
    targets = torch.tensor(
        np.concatenate([told for _, told in alone] + [told for _, told in triples for _ in LANGUAGES])
    )
    three = torch.tensor(np.concatenate([said for said, _ in triples], axis=1))
    meant_of = torch.tensor(np.concatenate([told for _, told in triples]))
    three_sides = sides[meant_of.argmax(dim=1)]
    of = sides[targets.argmax(dim=1)]
    net = Sequential(Linear(WIDTH, plan.hidden), GELU("tanh"), Dropout(plan.dropped), Linear(plan.hidden, len(ids)))
    optimizer = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=plan.decay)
    drawn = torch.Generator().manual_seed(plan.seed)

    def chances(rows: Any, side: Any) -> Any:
        return net(rows * claims.SHARPNESS).masked_fill(sides[None] != side[:, None], -1e4).log_softmax(1)

    batches = len(vectors) // plan.batch
    for epoch in range(plan.epochs):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * (1 - epoch / plan.epochs)
        order = torch.randperm(len(vectors), generator=drawn)
        together = torch.randperm(three.shape[1], generator=drawn)
        for batch in range(batches):
            rows, same = order[batch::batches], together[batch::batches]
            noise = plan.noise * torch.randn(len(rows), WIDTH, generator=drawn)
            meant = (1 - plan.smoothing) * targets[rows] + plan.smoothing / len(ids)
            loss = -(meant * chances(vectors[rows] + noise, of[rows]).clamp(min=-20)).sum(1).mean()
            told = torch.stack([chances(three[number, same], three_sides[same]) for number in range(len(LANGUAGES))])
            mean = torch.logsumexp(told, 0) - np.log(len(LANGUAGES))
            loss = loss + plan.agreement * (told.exp() * (told - mean)).sum(2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    # In the order of the layers, weight before bias.
    return [one.T if one.ndim == 2 else one for one in (part.detach().numpy() for part in net.parameters())]


def _side(id_: str) -> int:
    themes = catalogue()
    return SIDES.index(themes[id_].side if id_ in themes else id_.removeprefix("no "))


def table(embedder: Embedder, say: Callable[[str], None] = print) -> None:
    """Print what the claims are worth on the remarks kept aside, by language and for pairs of languages."""
    rows, of = read(kept_aside=True), space_of(embedder)
    claimer = Claimer(of, lambda texts: of.of(embedder.encode(texts)))
    found = {
        one: claimer.claims(
            Remarks(
                space.read(of.kept(embedder.encode(rows.texts[one]))),
                rows.sides,
                [None] * len(rows.sides),
                rows.texts[one],
            )
        )
        for one in LANGUAGES
    }
    say(f"{embedder.name}: {len(rows.sides)} remarks kept aside, each in three languages")
    say(f"{'':10}{'claimed':>9}{'right':>9}")
    for one, told in found.items():
        claimed = [row for row, theme in enumerate(told.themes) if theme]
        right = sum(told.themes[row] in rows.themes[row] for row in claimed)
        say(f"{one:10}{len(claimed) / len(told.themes):>9.3f}{right / max(len(claimed), 1):>9.3f}")
    for other in LANGUAGES[1:]:
        pairs = list(zip(found["en"].themes, found[other].themes, strict=True))
        both = [first == second for first, second in pairs if first and second]
        either = [first == second for first, second in pairs if first or second]
        shares = f"{np.mean(both):.3f} of {len(both)} claimed in both, {np.mean(either):.3f} of {len(either)} in either"
        say(f"en-{other}: same theme in {shares}")


if __name__ == "__main__":
    main()
