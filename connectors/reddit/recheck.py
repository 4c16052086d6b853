"""Known items as they are now: edited, taken down, gone. Reddit's rules ask that whoever holds them follows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence

from connectors.base import Page, Reject
from connectors.record import Feedback
from connectors.reddit.listings import Listing
from connectors.reddit.records import Records
from connectors.reddit.refusals import Closed
from connectors.reddit.sweep import Asks, listed
from connectors.tabular import reddit

logger = logging.getLogger(__name__)

_AT_ONCE = 100
_LOOKED_AT = 5


def recheck(
    line: Asks, records: Records, native_ids: Sequence[str], alive: Callable[[], Iterator[str]]
) -> Iterator[Page]:
    """Pages of what became of the items, a hundred at a time.

    What Reddit leaves out of its answer twice has gone. A deletion cannot be taken back, so where it leaves out all of
    them, they are asked for once more beside an item that is ``alive``, as a listing tells: unless that one comes,
    nothing is said of them but ``partial``.
    """
    known = list(dict.fromkeys(one for one in native_ids if one.startswith(("t1_", "t3_"))))
    for start in range(0, len(known), _AT_ONCE):
        asked = known[start : start + _AT_ONCE]
        found = _found(line, records, asked)
        missing = [one for one in asked if one not in found]
        if missing:
            found |= _found(line, records, missing)
            missing = [one for one in missing if one not in found]
        if len(missing) == len(asked) and not _is_answering(line, records, alive, asked):
            logger.warning("nothing came of %d known items; none is taken for deleted", len(asked))
            silent = f"Reddit said nothing of what was asked for again ({len(asked)} items)"
            yield Page([], {}, partial=f"{silent}; none was taken for deleted")
            continue
        yield Page([*found.values(), *map(records.gone, missing)], {})


def _is_answering(line: Asks, records: Records, alive: Callable[[], Iterator[str]], asked: Sequence[str]) -> bool:
    """Whether Reddit tells of an item that it has just listed, and of none of those asked for."""
    witness = next((one for one in alive() if one not in asked), None)
    return witness is not None and list(_found(line, records, [*asked[: _AT_ONCE - 1], witness])) == [witness]


def newest(line: Asks, listings: Sequence[Listing]) -> Iterator[str]:
    """Ids of items that stand in listings at this moment, the newest of each first."""
    for listing in listings:
        try:
            answer = line.get(listing.way.path, {**listing.way.params, "limit": _LOOKED_AT}, listing.what)
        except Closed:
            continue
        yield from filter(None, map(_name, listed(answer, listing.what).children))


def _found(line: Asks, records: Records, asked: Sequence[str]) -> dict[str, Feedback | Reject]:
    try:
        answer = line.get("/api/info", {"id": ",".join(asked), "limit": _AT_ONCE}, "known items")
    except Closed as refused:
        raise refused.error from None
    found: dict[str, Feedback | Reject] = {}
    for child in listed(answer, "known items").children:
        item = records.read(child)
        name = _name(child)
        if item is not None and name in asked:
            found[name] = item
    return found


def _name(child: object) -> str:
    data = child.get("data") if isinstance(child, Mapping) else None
    return reddit.fullname({**data, "kind": child.get("kind")}) if isinstance(child, Mapping) and data else ""
