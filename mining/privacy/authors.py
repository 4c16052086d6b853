"""People's names become keyed hashes: the same person counts once, and nobody can be read out of the store."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

from mining.privacy.words import NOBODY

_PREFIX = "a1:"
_HASHED = re.compile(r"a1:[0-9a-f]{32}")
_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_KEY_LENGTH = 32
_FEWEST_KEY_BYTES = 16


def new_key() -> bytes:
    """A fresh key for ``hash_author``, 32 bytes. Whoever holds it can test a name; whoever loses it starts anew."""
    return secrets.token_bytes(_KEY_LENGTH)


def hash_author(author: str | None, key: bytes) -> str | None:
    """``a1:`` and 32 hex digits of a BLAKE2b hash under ``key``; None for nobody ("[deleted]", "anonymous", "").

    Spelling does not count: NFKC, case, white space, invisible signs and a leading ``@`` are evened out. A value that
    is hashed already stays as it is.

    Raises:
        ValueError: the key is shorter than 16 bytes or longer than the 64 that BLAKE2b takes.
    """
    if not _FEWEST_KEY_BYTES <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise ValueError(f"an author key has 16 to 64 bytes, this one {len(key)}")
    if author is None:
        return None
    if _HASHED.fullmatch(author):
        return author
    name = _spelling(author)
    if not name or name in NOBODY:
        return None
    return _PREFIX + hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16, key=key).hexdigest()


def _spelling(author: str) -> str:
    plain = _INVISIBLE.sub(" ", unicodedata.normalize("NFKC", author)).casefold()
    return " ".join(plain.split()).removeprefix("@").strip()
