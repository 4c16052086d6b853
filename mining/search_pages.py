"""Where a page of hits ends: told by the last hit itself, so that what comes, changes or goes moves nothing else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.errors import ConfigError

if TYPE_CHECKING:
    from mining.search import Search

_VERSION = 1
_LONGEST = 4_000
_HINT = "ask for the first page again"


@dataclass(frozen=True, slots=True)
class Page:
    """The last hit of a page: what it was ranked by, its day and id; and what the first page pinned.

    ``weights`` are what the terms of the search weigh, in thousandths, ``by`` what the vectors were made by.
    """

    rank: int
    day: int
    mention_id: str
    weights: tuple[int, ...]
    by: str

    def token(self, asked: Search) -> str:
        """What asks for the page behind it."""
        told = [_VERSION, digest(asked), self.rank, self.day, self.mention_id, list(self.weights), self.by]
        packed = zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 9)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def digest(asked: Search) -> str:
    """A hash of all that has to be the same from page to page."""
    told = [asked.words, asked.mode, asked.order, round(asked.near, 6), asked.filters.spec()]
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=6).hexdigest()


def read(asked: Search) -> Page | None:
    """The page that a search goes on from, None for its first.

    Raises:
        ConfigError: it is none of ours, or of another search.
    """
    if asked.page is None:
        return None
    version, of, rank, day, mention_id, weights, by = _unpacked(asked.page)
    if version != _VERSION:
        raise ConfigError("this page was made by another version of Overheard", hint=_HINT)
    if of != digest(asked):
        raise ConfigError(
            "this page belongs to another search", hint="send the same words, mode, order and filters with it"
        )
    return Page(rank, day, mention_id, tuple(weights), by)


def _unpacked(token: str) -> Sequence[Any]:
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        told = json.loads(zlib.decompressobj().decompress(packed, _LONGEST * 10))
    except (ValueError, binascii.Error, zlib.error) as error:
        raise _unreadable() from error
    if not _fits(told) or len(token) > _LONGEST:
        raise _unreadable()
    return list(told)


def _unreadable() -> ConfigError:
    return ConfigError("this page cannot be read", hint=_HINT)


def _fits(told: object) -> bool:
    if not isinstance(told, list) or not told or not isinstance(told[0], int):
        return False
    if told[0] != _VERSION:
        return len(told) == 7
    kinds = (int, str, int, int, str, list, str)
    if len(told) != len(kinds) or not all(isinstance(one, kind) for one, kind in zip(told, kinds, strict=True)):
        return False
    return all(isinstance(weight, int) and 0 <= weight < 1 << 31 for weight in told[5]) and abs(told[2]) < 1 << 62
