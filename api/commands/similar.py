"""``overheard similar``: who else said what a mention says."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.reading import tell_scored
from api.terminal import AsJson, Config, Home, workspace
from mining.filters import Filters


def similar(
    mention: Annotated[str, typer.Argument(metavar="MENTION_ID", help="As hits carry it, such as shop:17#0.")],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many neighbours.")] = 10,
    language: Annotated[list[str] | None, typer.Option("--language", help="Such as en, he, fa.")] = None,
    agents: Annotated[bool, typer.Option("--agents", help="Agents' words too.")] = False,
    as_json: AsJson = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Find who else said what a mention says, in all languages: its nearest neighbours in the vector index.

    \b
        overheard similar shop:17#0
        overheard similar calls:42#3 --language fa
    """  # fmt: skip
    from mining.similar import similar as find

    where = workspace(home, config)
    filters = Filters(language=tuple(language or ()), speaker=None if agents else "customer")
    with where.index(write=False) as index:
        found = find(where.store, index, where.miner.embedder, mention, k, filters)
    tell_scored([(one.mention, one.score) for one in found], where, as_json=as_json)
