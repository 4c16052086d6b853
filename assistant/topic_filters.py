"""From a topic in the asker's words to what can be counted: themes of that meaning, else the words themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant import names
from mining.language import normalise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mining.taxonomy import Taxonomy
    from mining.themes.catalogue import Theme

# Cosines of the static model between a topic and names of themes, seen on thirty topics in three languages: other words
# for the same came to 0.62 and more, topics that no theme is about to 0.55 at most.
_NEAR = 0.6
# Themes nearly as near as the nearest are meant too: "late delivery" is not "fast delivery", which comes to 0.7.
_WITH_IT = 0.12
_MOST = 8
# Themes that hold what is left of a touchpoint: no topic is meant by their names.
_REST = "touchpoint"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Ids of themes or, where no theme is near, a phrase that remarks have to hold literally; else touchpoints."""

    themes: tuple[str, ...] = ()
    phrase: str | None = None
    touchpoint: tuple[str, ...] = ()

    @property
    def conditions(self) -> dict[str, Any]:
        """The same as conditions of :class:`mining.filters.Filters`."""
        if self.themes:
            return {"theme": self.themes}
        return {"touchpoint": self.touchpoint} if self.touchpoint else {"phrase": self.phrase}


def resolved(
    words: str, themes: Mapping[str, Theme], embedder: Any, side: str | None = None, name: str | None = None
) -> Resolved:
    """What a topic selects. ``side`` (pain or praise) leaves the themes of the other side out."""
    known = {id_: theme for id_, theme in themes.items() if side in (None, theme.side) and theme.origin != _REST}
    told = names.data("topics.toml").get((name or words).replace(" ", "_"))
    if told:
        return Resolved(tuple(sorted(id_ for id_ in told["themes"] if id_ in known)))
    folded = normalise(words)
    if not known:
        return Resolved(phrase=words)
    ids, vectors = _vectors(embedder, tuple(sorted((id_, _named(theme)) for id_, theme in known.items())))
    near = vectors @ embedder.encode([folded])[0]
    best: dict[str, float] = {}
    for id_, cosine in zip(ids, near.tolist(), strict=True):
        best[id_] = max(best.get(id_, -1.0), cosine)
    first = max(best, key=lambda id_: (best[id_], id_))
    if best[first] < _NEAR:
        return Resolved(phrase=words)
    least = max(_NEAR, best[first] - _WITH_IT)
    with_it = [id_ for id_ in best if best[id_] >= least and known[id_].side == known[first].side]
    ranked = sorted(with_it, key=lambda id_: (-best[id_], id_))
    return Resolved(tuple(sorted(ranked[:_MOST])))


def touchpoints(words: str, language: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    """The touchpoints that the words of a topic name."""
    found = names.values(normalise(words), language, taxonomy)
    return tuple(dict.fromkeys(one.value for one in found if one.field == "touchpoint"))


def title(words: str, themes: Mapping[str, Theme], embedder: Any) -> str | None:
    """The English name of the theme that a topic in another language means; None where none is near."""
    if not themes:
        return None
    ids, vectors = _vectors(embedder, tuple(sorted((id_, _named(theme)) for id_, theme in themes.items())))
    near = vectors @ embedder.encode([normalise(words)])[0]
    place = int(np.argmax(near))
    return themes[ids[place]].name("en") if near[place] >= _NEAR else None


def _named(theme: Theme) -> tuple[str, ...]:
    return tuple(sorted({normalise(name) for name in theme.names.values()}))


@lru_cache(maxsize=4)
def _vectors(
    embedder: Any, named: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Ids of themes, one for each name, and the names' vectors, (names, dimensions)."""
    pairs = [(id_, name) for id_, names_ in named for name in names_]
    return tuple(id_ for id_, _ in pairs), embedder.encode([name for _, name in pairs])
