"""Vectors for the workspace that :mod:`benchmarks.workspace` fills, so that it can be searched and go on growing.

``python -m benchmarks.workspace_vectors --home DIR`` gives every mention a vector of the workspace's model: the half
that the static model makes, which takes seconds where the whole would take an hour; they are as many and as long as
real ones. SQL keeps them for searching, the index gets them too (``--no-index`` spares the minutes that takes), and
what was drawn is noted as made by today's models, so that an ingest has nothing to do but what is new.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, update

from assistant.wiring import Workspace
from embeddings.models.joined import Joined
from mining import mention, schema, work
from mining.database import insert_many
from mining.store import Store
from mining.themes import table
from mining.themes.catalogue import SIDES
from mining.themes.claims import Claimer
from mining.themes.space import space_of
from mining.themes.update import RULES

_AT_ONCE = 20_000


def main() -> None:
    """Write the vectors and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--no-index", dest="index", action="store_false")
    given = parser.parse_args()
    where = Workspace.open(given.home)
    begun = time.perf_counter()
    count = keep(where)
    print(f"{count:,} vectors kept in SQL: {time.perf_counter() - begun:.0f} s", flush=True)
    be_of_today(where)
    if given.index:
        begun = time.perf_counter()
        fill(where)
        print(f"{count:,} vectors in the index: {time.perf_counter() - begun:.0f} s", flush=True)
    where.store.close()


def keep(where: Workspace) -> int:
    """Keep what searches rank by, of customers' mentions; returns how many mentions there are."""
    space, table, total = space_of(where.miner.embedder), schema.theme_vectors, 0
    with where.store.transaction() as connection:
        connection.execute(table.delete())
    for ids, texts, customers in _mentions(where.store):
        kept = space.kept(_vectors(where, texts))
        rows = [
            {"mention_id": id_, "by": space.by, "vector": one}
            for id_, one, customer in zip(ids, kept, customers, strict=True)
            if customer
        ]
        with where.store.transaction() as connection:
            insert_many(connection, table, rows)
        total += len(ids)
    return total


def be_of_today(where: Workspace) -> None:
    """Note that cuts, labels and names are of today's versions."""
    miner = where.miner
    with where.store.transaction() as connection:
        connection.execute(update(schema.cuts).values(by=mention.VERSION))
        for task, by in miner.versions.items():
            connection.execute(update(schema.labels).where(schema.labels.c.task == task).values(by=by))
        if miner.catalogue:
            connection.execute(update(schema.named).values(by=miner.catalogue.version))
        table.put_state(connection, _sorted(where))


def _sorted(where: Workspace) -> dict[str, Any]:
    """That all is in the theme it was drawn with, so that new mentions alone are looked at."""
    embedder = where.miner.embedder
    space = space_of(embedder)
    claimer = Claimer(space, lambda texts: space.of(embedder.encode(list(texts))), [], {}, catalogue=True)
    return {
        "version": f"{RULES}/{claimer.version}",
        "space": f"{space.by}/{space.learnt}",
        "grouped": dict.fromkeys(SIDES, 0),
        "few": [],
    }


def fill(where: Workspace) -> None:
    """Write all vectors to the index."""
    with where.index() as index:
        for ids, texts, _ in _mentions(where.store):
            index.upsert(ids, _vectors(where, texts))
            work.mark_indexed(where.store, ids, where.miner.model)


def _vectors(where: Workspace, texts: Sequence[str]) -> NDArray[np.float32]:
    embedder = where.miner.embedder
    if not isinstance(embedder, Joined):
        return embedder.encode(texts)
    return embedder.join(np.zeros((len(texts), embedder.encoder.dimensions), np.float32), texts)


def _mentions(store: Store) -> Iterator[tuple[list[str], list[str], list[bool]]]:
    """Ids and texts, and whether a customer speaks, by id, a part at a time."""
    mentions, last = schema.mentions, ""
    wanted = select(mentions.c.id, mentions.c.text, mentions.c.speaker).order_by(mentions.c.id).limit(_AT_ONCE)
    while True:
        with store.transaction() as connection:
            rows = connection.execute(wanted.where(mentions.c.id > last)).all()
        if not rows:
            return
        yield [row.id for row in rows], [row.text for row in rows], [row.speaker == "customer" for row in rows]
        last = rows[-1].id


if __name__ == "__main__":
    main()
