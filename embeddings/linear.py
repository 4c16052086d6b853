"""The last layer of a reader: from what it saw in a text to the raw scores of every task.

It is kept apart from the rest because it is small and a company may refit it with its own corrections
(``overheard train``), and because it carries what calibration found out: one temperature per task and language.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from connectors.errors import ConfigError

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Temperatures = Mapping[str, Mapping[str, float]]

NEVER = 2.0
"""A chance that nothing has."""


@dataclass(frozen=True, slots=True)
class Linear:
    """One linear layer for all tasks.

    Attributes:
        version: changes whenever a score does, such as ``1`` or ``1+3f9a2c`` where it was refitted.
        base: name and version of what makes the features, such as ``encoder@1``; it fits nothing else.
        classes: task -> class names; the tasks' columns lie side by side in this order.
        weights: (width, all classes).
        bias: (all classes,).
        temperatures: task -> language -> what raw scores are divided by before they are chances (Guo et al., 2017,
            arXiv:1706.04599); the language ``*`` is for those not named, a task not named has 1.
        enough: a text whose likeliest class has at least this chance in every task need be read no more deeply; above
            1 where nothing is enough.
    """

    version: str
    base: str
    classes: Mapping[str, tuple[str, ...]]
    weights: Floats
    bias: Floats
    temperatures: Temperatures = field(default_factory=dict)
    enough: float = NEVER

    def scores(self, features: Floats) -> dict[str, Floats]:
        """Task -> (n, classes) raw scores of n texts, given as features, (n, width)."""
        flat = features @ self.weights + self.bias
        edges = np.cumsum([len(names) for names in self.classes.values()])[:-1]
        return dict(zip(self.classes, np.split(flat, edges, axis=1), strict=True))

    def surest(self, scores: Mapping[str, Floats]) -> Floats:
        """The chance of the likeliest class in the task where it is least, (n,); of raw scores of n texts."""
        chances = [_largest_chance(table / self.temperature(task)) for task, table in scores.items()]
        found: Floats = np.min(chances, axis=0)
        return found

    def temperature(self, task: str) -> float:
        """That of all languages together."""
        return self.temperatures.get(task, {}).get("*", 1.0)


def _largest_chance(scores: Floats) -> Floats:
    made: Floats = 1 / np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf)).sum(axis=1)
    return made


def save(layer: Linear, path: Path) -> None:
    """Write ``path`` (.safetensors) and its facts beside it (.json)."""
    from safetensors.numpy import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    # safetensors writes the memory as it lies: a transposed view would come back scrambled.
    arrays = {"weights": np.ascontiguousarray(layer.weights), "bias": np.ascontiguousarray(layer.bias)}
    save_file(arrays, path)
    path.chmod(0o644)  # safetensors writes files that only their owner may read
    facts = {
        "version": layer.version,
        "base": layer.base,
        "classes": layer.classes,
        "temperatures": layer.temperatures,
        "enough": layer.enough,
    }
    path.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> Linear:
    """Read what :func:`save` wrote.

    Raises:
        ConfigError: it is missing, or no such file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        arrays = load_file(path)
        return Linear(
            version=facts["version"],
            base=facts["base"],
            classes={task: tuple(names) for task, names in facts["classes"].items()},
            weights=arrays["weights"].astype(np.float32),
            bias=arrays["bias"].astype(np.float32),
            temperatures=facts["temperatures"],
            enough=facts.get("enough", NEVER),
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        hint = "the shipped ones come with the package; those of overheard train are made again by running it"
        raise ConfigError(f"no trained last layer in {path}", hint=hint) from error


def chosen(shipped: Linear, folder: Path | None, name: str) -> Linear:
    """The last layer refitted for ``name`` in ``folder`` if there is one that still fits, else the shipped one.

    One that was refitted on an older version of the same network fits no longer: it is passed over, and said so.
    """
    if folder is None or not (folder / f"{name}.safetensors").exists():
        return shipped
    tuned = load(folder / f"{name}.safetensors")
    if tuned.base == shipped.base and tuned.version.split("+")[0] == shipped.version:
        return tuned
    logger.warning("%s was fitted to an older model and is passed over: run overheard train again", folder / name)
    return shipped
