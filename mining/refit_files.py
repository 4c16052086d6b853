"""The files of a refit: features kept for the next run, and the last layers that readers find."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from connectors.errors import ConfigError
from embeddings import linear
from embeddings.base import Part
from embeddings.linear import Floats, Linear

CACHE = "cache"

# Texts that are encoded between two looks at the clock; what is done is kept when a run is stopped.
_CHUNK = 512


# --- features -------------------------------------------------------------------------------------------------------


def features(part: Part, texts: Sequence[str], folder: Path, show: Callable[[int], None] = lambda _: None) -> Floats:
    """What the part sees of shipped remarks, (n, width): from ``folder`` where an earlier run kept it, else read anew.

    Never give it customers' words: what is kept here would outlive their erasure. ``show`` is told how many are done.
    What was read is kept even if the run is stopped.
    """
    path = folder / f"{re.sub(r'[^A-Za-z0-9@._-]', '_', part.shipped.base)}.npz"
    keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest() for text in texts]
    kept = _kept(path)
    if not kept.keys() >= set(keys):
        try:
            _read_missing(part, dict(zip(keys, texts, strict=True)), kept, show)
        finally:
            _keep(path, {key: kept[key] for key in dict.fromkeys(keys) if key in kept})
    show(len(texts))
    return np.stack([kept[key] for key in keys])


def _read_missing(part: Part, texts: Mapping[str, str], kept: dict[str, Floats], show: Callable[[int], None]) -> None:
    missing = [key for key in texts if key not in kept]
    for start in range(0, len(missing), _CHUNK):
        chunk = missing[start : start + _CHUNK]
        kept.update(zip(chunk, part.features([texts[key] for key in chunk]), strict=True))
        show(len(texts) - len(missing) + start + len(chunk))


def _kept(path: Path) -> dict[str, Floats]:
    """Key -> features; of a file that is missing or damaged nothing."""
    try:
        # numpy leaves a file open that it cannot read.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            return dict(zip(map(str, held["keys"]), held["features"].astype(np.float32), strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def _keep(path: Path, kept: Mapping[str, Floats]) -> None:
    if not kept:
        return
    beside = path.with_suffix(".new")
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            np.savez(file, keys=np.array(list(kept)), features=np.stack(list(kept.values())))
        beside.replace(path)


# --- layers ---------------------------------------------------------------------------------------------------------


def install(layer: Linear, folder: Path, name: str) -> None:
    """Put a refitted last layer where the readers look for it: the shipped one counts until all of it is there.

    Raises:
        ConfigError: it cannot be written.
    """
    made, beside = folder / f"{name}.safetensors", folder / f".{name}.new"
    with _writing(made):
        shutil.rmtree(beside, ignore_errors=True)
        linear.save(layer, beside / made.name)
        # Two files cannot be moved at once. Readers look for the first: it goes first and comes last.
        made.unlink(missing_ok=True)
        for part in (made.with_suffix(".json"), made):
            (beside / part.name).replace(part)
        beside.rmdir()


def installed(folder: Path) -> dict[str, str]:
    """Part -> version of the refitted last layers in a folder; a damaged one has the version ``?``."""
    found = {}
    for path in sorted(folder.glob("*.safetensors")):
        with contextlib.suppress(ConfigError):
            found[path.stem] = linear.load(path).version
        found.setdefault(path.stem, "?")
    return found


def undo(folder: Path) -> list[str]:
    """Remove the refitted last layers, so that the shipped ones count; returns the parts that had one."""
    parts = list(installed(folder))
    for name in parts:
        with _writing(folder / name):
            for suffix in (".safetensors", ".json"):
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
    return parts


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "check the folder's permissions and the free space"
        raise ConfigError(f"{path} cannot be written: {error.strerror}", hint=hint) from error
